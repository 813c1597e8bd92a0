//! Documents that are lost, made again of those that are left.

use bytes::Bytes;

use crate::coding::Coding;
use crate::layout::{self, Kind};
use crate::records::{
    AllPaths, Config, FileKind, FilePaths, IdReference, Located, Metadata, Owner, content_hash, reference_bytes,
    sidecar_bytes,
};
use crate::storage::{Folder, ObjectPath};
use crate::tools::store::Content;
use cache_client::{Algorithm, CacheHashGenerator, Namespace};
use flate2::read::MultiGzDecoder;

/// The sidecars of a content.
#[derive(Debug)]
pub(super) struct Sidecars {
    pub(super) config: Bytes,
    /// `None` where nobody can tell how the content is packed.
    pub(super) metadata: Option<Bytes>,
}

impl Sidecars {
    /// Makes them of the reference that names the content, and of what is left of the others.
    pub(super) fn of(
        reference: &Located,
        path: &ObjectPath,
        owner: Option<&Owner>,
        config: Option<&Config>,
        content: &Content,
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
        let coding = match own {
            Some(own) => Ok(own.content_encoding.clone()),
            None => match (coding(reference, content), owner) {
                (Ok(coding), _) => Ok(coding.map(|coding| coding.name().to_owned())),
                // The content may still be that of the entry that is gone.
                (Err(_), Some(gone)) => Ok(gone.content_encoding.clone()),
                (Err(unclear), None) => Err(unclear),
            },
        };
        let data = |content_encoding| Owner {
            cache_hash: reference.cache_hash.clone(),
            cache_key,
            cache_id: reference.cache_id,
            content_encoding,
            file_id,
            file_type: reference.file_type,
            json_field_path: own.and_then(|own| own.json_field_path.clone()),
            namespace: reference.namespace.clone(),
            stored_at: reference.timestamp,
            strategy: reference.strategy,
        };
        let metadata = |data| Metadata {
            content_hash: content_hash(&content.bytes),
            chain_hash: None,
            previous_version_path: None,
            content_size: content.bytes.len() as u64,
            tags: Vec::new(),
            timestamp: reference.timestamp,
            data,
        };
        let metadata = coding.ok().map(|coding| sidecar_bytes(&metadata(data(coding))));
        Self { config: sidecar_bytes(&config), metadata }
    }
}

/// Nobody can tell how a content is packed.
struct Unclear;

/// How a content is packed that has no metadata any more: as a bucket keeps it with the content. Else bytes that look like gzip are
/// what was stored, or are packed on the way, as the hash of the entry tells. A text is never packed.
fn coding(reference: &Located, content: &Content) -> Result<Option<Coding>, Unclear> {
    if let Some(mark) = content.mark {
        return Ok(mark.coding);
    }
    if kind(reference.file_type) == Kind::Json || !content.bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(None);
    }
    let (hash, bytes) = (&reference.cache_hash, content.bytes.as_ref());
    for algorithm in [Algorithm::Sha256, Algorithm::Md5, Algorithm::Sha384] {
        let Ok(hashes) = CacheHashGenerator::new(algorithm, hash.as_str().len()) else { continue };
        if hashes.from_bytes(bytes) == *hash {
            return Ok(None);
        }
        if hashes.from_reader(MultiGzDecoder::new(bytes)).is_ok_and(|(of, _)| of == *hash) {
            return Ok(Some(Coding::Gzip));
        }
    }
    Err(Unclear)
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
