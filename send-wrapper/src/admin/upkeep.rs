//! `/admin`: how much there is, and deleting what is old.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use cache_client::Namespace;
use futures::future::join_all;
use http_service::Call;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::input::{Body, json_or_nothing};
use super::problem::{Problem, Refused, Result};
use crate::analytics::{Retention, RetentionRun};
use crate::error::Error;
use crate::health::Lost;
use crate::listed::Listed;
use crate::namespaces;
use crate::tokens::Status;

/// How long a part of an answer may take.
const LONGEST: Duration = Duration::from_millis(1900);

/// How much there is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stats {
    /// How many tokens there are; null when that could not be found out in time, as the next two.
    tokens: Option<u64>,
    /// How many of them can be used.
    active_tokens: Option<u64>,
    /// How often they were used.
    token_uses: Option<u64>,
    /// What each namespace holds, those that could be counted in time.
    namespaces: Vec<NamespaceStats>,
    /// What is missing above: `tokens`, or the name of a namespace.
    missing: Vec<String>,
    /// What this process could not record beside what users asked for.
    lost: Lost,
}

/// What a namespace holds.
#[derive(Debug, Serialize, ToSchema)]
struct NamespaceStats {
    /// The namespace.
    namespace: String,
    /// How many entries it has.
    entries: u64,
    /// How many files they are made of.
    files: u64,
}

/// Tell how much there is
///
/// Counts files for two seconds at most: what is not counted by then is `missing`.
#[utoipa::path(
    get,
    path = "",
    tag = "admin",
    responses((status = 200, description = "What could be counted.", body = Stats), Refused)
)]
pub(super) async fn stats(admin: web::Data<Admin>) -> Result<web::Json<Stats>> {
    let now = admin.send.now();
    let tokens = in_time(admin.tokens.show(|table, _| {
        let active = table.rows.values().filter(|row| row.status_at(now) == Status::Active).count();
        let uses: u64 = table.rows.values().map(|row| row.usage_count).sum();
        (table.rows.len() as u64, active as u64, uses)
    }));
    let all = [namespaces::ANALYTICS, namespaces::TOKENS, namespaces::TRANSFERS, namespaces::COSTS, namespaces::AUDIT];
    let counted = all.map(|namespace| {
        let cache = &admin.send.cache;
        in_time(async move {
            let parsed = Namespace::parse(namespace).expect("the crate's own namespaces are valid");
            let stats = cache.namespace().stats(parsed).await?;
            let (entries, files) = (stats.refs_id_files, stats.total_files);
            Ok(NamespaceStats { namespace: namespace.to_owned(), entries, files })
        })
    });
    let (tokens, counted) = futures::join!(tokens, join_all(counted));
    let (mut missing, mut namespaces, mut failed) = (Vec::new(), Vec::new(), None);
    for (name, counted) in all.into_iter().zip(counted) {
        match counted {
            Ok(counted) => namespaces.push(counted),
            Err(error) => {
                missing.push(name.to_owned());
                failed = Some(error);
            }
        }
    }
    let tokens = match (tokens, failed) {
        (Ok(tokens), _) => Some(tokens),
        // Nothing at all: that is a failure.
        (Err(_), Some(error)) if namespaces.is_empty() => return Err(error.into()),
        (Err(_), _) => {
            missing.push("tokens".to_owned());
            None
        }
    };
    Ok(web::Json(Stats {
        tokens: tokens.map(|(total, ..)| total),
        active_tokens: tokens.map(|(_, active, _)| active),
        token_uses: tokens.map(|(.., uses)| uses),
        namespaces,
        missing,
        lost: admin.send.lost(),
    }))
}

/// Waits no longer than a part of an answer may take.
pub(super) async fn in_time<T>(part: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(LONGEST, part).await.unwrap_or(Err(Error::TimedOut { after: LONGEST }))
}

/// How to delete.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Carefully {
    /// Whether to tell only what would be deleted; `true` when not given.
    dry_run: Option<bool>,
}

/// Delete what is old, or tell what would be deleted
///
/// A dry run unless `dry_run=false` is said. Nothing goes before it counts in something longer that is computed for good; a run that
/// fails half way says so in `failed`. 409 while another run goes on.
#[utoipa::path(
    post,
    path = "",
    tag = "admin",
    params(Carefully),
    request_body(content = Option<Retention>, description = "What differs from the defaults: 30 days for events and half hours, 90 for hours, 365 for days and for events of tokens and transfers. May be left out."),
    responses((status = 200, description = "What was done.", body = RetentionRun), Refused)
)]
pub(super) async fn retention(
    admin: web::Data<Admin>,
    call: Call,
    how: web::Query<Carefully>,
    body: Body,
) -> Result<web::Json<RetentionRun>> {
    let policy: Retention = json_or_nothing(body)?;
    let analytics = admin.send.analytics();
    let deleting = Arc::clone(&admin.deleting).try_lock_owned().map_err(|_| Problem::Running("retention runs"))?;
    let dry_run = how.dry_run.unwrap_or(true);
    // It goes on when nobody waits for it any more, and so does the lock.
    let work = async move {
        let _deleting = deleting;
        let run = match dry_run {
            true => analytics.plan_retention(&policy).await,
            false => analytics.apply_retention(&policy).await,
        };
        Ok(run?)
    };
    let operation = if dry_run { "plan_retention" } else { "apply_retention" };
    admin.audited(&call, operation, None, work).await.map(web::Json)
}

/// How many runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Newest {
    /// At most so many, 1 to 1,000; 20 when not given.
    limit: Option<u32>,
}

/// What runs did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Runs {
    /// The newest first.
    runs: Vec<RetentionRun>,
    /// How many records of runs could not be read.
    unreadable: u64,
}

/// List what was deleted when
#[utoipa::path(
    get,
    path = "",
    tag = "admin",
    params(Newest),
    responses((status = 200, description = "The newest runs first.", body = Runs), Refused)
)]
pub(super) async fn retention_runs(admin: web::Data<Admin>, newest: web::Query<Newest>) -> Result<web::Json<Runs>> {
    let runs = admin.send.analytics().retention_runs(newest.limit.unwrap_or(20)).await?;
    let Listed { items: runs, unreadable } = runs;
    Ok(web::Json(Runs { runs, unreadable }))
}
