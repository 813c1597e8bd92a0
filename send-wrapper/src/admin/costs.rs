//! `/costs`: what it costs.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;
use http_service::Call;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::input::{Body, Moment, day, json};
use super::problem::{Problem, Refused, Result};
use crate::costs::{
    Aggregation, Alert, Collected, Collector, CollectorSettings, Cost, CostDay, CostExplorer, Decimal, Limits,
    Recorded, Window, WindowType, decimal,
};
use crate::error::Error;
use crate::names::{Currency, Invalid};
use crate::time::Day;

/// What became of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CostsRecorded {
    /// Whether it is new, was changed, or was recorded like this before.
    recorded: Recorded,
}

/// What a day cost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCosts {
    /// The day, if it is said again.
    date: Option<Day>,
    /// When this became known, in milliseconds since 1970 or as RFC 3339; now when not given.
    #[schema(value_type = Option<u64>)]
    collected_at: Option<Moment>,
    /// What all amounts are in.
    currency: Currency,
    /// What all of it cost; negative when credits were more.
    #[serde(deserialize_with = "decimal::exact")]
    total: Decimal,
    /// What each service cost.
    #[serde(default)]
    by_service: BTreeMap<String, Cost>,
    /// What each kind of use cost.
    #[serde(default)]
    by_usage_type: BTreeMap<String, Cost>,
}

/// Record what a day cost
///
/// Recording the same again changes nothing. Amounts are texts or numbers, read digit by digit.
#[utoipa::path(
    post,
    path = "",
    tag = "costs",
    params(("date" = String, Path, description = "The day, such as `2026-02-13`.")),
    request_body = NewCosts,
    responses((status = 200, description = "It is recorded.", body = CostsRecorded), Refused)
)]
pub(super) async fn record_costs(admin: web::Data<Admin>, call: Call, body: Body) -> Result<web::Json<CostsRecorded>> {
    let date = Day::parse(call.param("date"))?;
    let NewCosts { date: said, collected_at, currency, total, by_service, by_usage_type } = json(body)?;
    let Moment(collected_at) = collected_at.unwrap_or_default();
    let date_said = said.unwrap_or(date);
    let day = CostDay { date: date_said, collected_at, currency, total, by_service, by_usage_type };
    let recorded = admin.send.costs().record(date, day).await?;
    Ok(web::Json(CostsRecorded { recorded }))
}

/// Show what was recorded of a day
#[utoipa::path(
    get,
    path = "",
    tag = "costs",
    params(("date" = String, Path, description = "The day, such as `2026-02-13`.")),
    responses((status = 200, description = "What it cost.", body = CostDay), Refused)
)]
pub(super) async fn cost_day(admin: web::Data<Admin>, call: Call) -> Result<web::Json<CostDay>> {
    let date = Day::parse(call.param("date"))?;
    let day = admin.send.costs().day(date).await?;
    Ok(web::Json(day.ok_or_else(|| Error::missing(format!("record of the costs of {date}")))?))
}

/// Sum up what a day, a week or a month cost
#[utoipa::path(
    get,
    path = "",
    tag = "costs",
    params(
        ("window_type" = WindowType, Path, description = "How long the window is."),
        ("window_key" = String, Path, description = "Which one: `2026-02-13`, `2026-W07` or `2026-02`.")
    ),
    responses((status = 200, description = "What it came to.", body = Aggregation), Refused)
)]
pub(super) async fn cost_aggregation(admin: web::Data<Admin>, call: Call) -> Result<web::Json<Aggregation>> {
    let window = Window::parse(WindowType::parse(call.param("window_type"))?, call.param("window_key"))?;
    Ok(web::Json(admin.send.costs().aggregation(window).await?))
}

/// What may be spent without an alert.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Spending {
    /// In a day; 5 when not given.
    day: Option<String>,
    /// In a week; 25 when not given.
    week: Option<String>,
    /// In a month, as it is projected; 100 when not given.
    month: Option<String>,
}

/// What costs more than it may.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alerts {
    /// None when everything is as it should be.
    alerts: Vec<Alert>,
}

/// Tell what costs more than it may
#[utoipa::path(
    get,
    path = "",
    tag = "costs",
    params(Spending),
    responses((status = 200, description = "What is over its limit.", body = Alerts), Refused)
)]
pub(super) async fn cost_alerts(admin: web::Data<Admin>, spending: web::Query<Spending>) -> Result<web::Json<Alerts>> {
    let given = |field, text: &Option<String>, usual: Decimal| match text {
        None => Ok(usual),
        Some(text) => Decimal::from_str_exact(text).map_err(|_| Invalid::new(field, "is no decimal number")),
    };
    let usual = Limits::default();
    let limits = Limits {
        day: given("day", &spending.day, usual.day)?,
        week: given("week", &spending.week, usual.week)?,
        month: given("month", &spending.month, usual.month)?,
    };
    Ok(web::Json(Alerts { alerts: admin.send.costs().alerts(&limits).await? }))
}

/// From when on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Again {
    /// Ask again for all days from this one on, 12 months back at most; only for those that are missing when not given.
    from: Option<String>,
}

/// Ask AWS for the days that are missing
///
/// AWS charges $0.01 for each request: one for each page of the missing days, and none when nothing is missing. 502 when AWS could
/// not be asked, 409 while another run goes on.
#[utoipa::path(
    post,
    path = "",
    tag = "costs",
    params(Again),
    responses((status = 200, description = "What was recorded.", body = Collected), Refused)
)]
pub(super) async fn collect_costs(admin: web::Data<Admin>, again: web::Query<Again>) -> Result<web::Json<Collected>> {
    let from = day("from", again.from.as_deref())?;
    let source = match &admin.cost_explorer {
        Some(source) => source.clone(),
        None => CostExplorer::from_env().await,
    };
    let collector = Collector::new(&admin.send, source, CollectorSettings::default())?;
    let collecting =
        Arc::clone(&admin.collecting).try_lock_owned().map_err(|_| Problem::Running("costs are being collected"))?;
    // What AWS was paid for is recorded also when nobody waits for it any more.
    let run = admin.send.apart(async move {
        let _collecting = collecting;
        match from {
            Some(first) => collector.run_from(first).await,
            None => collector.run().await,
        }
    });
    Ok(web::Json(run.await.unwrap_or_else(|| Err(Error::Conflict { reason: "the service ends".to_owned() }))?))
}
