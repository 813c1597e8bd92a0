//! Where everything lies in storage: pure functions from names and times to paths.
//!
//! This is the compatibility contract with the Python service, which may have written a folder or bucket and may
//! read it next. Two things differ on purpose: temporal folders are in UTC and end with the minute, and versions count
//! up,
//! with the version's own folder as the first content file.

use cache_client::{CacheHash, CacheId, CacheKey, DataKey, DataType, FileId, Namespace, Strategy};
use chrono::{DateTime, Utc};

use crate::path::{Folder, ObjectPath};

/// The two kinds of content files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A JSON document, which may be a string; `.json`.
    Json,
    /// Bytes; `.bin`.
    Binary,
}

impl Kind {
    /// The extension of the content file, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Binary => "bin",
        }
    }
}

/// Where an entry's copies lie; the first one is read and decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder of each copy.
    pub folders: Vec<Folder>,
    /// The content file of each copy.
    pub content_files: Vec<ObjectPath>,
    /// The folder below which each copy's child files lie.
    pub data_folders: Vec<Folder>,
}

/// What decides where an entry lies.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    /// The namespace.
    pub namespace: &'a Namespace,
    /// The strategy.
    pub strategy: Strategy,
    /// The cache key; only `key_based` entries lie under it.
    pub cache_key: Option<&'a CacheKey>,
    /// The file id.
    pub file_id: &'a FileId,
    /// The kind of content.
    pub kind: Kind,
}

impl Name<'_> {
    /// Where an entry stored at `now` (ms since 1970) lies; `version` counts for `temporal_versioned` only.
    pub fn place(&self, now: u64, version: u32) -> Place {
        let data = data_folder(self.namespace, self.strategy);
        let minute = || format!("{data}/{}", minute_folder(now));
        let folders = match self.strategy {
            Strategy::Direct => vec![[data.clone(), shards(self.file_id.as_str())].join("/")],
            Strategy::Temporal => vec![minute()],
            Strategy::TemporalLatest => vec![format!("{data}/latest"), minute()],
            Strategy::TemporalVersioned => {
                vec![format!("{data}/versions/v{version}"), minute(), format!("{data}/latest")]
            }
            Strategy::KeyBased => vec![match self.cache_key {
                Some(key) => key_folder(self.namespace, key).to_string(),
                None => data.clone(),
            }],
        };
        let file =
            |folder: &String| ObjectPath::from_parsed(format!("{folder}/{}.{}", self.file_id, self.kind.extension()));
        let children = |folder: &String| Folder::from_parsed(format!("{folder}/{}/data", self.file_id));
        Place {
            content_files: folders.iter().map(file).collect(),
            data_folders: folders.iter().map(children).collect(),
            folders: folders.into_iter().map(Folder::from_parsed).collect(),
        }
    }
}

/// `{ns}/data/{strategy}`
fn data_folder(namespace: &Namespace, strategy: Strategy) -> String {
    format!("{namespace}/data/{}", strategy.folder())
}

/// The folder everything of a strategy lies in.
pub fn strategy_folder(namespace: &Namespace, strategy: Strategy) -> Folder {
    Folder::from_parsed(data_folder(namespace, strategy))
}

/// The folder that the entries of a key lie in, which are `key_based`.
pub fn key_folder(namespace: &Namespace, key: &CacheKey) -> Folder {
    Folder::from_parsed(format!("{}/{key}", data_folder(namespace, Strategy::KeyBased)))
}

/// The folder of the version folders of `temporal_versioned`.
pub fn versions_folder(namespace: &Namespace) -> Folder {
    Folder::from_parsed(format!("{}/versions", data_folder(namespace, Strategy::TemporalVersioned)))
}

/// The version a content file of `temporal_versioned` belongs to; `None` for its other copies.
pub fn version_of(content: &ObjectPath) -> Option<u32> {
    let (_, versioned) = content.as_str().split_once("/data/temporal-versioned/versions/v")?;
    versioned.split('/').next()?.parse().ok()
}

/// The folder of everything that a namespace holds.
pub fn namespace_folder(namespace: &Namespace) -> Folder {
    Folder::from_parsed(namespace.to_string())
}

/// The folder of all id references of a namespace, or of all its hash references.
pub fn references_folder(namespace: &Namespace, by: &str) -> Folder {
    Folder::from_parsed(format!("{namespace}/refs/{by}"))
}

/// The reference of an entry by its id.
pub fn by_id(namespace: &Namespace, id: CacheId) -> ObjectPath {
    let id = id.to_string();
    ObjectPath::from_parsed(format!("{namespace}/refs/by-id/{}/{id}.json", shards(&id)))
}

