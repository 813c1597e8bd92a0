//! The files of the UI of administrators, beside those that all UIs share.

use http_service::Files;

/// Its pages.
pub(super) const FILES: Files = http_service::ui_files! {
    "ui":
    "index.html",
    "main.js",
    "cost_day.js",
    "figures.js",
    "form.js",
    "health.js",
    "kit.js",
    "list.js",
    "pages/analytics.js",
    "pages/cache.js",
    "pages/costs.js",
    "pages/overview.js",
    "pages/system.js",
    "retention.js",
    "time_range.js",
};
