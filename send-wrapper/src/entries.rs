//! Records under keys, in one namespace: created once, found by key, changed by compare-and-swap.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use cache_client::client::{Entry, Listing, Owner, Stored, Tag};
use cache_client::generated::types::RefsResponse;
use cache_client::{CacheHash, CacheId, Namespace, Strategy};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::sync::MutexGuard;

use crate::data::DataFiles;
use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::keys::EntryKey;
use crate::names::Invalid;
use crate::send_cache::SendCache;

/// How often a change whose outcome is unknown is looked at again.
const LOST_ANSWERS: u32 = 3;

/// The records of one namespace.
///
/// A record is a JSON object under an [`EntryKey`]; whatever is stored, its field `cache_key` holds that key, and the record is
/// found by the key's hash. Every operation ends within the [time limit](SendCache::time_limit).
///
/// ```
/// use send_wrapper::{EntryKey, SendCache, namespaces};
/// use serde_json::{Value, json};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// # let send = SendCache::new(cache_server::in_process::InProcess::in_memory()?.client());
/// let costs = send.entries(namespaces::COSTS)?;
/// let key = EntryKey::parse("daily/2026-02-13")?;
/// costs.store(&key, &json!({ "total": "1.25" })).await?;
/// let record: Value = costs.retrieve(&key).await?.expect("it was stored");
/// assert_eq!(record, json!({ "total": "1.25", "cache_key": "daily/2026-02-13" }));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Entries {
    send: SendCache,
    namespace: Namespace,
}

/// A record that was found.
#[derive(Debug)]
pub(crate) struct Found<T> {
    pub(crate) cache_id: CacheId,
    pub(crate) value: T,
    tag: Tag,
}

/// What becomes of a record that somebody has looked at.
#[derive(Debug)]
pub enum Change<R> {
    /// It is written as it is now.
    Write(R),
    /// It stays as it was.
    Keep(R),
}

impl Entries {
    pub(crate) fn new(send: &SendCache, namespace: Namespace) -> Self {
        Self { send: send.clone(), namespace }
    }

    /// Creates a record. Of several that create one key at the same time, one succeeds; the others get
    /// [`AlreadyExists`](Error::AlreadyExists). One call.
    pub async fn create(&self, key: &EntryKey, value: &impl Serialize) -> Result<CacheId> {
        self.send.within(async { Ok(self.create_now(key, value).await?.cache_id) }).await
    }

    pub(crate) async fn create_now(&self, key: &EntryKey, value: &impl Serialize) -> Result<Stored> {
        self.create_body(key, &with_key(key, value)?).await
    }

    async fn create_body(&self, key: &EntryKey, body: &Value) -> Result<Stored> {
        let store = self.send.cache.store().json(&self.namespace, Strategy::KeyBased, body);
        let store = store.key(key.folder()).file_id(key.file()).hash_field("cache_key").if_absent();
        match store.send().await {
            Ok(stored) => {
                self.remember(key, stored.cache_id);
                Ok(stored)
            }
            Err(error) if error.is_already_exists() => Err(Error::AlreadyExists { what: format!("{key:?}") }),
            Err(error) => Err(error.into()),
        }
    }

    /// Stores a record: creates it, or replaces the one that is there. Three calls at most, if nobody else does the same, and one more when
    /// this process has not seen it yet.
    pub async fn store(&self, key: &EntryKey, value: &impl Serialize) -> Result<CacheId> {
        let body = with_key(key, value)?;
        let replace = |stored: &mut Value| {
            stored.clone_from(&body);
            Change::Write(())
        };
        let stored = async {
            self.create_or_change(key, &body, replace).await?;
            // Remembered by whoever has written it.
            self.id_of(key).await?.ok_or_else(|| Error::missing(format!("{key:?}")))
        };
        self.send.within(stored).await
    }

