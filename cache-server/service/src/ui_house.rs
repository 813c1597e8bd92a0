//! The files that all UIs share.

use crate::ui::Files;

const FILES: Files = crate::ui_files! {
    "ui":
    "house/api.js",
    "house/app.js",
    "house/bar.js",
    "house/bars.js",
    "house/base.css",
    "house/card.js",
    "house/chart.js",
    "house/choice.js",
    "house/confirm.js",
    "house/content.js",
    "house/copy.js",
    "house/csv.js",
    "house/dialog.js",
    "house/empty.js",
    "house/filter.js",
    "house/format.js",
    "house/hex.js",
    "house/html.js",
    "house/icon.js",
    "house/icon.svg",
    "house/json_source.js",
    "house/json_tree.js",
    "house/keys.js",
    "house/layout.css",
    "house/load.js",
    "house/loading.js",
    "house/more.js",
    "house/page.js",
    "house/pages.js",
    "house/panel.js",
    "house/plot.js",
    "house/problem.js",
    "house/router.js",
    "house/session.js",
    "house/settings.js",
    "house/shell.js",
    "house/sign_in.js",
    "house/skeleton.js",
    "house/sort.js",
    "house/spark.js",
    "house/store.js",
    "house/switches.js",
    "house/table.js",
    "house/tabs.js",
    "house/text.js",
    "house/time.js",
    "house/toast.js",
    "house/tokens.css",
    "vendor/preact-htm.js",
    "vendor/uplot.css",
    "vendor/uplot.js",
};

/// The house: components, design tokens, and what they are made with.
pub(crate) fn files() -> Files {
    FILES
}
