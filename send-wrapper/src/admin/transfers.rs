//! `/transfers`: what happened to a transfer.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::problem::{Refused, Result};
use crate::analytics::Event;
use crate::error::Error;
use crate::names::TransferId;
use crate::transfers::Summary;

pub(super) fn operations(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(transfer_summary).service(transfer_events);
}

fn no_transfer(id: &TransferId) -> Error {
    Error::missing(format!("transfer {:?}", id.as_str()))
}

/// Sum up what happened to a transfer
#[utoipa::path(
    operation_id = "transfer_summary",
    tag = "transfers",
    params(("id" = String, Path, description = "The transfer.")),
    responses((status = 200, description = "What happened.", body = Summary), Refused)
)]
#[get("/transfers/{id}/summary")]
async fn transfer_summary(admin: web::Data<Admin>, id: web::Path<String>) -> Result<web::Json<Summary>> {
    let id = TransferId::parse(&id)?;
    Ok(web::Json(admin.send.transfers().summary(&id).await?.ok_or_else(|| no_transfer(&id))?))
}

/// How many events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Newest {
    /// At most so many, 1 to 10,000; 1,000 when not given.
    limit: Option<usize>,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
struct TransferEvents {
    /// The newest first.
    events: Vec<Event>,
}

/// List what happened to a transfer
#[utoipa::path(
    operation_id = "transfer_events",
    tag = "transfers",
    params(("id" = String, Path, description = "The transfer."), Newest),
    responses((status = 200, description = "The newest events first.", body = TransferEvents), Refused)
)]
#[get("/transfers/{id}/events")]
async fn transfer_events(
    admin: web::Data<Admin>,
    id: web::Path<String>,
    newest: web::Query<Newest>,
) -> Result<web::Json<TransferEvents>> {
    let id = TransferId::parse(&id)?;
    let events = admin.send.transfers().events(&id, newest.limit.unwrap_or(1000)).await?;
    Ok(web::Json(TransferEvents { events: events.ok_or_else(|| no_transfer(&id))? }))
}