    /// Creates a record, or [changes](Self::change) the one that is there: `None` when it was created. To be called within a limit of
    /// time, since it waits for others who are creating it.
    pub(crate) async fn create_or_change<T, R>(
        &self,
        key: &EntryKey,
        new: &impl Serialize,
        mut decide: impl FnMut(&mut T) -> Change<R>,
    ) -> Result<Option<R>>
    where
        T: Serialize + DeserializeOwned,
    {
        loop {
            match self.create(key, new).await {
                Ok(_) => return Ok(None),
                Err(Error::AlreadyExists { .. }) => {}
                Err(error) => return Err(error),
            }
            if let Some(changed) = self.change(key, &mut decide).await? {
                return Ok(Some(changed));
            }
            // Somebody else's, who has not come to its end.
            tokio::time::sleep(UNFINISHED).await;
        }
    }

    /// Retrieves a record. One call.
    pub async fn retrieve<T: DeserializeOwned>(&self, key: &EntryKey) -> Result<Option<T>> {
        let hash = self.hash(key);
        let found = async { Ok(self.send.cache.retrieve().by_hash(&self.namespace, &hash).json().await?) };
        self.send.within(found).await
    }

    /// Tells whether there is a record. One call.
    pub async fn exists(&self, key: &EntryKey) -> Result<bool> {
        self.exists_by_hash(&self.hash(key)).await
    }

    /// Tells whether there is a record of this hash. One call.
    pub async fn exists_by_hash(&self, hash: &CacheHash) -> Result<bool> {
        self.send.within(async { Ok(self.send.cache.exists().by_hash(&self.namespace, hash).await?) }).await
    }

    /// Replaces a record that is there; else [`NotFound`](Error::NotFound). Whoever writes last wins: see
    /// [`change`](Self::change) for writes that build on what they have read. A record that was deleted and created again since this
    /// process saw it is found, and so it is by [`delete`](Self::delete). One call, three at most.
    pub async fn update(&self, key: &EntryKey, value: &impl Serialize) -> Result<CacheId> {
        let body = with_key(key, value)?;
        let updated = async {
            let mut gone = None;
            while let Some(cache_id) = self.next_id(key, gone).await? {
                match self.send.cache.update().json(&self.namespace, cache_id, &body).send().await {
                    Ok(_) => return Ok(cache_id),
                    Err(cache_client::Error::NotFound { .. }) => gone = Some(cache_id),
                    Err(error) => return Err(error.into()),
                }
            }
            Err(Error::missing(format!("{key:?}")))
        };
        self.send.within(updated).await
    }

    /// Changes a record so that no change is lost, whoever else changes it: reads it, lets `decide` change it, and writes it
    /// if it is still as it was read; else does so again. `None` when it is not there.
    ///
    /// `decide` may be called several times, also after a write whose answer was lost: it has to recognise its own change in
    /// the record. Two calls when nobody else writes, one more when this process has not seen the record yet.
    pub async fn change<T, R>(&self, key: &EntryKey, mut decide: impl FnMut(&mut T) -> Change<R>) -> Result<Option<R>>
    where
        T: Serialize + DeserializeOwned,
    {
        let changed = async {
            let _turn = self.turn(key).await;
            self.change_in_turn(key, &mut decide).await
        };
        self.send.within(changed).await
    }

