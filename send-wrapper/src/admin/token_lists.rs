//! `/tokens/list` and `/tokens/list-details`: all tokens in the order of their names, page by page.

use std::ops::Bound;

use actix_web::web;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::cursor::Listing;
use super::problem::{Refused, Result};
use crate::listed::Listed;
use crate::names::{Invalid, TokenName};
use crate::tokens::{Status, TokenDetails};

/// How many names a page has at most, and how many tokens.
const MOST_NAMES: usize = 10_000;
const MOST_TOKENS: usize = 1000;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NamesQuery {
    /// How many names a page has, 1 to 10,000; 10,000 when not given.
    limit: Option<usize>,
    /// `next` of the answer before.
    cursor: Option<String>,
}

/// Names of tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenNames {
    /// In the order of the alphabet.
    tokens: Vec<TokenName>,
    /// Where the next page begins; null at the end.
    next: Option<String>,
    /// How many records could not be read.
    unreadable: u64,
    /// Whether all tokens are listed; only the first 200,000 that are found are.
    complete: bool,
}

/// List the names of all tokens, page by page
///
/// From a table that is at most five seconds old. What was written through this service is seen at once.
#[utoipa::path(
    get,
    path = "",
    tag = "tokens",
    params(NamesQuery),
    responses((status = 200, description = "The names.", body = TokenNames), Refused)
)]
pub(super) async fn list_tokens(
    admin: web::Data<Admin>,
    query: web::Query<NamesQuery>,
) -> Result<web::Json<TokenNames>> {
    let listing = Listing::of(&["/tokens/list"]);
    let page = page(&admin, &listing, query.limit, MOST_NAMES, query.cursor.as_deref(), |name, _| name.clone());
    let Page { items: tokens, next, unreadable, complete, .. } = page.await?;
    Ok(web::Json(TokenNames { tokens, next, unreadable, complete }))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DetailsQuery {
    /// How many tokens a page has, 1 to 1,000; 1,000 when not given.
    limit: Option<usize>,
    /// `next` of the answer before.
    cursor: Option<String>,
}

/// Tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AllTokens {
    /// In the order of their names.
    tokens: Vec<TokenDetails>,
    /// Where the next page begins; null at the end.
    next: Option<String>,
    /// How many tokens there are.
    total: usize,
    /// How many can be used.
    active: usize,
    /// How many records could not be read, of this page or as names.
    unreadable: u64,
    /// Whether all tokens are listed; only the first 200,000 that are found are.
    complete: bool,
}

/// List all tokens with their metadata, page by page
///
/// Which tokens there are is known from a table that is at most five seconds old; those of the page are read anew, with one call.
#[utoipa::path(
    get,
    path = "",
    tag = "tokens",
    params(DetailsQuery),
    responses((status = 200, description = "The tokens.", body = AllTokens), Refused)
)]
pub(super) async fn list_token_details(
    admin: web::Data<Admin>,
    query: web::Query<DetailsQuery>,
) -> Result<web::Json<AllTokens>> {
    let listing = Listing::of(&["/tokens/list-details"]);
    let page = page(&admin, &listing, query.limit, MOST_TOKENS, query.cursor.as_deref(), |_, id| id);
    let Page { items, next, total, active, unreadable: unread, complete } = page.await?;
    let Listed { items: tokens, unreadable } = admin.send.tokens().details_of(items).await?;
    Ok(web::Json(AllTokens { tokens, next, total, active, unreadable: unread + unreadable, complete }))
}

/// A page of the table, in the order of the names.
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
    total: usize,
    active: usize,
    unreadable: u64,
    complete: bool,
}

async fn page<T>(
    admin: &Admin,
    listing: &Listing,
    limit: Option<usize>,
    most: usize,
    cursor: Option<&str>,
    show: impl Fn(&TokenName, cache_client::CacheId) -> T,
) -> Result<Page<T>> {
    let limit = limit.unwrap_or(most);
    if !(1..=most).contains(&limit) {
        return Err(Invalid::new("limit", format!("is not between 1 and {most}")).into());
    }
    let wrong = |_| Invalid::new("cursor", "is none of this listing");
    let after = listing.place(cursor)?.map(|name| TokenName::parse(&name).map_err(wrong)).transpose()?;
    let now = admin.send.now();
    let page = admin.tokens.show(|table, _| {
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rows = table.rows.range((begin, Bound::Unbounded));
        let (mut items, mut last) = (Vec::new(), None);
        for (name, row) in rows.by_ref().take(limit) {
            items.push(show(name, row.cache_id));
            last = Some(name);
        }
        let next = last.filter(|_| rows.next().is_some()).map(|name| listing.cursor(name.as_str()));
        let active = table.rows.values().filter(|row| row.status_at(now) == Status::Active).count();
        let (unreadable, complete) = (table.unreadable, table.is_complete);
        Page { items, next, total: table.rows.len(), active, unreadable, complete }
    });
    Ok(page.await?)
}
