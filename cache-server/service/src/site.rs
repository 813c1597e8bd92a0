//! What a service has beside its operations: the document that describes them, pages that show it, a web UI, and `/`, which leads
//! to all of them.

use std::sync::LazyLock;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use serde::Serialize;

use crate::docs::pages;
use crate::routes::{Access, Entry, Routes};
use crate::ui::Ui;

/// What `/` tells programs. Addresses are relative, for whoever sees the service below a prefix.
#[derive(Debug, Clone, Copy, Serialize)]
struct Front {
    service: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ui: Option<&'static str>,
    docs: &'static str,
    openapi: &'static str,
    live: &'static str,
    ready: &'static str,
}

/// The route table of the service `name`: its operations, the `document` of them at `path`, Swagger UI at `/docs/`, and a UI.
///
/// `/` leads browsers to the UI, or to the documentation where there is none, and tells programs in JSON what lies where.
pub fn site(
    name: &'static str,
    operations: Vec<Entry>,
    path: &'static str,
    document: &'static LazyLock<Bytes>,
    ui: Option<&Ui>,
) -> Routes {
    let front = Front {
        service: name,
        ui: ui.map(|ui| ui.base().trim_start_matches('/')),
        docs: "docs/",
        openapi: path.trim_start_matches('/'),
        live: "health/live",
        ready: "health/ready",
    };
    let answer = move |request: HttpRequest| std::future::ready(lead(&front, &request));
    let root = Entry::new(Method::GET, "/", Access::Open, answer).small();
    let ui = ui.into_iter().flat_map(Ui::entries);
    Routes::new(operations.into_iter().chain(pages(path, document)).chain(ui).chain([root]).collect())
}

fn lead(front: &Front, request: &HttpRequest) -> HttpResponse {
    let mut wanted = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    // One address, two answers.
    let vary = (header::VARY, "Accept");
    if wanted.any(|value| value.contains("text/html")) {
        let there = (header::LOCATION, front.ui.unwrap_or(front.docs));
        return HttpResponse::TemporaryRedirect().insert_header(there).insert_header(vary).finish();
    }
    HttpResponse::Ok().insert_header(vary).json(front)
}
