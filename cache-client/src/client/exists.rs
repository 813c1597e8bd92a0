//! `exists`: whether there is an entry.

use super::group;
use crate::error::Result;
use crate::ids::{CacheHash, CacheId, Name, Namespace};
use crate::retry::Repeat;

group! {
    /// Whether there is an entry.
    Exists
}

impl Exists {
    /// Tells whether there is an entry of this id.
    pub async fn by_id(&self, namespace: impl Name<Namespace>, id: impl Name<CacheId>) -> Result<bool> {
        let (namespace, id) = (&namespace.named()?, &id.named()?);
        let call =
            |attempt: super::Attempt| async move { attempt.answer(attempt.api.exists_by_id(namespace, id).await) };
        Ok(self.client.call(Repeat::Always, call).await?.exists)
    }

    /// Tells whether there is an entry of this hash.
    pub async fn by_hash(&self, namespace: impl Name<Namespace>, hash: impl Name<CacheHash>) -> Result<bool> {
        let (namespace, hash) = (&namespace.named()?, &hash.named()?);
        let call =
            |attempt: super::Attempt| async move { attempt.answer(attempt.api.exists_by_hash(namespace, hash).await) };
        Ok(self.client.call(Repeat::Always, call).await?.exists)
    }
}
