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
    "create_many.js",
    "create_token.js",
    "listing.js",
    "pages/overview.js",
    "pages/token.js",
    "pages/tokens.js",
    "pages/transfer.js",
    "pages/transfers.js",
    "share_link.js",
    "sharing.css",
    "token_form.js",
    "token_status.js",
};
