//! The OpenAPI document of a route table, and the pages that show it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header;
use bytes::Bytes;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, RefOr, Response, Schema};
use utoipa_swagger_ui::Config;

use crate::routes::{Access, Entry};

/// The general part of a service's document.
#[derive(Clone)]
pub struct ApiDescription {
    /// Its name.
    pub title: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// The groups of operations with what is in them, in the order they are shown.
    pub tags: &'static [(&'static str, &'static str)],
    /// Schemas that no operation brings along.
    pub schemas: Vec<(String, RefOr<Schema>)>,
    /// The refusals of operations that do not describe theirs.
    pub refusals: BTreeMap<String, RefOr<Response>>,
}

impl std::fmt::Debug for ApiDescription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiDescription").field("title", &self.title).finish_non_exhaustive()
    }
}

/// Makes the document of the operations of a table.
pub fn document(entries: &[Entry], about: ApiDescription) -> OpenApi {
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let mut document = OpenApi::default();
    document.info = InfoBuilder::new()
        .title(about.title)
        .version(about.version)
        .description(Some(about.about))
        .license(Some(license))
        .build();
    let tag = |(name, about): &(&str, &str)| TagBuilder::new().name(*name).description(Some(*about)).build();
    document.tags = Some(about.tags.iter().map(tag).collect());
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(
        "api_key",
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
            "x-api-key",
            "The API key, in a header or in a cookie of the same name. The name is configured with \
             FAST_API__AUTH__API_KEY__NAME; keys with FAST_API__AUTH__API_KEY__VALUE or a keys file.",
        ))),
    );
    components.schemas.extend(about.schemas);
    document.security = Some(vec![SecurityRequirement::new("api_key", Vec::<String>::new())]);
    for entry in entries {
        let Some(described) = entry.described else { continue };
        let (mut operation, schemas) = described();
        document.components.get_or_insert_default().schemas.extend(schemas);
        match entry.access {
            Access::Probe | Access::Open => operation.security = Some(vec![SecurityRequirement::default()]),
            Access::AnyKey => {}
            Access::Key(scope) => {
                operation.extensions = Some(ExtensionsBuilder::new().add("x-scope", scope.as_str()).build());
            }
        }
        for (status, refusal) in &about.refusals {
            operation.responses.responses.entry(status.clone()).or_insert_with(|| refusal.clone());
        }
        add(&mut document, entry, operation);
    }
    document
}

fn add(document: &mut OpenApi, entry: &Entry, operation: Operation) {
    let method = match entry.method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    };
    let item = PathItem::new(method, operation);
    match document.paths.paths.get_mut(&entry.openapi_path()) {
        Some(there) => there.merge_operations(item),
        None => drop(document.paths.paths.insert(entry.openapi_path(), item)),
    }
}

/// The files of Swagger UI, by name. Everything else below `/docs/` belongs to the namespace of that name.
const FILES: [(&str, &str); 11] = [
    ("/docs/", ""),
    ("/docs/favicon-16x16.png", "favicon-16x16.png"),
    ("/docs/favicon-32x32.png", "favicon-32x32.png"),
    ("/docs/index.css", "index.css"),
    ("/docs/index.html", "index.html"),
    ("/docs/oauth2-redirect.html", "oauth2-redirect.html"),
    ("/docs/oauth2-redirect.js", "oauth2-redirect.js"),
    ("/docs/swagger-initializer.js", "swagger-initializer.js"),
    ("/docs/swagger-ui-bundle.js", "swagger-ui-bundle.js"),
    ("/docs/swagger-ui-standalone-preset.js", "swagger-ui-standalone-preset.js"),
    ("/docs/swagger-ui.css", "swagger-ui.css"),
];

/// Entries that serve the document at `path`, and Swagger UI at `/docs/`.
pub(crate) fn pages(path: &'static str, document: &'static LazyLock<Bytes>) -> Vec<Entry> {
    let get = |path, handler| Entry::new(Method::GET, path, Access::Open, handler);
    let mut entries = vec![
        Entry::new(Method::GET, path, Access::Open, move || async move {
            HttpResponse::Ok().content_type("application/json").body(Bytes::clone(document))
        }),
        Entry::new(Method::GET, "/docs", Access::Open, || async {
            // Relative, for whoever sees the service below a prefix.
            HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "docs/")).finish()
        }),
    ];
    let config = Arc::new(Config::from(format!("..{path}")));
    entries.extend(FILES.map(|(path, name)| {
        let config = Arc::clone(&config);
        get(path, move || std::future::ready(file(name, Arc::clone(&config))))
    }));
    entries.into_iter().map(Entry::small).collect()
}

fn file(name: &str, config: Arc<Config<'static>>) -> HttpResponse {
    let Ok(Some(file)) = utoipa_swagger_ui::serve(name, config) else { return HttpResponse::NotFound().finish() };
    let mut response = HttpResponse::Ok();
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    let bytes = match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    response.content_type(file.content_type).body(bytes)
}
