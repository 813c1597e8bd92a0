//! The client of the cache service, and what it shares with the server: identifiers, JSON and hashes.
//!
//! The cache keeps strings, JSON objects and bytes in namespaces. Everything stored becomes an **entry** with an id of its own
//! and a hash of its content; it is found by either, or by the key it was stored under. A **strategy** says how entries are laid out: by id, by time, or under a
//! key of yours. An entry can own **child files**, which go with it.
//!
//! # Five minutes
//!
//! ```
//! use cache_client::{CacheClient, Strategy};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Note {
//!     title: String,
//!     stars: u32,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! # let server = cache_server::in_process::LocalServer::in_memory()?;
//! # let (url, key) = (server.url(), "a secret");
//! // One client for the whole program; clones share its connections.
//! let client = CacheClient::builder(url).api_key("x-api-key", key).build()?;
//!
//! // Store: the answer names the entry.
//! let note = Note { title: "hello".to_owned(), stars: 5 };
//! let stored = client.store().json("notes", Strategy::Direct, &note).send().await?;
//!
//! // Retrieve: what is not there is `None`, never an error.
//! let same = client.retrieve().by_id("notes", stored.cache_id).json::<Note>().await?;
//! assert_eq!(same, Some(note));
//! let by_hash = client.retrieve().by_hash("notes", &stored.cache_hash).json::<Note>().await?;
//! assert_eq!(by_hash, same);
//! assert!(client.retrieve().by_hash("notes", "0123456789abcdef").string().await?.is_none());
//!
//! // Under a key, hashed by one field: found again by whoever knows the field's value.
//! let note = Note { title: "plans".to_owned(), stars: 1 };
//! let store = client.store().json("notes", Strategy::KeyBased, &note);
//! store.key("2026/plans").file_id("note").hash_field("title").send().await?;
//! let hash = cache_client::CacheHashGenerator::default().from_string("plans")?;
//! let id = client.retrieve().by_hash("notes", &hash).cache_id().await?.expect("it was stored");
//! assert_eq!(client.retrieve().by_key("notes", "2026/plans").cache_id().await?, Some(id));
//!
//! // Child files belong to their entry.
//! client.data_store().string("notes", id, "buy milk").key("todo").file_id("monday").send().await?;
//! let todo = client.data().retrieve("notes", id, "monday").key("todo").string().await?;
//! assert_eq!(todo.as_deref(), Some("buy milk"));
//!
//! // Update and delete, here only if nobody else has changed it since.
//! let entry = client.retrieve().by_id("notes", id).send().await?.expect("it was stored");
//! let tag = entry.tag.expect("entries found by id have tags");
//! let updated = client.update().json("notes", id, &Note { title: "plans".to_owned(), stars: 4 }).if_match(&tag).send().await?;
//! client.delete().by_id("notes", id).if_match(&updated.tag.expect("an update has a tag")).send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Namespaces, ids, hashes and keys are newtypes ([`Namespace`], [`CacheId`], [`CacheHash`], [`CacheKey`] …) that hold valid
//! names only. Methods take them, references to them, or text, which is parsed when the call is sent ([`Name`]); text that is
//! no name, or that the service would store as another one, is refused without a request. Parse once what is used often, and what may
//! become another name: `CacheKey::parse("été")?` is the key `_t_`.
//!
//! The files in `examples/` are programs: `store_and_retrieve`, `child_data`, `compare_and_swap`, `large_file`, `time_range`.
//!
//! # The groups of operations
//!
//! They have the names they have in the Python client.
//!
//! | method | what it does |
//! |---|---|
//! | [`store()`](CacheClient::store) | new entries: `json`, `string`, `binary`, `stream`, with a key, a file name, a hash field, `if_absent` or `if_match` |
//! | [`retrieve()`](CacheClient::retrieve) | entries `by_id`, `by_hash` and `by_key`, as `json`, `string`, `binary`, `stream`, in `part`, whole with `send`, and their documents; many `by_ids` |
//! | [`exists()`](CacheClient::exists) | whether there is an entry |
//! | [`update()`](CacheClient::update) | new content, also `if_match` |
//! | [`delete()`](CacheClient::delete) | entries with everything they own, also `if_match`; many `by_ids`; a whole `namespace` |
//! | [`data_store()`](CacheClient::data_store) | new child files, also `if_absent` |
//! | [`data()`](CacheClient::data) | child files: `retrieve`, `list`, `read`, `exists`, `update`, `delete`, the last two also `if_match` |
//! | [`zip()`](CacheClient::zip) | archives: `create`, `store`, and of an `archive` its `bytes`, `files`, each `file`, `add`, `remove`, `batch` |
//! | [`namespace()`](CacheClient::namespace) | `ids`, `hashes`, `stats` and all `entries` of a namespace |
//! | [`namespaces()`](CacheClient::namespaces) | their names |
//! | [`temporal()`](CacheClient::temporal) | entries by the time they were stored, as a stream |
//! | [`admin_storage()`](CacheClient::admin_storage) | the stored files themselves |
//! | [`info()`](CacheClient::info), [`server()`](CacheClient::server) | health, versions, storage |
//!
//! An archive is changed by making another one of it; both stay ([`Zip`](client::Zip)):
//!
//! ```
//! use cache_client::Strategy;
//! use cache_client::client::ZipChange;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! # let client = cache_server::in_process::InProcess::in_memory()?.client();
//! let empty = client.zip().create("apps", Strategy::KeyBased, "packages/hello", "v1").send().await?;
//! let first = client.zip().archive("apps", empty.cache_id).add("main.py", "print('hello')").await?;
//! let changes = [ZipChange::rename("main.py", "src/hello.py"), ZipChange::add("README.md", "# Hello")];
//! let second = client.zip().archive("apps", first).batch(changes).send().await?.cache_id;
//! let readme = client.zip().archive("apps", second).file("README.md").await?;
//! assert_eq!(readme.as_deref(), Some(b"# Hello".as_slice()));
//! assert_eq!(client.zip().archive("apps", first).files().await?, Some(vec!["main.py".to_owned()]));
//! # Ok(())
//! # }
//! ```
//!
//! Listings and bulk reads come as a page, as a stream that asks for page after page, or all at once:
//!
//! ```
//! use cache_client::{CacheClient, Strategy};
//! use futures::TryStreamExt;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! # let client = cache_server::in_process::InProcess::in_memory()?.client();
//! for day in ["monday", "tuesday", "wednesday"] {
//!     client.store().string("events", Strategy::Temporal, day).send().await?;
//! }
//! let ids = client.namespace().ids("events").all().await?;
//! assert_eq!(ids.len(), 3);
//!
//! let mut entries = client.temporal().entries("events").page_size(2).stream();
//! let mut days = Vec::new();
//! while let Some(entry) = entries.try_next().await? {
//!     days.extend(entry.content.as_str().map(str::to_owned));
//! }
//! days.sort();
//! assert_eq!(days, ["monday", "tuesday", "wednesday"]);
//! # Ok(())
//! # }
//! ```
//!
//! What the facade has no method for is in [`CacheClient::operations`]: the generated client with every operation of the
//! contract.
//!
//! # Errors
//!
//! [`Error`] says what a failure means to the caller. Every one that an answer caused carries the server's request id, under
//! which the server's log knows more. None holds a header or a key.
//!
//! ```
//! use cache_client::{CacheClient, Error, Strategy};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! # let client = cache_server::in_process::InProcess::in_memory()?.client();
//! let create = || client.store().string("names", Strategy::KeyBased, "taken").key("alice").file_id("alice").if_absent();
//! create().send().await?;
//! match create().send().await {
//!     Ok(_) => println!("the name is ours"),
//!     Err(error) if error.is_already_exists() => println!("somebody has it (request {:?})", error.request_id()),
//!     Err(Error::Unavailable { retryable: true, .. }) => println!("try again later"),
//!     Err(error) => return Err(error.into()),
//! }
//!
//! let error = client.exists().by_id("names", "no-uuid").await.unwrap_err();
//! assert!(matches!(error, Error::InvalidInput { ref field, request_id: None, .. } if field == "cache_id"));
//! # Ok(())
//! # }
//! ```
//!
//! # Time limits and repetitions
//!
//! Each attempt at a call is limited ([`attempt_timeout`](client::Builder::attempt_timeout), 30 s). A call that fails for a reason
//! that may pass is repeated ([`retries`](client::Builder::retries), 3 times) after growing waits of random length
//! ([`waits`](client::Builder::waits)), but only where nothing can be done twice:
//!
//! | call | no connection | lost answer, 408, 502, 504 | 429 | 503 |
//! |---|---|---|---|---|
//! | reads, deletes, updates, stores of child files with a name | again | again | again | again |
//! | stores of entries and archives, changes of archives, and stores of child files without a name | again | **no** | again | again |
//! | with `if_match` or `if_absent`, but deletes | again | **no** | again | **no** |
//! | bodies that are streamed | **no** | **no** | **no** | **no** |
//!
//! A server that says `Retry-After` is given that time, up to the longest wait; asking for more ends the call. At worst a call
//! takes (`retries` + 1) × `attempt_timeout` and the waits in between. Afterwards [`Error::Unavailable`] says in `retryable`
//! whether the same call may be made again. After a store that may have been carried out, look for its entry first; after a
//! conditional update, retrieve the entry and see whether it has your content.
//!
//! A repeated delete answers `None` when the first attempt had done it.
//!
//! # Transports
//!
//! A client talks through a [`Transport`](transport::Transport):
//!
//! | | where the service runs | for |
//! |---|---|---|
//! | [`CacheClient::builder`] | elsewhere, over HTTP | production (`REMOTE` of the Python client) |
//! | `cache_server::in_process::InProcess` | in this process, on a thread of its own, without a socket | tests, embedding (`IN_MEMORY`) |
//! | `cache_server::in_process::LocalServer` | in this process, on a free port | tests of programs that need a URL (`LOCAL_SERVER`) |
//! | [`CacheClient::over`] | wherever your own transport leads | counting, delaying, failing on purpose |
//!
//! The last but one two are in the crate `cache-server` behind its feature `in-process`, so a program that only talks to a
//! server elsewhere builds nothing of the server. Without default features this crate has identifiers, JSON and hashes alone;
//! the feature `client` adds everything but HTTP, and `remote`, the default, that.
//!
//! # Testing with the service in this process
//!
//! Code that takes a [`CacheClient`] is tested against the real service, with its real storage and conditions, in a fraction
//! of a millisecond per call and without a port:
//!
//! ```
//! use cache_client::{CacheClient, Strategy};
//! use cache_server::in_process::{InProcess, memory_config};
//! use cache_server::config::{Config, StorageMode};
//!
//! async fn remember(client: &CacheClient, what: &str) -> cache_client::Result<()> {
//!     client.store().string("memory", Strategy::Direct, what).send().await.map(drop)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! let cache = InProcess::in_memory()?;
//! remember(&cache.client(), "milk").await?;
//! assert_eq!(cache.client().namespace().ids("memory").all().await?.len(), 1);
//!
//! // Or on disk, with another engine; each instance stands alone.
//! let folder = tempfile::tempdir()?;
//! let config = Config { storage_mode: Some(StorageMode::Embedded), path: Some(folder.path().into()), ..memory_config() };
//! let cache = InProcess::start(&config)?;
//! remember(&cache.client(), "eggs").await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Hashes and names
//!
//! The cache is content-addressed, so two programs that disagree about the hash of a document, or about the characters of a
//! key, lose each other's entries. Every rule of that kind lives here, once, for the server and its clients:
//!
//! - [`ids`]: names and identifiers, parsed at the edge; holding one is proof that it is valid.
//! - [`json`]: users' JSON with Python's semantics (order kept, integers of any size, Python's float texts).
//! - [`hash`]: cache hashes exactly as the Python service computes them.
//!
//! ```
//! use cache_client::hash::Algorithm;
//! use cache_client::{CacheHashGenerator, FieldPath, Json};
//!
//! let hashes = CacheHashGenerator::default(); // SHA-256, 16 digits, as the server unless it is configured otherwise
//! let document = Json::parse(br#"{"user": {"id": "alice"}, "at": 1795373472310}"#)?;
//! let whole = hashes.from_json(&document);
//! let without_time = hashes.from_json_without(&document, &["at"]);
//! assert_ne!(whole, without_time);
//! let by_field = hashes.from_json_field(&document, &FieldPath::parse("user.id")?)?;
//! assert_eq!(by_field, hashes.from_string("alice")?);
//! assert_eq!(CacheHashGenerator::new(Algorithm::Sha384, 96)?.from_bytes(b"alice").as_str().len(), 96);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
pub mod client;
pub mod clock;
#[cfg(feature = "client")]
pub mod error;
#[cfg(feature = "client")]
#[rustfmt::skip]
#[expect(missing_docs, clippy::allow_attributes, clippy::unwrap_used, reason = "generated")]
pub mod generated;
pub mod hash;
pub mod ids;
pub mod json;
#[cfg(feature = "client")]
mod path;
#[cfg(feature = "client")]
mod raw_json;
#[cfg(feature = "client")]
mod refusal;
#[cfg(feature = "remote")]
pub mod remote;
#[cfg(feature = "client")]
mod retry;
#[cfg(feature = "client")]
pub mod transport;

#[cfg(feature = "client")]
pub use call::Call;
#[cfg(feature = "client")]
pub use client::CacheClient;
#[cfg(feature = "client")]
pub use error::{Error, Result};
pub use hash::{Algorithm, CacheHashGenerator};
pub use ids::{
    CacheHash, CacheId, CacheKey, DataKey, DataType, FieldPath, FileId, Invalid, MemberPath, Name, Namespace, Strategy,
};
pub use json::Json;
#[cfg(feature = "client")]
pub use raw_json::RawJson;
#[cfg(feature = "remote")]
pub use remote::Remote;
