//! Parameters of the path.

use cache_client::{CacheHash, CacheId, CacheKey, DataKey, DataType, FileId, Invalid, MemberPath, Namespace, Strategy};
use utoipa::IntoParams;

use super::{DataTypeName, FromParams, Source, StrategyName};
use crate::api::error::{Error, Result};
use crate::storage::{Folder, ObjectPath};

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
    /// The folder of one child file.
    FileFolder {
        /// The folder below the entry; it may contain slashes. An empty one, between two slashes, is none.
        data_key: Option<DataKey> as (value_type = String) = |text: &str| match text {
            "" => Ok(None),
            key => DataKey::parse(key).map(Some),
        },
    }
);

path_params!(
    /// The type of a child file.
    ChildType {
        /// `string`, `json` or `binary`.
        data_type: DataType as (value_type = DataTypeName) = DataType::parse,
    }
);

path_params!(
    /// The file id of an entry.
    NamedFile {
        /// The name of the content file without its extension.
        file_id: FileId as (value_type = String) = FileId::parse,
    }
);

path_params!(
    /// A member of an archive, by whatever name it has there.
    MemberName {
        /// The member; it may contain slashes.
        file_path: String as (value_type = String) = |text: &str| Ok::<_, Invalid>(text.to_owned()),
    }
);

path_params!(
    /// A name for a member of an archive.
    NewMember {
        /// The member, at most 1024 characters; it may contain slashes, but no `.` or `..` segments.
        file_path: MemberPath as (value_type = String) = MemberPath::parse,
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
        let text = source.decoded("cache_key");
        let cache_key = CacheKey::parse(text).map_err(|error| match error.is_empty() {
            true => Error::required("cache_key", "Cache key is required for this endpoint", "valid_file_path"),
            false => Error::parameter("path", "cache_key", error, text),
        })?;
        Ok(Self { cache_key: source.stored_as_sent("path", "cache_key", text, cache_key)? })
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
    let text = source.decoded("path");
    parse(text).map_err(|error| Error::parameter("path", "path", error, text))
}
