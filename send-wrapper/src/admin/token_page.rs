//! `/tokens/page`: the table of tokens, filtered, sorted, page by page.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::cursor::Listing;
use super::problem::{Refused, Result};
use super::token_table::Table;
use crate::names::Invalid;
use crate::time::Timestamp;
use crate::tokens::{Status, TokenRow};

/// How many tokens a page has at most.
const MOST: usize = 1000;
/// How long the text may be that is looked for, in bytes.
const LONGEST_TEXT: usize = 128;

/// Which tokens, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TokenQuery {
    /// Only tokens of this status.
    status: Option<Status>,
    /// Only tokens with this text in their name, their note or the name of who created them, in any case.
    q: Option<String>,
    /// By which column: `name` (when not given), `status`, `usage_count`, `usage_limit`, `remaining`, `created_by`, `created_at`,
    /// `last_used_at`, `expires_at`; the last first with `-` before it. Unlimited and never count as the most.
    sort: Option<String>,
    /// How many tokens a page has, 1 to 1,000; 100 when not given.
    limit: Option<usize>,
    /// `next` of the answer before.
    cursor: Option<String>,
}

/// A page of tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenPage {
    /// The tokens, in the order asked for.
    tokens: Vec<TokenRow>,
    /// Where the next page begins; null at the end.
    next: Option<String>,
    /// How many tokens fit the filter.
    matching: usize,
    /// How many tokens there are.
    total: usize,
    /// How many can be used.
    active: usize,
    /// How many there are of each status.
    by_status: BTreeMap<Status, usize>,
    /// How many records could not be read.
    unreadable: u64,
    /// Whether all tokens are listed; only the first 200,000 that are found are.
    complete: bool,
    /// When the tokens were read, at most five seconds ago. What this process has written since is in it.
    taken_at: Timestamp,
    /// How old that is, in milliseconds.
    age_ms: u64,
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Status,
    UsageCount,
    UsageLimit,
    Remaining,
    CreatedBy,
    CreatedAt,
    LastUsedAt,
    ExpiresAt,
}

impl Column {
    fn parse(text: &str) -> Result<Self, Invalid> {
        Ok(match text {
            "name" | "token_name" => Self::Name,
            "status" => Self::Status,
            "usage_count" => Self::UsageCount,
            "usage_limit" => Self::UsageLimit,
            "remaining" => Self::Remaining,
            "created_by" => Self::CreatedBy,
            "created_at" => Self::CreatedAt,
            "last_used_at" => Self::LastUsedAt,
            "expires_at" => Self::ExpiresAt,
            _ => return Err(Invalid::new("sort", "is none of the columns")),
        })
    }
}

/// What a row is sorted by. Rows of the same value are sorted by their names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
enum Value<'a> {
    Number(u64),
    #[serde(borrow)]
    Text(std::borrow::Cow<'a, str>),
}

/// An order, and which page of it.
struct Order {
    column: Column,
    is_descending: bool,
}

impl Order {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let (is_descending, column) = text.strip_prefix('-').map_or((false, text), |column| (true, column));
        Ok(Self { column: Column::parse(column)?, is_descending })
    }

    fn value<'a>(&self, row: &'a TokenRow, status: Status) -> Value<'a> {
        let most_when = |is_most: bool, number: u64| Value::Number(if is_most { u64::MAX } else { number });
        match self.column {
            Column::Name => Value::Number(0),
            Column::Status => Value::Number(status as u64),
            Column::UsageCount => Value::Number(row.usage_count),
            Column::UsageLimit => most_when(row.usage_limit.uses().is_none(), row.usage_limit.uses().unwrap_or(0)),
            Column::Remaining => most_when(row.remaining < 0, row.remaining.unsigned_abs()),
            Column::CreatedBy => Value::Text(row.created_by.as_ref().into()),
            Column::CreatedAt => Value::Number(row.created_at.millis()),
            Column::LastUsedAt => Value::Number(row.last_used_at.millis()),
            Column::ExpiresAt => most_when(row.expires_at.is_never(), row.expires_at.millis()),
        }
    }

    fn compare(&self, a: &(Value<'_>, &str), b: &(Value<'_>, &str)) -> Ordering {
        let ascending = a.cmp(b);
        if self.is_descending { ascending.reverse() } else { ascending }
    }
}

