//! Entries to try things out with, those of the Python service, and the removal of all files of a namespace.

use bytes::Bytes;
use cache_client::{CacheHash, CacheId, CacheKey, DataKey, FileId, Json, MemberPath, Namespace, Strategy};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Cache, ChildContent, Content, NewArchive, NewEntry, Result, StoreWhen};
use crate::layout;
use crate::storage::Folder;

/// The strategies that test data has.
pub const STRATEGIES: [Strategy; 4] =
    [Strategy::Direct, Strategy::Temporal, Strategy::TemporalLatest, Strategy::KeyBased];
/// The only namespace whose test data has an entry with child files, and an archive.
const WITH_MORE: &str = "default";
/// How many files are deleted together.
const PAGE: usize = 1_000;

/// An entry of the test data.
#[derive(Debug)]
pub struct Sample {
    /// Its id.
    pub cache_id: CacheId,
    /// Its hash.
    pub cache_hash: CacheHash,
    /// Its namespace.
    pub namespace: Namespace,
    /// Its strategy.
    pub strategy: Strategy,
    /// `json`, `string` or `zip`.
    pub data_type: &'static str,
    /// What it is.
    pub description: String,
    /// Its cache key.
    pub cache_key: Option<CacheKey>,
    /// Its child files: folder and name.
    pub children: Option<Vec<(DataKey, FileId)>>,
}

/// What is stored; documents keep their order and the digits of their numbers.
#[derive(Deserialize)]
struct Samples {
    documents: Vec<Box<RawValue>>,
    strings: Vec<String>,
    keyed: Vec<Keyed>,
    parent: Box<RawValue>,
    children: Vec<Child>,
    members: Vec<Member>,
}

#[derive(Deserialize)]
struct Keyed {
    cache_key: CacheKey,
    file_id: FileId,
    data: Box<RawValue>,
}

#[derive(Deserialize)]
struct Child {
    data_key: String,
    data_file_id: FileId,
    data: Box<RawValue>,
}

#[derive(Deserialize)]
struct Member {
    path: MemberPath,
    content: String,
}

fn samples() -> Samples {
    serde_json::from_str(include_str!("test_data.json")).expect("the file has this form")
}

fn parsed(document: &RawValue) -> Json {
    Json::parse(document.get().as_bytes()).expect("the file is JSON")
}

impl Cache {
    /// Stores test data of every kind in a namespace.
    pub async fn create_test_data(&self, namespace: &Namespace) -> Result<Vec<Sample>> {
        let samples = samples();
        let mut made = Vec::new();
        for strategy in STRATEGIES {
            made.extend(self.sample_documents(namespace, strategy, usize::MAX).await?);
            for (number, text) in samples.strings.iter().enumerate() {
                let content = Content::String(text.clone());
                made.push(self.sample(namespace, strategy, None, content, format!("String entry {number}")).await?);
            }
        }
        for Keyed { cache_key, file_id, data } in samples.keyed {
            let (content, description) = (json(parsed(&data)), format!("Key-based: {cache_key}"));
            let name = Some((cache_key, file_id));
            made.push(self.sample(namespace, Strategy::KeyBased, name, content, description).await?);
        }
        if namespace.as_str() == WITH_MORE {
            made.push(self.sample_parent(namespace, parsed(&samples.parent), samples.children).await?);
            made.push(self.sample_archive(namespace, samples.members).await?);
        }
        Ok(made)
    }

    /// Stores the first documents of the test data.
    pub async fn sample_documents(
        &self,
        namespace: &Namespace,
        strategy: Strategy,
        count: usize,
    ) -> Result<Vec<Sample>> {
        let mut made = Vec::new();
        for document in samples().documents.into_iter().take(count) {
            let value = parsed(&document);
            let description = match value.get("description") {
                Some(Json::String(text)) => text.clone(),
                _ => String::new(),
            };
            made.push(self.sample(namespace, strategy, None, json(value), description).await?);
        }
        Ok(made)
    }

    async fn sample(
        &self,
        namespace: &Namespace,
        strategy: Strategy,
        name: Option<(CacheKey, FileId)>,
        content: Content,
        description: String,
    ) -> Result<Sample> {
        let (cache_key, file_id) = name.unzip();
        let data_type = if matches!(content, Content::String(_)) { "string" } else { "json" };
        let entry = NewEntry {
            namespace: namespace.clone(),
            strategy,
            cache_key: cache_key.clone(),
            file_id,
            content,
            when: StoreWhen::Always,
        };
        let stored = self.store(entry).await?;
        Ok(Sample {
            cache_id: stored.cache_id,
            cache_hash: stored.cache_hash,
            namespace: stored.namespace,
            strategy,
            data_type,
            description,
            cache_key,
            children: None,
        })
    }

    async fn sample_parent(&self, namespace: &Namespace, parent: Json, files: Vec<Child>) -> Result<Sample> {
        let description = "Parent with child data".to_owned();
        let parent = self.sample(namespace, Strategy::TemporalLatest, None, json(parent), description).await?;
        let mut children = Vec::new();
        for Child { data_key, data_file_id, data } in files {
            let key = DataKey::parse(&data_key).expect("the file has valid keys");
            let content = ChildContent::Json(parsed(&data));
            self.store_child(namespace, parent.cache_id, Some(key.clone()), data_file_id.clone(), content, false)
                .await?;
            children.push((key, data_file_id));
        }
        Ok(Sample { children: Some(children), ..parent })
    }

    async fn sample_archive(&self, namespace: &Namespace, members: Vec<Member>) -> Result<Sample> {
        let (key, file_id) = ("packages/sample-app", "v1.0.0");
        let cache_key = CacheKey::parse(key).expect("this is a key");
        let first = self
            .create_archive(NewArchive {
                namespace: namespace.clone(),
                strategy: Strategy::KeyBased,
                cache_key: cache_key.clone(),
                file_id: FileId::parse(file_id).expect("this is a file id"),
            })
            .await?;
        // Each member makes a new archive; the last one has all of them.
        let mut cache_id = first.entry.cache_id;
        for Member { path, content } in members {
            let next = self.add_to_archive(namespace, cache_id, path, Bytes::from(content)).await?;
            cache_id = next.map_or(cache_id, |next| next.entry.cache_id);
        }
        Ok(Sample {
            cache_id,
            // That of the package when it was created, as the Python service tells it.
            cache_hash: first.entry.cache_hash,
            namespace: first.entry.namespace,
            strategy: Strategy::KeyBased,
            data_type: "zip",
            description: "Sample ZIP package with files".to_owned(),
            cache_key: Some(cache_key),
            children: None,
        })
    }

    /// Deletes every file of a namespace, a page at a time, and tells how many there were.
    ///
    /// References go first, so that none is left without its entry. What is stored meanwhile may lose a part: nobody
    /// should use the namespace.
    pub async fn clear_namespace(&self, namespace: &Namespace) -> Result<u64> {
        let by = |kind| layout::references_folder(namespace, kind);
        let everything = Folder::from_parsed(namespace.to_string());
        let mut deleted = 0;
        for folder in [by("by-hash"), by("by-id"), everything] {
            let mut after = None;
            loop {
                let page = self.files(&folder, after.as_deref(), PAGE).await?;
                let is_last = page.len() < PAGE;
                after = page.last().map(|last| last.path.to_string());
                deleted += self.delete_files(page.into_iter().map(|file| file.path).collect()).await?.len() as u64;
                if is_last {
                    break;
                }
            }
        }
        Ok(deleted)
    }
}

fn json(value: Json) -> Content {
    Content::Json { value, field: None }
}
