//! One attempt at one call: what goes with the request, and what is learnt from the head of the answer.

use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::error::RequestId;
use crate::generated::Client;
use crate::generated::types::ErrorBody;
use crate::transport::Transport;

/// What the generated client carries from the request to the answer.
#[derive(Debug, Clone)]
pub struct Call {
    line: Arc<Line>,
    request_id: Arc<OnceLock<RequestId>>,
}

/// Where calls go, and the key that lets them in.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) key: Option<Key>,
}

/// A header with the API key; it is never printed.
pub(crate) struct Key {
    pub(crate) name: HeaderName,
    pub(crate) value: HeaderValue,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("value", &"[redacted]").finish()
    }
}

impl Call {
    pub(crate) fn new(line: Arc<Line>) -> Self {
        Self { line, request_id: Arc::default() }
    }

    /// The same line for another attempt.
    pub(crate) fn again(&self) -> Self {
        Self::new(Arc::clone(&self.line))
    }

    /// What the server called the request, once the head of its answer is there.
    pub(crate) fn request_id(&self) -> Option<RequestId> {
        self.request_id.get().cloned()
    }

    fn saw(&self, headers: &HeaderMap) {
        if let Some(id) = headers.get("fast-api-request-id").and_then(|id| id.to_str().ok()) {
            // The first one stays: there is one answer to an attempt.
            let _ = self.request_id.set(RequestId::new(id));
        }
    }
}

impl ClientHooks<Call> for Client {
    async fn exec(&self, mut request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        let call = &self.inner;
        if let Some(key) = &call.line.key {
            request.headers_mut().insert(key.name.clone(), key.value.clone());
        }
        match call.line.transport.send(request).await {
            Ok(response) => {
                call.saw(response.headers());
                Ok(with_readable_refusal(response).await)
            }
            Err(failure) => Err(failure.into_reqwest().await),
        }
    }
}

/// The most of a refusal that is read.
const MAX_REFUSAL: usize = 64 << 10;

/// Gives every refusal the body the contract says, so that the generated code keeps its status: some have no body, and those
/// of proxies have others.
async fn with_readable_refusal(mut response: reqwest::Response) -> reqwest::Response {
    if response.status().as_u16() < 400 {
        return response;
    }
    let (status, mut headers) = (response.status(), std::mem::take(response.headers_mut()));
    let mut body = BytesMut::new();
    while let Ok(Some(part)) = response.chunk().await
        && body.len() + part.len() <= MAX_REFUSAL
    {
        body.extend_from_slice(&part);
    }
    let mut body = body.freeze();
    if serde_json::from_slice::<ErrorBody>(&body).is_err() {
        body = Bytes::from_static(b"{}");
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut readable = http::Response::new(body);
    *readable.status_mut() = status;
    *readable.headers_mut() = headers;
    readable.into()
}
