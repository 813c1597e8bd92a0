//! Every operation of `openapi/cache-server.json`; written by `tests/tests/generated.rs`, not by hand.

use crate::path::encode_path;
#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{ClientHooks, OperationInfo, RequestBuilderExt};
/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    ///All stored files below a folder.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct AllStoredFiles {
        ///How many.
        pub file_count: u64,
        ///Their paths, sorted.
        pub files: ::std::vec::Vec<::std::string::String>,
        ///When they were listed, in milliseconds since 1970.
        pub timestamp: u64,
    }
    ///A page of what a strategy holds in a namespace.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct BrowseResponse {
        ///The entries.
        pub entries: ::std::vec::Vec<EntrySummary>,
        ///The folder; empty for the first one.
        pub folder: ::std::string::String,
        ///The folders in it, of `key_based` only: next segments of keys.
        pub folders: ::std::vec::Vec<::std::string::String>,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///The cursor of the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next: ::std::option::Option<::std::string::String>,
        ///The strategy.
        pub strategy: crate::Strategy,
    }
    ///The bucket of the storage.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct BucketName {
        ///The bucket's name; `NA` for storage that has none.
        #[serde(rename = "bucket-name")]
        pub bucket_name: ::std::string::String,
    }
    ///What the strategies of a namespace hold: content, sidecars and child files.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ByStrategy {
        pub direct: HeldResponse,
        pub key_based: HeldResponse,
        pub temporal: HeldResponse,
        pub temporal_latest: HeldResponse,
        pub temporal_versioned: HeldResponse,
    }
    ///Bytes of any kind.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct Bytes(pub ::std::string::String);
    impl ::std::ops::Deref for Bytes {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<Bytes> for ::std::string::String {
        fn from(value: Bytes) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for Bytes {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for Bytes {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for Bytes {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///The newest entry of a hash.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct CacheIdResponse {
        ///The hash.
        pub cache_hash: crate::CacheHash,
        ///The newest entry's id.
        pub cache_id: crate::CacheId,
        ///The namespace.
        pub namespace: crate::Namespace,
    }
    ///A deleted child file.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ChildDeleteResponse {
        ///The entry.
        pub cache_id: crate::CacheId,
        ///The name without the extension.
        pub data_file_id: ::std::string::String,
        ///The folder below the entry; null for none.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data_key: ::std::option::Option<::std::string::String>,
        ///`string`, `json` or `binary`.
        pub data_type: crate::DataType,
        ///What was done.
        pub message: ::std::string::String,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///Always `success`.
        pub status: ::std::string::String,
    }
    ///Whether there is a child file.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ChildExistsResponse {
        ///The entry.
        pub cache_id: crate::CacheId,
        ///The name without the extension.
        pub data_file_id: ::std::string::String,
        ///The folder below the entry; empty for none.
        pub data_key: ::std::string::String,
        ///`string`, `json` or `binary`.
        pub data_type: crate::DataType,
        ///Whether there is one.
        pub exists: bool,
        ///The namespace.
        pub namespace: crate::Namespace,
    }
    ///A child file as it is listed.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ChildFileResponse {
        ///The name without the extension.
        pub data_file_id: ::std::string::String,
        ///The folder below the entry; empty for none.
        pub data_key: ::std::string::String,
        ///`string`, `json` or `binary`.
        pub data_type: crate::DataType,
        ///The extension without the dot.
        pub extension: ::std::string::String,
        ///Where it lies.
        pub file_path: ::std::string::String,
        ///The length in bytes.
        pub file_size: u64,
    }
    ///The child files of an entry.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ChildListResponse {
        ///The entry.
        pub cache_id: crate::CacheId,
        ///The folder that was listed; empty for all.
        pub data_key: ::std::string::String,
        ///How many.
        pub file_count: u64,
        ///The child files, every copy.
        pub files: ::std::vec::Vec<ChildFileResponse>,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///Their lengths added, in bytes.
        pub total_size: u64,
    }
    ///A stored child file.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ChildStoreResponse {
        ///The entry.
        pub cache_id: crate::CacheId,
        ///Every copy that was written.
        pub data_files_created: ::std::vec::Vec<::std::string::String>,
        ///The folder below the entry; empty for none.
        pub data_key: ::std::string::String,
        ///`string`, `json` or `binary`.
        pub data_type: crate::DataType,
        ///The extension without the dot.
        pub extension: ::std::string::String,
        ///The name without the extension.
        pub file_id: ::std::string::String,
        ///The length in bytes.
        pub file_size: u64,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///When, in milliseconds since 1970.
        pub timestamp: u64,
    }
    ///An updated child file.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ChildUpdateResponse {
        ///The entry.
        pub cache_id: crate::CacheId,
        ///The name without the extension.
        pub data_file_id: ::std::string::String,
        ///The folder below the entry; empty for none.
        pub data_key: ::std::string::String,
        ///`string`, `json` or `binary`.
        pub data_type: crate::DataType,
        ///The first copy.
        pub file_path: ::std::string::String,
        ///The length in bytes.
        pub file_size: u64,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///Always true.
        pub success: bool,
    }
    ///Which child files were deleted.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ChildrenDeleteResponse {
        ///The entry.
        pub cache_id: crate::CacheId,
        ///The folder that was emptied; null for all.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data_key: ::std::option::Option<::std::string::String>,
        ///How many files are gone.
        pub deleted_count: u64,
        ///The files that are gone; left out when there are none.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub deleted_files: ::std::vec::Vec<::std::string::String>,
        ///What was done.
        pub message: ::std::string::String,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///Always `success`.
        pub status: ::std::string::String,
    }
    ///What was cleared.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ClearResponse {
        ///Always empty: a refusal has another status.
        pub error: ::std::string::String,
        ///How many files are gone.
        pub files_deleted: u64,
        ///What was done.
        pub message: ::std::string::String,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///Always true: a refusal has another status.
        pub success: bool,
    }
    ///How an entry's copies are laid out.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ConfigResponse {
        ///Always `first`.
        pub exists_strategy: ::std::string::String,
        ///The file id.
        pub file_id: ::std::string::String,
        ///The cache key; empty without one.
        pub file_key: ::std::string::String,
        ///The folder of each copy.
        pub file_paths: ::std::vec::Vec<::std::string::String>,
        pub file_type: FileType,
    }
    ///What was set.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct CookieSet {
        ///The cookie's name.
        pub cookie_name: ::std::string::String,
        ///The cookie's value.
        pub cookie_value: ::std::string::String,
        ///`Cookie set successfully`.
        pub message: ::std::string::String,
    }
    ///How many entries were counted.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct CountResponse {
        ///The lengths of their contents added, as they were when they were stored.
        pub bytes: u64,
        ///How many entries of this page are as wanted.
        pub entries: u64,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///The cursor with which to count on; null when all were looked at.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next: ::std::option::Option<::std::string::String>,
    }
    ///What was deleted. An entry that is not there is answered with `status` and `message` alone.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct DeleteResponse {
        ///The entry's id.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cache_id: ::std::option::Option<crate::CacheId>,
        ///How many files are gone.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub deleted_count: ::std::option::Option<u64>,
        ///The files that are gone.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub deleted_paths: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///How many files were missing.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub failed_count: ::std::option::Option<u64>,
        ///The files that were missing.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub failed_paths: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///Why nothing was deleted.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        ///`success`, `partial` when a file of the entry was missing, `not_found`.
        pub status: ::std::string::String,
    }
    ///That there is no session any more.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Ended {
        ///`ended`.
        pub status: ::std::string::String,
    }
    ///About an entry.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct EntryMetadata {
        ///The hash it was stored under.
        pub cache_hash: crate::CacheHash,
        ///The entry whose content this is; a later store to the same path takes it over.
        pub cache_id: crate::CacheId,
        ///The cache key; empty without one.
        pub cache_key: ::std::string::String,
        ///How the content is packed, such as `gzip`; null when it is not.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub content_encoding: ::std::option::Option<::std::string::String>,
        ///The length of the content file in bytes.
        pub content_size: u64,
        ///The file id.
        pub file_id: ::std::string::String,
        ///`json` or `binary`.
        pub file_type: ::std::string::String,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///When it was stored, in milliseconds since 1970.
        pub stored_at: u64,
        ///The strategy.
        pub strategy: crate::Strategy,
    }
    ///An entry without its content.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct EntrySummary {
        ///The hash it was stored under.
        pub cache_hash: crate::CacheHash,
        ///The entry's id.
        pub cache_id: crate::CacheId,
        ///The cache key; empty without one.
        pub cache_key: ::std::string::String,
        ///The file id.
        pub file_id: ::std::string::String,
        ///`json`, also for a string, or `binary`.
        pub file_type: ::std::string::String,
        ///The length of the content in bytes when it was stored.
        pub size: u64,
        ///When it was stored, in milliseconds since 1970.
        pub stored_at: u64,
    }
    ///The body of a refusal, in one of the shapes of the Python service.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct ErrorBody {
        ///A list of `{type, loc, msg, input}` for invalid input, an object with `error_type` and `message`, or a text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub detail: ::std::option::Option<::serde_json::Value>,
        ///`FILE_NOT_FOUND` for a stored file that is not there.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub error_type: ::std::option::Option<::std::string::String>,
        ///What a missing or wrong API key is answered with.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        ///`error` where the API key is missing or wrong.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub status: ::std::option::Option<::std::string::String>,
    }
    ///Whether there is an entry.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ExistsResponse {
        ///The hash that was asked for.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cache_hash: ::std::option::Option<crate::CacheHash>,
        ///The id that was asked for.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cache_id: ::std::option::Option<crate::CacheId>,
        ///Whether there is one.
        pub exists: bool,
        ///Where it was looked for.
        pub namespace: crate::Namespace,
    }
    ///Where an entry's copies lie, the one that is read first.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FilePaths {
        ///The content files.
        pub content_files: ::std::vec::Vec<::std::string::String>,
        ///The folders of the child files.
        pub data_folders: ::std::vec::Vec<::std::string::String>,
    }
    ///How a content file is written.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FileType {
        ///The media type.
        pub content_type: ::std::string::String,
        ///The character set of text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub encoding: ::std::option::Option<::std::string::String>,
        ///The extension without the dot.
        pub file_extension: ::std::string::String,
        ///`json` or `binary`.
        pub name: ::std::string::String,
        ///`json` or `binary`.
        pub serialization: ::std::string::String,
    }
    ///What was found.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FindResponse {
        ///The entries, by namespace.
        pub found: ::std::vec::Vec<FoundEntry>,
        ///The hashes that content with this text is stored under: as a string, and as JSON where it is some.
        pub hashes: ::std::vec::Vec<::std::string::String>,
        ///The cursor for the next namespaces; null when all were looked through.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next: ::std::option::Option<::std::string::String>,
    }
    ///The manifest of the fixtures, as the Python service has it in memory.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FixturesResponse {
        ///Always null.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub content_encoding: ::std::option::Option<::std::string::String>,
        ///The fixtures, each with its id, hash and type, and when they were stored.
        pub data: ::serde_json::Value,
        ///Always `json`.
        pub data_type: crate::DataType,
        ///About the entry of the manifest.
        pub metadata: ::serde_json::Value,
    }
    ///In which form an entry is answered.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum FormName {
        #[serde(rename = "string")]
        String,
        #[serde(rename = "json")]
        Json,
        #[serde(rename = "binary")]
        Binary,
        #[serde(rename = "metadata")]
        Metadata,
        #[serde(rename = "cache-id")]
        CacheId,
    }
    impl ::std::fmt::Display for FormName {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::String => f.write_str("string"),
                Self::Json => f.write_str("json"),
                Self::Binary => f.write_str("binary"),
                Self::Metadata => f.write_str("metadata"),
                Self::CacheId => f.write_str("cache-id"),
            }
        }
    }
    impl ::std::str::FromStr for FormName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "string" => Ok(Self::String),
                "json" => Ok(Self::Json),
                "binary" => Ok(Self::Binary),
                "metadata" => Ok(Self::Metadata),
                "cache-id" => Ok(Self::CacheId),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for FormName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for FormName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///An entry that was found, in one of the namespaces.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FoundEntry {
        ///The hash it was stored under.
        pub cache_hash: crate::CacheHash,
        ///The entry's id; of a hash the newest entry's.
        pub cache_id: crate::CacheId,
        ///What the text was taken for: `cache_id`, `cache_hash`, `cache_key`, or `value` for content with the hash of the text.
        pub found_by: ::std::string::String,
        ///The namespace.
        pub namespace: crate::Namespace,
    }
    ///One entry of a hash.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct HashEntryResponse {
        ///The entry's id.
        pub cache_id: crate::CacheId,
        ///When it was stored, in milliseconds since 1970.
        pub timestamp: u64,
    }
    ///All entries of a hash.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct HashRefsResponse {
        ///The hash.
        pub cache_hash: crate::CacheHash,
        ///The entries, oldest first.
        pub cache_ids: ::std::vec::Vec<HashEntryResponse>,
        ///The newest entry.
        pub latest_id: crate::CacheId,
        ///How many there are.
        pub total_versions: u64,
    }
    ///That the service answers.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Health {
        ///`ok`.
        pub status: ::std::string::String,
    }
    ///What lies in a part of a namespace. Up to 10,000 files are counted.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct HeldResponse {
        ///Their lengths added.
        pub bytes: u64,
        ///How many files.
        pub files: u64,
        ///Whether there are more, which were not counted.
        pub is_cut: bool,
    }
    ///The ids of entries.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Ids {
        ///Up to 1000 UUIDs.
        pub ids: ::std::vec::Vec<::std::string::String>,
    }
    ///The kind of content of an entry.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum KindName {
        #[serde(rename = "json")]
        Json,
        #[serde(rename = "binary")]
        Binary,
    }
    impl ::std::fmt::Display for KindName {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Json => f.write_str("json"),
                Self::Binary => f.write_str("binary"),
            }
        }
    }
    impl ::std::str::FromStr for KindName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "json" => Ok(Self::Json),
                "binary" => Ok(Self::Binary),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for KindName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for KindName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///What is stored about an entry beside its content.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct MetadataResponse {
        ///Always null.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub chain_hash: ::std::option::Option<::std::string::String>,
        ///The first 10 digits of the MD5 of the content that was stored first.
        #[serde(rename = "content__hash")]
        pub content_hash: ::std::string::String,
        ///The length of the content that was stored first.
        #[serde(rename = "content__size")]
        pub content_size: u64,
        pub data: OwnerResponse,
        ///Always null.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub previous_version_path: ::std::option::Option<::std::string::String>,
        ///Always empty.
        pub tags: ::std::vec::Vec<::std::string::String>,
        ///When it was written, in milliseconds since 1970.
        pub timestamp: u64,
    }
    ///What a page of the deletion of a namespace has deleted.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NamespaceClearResponse {
        ///How many entries are gone.
        pub deleted: u64,
        ///How many files are gone, of these entries and beside them.
        pub deleted_files: u64,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///The cursor of the next page; null when the deletion is done.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next: ::std::option::Option<::std::string::String>,
    }
    ///The figures of a namespace.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NamespaceFigures {
        pub by_strategy: ByStrategy,
        ///The lengths of these files added.
        pub bytes: u64,
        ///How many entries it has. Up to 10,000 are counted.
        pub entries: u64,
        ///Whether there are more, which were not counted.
        pub entries_are_cut: bool,
        ///How many files they have: content, sidecars and child files.
        pub files: u64,
        ///Whether there are more files, which were not counted.
        pub files_are_cut: bool,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///When the newest entry was stored, in milliseconds since 1970; null without entries, and with more than 200.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub newest_at: ::std::option::Option<u64>,
    }
    ///A page of namespaces with their figures.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NamespacesResponse {
        ///The namespaces, sorted.
        pub namespaces: ::std::vec::Vec<NamespaceFigures>,
        ///The cursor of the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next: ::std::option::Option<::std::string::String>,
    }
    ///In which order child files are read.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum OrderName {
        #[serde(rename = "asc")]
        Asc,
        #[serde(rename = "desc")]
        Desc,
    }
    impl ::std::fmt::Display for OrderName {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Asc => f.write_str("asc"),
                Self::Desc => f.write_str("desc"),
            }
        }
    }
    impl ::std::str::FromStr for OrderName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "asc" => Ok(Self::Asc),
                "desc" => Ok(Self::Desc),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for OrderName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for OrderName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The entry a content file belongs to.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct OwnerResponse {
        ///The hash it was stored under.
        pub cache_hash: crate::CacheHash,
        ///The entry's id.
        pub cache_id: crate::CacheId,
        ///The cache key; empty without one.
        pub cache_key: ::std::string::String,
        ///How the content is packed, such as `gzip`; null when it is not.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub content_encoding: ::std::option::Option<::std::string::String>,
        ///The file id.
        pub file_id: ::std::string::String,
        ///`json` or `binary`.
        pub file_type: ::std::string::String,
        ///The field the entry is hashed by.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub json_field_path: ::std::option::Option<::std::string::String>,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///When it was stored, in milliseconds since 1970.
        pub stored_at: u64,
        ///The strategy.
        pub strategy: crate::Strategy,
    }
    ///Every file of an entry, by what it is for.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Paths {
        ///The hash reference.
        pub by_hash: ::std::vec::Vec<::std::string::String>,
        ///The id reference.
        pub by_id: ::std::vec::Vec<::std::string::String>,
        ///Content files and their sidecars, sorted.
        pub data: ::std::vec::Vec<::std::string::String>,
    }
    ///How the read cache of id references does.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ReadCache {
        ///What it holds, in bytes.
        pub bytes: u64,
        ///The most it holds, in bytes.
        pub capacity_bytes: u64,
        ///Whether there is one.
        pub enabled: bool,
        ///How many references were answered from it.
        pub hits: u64,
        ///How many had to be read.
        pub misses: u64,
        ///How many id references it holds.
        pub references: u64,
    }
    ///The reference of an entry and the documents it names.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RefsAllResponse {
        pub by_id: RefsResponse,
        ///Each document by its path.
        pub details: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The reference of an entry.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RefsResponse {
        pub all_paths: Paths,
        ///The hash it was stored under.
        pub cache_hash: crate::CacheHash,
        ///The entry's id.
        pub cache_id: crate::CacheId,
        pub file_paths: FilePaths,
        ///`json` or `binary`.
        pub file_type: ::std::string::String,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///The strategy.
        pub strategy: crate::Strategy,
        ///When it was stored, in milliseconds since 1970.
        pub timestamp: u64,
    }
    ///An entry with its content; for bytes, with where they are instead.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RetrieveResponse {
        ///For bytes: the route that answers them.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub binary_url: ::std::option::Option<::std::string::String>,
        ///For bytes: the entry's hash.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cache_hash: ::std::option::Option<crate::CacheHash>,
        ///For bytes: the entry's id.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cache_id: ::std::option::Option<crate::CacheId>,
        ///The content of a string or JSON entry.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<crate::RawJson>,
        ///`string`, `json` or `binary`.
        pub data_type: crate::DataType,
        ///For bytes: why they are not here.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        pub metadata: EntryMetadata,
        ///For bytes: the namespace.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub namespace: ::std::option::Option<crate::Namespace>,
        ///For bytes: their length as stored.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<u64>,
    }
    ///What the server is, and how it is configured.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ServerConfig {
        ///Drawn when the process started.
        pub instance_id: ::uuid::Uuid,
        ///What time it is here, in milliseconds since 1970.
        pub now: u64,
        pub read_cache: ReadCache,
        ///The settings, without secrets.
        pub settings: ::std::vec::Vec<Setting>,
        ///When the process started, in milliseconds since 1970.
        pub started_at: u64,
        ///The storage engine: `memory`, `local_disk`, `embedded` or `s3`.
        pub storage_mode: ::std::string::String,
        ///The strategies that entries may be stored with.
        pub strategies: ::std::vec::Vec<::std::string::String>,
        ///Its version.
        pub version: ::std::string::String,
    }
    ///This process.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ServerInfo {
        ///When the process started, in milliseconds since 1970.
        pub server_boot_time: u64,
        ///Always null.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub server_id: ::std::option::Option<::std::string::String>,
        ///Drawn when the process started.
        pub server_instance_id: ::uuid::Uuid,
        ///Always null.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub server_name: ::std::option::Option<::std::string::String>,
    }
    ///The state of the service.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ServiceStatus {
        ///`local`.
        pub environment: ::std::string::String,
        ///The service's name.
        pub name: ::std::string::String,
        ///`operational`.
        pub status: ::std::string::String,
        ///Its version.
        pub version: ::std::string::String,
    }
    ///A session.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Session {
        ///When the session ends, in milliseconds since 1970; null for one that has no end, as of a program with a key.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub ends_at: ::std::option::Option<i64>,
        ///The name of its key.
        pub name: ::std::string::String,
        ///What the key is good for: `read`, `write`, `delete`, `admin`.
        pub scopes: ::std::vec::Vec<::std::string::String>,
    }
    ///The value the cookie gets.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct SetCookie {
        ///The API key; empty when not given.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cookie_value: ::std::option::Option<::std::string::String>,
    }
    ///A setting of the server.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Setting {
        ///The flag that sets it, without the dashes.
        pub name: ::std::string::String,
        ///Its value.
        pub value: ::std::string::String,
    }
    ///What begins a session.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct SignIn {
        ///The API key.
        pub key: ::std::string::String,
        /**The path that the service has for the browser, such as `/console/`, for the cookie: letters, digits, `-_.~` and slashes,
up to 256 characters, without dot segments. `/` when not given.*/
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub path: ::std::option::Option<::std::string::String>,
    }
    ///How many files a namespace has: content, sidecars and child files by strategy, and references.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct StatsResponse {
        ///Files of `direct` entries.
        pub direct_files: u64,
        ///Files of `key_based` entries.
        pub key_based_files: u64,
        ///The namespace.
        pub namespace: crate::Namespace,
        ///Hash references.
        pub refs_hash_files: u64,
        ///Id references.
        pub refs_id_files: u64,
        ///Files of `temporal` entries.
        pub temporal_files: u64,
        ///Files of `temporal_latest` entries.
        pub temporal_latest_files: u64,
        ///Files of `temporal_versioned` entries.
        pub temporal_versioned_files: u64,
        ///All together.
        pub total_files: u64,
        ///Reported and not enforced.
        pub ttl_hours: u32,
    }
    ///Where entries are kept.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct StorageInfo {
        ///`memory`, `local_disk`, `embedded` or `s3`.
        pub storage_mode: ::std::string::String,
        ///Reported and not enforced.
        pub ttl_hours: u32,
    }
    ///A stored entry.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct StoreResponse {
        ///The hash of its content.
        pub cache_hash: crate::CacheHash,
        ///The new entry's id.
        pub cache_id: crate::CacheId,
        ///Its namespace, as it is stored.
        pub namespace: crate::Namespace,
        pub paths: Paths,
        ///The length of the content file in bytes.
        pub size: u64,
    }
    ///Whether a stored file was deleted.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct StoredFileDeleted {
        ///Whether it was there.
        pub deleted: bool,
        ///The path that was asked for.
        pub path: ::std::string::String,
    }
    ///Whether there is a stored file.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct StoredFileExists {
        ///Whether there is one.
        pub exists: bool,
        ///The path that was asked for.
        pub path: ::std::string::String,
    }
    ///A stored file and its size.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct StoredFileSize {
        ///Its path.
        pub path: ::std::string::String,
        ///Its length in bytes.
        pub size: u64,
    }
    ///A child file of the test data.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct TestDataChild {
        ///Its name.
        pub data_file_id: ::std::string::String,
        ///Its folder.
        pub data_key: ::std::string::String,
    }
    ///An entry of the test data.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct TestDataEntry {
        ///Its hash.
        pub cache_hash: crate::CacheHash,
        ///Its id.
        pub cache_id: crate::CacheId,
        ///Its cache key, where it has one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cache_key: ::std::option::Option<::std::string::String>,
        ///Its child files, where it has some.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub children: ::std::option::Option<::std::vec::Vec<TestDataChild>>,
        ///`json`, `string` or `zip`.
        pub data_type: crate::DataType,
        ///What it is.
        pub description: ::std::string::String,
        ///Its namespace.
        pub namespace: crate::Namespace,
        ///Its strategy.
        pub strategy: crate::Strategy,
    }
    ///Test data that was created.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct TestDataResponse {
        ///The entries.
        pub entries: ::std::vec::Vec<TestDataEntry>,
        ///How many entries.
        pub entries_created: u64,
        ///What was done.
        pub message: ::std::string::String,
        ///Their namespaces.
        pub namespaces: ::std::vec::Vec<::std::string::String>,
        ///Their strategies.
        pub strategies_used: ::std::vec::Vec<::std::string::String>,
        ///Always true: a refusal has another status.
        pub success: bool,
        ///When it was created, in milliseconds since 1970.
        pub timestamp: u64,
    }
    ///An updated entry.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct UpdateResponse {
        ///Its hash, which stays that of the content stored first.
        pub cache_hash: crate::CacheHash,
        ///The entry's id.
        pub cache_id: crate::CacheId,
        ///Its namespace.
        pub namespace: crate::Namespace,
        ///The content files that were written.
        pub paths: ::std::vec::Vec<::std::string::String>,
        ///The number of bytes written to each.
        pub size: u64,
        ///When, in milliseconds since 1970.
        pub timestamp: u64,
        ///Always true.
        pub updated_content: bool,
        ///Always false.
        pub updated_hash: bool,
        ///Always false.
        pub updated_id_ref: bool,
        ///Always false.
        pub updated_metadata: bool,
    }
    ///The versions of the service.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Versions {
        ///The version of this service.
        pub cache_server: ::std::string::String,
    }
    ///What is done with a member. `list` and `get` are known and fail, as in the Python service.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ZipAction {
        #[serde(rename = "list")]
        List,
        #[serde(rename = "get")]
        Get,
        #[serde(rename = "add")]
        Add,
        #[serde(rename = "remove")]
        Remove,
        #[serde(rename = "replace")]
        Replace,
        #[serde(rename = "rename")]
        Rename,
    }
    impl ::std::fmt::Display for ZipAction {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::List => f.write_str("list"),
                Self::Get => f.write_str("get"),
                Self::Add => f.write_str("add"),
                Self::Remove => f.write_str("remove"),
                Self::Replace => f.write_str("replace"),
                Self::Rename => f.write_str("rename"),
            }
        }
    }
    impl ::std::str::FromStr for ZipAction {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "list" => Ok(Self::List),
                "get" => Ok(Self::Get),
                "add" => Ok(Self::Add),
                "remove" => Ok(Self::Remove),
                "replace" => Ok(Self::Replace),
                "rename" => Ok(Self::Rename),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ZipAction {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ZipAction {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///One change.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ZipBatchOperation {
        pub action: ZipAction,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub condition: ::std::option::Option<ZipCondition>,
        ///The text of a member that is added or replaced.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub content: ::std::option::Option<::std::string::String>,
        ///The new name of a member that is renamed.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub new_path: ::std::option::Option<::std::string::String>,
        ///The member.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub path: ::std::option::Option<::std::string::String>,
        ///The names to remove instead of one: `*` stands for anything.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub pattern: ::std::option::Option<::std::string::String>,
    }
    ///Changes of an archive.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct ZipBatchRequest {
        ///Whether all changes are made or none; they are when not said otherwise.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub atomic: ::std::option::Option<bool>,
        ///The changes, in their order.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub operations: ::std::option::Option<::std::vec::Vec<ZipBatchOperation>>,
    }
    ///What became of the changes.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ZipBatchResponse {
        ///The new archive; the original where nothing was stored.
        pub cache_id: crate::CacheId,
        ///When it was done, in milliseconds since 1970.
        pub completed_at: u64,
        ///Why nothing was stored.
        pub error_message: ::std::string::String,
        ///The members that were added.
        pub files_added: ::std::vec::Vec<::std::string::String>,
        ///The members that were replaced, and both names of those that were renamed.
        pub files_modified: ::std::vec::Vec<::std::string::String>,
        ///The members that were removed.
        pub files_removed: ::std::vec::Vec<::std::string::String>,
        ///How many members there are afterwards; 0 where it was rolled back.
        pub new_file_count: u64,
        ///The length of the archive afterwards, in bytes; 0 where it was rolled back.
        pub new_size: u64,
        ///What became of each change that was tried.
        pub operation_results: ::std::vec::Vec<ZipOperationResult>,
        ///How many changes were made, or needed not be.
        pub operations_applied: u64,
        ///How many changes failed.
        pub operations_failed: u64,
        ///The archive that was changed, which is left as it was.
        pub original_cache_id: crate::CacheId,
        ///Whether nothing was stored because a change failed.
        pub rollback_performed: bool,
        ///Whether no change failed.
        pub success: bool,
    }
    ///When a change is made.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ZipCondition {
        #[serde(rename = "always")]
        Always,
        #[serde(rename = "if_exists")]
        IfExists,
        #[serde(rename = "if_not_exists")]
        IfNotExists,
    }
    impl ::std::fmt::Display for ZipCondition {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Always => f.write_str("always"),
                Self::IfExists => f.write_str("if_exists"),
                Self::IfNotExists => f.write_str("if_not_exists"),
            }
        }
    }
    impl ::std::str::FromStr for ZipCondition {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "always" => Ok(Self::Always),
                "if_exists" => Ok(Self::IfExists),
                "if_not_exists" => Ok(Self::IfNotExists),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ZipCondition {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ZipCondition {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///What was done with an archive, or what is in it.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ZipOperationResponse {
        ///The archive; of a change the new one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cache_id: ::std::option::Option<crate::CacheId>,
        ///Always empty: a refusal has another status.
        pub error_details: ::std::string::String,
        ///Always empty: members are retrieved by another operation.
        pub file_content: ::std::string::String,
        ///The names of the members, sorted; of `list` alone.
        pub file_list: ::std::vec::Vec<::std::string::String>,
        ///Always 0: members are retrieved by another operation.
        pub file_size: u64,
        ///The members that were added or removed.
        pub files_affected: ::std::vec::Vec<::std::string::String>,
        ///What was done.
        pub message: ::std::string::String,
        ///`list`, `add` or `remove`.
        pub operation: ::std::string::String,
        ///The archive that was changed, which is left as it was.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub original_cache_id: ::std::option::Option<crate::CacheId>,
        ///Always true: a refusal has another status.
        pub success: bool,
    }
    ///What became of one change.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ZipOperationResult {
        ///What was to be done.
        pub action: ::std::string::String,
        ///Why it failed.
        pub error: ::std::string::String,
        ///The member.
        pub path: ::std::string::String,
        ///Whether it was done, or needed not be.
        pub success: bool,
    }
    ///A stored archive.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ZipStoreResponse {
        ///The hash of its members.
        pub cache_hash: crate::CacheHash,
        ///The new entry's id.
        pub cache_id: crate::CacheId,
        ///Always null: a refusal has another status.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub error_message: ::std::option::Option<::std::string::String>,
        ///Always null: a refusal has another status.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub error_type: ::std::option::Option<::std::string::String>,
        ///How many members it has.
        pub file_count: u64,
        ///Its namespace, as it is stored.
        pub namespace: crate::Namespace,
        pub paths: Paths,
        ///The length of the archive in bytes.
        pub size: u64,
        ///When it was stored, in milliseconds since 1970.
        pub stored_at: u64,
        ///Always true: a refusal has another status.
        pub success: bool,
    }
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
}
#[derive(Clone, Debug)]
/**Client for Cache service

A content-addressed cache with namespaces and five storage strategies. Compatible with the MGraph-AI cache service 0.14.0.

Version: 0.1.0*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: crate::call::Call,
}
impl Client {
    /// Create a new client.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new(baseurl: &str, inner: crate::call::Call) -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        let client = {
            let dur = ::std::time::Duration::from_secs(15u64);
            reqwest::ClientBuilder::new().connect_timeout(dur).timeout(dur)
        };
        #[cfg(target_arch = "wasm32")]
        let client = reqwest::ClientBuilder::new();
        Self::new_with_client(baseurl, client.build().unwrap(), inner)
    }
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new_with_client(
        baseurl: &str,
        client: reqwest::Client,
        inner: crate::call::Call,
    ) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
            inner,
        }
    }
}
impl ClientInfo<crate::call::Call> for Client {
    fn api_version() -> &'static str {
        "0.1.0"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &crate::call::Call {
        &self.inner
    }
}
const _: () = {
    #[allow(dead_code)]
    fn assert_client_hooks()
    where
        Client: ClientHooks<crate::call::Call>,
    {}
};
#[allow(clippy::all)]
impl Client {
    /**Tell the bucket of the storage

Sends a `GET` request to `/admin/storage/bucket-name`

*/
    pub async fn bucket_name<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::BucketName>, Error<types::ErrorBody>> {
        let url = format!("{}/admin/storage/bucket-name", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "bucket_name",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Read a stored file as bytes

Sends a `GET` request to `/admin/storage/file/bytes/{path}`

Arguments:
- `path`: The path below the storage prefix, such as `ns/refs/by-id/ce/3d/….json`.
*/
    pub async fn stored_file_bytes<'a>(
        &'a self,
        path: &'a str,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/admin/storage/file/bytes/{}", self.baseurl, encode_path(& path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "stored_file_bytes",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Read a stored file with the media type of its extension

Sends a `GET` request to `/admin/storage/file/content/{path}`

Arguments:
- `path`: The path below the storage prefix, such as `ns/refs/by-id/ce/3d/….json`.
*/
    pub async fn stored_file_content<'a>(
        &'a self,
        path: &'a str,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/admin/storage/file/content/{}", self.baseurl, encode_path(& path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "stored_file_content",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Delete a stored file

References to it are not changed: an entry whose content is deleted this way is found by id and has no content.

Sends a `DELETE` request to `/admin/storage/file/delete/{path}`

Arguments:
- `path`: The path below the storage prefix, such as `ns/refs/by-id/ce/3d/….json`.
*/
    pub async fn delete_stored_file<'a>(
        &'a self,
        path: &'a str,
    ) -> Result<ResponseValue<types::StoredFileDeleted>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/admin/storage/file/delete/{}", self.baseurl, encode_path(& path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "delete_stored_file",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell whether there is a stored file

Sends a `GET` request to `/admin/storage/file/exists/{path}`

Arguments:
- `path`: The path below the storage prefix, such as `ns/refs/by-id/ce/3d/….json`.
*/
    pub async fn stored_file_exists<'a>(
        &'a self,
        path: &'a str,
    ) -> Result<ResponseValue<types::StoredFileExists>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/admin/storage/file/exists/{}", self.baseurl, encode_path(& path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "stored_file_exists",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Show the field `html` of a stored JSON file as a page

