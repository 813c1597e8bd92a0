//! The files of the console, beside those that all UIs share.

use http_service::Files;

/// Its pages.
pub(super) const FILES: Files = http_service::ui_files! {
    "ui":
    "about_entry.js",
    "archive_files.js",
    "child_files.js",
    "clear_prefix.js",
    "command.js",
    "console.css",
    "content_panel.js",
    "delete_entry.js",
    "entry_columns.js",
    "entry_content.js",
    "entry_files.js",
    "first_entry.js",
    "indented.js",
    "index.html",
    "limited.js",
    "main.js",
    "pages/entry.js",
    "pages/namespace.js",
    "pages/namespaces.js",
    "pages/search.js",
    "pages/server.js",
    "same_hash.js",
    "shares.js",
    "store_entry.js",
    "strategies.js",
    "traffic.js",
    "update_entry.js",
    "zip_names.js",
};
