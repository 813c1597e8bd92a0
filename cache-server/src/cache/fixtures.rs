//! The fixtures of the Python service's tests: entries that are stored once, and a manifest that says which.

use bytes::Bytes;
use cache_client::{CacheId, Json, Namespace, Strategy};
use serde_json::json;
use uuid::Uuid;

use super::{Cache, Content, Entry, Error, NewEntry, Parts, Result, StoreWhen};

/// The id of the manifest.
const MANIFEST: Uuid = Uuid::from_u128(1);

/// The fixtures: their names, what they hold, and what Python calls the type of it.
fn fixtures() -> Vec<(&'static str, Content, &'static str)> {
    let json = |text: &str| Content::Json { value: Json::parse(text.as_bytes()).expect("this is JSON"), field: None };
    let binary = |bytes: Vec<u8>| Content::Binary { bytes: Bytes::from(bytes), coding: None };
    let complex = r#"{"nested": {"data": [1, 2, 3], "more": {"level": 3}}, "flag": true, "count": 100,
        "tags": ["test", "fixture", "cache"]}"#;
    vec![
        ("string_simple", Content::String("test retrieve string data".to_owned()), "str"),
        ("string_medium", Content::String("test data ".repeat(50)), "str"),
        ("string_large", Content::String("x".repeat(1000)), "str"),
        ("json_simple", json(r#"{"key": "value", "number": 42}"#), "dict"),
        ("json_complex", json(complex), "dict"),
        ("json_empty", json("{}"), "dict"),
        ("binary_small", binary((1..=5).collect()), "bytes"),
        ("binary_medium", binary((0..100).collect()), "bytes"),
        ("binary_large", binary((0..=u8::MAX).collect::<Vec<_>>().repeat(4)), "bytes"),
    ]
}

impl Cache {
    /// The manifest of the fixtures of a namespace; they are stored where there is none.
    pub async fn fixtures(&self, namespace: &Namespace) -> Result<Entry> {
        let id = CacheId::from(MANIFEST);
        if let Some(manifest) = self.by_id(namespace, id, Parts::All).await? {
            return Ok(manifest);
        }
        let mut stored = serde_json::Map::new();
        for (name, content, kind) in fixtures() {
            let entry = self.store(direct(namespace, content)).await?;
            let about = json!({ "cache_id": entry.cache_id, "cache_hash": entry.cache_hash, "type": kind });
            stored.insert(name.to_owned(), about);
        }
        let manifest = json!({ "fixtures": stored, "created_at": self.now() }).to_string();
        let value = Json::parse(manifest.as_bytes()).expect("what was written is JSON");
        // Of two who store them at the same time the last one counts; the entries of both are there.
        self.store_as(direct(namespace, Content::Json { value, field: None }), id).await?;
        self.by_id(namespace, id, Parts::All).await?.ok_or(Error::Busy)
    }
}

fn direct(namespace: &Namespace, content: Content) -> NewEntry {
    let (namespace, strategy) = (namespace.clone(), Strategy::Direct);
    NewEntry { namespace, strategy, cache_key: None, file_id: None, content, when: StoreWhen::Always }
}
