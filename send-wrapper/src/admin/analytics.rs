//! `/analytics`: what happens on the site.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use futures::stream::{StreamExt, TryStreamExt, iter};
use http_service::Call;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::problem::{Problem, Refused, Result};
use super::shown::Shown;
use crate::analytics::{Aggregation, Pulse, Window, WindowType};
use crate::error::Error;
use crate::names::Invalid;

/// How many windows a series has at most: a day of half hours is 48, a year of days 366.
pub(super) const MOST_WINDOWS: usize = 400;
/// How many windows are computed at once.
pub(super) const AT_ONCE: usize = 4;
/// How long an answer may be computed.
const LONGEST: Duration = Duration::from_secs(60);

/// Which minutes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PulseWindow {
    /// How many minutes up to now, 1 to 1,440; 5 when not given.
    window_minutes: Option<u32>,
}

async fn take_pulse(admin: &Admin, window: &PulseWindow) -> Result<web::Json<Pulse>> {
    Ok(web::Json(admin.send.analytics().pulse(window.window_minutes.unwrap_or(5)).await?))
}

/// Say what is going on right now
#[utoipa::path(
    get,
    path = "",
    tag = "analytics",
    params(PulseWindow),
    responses((status = 200, description = "What happened in the last minutes.", body = Pulse), Refused)
)]
pub(super) async fn pulse(admin: web::Data<Admin>, window: web::Query<PulseWindow>) -> Result<web::Json<Pulse>> {
    take_pulse(&admin, &window).await
}

/// Say what is going on right now, under another path
#[utoipa::path(
    get,
    path = "",
    tag = "analytics",
    params(PulseWindow),
    responses((status = 200, description = "What happened in the last minutes.", body = Pulse), Refused)
)]
pub(super) async fn health_pulse(admin: web::Data<Admin>, window: web::Query<PulseWindow>) -> Result<web::Json<Pulse>> {
    take_pulse(&admin, &window).await
}

/// Sum up the window that runs now
#[utoipa::path(
    get,
    path = "",
    tag = "analytics",
    params(("window_type" = WindowType, Path, description = "How long the window is.")),
    responses((status = 200, description = "What its events come to so far.", body = Aggregation), Refused)
)]
pub(super) async fn latest_aggregation(admin: web::Data<Admin>, call: Call) -> Result<HttpResponse> {
    sum_up(&admin, Window::at(WindowType::parse(call.param("window_type"))?, admin.send.now())).await
}

/// Sum up a window
///
/// A window that is over is computed once, stored, and answered the same from then on.
#[utoipa::path(
    get,
    path = "",
    tag = "analytics",
    params(
        ("window_type" = WindowType, Path, description = "How long the window is."),
        ("window_key" = String, Path, description = "Which one: `2026-02-13-14-30`, `2026-02-13T14`, `2026-02-13`, `2026-02`, `2026`.")
    ),
    responses((status = 200, description = "What its events come to.", body = Aggregation), Refused)
)]
pub(super) async fn aggregation(admin: web::Data<Admin>, call: Call) -> Result<HttpResponse> {
    let window = Window::parse(WindowType::parse(call.param("window_type"))?, call.param("window_key"))?;
    sum_up(&admin, window).await
}

/// Computes within the time an answer may take. What is stored by then stays: whoever asks again goes on from there.
pub(super) async fn within<T>(computed: impl Future<Output = Result<T>>) -> Result<T> {
    let timed_out = || Problem::Send(Error::TimedOut { after: LONGEST });
    tokio::time::timeout(LONGEST, computed).await.unwrap_or_else(|_| Err(timed_out()))
}

async fn sum_up(admin: &Admin, window: Window) -> Result<HttpResponse> {
    let text = within(async { Ok(admin.send.analytics().aggregation_json(window).await?) }).await?;
    Ok(HttpResponse::Ok().json(Shown::of(&text)?))
}

/// Which windows: `from` and `to`, or `last`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Range {
    /// The key of the first window, such as `2026-02-01`.
    from: Option<String>,
    /// The key of the last window.
    to: Option<String>,
    /// Instead of them: the last windows, so many, the running one among them; 1 to 400.
    last: Option<usize>,
}

/// What a query asks for.
pub(super) enum Asked<'a> {
    /// From the first window to the last one.
    Between(&'a str, &'a str),
    /// The last windows, so many.
    Last(usize),
}

/// The windows that a query asks for.
pub(super) fn asked<'a>(from: Option<&'a str>, to: Option<&'a str>, last: Option<usize>) -> Result<Asked<'a>> {
    match (from, to, last) {
        (Some(from), Some(to), None) => Ok(Asked::Between(from, to)),
        (None, None, Some(last)) if (1..=MOST_WINDOWS).contains(&last) => Ok(Asked::Last(last)),
        (None, None, Some(_)) => Err(Invalid::new("last", format!("is not between 1 and {MOST_WINDOWS}")).into()),
        (_, _, Some(_)) => Err(Invalid::new("last", "stands beside from or to").into()),
        (Some(_), None, None) => Err(Invalid::new("to", "is missing").into()),
        (None, _, None) => Err(Invalid::new("from", "is missing, and so is last").into()),
    }
}

/// Several windows in a row; those that are not kept any more are left out.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Series {
    /// The first window first.
    #[schema(value_type = Vec<Aggregation>)]
    windows: Vec<Shown>,
}

/// Sum up several windows in a row, for charts
///
/// At most 400: `from` and `to`, or the `last` ones.
#[utoipa::path(
    get,
    path = "",
    tag = "analytics",
    params(("window_type" = WindowType, Path, description = "How long the windows are."), Range),
    responses((status = 200, description = "What the events of each come to.", body = Series), Refused)
)]
pub(super) async fn aggregation_series(
    admin: web::Data<Admin>,
    call: Call,
    range: web::Query<Range>,
) -> Result<web::Json<Series>> {
    let kind = WindowType::parse(call.param("window_type"))?;
    let windows = match asked(range.from.as_deref(), range.to.as_deref(), range.last)? {
        Asked::Last(last) => {
            let now = Window::at(kind, admin.send.now());
            let mut windows: Vec<Window> =
                std::iter::successors(Some(now), |window| Some(window.previous())).take(last).collect();
            // The first window there is has none before it, and is its own.
            windows.dedup();
            windows.reverse();
            windows
        }
        Asked::Between(from, to) => between(kind, from, to)?,
    };
    let analytics = admin.send.analytics();
    let computed = windows.into_iter().map(|window| {
        let analytics = analytics.clone();
        async move {
            match analytics.aggregation_json(window).await {
                Ok(text) => Shown::of(&text).map(Some),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            }
        }
    });
    let windows: Vec<Option<Shown>> = within(iter(computed).buffered(AT_ONCE).try_collect()).await?;
    Ok(web::Json(Series { windows: windows.into_iter().flatten().collect() }))
}

fn between(kind: WindowType, from: &str, to: &str) -> Result<Vec<Window>> {
    let named = |field, text: &str| {
        Window::parse(kind, text).map_err(|_| Invalid::new(field, format!("is no {} window", kind.as_str())))
    };
    let (from, to) = (named("from", from)?, named("to", to)?);
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
    Ok(windows)
}
