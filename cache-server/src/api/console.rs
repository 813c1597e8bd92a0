//! The files of the console, beside those that all UIs share.

use http_service::Files;

/// Its pages.
pub(super) const FILES: Files = http_service::ui_files! {
    "ui":
    "console.css",
    "index.html",
    "main.js",
    "pages/namespaces.js",
};
