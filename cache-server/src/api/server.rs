//! `server`: what all namespaces hold, where in them something is, and how this server is configured.

use std::sync::Arc;

use actix_web::web;
use cache_client::json::Memory;
use cache_client::{CacheHash, CacheId, CacheKey, Namespace, Strategy};
use futures::{StreamExt, TryStreamExt, stream as streams};
use http_service::Call;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Settings;
use super::body::Body;
use super::error::{Refused, Result};
use super::info::ReadCache;
use super::params::{Page, Params};
use crate::blocking;
use crate::cache::{Cache, Figures, Held, Wanted};
use crate::storage::{Child, Folder};

/// How many namespaces a page has when no limit is given, and at most.
const PAGE: (usize, usize) = (20, 100);
/// How many objects are counted for a page before it ends.
const MOST_COUNTED: usize = 50_000;
/// In how many namespaces something is looked for at the same time.
const AT_ONCE: usize = 8;
/// How many names of namespaces are read together.
const NAMES: usize = 1000;

/// What lies in a part of a namespace. Up to 10,000 files are counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldResponse {
    /// How many files.
    files: u64,
    /// Their lengths added.
    bytes: u64,
    /// Whether there are more, which were not counted.
    is_cut: bool,
}

impl From<Held> for HeldResponse {
    fn from(Held { files, bytes, is_cut }: Held) -> Self {
        Self { files, bytes, is_cut }
    }
}

/// What the strategies of a namespace hold: content, sidecars and child files.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ByStrategy {
    /// `direct`.
    direct: HeldResponse,
    /// `temporal`.
    temporal: HeldResponse,
    /// `temporal_latest`.
    temporal_latest: HeldResponse,
    /// `temporal_versioned`.
    temporal_versioned: HeldResponse,
    /// `key_based`.
    key_based: HeldResponse,
}

/// The figures of a namespace.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamespaceFigures {
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// How many entries it has. Up to 10,000 are counted.
    entries: u64,
    /// Whether there are more, which were not counted.
    entries_are_cut: bool,
    /// How many files they have: content, sidecars and child files.
    files: u64,
    /// The lengths of these files added.
    bytes: u64,
    /// Whether there are more files, which were not counted.
    files_are_cut: bool,
    /// When the newest entry was stored, in milliseconds since 1970; null without entries, and with more than 200.
    newest_at: Option<u64>,
    /// The files by strategy.
    by_strategy: ByStrategy,
}

impl NamespaceFigures {
    fn of(namespace: Namespace, figures: Figures) -> Self {
        let Figures { references, strategies, newest_at } = figures;
        let [direct, temporal, temporal_latest, temporal_versioned, key_based] = strategies.map(HeldResponse::from);
        Self {
            namespace,
            entries: references.files,
            entries_are_cut: references.is_cut,
            files: strategies.iter().map(|held| held.files).sum(),
            bytes: strategies.iter().map(|held| held.bytes).sum(),
            files_are_cut: strategies.iter().any(|held| held.is_cut),
            newest_at,
            by_strategy: ByStrategy { direct, temporal, temporal_latest, temporal_versioned, key_based },
        }
    }
}

/// A page of namespaces with their figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamespacesResponse {
    /// The namespaces, sorted.
    namespaces: Vec<NamespaceFigures>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
}

/// The next names of namespaces that the caller's key reaches, and where to go on.
///
/// A key learns of no namespace that it does not reach, not even by the cursor.
async fn names(
    cache: &Cache,
    call: &Call,
    after: Option<String>,
    limit: usize,
) -> Result<(Vec<Namespace>, Option<String>)> {
    let (mut names, mut reached) = (Vec::new(), after);
    loop {
        let children = cache.folder(&Folder::root(), reached.as_deref(), NAMES).await?;
        let is_last = children.len() < NAMES;
        for child in children {
            let key = child.sort_key();
            if let Child::Folder(name) = child
                && call.reaches(&name)
                && let Ok(namespace) = Namespace::parse(&name)
                && namespace.as_str() == name
            {
                if names.len() == limit {
                    return Ok((names, reached));
                }
                names.push(namespace);
                reached = Some(key);
            }
        }
        if is_last {
            return Ok((names, None));
        }
    }
}

/// Show what the namespaces hold
///
/// Those that the key reaches, 20 a page when no `limit` is given, 100 at most; fewer where they hold much. Costs listings of what is
/// counted, up to 10,000 files of each strategy.
#[utoipa::path(
    get,
    path = "",
    tag = "server",
    params(Page),
    responses((status = 200, description = "The namespaces with their figures.", body = NamespacesResponse), Refused)
)]
pub(crate) async fn survey_namespaces(
    cache: web::Data<Cache>,
    call: Call,
    Params(page): Params<Page>,
) -> Result<web::Json<NamespacesResponse>> {
    let (usual, most) = PAGE;
    let (names, mut next) = names(&cache, &call, page.cursor, page.limit.unwrap_or(usual).min(most)).await?;
    let (mut namespaces, mut counted, wanted) = (Vec::new(), 0, names.len());
    for namespace in names {
        if counted >= MOST_COUNTED {
            break;
        }
        let (figures, looked_at) = cache.figures(&namespace).await?;
        counted += looked_at;
        namespaces.push(NamespaceFigures::of(namespace, figures));
    }
    if namespaces.len() < wanted {
        next = namespaces.last().map(|last| format!("{}/", last.namespace));
    }
    let next = next.map(|place| page.listing.cursor(&place));
    Ok(web::Json(NamespacesResponse { namespaces, next }))
}

