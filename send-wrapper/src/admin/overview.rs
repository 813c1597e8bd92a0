//! `/overview`: whether anybody uses it, whether anything is wrong, and what it costs, in one answer.

use std::cmp::Reverse;
use std::sync::Arc;

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::problem::{Refused, Result};
use super::snapshot::Snapshot;
use super::token_table::Table;
use super::upkeep::in_time;
use crate::analytics::{Aggregation, Pulse, RecorderSeen, Window, WindowType};
use crate::costs::{Alert, Limits, MonthSoFar};
use crate::error::Error;
use crate::health::describe;
use crate::send_cache::SendCache;
use crate::time::Timestamp;
use crate::tokens::{Status, TokenRow};

/// How many minutes the pulse covers.
const PULSE: u32 = 5;
/// How many tokens each list shows.
const SHOWN: usize = 10;
/// A token is nearly used up when at most a tenth of its uses are left.
const NEARLY: u64 = 10;
/// A token expires soon when it does within seven days.
const SOON: std::time::Duration = std::time::Duration::from_secs(7 * 86_400);

/// What the overview holds between two requests.
#[derive(Debug, Clone)]
pub(super) struct Overviews {
    site: Snapshot<Site>,
    costs: Snapshot<Spent>,
}

/// What is read of the site; a part that could not be read is why.
#[derive(Debug)]
struct Site {
    pulse: Part<Pulse>,
    today: Part<DayFigures>,
    yesterday: Part<DayFigures>,
    week_ago: Part<DayFigures>,
    recorders: Part<Vec<RecorderSeen>>,
    healthy: bool,
}

type Part<T> = std::result::Result<Arc<T>, ()>;

#[derive(Debug)]
struct Spent {
    month: MonthSoFar,
    alerts: Vec<Alert>,
}

impl Overviews {
    pub(super) fn new(send: &SendCache, limits: Limits) -> Self {
        let (of_site, of_costs) = (send.clone(), send.clone());
        let site = Snapshot::new(send, move || {
            let send = of_site.clone();
            async move { Ok(read_site(&send).await) }
        });
        let costs = Snapshot::new(send, move || {
            let costs = of_costs.costs();
            async move {
                let (month, alerts) = futures::try_join!(costs.month_so_far(), costs.alerts(&limits))?;
                Ok(Spent { month, alerts })
            }
        });
        Self { site, costs }
    }

    /// Says that costs were recorded: whoever looks next sees them.
    pub(super) fn costs_are_written(&self) {
        self.costs.is_outdated();
    }
}

async fn read_site(send: &SendCache) -> Site {
    let analytics = send.analytics();
    let today = Window::at(WindowType::Daily, send.now());
    let yesterday = today.previous();
    let week_ago = std::iter::successors(Some(today), |day| Some(day.previous())).nth(7).unwrap_or(today);
    let day = |window: Window| {
        let analytics = analytics.clone();
        part("a day", async move {
            match analytics.aggregation(window).await {
                Ok(text) => DayFigures::of(text.get()),
                // It is not kept any more.
                Err(Error::NotFound { .. }) => Ok(DayFigures::nothing(window)),
                Err(error) => Err(error),
            }
        })
    };
    let (pulse, recorders) = (part("the pulse", analytics.pulse(PULSE)), part("recorders", analytics.recorders()));
    let (pulse, today, yesterday, week_ago, recorders, health) =
        futures::join!(pulse, day(today), day(yesterday), day(week_ago), recorders, send.health_check());
    Site { pulse, today, yesterday, week_ago, recorders, healthy: health.healthy }
}

/// A part of the answer; without it the others are answered all the same.
async fn part<T>(what: &str, read: impl Future<Output = Result<T, Error>>) -> Part<T> {
    in_time(read).await.map(Arc::new).map_err(|error| {
        tracing::warn!(error = describe(&error), "{what} could not be read for the overview");
    })
}

/// What a day came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct DayFigures {
    /// The day.
    window_key: String,
    /// Whether it is over, so that this stays as it is.
    sealed: bool,
    /// How many requests people made.
    total_requests: u64,
    /// How many people there were.
    unique_visitors: u64,
    /// How many files came in.
    file_uploads: u64,
    /// How many transfers got all their files.
    completed_transfers: u64,
    /// How many files went out.
    file_downloads: u64,
    /// How often tokens were used.
    token_uses: u64,
    /// How many answers had a status of 400 or more.
    error_count: u64,
    /// How many bytes of files came in and went out.
    total_bytes: u64,
    /// What half of the answers did not exceed, in milliseconds.
    p50_duration_ms: u64,
    /// What 95 of a hundred answers did not exceed, in milliseconds.
    p95_duration_ms: u64,
}

