//! What the cache server and its clients must agree on: identifiers, JSON and hashes.
//!
//! The cache service is content-addressed, so two programs that disagree about the hash of a document, or about
//! the characters of a key, lose each other's entries. Every rule of that kind lives here, once:
//!
//! - [`ids`]: names and identifiers, parsed at the edge; holding one is proof that it is valid.
//! - [`json`]: users' JSON with Python's semantics (order kept, integers of any size, Python's float texts).
//! - [`hash`]: cache hashes exactly as the Python service computes them.

pub mod hash;
pub mod ids;
pub mod json;

pub use hash::{Algorithm, CacheHashGenerator};
pub use ids::{CacheHash, CacheId, CacheKey, DataKey, DataType, FieldPath, FileId, Invalid, Namespace, Strategy};
pub use json::Json;