/// An entry that was found, in one of the namespaces.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundEntry {
    /// What the text was taken for: `cache_id`, `cache_hash`, `cache_key`, or `value` for content with the hash of the text.
    found_by: &'static str,
    /// The namespace.
    #[schema(value_type = String)]
    namespace: Namespace,
    /// The entry's id; of a hash the newest entry's.
    #[schema(value_type = String, format = "uuid")]
    cache_id: CacheId,
    /// The hash it was stored under.
    #[schema(value_type = String)]
    cache_hash: CacheHash,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindResponse {
    /// The entries, by namespace.
    found: Vec<FoundEntry>,
    /// The hashes that content with this text is stored under: as a string, and as JSON where it is some.
    #[schema(value_type = Vec<String>)]
    hashes: Vec<CacheHash>,
    /// The cursor for the next namespaces; null when all were looked through.
    next: Option<String>,
}

/// Find entries in any namespace by id, hash, key or value
///
/// The text is taken for whatever it may be: an entry's id, a hash, the key of `key_based` entries, and content that was hashed as a
/// whole. Looks through the namespaces that the key reaches, 20 at a time when no `limit` is given, 100 at most. Costs a few reads and
/// a listing for each.
#[utoipa::path(
    post,
    path = "",
    tag = "server",
    params(Page),
    request_body(content = String, content_type = "text/plain", description = "The text.", example = "reports/2026/may"),
    responses((status = 200, description = "The entries that were found.", body = FindResponse), Refused)
)]
pub(crate) async fn find_entries(
    cache: web::Data<Cache>,
    call: Call,
    Params(page): Params<Page>,
    body: Body,
) -> Result<web::Json<FindResponse>> {
    let text: Arc<str> = body.some_text().await?.into();
    let (usual, most) = PAGE;
    let (names, next) = names(&cache, &call, page.cursor, page.limit.unwrap_or(usual).min(most)).await?;
    // It may be JSON, which takes more memory than its text.
    let scanned = Arc::clone(&text);
    let Memory { parsed, written } = blocking::run(text.len(), move || Memory::of(scanned.as_bytes())).await;
    call.reserve(parsed + written).await?;
    let (hashing, hashed) = (cache.clone(), Arc::clone(&text));
    let hashes = blocking::run(text.len(), move || hashing.hashes_of(&hashed)).await;
    let wanted = wanted(text.trim(), &hashes);
    let looked = streams::iter(names).map(|namespace| {
        let (cache, wanted) = (&cache, &wanted);
        async move {
            let mut found: Vec<FoundEntry> = Vec::new();
            for (found_by, wanted) in wanted {
                for (cache_id, cache_hash) in cache.find(&namespace, wanted).await? {
                    if found.iter().all(|known| known.cache_id != cache_id) {
                        found.push(FoundEntry { found_by, namespace: namespace.clone(), cache_id, cache_hash });
                    }
                }
            }
            Ok::<_, super::error::Error>(found)
        }
    });
    let found: Vec<Vec<FoundEntry>> = looked.buffered(AT_ONCE).try_collect().await?;
    let next = next.map(|place| page.listing.cursor(&place));
    Ok(web::Json(FindResponse { found: found.into_iter().flatten().collect(), hashes, next }))
}

/// Whatever a text may stand for.
fn wanted(text: &str, hashes: &[CacheHash]) -> Vec<(&'static str, Wanted)> {
    let id = CacheId::parse(text).ok().map(|id| ("cache_id", Wanted::Id(id)));
    let hash = CacheHash::parse(text).ok().map(|hash| ("cache_hash", Wanted::Hash(hash)));
    let key = CacheKey::parse(text.trim_matches('/')).ok().map(|key| ("cache_key", Wanted::Key(key)));
    let values = hashes.iter().map(|hash| ("value", Wanted::Hash(hash.clone())));
    id.into_iter().chain(hash).chain(key).chain(values).collect()
}

/// A setting of the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Setting {
    /// The flag that sets it, without the dashes.
    name: &'static str,
    /// Its value.
    value: String,
}

/// What the server is, and how it is configured.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServerConfig {
    /// Its version.
    version: &'static str,
    /// Drawn when the process started.
    #[schema(value_type = String, format = "uuid")]
    instance_id: Uuid,
    /// When the process started, in milliseconds since 1970.
    started_at: u64,
    /// What time it is here, in milliseconds since 1970.
    now: u64,
    /// The storage engine: `memory`, `local_disk`, `embedded` or `s3`.
    storage_mode: &'static str,
    /// How the read cache of id references does.
    read_cache: ReadCache,
    /// The strategies that entries may be stored with.
    #[schema(value_type = Vec<String>)]
    strategies: [Strategy; 5],
    /// The settings, without secrets.
    settings: Vec<Setting>,
}

/// Show how the server is configured, without secrets
#[utoipa::path(
    get,
    path = "",
    tag = "server",
    responses((status = 200, description = "The configuration.", body = ServerConfig), Refused)
)]
pub(crate) async fn server_config(cache: web::Data<Cache>, settings: web::Data<Settings>) -> web::Json<ServerConfig> {
    let shown = settings.shown.iter().map(|(name, value)| Setting { name, value: value.clone() });
    web::Json(ServerConfig {
        version: env!("CARGO_PKG_VERSION"),
        instance_id: settings.instance_id,
        started_at: settings.boot_time,
        now: cache.now(),
        storage_mode: settings.storage_mode,
        read_cache: cache.read_cache().into(),
        strategies: Strategy::ALL,
        settings: shown.collect(),
    })
}
