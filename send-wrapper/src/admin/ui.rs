//! The files of the UI of administrators, beside those that all UIs share.

use http_service::Files;

/// Its pages.
pub(super) const FILES: Files = http_service::ui_files! {
    "ui":
    "index.html",
    "main.js",
    "attention.js",
    "change_token.js",
    "columns.js",
    "cost_day.js",
    "create_many.js",
    "create_token.js",
    "figures.js",
    "health.js",
    "list.js",
    "listing.js",
    "pages/analytics.js",
    "pages/cache.js",
    "pages/costs.js",
    "pages/overview.js",
    "pages/system.js",
    "pages/token.js",
    "pages/tokens.js",
    "pages/transfer.js",
    "pages/transfers.js",
    "retention.js",
    "share_link.js",
    "sharing.css",
    "text_field.js",
    "time_range.js",
    "token_form.js",
    "token_status.js",
};
