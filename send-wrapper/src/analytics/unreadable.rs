//! Aggregations that were stored in a form that is not read any more: of the first version, or damaged.
//!
//! The first version stored totals without the number of their form, and with sketches that held addresses of memory. Such a document is
//! recognised, computed again from what is below, and replaced. Where retention has taken that away, what adds up is taken over.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::aggregation::Aggregation;
use super::totals::Format;
use super::window::{Window, WindowType};

/// What stands at the top of a document, and adds up.
const SUMS: [&str; 11] = [
    "event_count",
    "total_requests",
    "page_views",
    "api_calls",
    "file_uploads",
    "completed_transfers",
    "file_downloads",
    "token_uses",
    "error_count",
    "late_events",
    "total_bytes",
];
/// What adds up, and stands in the `merge_state` of a document.
const STATE: [&str; 3] = ["duration_sum", "duration_count", "status_codes"];

/// Whether a stored aggregation has the form of today. What it holds may still be damaged.
pub(super) fn has_readable_form(stored: &RawValue) -> bool {
    #[derive(Deserialize)]
    struct Form {
        #[serde(rename = "merge_state")]
        _merge_state: State,
    }
    #[derive(Deserialize)]
    struct State {
        /// Read only where its number is the right one.
        #[serde(rename = "format")]
        _format: Format,
    }
    serde_json::from_str::<Form>(stored.get()).is_ok()
}

/// How many events a stored aggregation is about, whatever its form.
pub(super) fn event_count(stored: &RawValue) -> Option<u64> {
    #[derive(Deserialize)]
    struct Count {
        event_count: u64,
    }
    serde_json::from_str(stored.get()).map(|Count { event_count }| event_count).ok()
}

/// An aggregation whose figures are those of an unreadable one, and of which longer windows take over what adds up; `None` when its
/// figures cannot be read either.
pub(super) fn with_sums_of(window: Window, stored: &RawValue) -> Option<Aggregation> {
    let mut document: Map<String, Value> = serde_json::from_str(stored.get()).ok()?;
    // The first version did not count complete transfers: their uploads stood for them.
    if let Some(uploads) = document.get("file_uploads").cloned() {
        document.entry("completed_transfers").or_insert(uploads);
    }
    let state = document.get("merge_state").and_then(Value::as_object);
    let state = STATE.into_iter().filter_map(|name| Some((name.to_owned(), state?.get(name)?.clone())));
    let mut totals: Map<String, Value> = state.collect();
    for name in SUMS {
        totals.insert(name.to_owned(), document.get(name)?.clone());
    }
    if matches!(window.kind(), WindowType::Daily | WindowType::Monthly | WindowType::Yearly) {
        totals.insert("visitors_of_days".to_owned(), document.get("unique_visitors")?.clone());
    }
    totals.insert("format".to_owned(), Format::NUMBER.into());
    totals.insert("unreadable_parts".to_owned(), 1.into());
    document.insert("unreadable_parts".to_owned(), 1.into());
    document.insert("merge_state".to_owned(), totals.into());
    serde_json::from_value(document.into()).ok()
}
