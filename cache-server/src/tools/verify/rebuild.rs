//! Documents that are lost, made again of those that are left.

use bytes::Bytes;

use crate::coding::Coding;
use crate::layout::{self, Kind};
use crate::records::{
    AllPaths, Config, FileKind, FilePaths, IdReference, Located, Metadata, Owner, content_hash, reference_bytes,
    sidecar_bytes,
};
use crate::storage::{Folder, ObjectPath};
use cache_client::Namespace;

/// The sidecars of a content.
#[derive(Debug)]
pub(super) struct Sidecars {
    pub(super) config: Bytes,
    pub(super) metadata: Bytes,
}

impl Sidecars {
    /// Makes them of the reference that names the content, and of what is left of the others.
    pub(super) fn of(
        reference: &Located,
        path: &ObjectPath,
        owner: Option<&Owner>,
        config: Option<&Config>,
        content: &Bytes,
    ) -> Self {
        let kind = kind(reference.file_type);
        let own = owner.filter(|owner| owner.cache_id == reference.cache_id);
        let file_id = stem(path).rsplit('/').next().unwrap_or_default().to_owned();
        let key = own.map(|owner| owner.cache_key.clone()).or_else(|| config.map(|config| config.file_key.clone()));
        let cache_key = key.unwrap_or_else(|| key_in(reference, path));
        let folders = reference.file_paths.content_files.iter().filter_map(folder);
        let config = Config {
            exists_strategy: "first".to_owned(),
            file_id: file_id.clone(),
            file_key: cache_key.clone(),
            file_paths: folders.collect(),
            file_type: kind.into(),
        };
        // Whether it is packed is nowhere else; a text is never stored packed.
        let is_gzip = kind == Kind::Binary && content.starts_with(&[0x1f, 0x8b]);
        let coding = own.map_or(is_gzip.then(|| Coding::Gzip.name().to_owned()), |own| own.content_encoding.clone());
        let data = Owner {
            cache_hash: reference.cache_hash.clone(),
            cache_key,
            cache_id: reference.cache_id,
            content_encoding: coding,
            file_id,
            file_type: reference.file_type,
            json_field_path: own.and_then(|own| own.json_field_path.clone()),
            namespace: reference.namespace.clone(),
            stored_at: reference.timestamp,
            strategy: reference.strategy,
        };
        let metadata = Metadata {
            content_hash: content_hash(content),
            chain_hash: None,
            previous_version_path: None,
            content_size: content.len() as u64,
            tags: Vec::new(),
            timestamp: reference.timestamp,
            data,
        };
        Self { config: sidecar_bytes(&config), metadata: sidecar_bytes(&metadata) }
    }
}

/// A reference by id, made of the two sidecars of its content.
pub(super) fn reference(namespace: &Namespace, owner: &Owner, config: &Config) -> Bytes {
    let (file_id, extension) = (&config.file_id, kind(owner.file_type).extension());
    let parsed = |path: String| ObjectPath::parse(&path).ok();
    let contents: Vec<ObjectPath> =
        config.file_paths.iter().filter_map(|folder| parsed(folder.join(&format!("{file_id}.{extension}")))).collect();
    let children =
        config.file_paths.iter().filter_map(|folder| Folder::parse(&folder.join(&format!("{file_id}/data"))).ok());
    let beside = |content: &ObjectPath| [content.clone(), layout::config_of(content), layout::metadata_of(content)];
    let mut data: Vec<ObjectPath> = contents.iter().flat_map(beside).collect();
    data.sort_unstable();
    reference_bytes(&IdReference {
        all_paths: AllPaths {
            data,
            by_hash: vec![layout::by_hash(namespace, &owner.cache_hash)],
            by_id: vec![layout::by_id(namespace, owner.cache_id)],
        },
        cache_id: owner.cache_id,
        cache_hash: owner.cache_hash.clone(),
        file_paths: FilePaths { content_files: contents, data_folders: children.collect() },
        file_type: owner.file_type,
        namespace: owner.namespace.clone(),
        strategy: owner.strategy,
        timestamp: owner.stored_at,
    })
}

fn kind(file_type: FileKind) -> Kind {
    match file_type {
        FileKind::Json => Kind::Json,
        FileKind::Binary => Kind::Binary,
    }
}

fn stem(path: &ObjectPath) -> &str {
    path.as_str().rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem)
}

fn folder(path: &ObjectPath) -> Option<Folder> {
    Folder::parse(path.as_str().rsplit_once('/')?.0).ok()
}

/// The key in the path of a `key_based` entry; of others it is lost.
fn key_in(reference: &Located, path: &ObjectPath) -> String {
    let of_key = format!("{}/data/{}/", reference.namespace, cache_client::Strategy::KeyBased.folder());
    let below = path.as_str().strip_prefix(&of_key).and_then(|below| below.rsplit_once('/'));
    below.map(|(key, _)| key.to_owned()).unwrap_or_default()
}
