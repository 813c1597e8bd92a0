//! `/tokens/create-many`: many tokens at once, with an outcome for each.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use actix_web::web;
use futures::stream::{StreamExt, iter};
use http_service::Call;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::Admin;
use super::input::{Body, Moment, json};
use super::problem::{Problem, Refused, Result};
use crate::error::Error;
use crate::names::{Invalid, TokenName};
use crate::time::Timestamp;
use crate::tokens::TokenDetails;

/// How many tokens a request may create.
const MOST: usize = 10_000;
/// How many are created at the same time.
const AT_ONCE: usize = 16;
/// After how long no more are begun, so that the answer comes before a proxy gives up.
const LONGEST: Duration = Duration::from_secs(50);

/// Tokens to be created, all alike but for their names.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTokens {
    /// Their names, in any case, 1 to 10,000.
    names: Vec<String>,
    /// How often each can be used; 50 when not given, 0 for any number.
    usage_limit: Option<u64>,
    /// Who creates them; `admin` when not given.
    created_by: Option<String>,
    /// When they expire, in milliseconds since 1970 or as RFC 3339; never when not given.
    #[schema(value_type = Option<u64>)]
    expires_at: Option<Moment>,
    /// Whatever their creator wants to know about them, 8 KiB at most.
    #[serde(default)]
    metadata: BTreeMap<String, Value>,
}

/// What became of each name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ManyCreated {
    /// In the order of the names.
    results: Vec<NameResult>,
    /// How many were created.
    created: usize,
    /// How many were not.
    refused: usize,
}

impl ManyCreated {
    /// What the audit says of it.
    fn outcome(&self) -> String {
        match self.refused {
            0 => "done".to_owned(),
            refused => format!("{} created, {refused} refused", self.created),
        }
    }
}

/// What became of a name.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct NameResult {
    /// The name as it was sent; in lower case when it was created.
    token_name: String,
    /// Whether it was created.
    created: bool,
    /// The id of its entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_id: Option<String>,
    /// Why it was not: `INVALID_INPUT`, `ALREADY_EXISTS`, `UNAVAILABLE`; `TIMED_OUT` when there was no time left to begin with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl NameResult {
    fn refused(name: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            token_name: name.to_owned(),
            created: false,
            cache_id: None,
            code: Some(code),
            detail: Some(detail.into()),
        }
    }
}

/// Settings that are the same for all.
#[derive(Clone)]
struct Settings {
    usage_limit: Option<u64>,
    created_by: Option<String>,
    expires_at: Option<Timestamp>,
    metadata: BTreeMap<String, Value>,
}

/// Create many tokens, all alike but for their names
///
/// Each name has a result of its own; what is wrong with one does not matter to the others. After 50 seconds the rest is answered
/// `TIMED_OUT`, and may be sent again.
#[utoipa::path(
    post,
    path = "",
    tag = "tokens",
    request_body = NewTokens,
    responses((status = 200, description = "A result for each name.", body = ManyCreated), Refused)
)]
pub(super) async fn create_many_tokens(
    admin: web::Data<Admin>,
    call: Call,
    body: Body,
) -> Result<web::Json<ManyCreated>> {
    let NewTokens { names, usage_limit, created_by, expires_at, metadata } = json(body)?;
    if names.len() > MOST {
        return Err(Problem::TooMany { field: "names", most: MOST });
    }
    let Some(first) = names.first() else { return Err(Invalid::new("names", "is empty").into()) };
    let target = if names.len() == 1 { first.clone() } else { format!("{first} and {} more", names.len() - 1) };
    let expires_at = expires_at.map(|moment| moment.read("expires_at")).transpose()?;
    let settings = Settings { usage_limit, created_by, expires_at, metadata };
    // What is wrong with the settings is wrong for all.
    describe(&admin, &TokenName::parse("any")?, &settings).check_only()?;
    let of = admin.clone();
    let work = async move { Ok(create(&of, names, &settings).await) };
    admin.audited_as(&call, "create_many_tokens", target, work, ManyCreated::outcome).await.map(web::Json)
}

fn describe(admin: &Admin, name: &TokenName, settings: &Settings) -> crate::tokens::Create {
    let Settings { usage_limit, created_by, expires_at, metadata } = settings.clone();
    let mut create = admin.send.tokens().create(name);
    create = usage_limit.into_iter().fold(create, |create, limit| create.usage_limit(limit));
    create = created_by.into_iter().fold(create, |create, who| create.created_by(who));
    create = expires_at.into_iter().fold(create, |create, moment| create.expires_at(moment));
    metadata.into_iter().fold(create, |create, (name, value)| create.metadata(name, value))
}

async fn create(admin: &Admin, names: Vec<String>, settings: &Settings) -> ManyCreated {
    let end = Instant::now() + LONGEST;
    let mut known = HashSet::new();
    let parsed = names.into_iter().map(|text| {
        let name =
            TokenName::parse(&text).map_err(|error| NameResult::refused(&text, "INVALID_INPUT", error.to_string()))?;
        match known.insert(name.clone()) {
            true => Ok(name),
            false => Err(NameResult::refused(&text, "ALREADY_EXISTS", "the name stands twice in the list")),
        }
    });
    let parsed: Vec<std::result::Result<TokenName, NameResult>> = parsed.collect();
    let results = parsed.into_iter().map(|name| async move {
        match name {
            Ok(name) if Instant::now() < end => create_one(admin, &name, settings).await,
            Ok(name) => NameResult::refused(name.as_str(), "TIMED_OUT", "there was no time left"),
            Err(refused) => refused,
        }
    });
    let results: Vec<NameResult> = iter(results).buffered(AT_ONCE).collect().await;
    let created = results.iter().filter(|result| result.created).count();
    ManyCreated { refused: results.len() - created, created, results }
}

async fn create_one(admin: &Admin, name: &TokenName, settings: &Settings) -> NameResult {
    let created = describe(admin, name, settings).send_detailed().await;
    match created {
        Ok((_, details)) => {
            admin.tokens.written(&details);
            let TokenDetails { cache_id, .. } = details;
            let cache_id = Some(cache_id.to_string());
            NameResult { token_name: name.to_string(), created: true, cache_id, code: None, detail: None }
        }
        Err(error @ (Error::Invalid(_) | Error::AlreadyExists { .. })) => {
            NameResult::refused(name.as_str(), error.code(), error.to_string())
        }
        Err(error) => {
            tracing::warn!(error = crate::health::describe(&error), "a token could not be created");
            NameResult::refused(name.as_str(), error.code(), "the cache could not do it")
        }
    }
}