impl DayFigures {
    fn of(text: &str) -> Result<Self, Error> {
        let unreadable = |error| Error::Conflict { reason: format!("a day cannot be read: {error}") };
        let day: Aggregation = serde_json::from_str(text).map_err(unreadable)?;
        Ok(Self {
            window_key: day.window_key,
            sealed: day.sealed,
            total_requests: day.total_requests,
            unique_visitors: day.unique_visitors,
            file_uploads: day.file_uploads,
            completed_transfers: day.completed_transfers,
            file_downloads: day.file_downloads,
            token_uses: day.token_uses,
            error_count: day.error_count,
            total_bytes: day.total_bytes,
            p50_duration_ms: day.p50_duration_ms,
            p95_duration_ms: day.p95_duration_ms,
        })
    }

    fn nothing(window: Window) -> Self {
        Self {
            window_key: window.key(),
            sealed: true,
            total_requests: 0,
            unique_visitors: 0,
            file_uploads: 0,
            completed_transfers: 0,
            file_downloads: 0,
            token_uses: 0,
            error_count: 0,
            total_bytes: 0,
            p50_duration_ms: 0,
            p95_duration_ms: 0,
        }
    }
}

/// Tokens, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokensInShort {
    /// How many there are.
    total: usize,
    /// How many can be used.
    active: usize,
    /// How many can be used, and have a tenth of their uses left at most.
    nearly_used_up_count: usize,
    /// Those, with the fewest uses left first; 10 at most.
    nearly_used_up: Vec<TokenRow>,
    /// How many can be used, and expire within seven days.
    expiring_count: usize,
    /// Those, the next one first; 10 at most.
    expiring: Vec<TokenRow>,
}

impl TokensInShort {
    fn of(table: &Table, now: Timestamp) -> Self {
        let active = || table.rows.values().filter(|row| row.status_at(now) == Status::Active);
        let is_nearly = |row: &&TokenRow| {
            row.usage_limit.uses().is_some_and(|limit| row.remaining.unsigned_abs() * NEARLY <= limit)
        };
        let mut nearly: Vec<&TokenRow> = active().filter(is_nearly).collect();
        nearly.sort_by_key(|row| (row.remaining, Reverse(row.last_used_at)));
        let soon = now.plus(SOON);
        let mut expiring: Vec<&TokenRow> =
            active().filter(|row| !row.expires_at.is_never() && row.expires_at <= soon).collect();
        expiring.sort_by_key(|row| row.expires_at);
        let first = |rows: &[&TokenRow]| rows.iter().take(SHOWN).map(|row| (*row).clone()).collect();
        Self {
            total: table.rows.len(),
            active: active().count(),
            nearly_used_up_count: nearly.len(),
            nearly_used_up: first(&nearly),
            expiring_count: expiring.len(),
            expiring: first(&expiring),
        }
    }
}

/// What the running month costs, and what it may.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CostsInShort {
    /// What it costs so far.
    month: MonthSoFar,
    /// What may be spent in a day, in a week, and in a month as it is projected.
    limits: Limits,
    /// What costs more than it may.
    alerts: Vec<Alert>,
}

/// Whether it is used, whether anything is wrong, and what it costs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Overview {
    /// What happened in the last five minutes, with the last ten events; null when it could not be read, as the next ones.
    #[schema(value_type = Option<Pulse>)]
    pulse: Option<Arc<Pulse>>,
    /// What happened today.
    #[schema(value_type = Option<DayFigures>)]
    today: Option<Arc<DayFigures>>,
    /// What happened yesterday.
    #[schema(value_type = Option<DayFigures>)]
    yesterday: Option<Arc<DayFigures>>,
    /// What happened on the same day of the week before.
    #[schema(value_type = Option<DayFigures>)]
    week_ago: Option<Arc<DayFigures>>,
    /// Tokens that need attention.
    tokens: Option<TokensInShort>,
    /// What it costs.
    costs: Option<CostsInShort>,
    /// What does not work as it should; empty when everything does.
    degraded: Vec<Degraded>,
    /// Which parts could not be read: `pulse`, `today`, `yesterday`, `week_ago`, `tokens`, `costs`, `recorders`.
    missing: Vec<&'static str>,
    /// When the oldest of these parts was read, at most five seconds ago. What was written through this service since is in it.
    taken_at: Timestamp,
    /// How old that is, in milliseconds.
    age_ms: u64,
}

