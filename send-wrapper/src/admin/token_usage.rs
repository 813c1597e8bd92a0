//! `/tokens/usage` and `/tokens/usage-summary`: who used a token, for what, and what became of it.

use actix_web::web;
use http_service::Call;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::cursor::Listing;
use super::input::day;
use super::problem::{Refused, Result};
use crate::names::TokenName;
use crate::tokens::{TokenDetails, UsageEvent, UsagePage, UsagePageQuery, UsageSummary};

/// Which uses.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Uses {
    /// The first day, such as `2026-02-13`; all when not given.
    from: Option<String>,
    /// The last day.
    to: Option<String>,
    /// How many uses a page has, 1 to 1,000; 50 when not given.
    limit: Option<usize>,
    /// `next` of the answer before.
    cursor: Option<String>,
}

/// A page of uses.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenUsage {
    /// The newest first.
    events: Vec<UsageEvent>,
    /// Where the next page begins; null at the end. A page may have no events and a next one.
    next: Option<String>,
    /// How many events of this page could not be read.
    unreadable: u64,
}

/// Read the uses of a token page by page
///
/// The first page of up to 50 uses, of any day, is four calls to the cache, however many uses there are.
#[utoipa::path(
    get,
    path = "",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name, in any case."), Uses),
    responses((status = 200, description = "The newest uses first.", body = TokenUsage), Refused)
)]
pub(super) async fn token_usage(
    admin: web::Data<Admin>,
    call: Call,
    uses: web::Query<Uses>,
) -> Result<web::Json<TokenUsage>> {
    let name = TokenName::parse(call.param("name"))?;
    let (from, to) = (day("from", uses.from.as_deref())?, day("to", uses.to.as_deref())?);
    let range = format!("{from:?} {to:?}");
    let listing = Listing::of(&["/tokens/usage", name.as_str(), &range]);
    let cursor = listing.place(uses.cursor.as_deref())?;
    let query = UsagePageQuery { from, to, limit: uses.limit, cursor };
    let UsagePage { events, next, unreadable } = admin.send.tokens().usage_page(&name, &query).await?;
    Ok(web::Json(TokenUsage { events, next: next.map(|place| listing.cursor(&place)), unreadable }))
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Days {
    /// The first day, such as `2026-02-13`; all when not given.
    from: Option<String>,
    /// The last day.
    to: Option<String>,
}

/// A token, and what its uses come to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenUses {
    /// The token.
    token: TokenDetails,
    /// What its uses come to.
    #[serde(flatten)]
    uses: UsageSummary,
}

/// Sum up the uses of a token by day, visitor, reason and action
///
/// With the token as it is, for a page about it. The newest 10,000 uses of the range that are kept: one call to the cache for each 1,000. Without a range, how many were granted and
/// refused counts all there ever were.
#[utoipa::path(
    get,
    path = "",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name, in any case."), Days),
    responses((status = 200, description = "The token, and what its uses come to.", body = TokenUses), Refused)
)]
pub(super) async fn token_usage_summary(
    admin: web::Data<Admin>,
    call: Call,
    days: web::Query<Days>,
) -> Result<web::Json<TokenUses>> {
    let name = TokenName::parse(call.param("name"))?;
    let (from, to) = (day("from", days.from.as_deref())?, day("to", days.to.as_deref())?);
    let tokens = admin.send.tokens();
    let uses = async { Ok(tokens.usage_summary(&name, from, to).await?) };
    let (token, uses) = futures::try_join!(admin.details(&name), uses)?;
    Ok(web::Json(TokenUses { token, uses }))
}
