//! A content-addressed cache service over HTTP, with namespaces, five storage strategies and several storage engines.
//!
//! Programs written against the Python "MGraph-AI cache service" use it without a change: the routes, the bodies and
//! the
//! stored files are the same. Requests come in through `api`, which knows HTTP; `cache` does what they ask, in
//! terms of entries; `archive` reads and changes zip archives; `layout` and `records` say where and how entries are written; `storage` keeps the bytes.

mod api;
pub mod archive;
mod blocking;
pub mod cache;
pub use cache_client::clock;
pub mod coding;
pub mod config;
#[cfg(feature = "in-process")]
pub mod in_process;
pub mod layout;
mod measured;
mod metrics;
mod path;
pub mod records;
pub mod server;
pub mod storage;
pub mod tools;

/// The OpenAPI document of the service, as JSON that ends with a line break.
pub fn openapi() -> String {
    let mut document = api::document().to_pretty_json().expect("the document is plain JSON");
    document.push('\n');
    document
}
