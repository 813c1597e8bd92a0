//! Parameters of the path and of the query, parsed into proof before a handler sees them.

mod names;
mod path;
mod query;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use cache_client::Invalid;
use http_service::Call;

pub(crate) use names::{DataTypeName, FormName, KindName, OrderName, StrategyName};
pub(crate) use path::{
    ByHash, ById, ChildFileId, ChildFolder, ChildType, FileFolder, InNamespace, Keyed, StoredFile, StoredFolder,
    WithStrategy,
};
pub(crate) use query::{
    Clearance, EntrySelection, FileName, Form, FullPath, HashField, KeyedSelection, Ordering, Page, Recursive,
    TimeRange,
};

use super::error::{Error, Result};

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
        ready(T::from_params(&Source { call: &call, query: request.query_string() }).map(Self))
    }
}

/// The raw parameters of a request.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    call: &'a Call,
    query: &'a str,
}

impl Source<'_> {
    /// A parameter of the path, decoded; bytes that are no UTF-8 are replacement characters.
    fn decoded(&self, name: &str) -> &str {
        self.call.param(name)
    }

    /// A parameter of the path.
    fn path<T>(&self, name: &'static str, parse: impl Fn(&str) -> std::result::Result<T, Invalid>) -> Result<T> {
        let text = self.decoded(name);
        parse(text).map_err(|error| Error::parameter("path", name, error, text))
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
