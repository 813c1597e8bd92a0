//! `/tokens`: invitation tokens.

use std::collections::BTreeMap;
use std::net::IpAddr;

use actix_web::web;
use http_service::Call;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::input::{Body, Moment, day, json, json_or_nothing};
use super::problem::{Refused, Result};
use crate::error::Error;
use crate::listed::Listed;
use crate::names::{Country, IpHash, TokenName, TransferId, UseId};
use crate::tokens::{Action, Created, Refusal, Status, Token, UsageEvent, UsageLimit, UsageQuery, Use, Used};

/// A token to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// Its name, in any case.
    token_name: String,
    /// How often it can be used; 50 when not given, 0 for any number.
    usage_limit: Option<u64>,
    /// Who creates it; `admin` when not given.
    created_by: Option<String>,
    /// When it expires, in milliseconds since 1970 or as RFC 3339; never when not given.
    #[schema(value_type = Option<u64>)]
    expires_at: Option<Moment>,
    /// Whatever its creator wants to know about it, 8 KiB at most.
    #[serde(default)]
    metadata: BTreeMap<String, Value>,
}

/// Create a token
///
/// Of several creations of one name one succeeds, the others are answered 409.
#[utoipa::path(
    post,
    path = "",
    tag = "tokens",
    request_body = NewToken,
    responses((status = 200, description = "It was created.", body = Created), Refused)
)]
pub(super) async fn create_token(admin: web::Data<Admin>, body: Body) -> Result<web::Json<Created>> {
    let NewToken { token_name, usage_limit, created_by, expires_at, metadata } = json(body)?;
    let mut create = admin.send.tokens().create(&TokenName::parse(&token_name)?);
    create = usage_limit.into_iter().fold(create, |create, limit| create.usage_limit(limit));
    create = created_by.into_iter().fold(create, |create, who| create.created_by(who));
    create = expires_at.into_iter().fold(create, |create, Moment(moment)| create.expires_at(moment));
    create = metadata.into_iter().fold(create, |create, (name, value)| create.metadata(name, value));
    Ok(web::Json(create.send().await?))
}

/// Look a token up, also one that is revoked or exhausted
#[utoipa::path(
    get,
    path = "",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name, in any case.")),
    responses((status = 200, description = "The token.", body = Token), Refused)
)]
pub(super) async fn lookup_token(admin: web::Data<Admin>, call: Call) -> Result<web::Json<Token>> {
    let name = TokenName::parse(call.param("name"))?;
    let token = admin.send.tokens().lookup(&name).await?;
    Ok(web::Json(token.ok_or_else(|| Error::missing(format!("token {:?}", name.as_str())))?))
}

/// What a token is used for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenUse {
    /// The client's address. Only its hash is kept, if the service has a secret to hash it with.
    #[schema(value_type = Option<String>)]
    address: Option<IpAddr>,
    /// The client's user agent. Only its family and system are kept.
    user_agent: Option<String>,
    /// Where the client is.
    country: Option<Country>,
    /// What stands for the client's address, for those who have hashed it themselves.
    ip_hash: Option<IpHash>,
    /// What for; `use` when not given.
    action: Option<Action>,
    /// The transfer it is for.
    transfer_id: Option<TransferId>,
    /// Makes it the same use as every other one of this identifier: it counts once.
    use_id: Option<UseId>,
}

/// What became of a use.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UseOutcome {
    /// Whether it was granted.
    success: bool,
    /// How often the token was used, with this one; of a granted use.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_count: Option<u64>,
    /// How often it can be used from now on, -1 for any number; of a granted use.
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining: Option<i64>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Refusal>,
}

/// Use a token
///
/// A use that is refused is an answer like another, 200. One whose answer was lost is asked for again with the same `use_id`.
#[utoipa::path(
    post,
    path = "",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name, in any case.")),
    request_body(content = Option<TokenUse>, description = "May be left out."),
    responses((status = 200, description = "Granted or refused.", body = UseOutcome), Refused)
)]
pub(super) async fn use_token(admin: web::Data<Admin>, call: Call, body: Body) -> Result<web::Json<UseOutcome>> {
    let name = TokenName::parse(call.param("name"))?;
    let TokenUse { address, user_agent, country, ip_hash, action, transfer_id, use_id } = json_or_nothing(body)?;
    let mut wanted = Use::default().client(address, user_agent.as_deref(), country);
    wanted = ip_hash.into_iter().fold(wanted, Use::ip_hash);
    wanted = action.into_iter().fold(wanted, Use::action);
    wanted = transfer_id.into_iter().fold(wanted, Use::transfer_id);
    wanted = use_id.into_iter().fold(wanted, Use::use_id);
    Ok(web::Json(match admin.send.tokens().use_once(&name, wanted).await? {
        Used::Granted { usage_count, remaining } => UseOutcome {
            success: true,
            usage_count: Some(usage_count),
            remaining: Some(remaining.as_number()),
            reason: None,
        },
        Used::Refused(refusal) => {
            UseOutcome { success: false, usage_count: None, remaining: None, reason: Some(refusal) }
        }
    }))
}

