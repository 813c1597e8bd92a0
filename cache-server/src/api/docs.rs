//! The OpenAPI document, Swagger UI, and the answers for paths that are no operation.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use utoipa::ToSchema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, RefOr, Schema};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::error::{Error, ErrorBody, Result};
use super::params::{DataTypeName, OrderName, StrategyName};

/// The groups of operations, in the order Swagger UI shows them.
const TAGS: [(&str, &str); 12] = [
    ("store", "New entries."),
    ("retrieve", "Entries by id and by hash, and the documents about them."),
    ("exists", "Whether there is an entry."),
    ("update", "New content for an entry."),
    ("delete", "Entries with everything they own."),
    ("data", "Child files of an entry."),
    ("namespace", "What a namespace holds, and bulk reads of it."),
    ("namespaces", "The namespaces."),
    ("admin_storage", "The stored objects themselves, for administrators."),
    ("server", "This server."),
    ("info", "About the service, and probes."),
    ("auth", "The API key as a cookie."),
];

/// The OpenAPI document of the service.
pub(crate) fn document() -> OpenApi {
    let mut document = super::collect();
    document.info = InfoBuilder::new()
        .title("Cache service")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A content-addressed cache with namespaces and five storage strategies. Compatible with the MGraph-AI cache \
             service 0.14.0.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    document.tags =
        Some(TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build()).to_vec());
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "x-api-key",
        "The API key. Its name and value are configured with FAST_API__AUTH__API_KEY__NAME and _VALUE; a cookie of the \
         same name serves as well.",
    )));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("api_key", key);
    // Neither shared responses nor parameters bring their schemas along.
    components.schemas.extend([
        schema::<ErrorBody>(),
        schema::<StrategyName>(),
        schema::<DataTypeName>(),
        schema::<OrderName>(),
    ]);
    document.security = Some(vec![SecurityRequirement::new("api_key", Vec::<String>::new())]);
    document
}

fn schema<T: ToSchema>() -> (String, RefOr<Schema>) {
    (T::name().into_owned(), T::schema())
}

/// The files of Swagger UI. Everything else below `/docs/` belongs to the namespace of that name.
const PAGES: [&str; 10] = [
    "",
    "favicon-16x16.png",
    "favicon-32x32.png",
    "index.css",
    "index.html",
    "oauth2-redirect.html",
    "swagger-initializer.js",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
];

/// Tells whether a path below `/docs/` is a file of Swagger UI.
pub(super) fn is_page(file: &str) -> bool {
    PAGES.contains(&file)
}

/// Serves the document and Swagger UI.
pub(super) fn pages(config: &mut web::ServiceConfig) {
    config
        .route("/docs", web::get().to(redirect))
        .route("/openapi.json", web::get().to(serve_document))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")));
}

/// The document as it is sent.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| document().to_json().expect("the document is plain JSON").into());

async fn serve_document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT.clone())
}

async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header(("location", "/docs/")).finish()
}

/// Answers what no operation serves: 405 for a path that has other methods, else 404.
pub(super) async fn not_found(request: HttpRequest) -> Result<HttpResponse> {
    let methods: Vec<&str> =
        ROUTES.iter().filter(|(path, _)| path.is_match(request.path())).map(|(_, method)| *method).collect();
    if methods.is_empty() {
        return Err(Error::NotFound("Not Found".to_owned()));
    }
    Err(Error::MethodNotAllowed(methods.join(", ")))
}

/// Every path with its method, as the document has them.
static ROUTES: LazyLock<Vec<(ResourceDef, &'static str)>> = LazyLock::new(|| {
    let mut routes = Vec::new();
    for (path, item) in super::collect().paths.paths {
        // These parameters may contain slashes.
        let pattern = ["cache_key", "data_key", "path"]
            .iter()
            .fold(path, |path, name| path.replace(&format!("{{{name}}}"), &format!("{{{name}:.*}}")));
        let methods = [("GET", item.get), ("POST", item.post), ("DELETE", item.delete)];
        let methods = methods.into_iter().filter(|(_, operation)| operation.is_some());
        routes.extend(methods.map(|(method, _)| (ResourceDef::new(pattern.as_str()), method)));
    }
    routes
});
