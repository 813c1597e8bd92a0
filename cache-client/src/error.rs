//! Why a call failed, by what it means to the caller.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::ids::Invalid;

/// What calls answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The identifier the server gave a request; its log has the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Box<str>);

impl RequestId {
    pub(crate) fn new(id: &str) -> Self {
        // Longer ones are none of a cache service.
        Self(id.chars().take(64).collect::<String>().into())
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What caused an error.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// Why a call failed.
///
/// Reads answer what is absent with `None`; that is never an error. No error holds a header or a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What a write or a listing builds on is not there: the entry to update, or to put a child file under.
    #[error("not found: {message}")]
    NotFound {
        /// What is missing, in the server's words.
        message: String,
        /// The server's identifier of the request.
        request_id: Option<RequestId>,
    },
    /// What is stored is of another kind than the call takes, such as bytes for an update by a string; or a key has several entries,
    /// or the content ends before the range begins.
    #[error("in conflict with what is stored: {message}")]
    Conflict {
        /// The server's code, such as `TYPE_MISMATCH`, `AMBIGUOUS` or `RANGE_NOT_SATISFIABLE`.
        code: String,
        /// What is in conflict, in the server's words.
        message: String,
        /// The server's identifier of the request.
        request_id: Option<RequestId>,
    },
    /// The content is another one than `if_match` asked for, or `if_absent` found content. Nothing was written.
    #[error("precondition failed: {message}")]
    PreconditionFailed {
        /// The server's code: `PRECONDITION_FAILED` or `ALREADY_EXISTS`.
        code: String,
        /// What does not hold, in the server's words.
        message: String,
        /// The server's identifier of the request.
        request_id: Option<RequestId>,
    },
    /// The API key is missing or wrong.
    #[error("unauthorized: {message}")]
    Unauthorized {
        /// Why, in the server's words.
        message: String,
        /// The server's identifier of the request.
        request_id: Option<RequestId>,
    },
    /// An argument cannot be used. Names are checked here, before a request is made; then there is no request id.
    #[error("{field} {reason}")]
    InvalidInput {
        /// Which argument, such as `cache_key`.
        field: String,
        /// What is wrong with it.
        reason: String,
        /// The server's identifier of the request, when it was the server that refused.
        request_id: Option<RequestId>,
    },
    /// The body is larger than the server takes.
    #[error("too large: {message}")]
    TooLarge {
        /// The limit, in the server's words.
        message: String,
        /// The server's identifier of the request.
        request_id: Option<RequestId>,
    },
    /// The server could not be reached, was too slow, broke off, or could not do what it was asked.
    #[error("the service is unavailable: {reason}")]
    Unavailable {
        /// Whether it is safe and sensible to make the same call again. The client has done so already as often as it
        /// was told to. `false` after a write that may have been carried out: look before writing again.
        retryable: bool,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
        /// What happened.
        reason: String,
        /// The server's identifier of the request, when an answer came.
        request_id: Option<RequestId>,
        /// What caused it.
        #[source]
        source: Option<Cause>,
    },
    /// The answer is none of a cache service, or does not fit the type it is read as.
    #[error("the answer makes no sense: {reason}")]
    Protocol {
        /// What makes no sense.
        reason: String,
        /// The server's identifier of the request.
        request_id: Option<RequestId>,
        /// What caused it.
        #[source]
        source: Option<Cause>,
    },
}

impl Error {
    pub(crate) fn invalid(field: &str, reason: impl Into<String>) -> Self {
        Self::InvalidInput { field: field.to_owned(), reason: reason.into(), request_id: None }
    }

    /// The server's identifier of the request, for a look into its log; `None` when no answer came.
    pub fn request_id(&self) -> Option<&RequestId> {
        match self {
            Self::NotFound { request_id, .. }
            | Self::Conflict { request_id, .. }
            | Self::PreconditionFailed { request_id, .. }
            | Self::Unauthorized { request_id, .. }
            | Self::InvalidInput { request_id, .. }
            | Self::TooLarge { request_id, .. }
            | Self::Unavailable { request_id, .. }
            | Self::Protocol { request_id, .. } => request_id.as_ref(),
        }
    }

    /// Tells whether it is safe and sensible to make the same call again.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { retryable: true, .. })
    }

    /// Tells whether a conditional create found content.
    pub fn is_already_exists(&self) -> bool {
        matches!(self, Self::PreconditionFailed { code, .. } if code == "ALREADY_EXISTS")
    }

    /// How long the server asks to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::invalid(&invalid.what().replace(' ', "_"), invalid.reason())
    }
}
