//! Request bodies: read under the configured limit and parsed as the Python service parses them.

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use actix_web::{FromRequest, HttpRequest};
use bytes::Bytes;
use cache_client::Json;
use cache_client::json::Memory;
use futures::future::LocalBoxFuture;
use http_service::Call;
use serde::de::DeserializeOwned;

use super::error::{Error, Result};
use crate::blocking;
use crate::coding::{Coding, UnknownCoding};

/// A body with the headers that say what it is.
#[derive(Debug)]
pub(crate) struct Body {
    bytes: Bytes,
    is_json: bool,
    coding: std::result::Result<Option<Coding>, UnknownCoding>,
    charset: Option<String>,
}

impl FromRequest for Body {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = header(request, CONTENT_TYPE).unwrap_or_default();
        let (is_json, charset) = (is_json(&media_type), charset(&media_type));
        let coding = Coding::parse(&header(request, CONTENT_ENCODING).unwrap_or_default());
        let body = http_service::Body::from_request(request, payload);
        let call = Call::current().expect("handlers are called through the route table");
        Box::pin(async move {
            let http_service::Body(bytes) = body.await.unwrap_or_else(|never| match never {});
            let bytes = bytes?;
            if is_json {
                // Reading JSON can take a hundred times its length.
                let text = bytes.clone();
                let Memory { parsed, written } = blocking::run(text.len(), move || Memory::of(&text)).await;
                call.reserve(parsed + written).await?;
            }
            Ok(Self { bytes, is_json, coding, charset })
        })
    }
}

/// The values of a header, as one list.
fn header(request: &HttpRequest, name: HeaderName) -> Option<String> {
    let values: Vec<_> =
        request.headers().get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// `application/json` and `application/*+json`, whatever their parameters.
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.strip_prefix("application/").is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

/// The character set that a media type names.
fn charset(media_type: &str) -> Option<String> {
    let mut parameters = media_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let named = |(name, _): &(&str, &str)| name.trim().eq_ignore_ascii_case("charset");
    parameters.find(named).map(|(_, value)| value.trim().trim_matches('"').to_ascii_lowercase())
}

impl Body {
    /// Refuses a text in another character set than UTF-8, of which ASCII is a part, and one that is packed.
    ///
    /// What is packed with gzip is refused for being no text, as in the Python service.
    fn plain_text(&self) -> Result<()> {
        match self.charset.as_deref() {
            None | Some("utf-8" | "utf8" | "us-ascii" | "ascii") => {}
            // JSON tells by its first bytes.
            Some(charset) if self.is_json && (charset.starts_with("utf-16") || charset.starts_with("utf-32")) => {}
            Some(other) => {
                let message = format!("character set {other:?} is not UTF-8");
                return Err(Error::UnsupportedMediaType(message));
            }
        }
        match &self.coding {
            Ok(None | Some(Coding::Gzip | Coding::IdentityGzip)) => Ok(()),
            Ok(Some(coding)) => {
                Err(Error::UnsupportedMediaType(format!("text and JSON packed with {} is not unpacked", coding.name())))
            }
            Err(unknown) => Err(unknown.clone().into()),
        }
    }

    fn required(self) -> Result<Self> {
        if self.bytes.is_empty() {
            return Err(Error::body("missing", "Field required", ""));
        }
        Ok(self)
    }

    async fn json(self) -> Result<Json> {
        self.plain_text()?;
        let parse = |bytes: &[u8]| {
            Json::parse(bytes).map_err(|error| match Json::is_text(bytes) {
                true => Error::body("json_invalid", error, ""),
                false => Error::NotText,
            })
        };
        blocking::run(self.bytes.len(), move || parse(&self.bytes)).await
    }

    /// A text: a JSON string when the content type is JSON, else the body itself; it may be empty.
    ///
    /// Takes the memory that it needs as a stored JSON string, where characters can become six.
    pub(crate) async fn text(self) -> Result<String> {
        let body = self.required()?;
        if body.is_json {
            return match body.json().await? {
                Json::String(text) => Ok(text),
                other => Err(Error::body("string_type", "Input should be a valid string", &other.dumps_compact())),
            };
        }
        body.plain_text()?;
        let measure = |bytes: Bytes| {
            let text = String::from_utf8(bytes.into()).map_err(|error| {
                let reason = "Input should be a valid string, unable to parse raw data as a unicode string";
                Error::body("string_unicode", format!("{reason}: {}", error.utf8_error()), "")
            })?;
            let memory = text.len() as u64 + Memory::of_string(&text);
            Ok::<_, Error>((text, memory))
        };
        let (text, memory) = blocking::run(body.bytes.len(), move || measure(body.bytes)).await?;
        let call = Call::current().expect("bodies belong to calls");
        call.reserve(memory).await?;
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
    pub(crate) async fn object(self) -> Result<Json> {
        const REASON: &str = "Input should be a valid dictionary";
        let body = self.required()?;
        if !body.is_json {
            return Err(Error::body("dict_type", format!("{REASON}, sent as application/json"), ""));
        }
        match body.json().await? {
            object @ Json::Object(_) => Ok(object),
            other => Err(Error::body("dict_type", REASON, &other.dumps_compact())),
        }
    }

    /// A JSON array, sent as JSON: the body itself, or this field of an object.
    pub(crate) async fn list(self, field: &str) -> Result<Vec<Json>> {
        const REASON: &str = "Input should be a valid list, or an object with one in";
        let body = self.required()?;
        if !body.is_json {
            return Err(Error::body("list_type", format!("{REASON} '{field}', sent as application/json"), ""));
        }
        let list = match body.json().await? {
            Json::Object(mut fields) => fields.swap_remove(field).unwrap_or(Json::Null),
            other => other,
        };
        match list {
            Json::Array(items) => Ok(items),
            other => Err(Error::body("list_type", format!("{REASON} '{field}'"), &other.dumps_compact())),
        }
    }

    /// JSON of a form that is known here.
    pub(crate) async fn parsed<T: DeserializeOwned + Send + 'static>(self) -> Result<T> {
        let body = self.required()?;
        if !body.is_json {
            return Err(Error::body("model_attributes_type", "Input should be sent as application/json", ""));
        }
        body.plain_text()?;
        // A list would be taken for the fields in their order.
        if body.bytes.trim_ascii_start().first().is_some_and(|first| *first == b'[') {
            return Err(Error::body("model_attributes_type", "Input should be a valid object", ""));
        }
        let parsed = blocking::run(body.bytes.len(), move || serde_json::from_slice(&body.bytes)).await;
        parsed.map_err(|error| match error.is_data() {
            true => Error::body("value_error", error, ""),
            false => Error::body("json_invalid", error, ""),
        })
    }

    /// Bytes; a JSON string stands for its UTF-8, as in the Python service, and is the only way to say that there are none.
    pub(crate) async fn bytes(self) -> Result<Bytes> {
        let body = self.required()?;
        body.coding.as_ref().map_err(Clone::clone)?;
        if !body.is_json {
            return Ok(body.bytes);
        }
        match body.json().await? {
            Json::String(text) => Ok(text.into()),
            other => Err(Error::body("bytes_type", "Input should be a valid bytes", &other.dumps_compact())),
        }
    }

    /// Bytes that are not empty, and how they are packed.
    pub(crate) async fn some_bytes(self) -> Result<(Bytes, Option<Coding>)> {
        let coding = self.coding.clone();
        let bytes = self.bytes().await?;
        if bytes.is_empty() {
            return Err(Error::required("body", "Binary data cannot be empty", "non-empty_binary_data"));
        }
        Ok((bytes, coding?))
    }
}