/// List tokens, filtered and sorted, page by page
///
/// From a table that is held in memory: it costs nothing of the cache, and is at most five seconds old. What was written through this
/// service is seen at once.
#[utoipa::path(
    get,
    path = "",
    tag = "tokens",
    params(TokenQuery),
    responses((status = 200, description = "A page of tokens.", body = TokenPage), Refused)
)]
pub(super) async fn page_tokens(
    admin: web::Data<Admin>,
    query: web::Query<TokenQuery>,
) -> Result<web::Json<TokenPage>> {
    let TokenQuery { status, q, sort, limit, cursor } = query.into_inner();
    let (q, sort) = (q.unwrap_or_default().to_lowercase(), sort.unwrap_or_else(|| "name".to_owned()));
    let limit = limit.unwrap_or(100);
    if !(1..=MOST).contains(&limit) {
        return Err(Invalid::new("limit", format!("is not between 1 and {MOST}")).into());
    }
    if q.len() > LONGEST_TEXT {
        return Err(Invalid::new("q", format!("is longer than {LONGEST_TEXT} bytes")).into());
    }
    let order = Order::parse(&sort)?;
    let wanted = format!("{status:?}");
    let listing = Listing::of(&["/tokens/page", &wanted, &q, &sort]);
    let place = listing.place(cursor.as_deref())?;
    let wrong = || Invalid::new("cursor", "is none of this listing");
    let after: Option<(Value<'_>, String)> =
        place.as_deref().map(|place| serde_json::from_str(place).map_err(|_| wrong())).transpose()?;
    let after = after.as_ref().map(|(value, name)| (value.clone(), name.as_str()));
    let now = admin.send.now();
    let page = admin.tokens.show(|table, taken_at| {
        let (tokens, next, matching) = select(table, now, status, &q, &order, after, limit);
        let mut by_status: BTreeMap<Status, usize> = BTreeMap::new();
        for row in table.rows.values() {
            *by_status.entry(row.status_at(now)).or_default() += 1;
        }
        TokenPage {
            tokens,
            next: next.map(|place| listing.cursor(&place)),
            matching,
            total: table.rows.len(),
            active: by_status.get(&Status::Active).copied().unwrap_or_default(),
            by_status,
            unreadable: table.unreadable,
            complete: table.is_complete,
            taken_at,
            age_ms: now.millis().saturating_sub(taken_at.millis()),
        }
    });
    Ok(web::Json(page.await?))
}

/// The rows of a page, the place of the last one if there are more, and how many rows fit.
fn select(
    table: &Table,
    now: Timestamp,
    status: Option<Status>,
    q: &str,
    order: &Order,
    after: Option<(Value<'_>, &str)>,
    limit: usize,
) -> (Vec<TokenRow>, Option<String>, usize) {
    let has = |text: &str| text.to_lowercase().contains(q);
    let fits = |row: &&TokenRow| {
        status.is_none_or(|status| row.status_at(now) == status)
            && (q.is_empty()
                || row.token_name.as_str().contains(q)
                || has(&row.created_by)
                || row.note.as_deref().is_some_and(has))
    };
    let rows = table.rows.values().filter(fits);
    let mut rows: Vec<_> =
        rows.map(|row| ((order.value(row, row.status_at(now)), row.token_name.as_str()), row)).collect();
    let matching = rows.len();
    if let Some(after) = &after {
        rows.retain(|(key, _)| order.compare(key, after) == Ordering::Greater);
    }
    let has_more = rows.len() > limit;
    if has_more {
        rows.select_nth_unstable_by(limit, |(a, _), (b, _)| order.compare(a, b));
        rows.truncate(limit);
    }
    rows.sort_unstable_by(|(a, _), (b, _)| order.compare(a, b));
    let last = rows.last().filter(|_| has_more).map(|(key, _)| serde_json::to_string(key).unwrap_or_default());
    let shown = |row: &TokenRow| TokenRow { status: row.status_at(now), ..row.clone() };
    (rows.into_iter().map(|(_, row)| shown(row)).collect(), last, matching)
}
