//! How a client is configured.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};

use super::CacheClient;
use crate::call::{Call, Key, Line};
use crate::error::{Error, Result};
use crate::generated;
use crate::retry::Retries;
use crate::transport::Transport;

/// Describes a client. [`CacheClient::builder`] begins one over HTTP, [`CacheClient::over`] one over another transport.
pub struct Builder {
    url: String,
    transport: Option<Arc<dyn Transport>>,
    key: Option<(String, String)>,
    attempt_timeout: Duration,
    #[cfg_attr(not(feature = "remote"), expect(dead_code, reason = "read by the transport over HTTP"))]
    connect_timeout: Duration,
    retries: Retries,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("attempt_timeout", &self.attempt_timeout).finish_non_exhaustive()
    }
}

impl CacheClient {
    /// Begins a client of the service at this URL, such as `https://cache.example.org` or `http://127.0.0.1:8080`.
    ///
    /// ```
    /// use cache_client::CacheClient;
    /// let client = CacheClient::builder("https://cache.example.org").api_key("x-api-key", "a secret").build()?;
    /// assert!(!format!("{client:?}").contains("a secret"));
    /// # Ok::<(), cache_client::Error>(())
    /// ```
    #[cfg(feature = "remote")]
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder::new(url.into(), None)
    }

    /// Begins a client over a transport: one in this process, or one of your own.
    pub fn over(transport: impl Transport) -> Builder {
        Self::over_shared(Arc::new(transport))
    }

    /// Begins a client over a transport that others use as well.
    pub fn over_shared(transport: Arc<dyn Transport>) -> Builder {
        Builder::new("http://cache.invalid".to_owned(), Some(transport))
    }
}

impl Builder {
    fn new(url: String, transport: Option<Arc<dyn Transport>>) -> Self {
        Self {
            url,
            transport,
            key: None,
            attempt_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            retries: Retries::default(),
        }
    }

    /// Sends this key in a header of this name with every request. Neither is ever printed with its value.
    pub fn api_key(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: Some((name.into(), value.into())), ..self }
    }

    /// Puts requests on another URL than the transport's own: its host, or a path that is put before every other.
    pub fn url(self, url: impl Into<String>) -> Self {
        Self { url: url.into(), ..self }
    }

    /// Limits each attempt at a call, from connecting to the end of the answer; 30 s when not given.
    ///
    /// For a body that is streamed to the caller it limits the wait for the answer's head, and then every pause.
    pub fn attempt_timeout(self, limit: Duration) -> Self {
        Self { attempt_timeout: limit, ..self }
    }

    /// Limits connecting; 5 s when not given.
    #[cfg(feature = "remote")]
    pub fn connect_timeout(self, limit: Duration) -> Self {
        Self { connect_timeout: limit, ..self }
    }

    /// Repeats calls at most this often where that is safe; 3 times when not given, never with 0.
    pub fn retries(mut self, times: usize) -> Self {
        self.retries.times = times;
        self
    }

    /// Sets the waits between repetitions: the first one, and the longest one; 100 ms and 5 s when not given.
    ///
    /// Each wait is twice as long as the one before, and lengthened at random up to double. A server that asks for more in
    /// `Retry-After` gets it, up to the longest wait; asking for more than that ends the call.
    pub fn waits(mut self, first: Duration, longest: Duration) -> Self {
        self.retries.first_wait = first;
        self.retries.longest_wait = longest;
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// A URL that is none, or holds a password, and a key no header can carry are [`Error::InvalidInput`].
    pub fn build(self) -> Result<CacheClient> {
        let url = base_url(&self.url)?;
        let key = self.key.as_ref().map(|(name, value)| key(name, value)).transpose()?;
        let transport = self.transport()?;
        let call = Call::new(Arc::new(Line { transport, key }));
        // It only makes requests; the transport sends them.
        let requests = REQUESTS.clone();
        Ok(CacheClient {
            api: generated::Client::new_with_client(&url, requests, call),
            attempt_timeout: self.attempt_timeout,
            retries: self.retries,
        })
    }

    fn transport(&self) -> Result<Arc<dyn Transport>> {
        if let Some(transport) = &self.transport {
            return Ok(Arc::clone(transport));
        }
        #[cfg(feature = "remote")]
        return Ok(Arc::new(crate::remote::Remote::new(self.connect_timeout)?));
        #[cfg(not(feature = "remote"))]
        return Err(Error::invalid("transport", "is missing"));
    }
}

/// What the generated code builds its requests with. It never sends one.
static REQUESTS: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

fn base_url(url: &str) -> Result<String> {
    let parsed = reqwest::Url::parse(url).map_err(|error| Error::invalid("url", error.to_string()))?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.cannot_be_a_base() {
        return Err(Error::invalid("url", "is neither http:// nor https://"));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(Error::invalid("url", "holds a name or password; the key goes into api_key"));
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(Error::invalid("url", "has a query or a fragment"));
    }
    Ok(parsed.as_str().trim_end_matches('/').to_owned())
}

fn key(name: &str, value: &str) -> Result<Key> {
    let name =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| Error::invalid("api_key", "has no header's name"))?;
    let mut value =
        HeaderValue::from_str(value).map_err(|_| Error::invalid("api_key", "has a value no header can carry"))?;
    value.set_sensitive(true);
    Ok(Key { name, value })
}
