//! `/tokens`: invitation tokens.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::web;
use http_service::Call;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Admin;
use super::input::{Body, Moment, json, json_or_nothing};
use super::problem::{Refused, Result};
use crate::error::Error;
use crate::names::{Country, IpHash, TokenName, TransferId, UseId};
use crate::tokens::{Action, Created, Refusal, TokenDetails, Tokens, UsageLimit, Use, Used};

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
pub(super) async fn create_token(admin: web::Data<Admin>, call: Call, body: Body) -> Result<web::Json<Created>> {
    let NewToken { token_name, usage_limit, created_by, expires_at, metadata } = json(body)?;
    let name = TokenName::parse(&token_name)?;
    let expires_at = expires_at.map(|moment| moment.read("expires_at")).transpose()?;
    let mut create = admin.send.tokens().create(&name);
    create = usage_limit.into_iter().fold(create, |create, limit| create.usage_limit(limit));
    create = created_by.into_iter().fold(create, |create, who| create.created_by(who));
    create = expires_at.into_iter().fold(create, |create, moment| create.expires_at(moment));
    create = metadata.into_iter().fold(create, |create, (name, value)| create.metadata(name, value));
    let of = admin.clone();
    let work = async move {
        let (created, details) = create.send_detailed().await?;
        of.tokens.written(&details);
        Ok(created)
    };
    admin.audited(&call, "create_token", name.to_string(), work).await.map(web::Json)
}

/// Look a token up, also one that is revoked or exhausted
#[utoipa::path(
    get,
    path = "",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name, in any case.")),
    responses((status = 200, description = "The token.", body = TokenDetails), Refused)
)]
pub(super) async fn lookup_token(admin: web::Data<Admin>, call: Call) -> Result<web::Json<TokenDetails>> {
    admin.details(&TokenName::parse(call.param("name"))?).await.map(web::Json)
}

impl Admin {
    /// A token that has to be there.
    pub(super) async fn details(&self, name: &TokenName) -> Result<TokenDetails> {
        let details = self.send.tokens().details(name).await?;
        Ok(details.ok_or_else(|| Error::missing(format!("token {:?}", name.as_str())))?)
    }

    /// Changes a token in the name of who calls, and answers it as it is then.
    async fn change_token<F>(
        self: &Arc<Self>,
        call: &Call,
        operation: &'static str,
        name: TokenName,
        change: impl FnOnce(Tokens, TokenName) -> F,
    ) -> Result<web::Json<TokenDetails>>
    where
        F: Future<Output = Result<TokenDetails, Error>> + Send + 'static,
    {
        let target = name.to_string();
        let (admin, changed) = (Arc::clone(self), change(self.send.tokens(), name));
        let work = async move {
            let details = changed.await?;
            admin.tokens.written(&details);
            Ok(details)
        };
        self.audited(call, operation, target, work).await.map(web::Json)
    }
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
        Used::Granted { usage_count, remaining } => {
            admin.tokens.used(&name, usage_count, admin.send.now());
            let remaining = Some(remaining.as_number());
            UseOutcome { success: true, usage_count: Some(usage_count), remaining, reason: None }
        }
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
    responses((status = 200, description = "The token as it is now.", body = TokenDetails), Refused)
)]
pub(super) async fn revoke_token(admin: web::Data<Admin>, call: Call) -> Result<web::Json<TokenDetails>> {
    let name = TokenName::parse(call.param("name"))?;
    let revoke = |tokens: Tokens, name| async move { tokens.revoke(&name).await };
    admin.change_token(&call, "revoke_token", name, revoke).await
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
    responses((status = 200, description = "The token as it is now.", body = TokenDetails), Refused)
)]
pub(super) async fn reactivate_token(
    admin: web::Data<Admin>,
    call: Call,
    body: Body,
) -> Result<web::Json<TokenDetails>> {
    let name = TokenName::parse(call.param("name"))?;
    let MaybeLimit { usage_limit } = json_or_nothing(body)?;
    let limit = usage_limit.map(UsageLimit::new).transpose()?;
    let reactivate = |tokens: Tokens, name| async move { tokens.reactivate(&name, limit).await };
    admin.change_token(&call, "reactivate_token", name, reactivate).await
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
    responses((status = 200, description = "The token as it is now.", body = TokenDetails), Refused)
)]
pub(super) async fn update_token_limit(
    admin: web::Data<Admin>,
    call: Call,
    body: Body,
) -> Result<web::Json<TokenDetails>> {
    let name = TokenName::parse(call.param("name"))?;
    let NewLimit { usage_limit } = json(body)?;
    let limit = UsageLimit::new(usage_limit)?;
    let update = move |tokens: Tokens, name| async move { tokens.update_limit(&name, limit).await };
    admin.change_token(&call, "update_token_limit", name, update).await
}
