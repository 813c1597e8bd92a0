//! Why an operation failed, by what it means to the caller.

use std::time::Duration;

use crate::names::Invalid;

/// What operations answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation failed. What is not there is `None` where something is looked up, never an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input cannot be used. No call was made.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// What was to be created is there already.
    #[error("{what} exists already")]
    AlreadyExists {
        /// What it is, such as `token "community-x"`.
        what: String,
    },
    /// What the operation is about is not there.
    #[error("there is no {what}")]
    NotFound {
        /// What it is, such as `token "community-x"`.
        what: String,
    },
    /// The state of things does not allow it.
    #[error("{reason}")]
    Conflict {
        /// What stands against it, and what would help.
        reason: String,
    },
    /// It took longer than operations may. Whether something was written is unknown.
    #[error("the cache did not answer within {after:?}")]
    TimedOut {
        /// How long operations may take.
        after: Duration,
    },
    /// Whoever knows what things cost could not be asked, refused, or answered what cannot be used. What was recorded before stays.
    #[error("the source of costs {reason}")]
    CostSource {
        /// What it did, such as `did not answer within 30s`; never what it was asked with.
        reason: String,
    },
    /// The cache could not be reached or could not do it. Whether something was written is unknown.
    #[error("the cache is unavailable")]
    Unavailable(#[source] cache_client::Error),
    /// The cache refused what no cache of this kind refuses, or holds what is none of our documents.
    #[error("the cache does not fit this program")]
    Cache(#[source] cache_client::Error),
}

impl Error {
    /// The name of the kind of error, which stays the same from version to version.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "INVALID_INPUT",
            Self::AlreadyExists { .. } => "ALREADY_EXISTS",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::Conflict { .. } => "CONFLICT",
            Self::CostSource { .. } => "COST_SOURCE",
            Self::TimedOut { .. } | Self::Unavailable(_) => "UNAVAILABLE",
            Self::Cache(_) => "INTERNAL",
        }
    }

    /// Tells whether it is the cache that was out of reach or too slow.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::Unavailable(_))
    }

    /// Something like a token of a name.
    pub(crate) fn missing(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }
}

impl From<cache_client::Error> for Error {
    fn from(error: cache_client::Error) -> Self {
        match error {
            cache_client::Error::Unavailable { .. } | cache_client::Error::Unauthorized { .. } => {
                Self::Unavailable(error)
            }
            _ => Self::Cache(error),
        }
    }
}
