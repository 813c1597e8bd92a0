//! The OpenAPI document, Swagger UI, and the answers for paths that are no operation.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::problem::{Problem, ProblemBody, Result};

/// The groups of operations, in the order Swagger UI shows them.
const TAGS: [(&str, &str); 7] = [
    ("tokens", "Invitation tokens."),
    ("analytics", "What happens on the site."),
    ("transfers", "What happened to a transfer."),
    ("costs", "What it costs."),
    ("admin", "Upkeep."),
    ("cache", "The cache, to look at."),
    ("info", "About the service."),
];

/// The OpenAPI document of the service.
pub(super) fn document() -> OpenApi {
    let mut document = super::described();
    document.info = InfoBuilder::new()
        .title("Send admin")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Tokens, analytics, transfers, costs and the cache of SGraph Send, for administrators. Times are milliseconds since \
             1970, in UTC; what comes in may be RFC 3339 as well.",
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
    // Shared responses do not bring their schema along.
    components.schemas.insert(ProblemBody::name().into_owned(), ProblemBody::schema());
    document.security = Some(vec![SecurityRequirement::new("api_key", Vec::<String>::new())]);
    document
}

/// Serves the document and Swagger UI.
pub(super) fn pages(config: &mut web::ServiceConfig) {
    config
        .route("/api-docs", web::get().to(serve_document))
        .route("/docs", web::get().to(redirect))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/api-docs")));
}

/// The document as it is sent.
static DOCUMENT: LazyLock<web::Bytes> =
    LazyLock::new(|| document().to_json().expect("the document is plain JSON").into());

async fn serve_document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(DOCUMENT.clone())
}

async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header(("location", "/docs/")).finish()
}

/// Answers what no operation serves: 405 for a path that has other methods, else 404.
pub(super) async fn nothing_here(request: HttpRequest) -> Result<HttpResponse> {
    let here = ROUTES.iter().filter(|(path, _)| path.is_match(request.path()));
    let methods: Vec<&str> = here.map(|(_, method)| *method).collect();
    Err(if methods.is_empty() { Problem::NoPath } else { Problem::NoMethod(methods.join(", ")) })
}

/// Every path with its method, as the document has them.
static ROUTES: LazyLock<Vec<(ResourceDef, &'static str)>> = LazyLock::new(|| {
    let mut routes = Vec::new();
    for (path, item) in super::described().paths.paths {
        let pattern = path.replace("{path}", "{path:.*}");
        let methods = [("GET", item.get.is_some()), ("POST", item.post.is_some())];
        let methods = methods.into_iter().filter(|(_, there)| *there);
        routes.extend(methods.map(|(method, _)| (ResourceDef::new(pattern.as_str()), method)));
    }
    routes
});
