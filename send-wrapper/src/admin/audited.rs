//! Doing what is recorded, and `/audit`: what administrators did.

use actix_web::web;
use http_service::Call;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::cursor::Listing;
use super::problem::{Refused, Result};
use crate::audit::{AuditPage, AuditRecord};
use crate::error::Error;

/// How much of a target is recorded, in characters.
const LONGEST_TARGET: usize = 256;

impl Admin {
    /// Does something in the name of who calls, and records what came of it before it is answered. It comes to its end also when
    /// nobody waits for it any more.
    pub(super) async fn audited<T: Send + 'static>(
        &self,
        call: &Call,
        operation: &'static str,
        target: impl Into<Option<String>>,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.audited_as(call, operation, target, work, |_| "done".to_owned()).await
    }

    /// Does something as [`audited`](Self::audited) does, with an outcome of its own when it is done.
    pub(super) async fn audited_as<T: Send + 'static>(
        &self,
        call: &Call,
        operation: &'static str,
        target: impl Into<Option<String>>,
        work: impl Future<Output = Result<T>> + Send + 'static,
        outcome: impl FnOnce(&T) -> String + Send + 'static,
    ) -> Result<T> {
        let target = target.into().map(|target| target.chars().take(LONGEST_TARGET).collect());
        let (key, request_id) = (call.key().map(|key| key.name.clone()), Some(call.id().to_string()));
        let (audit, send) = (self.audit.clone(), self.send.clone());
        let done = self.send.apart(async move {
            let done = work.await;
            let outcome = done.as_ref().map_or_else(|problem| problem.code().to_owned(), outcome);
            let operation = operation.to_owned();
            audit.record(&AuditRecord { at: send.now(), key, operation, target, outcome, request_id }).await;
            done
        });
        let interrupted = || Err(Error::Conflict { reason: "the operation was interrupted".to_owned() }.into());
        done.await.unwrap_or_else(interrupted)
    }
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// How many records a page has, 1 to 500; 50 when not given.
    limit: Option<usize>,
    /// `next` of the answer before.
    cursor: Option<String>,
}

/// What administrators did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditLog {
    /// The newest first.
    records: Vec<AuditRecord>,
    /// Where the next page begins; null at the end.
    next: Option<String>,
    /// How many records of this page could not be read.
    unreadable: u64,
    /// How many records this process could not write since its start.
    lost: u64,
}

/// List what administrators did, page by page
#[utoipa::path(
    get,
    path = "",
    tag = "admin",
    params(AuditQuery),
    responses((status = 200, description = "The newest records first.", body = AuditLog), Refused)
)]
pub(super) async fn audit(admin: web::Data<Admin>, query: web::Query<AuditQuery>) -> Result<web::Json<AuditLog>> {
    let listing = Listing::of(&["/audit"]);
    let place = listing.place(query.cursor.as_deref())?;
    let page = admin.audit.page(query.limit.unwrap_or(50), place.as_deref()).await?;
    let AuditPage { records, next, unreadable } = page;
    let next = next.map(|place| listing.cursor(&place));
    Ok(web::Json(AuditLog { records, next, unreadable, lost: admin.audit.lost() }))
}
