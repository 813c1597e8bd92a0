//! The documents in storage, typed; their bytes are those the Python service writes.

use bytes::Bytes;
use cache_client::hash::hex_prefix;
use cache_client::{CacheHash, CacheId, Strategy};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use crate::coding::Coding;
use crate::layout::Kind;
use crate::path::{Folder, ObjectPath};

/// The reference of one entry: `refs/by-id/…/{cache_id}.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IdReference {
    /// Every file of the entry.
    pub all_paths: AllPaths,
    /// The entry's id.
    pub cache_id: CacheId,
    /// The hash it was stored under.
    pub cache_hash: CacheHash,
    /// Where its copies lie.
    pub file_paths: FilePaths,
    /// `json` or `binary`.
    pub file_type: FileKind,
    /// The namespace.
    pub namespace: String,
    /// The strategy.
    pub strategy: Strategy,
    /// When it was stored, in milliseconds since 1970.
    pub timestamp: u64,
}

/// What a read needs of an [`IdReference`]: everything but the list of all files, which is as long as the rest.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Located {
    /// The entry's id.
    pub cache_id: CacheId,
    /// The hash it was stored under.
    pub cache_hash: CacheHash,
    /// Where its copies lie.
    pub file_paths: FilePaths,
    /// `json` or `binary`.
    pub file_type: FileKind,
    /// The namespace.
    pub namespace: String,
    /// The strategy.
    pub strategy: Strategy,
    /// When it was stored, in milliseconds since 1970.
    pub timestamp: u64,
}

impl From<IdReference> for Located {
    fn from(whole: IdReference) -> Self {
        let IdReference { all_paths: _, cache_id, cache_hash, file_paths, file_type, namespace, strategy, timestamp } =
            whole;
        Self { cache_id, cache_hash, file_paths, file_type, namespace, strategy, timestamp }
    }
}

/// Every file of an entry, by what it is for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AllPaths {
    /// Content files and their sidecars, sorted.
    pub data: Vec<ObjectPath>,
    /// The hash reference.
    pub by_hash: Vec<ObjectPath>,
    /// The id reference.
    pub by_id: Vec<ObjectPath>,
}

/// Where an entry's copies lie, the one that is read first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredFilePaths")]
pub struct FilePaths {
    /// The content files.
    pub content_files: Vec<ObjectPath>,
    /// The folders of the child files, in the same order.
    pub data_folders: Vec<Folder>,
}

/// [`FilePaths`] as they are stored.
#[derive(Deserialize)]
struct StoredFilePaths {
    content_files: Vec<ObjectPath>,
    #[serde(default)]
    data_folders: Vec<Folder>,
}

impl From<StoredFilePaths> for FilePaths {
    /// For a key with an empty segment (`a//b`) Python wrote `""` as the data folder, which would be the whole storage:
    /// the folder beside the content is meant.
    fn from(stored: StoredFilePaths) -> Self {
        let beside = |content: &ObjectPath| {
            let stem = content.as_str().rsplit_once('.').map_or(content.as_str(), |(stem, _)| stem);
            Folder::from_parsed(format!("{stem}/data"))
        };
        let StoredFilePaths { content_files, mut data_folders } = stored;
        for (folder, content) in data_folders.iter_mut().zip(&content_files) {
            if *folder == Folder::root() {
                *folder = beside(content);
            }
        }
        data_folders.retain(|folder| *folder != Folder::root());
        Self { content_files, data_folders }
    }
}

/// What a content file holds, as the documents say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// A JSON document, which may be a string.
    Json,
    /// Bytes.
    Binary,
}

impl From<Kind> for FileKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Json => Self::Json,
            Kind::Binary => Self::Binary,
        }
    }
}

/// All entries of one hash: `refs/by-hash/…/{hash}.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HashReference {
    /// The hash.
    pub cache_hash: CacheHash,
    /// The entries, oldest first; the list is never cut.
    pub cache_ids: Vec<HashEntry>,
    /// The newest entry.
    pub latest_id: CacheId,
    /// How many there are.
    pub total_versions: u64,
}

/// One entry of a hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HashEntry {
    /// The entry's id.
    pub cache_id: CacheId,
    /// When it was stored, in milliseconds since 1970.
    pub timestamp: u64,
}

