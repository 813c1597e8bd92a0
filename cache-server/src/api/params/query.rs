//! Parameters of the query.

use cache_client::{CacheKey, FieldPath, FileId, Strategy};
use utoipa::IntoParams;

use super::{FormName, FromParams, KindName, OrderName, Source, StrategyName};
use crate::api::cursor::Listing;
use crate::api::error::{Error, Result};
use crate::layout::Kind;

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
        Ok(Self { file_id: source.name("file_id", FileId::parse)? })
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
        Ok(Self { json_field_path: source.name("json_field_path", FieldPath::parse)? })
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
    /// Where to go on: `x-next-cursor` of the page before, of the same listing.
    pub(crate) cursor: Option<String>,
    /// The listing whose pages these are.
    #[param(ignore)]
    pub(crate) listing: Listing,
}

impl FromParams for Page {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        let parse = |text: &str| match text.parse() {
            Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
            _ => Err("is not a number from 1 to 10000"),
        };
        let listing = Listing::of(source.call.path(), source.query);
        let place = |cursor: &str| listing.place(cursor).ok_or("is not a cursor of this listing");
        let cursor = source.optional("cursor", place)?;
        Ok(Self { limit: source.query("limit", parse)?, cursor, listing })
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

/// Which part of what a strategy holds is looked through.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Shelf {
    /// Of `key_based` only: the folder, which is the beginning of keys, such as `reports/2026`; the first one when not given.
    #[param(value_type = Option<String>)]
    pub(crate) folder: Option<CacheKey>,
    /// Of `key_based` only: names in the folder that begin with this text.
    pub(crate) prefix: Option<String>,
}

impl FromParams for Shelf {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        Ok(Self { folder: source.name("folder", CacheKey::parse)?, prefix: source.text("prefix") })
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

/// Which entry of a key, and in which form.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct KeyedSelection {
    /// The name of the content file without its extension; the only entry of the key when not given.
    #[param(value_type = Option<String>)]
    pub(crate) file_id: Option<FileId>,
    /// `json`, also for a string, or `binary`; the only one of the file id when not given.
    #[param(value_type = Option<KindName>)]
    pub(crate) kind: Option<Kind>,
    /// `string`, `json` or `binary`: the content, converted as by id; `metadata`; `cache-id`. The entry with its content when not given.
    #[param(rename = "as", value_type = Option<FormName>)]
    pub(crate) form: Form,
}

/// The form an entry is answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Content and metadata, or for bytes where they are.
    Entry,
    /// The content as text.
    String,
    /// The content as JSON.
    Json,
    /// The content as bytes.
    Binary,
    /// What is known of the entry.
    Metadata,
    /// The entry's id.
    CacheId,
}

impl FromParams for KeyedSelection {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        let kind = |text: &str| match text {
            "json" => Ok(Kind::Json),
            "binary" => Ok(Kind::Binary),
            _ => Err("is neither 'json' nor 'binary'"),
        };
        let form = |text: &str| match text {
            "string" => Ok(Form::String),
            "json" => Ok(Form::Json),
            "binary" => Ok(Form::Binary),
            "metadata" => Ok(Form::Metadata),
            "cache-id" => Ok(Form::CacheId),
            _ => Err("is none of 'string', 'json', 'binary', 'metadata', 'cache-id'"),
        };
        Ok(Self {
            file_id: source.name("file_id", FileId::parse)?,
            kind: source.query("kind", kind)?,
            form: source.query("as", form)?.unwrap_or(Form::Entry),
        })
    }
}

/// Which entries of a namespace are deleted, and how many at once.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Clearance {
    /// The name of the namespace once more, as it is stored.
    pub(crate) confirm: String,
    /// Only entries whose cache key begins with this text; without it, all that the namespace holds.
    pub(crate) key_prefix: Option<String>,
    /// At most this many entries, 1 to 1000; 100 when not given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    pub(crate) limit: usize,
    /// Where to go on: `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// The deletion whose pages these are.
    #[param(ignore)]
    pub(crate) listing: Listing,
}

impl FromParams for Clearance {
    fn from_params(source: &Source<'_>) -> Result<Self> {
        // A prefix under another name would delete all that the namespace holds.
        let known = |name: &str| ["confirm", "key_prefix", "limit", "cursor"].contains(&name);
        if let Some((name, value)) = form_urlencoded::parse(source.query.as_bytes()).find(|(name, _)| !known(name)) {
            let reason = format!("is not all that was sent: {name:?} is no parameter of this deletion");
            return Err(Error::parameter("query", "confirm", reason, &value));
        }
        let listing = Listing::of(source.call.path(), source.query);
        let place = |cursor: &str| listing.place(cursor).ok_or("is not a cursor of this deletion");
        let limit = |text: &str| match text.parse() {
            Ok(limit) if (1..=1000).contains(&limit) => Ok(limit),
            _ => Err("is not a number from 1 to 1000"),
        };
        Ok(Self {
            confirm: source.text("confirm").unwrap_or_default(),
            key_prefix: source.text("key_prefix"),
            limit: source.query("limit", limit)?.unwrap_or(100),
            cursor: source.optional("cursor", place)?,
            listing,
        })
    }
}
