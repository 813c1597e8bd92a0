//! What carries requests to a server and brings its answers back.

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;

use bytes::Bytes;
/// The crate whose types requests and answers have.
pub use reqwest;

/// Carries requests to one cache server.
///
/// The crate brings `Remote`, over HTTP; `cache-server` brings two more with its feature `in-process`. A transport of one's
/// own may count, delay or refuse requests, or carry them in any other way:
///
/// ```
/// use cache_client::CacheClient;
/// use cache_client::transport::{Answer, Failure, Transport, reqwest};
///
/// /// Reaches nothing.
/// #[derive(Debug)]
/// struct Unplugged;
///
/// impl Transport for Unplugged {
///     fn send(&self, _: reqwest::Request) -> Answer<'_> {
///         Box::pin(async { Err(Failure::not_sent("the plug is out")) })
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), cache_client::Error> {
/// let client = CacheClient::over(Unplugged).retries(0).build()?;
/// let error = client.info().health().await.unwrap_err();
/// assert_eq!(error.to_string(), "the service is unavailable: the plug is out");
/// # Ok(())
/// # }
/// ```
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends a request and waits for the head of the answer; its body may follow as it is read.
    ///
    /// A refusal of the server is an answer; a [`Failure`] means there is none. The client limits the time of every call by
    /// dropping it, so an implementation need not; what it started for a dropped call should end.
    fn send(&self, request: reqwest::Request) -> Answer<'_>;
}

/// What a transport brings back.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<reqwest::Response, Failure>> + Send + 'a>>;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    reason: String,
    not_sent: bool,
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// The request certainly did not reach the server, so it is safe to send it again whatever it does.
    pub fn not_sent(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), not_sent: true, source: None }
    }

    /// The request may have reached the server, and may have been carried out.
    pub fn lost(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), not_sent: false, source: None }
    }

    /// Adds what caused it.
    pub fn caused_by(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Tells whether the request certainly did not reach the server.
    pub fn is_not_sent(&self) -> bool {
        self.not_sent
    }

    /// The failure as the generated code wants it. Only a body that fails yields such an error.
    pub(crate) async fn into_reqwest(self) -> reqwest::Error {
        let body = reqwest::Body::wrap_stream(futures::stream::once(ready(Err::<Bytes, Self>(self))));
        let response = reqwest::Response::from(http::Response::new(body));
        response.bytes().await.expect_err("the body is a failure")
    }

    /// The failure within an error of the generated code.
    pub(crate) fn within<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(failure) = error.downcast_ref() {
                return Some(failure);
            }
            cause = error.source();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[tokio::test]
    async fn a_failure_survives_the_generated_code() {
        let error = Failure::not_sent("no route").into_reqwest().await;
        let failure = Failure::within(&error).unwrap();
        assert_eq!((failure.to_string().as_str(), failure.is_not_sent()), ("no route", true));
    }
}
