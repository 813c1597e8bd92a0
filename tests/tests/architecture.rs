//! The invariants of the README that can be read off the sources.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut folders = vec![root];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!files.is_empty(), "{folder} has sources");
    files
}

/// Every place where a forbidden word stands, in the files that may not have it.
fn places(folder: &str, words: &[&str], may: impl Fn(&Path) -> bool) -> Vec<String> {
    let mut places = Vec::new();
    for (path, text) in sources(folder).into_iter().filter(|(path, _)| !may(path)) {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if words.iter().any(|word| code.contains(word)) {
                places.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    places
}

fn named(path: &Path, name: &str) -> bool {
    path.file_name().is_some_and(|file| file == name)
}

/// Whether a file lies in a folder of this name.
fn of(path: &Path, folder: &str) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|name| name == folder)
}

const NONE: [String; 0] = [];

#[test]
fn the_domain_does_not_know_http() {
    for folder in ["cache-server/src/cache", "cache-server/src/storage", "cache-client/src"] {
        assert_eq!(places(folder, &["actix", "utoipa", "StatusCode", "crate::api"], |_| false), NONE);
    }
}

#[test]
fn the_api_does_not_touch_storage_engines() {
    let words =
        ["storage::Memory", "Embedded", "LocalDisk", "SharedStorage", "storage::Batch", "Batch::new", ".commit("];
    assert_eq!(places("cache-server/src/api", &words, |_| false), NONE);
}

/// `api` uses `cache`, that uses `storage`, and all of them `layout` and `records`; no arrow leads back.
#[test]
fn the_layers_know_what_lies_below_them_alone() {
    let above = ["crate::api", "crate::cache"];
    assert_eq!(places("cache-server/src/storage", &above, |_| false), NONE);
    assert_eq!(places("cache-server/src/cache", &["crate::api"], |_| false), NONE);
    let not_below =
        |path: &Path| !["layout.rs", "records.rs", "path.rs", "coding.rs"].iter().any(|name| named(path, name));
    let others = ["crate::api", "crate::cache", "crate::storage"];
    assert_eq!(places("cache-server/src", &others, |path| not_below(path) || of(path, "params")), NONE);
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let words = ["env::var", "std::env", "env = "];
    let config = |path: &Path| named(path, "config.rs");
    for folder in ["cache-server/src", "cache-server/service/src", "cache-client/src", "send-wrapper/src"] {
        assert_eq!(places(folder, &words, config), NONE);
    }
}

#[test]
fn the_wrapper_reaches_the_cache_through_its_client_alone() {
    let starts_one = |path: &Path| named(path, "send_cache.rs") || path.ends_with("admin/server.rs");
    assert_eq!(places("send-wrapper/src", &["cache_server::"], starts_one), NONE);
    assert_eq!(places("send-wrapper/src", &["cache_server::storage", "object_store"], |_| false), NONE);
    // To look at, for administrators.
    let looks = |path: &Path| path.ends_with("admin/browser.rs") || of(path, "browser");
    assert_eq!(places("send-wrapper/src", &["admin_storage"], looks), NONE);
}

#[test]
fn paths_are_written_in_the_route_tables_alone() {
    let table = |path: &Path| named(path, "routes.rs") || named(path, "docs.rs") || named(path, "session.rs");
    for folder in ["cache-server/src/api", "send-wrapper/src/admin", "cache-server/service/src"] {
        let words = ["\"/admin", "\"/docs", "\"/health", "\"/auth", "match_pattern", "match_info", "#[get(", "#[post("];
        assert_eq!(places(folder, &words, table), NONE);
    }
}

#[test]
fn the_frame_of_the_services_knows_neither_caches_nor_tokens() {
    let words = ["cache_client", "cache_server", "send_wrapper", "Cache::", "Token"];
    assert_eq!(places("cache-server/service/src", &words, |_| false), NONE);
}

#[test]
fn nobody_knows_the_time_zone_of_the_machine() {
    for folder in ["cache-server/src", "cache-client/src", "send-wrapper/src"] {
        assert_eq!(places(folder, &["Local::", "chrono::Local"], |_| false), NONE);
    }
}

#[test]
fn only_the_middleware_and_the_service_of_the_wrapper_know_a_framework() {
    let service = |path: &Path| named(path, "admin.rs") || ["admin", "bin"].iter().any(|in_it| of(path, in_it));
    let middleware = |path: &Path| named(path, "middleware.rs") || of(path, "middleware");
    assert_eq!(places("send-wrapper/src", &["actix"], |path| middleware(path) || service(path)), NONE);
}

#[test]
fn only_the_error_file_maps_errors_to_statuses() {
    let error = |path: &Path| named(path, "error.rs");
    assert_eq!(places("cache-server/src/api", &["StatusCode::"], error), NONE);
    let problem = |path: &Path| named(path, "problem.rs");
    assert_eq!(places("send-wrapper/src/admin", &["StatusCode::"], problem), NONE);
}
