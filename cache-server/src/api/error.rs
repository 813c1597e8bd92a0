//! What a refusal looks like on the wire: the only place where errors become statuses and bodies.
//!
//! The shapes are those of the Python service, which has several. A 5xx is logged here, once, with its sources, and
//! answered without saying why.

use std::error::Error as _;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use cache_client::{CacheHash, CacheId, DataType, FileId, Namespace};
use http_service::{Call, Refusal};
use serde_json::{Value, json};
use utoipa::{IntoResponses, ToSchema};

use crate::coding::UnknownCoding;
use crate::records::FileKind;
use crate::{cache, storage};

/// A refusal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A parameter or body has the wrong form: 400 with a list, as FastAPI answers.
    #[error("{field} is invalid: {reason}")]
    Invalid {
        /// `path`, `query`, `body` or `header`.
        place: &'static str,
        /// The parameter; empty for the body itself.
        field: &'static str,
        /// Pydantic's name for the kind of mistake.
        kind: &'static str,
        /// What is wrong.
        reason: String,
        /// What came in, shortened.
        input: String,
    },
    /// A value has the right form and cannot be used: 400 `INVALID_INPUT`.
    #[error("{field}: {message}")]
    InvalidInput {
        /// The field.
        field: &'static str,
        /// What is wrong.
        message: String,
        /// What would be right.
        expected: Option<&'static str>,
    },
    /// There is no such entry: 404 with the entry that was asked for.
    #[error("no such entry")]
    NoEntry {
        /// Where it was looked for.
        namespace: Namespace,
        /// By this id, or by its key,
        cache_id: Option<CacheId>,
        /// or by this hash.
        cache_hash: Option<CacheHash>,
    },
    /// There is nothing here, in the words the Python service uses at this route.
    #[error("{0}")]
    NotFound(String),
    /// It cannot be done, in the words the Python service uses at this route: 400.
    #[error("{0}")]
    Rejected(String),
    /// There is no such child file, or no entry for it: 404 with the ids that were asked for.
    #[error("{message}")]
    NoChild {
        /// What is missing.
        message: String,
        /// The entry.
        cache_id: CacheId,
        /// The child file.
        file_id: Option<FileId>,
        /// Its type, where that was named.
        data_type: Option<DataType>,
    },
    /// There is no such child string or bytes: 404 without a body.
    #[error("no such child file")]
    NoChildBytes,
    /// There is no such stored file: 404 with its path.
    #[error("no such stored file")]
    NoFile(String),
    /// A stored file was asked for as HTML and is not there: 404 as HTML.
    #[error("no such stored file")]
    NoPage,
    /// A string was asked for as JSON and is none: 415.
    #[error("{0}")]
    NotJson(String),
    /// A body in a character set or coding that is not read: 415.
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// A body that is no text in any encoding of JSON: 400, in the words of FastAPI.
    #[error("the body is not text")]
    NotText,
    /// Nothing of the range is there: 416.
    #[error("the range begins after the last of {length} bytes")]
    Range {
        /// How many bytes there are.
        length: u64,
    },
    /// The request is not served, whatever it is about.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The cache refused or failed.
    #[error(transparent)]
    Cache(#[from] cache::Error),
}

/// What handlers answer.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A parameter with the wrong form.
    pub(crate) fn parameter(place: &'static str, field: &'static str, reason: impl ToString, input: &str) -> Self {
        Self::Invalid { place, field, kind: "value_error", reason: reason.to_string(), input: shorten(input) }
    }

    /// A body with the wrong form.
    pub(crate) fn body(kind: &'static str, reason: impl ToString, input: &str) -> Self {
        Self::Invalid { place: "body", field: "", kind, reason: reason.to_string(), input: shorten(input) }
    }

    /// A field that has to be given and was not.
    pub(crate) fn required(field: &'static str, message: &str, expected: &'static str) -> Self {
        Self::InvalidInput { field, message: message.to_owned(), expected: Some(expected) }
    }

    /// No entry of that id.
    pub(crate) fn no_entry(namespace: &Namespace, id: CacheId) -> Self {
        Self::NoEntry { namespace: namespace.clone(), cache_id: Some(id), cache_hash: None }
    }

    /// No entry of that key.
    pub(crate) fn no_key(namespace: &Namespace) -> Self {
        Self::NoEntry { namespace: namespace.clone(), cache_id: None, cache_hash: None }
    }

    /// No entry of that hash.
    pub(crate) fn no_hash(namespace: &Namespace, hash: &CacheHash) -> Self {
        Self::NoEntry { namespace: namespace.clone(), cache_id: None, cache_hash: Some(hash.clone()) }
    }
}

impl From<UnknownCoding> for Error {
    fn from(unknown: UnknownCoding) -> Self {
        Self::UnsupportedMediaType(unknown.to_string())
    }
}

/// Keeps error bodies small, whatever came in.
fn shorten(input: &str) -> String {
    input.chars().take(200).collect()
}

