//! `/tokens/update`: the settings of a token, which several administrators may change at the same time.

use std::collections::BTreeMap;

use actix_web::web;
use http_service::Call;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Admin;
use super::input::{Body, Moment, json};
use super::problem::{Problem, Refused, Result};
use crate::names::TokenName;
use crate::tokens::{Changed, Revision, TokenChange, TokenDetails, UsageLimit};

/// What is to be changed; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenSettings {
    /// The `revision` of the token that the change builds on.
    revision: String,
    /// How often it can be used in all; 0 for any number.
    usage_limit: Option<u64>,
    /// When it expires, in milliseconds since 1970 or as RFC 3339; 0 for never.
    #[schema(value_type = Option<u64>)]
    expires_at: Option<Moment>,
    /// All of its metadata, 8 KiB at most.
    metadata: Option<BTreeMap<String, Value>>,
    /// The text `note` of its metadata, all else of which stays as it is; an empty one takes it away.
    note: Option<String>,
}

/// Change the limit, the expiry and the metadata of a token
///
/// 409 with the code `STALE_REVISION` when somebody has changed these, revoked or reactivated the token since the revision that was
/// sent: then nothing is changed, and `current` shows the token as it is now. Uses of the token do not change its revision.
#[utoipa::path(
    post,
    path = "",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name, in any case.")),
    request_body = TokenSettings,
    responses((status = 200, description = "The token as it is now.", body = TokenDetails), Refused)
)]
pub(super) async fn update_token(admin: web::Data<Admin>, call: Call, body: Body) -> Result<web::Json<TokenDetails>> {
    let name = TokenName::parse(call.param("name"))?;
    let TokenSettings { revision, usage_limit, expires_at, metadata, note } = json(body)?;
    let revision = Revision::parse(&revision)?;
    let change = TokenChange {
        usage_limit: usage_limit.map(UsageLimit::new).transpose()?,
        expires_at: expires_at.map(|moment| moment.read("expires_at")).transpose()?,
        metadata,
        note,
    };
    let (target, of) = (name.to_string(), admin.clone());
    let work = async move {
        match of.send.tokens().update(&name, &revision, &change).await? {
            Changed::Done(details) => {
                of.tokens.written(&details);
                Ok(details)
            }
            Changed::Stale(details) => Err(Problem::Stale(Box::new(details))),
        }
    };
    admin.audited(&call, "update_token", target, work).await.map(web::Json)
}
