//! The names that parameters choose from, as the document shows them.

use utoipa::ToSchema;

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

/// The kind of content of an entry.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the names of `Kind`")]
pub(crate) enum KindName {
    Json,
    Binary,
}

/// In which form an entry is answered.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
#[expect(dead_code, reason = "describes the names of `Form`")]
pub(crate) enum FormName {
    String,
    Json,
    Binary,
    Metadata,
    CacheId,
}