Sends a `GET` request to `/admin/storage/file/html/{path}`

Arguments:
- `path`: The path below the storage prefix, such as `ns/refs/by-id/ce/3d/….json`.
*/
    pub async fn stored_file_html<'a>(
        &'a self,
        path: &'a str,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/admin/storage/file/html/{}", self.baseurl, encode_path(& path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "stored_file_html",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Read a stored JSON file

Sends a `GET` request to `/admin/storage/file/json/{path}`

Arguments:
- `path`: The path below the storage prefix, such as `ns/refs/by-id/ce/3d/….json`.
*/
    pub async fn stored_file_json<'a>(
        &'a self,
        path: &'a str,
    ) -> Result<ResponseValue<crate::RawJson>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/admin/storage/file/json/{}", self.baseurl, encode_path(& path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "stored_file_json",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**List all stored files below a folder

Sends a `GET` request to `/admin/storage/files/all/{path}`

Arguments:
- `path`: The folder below the storage prefix; empty for all.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
*/
    pub async fn list_all_stored_files<'a>(
        &'a self,
        path: &'a str,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
    ) -> Result<ResponseValue<types::AllStoredFiles>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/admin/storage/files/all/{}", self.baseurl, encode_path(& path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_all_stored_files",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**List the stored files in a folder

Sends a `GET` request to `/admin/storage/files/in/{path}`

