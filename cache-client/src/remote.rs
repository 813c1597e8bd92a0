//! The transport over HTTP.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::transport::{Answer, Failure, Transport};

/// Carries requests over HTTP/1.1, with TLS by rustls; connections are kept and used again.
///
/// Answers packed with gzip are unpacked. Redirects are not followed, since they would carry the API key elsewhere, and the
/// environment's proxies are not used: give [`Remote::with_client`] a client of your own for either.
#[derive(Debug, Clone)]
pub struct Remote {
    http: reqwest::Client,
}

impl Remote {
    /// Makes a transport that gives up connecting after this time.
    pub fn new(connect_timeout: Duration) -> Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(connect_timeout)
            .tcp_nodelay(true)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| Error::invalid("client", error.without_url().to_string()))?;
        Ok(Self { http })
    }

    /// Uses an HTTP client of one's own, for proxies or certificates.
    pub fn with_client(http: reqwest::Client) -> Self {
        Self { http }
    }
}

impl Transport for Remote {
    fn send(&self, request: reqwest::Request) -> Answer<'_> {
        Box::pin(async move { self.http.execute(request).await.map_err(failure) })
    }
}

fn failure(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let failure = match error.is_connect() {
        true => Failure::not_sent("no connection to the server"),
        false => Failure::lost("the connection broke before the answer came"),
    };
    failure.caused_by(error)
}
