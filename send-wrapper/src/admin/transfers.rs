//! `/transfers`: which there are, and what happened to each.

use std::collections::BinaryHeap;

use actix_web::web;
use futures::stream::{StreamExt, TryStreamExt, iter};
use http_service::Call;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::cursor::Listing;
use super::problem::{Refused, Result};
use super::snapshot::Snapshot;
use crate::analytics::Event;
use crate::error::Error;
use crate::names::{Invalid, TransferId};
use crate::send_cache::SendCache;
use crate::time::Timestamp;
use crate::transfers::{Summary, TransferEventsPage, TransferRow};

/// How many transfers are listed, the newest ones.
const LISTED: usize = 10_000;
/// How many transfers a page has at most.
const MOST: usize = 100;
/// How many of them are summed up at the same time.
const AT_ONCE: usize = 8;

fn no_transfer(id: &TransferId) -> Error {
    Error::missing(format!("transfer {:?}", id.as_str()))
}

/// Sum up what happened to a transfer
#[utoipa::path(
    get,
    path = "",
    tag = "transfers",
    params(("id" = String, Path, description = "The transfer.")),
    responses((status = 200, description = "What happened.", body = Summary), Refused)
)]
pub(super) async fn transfer_summary(admin: web::Data<Admin>, call: Call) -> Result<web::Json<Summary>> {
    let id = TransferId::parse(call.param("id"))?;
    Ok(web::Json(admin.send.transfers().summary(&id).await?.ok_or_else(|| no_transfer(&id))?))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsQuery {
    /// How many events a page has, 1 to 1,000; 50 when not given.
    limit: Option<usize>,
    /// `next` of the answer before.
    cursor: Option<String>,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TransferEvents {
    /// The newest first.
    events: Vec<Event>,
    /// Where the next page begins; null at the end. A page may have no events and a next one.
    next: Option<String>,
    /// How many events of this page could not be read.
    unreadable: u64,
}

/// List what happened to a transfer, page by page
///
/// The first page of up to 50 events is four calls to the cache, however many events there are.
#[utoipa::path(
    get,
    path = "",
    tag = "transfers",
    params(("id" = String, Path, description = "The transfer."), EventsQuery),
    responses((status = 200, description = "The newest events first.", body = TransferEvents), Refused)
)]
pub(super) async fn transfer_events(
    admin: web::Data<Admin>,
    call: Call,
    query: web::Query<EventsQuery>,
) -> Result<web::Json<TransferEvents>> {
    let id = TransferId::parse(call.param("id"))?;
    let listing = Listing::of(&["/transfers/events", id.as_str()]);
    let place = listing.place(query.cursor.as_deref())?;
    let page = admin.send.transfers().events_page(&id, query.limit.unwrap_or(50), place).await?;
    let TransferEventsPage { events, next, unreadable } = page.ok_or_else(|| no_transfer(&id))?;
    Ok(web::Json(TransferEvents { events, next: next.map(|place| listing.cursor(&place)), unreadable }))
}

/// The newest transfers.
#[derive(Debug, Default)]
pub(super) struct Newest {
    /// The newest first.
    rows: Vec<TransferRow>,
    total: u64,
    unreadable: u64,
}

/// A snapshot of which transfers there are.
pub(super) fn newest(send: &SendCache) -> Snapshot<Newest> {
    let transfers = send.transfers();
    Snapshot::new(send, move || {
        let transfers = transfers.clone();
        async move {
            let mut newest = Newest::default();
            // The oldest of the newest on top.
            let mut heap = BinaryHeap::with_capacity(LISTED + 1);
            newest.unreadable = transfers
                .each(|TransferRow { transfer_id, cache_id, created_at }| {
                    newest.total += 1;
                    heap.push(std::cmp::Reverse((created_at, transfer_id, cache_id)));
                    if heap.len() > LISTED {
                        heap.pop();
                    }
                })
                .await?;
            let row = |std::cmp::Reverse((created_at, transfer_id, cache_id))| TransferRow {
                transfer_id,
                cache_id,
                created_at,
            };
            newest.rows = heap.into_sorted_vec().into_iter().map(row).collect();
            Ok(newest)
        }
    })
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TransfersQuery {
    /// How many transfers a page has, 1 to 100; 25 when not given.
    limit: Option<usize>,
    /// `next` of the answer before.
    cursor: Option<String>,
}

/// A page of transfers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TransferPage {
    /// The newest first.
    transfers: Vec<TransferOverview>,
    /// Where the next page begins; null at the end.
    next: Option<String>,
    /// How many transfers there are. The newest 10,000 are listed.
    total: u64,
    /// How many records could not be read.
    unreadable: u64,
    /// When it was read which transfers there are, at most five seconds ago.
    taken_at: Timestamp,
}