/// Something that does not work as it should.
#[derive(Debug, Serialize, ToSchema)]
struct Degraded {
    /// What: `cache`, `recorder`, `audit`.
    what: &'static str,
    /// Which one, of several.
    instance: Option<String>,
    /// Why.
    reason: String,
}

/// Tell in one answer whether it is used, whether anything is wrong, and what it costs
///
/// Read once for everybody who looks, and at most five seconds old. A part that cannot be read is null and `missing`.
#[utoipa::path(
    get,
    path = "",
    tag = "admin",
    responses((status = 200, description = "The overview.", body = Overview), Refused)
)]
pub(super) async fn overview(admin: web::Data<Admin>) -> Result<web::Json<Overview>> {
    let now = admin.send.now();
    let Overviews { site, costs } = &admin.overview;
    let site = site.show(|site, at| {
        let Site { pulse, today, yesterday, week_ago, recorders, healthy } = site;
        let days = [today, yesterday, week_ago].map(|day| day.clone().ok());
        (pulse.clone().ok(), days, recorders.clone().ok(), *healthy, at)
    });
    let tokens = in_time(admin.tokens.show(|table, at| (TokensInShort::of(table, now), at)));
    let limits = admin.limits;
    let costs = in_time(costs.show(|spent, at| {
        let Spent { month, alerts } = spent;
        (CostsInShort { month: month.clone(), limits, alerts: alerts.clone() }, at)
    }));
    let (site, tokens, costs) = futures::join!(site, tokens, costs);
    let (pulse, [today, yesterday, week_ago], recorders, healthy, taken_at) = site?;
    let (tokens, costs) = match (tokens, costs) {
        // Nothing at all: that is a failure.
        (Err(error), Err(_)) if pulse.is_none() && today.is_none() => return Err(error.into()),
        (tokens, costs) => (tokens.ok(), costs.ok()),
    };
    let ages = [Some(taken_at), tokens.as_ref().map(|(_, at)| *at), costs.as_ref().map(|(_, at)| *at)];
    let taken_at = ages.into_iter().flatten().min().unwrap_or(taken_at);
    let there = [
        ("pulse", pulse.is_some()),
        ("today", today.is_some()),
        ("yesterday", yesterday.is_some()),
        ("week_ago", week_ago.is_some()),
        ("tokens", tokens.is_some()),
        ("costs", costs.is_some()),
        ("recorders", recorders.is_some()),
    ];
    Ok(web::Json(Overview {
        pulse,
        today,
        yesterday,
        week_ago,
        tokens: tokens.map(|(tokens, _)| tokens),
        costs: costs.map(|(costs, _)| costs),
        degraded: degraded(&admin, healthy, recorders.as_deref().map(Vec::as_slice).unwrap_or_default()),
        missing: there.into_iter().filter(|(_, is_there)| !is_there).map(|(name, _)| name).collect(),
        taken_at,
        age_ms: now.millis().saturating_sub(taken_at.millis()),
    }))
}

fn degraded(admin: &Admin, healthy: bool, recorders: &[RecorderSeen]) -> Vec<Degraded> {
    let mut degraded = Vec::new();
    if !healthy {
        degraded.push(Degraded { what: "cache", instance: None, reason: "the cache does not answer".to_owned() });
    }
    for RecorderSeen { heartbeat, silent } in recorders {
        let reason = match (silent, heartbeat.degraded) {
            (true, _) => "it has said nothing for three minutes".to_owned(),
            (false, true) => heartbeat.reason.clone().unwrap_or_else(|| "it does not say why".to_owned()),
            (false, false) => continue,
        };
        let instance = Some(heartbeat.instance.as_str().to_owned());
        degraded.push(Degraded { what: "recorder", instance, reason });
    }
    if admin.audit.lost() > 0 {
        let reason = format!("{} records of what administrators did were lost", admin.audit.lost());
        degraded.push(Degraded { what: "audit", instance: None, reason });
    }
    degraded
}
