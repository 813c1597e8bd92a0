//! Request bodies: read under the configured limit and parsed as the Python service parses them.

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use actix_web::{FromRequest, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use cache_client::{FileId, Json};
use futures::StreamExt;
use futures::future::LocalBoxFuture;
use tokio::time::timeout;

use super::Settings;
use super::error::{Error, Result};

/// A body with the headers that say what it is.
#[derive(Debug)]
pub(crate) struct Body {
    bytes: Bytes,
    is_json: bool,
    encoding: Option<String>,
}

impl FromRequest for Body {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let settings = request.app_data::<web::Data<Settings>>();
        let (limit, pause) = settings.map(|settings| (settings.body_limit, settings.body_pause)).unwrap_or_default();
        let is_json = header(request, CONTENT_TYPE).is_some_and(|media_type| is_json(&media_type));
        let encoding = header(request, CONTENT_ENCODING);
        let announced = header(request, CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        let mut payload = payload.take();
        Box::pin(async move {
            if announced.is_some_and(|length| length > limit) {
                return Err(Error::TooLarge(limit));
            }
            // What was announced is not allocated before it arrives.
            let mut bytes = BytesMut::with_capacity(announced.unwrap_or(0).min(64 << 10));
            while let Some(chunk) = timeout(pause, payload.next()).await.map_err(|_| Error::SlowBody(pause))? {
                let chunk = chunk.map_err(|error| Error::body("body_invalid", error, ""))?;
                if bytes.len() + chunk.len() > limit {
                    return Err(Error::TooLarge(limit));
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(Self { bytes: bytes.freeze(), is_json, encoding })
        })
    }
}

fn header(request: &HttpRequest, name: HeaderName) -> Option<String> {
    request.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// `application/json` and `application/*+json`, whatever their parameters.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.strip_prefix("application/").is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

impl Body {
    fn required(self) -> Result<Self> {
        if self.bytes.is_empty() {
            return Err(Error::body("missing", "Field required", ""));
        }
        Ok(self)
    }

    fn json(&self) -> Result<Json> {
        Json::parse(&self.bytes).map_err(|error| Error::body("json_invalid", error, ""))
    }

    /// A text: a JSON string when the content type is JSON, else the body itself; it may be empty.
    pub(crate) fn text(self) -> Result<String> {
        let body = self.required()?;
        if body.is_json {
            return match body.json()? {
                Json::String(text) => Ok(text),
                other => Err(Error::body("string_type", "Input should be a valid string", &other.dumps_compact())),
            };
        }
        let text = String::from_utf8(body.bytes.into());
        text.map_err(|error| Error::body("string_unicode", error.utf8_error(), ""))
    }

    /// A text that is not empty.
    pub(crate) fn some_text(self) -> Result<String> {
        let text = self.text()?;
        if text.is_empty() {
            return Err(Error::required("data", "String data cannot be empty", "non-empty_string"));
        }
        Ok(text)
    }

    /// A JSON object, sent as JSON.
    pub(crate) fn object(self) -> Result<Json> {
        const REASON: &str = "Input should be a valid dictionary";
        let body = self.required()?;
        if !body.is_json {
            return Err(Error::body("dict_type", format!("{REASON}, sent as application/json"), ""));
        }
        match body.json()? {
            object @ Json::Object(_) => Ok(object),
            other => Err(Error::body("dict_type", REASON, &other.dumps_compact())),
        }
    }

    /// Bytes, and the encoding they came with; a JSON string stands for its UTF-8, as in the Python service.
    pub(crate) fn some_bytes(self) -> Result<(Bytes, Option<FileId>)> {
        let body = self.required()?;
        let encoding = body.encoding.as_deref().filter(|encoding| !encoding.is_empty());
        let parse =
            |text| FileId::parse(text).map_err(|error| Error::parameter("header", "content-encoding", error, text));
        let encoding = encoding.map(parse).transpose()?;
        if !body.is_json {
            return Ok((body.bytes, encoding));
        }
        match body.json()? {
            Json::String(text) if text.is_empty() => {
                Err(Error::required("body", "Binary data cannot be empty", "non-empty_binary_data"))
            }
            Json::String(text) => Ok((text.into(), encoding)),
            other => Err(Error::body("bytes_type", "Input should be a valid bytes", &other.dumps_compact())),
        }
    }
}
