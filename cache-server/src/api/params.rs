//! Parameters of the path and of the query, parsed into proof before a handler sees them.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use cache_client::{CacheHash, CacheId, CacheKey, DataKey, DataType, FieldPath, FileId, Invalid, Namespace, Strategy};
use utoipa::{IntoParams, ToSchema};

use super::error::{Error, Result};
use crate::storage::{Folder, ObjectPath};

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
        ready(T::from_params(&Source { request }).map(Self))
    }
}

/// The raw parameters of a request.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    request: &'a HttpRequest,
}

impl Source<'_> {
    /// A parameter of the path, percent-decoded once; bytes that are no UTF-8 become replacement characters.
    fn path<T>(&self, name: &'static str, parse: impl Fn(&str) -> std::result::Result<T, Invalid>) -> Result<T> {
        let raw = self.request.match_info().get(name).unwrap_or_default();
        let text = percent_encoding::percent_decode_str(raw).decode_utf8_lossy();
        parse(&text).map_err(|error| Error::parameter("path", name, error, &text))
    }

    /// A parameter of the query; `None` when it is absent.
    fn text(&self, name: &str) -> Option<String> {
        let pairs = form_urlencoded::parse(self.request.query_string().as_bytes());
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

macro_rules! path_params {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty as ($($shown:tt)+) = $parse:expr),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, IntoParams)]
        #[into_params(parameter_in = Path)]
        pub(crate) struct $name {
            $($(#[$doc])* #[param($($shown)+)] pub(crate) $field: $type,)+
        }

        impl FromParams for $name {
            fn from_params(source: &Source<'_>) -> Result<Self> {
                Ok(Self { $($field: source.path(stringify!($field), $parse)?,)+ })
            }
        }
    };
}

path_params!(
    /// A namespace.
    InNamespace {
        /// The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
        namespace: Namespace as (value_type = String) = Namespace::parse,
    }
);

path_params!(
    /// A namespace and a strategy.
    WithStrategy {
        /// The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
        namespace: Namespace as (value_type = String) = Namespace::parse,
        /// `direct`, `temporal`, `temporal_latest`, `temporal_versioned` or `key_based`.
        strategy: Strategy as (value_type = StrategyName) = Strategy::parse,
    }
);

path_params!(
    /// An entry by its id.
    ById {
        /// The namespace.
        namespace: Namespace as (value_type = String) = Namespace::parse,
        /// The entry's id, a UUID.
        cache_id: CacheId as (value_type = Uuid) = CacheId::parse,
    }
);

path_params!(
    /// Entries by their hash.
    ByHash {
        /// The namespace.
        namespace: Namespace as (value_type = String) = Namespace::parse,
        /// The hash: 10 to 96 lower-case hexadecimal digits.
        cache_hash: CacheHash as (value_type = String, pattern = "^[0-9a-f]{10,96}$") = CacheHash::parse,
    }
);

path_params!(
    /// A child file of an entry.
    ChildFileId {
        /// The name of the child file without its extension.
        data_file_id: FileId as (value_type = String) = FileId::parse,
    }
);

path_params!(
    /// A folder of child files of an entry.
    ChildFolder {
        /// The folder below the entry; it may contain slashes.
        data_key: DataKey as (value_type = String) = DataKey::parse,
    }
);

path_params!(
    /// The type of a child file.
    ChildType {
        /// `string`, `json` or `binary`.
        data_type: DataType as (value_type = DataTypeName) = DataType::parse,
    }
);

/// The cache key of an entry.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct Keyed {
    /// The cache key; it may contain slashes.
    #[param(value_type = String)]
    pub(crate) cache_key: CacheKey,
}

impl FromParams for Keyed {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        let raw = source.request.match_info().get("cache_key").unwrap_or_default();
        let text = percent_encoding::percent_decode_str(raw).decode_utf8_lossy();
        let cache_key = CacheKey::parse(&text).map_err(|error| match error.is_empty() {
            true => Error::required("cache_key", "Cache key is required for this endpoint", "valid_file_path"),
            false => Error::parameter("path", "cache_key", error, &text),
        })?;
        Ok(Self { cache_key })
    }
}

/// How a keyed entry is named and hashed.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileName {
    /// The name of the content file without its extension; the entry's own id when not given.
    #[param(value_type = Option<String>)]
    pub(crate) file_id: Option<FileId>,
}

impl FromParams for FileName {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        Ok(Self { file_id: source.optional("file_id", FileId::parse)? })
    }
}

/// The field a JSON entry is hashed by.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HashField {
    /// The dotted path of the field to hash by, such as `meta.id`; the whole document when not given.
    #[param(value_type = Option<String>)]
    pub(crate) json_field_path: Option<FieldPath>,
}