/// The reference of another entry of the same namespace.
pub fn by_id_beside(reference: &ObjectPath, id: CacheId) -> ObjectPath {
    let (before, _) = reference.as_str().rsplit_once("/refs/by-id/").unwrap_or_default();
    let id = id.to_string();
    ObjectPath::from_parsed(format!("{before}/refs/by-id/{}/{id}.json", shards(&id)))
}

/// The reference of all entries of one hash.
pub fn by_hash(namespace: &Namespace, hash: &CacheHash) -> ObjectPath {
    ObjectPath::from_parsed(format!("{namespace}/refs/by-hash/{}/{hash}.json", shards(hash.as_str())))
}

/// The sidecar with the layout of a content file.
pub fn config_of(content: &ObjectPath) -> ObjectPath {
    content.with_suffix(".config")
}

/// The sidecar that says whose content a content file is.
pub fn metadata_of(content: &ObjectPath) -> ObjectPath {
    content.with_suffix(".metadata")
}

/// Tells whether an entry lies where nobody else writes: below its own fresh id, in every copy.
///
/// A key with a segment `data` may lead into the child files of another entry.
pub fn is_exclusive(id: CacheId, file_id: &FileId, cache_key: Option<&CacheKey>) -> bool {
    let is_data = |key: &CacheKey| key.to_string().split('/').any(|segment| segment == "data");
    file_id.as_str() == id.to_string() && !cache_key.is_some_and(is_data)
}

/// A content file, its `.config` and its `.metadata`.
pub fn with_sidecars(content: &ObjectPath) -> [ObjectPath; 3] {
    [content.clone(), config_of(content), metadata_of(content)]
}

/// The path of a content file without its extension: content of the other kind and the child files share it.
pub fn stem(content: &ObjectPath) -> &str {
    content.as_str().rsplit_once('.').map_or(content.as_str(), |(stem, _)| stem)
}

/// Where content of the other kind with the same child files would lie.
pub fn sibling(content: &ObjectPath) -> Option<ObjectPath> {
    let (stem, extension) = content.as_str().rsplit_once('.')?;
    let other = if extension == Kind::Json.extension() { Kind::Binary } else { Kind::Json };
    Some(ObjectPath::from_parsed(format!("{stem}.{}", other.extension())))
}

/// A child file in one of an entry's data folders.
pub fn child(data_folder: &Folder, key: Option<&DataKey>, file_id: &FileId, data_type: DataType) -> ObjectPath {
    let folder = child_folder(data_folder, key);
    ObjectPath::from_parsed(format!("{folder}/{file_id}.{}", data_type.extension()))
}

/// The folder of a data key in one of an entry's data folders.
pub fn child_folder(data_folder: &Folder, key: Option<&DataKey>) -> Folder {
    match key {
        Some(key) => Folder::from_parsed(data_folder.join(key.path())),
        None => data_folder.clone(),
    }
}

/// Tells whether an entry's content may lie at the path of a child file: keys of `key_based` entries may name folders of child
/// files, and a string's extension is no content's.
pub fn may_be_content(child: &ObjectPath) -> bool {
    let kind = child.as_str().rsplit_once('.').map(|(_, extension)| extension);
    let is_content = [Kind::Json, Kind::Binary].iter().any(|content| kind == Some(content.extension()));
    is_content && parents(child).next().is_some()
}

/// The content files of which a path would be a child file, were they there: for `{key-based}/x/data/k/f.json`, `x.json` and
/// `x.bin`. Only `key_based` entries can lie where child files of another entry do.
pub fn parents(path: &ObjectPath) -> impl Iterator<Item = ObjectPath> {
    let path = path.as_str();
    let key_based = format!("/data/{}/", Strategy::KeyBased.folder());
    // A namespace has no slash.
    let own =
        path.find('/').filter(|at| path[*at..].starts_with(&key_based)).map_or(path.len(), |at| at + key_based.len());
    let stems = path.match_indices('/').map(|(at, _)| path.split_at(at));
    let stems = stems.filter(move |(stem, rest)| stem.len() > own && rest.starts_with("/data/"));
    let content = |stem, kind: Kind| ObjectPath::from_parsed(format!("{stem}.{}", kind.extension()));
    stems.flat_map(move |(stem, _)| [content(stem, Kind::Json), content(stem, Kind::Binary)])
}