    /// Waits until it is this caller's turn, among those of this process, to change a record.
    pub(crate) async fn turn(&self, key: &EntryKey) -> MutexGuard<'_, ()> {
        self.send.shared.turn(&self.namespace, key.as_str()).lock().await
    }

    /// Changes a record as [`change`](Self::change) does, by whoever's turn it is.
    pub(crate) async fn change_in_turn<T, R>(
        &self,
        key: &EntryKey,
        mut decide: impl FnMut(&mut T) -> Change<R>,
    ) -> Result<Option<R>>
    where
        T: Serialize + DeserializeOwned,
    {
        let mut lost_answers = 0;
        let mut pauses = pauses();
        loop {
            let Some(Found { cache_id, mut value, tag }) = self.find::<T>(key).await? else { return Ok(None) };
            let decided = match decide(&mut value) {
                Change::Keep(decided) => return Ok(Some(decided)),
                Change::Write(decided) => decided,
            };
            let body = with_key(key, &value)?;
            let update = self.send.cache.update().json(&self.namespace, cache_id, &body).if_match(&tag);
            match update.send().await {
                Ok(_) => return Ok(Some(decided)),
                Err(cache_client::Error::PreconditionFailed { .. } | cache_client::Error::NotFound { .. }) => {}
                Err(cache_client::Error::Unavailable { .. }) if lost_answers < LOST_ANSWERS => lost_answers += 1,
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
        }
    }

    /// Deletes a record with its data files. `false` when it is not there. One call, three at most.
    pub async fn delete(&self, key: &EntryKey) -> Result<bool> {
        let deleted = async {
            let mut gone = None;
            while let Some(cache_id) = self.next_id(key, gone).await? {
                let deleted = self.send.cache.delete().by_id(&self.namespace, cache_id).send().await?;
                if deleted.is_some() {
                    self.forget(key);
                    return Ok(true);
                }
                gone = Some(cache_id);
            }
            Ok(false)
        };
        self.send.within(deleted).await
    }

    /// The id of a record to try: the one that is remembered, or found; after one that proved to be gone, another one that is found.
    async fn next_id(&self, key: &EntryKey, gone: Option<CacheId>) -> Result<Option<CacheId>> {
        if gone.is_some() {
            self.forget(key);
        }
        Ok(self.id_of(key).await?.filter(|found| Some(*found) != gone))
    }

    /// The id of the record of this key. One call.
    pub async fn cache_id_from_key(&self, key: &EntryKey) -> Result<Option<CacheId>> {
        self.cache_id_from_hash(&self.hash(key)).await
    }

    /// The id of the newest record of this hash. One call.
    pub async fn cache_id_from_hash(&self, hash: &CacheHash) -> Result<Option<CacheId>> {
        let id = async { Ok(self.send.cache.retrieve().by_hash(&self.namespace, hash).cache_id().await?) };
        self.send.within(id).await
    }

    /// The entry of this id: content, metadata and tag.
    pub async fn entry(&self, cache_id: CacheId) -> Result<Option<Entry>> {
        self.send.within(async { Ok(self.send.cache.retrieve().by_id(&self.namespace, cache_id).send().await?) }).await
    }

    /// Where the files of the entry of this id lie.
    pub async fn entry_refs(&self, cache_id: CacheId) -> Result<Option<RefsResponse>> {
        self.send.within(async { Ok(self.send.cache.retrieve().by_id(&self.namespace, cache_id).refs().await?) }).await
    }

    /// What is known of the entry of this id beside its content.
    pub async fn entry_metadata(&self, cache_id: CacheId) -> Result<Option<Owner>> {
        Ok(self.entry(cache_id).await?.map(|entry| entry.metadata))
    }

    /// The ids of all entries of the namespace, page by page or all at once.
    pub fn namespace_files(&self) -> Listing<CacheId> {
        self.send.cache.namespace().ids(&self.namespace)
    }

    /// The data files of the entry of this id.
    pub fn data(&self, cache_id: CacheId) -> DataFiles {
        DataFiles::new(&self.send, &self.namespace, cache_id)
    }

    pub(crate) fn hash(&self, key: &EntryKey) -> CacheHash {
        self.send.hashes.from_string(key.as_str()).expect("a key is not empty")
    }

    /// Finds a record with what a conditional update needs: one call when its id is known here, else two.
    pub(crate) async fn find<T: DeserializeOwned>(&self, key: &EntryKey) -> Result<Option<Found<T>>> {
        let mut gone = None;
        while let Some(cache_id) = self.next_id(key, gone).await? {
            if let Some(found) = self.find_by_id(cache_id).await? {
                return Ok(Some(found));
            }
            gone = Some(cache_id);
        }
        Ok(None)
    }

    /// Looks at a record that is not to be changed, and whose id is wanted. One call.
    pub(crate) async fn look<T: DeserializeOwned>(&self, key: &EntryKey) -> Result<Option<(CacheId, T)>> {
        let entry = self.send.cache.retrieve().by_hash(&self.namespace, self.hash(key)).send().await?;
        let Some(entry) = entry else { return Ok(None) };
        self.remember(key, entry.metadata.cache_id);
        Ok(Some((entry.metadata.cache_id, entry.json()?)))
    }

    /// The journal of the record of this id.
    pub(crate) fn journal(&self, cache_id: CacheId) -> Journal<'_> {
        Journal::new(&self.send, &self.namespace, cache_id)
    }

    async fn find_by_id<T: DeserializeOwned>(&self, cache_id: CacheId) -> Result<Option<Found<T>>> {
        let entry = self.send.cache.retrieve().by_id(&self.namespace, cache_id).send().await?;
        let Some(entry) = entry else { return Ok(None) };
        let value = entry.json()?;
        // Every answer by id has a tag; one without cannot be changed safely.
        let tag = entry.tag.ok_or_else(|| Error::Conflict { reason: "the cache gave no tag".to_owned() })?;
        Ok(Some(Found { cache_id, value, tag }))
    }

    /// The id of a record: without a call when it is known here.
    pub(crate) async fn id_of(&self, key: &EntryKey) -> Result<Option<CacheId>> {
        if let Some(cache_id) = self.known_id(key) {
            return Ok(Some(cache_id));
        }
        let found = self.send.cache.retrieve().by_hash(&self.namespace, self.hash(key)).cache_id().await?;
        if let Some(cache_id) = found {
            self.remember(key, cache_id);
        }
        Ok(found)
    }

    fn known_id(&self, key: &EntryKey) -> Option<CacheId> {
        self.send.shared.ids.get(&(self.namespace.clone(), key.as_str().into()))
    }

    pub(crate) fn remember(&self, key: &EntryKey, cache_id: CacheId) {
        self.send.shared.ids.insert((self.namespace.clone(), key.as_str().into()), cache_id);
    }

    pub(crate) fn forget(&self, key: &EntryKey) {
        self.send.shared.ids.remove(&(self.namespace.clone(), key.as_str().into()));
    }
}

