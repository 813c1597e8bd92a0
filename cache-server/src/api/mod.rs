//! The HTTP service: one file for each group of operations, and what they share.

mod admin_storage;
mod archives;
mod auth;
mod body;
mod browse;
mod bulk;
mod clear;
mod conditional;
mod console;
mod cursor;
mod data;
mod delete;
mod docs;
mod error;
mod exists;
mod info;
mod namespace;
mod params;
mod range;
mod retrieve;
mod routes;
mod server;
mod store;
mod stream;
mod temporal;
mod test_data;
mod update;

use actix_web::http::header::HeaderName;
use cache_client::Namespace;
use http_service::keys::Keys;
use http_service::session::Sessions;
use http_service::{Limits, Service, Shape};
use uuid::Uuid;

pub(crate) use docs::document;
pub(crate) use routes::RETRIEVES;

use crate::config::Names;

/// What operations have to know beside the cache.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The name of the header or cookie that carries the API key.
    pub(crate) key_name: String,
    /// The storage mode, as `/server/storage/info` reports it.
    pub(crate) storage_mode: &'static str,
    /// The bucket of the `s3` storage.
    pub(crate) bucket: Option<String>,
    /// Reported and not enforced, as in the Python service.
    pub(crate) default_ttl_hours: u32,
    /// What happens to names that would be stored as other ones.
    pub(crate) names: Names,
    /// Identifies this process in `/info/server`.
    pub(crate) instance_id: Uuid,
    /// When this process started, in milliseconds since 1970.
    pub(crate) boot_time: u64,
    /// How the service runs, without secrets: flags and their values.
    pub(crate) shown: Vec<(&'static str, String)>,
}

/// The service: its operations, and who may call them; with `ui` its console.
pub(crate) fn service(keys: Keys, sessions: Sessions, limits: Limits, ui: bool) -> Service {
    let shape = Shape {
        request_id: HeaderName::from_static("fast-api-request-id"),
        refusal: error::refusal,
        namespace: Some(|text| Namespace::parse(text).ok().map(|namespace| namespace.to_string())),
    };
    Service::new(routes::routes(ui), shape, keys, sessions, limits)
}
