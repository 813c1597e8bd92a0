//! The service for administrators: tokens, analytics, transfers, costs and the cache over HTTP, described by OpenAPI.

mod analytics;
mod auth;
mod browser;
mod config;
mod costs;
mod docs;
mod info;
mod input;
mod metrics;
mod problem;
mod server;
mod tokens;
mod transfers;
mod upkeep;

use std::sync::Arc;

use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use cache_client::CacheClient;
use tokio::sync::Mutex;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;

use crate::costs::CostExplorer;
use crate::send_cache::SendCache;
use crate::time::Timestamp;

pub use config::{Command, CommandLine, Config};
pub use server::{Bound, bind, bind_to};

/// What requests work with.
#[derive(Debug, Clone)]
struct Admin {
    send: SendCache,
    /// The cache for those who look at its files, which may want another key.
    browser: CacheClient,
    /// Who says what AWS charges; found by the environment when not given.
    cost_explorer: Option<CostExplorer>,
    /// Who may come in; everybody without one.
    key: Option<auth::ApiKey>,
    started_at: Timestamp,
    /// Held while old things are deleted, and while costs are collected: once at a time.
    deleting: Arc<Mutex<()>>,
    collecting: Arc<Mutex<()>>,
    metrics: metrics::Metrics,
}

/// The OpenAPI document of the service, as JSON that ends with a line break.
pub fn openapi() -> String {
    let mut document = docs::document().to_pretty_json().expect("the document is plain JSON");
    document.push('\n');
    document
}

/// Builds the application: the operations, their documentation, and what happens around every request.
fn app(
    admin: web::Data<Admin>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl actix_web::body::MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let (app, _) = App::new().into_utoipa_app().configure(operations).split_for_parts();
    app.configure(docs::pages)
        .configure(input::limits)
        .app_data(admin)
        .default_service(web::to(docs::nothing_here))
        .wrap(from_fn(auth::check))
        .wrap(from_fn(metrics::count))
}

fn operations(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .configure(tokens::operations)
        .configure(analytics::operations)
        .configure(transfers::operations)
        .configure(costs::operations)
        .configure(upkeep::operations)
        .configure(browser::operations)
        .configure(info::operations);
}

/// The document of the operations, before the general parts are added.
fn described() -> OpenApi {
    let (_, document) = App::new().into_utoipa_app().configure(operations).split_for_parts();
    document
}
