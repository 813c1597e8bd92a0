//! What the events of a window come to: computed when it is asked for, and stored once the window is closed.

use std::time::Duration;

use futures::stream::{StreamExt, TryStreamExt, iter};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Analytics;
use super::stored::{APART, any_event, each_event};
use super::totals::{Counts, Seen, Totals};
use super::window::{Window, WindowType};
use crate::entries::Entries;
use crate::error::{Error, Result};
use crate::namespaces;
use crate::time::Timestamp;

/// How long after its end a window takes events that are stored late; by then the recorder has given up the others.
pub(crate) const GRACE: Duration = Duration::from_secs(120);
/// How long after that its aggregation is computed for good: what was stored at the last moment can be read by then.
const SETTLED: Duration = Duration::from_secs(60);
/// How many values a list of the most frequent ones shows.
const TOP: usize = 20;
/// How many parts are looked at at once.
const AT_ONCE: usize = 8;

/// What the events of a window come to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Aggregation {
    /// Its key: `aggregations/`, the type and the key of the window.
    pub cache_key: String,
    /// How long the window is.
    pub window_type: WindowType,
    /// The window.
    pub window_key: String,
    /// When it begins.
    pub window_start: Timestamp,
    /// When it has ended.
    pub window_end: Timestamp,
    /// When this was computed.
    pub computed_at: Timestamp,
    /// Whether the window is closed, so that this stays as it is.
    pub sealed: bool,
    /// How many events there were.
    pub event_count: u64,
    /// How many requests: page views and API calls.
    pub total_requests: u64,
    /// How many clients: within a day each once, exactly for small numbers and within some percent for large ones. Hashes change
    /// with the day, so that those of different days cannot be told apart: months and years add up the numbers of their days.
    pub unique_visitors: u64,
    /// How many pages were shown.
    pub page_views: u64,
    /// How many other requests there were.
    pub api_calls: u64,
    /// How many files came in.
    pub file_uploads: u64,
    /// How many files went out.
    pub file_downloads: u64,
    /// How often tokens were used.
    pub token_uses: u64,
    /// How many answers had a status of 400 or more.
    pub error_count: u64,
    /// How long answers took on average, in milliseconds.
    pub avg_duration_ms: f64,
    /// What half of the answers did not exceed, in milliseconds, within one percent; so are the next two. Of *n* durations in order
    /// it is the one of rank ⌊share × (n − 1)⌋.
    pub p50_duration_ms: u64,
    /// What 95 of a hundred answers did not exceed.
    pub p95_duration_ms: u64,
    /// What 99 of a hundred answers did not exceed.
    pub p99_duration_ms: u64,
    /// How many events were stored in this window that belong to one that was closed by then. They count nowhere else.
    pub late_events: u64,
    /// How many bytes of files came in and went out. Those of pages and other answers are not among them.
    pub total_bytes: u64,
    /// The most frequent paths, 20 at most; so are the next two.
    pub top_paths: Vec<Top>,
    /// The most frequent countries.
    pub top_countries: Vec<Top>,
    /// The hosts most clients came from.
    pub top_referrers: Vec<Top>,
    /// How often each status was answered, the most frequent first.
    pub status_codes: Vec<Top>,
    /// What longer windows are computed from.
    #[cfg_attr(feature = "admin", schema(value_type = serde_json::Value))]
    pub(crate) merge_state: Totals,
}

/// A value and how often it was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Top {
    /// The value.
    pub value: String,
    /// How often.
    pub count: u64,
}

impl Aggregation {
    fn new(window: Window, totals: Totals, now: Timestamp, sealed: bool) -> Self {
        let average = match totals.duration_count {
            0 => 0.0,
            count => totals.duration_sum as f64 / count as f64,
        };
        Self {
            cache_key: window.entry_key().to_string(),
            window_type: window.kind(),
            window_key: window.key(),
            window_start: window.start(),
            window_end: window.end(),
            computed_at: now,
            sealed,
            event_count: totals.event_count,
            total_requests: totals.total_requests,
            unique_visitors: totals.unique_visitors(),
            page_views: totals.page_views,
            api_calls: totals.api_calls,
            file_uploads: totals.file_uploads,
            file_downloads: totals.file_downloads,
            token_uses: totals.token_uses,
            error_count: totals.error_count,
            avg_duration_ms: average,
            p50_duration_ms: totals.durations.quantile(0.5),
            p95_duration_ms: totals.durations.quantile(0.95),
            p99_duration_ms: totals.durations.quantile(0.99),
            late_events: totals.late_events,
            total_bytes: totals.total_bytes,
            top_paths: top(&totals.paths, TOP),
            top_countries: top(&totals.countries, TOP),
            top_referrers: top(&totals.referrers, TOP),
            status_codes: top(&totals.status_codes, usize::MAX),
            merge_state: totals,
        }
    }
}

/// Whether nothing can be stored any more that counts.
pub(super) fn is_settled(window: Window, now: Timestamp) -> bool {
    window.is_closed(now, GRACE + SETTLED)
}

fn text(aggregation: &Aggregation) -> Box<RawValue> {
    serde_json::value::to_raw_value(aggregation).expect("an aggregation is plain fields")
}

fn top(counts: &Counts, most: usize) -> Vec<Top> {
    let mut all: Vec<_> = counts.0.iter().map(|(value, count)| Top { value: value.clone(), count: *count }).collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    all.truncate(most);
    all
}

