//! A bucket at rest: what must hold between the objects in it when no request is on its way.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use object_store::path::Path;
use object_store::{Attribute, ObjectStoreExt as _};
use serde_json::Value;
use test_buckets::Bucket;

/// How many objects are read at a time.
const AT_ONCE: usize = 16;

/// What one namespace holds.
#[derive(Debug)]
pub(crate) struct Rest {
    objects: BTreeMap<String, Found>,
    references: BTreeMap<String, Value>,
    hashes: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
struct Found {
    bytes: Bytes,
    /// The entry the object says it is the content of.
    owner: Option<String>,
    /// Whether it reads as absent.
    gone: bool,
    /// Whether others wait for its removal.
    removing: bool,
}

/// What a crash may have left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Orphans {
    None,
    Allowed,
}

impl Rest {
    pub(crate) async fn of(bucket: &Bucket, namespace: &str) -> Self {
        let keys = bucket.keys(namespace).await;
        let found: BTreeMap<_, _> =
            stream::iter(keys).map(|key| found(bucket, key)).buffer_unordered(AT_ONCE).collect().await;
        let documents = |folder: &str| {
            let prefix = format!("{namespace}/refs/{folder}/");
            let named: Vec<(String, Value)> = found
                .iter()
                .filter(|(key, found)| key.starts_with(&prefix) && !found.gone)
                .map(|(key, found)| (name(key), serde_json::from_slice(&found.bytes).unwrap()))
                .collect();
            named
        };
        let ids = |reference: &Value| texts(&reference["cache_ids"], Some("cache_id"));
        let hashes = documents("by-hash").into_iter().map(|(hash, document)| (hash, ids(&document))).collect();
        Self { references: documents("by-id").into_iter().collect(), hashes, objects: found }
    }

    /// The ids that have a reference.
    pub(crate) fn ids(&self) -> BTreeSet<String> {
        self.references.keys().cloned().collect()
    }

    /// The ids in the reference of a hash.
    pub(crate) fn ids_of(&self, hash: &str) -> Vec<String> {
        self.hashes.get(hash).cloned().unwrap_or_default()
    }

    /// Whose content the first content file of an entry is; `None` when there is none.
    pub(crate) fn owner_at(&self, id: &str) -> Option<String> {
        self.owner(texts(&self.references[id]["file_paths"]["content_files"], None).first()?)
    }

    /// Whose content an object is.
    pub(crate) fn owner(&self, key: &str) -> Option<String> {
        self.there(key)?.owner.clone()
    }

    /// The contents, of every copy.
    pub(crate) fn contents(&self) -> Vec<&String> {
        let is_sidecar = |key: &str| key.ends_with(".config") || key.ends_with(".metadata");
        let is_content = |key: &&String| key.contains("/data/") && !is_sidecar(key) && self.there(key).is_some();
        self.objects.keys().filter(is_content).collect()
    }

    /// Tells whether an object is being removed.
    pub(crate) fn has_leases(&self) -> bool {
        self.objects.values().any(|found| found.removing)
    }

    fn there(&self, key: &str) -> Option<&Found> {
        self.objects.get(key).filter(|found| !found.gone)
    }

    /// Checks everything that holds whatever was done before; answers the ids that have no content, because another
    /// entry took their path over and was deleted.
    pub(crate) fn check(&self, orphans: Orphans) -> BTreeSet<String> {
        for (hash, ids) in &self.hashes {
            assert!(!ids.is_empty(), "the reference of {hash} names nobody: {self:#?}");
            for id in ids {
                assert!(self.references.contains_key(id), "{hash} names {id}, which has no reference: {self:#?}");
            }
        }
        let mut without_content = BTreeSet::new();
        for (id, reference) in &self.references {
            let first = &texts(&reference["file_paths"]["content_files"], None)[0];
            if self.there(first).is_none() {
                without_content.insert(id.clone());
            }
        }
        if orphans == Orphans::None {
            self.check_owners();
        }
        without_content
    }

    /// Every content has one owner, which is there and is found by its hash; nothing else is there.
    fn check_owners(&self) {
        assert!(!self.has_leases(), "something is being removed for ever: {self:#?}");
        for (id, reference) in &self.references {
            let hash = reference["cache_hash"].as_str().unwrap();
            assert!(self.ids_of(hash).contains(id), "{id} is not in the reference of {hash}: {self:#?}");
        }
        let mut expected: BTreeSet<String> = BTreeSet::new();
        for content in self.contents() {
            let config = format!("{content}.config");
            let record = format!("{content}.metadata");
            assert!(self.there(&config).is_some(), "{content} has no .config: {self:#?}");
            let Some(document) = self.there(&record) else { panic!("{content} has no .metadata: {self:#?}") };
            let document: Value = serde_json::from_slice(&document.bytes).unwrap();
            let recorded = document["data"]["cache_id"].as_str().map(str::to_owned);
            let marked = self.owner(content);
            assert_eq!(marked, recorded, "{content} says it is another one's than its .metadata: {self:#?}");
            let owner = marked.unwrap();
            assert!(self.references.contains_key(&owner), "{content} is {owner}'s, which is gone: {self:#?}");
            expected.extend([content.clone(), config, record]);
        }
        let files: BTreeSet<String> = self.objects.keys().filter(|key| key.contains("/data/")).cloned().collect();
        assert_eq!(files, expected, "sidecars without content");
    }
}

async fn found(bucket: &Bucket, key: String) -> (String, Found) {
    let object = bucket.store().get(&Path::parse(&key).unwrap()).await.unwrap();
    let value = |name: &'static str| {
        object.attributes.get(&Attribute::Metadata(name.into())).map(|value| value.as_ref().to_owned())
    };
    let (owner, gone) = (value("cache-id"), value("cache-gone"));
    let removing = value("cache-removing").is_some() || gone.as_ref().is_some_and(|gone| gone != "tombstone");
    (key, Found { bytes: object.bytes().await.unwrap(), owner, gone: gone.is_some(), removing })
}

/// The last segment of a key, without its extension.
fn name(key: &str) -> String {
    key.rsplit('/').next().and_then(|last| last.strip_suffix(".json")).unwrap().to_owned()
}

/// The texts in a list, or the texts of one field of its items.
fn texts(list: &Value, field: Option<&str>) -> Vec<String> {
    let text = |item: &Value| field.map_or(item, |field| &item[field]).as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(text).collect()
}