/// The last millisecond of the year 9999, the last year whose folders are in the order of their names.
const LAST_TIME: u64 = 253_402_300_799_999;

/// `2026/02/13/14/30`: the UTC minute of a time in milliseconds since 1970; of any later time, the last one of 9999.
pub fn minute_folder(now: u64) -> String {
    let time = i64::try_from(now.min(LAST_TIME)).ok().and_then(DateTime::<Utc>::from_timestamp_millis);
    time.unwrap_or(DateTime::<Utc>::MAX_UTC).format("%Y/%m/%d/%H/%M").to_string()
}

/// `ab/cd` for `abcdef`; shorter names give fewer or shorter shards.
fn shards(name: &str) -> String {
    // Ids and hashes are ASCII, so every byte is a character.
    let first = &name[..name.len().min(2)];
    match name.get(2..name.len().min(4)) {
        Some(second) if !second.is_empty() => format!("{first}/{second}"),
        _ => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    const HALF_PAST_TWO: u64 = 1_770_993_000_000; // 2026-02-13T14:30:00Z

    fn place(strategy: Strategy, file_id: &str) -> Vec<String> {
        let (namespace, key) = (Namespace::parse("ns").unwrap(), CacheKey::parse("an/key").unwrap());
        let file_id = FileId::parse(file_id).unwrap();
        let name = Name { namespace: &namespace, strategy, cache_key: Some(&key), file_id: &file_id, kind: Kind::Json };
        name.place(HALF_PAST_TWO, 3).content_files.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_strategy_has_its_folders() {
        assert_eq!(place(Strategy::Direct, "my-file"), ["ns/data/direct/my/-f/my-file.json"]);
        assert_eq!(place(Strategy::Temporal, "f"), ["ns/data/temporal/2026/02/13/14/30/f.json"]);
        assert_eq!(
            place(Strategy::TemporalLatest, "f"),
            ["ns/data/temporal-latest/latest/f.json", "ns/data/temporal-latest/2026/02/13/14/30/f.json"]
        );
        assert_eq!(
            place(Strategy::TemporalVersioned, "f"),
            [
                "ns/data/temporal-versioned/versions/v3/f.json",
                "ns/data/temporal-versioned/2026/02/13/14/30/f.json",
                "ns/data/temporal-versioned/latest/f.json"
            ]
        );
        assert_eq!(place(Strategy::KeyBased, "f"), ["ns/data/key-based/an/key/f.json"]);
    }

    #[test]
    fn minutes_are_in_the_order_of_their_folders() {
        let times = [0, HALF_PAST_TWO, LAST_TIME];
        assert!(times.map(minute_folder).is_sorted());
        assert_eq!(minute_folder(LAST_TIME), "9999/12/31/23/59");
        assert_eq!(minute_folder(u64::MAX), minute_folder(LAST_TIME));
    }

    #[test]
    fn short_file_ids_give_fewer_shards() {
        assert_eq!(place(Strategy::Direct, "a"), ["ns/data/direct/a/a.json"]);
        assert_eq!(place(Strategy::Direct, "ab"), ["ns/data/direct/ab/ab.json"]);
        assert_eq!(place(Strategy::Direct, "abc"), ["ns/data/direct/ab/c/abc.json"]);
    }

    #[test]
    fn what_lies_in_a_data_folder_has_parents() {
        let parents =
            |path: &str| parents(&ObjectPath::parse(path).unwrap()).map(|p| p.to_string()).collect::<Vec<_>>();
        assert_eq!(parents("ns/data/key-based/data/f.json"), [""; 0]);
        assert_eq!(parents("ns/data/key-based/a/data.json"), [""; 0]);
        let both = ["ns/data/key-based/x.json", "ns/data/key-based/x.bin"];
        assert_eq!(parents("ns/data/key-based/x/data/k/f.json"), both);
        assert_eq!(parents("ns/data/key-based/x/data/y/data/f.json").len(), 4);
        assert_eq!(parents("ns/data/key-based/x/data/data/f.json").len(), 4);
        assert_eq!(parents("ns/data/direct/ab/cd/abcd/data/f.json"), [""; 0]);
        assert_eq!(parents("ns/refs/by-id/data/data/f.json"), [""; 0]);
    }

    #[test]
    fn references_are_sharded() {
        let namespace = Namespace::parse("ns").unwrap();
        let hash = CacheHash::parse("3c862eca78c03d61").unwrap();
        assert_eq!(by_hash(&namespace, &hash).as_str(), "ns/refs/by-hash/3c/86/3c862eca78c03d61.json");
    }
}
