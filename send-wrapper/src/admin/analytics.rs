//! `/analytics`: what happens on the site.

use std::time::Duration;

use actix_web::{HttpResponse, get, web};
use futures::stream::{StreamExt, TryStreamExt, iter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::problem::{Problem, Refused, Result};
use crate::analytics::{Aggregation, Pulse, Window, WindowType};
use crate::error::Error;
use crate::names::Invalid;

/// How many windows a series has at most: a day of half hours is 48, a year of days 366.
const MOST_WINDOWS: usize = 400;
/// How many windows are computed at once.
const AT_ONCE: usize = 4;
/// How long an answer may be computed.
const LONGEST: Duration = Duration::from_secs(60);

pub(super) fn operations(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    // What is named is looked for before what may have any name.
    config
        .service(pulse)
        .service(health_pulse)
        .service(latest_aggregation)
        .service(aggregation_series)
        .service(aggregation);
}

/// Which minutes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PulseWindow {
    /// How many minutes up to now, 1 to 1,440; 5 when not given.
    window_minutes: Option<u32>,
}

async fn take_pulse(admin: &Admin, window: &PulseWindow) -> Result<web::Json<Pulse>> {
    Ok(web::Json(admin.send.analytics().pulse(window.window_minutes.unwrap_or(5)).await?))
}

/// Say what is going on right now
#[utoipa::path(
    operation_id = "pulse",
    tag = "analytics",
    params(PulseWindow),
    responses((status = 200, description = "What happened in the last minutes.", body = Pulse), Refused)
)]
#[get("/analytics/pulse")]
async fn pulse(admin: web::Data<Admin>, window: web::Query<PulseWindow>) -> Result<web::Json<Pulse>> {
    take_pulse(&admin, &window).await
}

/// Say what is going on right now, under another path
#[utoipa::path(
    operation_id = "health_pulse",
    tag = "analytics",
    params(PulseWindow),
    responses((status = 200, description = "What happened in the last minutes.", body = Pulse), Refused)
)]
#[get("/health/pulse")]
async fn health_pulse(admin: web::Data<Admin>, window: web::Query<PulseWindow>) -> Result<web::Json<Pulse>> {
    take_pulse(&admin, &window).await
}

/// Sum up the window that runs now
#[utoipa::path(
    operation_id = "latest_aggregation",
    tag = "analytics",
    params(("window_type" = WindowType, Path, description = "How long the window is.")),
    responses((status = 200, description = "What its events come to so far.", body = Aggregation), Refused)
)]
#[get("/analytics/latest/{window_type}")]
async fn latest_aggregation(admin: web::Data<Admin>, kind: web::Path<String>) -> Result<HttpResponse> {
    sum_up(&admin, Window::at(WindowType::parse(&kind)?, admin.send.now())).await
}

/// Sum up a window
///
/// A window that is over is computed once, stored, and answered as it was stored from then on.
#[utoipa::path(
    operation_id = "aggregation",
    tag = "analytics",
    params(
        ("window_type" = WindowType, Path, description = "How long the window is."),
        ("window_key" = String, Path, description = "Which one: `2026-02-13-14-30`, `2026-02-13T14`, `2026-02-13`, `2026-02`, `2026`.")
    ),
    responses((status = 200, description = "What its events come to.", body = Aggregation), Refused)
)]
#[get("/analytics/{window_type}/{window_key}")]
async fn aggregation(admin: web::Data<Admin>, window: web::Path<(String, String)>) -> Result<HttpResponse> {
    let (kind, key) = window.into_inner();
    sum_up(&admin, Window::parse(WindowType::parse(&kind)?, &key)?).await
}

/// Computes within the time an answer may take. What is stored by then stays: whoever asks again goes on from there.
async fn within<T>(computed: impl Future<Output = Result<T>>) -> Result<T> {
    let timed_out = || Problem::Send(Error::TimedOut { after: LONGEST });
    tokio::time::timeout(LONGEST, computed).await.unwrap_or_else(|_| Err(timed_out()))
}

async fn sum_up(admin: &Admin, window: Window) -> Result<HttpResponse> {
    let text = within(async { Ok(admin.send.analytics().aggregation(window).await?) }).await?;
    Ok(HttpResponse::Ok().content_type("application/json").body(Box::<str>::from(text).into_string()))
}

/// Which windows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Range {
    /// The key of the first window, such as `2026-02-01`.
    from: String,
    /// The key of the last window.
    to: String,
}

/// Several windows in a row, without what longer ones are computed from; those that are not kept any more are left out.
#[derive(Debug, Serialize, ToSchema)]
struct Series {
    /// The first window first.
    #[schema(value_type = Vec<Aggregation>)]
    windows: Vec<Value>,
}

/// Sum up several windows in a row, for charts
///
/// At most 400. `merge_state` is left out.
#[utoipa::path(
    operation_id = "aggregation_series",
    tag = "analytics",
    params(("window_type" = WindowType, Path, description = "How long the windows are."), Range),
    responses((status = 200, description = "What the events of each come to.", body = Series), Refused)
)]
#[get("/analytics/series/{window_type}")]
async fn aggregation_series(
    admin: web::Data<Admin>,
    kind: web::Path<String>,
    range: web::Query<Range>,
) -> Result<web::Json<Series>> {
    let kind = WindowType::parse(&kind)?;
    let named = |field, text: &str| {
        Window::parse(kind, text).map_err(|_| Invalid::new(field, format!("is no {} window", kind.as_str())))
    };
    let (from, to) = (named("from", &range.from)?, named("to", &range.to)?);
    if from.start() > to.start() {
        return Err(Invalid::new("from", "is after to").into());
    }
    let windows: Vec<Window> = std::iter::successors(Some(from), |window| Some(window.next()))
        .take_while(|window| window.start() <= to.start())
        .take(MOST_WINDOWS + 1)
        .collect();
    if windows.len() > MOST_WINDOWS {
        return Err(Invalid::new("to", format!("makes more than {MOST_WINDOWS} windows")).into());
    }
    let analytics = admin.send.analytics();
    let computed = windows.into_iter().map(|window| {
        let analytics = analytics.clone();
        async move {
            match analytics.aggregation(window).await {
                Ok(text) => shown(&text).map(Some),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            }
        }
    });
    let windows: Vec<Option<Value>> = within(iter(computed).buffered(AT_ONCE).try_collect()).await?;
    Ok(web::Json(Series { windows: windows.into_iter().flatten().collect() }))
}

/// An aggregation without what only longer ones need.
fn shown(text: &RawValue) -> Result<Value> {
    let mut value: Value = serde_json::from_str(text.get()).map_err(|error| Problem::Form(error.to_string()))?;
    if let Some(fields) = value.as_object_mut() {
        fields.shift_remove("merge_state");
    }
    Ok(value)
}
