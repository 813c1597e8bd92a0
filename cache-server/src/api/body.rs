//! Request bodies: read under the configured limit and parsed as the Python service parses them.

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use actix_web::{FromRequest, HttpRequest};
use bytes::Bytes;
use cache_client::json::Memory;
use cache_client::{FileId, Json};
use futures::future::LocalBoxFuture;
use http_service::Call;

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
        let is_json = header(request, CONTENT_TYPE).is_some_and(|media_type| is_json(&media_type));
        let encoding = header(request, CONTENT_ENCODING);
        let body = http_service::Body::from_request(request, payload);
        let call = Call::current().expect("handlers are called through the route table");
        Box::pin(async move {
            let http_service::Body(bytes) = body.await.unwrap_or_else(|never| match never {});
            let bytes = bytes?;
            if is_json {
                // Reading JSON can take a hundred times its length.
                let Memory { parsed, written } = Memory::of(&bytes);
                call.reserve(parsed + written).await?;
            }
            Ok(Self { bytes, is_json, encoding })
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
    ///
    /// Takes the memory that it needs as a stored JSON string, where characters can become six.
    pub(crate) async fn text(self) -> Result<String> {
        let body = self.required()?;
        if body.is_json {
            return match body.json()? {
                Json::String(text) => Ok(text),
                other => Err(Error::body("string_type", "Input should be a valid string", &other.dumps_compact())),
            };
        }
        let text = String::from_utf8(body.bytes.into());
        let text = text.map_err(|error| Error::body("string_unicode", error.utf8_error(), ""))?;
        let call = Call::current().expect("bodies belong to calls");
        call.reserve(text.len() as u64 + Memory::of_string(&text)).await?;
        Ok(text)
    }

    /// A text that is not empty.
    pub(crate) async fn some_text(self) -> Result<String> {
        let text = self.text().await?;
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

    /// A JSON array, sent as JSON: the body itself, or this field of an object.
    pub(crate) fn list(self, field: &str) -> Result<Vec<Json>> {
        const REASON: &str = "Input should be a valid list, or an object with one in";
        let body = self.required()?;
        if !body.is_json {
            return Err(Error::body("list_type", format!("{REASON} '{field}', sent as application/json"), ""));
        }
        let list = match body.json()? {
            Json::Object(mut fields) => fields.swap_remove(field).unwrap_or(Json::Null),
            other => other,
        };
        match list {
            Json::Array(items) => Ok(items),
            other => Err(Error::body("list_type", format!("{REASON} '{field}'"), &other.dumps_compact())),
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
