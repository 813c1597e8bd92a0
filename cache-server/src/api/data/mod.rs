//! `data`: child files of an entry, one file for each verb.

pub(super) mod delete;
pub(super) mod exists;
pub(super) mod list;
pub(super) mod read;
pub(super) mod retrieve;
pub(super) mod store;
pub(super) mod update;

use cache_client::{DataKey, DataType};

use super::error::Result;
use super::params::{ById, ChildFileId};
use crate::cache::{Cache, ChildName};
use crate::storage::Object;

/// A data key as answers show it; empty for none.
fn echo(key: Option<&DataKey>) -> String {
    key.map(DataKey::echo).unwrap_or_default().to_owned()
}

/// The content of a child file.
async fn content(
    cache: &Cache,
    at: &ById,
    key: Option<DataKey>,
    file: ChildFileId,
    data_type: DataType,
) -> Result<Option<Object>> {
    let name = ChildName { key, file_id: file.data_file_id, data_type };
    Ok(cache.child(&at.namespace, at.cache_id, &name).await?)
}
