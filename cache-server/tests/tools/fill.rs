//! Filling a store through a server, with everything that can be in one.

use std::path::Path;

use serde_json::Value;

use crate::program::Server;

pub(crate) const STRATEGIES: [&str; 5] = ["direct", "temporal", "temporal_latest", "temporal_versioned", "key_based"];

/// An entry that was acknowledged.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) namespace: String,
    pub(crate) id: String,
    pub(crate) hash: String,
    /// Its files by what they are for, as the answer names them.
    pub(crate) paths: Value,
    /// What was sent.
    pub(crate) content: Vec<u8>,
}

impl Stored {
    /// The first content file.
    pub(crate) fn content_file(&self) -> String {
        let data = self.paths["data"].as_array().unwrap().iter().map(|path| path.as_str().unwrap());
        data.into_iter().find(|path| !path.ends_with(".config") && !path.ends_with(".metadata")).unwrap().to_owned()
    }

    pub(crate) fn by_id(&self) -> String {
        self.paths["by_id"][0].as_str().unwrap().to_owned()
    }

    pub(crate) fn by_hash(&self) -> String {
        self.paths["by_hash"][0].as_str().unwrap().to_owned()
    }
}

/// Fills a folder and ends the server.
pub(crate) async fn folder(mode: &str, folder: &Path, more: usize) -> Vec<Stored> {
    let server = Server::on(mode, folder);
    let stored = all(&server, more).await;
    server.kill();
    stored
}

/// Stores entries of all strategies and kinds, with child files, updates and deletions, in two namespaces; and so many more.
pub(crate) async fn all(server: &Server, more: usize) -> Vec<Stored> {
    let mut entries = Vec::new();
    for strategy in STRATEGIES {
        let namespace = format!("ns-{strategy}");
        for (number, (kind, media, key)) in [
            ("string", "text/plain", ""),
            ("json", "application/json", "/a/key?file_id=doc"),
            ("json", "application/json", "/a/key?file_id=doc-2"),
            ("binary", "application/octet-stream", "/a/k.bin?file_id=doc"),
            ("string", "text/plain", "/data/of?file_id=x"),
        ]
        .into_iter()
        .enumerate()
        {
            let content = match kind {
                "json" => format!("{{\n  \"n\": {number},\n  \"of\": \"{strategy}\"\n}}"),
                _ => format!("{strategy} {number}"),
            };
            entries.push(store(server, &namespace, strategy, kind, media, key, content).await);
        }
        let parent = entries[entries.len() - 4].id.clone();
        for child in ["binary/one", "string/k/two", "json/k/l/three"] {
            let path = format!("/{namespace}/cache/{parent}/data/store/{child}");
            let media = if child.starts_with("json") { "application/json" } else { "text/plain" };
            server.ask("POST", &path, media, "{\"child\": 1}").await;
        }
        // The same content once more: two ids in one reference by hash, and one that was deleted again.
        for _ in 0..2 {
            let again = format!("{strategy} 0");
            entries.push(store(server, &namespace, strategy, "string", "text/plain", "", again).await);
        }
        let gone = entries.pop().unwrap();
        server.ask("DELETE", &format!("/{namespace}/delete/{}", gone.id), "text/plain", "").await;
        let path = format!("/{namespace}/update/{}/string", entries[entries.len() - 1].id);
        server.ask("POST", &path, "text/plain", "updated").await;
        entries.last_mut().unwrap().content = b"updated".to_vec();
    }
    for number in 0..more {
        let content = format!("entry {number} {}", "x".repeat(number % 700));
        entries.push(store(server, "many", "direct", "string", "text/plain", "", content).await);
    }
    entries
}

async fn store(
    server: &Server,
    namespace: &str,
    strategy: &str,
    kind: &str,
    media: &str,
    key: &str,
    content: String,
) -> Stored {
    let path = format!("/{namespace}/{strategy}/store/{kind}{key}");
    let answer = server.ask("POST", &path, media, content.clone()).await;
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    Stored {
        namespace: namespace.to_owned(),
        id: text("cache_id"),
        hash: text("cache_hash"),
        paths: answer["paths"].clone(),
        content: content.into_bytes(),
    }
}

/// Asserts that every entry is read by its id and by its hash.
pub(crate) async fn all_read(server: &Server, entries: &[Stored]) {
    for Stored { namespace, id, hash, content, .. } in entries {
        let (status, body) = server.get(&format!("/{namespace}/retrieve/{id}/binary")).await;
        let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok().filter(Value::is_object);
        let is_equal = body == content || json(content).is_some_and(|wanted| json(&body) == Some(wanted));
        assert!(status == 200 && is_equal, "{namespace} {id}: {status} {body:?}");
        let (status, _) = server.get(&format!("/{namespace}/retrieve/hash/{hash}/cache-id")).await;
        assert_eq!(status, 200, "{namespace} {hash}");
    }
}