impl FromParams for HashField {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        Ok(Self { json_field_path: source.optional("json_field_path", FieldPath::parse)? })
    }
}

/// The most items of one page.
pub(crate) const MAX_LIMIT: usize = 10_000;

/// A page of a listing.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// At most this many items, 1 to 10000; all of them, streamed, when not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    pub(crate) limit: Option<usize>,
    /// Where to go on: `x-next-cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

impl FromParams for Page {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        let parse = |text: &str| match text.parse() {
            Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
            _ => Err("is not a number from 1 to 10000"),
        };
        Ok(Self { limit: source.query("limit", parse)?, cursor: source.text("cursor").filter(|c| !c.is_empty()) })
    }
}

/// Whether a listing goes into sub-folders.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Recursive {
    /// Go into sub-folders.
    pub(crate) recursive: Option<bool>,
}

impl FromParams for Recursive {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        Ok(Self { recursive: source.flag("recursive")? })
    }
}

/// How a listing shows what it finds.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FullPath {
    /// Show whole paths instead of names.
    pub(crate) return_full_path: Option<bool>,
}

impl FromParams for FullPath {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        Ok(Self { return_full_path: source.flag("return_full_path")? })
    }
}

/// A stored file by its path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct StoredFile {
    /// The path below the storage prefix, such as `ns/refs/by-id/ce/3d/….json`.
    #[param(value_type = String)]
    pub(crate) path: ObjectPath,
}

impl FromParams for StoredFile {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        Ok(Self { path: stored(source, ObjectPath::parse)? })
    }
}

/// A folder of the storage.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct StoredFolder {
    /// The folder below the storage prefix; empty for all.
    #[param(value_type = String)]
    pub(crate) path: Folder,
}

impl FromParams for StoredFolder {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        Ok(Self { path: stored(source, Folder::parse)? })
    }
}

fn stored<T, E: ToString>(source: &Source<'_>, parse: impl Fn(&str) -> std::result::Result<T, E>) -> Result<T> {
    let raw = source.request.match_info().get("path").unwrap_or_default();
    let text = percent_encoding::percent_decode_str(raw).decode_utf8_lossy();
    parse(&text).map_err(|error| Error::parameter("path", "path", error, &text))
}

/// The range of a temporal scan.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimeRange {
    /// The first instant: milliseconds since 1970, or RFC 3339.
    #[param(value_type = Option<String>)]
    pub(crate) from: Option<u64>,
    /// The instant after the last one: milliseconds since 1970, or RFC 3339; now when not given.
    #[param(value_type = Option<String>)]
    pub(crate) to: Option<u64>,
}

impl FromParams for TimeRange {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        Ok(Self { from: source.query("from", instant)?, to: source.query("to", instant)? })
    }
}

/// The end of the year 9999: no folder is later.
const LAST_INSTANT: u64 = 253_402_300_799_999;

fn instant(text: &str) -> std::result::Result<u64, &'static str> {
    if let Ok(milliseconds) = text.parse::<u64>() {
        return Ok(milliseconds.min(LAST_INSTANT));
    }
    let time = chrono::DateTime::parse_from_rfc3339(text);
    let time = time.map_err(|_| "is neither milliseconds since 1970 nor RFC 3339")?;
    Ok(u64::try_from(time.timestamp_millis()).unwrap_or(0).min(LAST_INSTANT))
}

/// Which entries of a namespace a bulk read answers.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntrySelection {
    /// Only entries of this strategy.
    #[param(value_type = Option<StrategyName>)]
    pub(crate) strategy: Option<Strategy>,
    /// Only entries whose cache key begins with this text.
    pub(crate) key_prefix: Option<String>,
}

impl FromParams for EntrySelection {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        Ok(Self { strategy: source.query("strategy", Strategy::parse)?, key_prefix: source.text("key_prefix") })
    }
}

/// In which order child files are read.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Ordering {
    /// `asc`, the default, or `desc`.
    #[param(value_type = Option<OrderName>)]
    pub(crate) order: Option<crate::cache::Order>,
}

impl FromParams for Ordering {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        let parse = |text: &str| match text {
            "asc" => Ok(crate::cache::Order::Ascending),
            "desc" => Ok(crate::cache::Order::Descending),
            _ => Err("is neither 'asc' nor 'desc'"),
        };
        Ok(Self { order: source.query("order", parse)? })
    }
}

/// How an entry is laid out in storage.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "describes the names of `Strategy`")]
pub(crate) enum StrategyName {
    Direct,
    Temporal,
    TemporalLatest,
    TemporalVersioned,
    KeyBased,
}

/// What a child file holds.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the names of `DataType`")]
pub(crate) enum DataTypeName {
    Json,
    String,
    Binary,
}

/// In which order child files are read.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the names of `Order`")]
pub(crate) enum OrderName {
    Asc,
    Desc,
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
