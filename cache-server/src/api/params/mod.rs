//! Parameters of the path and of the query, parsed into proof before a handler sees them.

mod names;
mod path;
mod query;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest, web};
use cache_client::{
    CacheHash, CacheId, CacheKey, DataKey, DataType, FieldPath, FileId, Invalid, MemberPath, Namespace, Strategy,
};
use http_service::Call;

pub(crate) use names::{DataTypeName, FormName, KindName, OrderName, StrategyName};
pub(crate) use path::{
    ByHash, ById, ChildFileId, ChildFolder, ChildType, FileFolder, InNamespace, Keyed, MemberName, NamedFile,
    NewMember, StoredFile, StoredFolder, WithStrategy,
};
pub(crate) use query::{
    Clearance, EntrySelection, FileName, Form, FullPath, HashField, KeyedSelection, Ordering, Page, Recursive, Shelf,
    TimeRange,
};

use super::Settings;
use super::error::{Error, Result};
use crate::config::Names;

/// Extracts a set of parameters.
#[derive(Debug)]
pub(crate) struct Params<T>(pub T);

/// A set of parameters that a request may carry.
pub(crate) trait FromParams: Sized {
    /// Parses them, or says which one is wrong.
    fn from_params(source: &Source<'_>) -> Result<Self>;
}

impl<T: FromParams> FromRequest for Params<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let call = Call::current().expect("handlers are called through the route table");
        let settings = request.app_data::<web::Data<Settings>>().expect("the service has its settings");
        let source = Source { call: &call, query: request.query_string(), names: settings.names };
        ready(T::from_params(&source).map(Self))
    }
}

/// The raw parameters of a request.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    call: &'a Call,
    query: &'a str,
    names: Names,
}

impl Source<'_> {
    /// A parameter of the path, decoded; bytes that are no UTF-8 are replacement characters.
    fn decoded(&self, name: &str) -> &str {
        self.call.param(name)
    }

    /// A parameter of the path.
    fn path<T: Name>(&self, name: &'static str, parse: impl Fn(&str) -> std::result::Result<T, Invalid>) -> Result<T> {
        let text = self.decoded(name);
        let parsed = parse(text).map_err(|error| Error::parameter("path", name, error, text))?;
        self.stored_as_sent("path", name, text, parsed)
    }

    /// A name of the query; `None` when it is absent, or when it is empty as the Python client sends it.
    fn name<T: Name>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> std::result::Result<T, Invalid>,
    ) -> Result<Option<T>> {
        let Some(parsed) = self.optional(name, parse)? else { return Ok(None) };
        self.stored_as_sent("query", name, &self.text(name).unwrap_or_default(), parsed).map(Some)
    }

    /// Refuses a name that would be stored as another one, or has the answer say so.
    fn stored_as_sent<T: Name>(&self, place: &'static str, name: &'static str, sent: &str, parsed: T) -> Result<T> {
        let Some(stored) = parsed.stored().filter(|stored| *stored != sent) else { return Ok(parsed) };
        match self.names {
            Names::Strict => Err(Error::parameter(place, name, format!("would be stored as {stored:?}"), sent)),
            Names::Map => {
                let value = HeaderValue::from_str(&format!("{name}={stored}")).expect("stored names are ASCII");
                self.call.add_header(NAME_MAPPED, value);
                Ok(parsed)
            }
        }
    }

    /// A parameter of the query; `None` when it is absent.
    fn text(&self, name: &str) -> Option<String> {
        let pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.filter(|(key, _)| key == name).last().map(|(_, value)| value.into_owned())
    }

    /// A parameter of the query; `None` when it is absent, or when it is empty as the Python client sends it.
    fn optional<T, E: ToString>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> std::result::Result<T, E>,
    ) -> Result<Option<T>> {
        let empty = self.text(name).is_some_and(|text| text.is_empty());
        if empty { Ok(None) } else { self.query(name, parse) }
    }

    /// A parameter of the query; `None` when it is absent.
    fn query<T, E: ToString>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> std::result::Result<T, E>,
    ) -> Result<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        parse(&text).map(Some).map_err(|error| Error::parameter("query", name, error, &text))
    }

    fn flag(&self, name: &'static str) -> Result<Option<bool>> {
        self.query(name, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "t" | "y" => Ok(true),
            "false" | "0" | "no" | "off" | "f" | "n" => Ok(false),
            _ => Err("is neither true nor false"),
        })
    }
}

/// Tells which name became another one.
const NAME_MAPPED: HeaderName = HeaderName::from_static("x-cache-name-mapped");

/// A parameter that may be a name, of which only some characters are stored.
trait Name {
    /// The name as it is stored; `None` for what is no name, or is refused where it cannot be stored.
    fn stored(&self) -> Option<&str>;
}

/// What is stored as it is parsed, and what is refused otherwise.
macro_rules! names {
    ($($name:ty: $stored:expr),+ $(,)?) => {$(
        impl Name for $name {
            fn stored(&self) -> Option<&str> {
                let stored: fn(&Self) -> Option<&str> = $stored;
                stored(self)
            }
        }
    )+};
}

names! {
    Namespace: |name| Some(name.as_str()),
    FileId: |name| Some(name.as_str()),
    CacheKey: |key| Some(key.as_str()),
    DataKey: |key| Some(key.path()),
    Option<DataKey>: |key| key.as_ref().map(DataKey::path),
    FieldPath: |path| Some(path.as_str()),
    CacheId: |_| None,
    CacheHash: |_| None,
    Strategy: |_| None,
    DataType: |_| None,
    MemberPath: |_| None,
    String: |_| None,
}

/// Several sets of parameters at once.
macro_rules! together {
    ($($set:ident),+) => {
        impl<$($set: FromParams),+> FromParams for ($($set,)+) {
            fn from_params(source: &Source<'_>) -> Result<Self> {
                Ok(($($set::from_params(source)?,)+))
            }
        }
    };
}

together!(A, B);
together!(A, B, C);
together!(A, B, C, D);
