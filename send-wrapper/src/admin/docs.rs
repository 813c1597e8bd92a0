//! The OpenAPI document.

use http_service::ApiDescription;
use utoipa::openapi::OpenApi;
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use super::problem::{ProblemBody, Refused};
use super::routes::operations;

/// The groups of operations, in the order Swagger UI shows them.
const TAGS: [(&str, &str); 8] = [
    ("tokens", "Invitation tokens."),
    ("analytics", "What happens on the site."),
    ("transfers", "What happened to a transfer."),
    ("costs", "What it costs."),
    ("admin", "Upkeep."),
    ("cache", "The cache, to look at."),
    ("info", "About the service, and probes."),
    ("auth", "Sessions of browsers."),
];

/// The OpenAPI document of the service.
pub(super) fn document() -> OpenApi {
    let about = ApiDescription {
        title: "Send admin",
        version: env!("CARGO_PKG_VERSION"),
        about: "Tokens, analytics, transfers, costs and the cache of SGraph Send, for administrators. Times are milliseconds since \
                1970, in UTC; what comes in may be RFC 3339 as well.",
        tags: &TAGS,
        // Shared responses do not bring their schema along.
        schemas: vec![(ProblemBody::name().into_owned(), ProblemBody::schema())],
        refusals: Refused::responses(),
    };
    http_service::document(&operations(), about)
}