/// What happened to a transfer, in short.
#[derive(Debug, Serialize, ToSchema)]
struct TransferOverview {
    /// The transfer.
    transfer_id: TransferId,
    /// The id of its entry.
    cache_id: String,
    /// When its first event was recorded.
    created_at: Timestamp,
    /// How often its page was shown; null when the events could not be read, as the next two.
    total_views: Option<u64>,
    /// How often it was downloaded.
    total_downloads: Option<u64>,
    /// When something happened last; 0 for never.
    last_activity_at: Option<Timestamp>,
}

/// List transfers, the newest first, page by page
///
/// Three calls to the cache for each transfer of the page.
#[utoipa::path(
    get,
    path = "",
    tag = "transfers",
    params(TransfersQuery),
    responses((status = 200, description = "The newest transfers first.", body = TransferPage), Refused)
)]
pub(super) async fn list_transfers(
    admin: web::Data<Admin>,
    query: web::Query<TransfersQuery>,
) -> Result<web::Json<TransferPage>> {
    let limit = query.limit.unwrap_or(25);
    if !(1..=MOST).contains(&limit) {
        return Err(Invalid::new("limit", format!("is not between 1 and {MOST}")).into());
    }
    let listing = Listing::of(&["/transfers"]);
    let after = listing.place(query.cursor.as_deref())?.map(|place| after(&place)).transpose()?;
    let read = admin.transfers.show(|newest, taken_at| {
        let is_after =
            |row: &TransferRow| after.as_ref().is_none_or(|(at, id)| (row.created_at, &row.transfer_id) < (*at, id));
        let begin = newest.rows.partition_point(|row| !is_after(row));
        let rest = &newest.rows[begin..];
        let rows: Vec<TransferRow> = rest.iter().take(limit).cloned().collect();
        let next = rows.last().filter(|_| rest.len() > limit);
        let next = next.map(|row| listing.cursor(&format!("{}-{}", row.created_at.millis(), row.transfer_id)));
        (rows, next, newest.total, newest.unreadable, taken_at)
    });
    let (rows, next, total, unreadable, taken_at) = read.await?;
    let transfers = admin.send.transfers();
    let shown = rows.into_iter().map(|TransferRow { transfer_id, cache_id, created_at }| {
        let transfers = transfers.clone();
        async move {
            let summary = match transfers.summary(&transfer_id).await {
                Ok(summary) => summary,
                // One that cannot be read does not spoil the others.
                Err(error) if !error.is_unavailable() => None,
                Err(error) => return Err(error),
            };
            Ok(TransferOverview {
                transfer_id,
                cache_id: cache_id.to_string(),
                created_at,
                total_views: summary.as_ref().map(|summary| summary.total_views),
                total_downloads: summary.as_ref().map(|summary| summary.total_downloads),
                last_activity_at: summary.as_ref().map(|summary| summary.last_activity_at),
            })
        }
    });
    let transfers = iter(shown).buffered(AT_ONCE).try_collect().await?;
    Ok(web::Json(TransferPage { transfers, next, total, unreadable, taken_at }))
}

/// The place of a transfer.
fn after(place: &str) -> Result<(Timestamp, TransferId)> {
    let parsed = place
        .split_once('-')
        .and_then(|(at, id)| Some((Timestamp::from_millis(at.parse().ok()?), TransferId::parse(id).ok()?)));
    Ok(parsed.ok_or_else(|| Invalid::new("cursor", "is none of this listing"))?)
}
