//! The HTTP service: one file for each group of operations, and what they share.

mod admin_storage;
mod auth;
mod body;
mod conditional;
mod data;
mod delete;
mod docs;
mod edge;
mod error;
mod exists;
mod info;
mod namespace;
mod operations;
mod params;
mod request_id;
mod retrieve;
mod store;
mod stream;
mod temporal;
mod update;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{App, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use uuid::Uuid;

pub(crate) use docs::document;

use self::operations::operations;
use crate::cache::Cache;

/// What the HTTP service has to know beside the cache.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The key every request must carry; none for a service that is open to everybody who reaches it.
    pub(crate) api_key: Option<ApiKey>,
    /// The key for `/admin/storage`, in the same header; the API key when not given.
    pub(crate) admin_key: Option<String>,
    /// The largest body, in bytes.
    pub(crate) body_limit: usize,
    /// How long a client may pause in the middle of a body.
    pub(crate) body_pause: Duration,
    /// Origins whose pages may call the service.
    pub(crate) cors_origins: Vec<String>,
    /// The storage mode, as `/server/storage/info` reports it.
    pub(crate) storage_mode: &'static str,
    /// The bucket of the `s3` storage.
    pub(crate) bucket: Option<String>,
    /// Reported and not enforced, as in the Python service.
    pub(crate) default_ttl_hours: u32,
    /// Identifies this process in `/info/server`.
    pub(crate) instance_id: Uuid,
    /// When this process started, in milliseconds since 1970.
    pub(crate) boot_time: u64,
    /// Whether it is about to end, and wants no more requests.
    pub(crate) draining: Arc<AtomicBool>,
}

/// The name and value of the header (or cookie) that lets a request in.
#[derive(Clone)]
pub(crate) struct ApiKey {
    /// The header's or cookie's name.
    pub(crate) name: String,
    /// Its value.
    pub(crate) value: String,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKey").field("name", &self.name).field("value", &"[redacted]").finish()
    }
}

/// Builds the application: the operations, their documentation, and what happens at the edge of every request.
pub(crate) fn app(
    cache: web::Data<Cache>,
    settings: web::Data<Settings>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl actix_web::body::MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let cors = edge::cors(&settings.cors_origins);
    App::new()
        .configure(routes)
        .configure(docs::pages)
        .app_data(cache)
        .app_data(settings)
        .default_service(web::to(docs::not_found))
        .wrap(actix_web::middleware::from_fn(auth::check))
        .wrap(cors)
        .wrap(actix_web::middleware::from_fn(edge::request))
}

// Every operation; what is asked for most comes first.
operations!(
    in info,
    in retrieve under "/{namespace}/retrieve",
    in store under "/{namespace}/{strategy}/store",
    in data under "/{namespace}/cache/{cache_id}/data",
    in exists,
    in update,
    in delete,
    in temporal,
    in namespace,
    in admin_storage,
    in auth,
);

/// The document of the operations, before the general parts are added.
fn collect() -> OpenApi {
    let (_, document) = App::new().into_utoipa_app().configure(described).split_for_parts();
    document
}
