//! What a refusal looks like: the only place where errors become statuses and bodies, `application/problem+json`.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::error::Error;
use crate::health::describe;
use crate::names::Invalid;

/// Why a request is not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// The operation failed.
    #[error(transparent)]
    Send(#[from] Error),
    /// A body, query or path has not the form it should have.
    #[error("{0}")]
    Form(String),
    /// The body is longer than this, in bytes.
    #[error("the body is longer than {0} bytes")]
    TooLarge(usize),
    /// The API key is missing or wrong.
    #[error("the API key is missing or wrong")]
    Unauthorized,
    /// A page of another site asks.
    #[error("the request comes from a page of another site")]
    Foreign,
    /// Another one runs already.
    #[error("{0} already")]
    Running(&'static str),
    /// There is nothing at this path.
    #[error("there is nothing at this path")]
    NoPath,
    /// The path has other methods, these.
    #[error("the path has no such method")]
    NoMethod(String),
}

/// What handlers answer.
pub(super) type Result<T> = std::result::Result<T, Problem>;

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
    /// `UNAVAILABLE`, `COST_SOURCE`, `INTERNAL` …
    code: &'static str,
    /// What is wrong.
    detail: String,
    /// With what, for invalid input.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
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
    fn code(&self) -> &'static str {
        match self {
            Self::Send(error) => error.code(),
            Self::Form(_) => "INVALID_INPUT",
            Self::TooLarge(_) => "TOO_LARGE",
            Self::Unauthorized => "UNAUTHORIZED",
            Self::Foreign => "FORBIDDEN",
            Self::Running(_) => "CONFLICT",
            Self::NoPath => "NOT_FOUND",
            Self::NoMethod(_) => "METHOD_NOT_ALLOWED",
        }
    }

    /// What is wrong, for whoever asked: of failures only that they are.
    fn detail(&self) -> String {
        match self {
            // Says nothing that is secret, and what to do.
            Self::Send(error @ Error::CostSource { .. }) => error.to_string(),
            Self::Send(error) if error.is_unavailable() => "the cache does not answer".to_owned(),
            _ if self.status_code().is_server_error() => "internal error".to_owned(),
            _ => self.to_string(),
        }
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
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Running(_) => StatusCode::CONFLICT,
            Self::NoPath => StatusCode::NOT_FOUND,
            Self::NoMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        if status.is_server_error() {
            tracing::error!(error = describe(self), "a request failed");
        }
        let mut answer = HttpResponse::build(status);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.insert_header((header::RETRY_AFTER, "1"));
        }
        if let Self::NoMethod(methods) = self {
            answer.insert_header((header::ALLOW, methods.as_str()));
        }
        let field = match self {
            Self::Send(Error::Invalid(invalid)) => Some(invalid.field),
            _ => None,
        };
        let body = ProblemBody {
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code: self.code(),
            detail: self.detail(),
            field,
        };
        answer.content_type("application/problem+json").body(serde_json::to_string(&body).unwrap_or_default())
    }
}