impl Analytics {
    /// What the events of a window come to, as JSON: an [`Aggregation`].
    ///
    /// - A **closed** window (its end is three minutes ago) is computed once and stored; from then on the answer is what was stored, byte
    ///   for byte, in one call. Of several who compute it at the same time, one stores it, and all answer that.
    /// - A **live** window is computed every time, from the parts of it that are closed and the events of the rest.
    /// - A **future** window has zeros, and is not stored.
    /// - A window that [retention](Self::apply_retention) took away is [`NotFound`](Error::NotFound).
    ///
    /// Half hours are computed from events, everything else from its parts, which are computed and stored first where they are missing: an hour
    /// from 2 half hours, a day from 24 hours, a month from its days, a year from 12 months.
    pub async fn aggregation(&self, window: Window) -> Result<Box<RawValue>> {
        let entries = self.send.own_entries(namespaces::ANALYTICS);
        let now = self.send.now();
        if is_settled(window, now) {
            if let Some(stored) = entries.retrieve(&window.entry_key()).await? {
                return Ok(stored);
            }
            if self.was_counted(&entries, window).await? {
                // Stored by whoever computed the longer window just now; else it was taken away. What is left of its events, such as
                // those stored after midnight, is not what it was.
                let gone = || Error::missing(format!("{} window {} any more", window.kind().as_str(), window.key()));
                return entries.retrieve(&window.entry_key()).await?.ok_or_else(gone);
            }
            let totals = self.totals(&entries, window, now).await?;
            let sealed = self.seal(&entries, window, totals, now).await?;
            // Not found yet by its hash, when somebody else is storing it right now.
            let stored = entries.retrieve(&window.entry_key()).await?;
            return Ok(stored.unwrap_or_else(|| text(&sealed)));
        }
        let totals = self.totals(&entries, window, now).await?;
        Ok(text(&Aggregation::new(window, totals, now, false)))
    }

    /// Stores what a closed window comes to.
    async fn seal(&self, entries: &Entries, window: Window, totals: Totals, now: Timestamp) -> Result<Aggregation> {
        let aggregation = Aggregation::new(window, totals, now, true);
        match entries.create(&window.entry_key(), &aggregation).await {
            Ok(_) => Ok(aggregation),
            // Somebody else has: what is stored counts.
            Err(Error::AlreadyExists { .. }) => {
                let stored: Option<Aggregation> = entries.retrieve(&window.entry_key()).await?;
                Ok(stored.unwrap_or(aggregation))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether a window that is not stored may have had events when a longer one around it was computed. Then it was stored before that.
    async fn was_counted(&self, entries: &Entries, window: Window) -> Result<bool> {
        for around in window.around() {
            let stored: Option<Aggregation> = entries.retrieve(&around.entry_key()).await?;
            if let Some(stored) = stored {
                return Ok(stored.event_count > 0);
            }
        }
        Ok(false)
    }

    /// Computes a window.
    async fn totals(&self, entries: &Entries, window: Window, now: Timestamp) -> Result<Totals> {
        let mut totals = Totals::default();
        if window.start() > now {
            return Ok(totals);
        }
        if window.kind() == WindowType::HalfHour {
            return self.count(window).await;
        }
        let begun = window.parts().into_iter().filter(|part| part.start() <= now);
        let parts = begun.map(|part| async move { Ok::<_, Error>((part, self.stored(entries, part, now).await?)) });
        let parts: Vec<(Window, Option<Totals>)> = iter(parts).buffered(AT_ONCE).try_collect().await?;
        // Where nothing was computed before, there may be nothing to compute.
        if parts.iter().all(|(_, stored)| stored.is_none())
            && !any_event(&self.send, window.start(), window.end().plus(GRACE)).await?
        {
            return Ok(totals);
        }
        for (part, stored) in parts {
            let part_totals = match stored {
                Some(totals) => totals,
                None => {
                    let totals = Box::pin(self.totals(entries, part, now)).await?;
                    match is_settled(part, now) {
                        true => self.seal(entries, part, totals, now).await?.merge_state,
                        false => totals,
                    }
                }
            };
            totals.merge(&part_totals);
            if window.kind() == WindowType::Monthly {
                totals.end_of_day();
            }
        }
        Ok(totals)
    }

    /// What a window comes to, if it is closed and was computed before.
    async fn stored(&self, entries: &Entries, window: Window, now: Timestamp) -> Result<Option<Totals>> {
        if !is_settled(window, now) {
            return Ok(None);
        }
        let stored: Option<Aggregation> = entries.retrieve(&window.entry_key()).await?;
        Ok(stored.map(|stored| stored.merge_state))
    }

    /// Counts the events of half an hour.
    async fn count(&self, window: Window) -> Result<Totals> {
        let mut totals = Totals::default();
        let (start, end) = (window.start(), window.end());
        // The clocks of the cache and of those who record may be somewhat apart.
        each_event(&self.send, start.minus(APART), end.plus(GRACE), |stored_at, seen: Seen| {
            let own = Window::at(WindowType::HalfHour, seen.timestamp);
            if own == window {
                totals.add(&seen);
            } else if own.is_closed(stored_at, GRACE) && (start..end).contains(&stored_at) {
                totals.late_events += 1;
            }
        })
        .await?;
        Ok(totals)
    }
}
