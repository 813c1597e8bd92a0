//! The static files of the web UIs: what is served, to whom, and what browsers are told of it.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use cache_tests::{Engine, files_below};
use reqwest::Method;
use serde_json::json;

/// The names of a UI's files in a folder: what browsers load.
fn on_disk(folder: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let served = |name: &String| ["html", "js", "css", "svg"].iter().any(|end| name.ends_with(&format!(".{end}")));
    files_below(&root).into_iter().filter(served).collect()
}

/// The names that a file of the program lists.
fn listed(source: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(source)).unwrap();
    let quoted = |line: &str| Some(line.trim().strip_prefix('"')?.strip_suffix("\",")?.to_owned());
    text.lines().filter_map(quoted).collect()
}

#[test]
fn every_file_of_a_ui_is_embedded() {
    for (folder, source) in [
        ("cache-server/service/ui", "cache-server/service/src/ui_house.rs"),
        ("cache-server/ui", "cache-server/src/api/console.rs"),
        ("send-wrapper/ui", "send-wrapper/src/admin/ui.rs"),
    ] {
        assert_eq!(on_disk(folder), listed(source), "{folder}, and what {source} lists");
    }
}

#[tokio::test]
async fn the_files_of_the_console_are_served_to_everybody_with_what_browsers_are_to_know() {
    let server = Engine::Memory.start();
    let names = on_disk("cache-server/service/ui").into_iter().chain(on_disk("cache-server/ui"));
    for name in names.map(|name| if name == "index.html" { String::new() } else { name }) {
        for method in [Method::GET, Method::HEAD] {
            let answer = server.request(method, format!("/console/{name}")).without_key().ok().await;
            let header = |wanted: &str| answer.header(wanted).unwrap_or_default().to_owned();
            assert_eq!(header("cache-control"), "no-cache", "{name}");
            assert_eq!(header("x-content-type-options"), "nosniff", "{name}");
            assert_eq!(header("referrer-policy"), "no-referrer", "{name}");
            assert!(header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"), "{name}");
            assert!(header("etag").starts_with('"'), "{name}");
            let kind = match name.rsplit_once('.').map(|(_, end)| end) {
                Some("js") => "text/javascript; charset=utf-8",
                Some("css") => "text/css; charset=utf-8",
                Some("svg") => "image/svg+xml",
                _ => "text/html; charset=utf-8",
            };
            assert_eq!(header("content-type"), kind, "{name}");
        }
    }
    assert_eq!(server.get("/console/pages/none.js").without_key().await.status(), 401);
    assert_eq!(server.get("/console/%2e%2e/Cargo.toml").without_key().await.status(), 401);
}

/// A client that does neither unpack nor follow by itself.
fn plain_client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_gzip().no_brotli().build().unwrap()
}

#[tokio::test]
async fn a_file_is_sent_packed_and_only_when_it_has_changed() {
    let server = Engine::Memory.start();
    let file = format!("{}/console/house/table.js", server.url());
    let (client, plain) = (plain_client(), server.get("/console/house/table.js").ok().await);
    let packed = client.get(&file).header("accept-encoding", "gzip").send().await.unwrap();
    let header = |name: &str| packed.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(
        (header("content-encoding").as_deref(), header("vary").as_deref()),
        (Some("gzip"), Some("Accept-Encoding"))
    );
    let tag = header("etag").unwrap();
    let (packed, mut unpacked) = (packed.bytes().await.unwrap(), String::new());
    flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.text());

    let smaller = client.get(&file).header("accept-encoding", "gzip, deflate, br").send().await.unwrap();
    assert_eq!(smaller.headers()["content-encoding"], "br");
    let untouched = client.get(&file).header("accept-encoding", "identity").send().await.unwrap();
    assert!(!untouched.headers().contains_key("content-encoding"));
    assert_ne!(untouched.headers()["etag"].to_str().unwrap(), tag, "each form has a strong tag of its own");
    let again = client.get(&file).header("accept-encoding", "gzip").header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
}

#[tokio::test]
async fn a_browser_is_led_to_the_console_and_programs_are_told_what_lies_where() {
    let (server, client) = (Engine::Memory.start(), plain_client());
    for path in ["/", "/console"] {
        let request = client.get(format!("{}{path}", server.url())).header("accept", "text/html,*/*;q=0.8");
        let answer = request.send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["location"]),
            (307, &"console/".parse().unwrap()),
            "{path}"
        );
    }
    for accept in ["*/*", "application/json"] {
        let front = server.get("/").header("accept", accept).without_key().ok().await;
        assert_eq!(
            front.json(),
            json!({"service": "cache-server", "ui": "console/", "docs": "docs/", "openapi": "openapi.json",
                   "live": "health/live", "ready": "health/ready"})
        );
        for path in ["ui", "docs", "openapi", "live", "ready"] {
            server.get(format!("/{}", front.json()[path].as_str().unwrap())).without_key().ok().await;
        }
    }
    assert_eq!(server.request(Method::POST, "/").header("accept", "text/html").await.status(), 404);
}

#[tokio::test]
async fn without_the_ui_its_paths_lead_nowhere() {
    let server = Engine::Memory.setup().flag("--ui", "false").start();
    let front = plain_client().get(format!("{}/", server.url())).header("accept", "text/html").send().await.unwrap();
    assert_eq!((front.status().as_u16(), &front.headers()["location"]), (307, &"docs/".parse().unwrap()));
    for path in ["/console", "/console/", "/console/main.js", "/console/house/app.js"] {
        assert_eq!(server.get(path).header("accept", "text/html").await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_namespace_may_be_called_as_the_console_is() {
    let server = Engine::Memory.start();
    let entry = server.post("/console/direct/store/string").text("some text").stored().await;
    let answer = server.get(format!("/console/retrieve/{}/string", entry.cache_id)).ok().await;
    assert_eq!(answer.text(), "some text");
    server.get("/console/stats").ok().await;
}