impl HashReference {
    /// Parses a reference; `None` for one the Python service corrupted, whose entries are still found by id.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let parsed = serde_json::from_slice(bytes);
        parsed.inspect_err(|error| tracing::warn!(%error, "a hash reference cannot be read and counts as absent")).ok()
    }

    /// The reference with one more entry; `None` stands for no reference yet.
    pub fn with(reference: Option<Self>, hash: &CacheHash, entry: HashEntry) -> Self {
        let mut cache_ids = reference.map(|reference| reference.cache_ids).unwrap_or_default();
        let latest_id = entry.cache_id;
        cache_ids.push(entry);
        Self { cache_hash: hash.clone(), total_versions: cache_ids.len() as u64, cache_ids, latest_id }
    }

    /// The bytes of a reference with one more entry, added at the end of its text without reading the entries before.
    ///
    /// `None` for a text that does not end as references are written; it has to be parsed. A hash may have so many
    /// entries
    /// that parsing them for each store would take longer than the store.
    pub fn append(text: &[u8], entry: &HashEntry) -> Option<Vec<u8>> {
        let (entries, latest) = split_at_latest(text)?;
        let (_, total) = latest.split_once(TOTAL)?;
        let total: u64 = total.strip_suffix("\n}")?.parse().ok()?;
        if !entries.ends_with("\n    }") {
            return None;
        }
        let HashEntry { cache_id, timestamp } = entry;
        let mut appended = Vec::with_capacity(text.len() + 128);
        appended.extend_from_slice(entries.as_bytes());
        let end = format!(
            ",\n    {{\n      \"cache_id\": \"{cache_id}\",\n      \"timestamp\": {timestamp}\n    }}\
             {LATEST}{cache_id}{TOTAL}{}\n}}",
            total + 1
        );
        appended.extend_from_slice(end.as_bytes());
        Some(appended)
    }

    /// The text of a reference without an entry, cut out without reading the others; [`append`](Self::append)'s counterpart.
    pub fn remove(text: &[u8], id: CacheId) -> Removal {
        Self::cut(text, id).unwrap_or(Removal::Unclear)
    }

    fn cut(text: &[u8], id: CacheId) -> Option<Removal> {
        let (entries, latest) = split_at_latest(text)?;
        let (_, total) = latest.split_once(TOTAL)?;
        let total: u64 = total.strip_suffix("\n}")?.parse().ok()?;
        let begin = format!("\n    {{\n      \"cache_id\": \"{id}\",");
        // Most often it is among the newest.
        let Some(at) = entries.rfind(&begin) else {
            return (!entries.contains(&id.to_string())).then_some(Removal::NotThere);
        };
        let (before, rest) = entries.split_at(at);
        let (_, after) = rest.split_once("\n    }")?;
        let (before, after) = match (before.strip_suffix(','), after.strip_prefix(',')) {
            (Some(before), _) => (before, after),
            (None, Some(after)) => (before, after),
            // The last one: the reference goes with it.
            (None, None) => return None,
        };
        let kept = if after.is_empty() { before } else { after };
        let newest = kept.rfind(CACHE_ID).and_then(|at| kept[at + CACHE_ID.len()..].split('"').next())?;
        let end = format!("{LATEST}{newest}{TOTAL}{}\n}}", total.checked_sub(1)?);
        // Python may have written one twice; and nothing but an id must be taken for the newest.
        if before.contains(&begin) || CacheId::parse(newest).is_err() {
            return None;
        }
        Some(Removal::Left([before, after, &end].concat()))
    }

    /// The newest entry, read off the end of a reference's text; `None` for a text that has to be parsed.
    pub fn latest(text: &[u8]) -> Option<CacheId> {
        let (_, latest) = split_at_latest(text)?;
        CacheId::parse(latest.split_once(TOTAL)?.0).ok()
    }

    /// The reference with an entry that was left out of it, which is among the others by the time it was stored.
    pub fn with_left_out(reference: Option<Self>, hash: &CacheHash, entry: HashEntry) -> Self {
        let mut reference = Self::with(reference, hash, entry);
        reference.cache_ids.sort_by_key(|entry| entry.timestamp);
        reference.latest_id = reference.cache_ids.last().map_or(reference.latest_id, |newest| newest.cache_id);
        reference
    }

    /// Whether an entry is in it.
    pub fn names(&self, id: CacheId) -> bool {
        self.cache_ids.iter().any(|entry| entry.cache_id == id)
    }

    /// The reference without an entry; `None` when no entry is left.
    pub fn without(mut self, id: CacheId) -> Option<Self> {
        self.cache_ids.retain(|entry| entry.cache_id != id);
        self.latest_id = self.cache_ids.last()?.cache_id;
        self.total_versions = self.cache_ids.len() as u64;
        Some(self)
    }
}

