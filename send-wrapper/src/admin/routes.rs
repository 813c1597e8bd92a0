//! The route table: every operation with its method, path, access and handler. Paths are written nowhere else.
//!
//! Access is the scope that a key needs; `open` and `probe` need no key.

use std::sync::LazyLock;

use actix_web::web::Bytes;
use http_service::{Entry, Routes, Ui, metrics as frame_metrics, session};

use super::*;

/// The operations of the service.
#[rustfmt::skip]
pub(super) fn operations() -> Vec<Entry> {
    let own = http_service::routes! {
        GET  "/overview"                                read  overview::overview, small;

        POST "/tokens/create"                           write tokens::create_token;
        POST "/tokens/create-many"                      write create_many::create_many_tokens;
        GET  "/tokens/page"                             read  token_page::page_tokens, small;
        GET  "/tokens/lookup/{name}"                    read  tokens::lookup_token, small;
        POST "/tokens/use/{name}"                       write tokens::use_token, small;
        POST "/tokens/revoke/{name}"                    write tokens::revoke_token, small;
        POST "/tokens/reactivate/{name}"                write tokens::reactivate_token, small;
        POST "/tokens/update-limit/{name}"              write tokens::update_token_limit, small;
        POST "/tokens/update/{name}"                    write token_settings::update_token;
        GET  "/tokens/list"                             read  token_lists::list_tokens, small;
        GET  "/tokens/list-details"                     read  token_lists::list_token_details, small;
        GET  "/tokens/usage/{name}"                     read  token_usage::token_usage, small;
        GET  "/tokens/usage-summary/{name}"             read  token_usage::token_usage_summary, small;

        GET  "/analytics/pulse"                         read  analytics::pulse, small;
        GET  "/health/pulse"                            read  analytics::health_pulse, small;
        GET  "/analytics/latest/{window_type}"          read  analytics::latest_aggregation, small;
        GET  "/analytics/series/{window_type}"          read  analytics::aggregation_series, small;
        GET  "/analytics/{window_type}/{window_key}"    read  analytics::aggregation, small;

        GET  "/transfers"                               read  transfers::list_transfers, small;
        GET  "/transfers/{id}/summary"                  read  transfers::transfer_summary, small;
        GET  "/transfers/{id}/events"                   read  transfers::transfer_events, small;

        POST "/costs/collect"                           admin costs::collect_costs, small;
        POST "/costs/{date}"                            write costs::record_costs;
        GET  "/costs/records/{date}"                    read  costs::cost_day, small;
        GET  "/costs/series/{window_type}"              read  costs::cost_series, small;
        GET  "/costs/alerts/current"                    read  costs::cost_alerts, small;
        GET  "/costs/{window_type}/{window_key}"        read  costs::cost_aggregation, small;

        GET  "/admin/stats"                             read  upkeep::stats, small;
        POST "/admin/retention"                         admin upkeep::retention, small;
        GET  "/admin/retention"                         read  upkeep::retention_runs, small;

        GET  "/audit"                                   read  audited::audit, small;

        GET  "/cache/namespaces"                        admin browser::cache_namespaces, small;
        GET  "/cache/folders/{*path}"                   admin browser::cache_folders, small;
        GET  "/cache/files/{*path}"                     admin browser::cache_files, small;
        GET  "/cache/file/{*path}"                      admin browser::cache_file, small;
        GET  "/cache/entry/{namespace}/{cache_id}"      admin cache_entry::cache_entry, small;

        GET  "/health/live"                             probe info::live, small;
        GET  "/health/ready"                            probe info::ready, small;
        GET  "/info/health"                             probe info::health, small;
        GET  "/info/status"                             read  info::status, small;
        GET  "/info/versions"                           read  info::versions, small;
        GET  "/info/recorders"                          read  info::recorders, small;
    };
    own.into_iter().chain(frame_metrics::routes()).chain(session::routes()).collect()
}

/// The UI of administrators.
static UI: LazyLock<Ui> = LazyLock::new(|| Ui::new("/admin/", ui::FILES));

/// The operations, the pages that document them, and with `ui` the UI of administrators.
pub(super) fn routes(ui: bool) -> Routes {
    static DOCUMENT: LazyLock<Bytes> =
        LazyLock::new(|| docs::document().to_json().expect("the document is plain JSON").into());
    http_service::site("send-admin", operations(), "/api-docs", &DOCUMENT, ui.then(|| &*UI))
}
