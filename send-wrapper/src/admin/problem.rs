//! What a refusal looks like: the only place where errors become statuses and bodies, `application/problem+json`.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use http_service::{Call, Refusal};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::error::Error;
use crate::health::describe;
use crate::names::Invalid;
use crate::tokens::TokenDetails;

/// Why a request is not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// The operation failed.
    #[error(transparent)]
    Send(#[from] Error),
    /// A body, query or path has not the form it should have.
    #[error("{0}")]
    Form(String),
    /// What is stored cannot be read.
    #[error("what is stored cannot be read: {0}")]
    Unreadable(String),
    /// The request is not served, whatever it is about.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// Another one runs already.
    #[error("{0} already")]
    Running(&'static str),
    /// More than one request may have.
    #[error("{field} has more than {most}")]
    TooMany {
        /// The field.
        field: &'static str,
        /// How many it may have.
        most: usize,
    },
    /// Somebody has changed the token since: as it is now.
    #[error("the token was changed since this revision; it is shown as it is now")]
    Stale(Box<TokenDetails>),
}

/// What handlers answer.
pub(super) type Result<T, E = Problem> = std::result::Result<T, E>;

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::Send(invalid.into())
    }
}

/// A refusal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemBody {
    /// The name of the status.
    title: &'static str,
    /// The status.
    status: u16,
    /// The kind of problem, the same in every version: `INVALID_INPUT`, `UNAUTHORIZED`, `FORBIDDEN`, `NOT_FOUND`, `ALREADY_EXISTS`, `CONFLICT`,
    /// `STALE_REVISION`, `TOO_LARGE`, `UNAVAILABLE`, `COST_SOURCE`, `INTERNAL` …
    code: &'static str,
    /// What is wrong.
    detail: String,
    /// With what, for invalid input.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// The token as it is now, when it was changed since the `revision` that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<TokenDetails>,
    /// The identifier of the request, as in the header `x-request-id` and in the log.
    request_id: String,
}

/// The refusals every operation may answer.
#[derive(Debug, IntoResponses)]
#[expect(dead_code, reason = "describes responses that `Problem` builds")]
pub(super) enum Refused {
    /// The request cannot be carried out: invalid input, no API key, nothing there, a conflict.
    #[response(status = "4XX", content_type = "application/problem+json")]
    Client(ProblemBody),
    /// The service or the cache could not do it.
    #[response(status = "5XX", content_type = "application/problem+json")]
    Server(ProblemBody),
}

impl Problem {
    /// A stable name of what is wrong.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Send(error) => error.code(),
            Self::Form(_) => "INVALID_INPUT",
            Self::Unreadable(_) => "INTERNAL",
            Self::Refusal(refusal) => refusal.code(),
            Self::Running(_) => "CONFLICT",
            Self::TooMany { .. } => "TOO_LARGE",
            Self::Stale(_) => "STALE_REVISION",
        }
    }

    /// What is wrong, for whoever asked: of failures only that they are.
    fn detail(&self) -> String {
        match self {
            // Says nothing that is secret, and what to do.
            Self::Send(error @ Error::CostSource { .. }) => error.to_string(),
            Self::Refusal(refusal) => refusal.to_string(),
            Self::Send(error) if error.is_unavailable() => "the cache does not answer".to_owned(),
            _ if self.status_code().is_server_error() => "internal error".to_owned(),
            _ => self.to_string(),
        }
    }
}

impl Problem {
    fn body(&self) -> String {
        let status = self.status_code();
        let field = match self {
            Self::Send(Error::Invalid(invalid)) => Some(invalid.field),
            Self::Refusal(Refusal::Field { field, .. }) | Self::TooMany { field, .. } => Some(*field),
            Self::Stale(_) => Some("revision"),
            Self::Send(_) | Self::Refusal(_) | Self::Form(_) | Self::Unreadable(_) | Self::Running(_) => None,
        };
        let current = match self {
            Self::Stale(details) => Some((**details).clone()),
            _ => None,
        };
        let body = ProblemBody {
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code: self.code(),
            detail: self.detail(),
            field,
            current,
            request_id: Call::current_id().to_string(),
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Send(error) => match error {
                Error::Invalid(_) => StatusCode::BAD_REQUEST,
                Error::NotFound { .. } => StatusCode::NOT_FOUND,
                Error::AlreadyExists { .. } | Error::Conflict { .. } => StatusCode::CONFLICT,
                Error::TimedOut { .. } | Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
                Error::CostSource { .. } => StatusCode::BAD_GATEWAY,
                Error::Cache(_) => StatusCode::INTERNAL_SERVER_ERROR,
            },
            Self::Form(_) => StatusCode::BAD_REQUEST,
            Self::Unreadable(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Refusal(refusal) => refusal.status(),
            Self::Running(_) | Self::Stale(_) => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Refusal(refusal) = self {
            return refusal.response();
        }
        let status = self.status_code();
        if status.is_server_error() {
            tracing::error!(request_id = %Call::current_id(), error = describe(self), "a request failed");
        }
        let mut answer = HttpResponse::build(status);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.insert_header((header::RETRY_AFTER, "1"));
        }
        answer.content_type(MEDIA_TYPE).body(self.body())
    }
}

const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal in the shape of this service: media type and body.
pub(super) fn refusal(refusal: &Refusal) -> (&'static str, String) {
    (MEDIA_TYPE, Problem::Refusal(refusal.clone()).body())
}
