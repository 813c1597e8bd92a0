//! `/overview`: whether anybody uses it, whether anything is wrong, and what it costs, in one answer.

mod attention;
mod recent;
mod site;

use std::sync::Arc;

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use self::attention::TokensInShort;
use self::site::{DayFigures, Days, Site, Spent};
use super::Admin;
use super::problem::{Refused, Result};
use super::upkeep::in_time;
use crate::analytics::{Pulse, RecentEvent, RecorderSeen};
use crate::costs::{Alert, Limits, MonthSoFar};
use crate::error::Error;
use crate::time::Timestamp;

pub(super) use self::site::Overviews;

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
    /// What happened in the last five minutes; null when it could not be read, as the next ones.
    #[schema(value_type = Option<Pulse>)]
    pulse: Option<Arc<Pulse>>,
    /// The last ten events of the last day and of what was shown since, the newest first; null without a pulse. Those of a site that has
    /// fallen silent may be there a few seconds later.
    #[schema(value_type = Option<Vec<RecentEvent>>)]
    recent_events: Option<Arc<Vec<RecentEvent>>>,
    /// What happened today; days that are not kept any more are null, too.
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
    /// Which parts could not be read: `pulse`, `today`, `yesterday`, `week_ago`, `tokens`, `costs`, `recorders`, `health`.
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
    let Overviews { site, days, costs } = &admin.overview;
    let site = in_time(site.show(|site, at| (site.clone(), at)));
    let days = in_time(days.show(|days, at| (days.clone(), at)));
    let tokens = in_time(admin.tokens.show(|table, at| (TokensInShort::of(table, now), at)));
    let costs = in_time(costs.show(|spent, at| (spent.clone(), at)));
    let (site, days, tokens, costs) = futures::join!(site, days, tokens, costs);
    let ages = [age(&site), age(&days), age(&tokens), age(&costs)];
    let taken_at = ages.into_iter().flatten().min().unwrap_or(now);
    let nothing = Site { pulse: None, recent: None, recorders: None, is_healthy: None };
    let Site { pulse, recent, recorders, is_healthy } = site.map_or(nothing, |(site, _)| site);
    let Days { today, yesterday, week_ago } = days.map_or_else(|_| Days::unread(), |(days, _)| days);
    let (tokens, costs) = match (tokens, costs) {
        // Nothing at all: that is a failure.
        (Err(error), Err(_)) if pulse.is_none() && !today.was_read() => return Err(error.into()),
        (tokens, costs) => (tokens.ok(), costs.ok()),
    };
    let in_short = |(Spent { month, alerts }, _)| CostsInShort { month, limits: admin.limits, alerts };
    let costs = costs.map(in_short);
    let there = [
        ("pulse", pulse.is_some()),
        ("today", today.was_read()),
        ("yesterday", yesterday.was_read()),
        ("week_ago", week_ago.was_read()),
        ("tokens", tokens.is_some()),
        ("costs", costs.is_some()),
        ("recorders", recorders.is_some()),
        ("health", is_healthy.is_some()),
    ];
    Ok(web::Json(Overview {
        pulse,
        recent_events: recent,
        today: today.figures(),
        yesterday: yesterday.figures(),
        week_ago: week_ago.figures(),
        tokens: tokens.map(|(tokens, _)| tokens),
        costs,
        degraded: degraded(&admin, is_healthy, recorders.as_deref().map(Vec::as_slice).unwrap_or_default()),
        missing: there.into_iter().filter(|(_, is_there)| !is_there).map(|(name, _)| name).collect(),
        taken_at,
        age_ms: now.millis().saturating_sub(taken_at.millis()),
    }))
}

/// When a part was read.
fn age<T>(part: &Result<(T, Timestamp), Error>) -> Option<Timestamp> {
    part.as_ref().ok().map(|(_, at)| *at)
}

fn degraded(admin: &Admin, is_healthy: Option<bool>, recorders: &[RecorderSeen]) -> Vec<Degraded> {
    let mut degraded = Vec::new();
    if is_healthy == Some(false) {
        degraded.push(Degraded { what: "cache", instance: None, reason: "the cache does not answer".to_owned() });
    }
    for RecorderSeen { heartbeat, silent, forgotten } in recorders {
        // One that has ended is missed by nobody, nor is one that was killed days ago.
        if heartbeat.ended || *forgotten {
            continue;
        }
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
