//! What the overview is made of, read now and then.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use utoipa::ToSchema;

use super::recent::Recent;
use crate::admin::snapshot::Snapshot;
use crate::analytics::{Aggregation, Pulse, RecentEvent, RecorderSeen, Window, WindowType};
use crate::costs::{Alert, Limits, MonthSoFar};
use crate::error::{Error, Result};
use crate::health::describe;
use crate::send_cache::{SendCache, in_time};

/// How long a part of the site may take: less than whoever shows it waits, so that one that is slow does not cost the others.
const LONGEST: Duration = Duration::from_millis(1500);
/// How many minutes the pulse covers.
const PULSE: u32 = 5;

/// What the overview holds between two requests.
#[derive(Debug, Clone)]
pub(in crate::admin) struct Overviews {
    pub(super) site: Snapshot<Site>,
    pub(super) days: Snapshot<Days>,
    pub(super) costs: Snapshot<Spent>,
}

/// What goes on, and how those who record it are; `None` for what could not be read.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) pulse: Option<Arc<Pulse>>,
    pub(super) recent: Option<Arc<Vec<RecentEvent>>>,
    pub(super) recorders: Option<Arc<Vec<RecorderSeen>>>,
    pub(super) is_healthy: Option<bool>,
}

/// What days came to.
#[derive(Debug, Clone)]
pub(super) struct Days {
    pub(super) today: Figures,
    pub(super) yesterday: Figures,
    pub(super) week_ago: Figures,
}

/// What a day came to, if that is known.
#[derive(Debug, Clone)]
pub(super) enum Figures {
    Read(Arc<DayFigures>),
    /// Retention has deleted it.
    NotKept,
    /// It could not be read.
    Unread,
}

impl Days {
    pub(super) fn unread() -> Self {
        Self { today: Figures::Unread, yesterday: Figures::Unread, week_ago: Figures::Unread }
    }
}

impl Figures {
    pub(super) fn was_read(&self) -> bool {
        match self {
            Self::Read(_) | Self::NotKept => true,
            Self::Unread => false,
        }
    }

    pub(super) fn figures(self) -> Option<Arc<DayFigures>> {
        match self {
            Self::Read(figures) => Some(figures),
            Self::NotKept | Self::Unread => None,
        }
    }
}

/// What the month costs.
#[derive(Debug, Clone)]
pub(super) struct Spent {
    pub(super) month: MonthSoFar,
    pub(super) alerts: Vec<Alert>,
}

impl Overviews {
    pub(in crate::admin) fn new(send: &SendCache, limits: Limits) -> Self {
        let [of_site, of_days, of_costs] = [send.clone(), send.clone(), send.clone()];
        let recent = Recent::default();
        let site = Snapshot::new(send, move || {
            let (send, recent) = (of_site.clone(), recent.clone());
            async move { Ok(read_site(&send, &recent).await) }
        });
        let days = Snapshot::new(send, move || {
            let send = of_days.clone();
            async move { Ok(read_days(&send).await) }
        });
        let costs = Snapshot::new(send, move || {
            let costs = of_costs.costs();
            async move {
                let (month, alerts) = futures::try_join!(costs.month_so_far(), costs.alerts(&limits))?;
                Ok(Spent { month, alerts })
            }
        });
        Self { site, days, costs }
    }

    /// Says that costs were recorded: whoever looks next sees them.
    pub(in crate::admin) fn costs_are_written(&self) {
        self.costs.is_outdated();
    }
}

async fn read_site(send: &SendCache, recent: &Recent) -> Site {
    let (begun, analytics) = (Instant::now(), send.analytics());
    let pulse = part("the pulse", in_time(LONGEST, analytics.pulse(PULSE)));
    let recorders = part("what recorders say", in_time(LONGEST, analytics.recorders()));
    let health = part("the health of the cache", in_time(LONGEST, async { Ok(send.health_check().await.healthy) }));
    let pulse = async {
        let pulse = pulse.await?;
        let left = LONGEST.saturating_sub(begun.elapsed());
        let recent = Arc::new(recent.with(send, &pulse, left).await);
        Some((pulse, recent))
    };
    let (pulse, recorders, health) = futures::join!(pulse, recorders, health);
    let (pulse, recent) = pulse.unzip();
    Site { pulse, recent, recorders, is_healthy: health.map(|healthy| *healthy) }
}

async fn read_days(send: &SendCache) -> Days {
    let today = Window::at(WindowType::Daily, send.now());
    let week_ago = std::iter::successors(Some(today), |day| Some(day.previous())).nth(7).unwrap_or(today);
    let figures = |window: Window| {
        let analytics = send.analytics();
        async move {
            match analytics.aggregation(window).await {
                Ok(day) => Figures::Read(Arc::new(day.into())),
                Err(Error::NotFound { .. }) => Figures::NotKept,
                Err(error) => {
                    tracing::warn!(error = describe(&error), "a day could not be read for the overview");
                    Figures::Unread
                }
            }
        }
    };
    let (today, yesterday, week_ago) = futures::join!(figures(today), figures(today.previous()), figures(week_ago));
    Days { today, yesterday, week_ago }
}

/// A part of the answer; without it the others are answered all the same.
async fn part<T>(what: &str, read: impl Future<Output = Result<T>>) -> Option<Arc<T>> {
    let failed = |error| tracing::warn!(error = describe(&error), "{what} could not be read for the overview");
    read.await.map(Arc::new).map_err(failed).ok()
}

/// What a day came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::admin) struct DayFigures {
    /// The day.
    window_key: String,
    /// Whether it is over, so that this stays as it is.
    sealed: bool,
    /// How many requests people made.
    total_requests: u64,
    /// How many people there were.
    unique_visitors: u64,
    /// How many files came in.
    file_uploads: u64,
    /// How many transfers got all their files.
    completed_transfers: u64,
    /// How many files went out.
    file_downloads: u64,
    /// How often tokens were used.
    token_uses: u64,
    /// How many answers had a status of 400 or more.
    error_count: u64,
    /// How many bytes of files came in and went out.
    total_bytes: u64,
    /// What half of the answers did not exceed, in milliseconds.
    p50_duration_ms: u64,
    /// What 95 of a hundred answers did not exceed, in milliseconds.
    p95_duration_ms: u64,
}

impl From<Aggregation> for DayFigures {
    fn from(day: Aggregation) -> Self {
        Self {
            window_key: day.window_key,
            sealed: day.sealed,
            total_requests: day.total_requests,
            unique_visitors: day.unique_visitors,
            file_uploads: day.file_uploads,
            completed_transfers: day.completed_transfers,
            file_downloads: day.file_downloads,
            token_uses: day.token_uses,
            error_count: day.error_count,
            total_bytes: day.total_bytes,
            p50_duration_ms: day.p50_duration_ms,
            p95_duration_ms: day.p95_duration_ms,
        }
    }
}
