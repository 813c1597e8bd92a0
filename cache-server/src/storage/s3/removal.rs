//! Removing one object on its tag.
//!
//! Where the bucket honours `If-Match` on DELETE, which the probe of the start finds out, that is one request. Its URL is signed
//! for the time one attempt may take: what comes later is refused by the server, and cannot follow what was written since.
//!
//! Elsewhere a **tombstone** is put in the place of the object on its tag: unique bytes, which read as absent for us, and for the
//! Python service as a hash reference without entries. It stays until the next writer swaps it by its tag.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{HeaderValue, IF_MATCH};
use object_store::ClientOptions;
use object_store::aws::AmazonS3;
use object_store::client::{HttpClient, HttpConnector, HttpErrorKind, HttpRequest, HttpRequestBody};
use object_store::signer::{SignedUrlOptions, Signer};
use uuid::Uuid;

use super::super::{Mark, ObjectPath, Result};
use super::bucket::{Bucket, If, Put, Writing, key, pauses};
use super::error::{code_in, is_passing_code, reason, reason_in, refused, unavailable};

/// How long a signed URL holds at least.
const LEAST_VALID: Duration = Duration::from_secs(30);

/// Sends DELETE with `If-Match`.
#[derive(Debug, Clone)]
pub(super) struct Deleter {
    client: HttpClient,
    valid: Duration,
}

/// What a server said to a DELETE on a tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Deleted,
    /// The object has another tag, or is not there.
    Refused,
    /// It could not say, or was not reached; and whether it may have deleted the object.
    Unclear {
        may_have: bool,
        reason: String,
    },
    /// It did not do it: the code, the status and the reason.
    Failed(Option<String>, u16, String),
}

impl Deleter {
    /// Requests are given so much time, and signed URLs hold for that and the difference of the clocks.
    pub(super) fn new(
        attempt: Duration,
        clocks_differ: Duration,
        connector: &impl HttpConnector,
    ) -> object_store::Result<Self> {
        let options = ClientOptions::new().with_timeout(attempt).with_allow_http(true);
        let client = connector.connect(&options)?;
        Ok(Self { client, valid: LEAST_VALID.max(attempt) + clocks_differ })
    }

    /// Asks once.
    pub(super) async fn ask(&self, store: &AmazonS3, key: &object_store::path::Path, tag: &str) -> Said {
        let Ok(tag) = HeaderValue::from_str(tag) else { return Said::Refused };
        let options = SignedUrlOptions::new().with_signed_header(IF_MATCH, tag.clone());
        let url = match store.signed_url_opts(Method::DELETE, key, self.valid, &options).await {
            Ok(url) => url,
            Err(error) => return Said::Unclear { may_have: false, reason: reason(&error) },
        };
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.method_mut() = Method::DELETE;
        *request.uri_mut() = match url.as_str().parse() {
            Ok(uri) => uri,
            Err(error) => return Said::Failed(None, 400, format!("the signed URL cannot be used: {error}")),
        };
        request.headers_mut().insert(IF_MATCH, tag);
        let answer = match self.client.execute(request).await {
            Ok(answer) => answer,
            Err(error) => {
                let may_have = !matches!(error.kind(), HttpErrorKind::Connect);
                return Said::Unclear { may_have, reason: error.to_string() };
            }
        };
        let status = answer.status().as_u16();
        let text = answer.into_body().bytes().await.unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        match status {
            200..=299 => Said::Deleted,
            404 | 412 if code_in(&text) != Some("NoSuchBucket") => Said::Refused,
            _ => {
                let reason = reason_in(&text).unwrap_or_else(|| format!("the server answered status {status}"));
                let code = code_in(&text);
                match status {
                    409 | 429 | 503 => Said::Unclear { may_have: false, reason },
                    408 | 500 | 502.. => Said::Unclear { may_have: true, reason },
                    400 if code.is_some_and(is_passing_code) => Said::Unclear { may_have: true, reason },
                    _ => Said::Failed(code.map(str::to_owned), status, reason),
                }
            }
        }
    }
}

impl Bucket {
    /// Removes an object that has this tag; tells whether it had.
    pub(super) async fn remove_if(&self, path: &ObjectPath, tag: &str) -> Result<bool> {
        let Some(deleter) = &self.deleter else {
            let put = self.put_if(path, &nothing(), Writing::Tombstone, &If::Tag(tag.to_owned())).await?;
            return Ok(put.written().is_some());
        };
        let mut pauses = pauses(self.retries());
        // Whether an attempt that failed may have deleted it.
        let mut is_uncertain = false;
        loop {
            let reason = match deleter.ask(self.store(), &key(path), tag).await {
                Said::Deleted => return Ok(true),
                Said::Refused => match self.look(path).await? {
                    Some(now) if now.tag == tag => "it refuses a tag that is right".to_owned(),
                    None => return Ok(is_uncertain),
                    Some(_) if is_uncertain => return Err(unavailable("removing an object", "an answer was lost")),
                    Some(_) => return Ok(false),
                },
                Said::Unclear { may_have, reason } => {
                    is_uncertain |= may_have;
                    reason
                }
                Said::Failed(code, status, reason) => {
                    return Err(refused("removing an object", code.as_deref(), Some(status), reason));
                }
            };
            let Some(pause) = pauses.next() else { return Err(unavailable("removing an object", reason)) };
            tokio::time::sleep(pause).await;
        }
    }

    /// Removes an object nobody writes again, if it has this tag; tells whether it had. Leaves no tombstone.
    pub(super) async fn remove_for_good(&self, path: &ObjectPath, tag: &str) -> Result<bool> {
        let removed = self.remove_if(path, tag).await?;
        if removed && self.deleter.is_none() {
            self.delete(std::slice::from_ref(path)).await?;
        }
        Ok(removed)
    }

    /// Writes an object if the condition holds; a tombstone counts as nothing. Answers the tag.
    pub(super) async fn create_or_put(
        &self,
        path: &ObjectPath,
        bytes: &Bytes,
        mark: Option<Mark>,
        condition: &If,
    ) -> Result<Option<String>> {
        let writing = mark.map_or(Writing::Document, Writing::Content);
        match self.put_if(path, bytes, writing, condition).await? {
            Put::Written(tag) => Ok(Some(tag)),
            Put::Refused(Some(seen)) if *condition == If::Absent && seen.gone && !seen.removing => {
                Ok(self.put_if(path, bytes, writing, &If::Tag(seen.tag)).await?.written())
            }
            Put::Refused(_) => Ok(None),
        }
    }
}

const BEGIN: &str = "{\n  \"cache_hash\": \"\",\n  \"cache_ids\": [],\n  \"latest_id\": \"";
const END: &str = "\",\n  \"total_versions\": 0\n}";
/// How many bytes a tombstone has; another object may have as many.
pub(crate) const TOMBSTONE: u64 = (BEGIN.len() + 36 + END.len()) as u64;

/// A document that reads as absent, with bytes that no other has.
pub(super) fn nothing() -> Bytes {
    format!("{BEGIN}{}{END}", Uuid::new_v4()).into()
}