/// Take a token back
///
/// One that is revoked already stays as it is.
#[utoipa::path(
    post,
    path = "",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name, in any case.")),
    responses((status = 200, description = "The token as it is now.", body = Token), Refused)
)]
pub(super) async fn revoke_token(admin: web::Data<Admin>, call: Call) -> Result<web::Json<Token>> {
    Ok(web::Json(admin.send.tokens().revoke(&TokenName::parse(call.param("name"))?).await?))
}

/// A limit that may be given.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MaybeLimit {
    /// How often the token can be used in all, 0 for any number; as before when not given.
    usage_limit: Option<u64>,
}

/// Make a revoked or exhausted token active again
///
/// 409 for one without uses left, unless a `usage_limit` leaves some, and for one whose time is over.
#[utoipa::path(
    post,
    path = "",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name, in any case.")),
    request_body(content = Option<MaybeLimit>, description = "May be left out."),
    responses((status = 200, description = "The token as it is now.", body = Token), Refused)
)]
pub(super) async fn reactivate_token(admin: web::Data<Admin>, call: Call, body: Body) -> Result<web::Json<Token>> {
    let name = TokenName::parse(call.param("name"))?;
    let MaybeLimit { usage_limit } = json_or_nothing(body)?;
    let limit = usage_limit.map(UsageLimit::new).transpose()?;
    Ok(web::Json(admin.send.tokens().reactivate(&name, limit).await?))
}

/// A limit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLimit {
    /// How often the token can be used in all; 0 for any number.
    usage_limit: u64,
}

/// Set how often a token can be used
///
/// An exhausted token becomes active when that leaves uses; a revoked one stays revoked.
#[utoipa::path(
    post,
    path = "",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name, in any case.")),
    request_body = NewLimit,
    responses((status = 200, description = "The token as it is now.", body = Token), Refused)
)]
pub(super) async fn update_token_limit(admin: web::Data<Admin>, call: Call, body: Body) -> Result<web::Json<Token>> {
    let name = TokenName::parse(call.param("name"))?;
    let NewLimit { usage_limit } = json(body)?;
    Ok(web::Json(admin.send.tokens().update_limit(&name, UsageLimit::new(usage_limit)?).await?))
}

/// The names of all tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenNames {
    /// In the order of the alphabet.
    tokens: Vec<TokenName>,
    /// How many records could not be read.
    unreadable: u64,
}

/// List the names of all tokens
#[utoipa::path(
    get,
    path = "",
    tag = "tokens",
    responses((status = 200, description = "The names.", body = TokenNames), Refused)
)]
pub(super) async fn list_tokens(admin: web::Data<Admin>) -> Result<web::Json<TokenNames>> {
    let Listed { items: tokens, unreadable } = admin.send.tokens().list().await?;
    Ok(web::Json(TokenNames { tokens, unreadable }))
}

/// All tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenDetails {
    /// In the order of their names.
    tokens: Vec<Token>,
    /// How many there are.
    total: usize,
    /// How many can be used.
    active: usize,
    /// How many records could not be read.
    unreadable: u64,
}

/// List all tokens
///
/// The cost grows with the tokens, not with how often they were used: one call to the cache for 10,000 of them.
#[utoipa::path(
    get,
    path = "",
    tag = "tokens",
    responses((status = 200, description = "The tokens.", body = TokenDetails), Refused)
)]
pub(super) async fn list_token_details(admin: web::Data<Admin>) -> Result<web::Json<TokenDetails>> {
    let Listed { items: tokens, unreadable } = admin.send.tokens().list_details().await?;
    let active = tokens.iter().filter(|token| token.status == Status::Active).count();
    Ok(web::Json(TokenDetails { total: tokens.len(), active, unreadable, tokens }))
}

/// Which uses.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Uses {
    /// The first day, such as `2026-02-13`; all when not given.
    from: Option<String>,
    /// The last day.
    to: Option<String>,
    /// At most so many, 1 to 10,000; 1,000 when not given.
    limit: Option<usize>,
}

/// What is known of uses.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenUsage {
    /// The newest first.
    events: Vec<UsageEvent>,
    /// How many events could not be read.
    unreadable: u64,
}

/// Read what is known of the uses of a token
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
    let mut query = UsageQuery::default();
    query = day("from", uses.from.as_deref())?.into_iter().fold(query, UsageQuery::from);
    query = day("to", uses.to.as_deref())?.into_iter().fold(query, UsageQuery::to);
    query = uses.limit.into_iter().fold(query, UsageQuery::limit);
    let Listed { items: events, unreadable } = admin.send.tokens().usage(&name, &query).await?;
    Ok(web::Json(TokenUsage { events, unreadable }))
}