/// The body of a refusal, in one of the shapes of the Python service.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes bodies that are built as JSON, where shapes differ")]
pub(crate) struct ErrorBody {
    /// A list of `{type, loc, msg, input}` for invalid input, an object with `error_type` and `message`, or a text.
    #[schema(value_type = Option<serde_json::Value>)]
    detail: Option<Value>,
    /// What a missing or wrong API key is answered with.
    message: Option<String>,
    /// `FILE_NOT_FOUND` for a stored file that is not there.
    error_type: Option<String>,
    /// `error` where the API key is missing or wrong.
    status: Option<String>,
}

/// The refusals every operation may answer.
#[derive(Debug, IntoResponses)]
#[expect(dead_code, reason = "describes responses that `Error` builds")]
pub(crate) enum Refused {
    /// The request cannot be served: invalid input, no API key, nothing there, a conflict or a precondition.
    #[response(status = "4XX")]
    Client(ErrorBody),
    /// The server could not do what it was asked; nothing was acknowledged.
    #[response(status = "5XX")]
    Server(ErrorBody),
}

impl actix_web::ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Invalid { .. } | Self::InvalidInput { .. } | Self::Rejected(_) | Self::NotText => {
                StatusCode::BAD_REQUEST
            }
            Self::NoEntry { .. }
            | Self::NotFound(_)
            | Self::NoChild { .. }
            | Self::NoChildBytes
            | Self::NoFile(_)
            | Self::NoPage => StatusCode::NOT_FOUND,
            Self::NotJson(_) | Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Range { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Refusal(refusal) => refusal.status(),
            Self::Cache(error) => match error {
                cache::Error::InvalidInput { .. } => StatusCode::BAD_REQUEST,
                cache::Error::AlreadyExists { .. } | cache::Error::Changed => StatusCode::PRECONDITION_FAILED,
                cache::Error::Ambiguous { .. }
                | cache::Error::TypeMismatch { .. }
                | cache::Error::PathConflict { .. } => StatusCode::CONFLICT,
                cache::Error::Unreadable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
                cache::Error::Archive(error) if error.is_too_much() => StatusCode::PAYLOAD_TOO_LARGE,
                cache::Error::Archive(_) => StatusCode::BAD_REQUEST,
                cache::Error::Busy => StatusCode::SERVICE_UNAVAILABLE,
                cache::Error::Storage(error) => match error {
                    storage::Error::PathConflict { .. } => StatusCode::CONFLICT,
                    storage::Error::PathTooLong { .. } => StatusCode::BAD_REQUEST,
                    storage::Error::Full(_) => StatusCode::INSUFFICIENT_STORAGE,
                    storage::Error::Unavailable { .. } | storage::Error::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
                    storage::Error::Precondition { .. } | storage::Error::Failed { .. } => {
                        StatusCode::INTERNAL_SERVER_ERROR
                    }
                },
            },
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        // That the server is busy is no failure, and must not fill the log.
        let is_busy = matches!(self, Self::Refusal(_) | Self::Cache(cache::Error::Storage(storage::Error::NoRoom)));
        if status.is_server_error() && !is_busy {
            log_failure(self);
        }
        let mut response = HttpResponse::build(status);
        match self {
            Self::NoChildBytes => response.finish(),
            Self::NoPage => response.content_type("text/html; charset=utf-8").body("File not found."),
            Self::Refusal(refusal) => refusal.response(),
            Self::Range { length } => {
                response.insert_header((header::CONTENT_RANGE, format!("bytes */{length}")));
                json_body(&mut response, &self.body_value())
            }
            Self::Cache(
                cache::Error::Busy | cache::Error::Storage(storage::Error::Unavailable { .. } | storage::Error::NoRoom),
            ) => {
                response.insert_header((header::RETRY_AFTER, "1"));
                json_body(&mut response, &self.body_value())
            }
            other => json_body(&mut response, &other.body_value()),
        }
    }
}

fn json_body(response: &mut HttpResponseBuilder, body: &Value) -> HttpResponse {
    response.content_type("application/json").body(body.to_string())
}

/// Writes a failure to the log with everything that caused it.
fn log_failure(error: &Error) {
    let mut causes = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    tracing::error!(request_id = %Call::current_id(), causes = causes.join(": "), "{error}");
}

