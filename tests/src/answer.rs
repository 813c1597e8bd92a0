//! What a test server answered, and what must hold for every answer.

use std::path::Path;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer that was read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    pub(crate) async fn read(response: reqwest::Response, server_folder: &Path) -> Self {
        let answer = Self::read_any(response, server_folder).await;
        assert!(answer.status < 500, "the server failed: {}", answer.text());
        answer
    }

    pub(crate) async fn read_any(response: reqwest::Response, server_folder: &Path) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("the answer is complete");
        Self::checked(status, headers, body, server_folder)
    }

    /// Checks what holds for every answer: it has an identifier, and a refusal tells nothing about the server's inside.
    pub(crate) fn checked(status: u16, headers: HeaderMap, body: Bytes, server_folder: &Path) -> Self {
        let answer = Self { status, headers, body };
        let id = answer.header("fast-api-request-id").unwrap_or_default();
        assert_eq!(id.len(), 36, "an answer without a request id: {answer:?}");
        if status >= 400 {
            let (text, folder) = (answer.text(), server_folder.to_str().unwrap());
            for secret in ["panicked", "unwrap", "::", ".rs", "Error {", "os error", "RUST_", folder] {
                assert!(!text.contains(secret), "a refusal contains {secret:?}: {text}");
            }
        }
        answer
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `ETag`, which must be there.
    pub fn tag(&self) -> String {
        self.header("etag").expect("the answer has an ETag").to_owned()
    }

    /// The cursor of the next page.
    pub fn next_cursor(&self) -> Option<&str> {
        self.header("x-next-cursor")
    }

    /// The body.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }

    /// The lines of a body of JSON lines.
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The answer of a store.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The new entry's id.
    pub cache_id: String,
    /// Its hash.
    pub cache_hash: String,
    /// Its content files and their sidecars.
    pub files: Vec<String>,
    /// The length of its content.
    pub size: u64,
    /// The tag of its content.
    pub tag: String,
}

impl From<Answer> for Stored {
    fn from(answer: Answer) -> Self {
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let files = body["paths"]["data"].as_array().unwrap();
        Self {
            cache_id: text("cache_id"),
            cache_hash: text("cache_hash"),
            files: files.iter().map(|file| file.as_str().unwrap().to_owned()).collect(),
            size: body["size"].as_u64().unwrap(),
            tag: answer.tag(),
        }
    }
}
