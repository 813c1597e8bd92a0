//! What the cache server and its clients must agree on: identifiers, JSON and hashes.
//!
//! The cache service is content-addressed, so two programs that disagree about the hash of a document, or about
//! the characters of a key, lose each other's entries. Every rule of that kind lives here, once:
//!
//! - [`ids`]: names and identifiers, parsed at the edge; holding one is proof that it is valid.
//! - [`json`]: users' JSON with Python's semantics (order kept, integers of any size, Python's float texts).
//! - [`hash`]: cache hashes exactly as the Python service computes them.

#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
pub mod client;
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
pub use ids::{CacheHash, CacheId, CacheKey, DataKey, DataType, FieldPath, FileId, Invalid, Name, Namespace, Strategy};
pub use json::Json;
#[cfg(feature = "client")]
pub use raw_json::RawJson;
#[cfg(feature = "remote")]
pub use remote::Remote;
