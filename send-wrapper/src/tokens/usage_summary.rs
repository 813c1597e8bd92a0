//! The uses of a token summed up: by day, by visitor, by what became of them.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::record::Record;
use super::usage::UsageTotals;
use super::usage_page::Begin;
use super::{Refusal, Tokens, UsageEvent, key, no_token};
use crate::error::Result;
use crate::journal::{Reach, Totals};
use crate::names::{Country, IpHash, TokenName};
use crate::time::{Day, Timestamp};

/// How many events are summed up at most, and how many come with one call.
const MOST_EVENTS: usize = 10_000;
const PAGE: usize = 1000;
/// How many visitors are shown.
const MOST_VISITORS: usize = 100;

/// What the uses of a token come to.
///
/// Without a range of days, how many were granted and refused counts all there ever were, also those whose events are not kept any more; the
/// rest is about those that are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct UsageSummary {
    /// How many uses were granted.
    pub granted: u64,
    /// How many were refused.
    pub refused: u64,
    /// The days with uses, the first one first.
    pub by_day: Vec<DayOfUses>,
    /// Those who used it most, the first one the most; 100 at most. Visitors are another one every day, since hashes change with it.
    pub by_visitor: Vec<VisitorOfToken>,
    /// How many visitors there were.
    pub visitors: u64,
    /// How many uses were refused, by the reason.
    pub by_reason: BTreeMap<String, u64>,
    /// How many uses were granted, by what they were for.
    pub by_action: BTreeMap<String, u64>,
    /// Whether all uses of the range are in all of it. It has the newest 10,000 at least, of those that are kept.
    pub complete: bool,
    /// How many events could not be read.
    pub unreadable: u64,
}

/// A day with uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct DayOfUses {
    /// The day.
    pub day: Day,
    /// How many uses were granted.
    pub granted: u64,
    /// How many were refused.
    pub refused: u64,
}

/// Who used a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct VisitorOfToken {
    /// What stands for the visitor's address on one day; null for uses that came without one.
    pub ip_hash: Option<IpHash>,
    /// The family and system of the last use.
    pub user_agent: Option<String>,
    /// Where the visitor was at the last use.
    pub country: Option<Country>,
    /// How many uses were granted.
    pub granted: u64,
    /// How many were refused.
    pub refused: u64,
    /// The first of these uses.
    pub first_at: Timestamp,
    /// The last one.
    pub last_at: Timestamp,
}

impl Tokens {
    /// Sums up the uses of a token in a range of days, the newest 10,000 of them: one call for each 1,000, and two; without a range, what
    /// [`usage_counts`](Self::usage_counts) takes. It ends within the [long time limit](crate::SendCache::long_time_limit).
    pub async fn usage_summary(&self, name: &TokenName, from: Option<Day>, to: Option<Day>) -> Result<UsageSummary> {
        self.send.within_long(self.sum_up(name, from, to)).await
    }

    async fn sum_up(&self, name: &TokenName, from: Option<Day>, to: Option<Day>) -> Result<UsageSummary> {
        let found = self.send.within(self.entries.look::<Record>(&key(name))).await?;
        let (cache_id, record) = found.ok_or_else(|| no_token(name))?;
        let (journal, known) = (self.entries.journal(cache_id), UsageTotals::known(&record));
        let (counted, expired_before) = match (from, to) {
            (None, None) => {
                let caught_up = self.send.within(journal.catch_up::<UsageTotals>(Reach::Newest, &known)).await?.sum();
                (Some(caught_up.totals.refused), caught_up.expired_before)
            }
            _ => (None, self.send.within(journal.expired_before::<UsageTotals>(&known)).await?),
        };
        let (mut sum, mut events, mut next) = (Sum::default(), 0, Some(Begin::default()));
        while let Some(begin) = next.take_if(|_| events < MOST_EVENTS) {
            let page = self.read_usage_page(cache_id, &record, (from, to), begin, PAGE);
            let page = self.send.within(page).await?;
            events += page.events.len();
            sum.unreadable += page.unreadable;
            page.events.into_iter().for_each(|event| sum.add(event));
            next = page.next;
        }
        let created = record.token.created_at.day();
        let first = from.map_or(created, |from| from.max(created));
        let is_kept = expired_before.is_none_or(|before| first >= before);
        let mut summary = sum.summary(next.is_none() && is_kept);
        if let Some(refused) = counted {
            summary.complete &= summary.granted >= record.token.usage_count;
            summary.granted = record.token.usage_count;
            summary.refused = refused.values().sum();
            summary.by_reason = refused.into_iter().map(|(why, times)| (why.as_str().to_owned(), times)).collect();
        }
        Ok(summary)
    }
}

#[derive(Default)]
struct Sum {
    days: BTreeMap<Day, (u64, u64)>,
    visitors: HashMap<Option<IpHash>, VisitorOfToken>,
    by_reason: BTreeMap<String, u64>,
    by_action: BTreeMap<String, u64>,
    unreadable: u64,
}

impl Sum {
    /// Adds an event; the newest come first.
    fn add(&mut self, event: UsageEvent) {
        let UsageEvent { timestamp, ip_hash, user_agent, country, action, success, rejection_reason, .. } = event;
        let (granted, refused) = (u64::from(success), u64::from(!success));
        let day = self.days.entry(timestamp.day()).or_default();
        *day = (day.0 + granted, day.1 + refused);
        if success {
            *self.by_action.entry(action.as_str().to_owned()).or_default() += 1;
        }
        if let Some(reason) = rejection_reason {
            *self.by_reason.entry(Refusal::as_str(reason).to_owned()).or_default() += 1;
        }
        let visitor = self.visitors.entry(ip_hash.clone()).or_insert_with(|| VisitorOfToken {
            ip_hash,
            user_agent: None,
            country: None,
            granted: 0,
            refused: 0,
            first_at: timestamp,
            last_at: timestamp,
        });
        visitor.granted += granted;
        visitor.refused += refused;
        visitor.first_at = visitor.first_at.min(timestamp);
        visitor.last_at = visitor.last_at.max(timestamp);
        visitor.user_agent = visitor.user_agent.take().or(user_agent);
        visitor.country = visitor.country.take().or(country);
    }

    fn summary(self, complete: bool) -> UsageSummary {
        let Self { days, visitors, by_reason, by_action, unreadable } = self;
        let by_day = days.into_iter().map(|(day, (granted, refused))| DayOfUses { day, granted, refused });
        let by_day: Vec<DayOfUses> = by_day.collect();
        let count = visitors.keys().flatten().count() as u64;
        let mut by_visitor: Vec<VisitorOfToken> = visitors.into_values().collect();
        let uses = |visitor: &VisitorOfToken| visitor.granted + visitor.refused;
        by_visitor.sort_by(|a, b| (uses(b), b.last_at, &b.ip_hash).cmp(&(uses(a), a.last_at, &a.ip_hash)));
        by_visitor.truncate(MOST_VISITORS);
        UsageSummary {
            granted: by_day.iter().map(|day| day.granted).sum(),
            refused: by_day.iter().map(|day| day.refused).sum(),
            by_day,
            by_visitor,
            visitors: count,
            by_reason,
            by_action,
            complete,
            unreadable,
        }
    }
}
