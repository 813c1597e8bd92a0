//! The files of the UI of administrators, beside those that all UIs share.

use http_service::Files;

/// Its pages.
pub(super) const FILES: Files = http_service::ui_files! {
    "ui":
    "index.html",
    "main.js",
    "analytics_load.js",
    "analytics_metrics.js",
    "analytics_tops.js",
    "audit_panel.js",
    "collect_costs.js",
    "cost_alerts.js",
    "cost_cards.js",
    "cost_day.js",
    "cost_services.js",
    "costs_chart.js",
    "costs_table.js",
    "costs_windows.js",
    "health_panel.js",
    "pages/analytics.js",
    "pages/costs.js",
    "pages/overview.js",
    "pages/system.js",
    "range_picker.js",
    "retention_panel.js",
    "retention_run.js",
    "run_retention.js",
    "storage_panel.js",
    "time_range.js",
};
