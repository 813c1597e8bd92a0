//! `/transfers`: what happened to a transfer.

use actix_web::web;
use http_service::Call;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::problem::{Refused, Result};
use crate::analytics::Event;
use crate::error::Error;
use crate::listed::Listed;
use crate::names::TransferId;
use crate::transfers::Summary;

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

/// How many events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Newest {
    /// At most so many, 1 to 10,000; 1,000 when not given.
    limit: Option<usize>,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TransferEvents {
    /// The newest first.
    events: Vec<Event>,
    /// How many events could not be read.
    unreadable: u64,
}

/// List what happened to a transfer
#[utoipa::path(
    get,
    path = "",
    tag = "transfers",
    params(("id" = String, Path, description = "The transfer."), Newest),
    responses((status = 200, description = "The newest events first.", body = TransferEvents), Refused)
)]
pub(super) async fn transfer_events(
    admin: web::Data<Admin>,
    call: Call,
    newest: web::Query<Newest>,
) -> Result<web::Json<TransferEvents>> {
    let id = TransferId::parse(call.param("id"))?;
    let events = admin.send.transfers().events(&id, newest.limit.unwrap_or(1000)).await?;
    let Listed { items: events, unreadable } = events.ok_or_else(|| no_transfer(&id))?;
    Ok(web::Json(TransferEvents { events, unreadable }))
}