/// What became of the text of a reference when an entry was taken out of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is in the reference no more.
    Left(String),
    /// It was not in it.
    NotThere,
    /// The text has to be parsed.
    Unclear,
}

const CACHE_ID: &str = "\"cache_id\": \"";
const LATEST: &str = "\n  ],\n  \"latest_id\": \"";
const TOTAL: &str = "\",\n  \"total_versions\": ";

/// Splits the text of a hash reference after its entries.
fn split_at_latest(text: &[u8]) -> Option<(&str, &str)> {
    // What follows the entries is short; only it is searched.
    let end = text.len().saturating_sub(160);
    let at = end + text[end..].windows(LATEST.len()).position(|window| window == LATEST.as_bytes())?;
    let entries = std::str::from_utf8(&text[..at]).ok()?;
    Some((entries, std::str::from_utf8(&text[at + LATEST.len()..]).ok()?))
}

/// The layout sidecar: `{content}.config`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Always `first`.
    pub exists_strategy: String,
    /// The file id.
    pub file_id: String,
    /// The cache key; empty without one.
    pub file_key: String,
    /// The folder of each copy.
    pub file_paths: Vec<Folder>,
    /// How the content is written.
    pub file_type: FileType,
}

/// How a content file is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileType {
    /// `json` or `binary`.
    pub name: FileKind,
    /// The media type.
    pub content_type: String,
    /// Without the dot.
    pub file_extension: String,
    /// The character set of text.
    pub encoding: Option<String>,
    /// `json` or `binary`.
    pub serialization: FileKind,
}

impl From<Kind> for FileType {
    fn from(kind: Kind) -> Self {
        let (content_type, encoding) = match kind {
            Kind::Json => ("application/json; charset=utf-8", Some("utf-8".to_owned())),
            Kind::Binary => ("application/octet-stream", None),
        };
        Self {
            name: kind.into(),
            content_type: content_type.to_owned(),
            file_extension: kind.extension().to_owned(),
            encoding,
            serialization: kind.into(),
        }
    }
}

/// The ownership sidecar: `{content}.metadata`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The first 10 digits of the MD5 of the content bytes that were stored first.
    #[serde(rename = "content__hash")]
    pub content_hash: String,
    /// Always null.
    pub chain_hash: Option<String>,
    /// Always null.
    pub previous_version_path: Option<String>,
    /// The length of the content bytes that were stored first.
    #[serde(rename = "content__size")]
    pub content_size: u64,
    /// Always empty.
    pub tags: Vec<String>,
    /// When the sidecar was written, in milliseconds since 1970.
    pub timestamp: u64,
    /// Whose content it is.
    pub data: Owner,
}

/// What a read needs of a [`Metadata`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Owned {
    /// Whose content it is.
    pub data: Owner,
}

/// The entry a content file belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    /// The hash it was stored under.
    pub cache_hash: CacheHash,
    /// The cache key; empty without one.
    pub cache_key: String,
    /// The entry's id.
    pub cache_id: CacheId,
    /// How the content is packed: the name of a [`Coding`], or what the Python service kept of a header.
    pub content_encoding: Option<String>,
    /// The file id.
    pub file_id: String,
    /// `json` or `binary`.
    pub file_type: FileKind,
    /// The field the entry is hashed by; empty for a keyed JSON entry without one.
    pub json_field_path: Option<String>,
    /// The namespace.
    pub namespace: String,
    /// When it was stored, in milliseconds since 1970.
    pub stored_at: u64,
    /// The strategy.
    pub strategy: Strategy,
}

impl Owner {
    /// How the content is packed, where this service knows it.
    pub fn coding(&self) -> Option<Coding> {
        self.content_encoding.as_deref().and_then(Coding::named)
    }

    /// Tells whether the content is stored as gzip.
    pub fn is_gzip(&self) -> bool {
        self.coding() == Some(Coding::Gzip)
    }
}

/// The first 10 digits of the MD5 of a content file, as its metadata names it.
pub fn content_hash(content: &[u8]) -> String {
    hex_prefix(&Md5::digest(content), 10)
}

/// The bytes of a reference: JSON indented by two, as Python writes it.
pub fn reference_bytes(document: &impl Serialize) -> Bytes {
    pretty(document, b"  ")
}

/// The bytes of a sidecar: JSON indented by four, as Python writes it.
pub fn sidecar_bytes(document: &impl Serialize) -> Bytes {
    pretty(document, b"    ")
}

