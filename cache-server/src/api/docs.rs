//! The OpenAPI document.

use http_service::ApiDescription;
use utoipa::openapi::{OpenApi, RefOr, Schema};
use utoipa::{IntoResponses, ToSchema};

use super::error::{ErrorBody, Refused};
use super::params::{DataTypeName, FormName, KindName, OrderName, StrategyName};
use super::routes::operations;

/// The groups of operations, in the order Swagger UI shows them.
const TAGS: [(&str, &str); 14] = [
    ("store", "New entries."),
    ("retrieve", "Entries by id, by hash and by key, and the documents about them."),
    ("exists", "Whether there is an entry."),
    ("update", "New content for an entry."),
    ("delete", "Entries with everything they own."),
    ("data", "Child files of an entry."),
    ("zip", "Archives: as a whole, member by member, and changed."),
    ("namespace", "What a namespace holds, bulk reads of it, and its deletion."),
    ("namespaces", "The namespaces."),
    ("admin_storage", "The stored objects themselves, for administrators."),
    ("test_data", "Entries to try things out with."),
    ("server", "This server."),
    ("info", "About the service, and probes."),
    ("auth", "Keys and sessions of browsers."),
];

/// The OpenAPI document of the service.
pub(crate) fn document() -> OpenApi {
    let about = ApiDescription {
        title: "Cache service",
        version: env!("CARGO_PKG_VERSION"),
        about: "A content-addressed cache with namespaces and five storage strategies. Compatible with the MGraph-AI cache \
                service 0.14.0.",
        tags: &TAGS,
        // Neither shared responses nor parameters bring their schemas along.
        schemas: vec![
            schema::<ErrorBody>(),
            schema::<StrategyName>(),
            schema::<DataTypeName>(),
            schema::<OrderName>(),
            schema::<KindName>(),
            schema::<FormName>(),
        ],
        refusals: Refused::responses(),
    };
    http_service::document(&operations(), about)
}

fn schema<T: ToSchema>() -> (String, RefOr<Schema>) {
    (T::name().into_owned(), T::schema())
}
