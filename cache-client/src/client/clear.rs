//! The deletion of a whole namespace, or of its entries under a key prefix.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{Attempt, CacheClient, Delete};
use crate::error::Result;
use crate::ids::{Invalid, Name, Namespace};
use crate::retry::Repeat;

/// How long to wait for files that the service does not delete yet.
const PAUSE: Duration = Duration::from_secs(1);

impl Delete {
    /// Deletes all that a namespace holds. The client's key must be good for administrators.
    pub fn namespace(&self, namespace: impl Name<Namespace>) -> DeleteNamespace {
        DeleteNamespace { client: self.client.clone(), namespace: namespace.named(), key_prefix: None, page_size: None }
    }
}

/// The deletion of a namespace that is being described.
#[derive(Debug)]
#[must_use = "nothing is deleted until it is sent"]
pub struct DeleteNamespace {
    client: CacheClient,
    namespace: Result<Namespace, Invalid>,
    key_prefix: Option<String>,
    page_size: Option<u32>,
}

/// What the deletion of a namespace has deleted, as far as answers arrived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleared {
    /// How many entries.
    pub entries: u64,
    /// How many files, of these entries and beside them.
    pub files: u64,
}

impl DeleteNamespace {
    /// Only entries whose key begins with this text; files without an entry stay.
    pub fn key_prefix(self, prefix: impl Into<String>) -> Self {
        Self { key_prefix: Some(prefix.into()), ..self }
    }

    /// Deletes this many entries in a call, 1 to 1,000; 100 when not given.
    pub fn page_size(self, entries: u32) -> Self {
        Self { page_size: Some(entries), ..self }
    }

    /// Deletes, call after call, until nothing is left. After an error the same call goes on with the rest.
    ///
    /// Files that a crash left within the last minute are waited for; entries that are stored meanwhile may stay.
    pub async fn send(self) -> Result<Cleared> {
        let (namespace, prefix) = (&self.namespace?, self.key_prefix.as_deref());
        let limit = NonZeroU32::new(self.page_size.unwrap_or(100).clamp(1, 1000));
        let (mut cleared, mut cursor) = (Cleared::default(), None::<String>);
        loop {
            let cursor_now = cursor.as_deref();
            let call = |attempt: Attempt| async move {
                let confirm = namespace.as_str();
                attempt.answer(attempt.api.delete_namespace(namespace, confirm, cursor_now, prefix, limit).await)
            };
            let page = self.client.call(Repeat::Always, call).await?.into_inner();
            cleared.entries += page.deleted;
            cleared.files += page.deleted_files;
            if page.next.is_none() {
                return Ok(cleared);
            }
            if page.deleted_files == 0 && page.next == cursor {
                tokio::time::sleep(PAUSE).await;
            }
            cursor = page.next;
        }
    }
}
