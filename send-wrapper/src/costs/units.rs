//! What costs are divided by: what happened on the site in the same time.

use futures::stream::{StreamExt, TryStreamExt, iter};

use super::AT_ONCE;
use super::window::{Window, WindowType};
use crate::analytics;
use crate::error::{Error, Result};
use crate::send_cache::SendCache;
use crate::time::Timestamp;

/// What happened on the site.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Units {
    pub(super) requests: u64,
    pub(super) transfers: u64,
    pub(super) visitors: u64,
}

impl Units {
    /// What happened in a window: one aggregation for a day and a month, those of its days for a week. `None` when the analytics of some
    /// of it are not kept any more.
    pub(super) async fn of(send: &SendCache, window: Window, now: Timestamp) -> Result<Option<Self>> {
        let windows = same_time(window)?.into_iter().filter(|window| window.start() <= now);
        let parts = windows.map(|window| Self::of_one(send, window));
        let parts: Vec<Option<Self>> = iter(parts).buffered(AT_ONCE).try_collect().await?;
        Ok(parts.into_iter().try_fold(Self::default(), |sum, part| {
            let part = part?;
            Some(Self {
                requests: sum.requests.saturating_add(part.requests),
                transfers: sum.transfers.saturating_add(part.transfers),
                visitors: sum.visitors.saturating_add(part.visitors),
            })
        }))
    }

    async fn of_one(send: &SendCache, window: analytics::Window) -> Result<Option<Self>> {
        match send.analytics().aggregation(window).await {
            Ok(aggregation) => Ok(Some(Self {
                requests: aggregation.total_requests,
                transfers: aggregation.completed_transfers,
                visitors: aggregation.unique_visitors,
            })),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The windows of analytics that are the same time as one of costs.
fn same_time(window: Window) -> Result<Vec<analytics::Window>> {
    let one = |kind, key: String| analytics::Window::parse(kind, &key).map_err(Error::from);
    match window.kind() {
        WindowType::Daily => Ok(vec![one(analytics::WindowType::Daily, window.key())?]),
        WindowType::Weekly => window.days().map(|day| one(analytics::WindowType::Daily, day.to_string())).collect(),
        WindowType::Monthly => Ok(vec![one(analytics::WindowType::Monthly, window.key())?]),
    }
}