impl Error {
    fn body_value(&self) -> Value {
        match self {
            Self::Invalid { place, field, kind, reason, input } => {
                let loc = if field.is_empty() { json!([place]) } else { json!([place, field]) };
                json!({ "detail": [{ "type": kind, "loc": loc, "msg": reason, "input": input }] })
            }
            Self::InvalidInput { field, message, expected } => invalid_input(field, message, *expected),
            Self::NoEntry { namespace, cache_id, cache_hash } => detail(json!({
                "error_type": "NOT_FOUND", "message": "The requested cache entry was not found",
                "resource_type": "cache_entry", "resource_id": null, "namespace": namespace,
                "cache_id": cache_id, "cache_hash": cache_hash,
            })),
            Self::NoChild { message, cache_id, file_id, data_type } => {
                let mut about = json!({ "error_type": "NOT_FOUND", "message": message, "cache_id": cache_id });
                if let Some(file_id) = file_id {
                    about["data_file_id"] = json!(file_id);
                }
                if let Some(data_type) = data_type {
                    about["data_type"] = json!(data_type);
                }
                json!({ "detail": about })
            }
            Self::NotFound(text) | Self::NotJson(text) | Self::Rejected(text) => json!({ "detail": text }),
            Self::UnsupportedMediaType(reason) => {
                detail(json!({ "error_type": "UNSUPPORTED_MEDIA_TYPE", "message": reason }))
            }
            Self::NotText => json!({ "detail": "There was an error parsing the body" }),
            Self::NoFile(path) => json!({
                "error_type": "FILE_NOT_FOUND", "resource": "file",
                "message": "The requested file does not exist in storage", "path": path,
            }),
            Self::NoChildBytes | Self::NoPage => Value::Null,
            Self::Range { .. } => detail(json!({ "error_type": "RANGE_NOT_SATISFIABLE", "message": self.to_string() })),
            Self::Refusal(refusal) => refusal_value(refusal),
            Self::Cache(error) => cache_error(error),
        }
    }
}

/// A refusal in the shape of this service: media type and body.
pub(crate) fn refusal(refusal: &Refusal) -> (&'static str, String) {
    ("application/json", refusal_value(refusal).to_string())
}

fn refusal_value(refusal: &Refusal) -> Value {
    let unauthorized = |message| json!({ "data": null, "error": null, "message": message, "status": "error" });
    match refusal {
        Refusal::NoKey => unauthorized("Client API key is missing, you need to set it on a header or cookie"),
        Refusal::WrongKey => unauthorized("Invalid API key value"),
        Refusal::NotFound => json!({ "detail": "Not Found" }),
        Refusal::Method(_) => json!({ "detail": "Method Not Allowed" }),
        Refusal::BrokenBody(reason) => {
            json!({ "detail": [{ "type": "body_invalid", "loc": ["body"], "msg": reason, "input": "" }] })
        }
        Refusal::Field { field, reason } => invalid_input(field, reason, None),
        other => detail(json!({ "error_type": other.code(), "message": other.to_string() })),
    }
}

fn cache_error(error: &cache::Error) -> Value {
    let kind = match error {
        cache::Error::InvalidInput { field, reason } => return invalid_input(field, reason, None),
        // A text, as the Python service answers what is wrong with an archive.
        cache::Error::Archive(error) => return json!({ "detail": error.to_string() }),
        cache::Error::AlreadyExists { cache_id, .. } => {
            let about = json!({ "error_type": "ALREADY_EXISTS", "message": error.to_string(), "cache_id": cache_id });
            return detail(about);
        }
        cache::Error::PathConflict { .. } => "PATH_CONFLICT",
        cache::Error::Changed => "PRECONDITION_FAILED",
        cache::Error::Ambiguous { found, is_cut } => {
            let entries =
                found.iter().map(|entry| json!({ "file_id": entry.file_id, "kind": FileKind::from(entry.kind) }));
            return detail(json!({
                "error_type": "AMBIGUOUS", "message": error.to_string(), "entries": entries.collect::<Vec<_>>(),
                "has_more": is_cut,
            }));
        }
        cache::Error::TypeMismatch { .. } => "TYPE_MISMATCH",
        cache::Error::Unreadable { .. } => {
            let message = "the stored content is not valid JSON; its bytes are at the binary route";
            return detail(json!({ "error_type": "UNREADABLE_CONTENT", "message": message }));
        }
        cache::Error::Busy | cache::Error::Storage(storage::Error::NoRoom) => "BUSY",
        cache::Error::Storage(storage::Error::PathConflict { .. }) => "PATH_CONFLICT",
        cache::Error::Storage(storage::Error::PathTooLong { .. }) => "PATH_TOO_LONG",
        cache::Error::Storage(storage::Error::Full(_)) => {
            return detail(json!({ "error_type": "STORAGE_FULL", "message": "no space is left to store this" }));
        }
        cache::Error::Storage(storage::Error::Unavailable { .. }) => {
            let message = "the storage does not answer; whether something was written is unknown";
            return detail(json!({ "error_type": "UNAVAILABLE", "message": message }));
        }
        cache::Error::Storage(storage::Error::Precondition { .. } | storage::Error::Failed { .. }) => {
            return detail(json!({ "error_type": "INTERNAL", "message": "internal error" }));
        }
    };
    detail(json!({ "error_type": kind, "message": error.to_string() }))
}

fn invalid_input(field: &str, message: &str, expected: Option<&str>) -> Value {
    detail(json!({
        "error_type": "INVALID_INPUT", "message": message, "field_name": field, "field_value": null,
        "expected_type": expected, "constraints": null,
    }))
}

/// Adds what every refusal object of the Python service carries.
fn detail(mut about: Value) -> Value {
    about["timestamp"] = json!(chrono::Utc::now().timestamp_millis());
    about["request_id"] = json!(Call::current_id());
    json!({ "detail": about })
}