fn pretty(document: &impl Serialize, indent: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(2048);
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent);
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    document.serialize(&mut serializer).expect("documents have string keys and a Vec takes any bytes");
    exact(&bytes)
}

/// Bytes that take no more memory than they have: `memory` keeps them as they are.
pub fn exact(bytes: impl AsRef<[u8]>) -> Bytes {
    Bytes::copy_from_slice(bytes.as_ref())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    fn entry(digit: u8) -> HashEntry {
        let id = format!("00000000-0000-4000-8000-00000000000{digit}");
        HashEntry { cache_id: CacheId::parse(&id).unwrap(), timestamp: u64::from(digit) }
    }

    #[test]
    fn a_hash_reference_gains_and_loses_entries() {
        let hash = CacheHash::parse("3c862eca78c03d61").unwrap();
        let one = HashReference::with(None, &hash, entry(1));
        let two = HashReference::with(Some(one.clone()), &hash, entry(2));
        assert_eq!((two.latest_id, two.total_versions), (entry(2).cache_id, 2));
        assert_eq!(two.clone().without(entry(2).cache_id), Some(one.clone()));
        assert_eq!(two.without(entry(9).cache_id).unwrap().total_versions, 2);
        assert_eq!(one.without(entry(1).cache_id), None);
    }

    #[test]
    fn an_entry_appended_to_the_text_is_an_entry_added_to_the_document() {
        let hash = CacheHash::parse("3c862eca78c03d61").unwrap();
        let mut reference = HashReference::with(None, &hash, entry(1));
        for digit in 2..9 {
            let appended = HashReference::append(&reference_bytes(&reference), &entry(digit)).unwrap();
            reference = HashReference::with(Some(reference), &hash, entry(digit));
            assert_eq!(appended, reference_bytes(&reference));
            assert_eq!(HashReference::latest(&appended), Some(entry(digit).cache_id));
        }
    }

    #[test]
    fn an_entry_cut_out_of_the_text_is_an_entry_taken_out_of_the_document() {
        let hash = CacheHash::parse("3c862eca78c03d61").unwrap();
        for last in 1..5_u8 {
            let all = (1..=last).fold(None, |all, digit| Some(HashReference::with(all, &hash, entry(digit)))).unwrap();
            for digit in 1..=last {
                let expected = all.clone().without(entry(digit).cache_id).map(|left| reference_bytes(&left));
                let cut = HashReference::remove(&reference_bytes(&all), entry(digit).cache_id);
                // The parser takes the last one out, with the reference.
                assert_eq!(
                    cut,
                    expected.map_or(Removal::Unclear, |left| Removal::Left(String::from_utf8(left.to_vec()).unwrap()))
                );
            }
            assert_eq!(HashReference::remove(&reference_bytes(&all), entry(9).cache_id), Removal::NotThere);
        }
        let one = HashReference::with(None, &hash, entry(1));
        let two = HashReference::with(Some(one.clone()), &hash, entry(2));
        let twice = HashReference::with(Some(two.clone()), &hash, entry(1));
        for unclear in [serde_json::to_vec(&two).unwrap().into(), reference_bytes(&twice), reference_bytes(&one)] {
            assert_eq!(HashReference::remove(&unclear, entry(1).cache_id), Removal::Unclear);
        }
    }

    #[test]
    fn a_text_that_ends_otherwise_is_left_to_the_parser() {
        let hash = CacheHash::parse("3c862eca78c03d61").unwrap();
        let reference = HashReference::with(None, &hash, entry(1));
        let compact = serde_json::to_vec(&reference).unwrap();
        let empty = HashReference { cache_ids: Vec::new(), ..reference };
        for text in [b"".as_slice(), b"{}", &compact, &reference_bytes(&empty)] {
            assert_eq!(HashReference::append(text, &entry(2)), None);
        }
    }

    #[test]
    fn a_hash_reference_has_the_bytes_python_writes() {
        let hash = CacheHash::parse("3c862eca78c03d61").unwrap();
        let text = String::from_utf8(reference_bytes(&HashReference::with(None, &hash, entry(1))).to_vec()).unwrap();
        let expected = "{\n  \"cache_hash\": \"3c862eca78c03d61\",\n  \"cache_ids\": [\n    {\n      \"cache_id\": \
            \"00000000-0000-4000-8000-000000000001\",\n      \"timestamp\": 1\n    }\n  ],\n  \"latest_id\": \
            \"00000000-0000-4000-8000-000000000001\",\n  \"total_versions\": 1\n}";
        assert_eq!(text, expected);
    }
}
