//! `/admin`: how much there is, and deleting what is old.

use std::sync::Arc;

use actix_web::web;
use cache_client::Namespace;
use futures::future::try_join_all;
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

/// How much there is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stats {
    /// How many tokens there are.
    tokens: u64,
    /// How many of them can be used.
    active_tokens: u64,
    /// How often they were used.
    token_uses: u64,
    /// What each namespace holds.
    namespaces: Vec<NamespaceStats>,
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
/// Counts files: the cost grows with them.
#[utoipa::path(
    get,
    path = "",
    tag = "admin",
    responses((status = 200, description = "So much.", body = Stats), Refused)
)]
pub(super) async fn stats(admin: web::Data<Admin>) -> Result<web::Json<Stats>> {
    let tokens = admin.send.tokens().list_details().await?;
    let all = [namespaces::ANALYTICS, namespaces::TOKENS, namespaces::TRANSFERS, namespaces::COSTS];
    let counted = all.map(|namespace| {
        let send = &admin.send;
        async move {
            let parsed = Namespace::parse(namespace).expect("the crate's own namespaces are valid");
            let stats = send.within(async { Ok(send.cache.namespace().stats(parsed).await?) }).await?;
            let (entries, files) = (stats.refs_id_files, stats.total_files);
            Ok::<_, Error>(NamespaceStats { namespace: namespace.to_owned(), entries, files })
        }
    });
    Ok(web::Json(Stats {
        tokens: tokens.len() as u64,
        active_tokens: tokens.iter().filter(|token| token.status == Status::Active).count() as u64,
        token_uses: tokens.iter().map(|token| token.usage_count).sum(),
        namespaces: try_join_all(counted).await?,
        lost: admin.send.lost(),
    }))
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
    how: web::Query<Carefully>,
    body: Body,
) -> Result<web::Json<RetentionRun>> {
    let policy: Retention = json_or_nothing(body)?;
    let analytics = admin.send.analytics();
    let deleting = Arc::clone(&admin.deleting).try_lock_owned().map_err(|_| Problem::Running("retention runs"))?;
    let dry_run = how.dry_run.unwrap_or(true);
    // It goes on when nobody waits for it any more, and so does the lock.
    let run = admin.send.apart(async move {
        let _deleting = deleting;
        if dry_run { analytics.plan_retention(&policy).await } else { analytics.apply_retention(&policy).await }
    });
    Ok(web::Json(run.await.unwrap_or_else(|| Err(Error::Conflict { reason: "the service ends".to_owned() }))?))
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