/// How long a record that somebody else is creating is waited for before it is looked for again.
pub(crate) const UNFINISHED: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The pauses of a writer that lost a race.
fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(2))
        .with_max_delay(LONGEST_PAUSE)
        .without_max_times()
        .with_jitter()
        .build()
}

/// The value as an object whose first field, `cache_key`, is the key.
pub(crate) fn with_key(key: &EntryKey, value: &impl Serialize) -> Result<Value> {
    let Ok(Value::Object(fields)) = serde_json::to_value(value) else {
        return Err(Invalid::new("value", "is no JSON object").into());
    };
    let mut object = Map::new();
    object.insert("cache_key".to_owned(), key.as_str().into());
    object.extend(fields.into_iter().filter(|(name, _)| name != "cache_key"));
    Ok(Value::Object(object))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_is_stored_has_its_key() {
        let key = EntryKey::parse("a/b").unwrap();
        for (value, text) in [
            (json!({}), r#"{"cache_key":"a/b"}"#),
            (json!({ "n": 1.0 }), r#"{"cache_key":"a/b","n":1.0}"#),
            (json!({ "cache_key": "a/b", "n": 1 }), r#"{"cache_key":"a/b","n":1}"#),
            (json!({ "n": 1, "cache_key": "other" }), r#"{"cache_key":"a/b","n":1}"#),
            (json!({ "n": { "cache_key": "inner" } }), r#"{"cache_key":"a/b","n":{"cache_key":"inner"}}"#),
            (json!({ "cache_key": 5 }), r#"{"cache_key":"a/b"}"#),
            (json!({ "cache_key": null }), r#"{"cache_key":"a/b"}"#),
        ] {
            let body = with_key(&key, &value).unwrap();
            assert_eq!(body.to_string(), text, "{value}");
        }
        for value in [json!([]), json!(null), json!("{}")] {
            assert!(with_key(&key, &value).is_err(), "{value}");
        }
    }
}
