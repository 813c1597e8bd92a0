//! The files of the UI of administrators, beside those that all UIs share.

use http_service::Files;

/// Its pages.
pub(super) const FILES: Files = http_service::ui_files! {
    "ui":
    "index.html",
    "main.js",
    "columns.js",
    "listing.js",
    "pages/overview.js",
    "pages/transfer.js",
    "pages/transfers.js",
    "sharing.css",
};
