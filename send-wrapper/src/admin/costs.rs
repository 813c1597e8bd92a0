//! `/costs`: what it costs.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web;
use futures::stream::{StreamExt, TryStreamExt, iter};
use http_service::Call;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::analytics::{AT_ONCE, Asked, MOST_WINDOWS, asked, within};
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
    let collected_at = collected_at.map(|moment| moment.read("collected_at")).transpose()?.unwrap_or_default();
    let date_said = said.unwrap_or(date);
    let day = CostDay { date: date_said, collected_at, currency, total, by_service, by_usage_type };
    let of = admin.clone();
    let work = async move {
        let recorded = of.send.costs().record(date, day).await?;
        of.overview.costs_are_written();
        Ok(CostsRecorded { recorded })
    };
    admin.audited(&call, "record_costs", date.to_string(), work).await.map(web::Json)
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

/// Which windows: `from` and `to`, or `last`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CostRange {
    /// The key of the first window, such as `2026-02-01`.
    from: Option<String>,
    /// The key of the last window.
    to: Option<String>,
    /// Instead of them: the last windows, so many, the running one among them; 1 to 400.
    last: Option<usize>,
}

/// Several windows in a row.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CostSeries {
    /// The first window first.
    windows: Vec<Aggregation>,
    /// What may be spent in a day, in a week, and in a month as it is projected.
    limits: Limits,
}

/// Sum up several days, weeks or months in a row, for charts
///
/// At most 400: `from` and `to`, or the `last` ones. What each window costs, it costs here.
#[utoipa::path(
    get,
    path = "",
    tag = "costs",
    params(("window_type" = WindowType, Path, description = "How long the windows are."), CostRange),
    responses((status = 200, description = "What each came to.", body = CostSeries), Refused)
)]
pub(super) async fn cost_series(
    admin: web::Data<Admin>,
    call: Call,
    range: web::Query<CostRange>,
) -> Result<web::Json<CostSeries>> {
    let kind = WindowType::parse(call.param("window_type"))?;
    let windows = match asked(range.from.as_deref(), range.to.as_deref(), range.last)? {
        Asked::Last(last) => {
            let now = Window::at(kind, admin.send.now().day());
            let windows = std::iter::successors(Some(now), |window| window.previous()).take(last);
            windows.collect::<Vec<_>>().into_iter().rev().collect()
        }
        Asked::Between(from, to) => between(kind, from, to)?,
    };
    let costs = admin.send.costs();
    let computed = windows.into_iter().map(|window| {
        let costs = costs.clone();
        async move { Ok::<_, Problem>(costs.aggregation(window).await?) }
    });
    let windows = within(iter(computed).buffered(AT_ONCE).try_collect()).await?;
    Ok(web::Json(CostSeries { windows, limits: admin.limits }))
}

fn between(kind: WindowType, from: &str, to: &str) -> Result<Vec<Window>> {
    let named = |field, text: &str| {
        Window::parse(kind, text).map_err(|_| Invalid::new(field, format!("is no {} window", kind.as_str())))
    };
    let (from, to) = (named("from", from)?, named("to", to)?);
    if from.first() > to.first() {
        return Err(Invalid::new("from", "is after to").into());
    }
    let windows = std::iter::successors(Some(to), |window| window.previous());
    let windows = windows.take_while(|window| window.first() >= from.first()).take(MOST_WINDOWS + 1);
    let mut windows: Vec<Window> = windows.collect();
    if windows.len() > MOST_WINDOWS {
        return Err(Invalid::new("to", format!("makes more than {MOST_WINDOWS} windows")).into());
    }
    windows.reverse();
    Ok(windows)
}

/// What may be spent without an alert.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Spending {
    /// In a day; what the service is configured with when not given.
    day: Option<String>,
    /// In a week; what the service is configured with when not given.
    week: Option<String>,
    /// In a month, as it is projected; what the service is configured with when not given.
    month: Option<String>,
}

/// What costs more than it may.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alerts {
    /// None when everything is as it should be.
    alerts: Vec<Alert>,
    /// What may be spent.
    limits: Limits,
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
    let usual = admin.limits;
    let limits = Limits {
        day: given("day", &spending.day, usual.day)?,
        week: given("week", &spending.week, usual.week)?,
        month: given("month", &spending.month, usual.month)?,
    };
    Ok(web::Json(Alerts { alerts: admin.send.costs().alerts(&limits).await?, limits }))
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
pub(super) async fn collect_costs(
    admin: web::Data<Admin>,
    call: Call,
    again: web::Query<Again>,
) -> Result<web::Json<Collected>> {
    let from = day("from", again.from.as_deref())?;
    let source = match &admin.cost_explorer {
        Some(source) => source.clone(),
        None => CostExplorer::from_env().await,
    };
    let collector = Collector::new(&admin.send, source, CollectorSettings::default())?;
    let collecting =
        Arc::clone(&admin.collecting).try_lock_owned().map_err(|_| Problem::Running("costs are being collected"))?;
    let of = admin.clone();
    // What AWS was paid for is recorded also when nobody waits for it any more.
    let work = async move {
        let _collecting = collecting;
        let collected = match from {
            Some(first) => collector.run_from(first).await,
            None => collector.run().await,
        };
        of.overview.costs_are_written();
        Ok(collected?)
    };
    let target = from.map(|first| format!("from {first}"));
    admin.audited(&call, "collect_costs", target, work).await.map(web::Json)
}