Arguments:
- `path`: The folder below the storage prefix; empty for all.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `recursive`: Go into sub-folders.
- `return_full_path`: Show whole paths instead of names.
*/
    pub async fn list_stored_files<'a>(
        &'a self,
        path: &'a str,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        recursive: Option<bool>,
        return_full_path: Option<bool>,
    ) -> Result<
        ResponseValue<::std::vec::Vec<::std::string::String>>,
        Error<types::ErrorBody>,
    > {
        let url = format!(
            "{}/admin/storage/files/in/{}", self.baseurl, encode_path(& path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("recursive", &recursive))
            .query(
                &progenitor_client::QueryParam::new(
                    "return_full_path",
                    &return_full_path,
                ),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_stored_files",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**List all stored files below a folder with their sizes

What `cache-server copy` reads a running server by.

Sends a `GET` request to `/admin/storage/files/sizes/{path}`

Arguments:
- `path`: The folder below the storage prefix; empty for all.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
*/
    pub async fn list_stored_file_sizes<'a>(
        &'a self,
        path: &'a str,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
    ) -> Result<
        ResponseValue<::std::vec::Vec<types::StoredFileSize>>,
        Error<types::ErrorBody>,
    > {
        let url = format!(
            "{}/admin/storage/files/sizes/{}", self.baseurl, encode_path(& path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_stored_file_sizes",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**List the folders in a folder

Sends a `GET` request to `/admin/storage/folders/{path}`

Arguments:
- `path`: The folder below the storage prefix; empty for all.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `recursive`: Go into sub-folders.
- `return_full_path`: Show whole paths instead of names.
*/
    pub async fn list_stored_folders<'a>(
        &'a self,
        path: &'a str,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        recursive: Option<bool>,
        return_full_path: Option<bool>,
    ) -> Result<
        ResponseValue<::std::vec::Vec<::std::string::String>>,
        Error<types::ErrorBody>,
    > {
        let url = format!(
            "{}/admin/storage/folders/{}", self.baseurl, encode_path(& path.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("recursive", &recursive))
            .query(
                &progenitor_client::QueryParam::new(
                    "return_full_path",
                    &return_full_path,
                ),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_stored_folders",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Show whose key a request is let in by

Sends a `GET` request to `/auth/session`

*/
    pub async fn show_session<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::Session>, Error<types::ErrorBody>> {
        let url = format!("{}/auth/session", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "show_session",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Begin a session of a browser

Checks a key, and sets a cookie that stands for it for 12 hours.

Sends a `POST` request to `/auth/session`

Arguments:
- `body`: The key.
*/
    pub async fn begin_session<'a>(
        &'a self,
        body: &'a types::SignIn,
    ) -> Result<ResponseValue<types::Session>, Error<types::ErrorBody>> {
        let url = format!("{}/auth/session", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "begin_session",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**End the session of a browser

Takes the cookie away.

Sends a `DELETE` request to `/auth/session`

Arguments:
- `path`: The path that the session was begun with; `/` when not given.
*/
    pub async fn end_session<'a>(
        &'a self,
        path: Option<&'a str>,
    ) -> Result<ResponseValue<types::Ended>, Error<types::ErrorBody>> {
        let url = format!("{}/auth/session", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("path", &path))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "end_session",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Set the API key as a cookie of the browser that asks

Sends a `POST` request to `/auth/set-auth-cookie`

Arguments:
- `body`: The API key.
*/
    pub async fn set_auth_cookie<'a>(
        &'a self,
        body: &'a types::SetCookie,
    ) -> Result<ResponseValue<types::CookieSet>, Error<types::ErrorBody>> {
        let url = format!("{}/auth/set-auth-cookie", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "set_auth_cookie",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Show a form that sets the API key as a cookie

Sends a `GET` request to `/auth/set-cookie-form`

*/
    pub async fn set_cookie_form<'a>(
        &'a self,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!("{}/auth/set-cookie-form", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "set_cookie_form",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell that the process lives, without a key

Sends a `GET` request to `/health/live`

*/
    pub async fn live<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::Health>, Error<types::ErrorBody>> {
        let url = format!("{}/health/live", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "live",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell whether requests can be served, without a key

Reads from the storage and makes it flush: one that can do neither, or that a failed write has closed to writers, is
answered with a 5xx.

Sends a `GET` request to `/health/ready`

*/
    pub async fn ready<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::Health>, Error<types::ErrorBody>> {
        let url = format!("{}/health/ready", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "ready",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell that the service answers

Sends a `GET` request to `/info/health`

*/
    pub async fn health<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::Health>, Error<types::ErrorBody>> {
        let url = format!("{}/info/health", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "health",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell which process answers

Sends a `GET` request to `/info/server`

*/
    pub async fn server_info<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::ServerInfo>, Error<types::ErrorBody>> {
        let url = format!("{}/info/server", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "server_info",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell the state of the service

Sends a `GET` request to `/info/status`

*/
    pub async fn service_status<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::ServiceStatus>, Error<types::ErrorBody>> {
        let url = format!("{}/info/status", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "service_status",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell the versions of the service

Sends a `GET` request to `/info/versions`

*/
    pub async fn versions<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::Versions>, Error<types::ErrorBody>> {
        let url = format!("{}/info/versions", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "versions",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Show the metrics, as Prometheus reads them

OpenMetrics text; with `Accept: text/plain` the older text format of Prometheus. The documentation lists all names.

Sends a `GET` request to `/metrics`

*/
    pub async fn metrics<'a>(
        &'a self,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!("{}/metrics", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "metrics",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**List the namespaces

Sends a `GET` request to `/namespaces/list`

Arguments:
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
*/
    pub async fn list_namespaces<'a>(
        &'a self,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
    ) -> Result<
        ResponseValue<::std::vec::Vec<::std::string::String>>,
        Error<types::ErrorBody>,
    > {
        let url = format!("{}/namespaces/list", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_namespaces",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Show how the server is configured, without secrets

Sends a `GET` request to `/server/config`

*/
    pub async fn server_config<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::ServerConfig>, Error<types::ErrorBody>> {
        let url = format!("{}/server/config", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "server_config",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Create the fixtures of tests

They are stored once, in the namespace `default`; the answer is their manifest.

Sends a `GET` request to `/server/create/test-fixtures`

*/
    pub async fn create_test_fixtures<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::FixturesResponse>, Error<types::ErrorBody>> {
        let url = format!("{}/server/create/test-fixtures", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "create_test_fixtures",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Find entries in any namespace by id, hash, key or value

The text is taken for whatever it may be: an entry's id, a hash, the key of `key_based` entries, and content that was hashed as a
whole. Looks through the namespaces that the key reaches, 20 at a time when no `limit` is given, 100 at most. Costs a few reads and
a listing for each.

Sends a `POST` request to `/server/find`

Arguments:
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `body`: The text.
*/
    pub async fn find_entries<'a>(
        &'a self,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        body: String,
    ) -> Result<ResponseValue<types::FindResponse>, Error<types::ErrorBody>> {
        let url = format!("{}/server/find", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "find_entries",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Show what the namespaces hold

Those that the key reaches, 20 a page when no `limit` is given, 100 at most; fewer where they hold much. Costs listings of what is
counted, up to 10,000 files of each strategy.

Sends a `GET` request to `/server/namespaces`

Arguments:
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
*/
    pub async fn survey_namespaces<'a>(
        &'a self,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
    ) -> Result<ResponseValue<types::NamespacesResponse>, Error<types::ErrorBody>> {
        let url = format!("{}/server/namespaces", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "survey_namespaces",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell where entries are kept

Sends a `GET` request to `/server/storage/info`

*/
    pub async fn storage_info<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::StorageInfo>, Error<types::ErrorBody>> {
        let url = format!("{}/server/storage/info", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "storage_info",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell how the read cache of id references does

There is one with the `s3` storage only; it is this server's own.

Sends a `GET` request to `/server/storage/read-cache`

*/
    pub async fn read_cache<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::ReadCache>, Error<types::ErrorBody>> {
        let url = format!("{}/server/storage/read-cache", self.baseurl,);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "read_cache",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Delete everything in a namespace

Without the scope `admin` the name of the namespace has to begin with `test`. Nobody should use the namespace
meanwhile: what is stored then may lose a part.

Sends a `DELETE` request to `/test-data/clear/{namespace}`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
*/
    pub async fn clear_namespace<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
    ) -> Result<ResponseValue<types::ClearResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/test-data/clear/{}", self.baseurl, encode_path(& namespace.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "clear_namespace",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Create test data in three namespaces

They are `test-data`, `test-demo` and `test-analytics`.

Sends a `POST` request to `/test-data/create/in/default-namespaces/comprehensive`

*/
    pub async fn create_comprehensive<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::TestDataResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/test-data/create/in/default-namespaces/comprehensive", self.baseurl,
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "create_comprehensive",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Create three entries in the namespace `default`

Sends a `POST` request to `/test-data/create/in/default-namespaces/minimal`

*/
    pub async fn create_minimal<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::TestDataResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/test-data/create/in/default-namespaces/minimal", self.baseurl,
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "create_minimal",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Create test data in a namespace

Sends a `POST` request to `/test-data/create/in/new-namespace/{namespace}`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
*/
    pub async fn create_namespace<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
    ) -> Result<ResponseValue<types::TestDataResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/test-data/create/in/new-namespace/{}", self.baseurl, encode_path(&
            namespace.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "create_namespace",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Delete a namespace, or its entries under a key prefix

Each call deletes up to `limit` entries with all they own. Repeat it with `cursor` until `next` is null; a deletion that was
interrupted at any moment is begun again without a cursor. `confirm` must be the name of the namespace.

Without `key_prefix` nothing of the namespace is left at the end, files without an entry included; such a file stays until it is
a minute old, since a store may be under way, and until then there is a next page. With `key_prefix`, only entries whose cache key
begins with it are deleted. Entries that are stored meanwhile may stay.

Sends a `DELETE` request to `/{namespace}`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `confirm`: The name of the namespace once more, as it is stored.
- `cursor`: Where to go on: `next` of the page before.
- `key_prefix`: Only entries whose cache key begins with this text; without it, all that the namespace holds.
- `limit`: At most this many entries, 1 to 1000; 100 when not given.
*/
    pub async fn delete_namespace<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        confirm: &'a str,
        cursor: Option<&'a str>,
        key_prefix: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
    ) -> Result<ResponseValue<types::NamespaceClearResponse>, Error<types::ErrorBody>> {
        let url = format!("{}/{}", self.baseurl, encode_path(& namespace.to_string()),);
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("confirm", &confirm))
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("key_prefix", &key_prefix))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "delete_namespace",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Look through what a strategy holds

Entries without their contents, 50 folders and entries a page when no `limit` is given, 200 at most. `key_based` entries are
shown folder by folder of their keys, in the order of their names; those of the temporal strategies from the newest minute back;
`direct` ones in the order of their stored paths. A page may have fewer than its limit, even none, and still a next one.

Sends a `GET` request to `/{namespace}/browse/{strategy}`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `strategy`: `direct`, `temporal`, `temporal_latest`, `temporal_versioned` or `key_based`.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `folder`: Of `key_based` only: the folder, which is the beginning of keys, such as `reports/2026`; the first one when not given.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `prefix`: Of `key_based` only: names in the folder that begin with this text.
*/
    pub async fn browse_entries<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        strategy: &'a crate::Strategy,
        cursor: Option<&'a str>,
        folder: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        prefix: Option<&'a str>,
    ) -> Result<ResponseValue<types::BrowseResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/browse/{}", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& strategy.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("folder", &folder))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("prefix", &prefix))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "browse_entries",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve a binary child file

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/binary/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
- `if_range`: The tag of the bytes that the client has a part of; when they have another one, all of them are answered.
- `range`: The part that is asked for: `bytes=0-99`, `bytes=100-` or `bytes=-100`.
*/
    pub async fn retrieve_child_binary<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
        if_range: Option<&'a str>,
        range: Option<&'a str>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/binary/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(5usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_range {
            header_map.append("If-Range", value.to_string().try_into()?);
        }
        if let Some(value) = range {
            header_map.append("Range", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "retrieve_child_binary",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            206u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve a binary child file from a folder

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/binary/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
- `if_range`: The tag of the bytes that the client has a part of; when they have another one, all of them are answered.
- `range`: The part that is asked for: `bytes=0-99`, `bytes=100-` or `bytes=-100`.
*/
    pub async fn retrieve_child_binary_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
        if_range: Option<&'a str>,
        range: Option<&'a str>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/binary/{}/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_key
            .to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(5usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_range {
            header_map.append("If-Range", value.to_string().try_into()?);
        }
        if let Some(value) = range {
            header_map.append("Range", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "retrieve_child_binary_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            206u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Delete all child files of an entry

Sends a `DELETE` request to `/{namespace}/cache/{cache_id}/data/delete/all`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
*/
    pub async fn delete_children<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
    ) -> Result<ResponseValue<types::ChildrenDeleteResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/delete/all", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "delete_children",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Delete all child files in a folder of an entry

Sends a `DELETE` request to `/{namespace}/cache/{cache_id}/data/delete/all/{data_key}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes.
*/
    pub async fn delete_children_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
    ) -> Result<ResponseValue<types::ChildrenDeleteResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/delete/all/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_key
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "delete_children_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Delete a child file

Sends a `DELETE` request to `/{namespace}/cache/{cache_id}/data/delete/{data_type}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_type`: `string`, `json` or `binary`.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
*/
    pub async fn delete_child<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_type: &'a crate::DataType,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
    ) -> Result<ResponseValue<types::ChildDeleteResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/delete/{}/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_type
            .to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "delete_child",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Delete a child file in a folder

Sends a `DELETE` request to `/{namespace}/cache/{cache_id}/data/delete/{data_type}/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_type`: `string`, `json` or `binary`.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
*/
    pub async fn delete_child_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_type: &'a crate::DataType,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
    ) -> Result<ResponseValue<types::ChildDeleteResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/delete/{}/{}/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_type
            .to_string()), encode_path(& data_key.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "delete_child_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Read all child files of an entry with their content

One line of JSON for each, in path order: `{data_file_id, data_key, data_type, data}`, bytes as base64.

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/entries`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `order`: `asc`, the default, or `desc`.
*/
    pub async fn read_children<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        order: Option<types::OrderName>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/entries", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("order", &order))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "read_children",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Read the child files in a folder of an entry with their content

One line of JSON for each, in path order: `{data_file_id, data_key, data_type, data}`, bytes as base64.

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/entries/{data_key}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `order`: `asc`, the default, or `desc`.
*/
    pub async fn read_children_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        order: Option<types::OrderName>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/entries/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_key
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("order", &order))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "read_children_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell whether there is a child file

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/exists/{data_type}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_type`: `string`, `json` or `binary`.
- `data_file_id`: The name of the child file without its extension.
*/
    pub async fn child_exists<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_type: &'a crate::DataType,
        data_file_id: &'a crate::FileId,
    ) -> Result<ResponseValue<types::ChildExistsResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/exists/{}/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_type
            .to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "child_exists",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell whether there is a child file in a folder

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/exists/{data_type}/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_type`: `string`, `json` or `binary`.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
*/
    pub async fn child_exists_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_type: &'a crate::DataType,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
    ) -> Result<ResponseValue<types::ChildExistsResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/exists/{}/{}/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_type
            .to_string()), encode_path(& data_key.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "child_exists_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve a JSON child file

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/json/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
*/
    pub async fn retrieve_child_json<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
    ) -> Result<ResponseValue<crate::RawJson>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/json/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_child_json",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve a JSON child file from a folder

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/json/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
*/
    pub async fn retrieve_child_json_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
    ) -> Result<ResponseValue<crate::RawJson>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/json/{}/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_key
            .to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_child_json_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**List the child files of an entry

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/list`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `recursive`: Go into sub-folders.
*/
    pub async fn list_children<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        recursive: Option<bool>,
    ) -> Result<ResponseValue<types::ChildListResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/list", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("recursive", &recursive))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_children",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**List the child files in a folder of an entry

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/list/{data_key}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `recursive`: Go into sub-folders.
*/
    pub async fn list_children_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        recursive: Option<bool>,
    ) -> Result<ResponseValue<types::ChildListResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/list/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_key
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("recursive", &recursive))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_children_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store bytes as a child file with a name of its own

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/store/binary`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_none_match`: `*`: only when there is no such child file; else 412.
- `body`: The bytes.
*/
    pub async fn store_child_binary<'a, B: Into<reqwest::Body>>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_none_match: Option<&'a str>,
        body: B,
    ) -> Result<ResponseValue<types::ChildStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/store/binary", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_child_binary",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store bytes as a child file

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/store/binary/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_file_id`: The name of the child file without its extension.
- `if_none_match`: `*`: only when there is no such child file; else 412.
- `body`: The bytes.
*/
    pub async fn store_child_binary_as<'a, B: Into<reqwest::Body>>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_file_id: &'a crate::FileId,
        if_none_match: Option<&'a str>,
        body: B,
    ) -> Result<ResponseValue<types::ChildStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/store/binary/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_child_binary_as",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store bytes as a child file in a folder

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/store/binary/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
- `if_none_match`: `*`: only when there is no such child file; else 412.
- `body`: The bytes.
*/
    pub async fn store_child_binary_under<'a, B: Into<reqwest::Body>>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
        if_none_match: Option<&'a str>,
        body: B,
    ) -> Result<ResponseValue<types::ChildStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/store/binary/{}/{}", self.baseurl, encode_path(&
            namespace.to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_key.to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_child_binary_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store a JSON object as a child file with a name of its own

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/store/json`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_none_match`: `*`: only when there is no such child file; else 412.
- `body`: The object.
*/
    pub async fn store_child_json<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_none_match: Option<&'a str>,
        body: &'a crate::RawJson,
    ) -> Result<ResponseValue<types::ChildStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/store/json", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_child_json",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store a JSON object as a child file

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/store/json/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_file_id`: The name of the child file without its extension.
- `if_none_match`: `*`: only when there is no such child file; else 412.
- `body`: The object.
*/
    pub async fn store_child_json_as<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_file_id: &'a crate::FileId,
        if_none_match: Option<&'a str>,
        body: &'a crate::RawJson,
    ) -> Result<ResponseValue<types::ChildStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/store/json/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_child_json_as",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store a JSON object as a child file in a folder

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/store/json/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
- `if_none_match`: `*`: only when there is no such child file; else 412.
- `body`: The object.
*/
    pub async fn store_child_json_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
        if_none_match: Option<&'a str>,
        body: &'a crate::RawJson,
    ) -> Result<ResponseValue<types::ChildStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/store/json/{}/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_key
            .to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_child_json_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store a string as a child file with a name of its own

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/store/string`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_none_match`: `*`: only when there is no such child file; else 412.
- `body`: The string.
*/
    pub async fn store_child_string<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_none_match: Option<&'a str>,
        body: String,
    ) -> Result<ResponseValue<types::ChildStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/store/string", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_child_string",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store a string as a child file

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/store/string/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_file_id`: The name of the child file without its extension.
- `if_none_match`: `*`: only when there is no such child file; else 412.
- `body`: The string.
*/
    pub async fn store_child_string_as<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_file_id: &'a crate::FileId,
        if_none_match: Option<&'a str>,
        body: String,
    ) -> Result<ResponseValue<types::ChildStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/store/string/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_child_string_as",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store a string as a child file in a folder

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/store/string/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
- `if_none_match`: `*`: only when there is no such child file; else 412.
- `body`: The string.
*/
    pub async fn store_child_string_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
        if_none_match: Option<&'a str>,
        body: String,
    ) -> Result<ResponseValue<types::ChildStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/store/string/{}/{}", self.baseurl, encode_path(&
            namespace.to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_key.to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_child_string_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve a string child file

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/string/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
*/
    pub async fn retrieve_child_string<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/string/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "retrieve_child_string",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve a string child file from a folder

Sends a `GET` request to `/{namespace}/cache/{cache_id}/data/string/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
*/
    pub async fn retrieve_child_string_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/string/{}/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& data_key
            .to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "retrieve_child_string_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Replace a binary child file

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/update/binary/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
- `body`: The bytes.
*/
    pub async fn update_child_binary<'a, B: Into<reqwest::Body>>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        body: B,
    ) -> Result<ResponseValue<types::ChildUpdateResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/update/binary/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_child_binary",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Replace a binary child file in a folder

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/update/binary/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
- `body`: The bytes.
*/
    pub async fn update_child_binary_under<'a, B: Into<reqwest::Body>>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        body: B,
    ) -> Result<ResponseValue<types::ChildUpdateResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/update/binary/{}/{}", self.baseurl, encode_path(&
            namespace.to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_key.to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_child_binary_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Replace a JSON child file

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/update/json/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
- `body`: The object.
*/
    pub async fn update_child_json<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        body: &'a crate::RawJson,
    ) -> Result<ResponseValue<types::ChildUpdateResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/update/json/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_child_json",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Replace a JSON child file in a folder

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/update/json/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
- `body`: The object.
*/
    pub async fn update_child_json_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        body: &'a crate::RawJson,
    ) -> Result<ResponseValue<types::ChildUpdateResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/update/json/{}/{}", self.baseurl, encode_path(&
            namespace.to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_key.to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_child_json_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Replace a string child file

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/update/string/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
- `body`: The string.
*/
    pub async fn update_child_string<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        body: String,
    ) -> Result<ResponseValue<types::ChildUpdateResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/update/string/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_child_string",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Replace a string child file in a folder

Sends a `POST` request to `/{namespace}/cache/{cache_id}/data/update/string/{data_key}/{data_file_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `data_key`: The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
- `data_file_id`: The name of the child file without its extension.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
- `body`: The string.
*/
    pub async fn update_child_string_under<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        data_key: &'a crate::DataKey,
        data_file_id: &'a crate::FileId,
        if_match: Option<&'a str>,
        body: String,
    ) -> Result<ResponseValue<types::ChildUpdateResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/cache/{}/data/update/string/{}/{}", self.baseurl, encode_path(&
            namespace.to_string()), encode_path(& cache_id.to_string()), encode_path(&
            data_key.to_string()), encode_path(& data_file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_child_string_under",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Count the entries of a namespace

Those that a bulk read with the same parameters answers, and a deletion with the same `key_prefix` deletes. Looks at up to 10,000
entries, or `limit` if that is less, and costs two small reads for each.

Sends a `GET` request to `/{namespace}/count`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `key_prefix`: Only entries whose cache key begins with this text.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `strategy`: Only entries of this strategy.
*/
    pub async fn count_entries<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cursor: Option<&'a str>,
        key_prefix: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        strategy: Option<&'a crate::Strategy>,
    ) -> Result<ResponseValue<types::CountResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/count", self.baseurl, encode_path(& namespace.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("key_prefix", &key_prefix))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("strategy", &strategy))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "count_entries",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Delete many entries by their ids, with their child files

One line of JSON for each id, in the order they were named: what deleting the entry alone answers, with its `cache_id` also where
`status` is `not_found`. Lines come as entries are deleted; when the answer is cut off, the rest may be there still, and the same
request deletes it. A bare JSON array of ids is taken as well.

Sends a `POST` request to `/{namespace}/delete/ids`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `body`: The ids.
*/
    pub async fn delete_ids<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        body: &'a types::Ids,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/delete/ids", self.baseurl, encode_path(& namespace.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self.client.post(url).json(&body).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "delete_ids",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Delete an entry with its child files

Files that a newer entry has taken over stay. An entry that is not there is no error: `status` is `not_found`.
`If-Match` makes it conditional on the content.

Sends a `DELETE` request to `/{namespace}/delete/{cache_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
*/
    pub async fn delete_by_id<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_match: Option<&'a str>,
    ) -> Result<ResponseValue<types::DeleteResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/delete/{}", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "delete_by_id",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Read the entries of a namespace

One line of JSON each: `{cache_id, strategy, cache_key, file_id, stored_at, data}`, or `binary_url` in place of
`data`
for bytes, in the order of their ids. When there are more, the next cursor is in a last line `{"next": …}`.

Sends a `GET` request to `/{namespace}/entries`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `key_prefix`: Only entries whose cache key begins with this text.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `strategy`: Only entries of this strategy.
*/
    pub async fn read_entries<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cursor: Option<&'a str>,
        key_prefix: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        strategy: Option<&'a crate::Strategy>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/entries", self.baseurl, encode_path(& namespace.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("key_prefix", &key_prefix))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("strategy", &strategy))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "read_entries",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell whether there is an entry of a hash

Sends a `GET` request to `/{namespace}/exists/hash/{cache_hash}`

Arguments:
- `namespace`: The namespace.
- `cache_hash`: The hash: 10 to 96 lower-case hexadecimal digits.
*/
    pub async fn exists_by_hash<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_hash: &'a crate::CacheHash,
    ) -> Result<ResponseValue<types::ExistsResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/exists/hash/{}", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_hash.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "exists_by_hash",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Tell whether there is an entry of an id

Sends a `GET` request to `/{namespace}/exists/id/{cache_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
*/
    pub async fn exists_by_id<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
    ) -> Result<ResponseValue<types::ExistsResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/exists/id/{}", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "exists_by_id",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**List the hashes of a namespace

Sends a `GET` request to `/{namespace}/file-hashes`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
*/
    pub async fn list_hashes<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
    ) -> Result<
        ResponseValue<::std::vec::Vec<::std::string::String>>,
        Error<types::ErrorBody>,
    > {
        let url = format!(
            "{}/{}/file-hashes", self.baseurl, encode_path(& namespace.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_hashes",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**List the ids of the entries of a namespace

Sends a `GET` request to `/{namespace}/file-ids`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
*/
    pub async fn list_ids<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cursor: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
    ) -> Result<
        ResponseValue<::std::vec::Vec<::std::string::String>>,
        Error<types::ErrorBody>,
    > {
        let url = format!(
            "{}/{}/file-ids", self.baseurl, encode_path(& namespace.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "list_ids",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the newest entry of a hash

Sends a `GET` request to `/{namespace}/retrieve/hash/{cache_hash}`

Arguments:
- `namespace`: The namespace.
- `cache_hash`: The hash: 10 to 96 lower-case hexadecimal digits.
*/
    pub async fn retrieve_by_hash<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_hash: &'a crate::CacheHash,
    ) -> Result<ResponseValue<types::RetrieveResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/hash/{}", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_hash.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_by_hash",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the content of the newest entry of a hash as bytes

As by id; see there for bytes of another coding than gzip.

Sends a `GET` request to `/{namespace}/retrieve/hash/{cache_hash}/binary`

Arguments:
- `namespace`: The namespace.
- `cache_hash`: The hash: 10 to 96 lower-case hexadecimal digits.
- `if_range`: The tag of the bytes that the client has a part of; when they have another one, all of them are answered.
- `range`: The part that is asked for: `bytes=0-99`, `bytes=100-` or `bytes=-100`.
*/
    pub async fn retrieve_binary_by_hash<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_hash: &'a crate::CacheHash,
        if_range: Option<&'a str>,
        range: Option<&'a str>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/hash/{}/binary", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_hash.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_range {
            header_map.append("If-Range", value.to_string().try_into()?);
        }
        if let Some(value) = range {
            header_map.append("Range", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "retrieve_binary_by_hash",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            206u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the id of the newest entry of a hash

Sends a `GET` request to `/{namespace}/retrieve/hash/{cache_hash}/cache-id`

Arguments:
- `namespace`: The namespace.
- `cache_hash`: The hash: 10 to 96 lower-case hexadecimal digits.
*/
    pub async fn retrieve_cache_id_by_hash<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_hash: &'a crate::CacheHash,
    ) -> Result<ResponseValue<types::CacheIdResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/hash/{}/cache-id", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_hash.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_cache_id_by_hash",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the content of the newest entry of a hash as JSON

Sends a `GET` request to `/{namespace}/retrieve/hash/{cache_hash}/json`

Arguments:
- `namespace`: The namespace.
- `cache_hash`: The hash: 10 to 96 lower-case hexadecimal digits.
*/
    pub async fn retrieve_json_by_hash<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_hash: &'a crate::CacheHash,
    ) -> Result<ResponseValue<crate::RawJson>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/hash/{}/json", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_hash.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_json_by_hash",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve what is known of the newest entry of a hash

Sends a `GET` request to `/{namespace}/retrieve/hash/{cache_hash}/metadata`

Arguments:
- `namespace`: The namespace.
- `cache_hash`: The hash: 10 to 96 lower-case hexadecimal digits.
*/
    pub async fn retrieve_metadata_by_hash<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_hash: &'a crate::CacheHash,
    ) -> Result<ResponseValue<types::EntryMetadata>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/hash/{}/metadata", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_hash.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_metadata_by_hash",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the ids of all entries of a hash

Sends a `GET` request to `/{namespace}/retrieve/hash/{cache_hash}/refs-hash`

Arguments:
- `namespace`: The namespace.
- `cache_hash`: The hash: 10 to 96 lower-case hexadecimal digits.
*/
    pub async fn retrieve_refs_by_hash<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_hash: &'a crate::CacheHash,
    ) -> Result<ResponseValue<types::HashRefsResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/hash/{}/refs-hash", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_hash.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_refs_by_hash",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the content of the newest entry of a hash as text

Bytes are answered as text when they are UTF-8, else as base64.

Sends a `GET` request to `/{namespace}/retrieve/hash/{cache_hash}/string`

Arguments:
- `namespace`: The namespace.
- `cache_hash`: The hash: 10 to 96 lower-case hexadecimal digits.
*/
    pub async fn retrieve_string_by_hash<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_hash: &'a crate::CacheHash,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/hash/{}/string", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_hash.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "retrieve_string_by_hash",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve many entries by their ids

One line of JSON for each id, in the order they were asked for:
`{cache_id, strategy, cache_key, file_id, stored_at, data_type, data}`, or `binary_url` in place of `data` for bytes. The line of
an entry that is not there, or whose documents cannot be read, is `{cache_id, status}` with the status `not_found`. A bare JSON
array of ids is taken as well.

Sends a `POST` request to `/{namespace}/retrieve/ids`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `body`: The ids.
*/
    pub async fn retrieve_ids<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        body: &'a types::Ids,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/ids", self.baseurl, encode_path(& namespace.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self.client.post(url).json(&body).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "retrieve_ids",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve a `key_based` entry by its key

Without `as`, what retrieving by id answers. `as=string`, `json` and `binary` answer the content, converted as by id;
`as=metadata` answers the `metadata` of the entry alone; `as=cache-id` answers
`{namespace, cache_key, file_id, cache_hash, cache_id}`.

Without `file_id` the key must have one entry, and without `kind` the file id: several are refused with 409, whose
`detail` has the `error_type` `AMBIGUOUS` and lists up to 100 `entries` as `{file_id, kind}`; `has_more` says that there may be more.
Entries of longer keys are not looked at.

Sends a `GET` request to `/{namespace}/retrieve/key/{cache_key}`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `cache_key`: The cache key; it may contain slashes.
- `as_`: `string`, `json` or `binary`: the content, converted as by id; `metadata`; `cache-id`. The entry with its content when not given.
- `file_id`: The name of the content file without its extension; the only entry of the key when not given.
- `kind`: `json`, also for a string, or `binary`; the only one of the file id when not given.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
- `if_range`: The tag of the bytes that the client has a part of; when they have another one, all of them are answered.
- `range`: The part that is asked for: `bytes=0-99`, `bytes=100-` or `bytes=-100`.
*/
    pub async fn retrieve_by_key<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_key: &'a crate::CacheKey,
        as_: Option<types::FormName>,
        file_id: Option<&'a crate::FileId>,
        kind: Option<types::KindName>,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
        if_range: Option<&'a str>,
        range: Option<&'a str>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/key/{}", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_key.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(5usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_range {
            header_map.append("If-Range", value.to_string().try_into()?);
        }
        if let Some(value) = range {
            header_map.append("Range", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .query(&progenitor_client::QueryParam::new("as", &as_))
            .query(&progenitor_client::QueryParam::new("file_id", &file_id))
            .query(&progenitor_client::QueryParam::new("kind", &kind))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_by_key",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            206u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve an entry by its id

Strings and JSON come with their content; bytes with the URL of the binary route.

Sends a `GET` request to `/{namespace}/retrieve/{cache_id}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
*/
    pub async fn retrieve_by_id<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
    ) -> Result<ResponseValue<types::RetrieveResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/{}", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_by_id",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the content of an entry as bytes

Strings as UTF-8, JSON as Python writes it, gzip unpacked. Bytes of another coding are answered as they are stored, which
`Content-Encoding` names when the client takes that coding, else `x-stored-content-encoding`.

Sends a `GET` request to `/{namespace}/retrieve/{cache_id}/binary`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
- `if_range`: The tag of the bytes that the client has a part of; when they have another one, all of them are answered.
- `range`: The part that is asked for: `bytes=0-99`, `bytes=100-` or `bytes=-100`.
*/
    pub async fn retrieve_binary<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
        if_range: Option<&'a str>,
        range: Option<&'a str>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/{}/binary", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(5usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_range {
            header_map.append("If-Range", value.to_string().try_into()?);
        }
        if let Some(value) = range {
            header_map.append("Range", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "retrieve_binary",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            206u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve how an entry is laid out

Sends a `GET` request to `/{namespace}/retrieve/{cache_id}/config`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
*/
    pub async fn retrieve_config<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
    ) -> Result<ResponseValue<types::ConfigResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/{}/config", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_config",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the content of an entry as JSON

A string is answered when it holds JSON, else refused with 415; bytes are wrapped as base64.

Sends a `GET` request to `/{namespace}/retrieve/{cache_id}/json`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
*/
    pub async fn retrieve_json<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
    ) -> Result<ResponseValue<crate::RawJson>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/{}/json", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_json",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the metadata of an entry

Sends a `GET` request to `/{namespace}/retrieve/{cache_id}/metadata`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
*/
    pub async fn retrieve_metadata<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
    ) -> Result<ResponseValue<types::MetadataResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/{}/metadata", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_metadata",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the reference of an entry

Sends a `GET` request to `/{namespace}/retrieve/{cache_id}/refs`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
*/
    pub async fn retrieve_refs<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
    ) -> Result<ResponseValue<types::RefsResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/{}/refs", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_refs",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the reference of an entry and every document it names

Sends a `GET` request to `/{namespace}/retrieve/{cache_id}/refs/all`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
*/
    pub async fn retrieve_refs_all<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
    ) -> Result<ResponseValue<types::RefsAllResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/{}/refs/all", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "retrieve_refs_all",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve the content of an entry as text

JSON as Python writes it, bytes as base64.

Sends a `GET` request to `/{namespace}/retrieve/{cache_id}/string`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
*/
    pub async fn retrieve_string<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/retrieve/{}/string", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "retrieve_string",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Count the files of a namespace

Sends a `GET` request to `/{namespace}/stats`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
*/
    pub async fn namespace_stats<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
    ) -> Result<ResponseValue<types::StatsResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/stats", self.baseurl, encode_path(& namespace.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "namespace_stats",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Read the entries stored in a time range

Entries of the temporal strategies stored in `[from, to)`, ordered by `(stored_at, cache_id)`, one line of JSON
each:
`{cache_id, stored_at, data}`, or `binary_url` in place of `data` for bytes. When there are more, the next cursor
is in the header `x-next-cursor` and in a last line `{"next": …}`.

Sends a `GET` request to `/{namespace}/temporal/entries`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `cursor`: Where to go on: `x-next-cursor` of the page before, of the same listing.
- `from`: The first instant: milliseconds since 1970, or RFC 3339.
- `limit`: At most this many items, 1 to 10000; all of them, streamed, when not given.
- `to`: The instant after the last one: milliseconds since 1970, or RFC 3339; now when not given.
*/
    pub async fn read_temporal_entries<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cursor: Option<&'a str>,
        from: Option<&'a str>,
        limit: Option<::std::num::NonZeroU32>,
        to: Option<&'a str>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/temporal/entries", self.baseurl, encode_path(& namespace.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .query(&progenitor_client::QueryParam::new("cursor", &cursor))
            .query(&progenitor_client::QueryParam::new("from", &from))
            .query(&progenitor_client::QueryParam::new("limit", &limit))
            .query(&progenitor_client::QueryParam::new("to", &to))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "read_temporal_entries",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Replace the content of a binary entry

`If-Match` makes it conditional. The bytes of an entry stored as gzip are packed, unless they are gzip already. Bytes of another
coding than the entry's are refused with 409.

Sends a `POST` request to `/{namespace}/update/{cache_id}/binary`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `content_encoding`: `gzip` for bytes that are packed: they are hashed and retrieved unpacked. `br`, `deflate`, `zstd` and `compress` are kept
as they are; any other coding is refused with 415.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
- `body`: The bytes.
*/
    pub async fn update_binary<'a, B: Into<reqwest::Body>>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        content_encoding: Option<&'a str>,
        if_match: Option<&'a str>,
        body: B,
    ) -> Result<ResponseValue<types::UpdateResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/update/{}/binary", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = content_encoding {
            header_map.append("Content-Encoding", value.to_string().try_into()?);
        }
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_binary",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Replace the content of an entry by a JSON object

`If-Match` makes it conditional: 412 when the content's tag is another one, atomically against every other writer.

Sends a `POST` request to `/{namespace}/update/{cache_id}/json`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
- `body`: The object.
*/
    pub async fn update_json<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_match: Option<&'a str>,
        body: &'a crate::RawJson,
    ) -> Result<ResponseValue<types::UpdateResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/update/{}/json", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_json",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Replace the content of an entry by a string

`If-Match` makes it conditional: 412 when the content's tag is another one, atomically against every other writer.

Sends a `POST` request to `/{namespace}/update/{cache_id}/string`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_match`: Only when the content has one of these tags; else 412. `*` is any content.
- `body`: The string.
*/
    pub async fn update_string<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_match: Option<&'a str>,
        body: String,
    ) -> Result<ResponseValue<types::UpdateResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/update/{}/string", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "update_string",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Make several changes of an archive at once

They come to one new archive; the original is left as it is. A change that fails is said in the answer, whose status
is 200, and rolls the others back unless `atomic` is false. Names that an archive cannot have refuse the request.

Sends a `POST` request to `/{namespace}/zip/{cache_id}/batch/operations`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `body`: The changes.
*/
    pub async fn zip_batch_operations<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        body: &'a types::ZipBatchRequest,
    ) -> Result<ResponseValue<types::ZipBatchResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/zip/{}/batch/operations", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "zip_batch_operations",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Add bytes to an archive

A member of that name is replaced. The archive is left as it is; the answer names the new one.

Sends a `POST` request to `/{namespace}/zip/{cache_id}/file/add/from/bytes/{file_path}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `file_path`: The member, at most 1024 characters; it may contain slashes, but no `.` or `..` segments.
- `body`: The bytes.
*/
    pub async fn zip_file_add_from_bytes<'a, B: Into<reqwest::Body>>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        file_path: &'a crate::MemberPath,
        body: B,
    ) -> Result<ResponseValue<types::ZipOperationResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/zip/{}/file/add/from/bytes/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& file_path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "zip_file_add_from_bytes",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Add a text to an archive

The body is a JSON string when its content type is JSON, else UTF-8 text. A member of that name is replaced. The
archive is left as it is; the answer names the new one.

Sends a `POST` request to `/{namespace}/zip/{cache_id}/file/add/from/string/{file_path}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `file_path`: The member, at most 1024 characters; it may contain slashes, but no `.` or `..` segments.
- `body`: The text.
*/
    pub async fn zip_file_add_from_string<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        file_path: &'a crate::MemberPath,
        body: String,
    ) -> Result<ResponseValue<types::ZipOperationResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/zip/{}/file/add/from/string/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& file_path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "zip_file_add_from_string",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Remove a member from an archive

It need not be there. The archive is left as it is; the answer names the new one.

Sends a `DELETE` request to `/{namespace}/zip/{cache_id}/file/delete/{file_path}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `file_path`: The member; it may contain slashes.
*/
    pub async fn zip_file_delete<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        file_path: &'a crate::MemberPath,
    ) -> Result<ResponseValue<types::ZipOperationResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/zip/{}/file/delete/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& file_path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .delete(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "zip_file_delete",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve a member of an archive

That member alone is unpacked.

Sends a `GET` request to `/{namespace}/zip/{cache_id}/file/retrieve/{file_path}`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `file_path`: The member; it may contain slashes.
*/
    pub async fn zip_file_retrieve<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        file_path: &'a crate::MemberPath,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/zip/{}/file/retrieve/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()), encode_path(& file_path
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "zip_file_retrieve",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**List the members of an archive

Sends a `GET` request to `/{namespace}/zip/{cache_id}/files/list`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
*/
    pub async fn zip_files_list<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
    ) -> Result<ResponseValue<types::ZipOperationResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/zip/{}/files/list", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "zip_files_list",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Retrieve an archive

Sends a `GET` request to `/{namespace}/zip/{cache_id}/retrieve`

Arguments:
- `namespace`: The namespace.
- `cache_id`: The entry's id, a UUID.
- `if_match`: Only when the answer has one of these tags; else 412.
- `if_none_match`: Tags that the client has: 304 without a body when one of them is that of the answer.
*/
    pub async fn zip_retrieve<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        cache_id: &'a crate::CacheId,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
    ) -> Result<ResponseValue<ByteStream>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/zip/{}/retrieve", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& cache_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self.client.get(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "zip_retrieve",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => Ok(ResponseValue::stream(response)),
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store bytes

With `Content-Encoding: gzip` they are stored as sent, hashed unpacked, and unpacked when retrieved. Bytes of another known
coding are kept as they are, and their coding is named when they are retrieved.

Sends a `POST` request to `/{namespace}/{strategy}/store/binary`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `strategy`: `direct`, `temporal`, `temporal_latest`, `temporal_versioned` or `key_based`.
- `content_encoding`: `gzip` for bytes that are packed: they are hashed and retrieved unpacked. `br`, `deflate`, `zstd` and `compress` are kept
as they are; any other coding is refused with 415.
- `body`: The bytes.
*/
    pub async fn store_binary<'a, B: Into<reqwest::Body>>(
        &'a self,
        namespace: &'a crate::Namespace,
        strategy: &'a crate::Strategy,
        content_encoding: Option<&'a str>,
        body: B,
    ) -> Result<ResponseValue<types::StoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/{}/store/binary", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& strategy.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = content_encoding {
            header_map.append("Content-Encoding", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_binary",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store bytes under a key

With `If-None-Match: *` (`key_based` only) the store is refused with 412 when the key and file id have content, with
`If-Match` when they have none or one of another tag.

Sends a `POST` request to `/{namespace}/{strategy}/store/binary/{cache_key}`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `strategy`: `direct`, `temporal`, `temporal_latest`, `temporal_versioned` or `key_based`.
- `cache_key`: The cache key; it may contain slashes.
- `file_id`: The name of the content file without its extension; the entry's own id when not given.
- `content_encoding`: `gzip` for bytes that are packed: they are hashed and retrieved unpacked. `br`, `deflate`, `zstd` and `compress` are kept
as they are; any other coding is refused with 415.
- `if_match`: For `key_based` entries: only when there is content of that key, file id and kind with one of these tags, or with
any for `*`; else 412.
- `if_none_match`: `*`, for `key_based` entries: only when there is no content of that key, file id and kind; else 412.
- `body`: The bytes.
*/
    pub async fn store_binary_with_key<'a, B: Into<reqwest::Body>>(
        &'a self,
        namespace: &'a crate::Namespace,
        strategy: &'a crate::Strategy,
        cache_key: &'a crate::CacheKey,
        file_id: Option<&'a crate::FileId>,
        content_encoding: Option<&'a str>,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
        body: B,
    ) -> Result<ResponseValue<types::StoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/{}/store/binary/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& strategy.to_string()), encode_path(& cache_key
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(4usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = content_encoding {
            header_map.append("Content-Encoding", value.to_string().try_into()?);
        }
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .query(&progenitor_client::QueryParam::new("file_id", &file_id))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_binary_with_key",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store a JSON object

Keys keep their order and numbers their value; the entry is hashed by the object with sorted keys.

Sends a `POST` request to `/{namespace}/{strategy}/store/json`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `strategy`: `direct`, `temporal`, `temporal_latest`, `temporal_versioned` or `key_based`.
- `body`: The object.
*/
    pub async fn store_json<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        strategy: &'a crate::Strategy,
        body: &'a crate::RawJson,
    ) -> Result<ResponseValue<types::StoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/{}/store/json", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& strategy.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_json",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store a JSON object under a key

`json_field_path` names the field the entry is hashed by. With `If-None-Match: *` (`key_based` only) the store is
refused with 412 when the key and file id have content, with `If-Match` when they have none or one of another tag.

Sends a `POST` request to `/{namespace}/{strategy}/store/json/{cache_key}`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `strategy`: `direct`, `temporal`, `temporal_latest`, `temporal_versioned` or `key_based`.
- `cache_key`: The cache key; it may contain slashes.
- `file_id`: The name of the content file without its extension; the entry's own id when not given.
- `json_field_path`: The dotted path of the field to hash by, such as `meta.id`; the whole document when not given.
- `if_match`: For `key_based` entries: only when there is content of that key, file id and kind with one of these tags, or with
any for `*`; else 412.
- `if_none_match`: `*`, for `key_based` entries: only when there is no content of that key, file id and kind; else 412.
- `body`: The object.
*/
    pub async fn store_json_with_key<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        strategy: &'a crate::Strategy,
        cache_key: &'a crate::CacheKey,
        file_id: Option<&'a crate::FileId>,
        json_field_path: Option<&'a crate::FieldPath>,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
        body: &'a crate::RawJson,
    ) -> Result<ResponseValue<types::StoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/{}/store/json/{}", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& strategy.to_string()), encode_path(& cache_key.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .query(&progenitor_client::QueryParam::new("file_id", &file_id))
            .query(
                &progenitor_client::QueryParam::new("json_field_path", &json_field_path),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_json_with_key",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store a string

The body is a JSON string when its content type is JSON, else UTF-8 text. Every store makes a new entry.

Sends a `POST` request to `/{namespace}/{strategy}/store/string`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `strategy`: `direct`, `temporal`, `temporal_latest`, `temporal_versioned` or `key_based`.
- `body`: The string.
*/
    pub async fn store_string<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        strategy: &'a crate::Strategy,
        body: String,
    ) -> Result<ResponseValue<types::StoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/{}/store/string", self.baseurl, encode_path(& namespace.to_string()),
            encode_path(& strategy.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_string",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store a string under a key

With `If-None-Match: *` (`key_based` only) the store is refused with 412 when the key and file id have content, with
`If-Match` when they have none or one of another tag.

Sends a `POST` request to `/{namespace}/{strategy}/store/string/{cache_key}`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `strategy`: `direct`, `temporal`, `temporal_latest`, `temporal_versioned` or `key_based`.
- `cache_key`: The cache key; it may contain slashes.
- `file_id`: The name of the content file without its extension; the entry's own id when not given.
- `if_match`: For `key_based` entries: only when there is content of that key, file id and kind with one of these tags, or with
any for `*`; else 412.
- `if_none_match`: `*`, for `key_based` entries: only when there is no content of that key, file id and kind; else 412.
- `body`: The string.
*/
    pub async fn store_string_with_key<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        strategy: &'a crate::Strategy,
        cache_key: &'a crate::CacheKey,
        file_id: Option<&'a crate::FileId>,
        if_match: Option<&'a str>,
        if_none_match: Option<&'a str>,
        body: String,
    ) -> Result<ResponseValue<types::StoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/{}/store/string/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& strategy.to_string()), encode_path(& cache_key
            .to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(3usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        if let Some(value) = if_match {
            header_map.append("If-Match", value.to_string().try_into()?);
        }
        if let Some(value) = if_none_match {
            header_map.append("If-None-Match", value.to_string().try_into()?);
        }
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("text/plain"),
            )
            .body(body)
            .query(&progenitor_client::QueryParam::new("file_id", &file_id))
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "store_string_with_key",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store an archive without members

Sends a `POST` request to `/{namespace}/{strategy}/zip/create/{cache_key}/{file_id}`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `strategy`: `direct`, `temporal`, `temporal_latest`, `temporal_versioned` or `key_based`.
- `cache_key`: The cache key; it may contain slashes.
- `file_id`: The name of the content file without its extension.
*/
    pub async fn zip_create<'a>(
        &'a self,
        namespace: &'a crate::Namespace,
        strategy: &'a crate::Strategy,
        cache_key: &'a crate::CacheKey,
        file_id: &'a crate::FileId,
    ) -> Result<ResponseValue<types::ZipStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/{}/zip/create/{}/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& strategy.to_string()), encode_path(& cache_key
            .to_string()), encode_path(& file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "zip_create",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
    /**Store an archive

It is stored as sent and hashed by the names and contents of its members, each of which is unpacked once. Refused are
names that are absolute, have `..` segments or come twice, symbolic links, encrypted members and damaged ones, with
400; more than 100,000 members, members of more than 100 MiB, more than 1 GiB in all, and what unpacks to more than a
hundred times its size and a MiB, with 413.

Sends a `POST` request to `/{namespace}/{strategy}/zip/store/{cache_key}/{file_id}`

Arguments:
- `namespace`: The namespace; characters outside `[a-zA-Z0-9_-]` become `_`, at most 128.
- `strategy`: `direct`, `temporal`, `temporal_latest`, `temporal_versioned` or `key_based`.
- `cache_key`: The cache key; it may contain slashes.
- `file_id`: The name of the content file without its extension.
- `body`: The archive.
*/
    pub async fn zip_store<'a, B: Into<reqwest::Body>>(
        &'a self,
        namespace: &'a crate::Namespace,
        strategy: &'a crate::Strategy,
        cache_key: &'a crate::CacheKey,
        file_id: &'a crate::FileId,
        body: B,
    ) -> Result<ResponseValue<types::ZipStoreResponse>, Error<types::ErrorBody>> {
        let url = format!(
            "{}/{}/{}/zip/store/{}/{}", self.baseurl, encode_path(& namespace
            .to_string()), encode_path(& strategy.to_string()), encode_path(& cache_key
            .to_string()), encode_path(& file_id.to_string()),
        );
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
        header_map
            .append(
                ::reqwest::header::HeaderName::from_static("api-version"),
                ::reqwest::header::HeaderValue::from_static(Self::api_version()),
            );
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .headers(header_map)
            .build()?;
        let info = OperationInfo {
            operation_id: "zip_store",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200u16 => ResponseValue::from_response(response).await,
            400u16..=499u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            500u16..=599u16 => {
                Err(Error::ErrorResponse(ResponseValue::from_response(response).await?))
            }
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}
/// Items consumers will typically use such as the Client.
pub mod prelude {
    #[allow(unused_imports)]
    pub use super::Client;
}
