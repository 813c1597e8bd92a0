//! Why a request is refused before, or instead of, being carried out.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};

use crate::call::Call;
use crate::guard::Foreign;
use crate::routes::Scope;

/// A refusal that does not depend on what the service is about. Each service gives it a body of its own shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request carries no key: 401.
    #[error("the API key is missing")]
    NoKey,
    /// The request carries a key that is not, or no longer, one of this service's: 401.
    #[error("the API key is wrong")]
    WrongKey,
    /// The key has not the scope of the operation: 403.
    #[error("the API key has no scope {:?}", .0.as_str())]
    Scope(Scope),
    /// The key does not reach the namespace, whether it exists or not: 403.
    #[error("the API key does not reach this namespace")]
    Namespace,
    /// A page of another site asks, or somebody through a proxy of a service without a key: 403.
    #[error("{0}")]
    Foreign(#[from] Foreign),
    /// No operation has this path: 404.
    #[error("there is nothing at this path")]
    NotFound,
    /// The path has other methods, these: 405.
    #[error("the path has no such method")]
    Method(Vec<Method>),
    /// The client stopped sending in the middle of the body, or sends too slowly: 408.
    #[error("{0}")]
    SlowBody(String),
    /// The client asked for content with another tag: 412.
    #[error("the content has another tag")]
    Precondition,
    /// The body is larger than the operation takes, in bytes: 413.
    #[error("body is larger than {0} bytes")]
    TooLarge(u64),
    /// The body, with what it takes to read it, needs more memory than all requests together may: 413.
    #[error("the body needs {needs} bytes of memory to be read, of {limit} for all requests together")]
    NeedsTooMuch {
        /// What it would need, in bytes.
        needs: u64,
        /// What there is, in bytes.
        limit: u64,
    },
    /// The body broke off or is framed wrongly: 400.
    #[error("the body was cut off: {0}")]
    BrokenBody(String),
    /// The path and query are longer than this, in bytes: 414.
    #[error("the path and query are longer than {0} bytes")]
    UriTooLong(usize),
    /// The key asks more often than it may: 429.
    #[error("the API key asks more often than it may; try again in {} s", .wait.as_secs().max(1))]
    KeyRate {
        /// When it may be tried again.
        wait: Duration,
    },
    /// Too many sign-ins from the address have failed: 429.
    #[error("too many failed sign-ins from this address; try again in {} s", .wait.as_secs().max(1))]
    SignInRate {
        /// When it may be tried again.
        wait: Duration,
    },
    /// All memory for bodies is taken, and stays so for too long: 503.
    #[error("the server is busy: all memory for bodies is taken")]
    NoMemory,
    /// As many requests are worked on as may be: 503.
    #[error("the server is busy: too many requests at once")]
    TooManyRequests,
    /// A field of the body, or a header, is not as it should be: 400.
    #[error("{field}: {reason}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Refusal {
    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoKey | Self::WrongKey => StatusCode::UNAUTHORIZED,
            Self::Scope(_) | Self::Namespace | Self::Foreign(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::SlowBody(_) => StatusCode::REQUEST_TIMEOUT,
            Self::Precondition => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge(_) | Self::NeedsTooMuch { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BrokenBody(_) | Self::Field { .. } => StatusCode::BAD_REQUEST,
            Self::UriTooLong(_) => StatusCode::URI_TOO_LONG,
            Self::KeyRate { .. } | Self::SignInRate { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NoMemory | Self::TooManyRequests => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// A stable name of the kind of refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKey | Self::WrongKey => "UNAUTHORIZED",
            Self::Scope(_) | Self::Namespace | Self::Foreign(_) => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Method(_) => "METHOD_NOT_ALLOWED",
            Self::SlowBody(_) => "SLOW_BODY",
            Self::Precondition => "PRECONDITION_FAILED",
            Self::TooLarge(_) | Self::NeedsTooMuch { .. } => "TOO_LARGE",
            Self::BrokenBody(_) | Self::Field { .. } => "INVALID_INPUT",
            Self::UriTooLong(_) => "URI_TOO_LONG",
            Self::KeyRate { .. } | Self::SignInRate { .. } => "TOO_MANY_REQUESTS",
            Self::NoMemory | Self::TooManyRequests => "BUSY",
        }
    }

    /// The answer to the request that this task serves, in the shape of its service.
    pub fn response(&self) -> HttpResponse {
        match Call::current() {
            Some(call) => call.service().refuse(self),
            None => HttpResponse::build(self.status()).finish(),
        }
    }

    /// In how many seconds it may be tried again, where that makes sense.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::KeyRate { wait } | Self::SignInRate { wait } => Some(wait.as_secs().max(1)),
            Self::NoMemory | Self::TooManyRequests => Some(1),
            _ => None,
        }
    }
}
