//! What the events of a window come to, as it is answered and stored.

use serde::{Deserialize, Serialize};

use super::sketches::Frequent;
use super::totals::Totals;
use super::window::{Window, WindowType};
use crate::time::Timestamp;

/// How many values a list of the most frequent ones shows.
const TOP: usize = 20;

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
    /// How many requests people made: page views and API calls. Those of bots are not among them.
    pub total_requests: u64,
    /// How many people: within a day each once, exactly for up to about 3,000 and within 2% for more. Hashes change
    /// with the day, so that those of different days cannot be told apart: months and years add up the numbers of their days.
    pub unique_visitors: u64,
    /// How many pages were shown.
    pub page_views: u64,
    /// How many other requests there were.
    pub api_calls: u64,
    /// How many requests bots made, told by their user agent. They are in no other figure but `event_count`.
    #[serde(default)]
    pub bot_requests: u64,
    /// How many requests came from a page of the site itself. That page is no referrer.
    #[serde(default)]
    pub own_site_requests: u64,
    /// How many files came in.
    pub file_uploads: u64,
    /// How many transfers got all their files.
    #[serde(default)]
    pub completed_transfers: u64,
    /// How many files went out.
    pub file_downloads: u64,
    /// How often tokens were used.
    pub token_uses: u64,
    /// How many answers had a status of 400 or more.
    pub error_count: u64,
    /// How long answers took on average, in milliseconds.
    pub avg_duration_ms: f64,
    /// What half of the answers did not exceed, in milliseconds, within one percent and exactly below 100 ms; so are the next two. Of
    /// *n* durations in order it is the one of rank ⌊share × (n − 1)⌋.
    pub p50_duration_ms: u64,
    /// What 95 of a hundred answers did not exceed.
    pub p95_duration_ms: u64,
    /// What 99 of a hundred answers did not exceed.
    pub p99_duration_ms: u64,
    /// How many events were stored in this window that belong to one that was closed by then. They count nowhere else.
    pub late_events: u64,
    /// How many events were stored in this window more than a minute before the one they belong to: a clock is wrong. They
    /// count nowhere else.
    #[serde(default)]
    pub early_events: u64,
    /// How many bytes of files came in and went out. Those of pages and other answers are not among them.
    pub total_bytes: u64,
    /// The most frequent paths, 20 at most; so are the next two. These lists are about requests of people.
    pub top_paths: Vec<Top>,
    /// How much too high a count of `top_paths` may be; never too low. A path that is missing was there no more often than
    /// that or than the last one of the list. 0 as long as there are no more than 6,144 different ones; so are the next two.
    #[serde(default)]
    pub top_paths_error: u64,
    /// The most frequent countries.
    pub top_countries: Vec<Top>,
    /// How much too high a count of `top_countries` may be.
    #[serde(default)]
    pub top_countries_error: u64,
    /// The hosts most clients came from, other than the site itself.
    pub top_referrers: Vec<Top>,
    /// How much too high a count of `top_referrers` may be.
    #[serde(default)]
    pub top_referrers_error: u64,
    /// How often each status was answered, the most frequent first.
    pub status_codes: Vec<Top>,
    /// How many parts were stored in a form that is not read any more, with nothing left to compute them again from. Their sums count
    /// here, but not their percentiles and lists, nor, within a day, their visitors.
    #[serde(default)]
    pub unreadable_parts: u64,
    /// What longer windows are computed from.
    #[cfg_attr(feature = "admin", schema(ignore))]
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
    pub(super) fn new(window: Window, totals: Totals, now: Timestamp, sealed: bool) -> Self {
        let sums = &totals.sums;
        let average = match sums.duration_count {
            0 => 0.0,
            count => sums.duration_sum as f64 / count as f64,
        };
        let status_codes = totals.status_codes.iter().map(|(value, count)| (value.clone(), *count));
        let mut status_codes: Vec<Top> = status_codes.map(Top::from).collect();
        status_codes.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        Self {
            cache_key: window.entry_key().to_string(),
            window_type: window.kind(),
            window_key: window.key(),
            window_start: window.start(),
            window_end: window.end(),
            computed_at: now,
            sealed,
            event_count: sums.event_count,
            total_requests: sums.total_requests,
            unique_visitors: totals.unique_visitors(),
            page_views: sums.page_views,
            api_calls: sums.api_calls,
            bot_requests: sums.bot_requests,
            own_site_requests: sums.own_site_requests,
            file_uploads: sums.file_uploads,
            completed_transfers: sums.completed_transfers,
            file_downloads: sums.file_downloads,
            token_uses: sums.token_uses,
            error_count: sums.error_count,
            avg_duration_ms: average,
            p50_duration_ms: totals.durations.quantile(0.5),
            p95_duration_ms: totals.durations.quantile(0.95),
            p99_duration_ms: totals.durations.quantile(0.99),
            late_events: sums.late_events,
            early_events: sums.early_events,
            total_bytes: sums.total_bytes,
            top_paths: top(&totals.paths),
            top_paths_error: totals.paths.error(),
            top_countries: top(&totals.countries),
            top_countries_error: totals.countries.error(),
            top_referrers: top(&totals.referrers),
            top_referrers_error: totals.referrers.error(),
            status_codes,
            unreadable_parts: sums.unreadable_parts,
            merge_state: totals,
        }
    }
}

impl From<(String, u64)> for Top {
    fn from((value, count): (String, u64)) -> Self {
        Self { value, count }
    }
}

fn top(values: &Frequent) -> Vec<Top> {
    values.top(TOP).into_iter().map(Top::from).collect()
}
