//! Who comes in: spellings of paths, keys with scopes, sessions, and pages of others.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cache_tests::{ADMIN_KEY, Answer, Engine, KEY, TestServer};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Operations, and the scope that their keys need: none for those that need no key.
fn operations() -> Vec<(String, String, Option<String>)> {
    let document: Value = serde_json::from_str(&cache_server::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, about) in item.as_object().unwrap() {
            let scope = about["x-scope"].as_str().map(str::to_owned);
            let is_open = about["security"] == json!([{}]);
            // Whoever has a key may ask who it is.
            let scope = scope.or_else(|| (!is_open).then(|| "any".to_owned()));
            // Others are cleared by administrators alone.
            let namespace = if path.starts_with("/test-data/clear/") { "test-theirs" } else { "theirs" };
            let path = [
                ("{namespace}", namespace),
                ("{strategy}", "key_based"),
                ("{cache_id}", "00000000-0000-4000-8000-000000000000"),
                ("{cache_hash}", "0123456789abcdef"),
                ("{cache_key}", "a/key"),
                ("{data_key}", "a/key"),
                ("{data_file_id}", "file"),
                ("{data_type}", "string"),
                ("{file_id}", "file"),
                ("{file_path}", "a/file"),
                ("{path}", "theirs/data"),
            ]
            .iter()
            .fold(path.clone(), |path, (name, value)| path.replace(name, value));
            operations.push((method.to_uppercase(), path, scope));
        }
    }
    assert!(operations.iter().filter(|(_, _, scope)| scope.as_deref() == Some("admin")).count() >= 12);
    operations
}

/// One way to write a path: which letters and slashes are escaped, which slashes doubled, which cases changed, and what is put
/// before and after it.
#[derive(Debug, Clone)]
struct Spelling {
    changes: Vec<(usize, u8)>,
    before: &'static str,
    after: &'static str,
    absolute: bool,
}

fn spelling() -> impl Strategy<Value = Spelling> {
    let changes = prop::collection::vec((any::<usize>(), 0..6_u8), 0..4);
    let before = select(vec!["", "", "", "/", "/.", "/x/..", "/docs/..", "/%2e%2e", "/health/live/..", "/docs%2f.."]);
    let after =
        select(vec!["", "", "", "/", "//", "/.", "/..", "%2f", "?x=/docs/", ";a=b", "#/health/live", "%00", "%20"]);
    (changes, before, after, any::<bool>()).prop_map(|(changes, before, after, absolute)| Spelling {
        changes,
        before,
        after,
        absolute,
    })
}

impl Spelling {
    fn of(&self, path: &str, server: &TestServer) -> String {
        let mut letters: Vec<String> = path.chars().map(String::from).collect();
        for (at, change) in &self.changes {
            // What begins a path makes it one; without, it is no request.
            let at = if self.before.is_empty() { at % (path.len() - 1) + 1 } else { *at };
            let letter = &mut letters[at % path.len()];
            let Some(c) = letter.chars().next().filter(|_| letter.len() == 1) else { continue };
            *letter = match change {
                0 | 1 => format!("%{:02x}", u32::from(c)),
                2 => format!("%{:02X}", u32::from(c)),
                3 if c == '/' => "//".to_owned(),
                4 if c == '/' => "/./".to_owned(),
                // Escaped twice is not escaped once.
                5 => format!("%25{:02x}", u32::from(c)),
                _ if c.is_ascii_lowercase() => c.to_ascii_uppercase().to_string(),
                _ => c.to_string(),
            };
        }
        let path = format!("{}{}{}", self.before, letters.concat(), self.after);
        if self.absolute { format!("{}{path}", server.url()) } else { path }
    }
}

/// A file of keys: names, keys, and what stands in their lines beside the hash.
fn keys_file(folder: &Path, keys: &[(&str, &str, &str)]) -> PathBuf {
    let line = |(name, key, rest): &(&str, &str, &str)| {
        let digest: String = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{name} = {{ sha256 = \"{digest}\", {rest} }}\n")
    };
    write(folder, &keys.iter().map(line).collect::<String>(), 0o600)
}

/// Replaces the file as a whole, as editors and secret mounts do.
fn write(folder: &Path, text: &str, mode: u32) -> PathBuf {
    let (new, file) = (folder.join("new"), folder.join("keys.toml"));
    fs::write(&new, text).unwrap();
    fs::set_permissions(&new, fs::Permissions::from_mode(mode)).unwrap();
    fs::rename(&new, &file).unwrap();
    file
}

const ALL: &str = "scopes = [\"read\", \"write\", \"delete\", \"admin\"]";

fn with_keys(file: &Path) -> TestServer {
    Engine::Memory.setup().without_key().flag("--keys-file", file.to_str().unwrap()).start()
}

async fn ask(server: &TestServer, method: &str, path: &str, key: &str) -> Answer {
    let request = server.request(method.parse().unwrap(), path).without_key().header("x-api-key", key);
    if method == "POST" { request.json("{\"a\": 1}").any().await } else { request.any().await }
}

#[test]
fn no_spelling_of_a_path_lets_a_key_in_where_it_may_not_go() {
    let folder = tempfile::tempdir().unwrap();
    let limited = "scopes = [\"read\", \"write\", \"delete\"], namespaces = [\"mine-*\"]";
    let keys = [
        ("all", KEY, ALL),
        ("reader", "reader", "scopes = [\"read\"]"),
        ("writer", "writer", "scopes = [\"write\"]"),
        ("deleter", "deleter", "scopes = [\"delete\"]"),
        ("mine", "mine", limited),
    ];
    let server = with_keys(&keys_file(folder.path(), &keys));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let before = runtime.block_on(async {
        server.post("/theirs/key_based/store/string/data/secret?file_id=secret").text("secret").stored().await;
        server.get("/admin/storage/files/all/").value().await["files"].clone()
    });
    let mut runner = TestRunner::new(Config { cases: 3000, failure_persistence: None, ..Config::default() });
    let cases = (select(operations()), spelling(), select(vec!["none", "reader", "writer", "deleter", "mine"]));
    let proved = runner.run(&cases, |((method, path, scope), spelling, key)| {
        let target = spelling.of(&path, &server);
        let header = format!("x-api-key: {key}");
        let headers: &[&str] = if key == "none" { &[] } else { &[&header] };
        let answer = runtime.block_on(server.raw_with(&format!("{method} {target}"), headers));
        let status = answer.status();
        let has_scope = match key {
            "none" => scope.is_none(),
            // What is in a namespace is not theirs, whatever the scope.
            "mine" => {
                matches!(scope.as_deref(), None | Some("any"))
                    || !(path.contains("theirs") || scope.as_deref() == Some("admin"))
            }
            name => scope.as_deref().is_none_or(|scope| scope == "any" || name[..4] == scope[..4]),
        };
        // A fragment, and a path that is changed, may lead to what is free, or to an operation that the key may call. Who may not
        // read never gets to what was stored.
        let shows = answer.text().contains("secret");
        prop_assert!(!shows || key == "reader", "{method} {target} with {key}: {}", answer.text());
        let text = answer.text();
        let is_free = matches!(status, 200 | 308)
            && (text.contains("<html")
                || text.contains("openapi")
                || text.contains("\"ok\"")
                || text.contains("ended"));
        if !has_scope && !is_free {
            prop_assert!(matches!(status, 400..=405 | 414), "{method} {target} with {key}: {status} {text}");
            prop_assert!(status != 400 || key != "none", "{method} {target} without a key: {status} {text}");
        }
        Ok(())
    });
    proved.unwrap();
    let after = runtime.block_on(async { server.get("/admin/storage/files/all/").value().await["files"].clone() });
    let changed = after.as_array().unwrap().iter().filter(|path| {
        let path = path.as_str().unwrap();
        !path.starts_with("mine") && !before.as_array().unwrap().iter().any(|known| known == path)
    });
    // The writer may store; nobody else did, and nothing of before is gone.
    assert!(before.as_array().unwrap().iter().all(|path| after.as_array().unwrap().contains(path)), "{after}");
    for path in changed {
        assert!(!path.as_str().unwrap().contains("secret"), "{path}");
    }
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say() {
    let folder = tempfile::tempdir().unwrap();
    let keys = [
        ("all", KEY, ALL),
        ("read", "reader", "scopes = [\"read\"]"),
        ("write", "writer", "scopes = [\"write\"]"),
        ("delete", "deleter", "scopes = [\"delete\"]"),
        ("admin", "admin", "scopes = [\"admin\"]"),
    ];
    let server = with_keys(&keys_file(folder.path(), &keys));
    for (method, path, scope) in operations() {
        let Some(scope) = scope else { continue };
        for (name, key, _) in &keys[1..] {
            let answer = ask(&server, &method, &path, key).await;
            let may = *name == scope || scope == "any";
            assert_eq!(answer.status() != 403, may, "{method} {path} with {name}: {}", answer.text());
            if !may {
                let refusal = answer.json();
                assert_eq!(refusal["detail"]["error_type"], "FORBIDDEN", "{refusal}");
                assert!(refusal["detail"]["message"].as_str().unwrap().contains(&scope), "{refusal}");
            }
        }
        assert_eq!(ask(&server, &method, &path, "nobody").await.status(), 401, "{method} {path}");
    }
}

#[tokio::test]
async fn a_key_learns_nothing_of_namespaces_that_it_does_not_reach() {
    let folder = tempfile::tempdir().unwrap();
    let limited = "scopes = [\"read\", \"write\"], namespaces = [\"send-*\", \"notes\"]";
    let server = with_keys(&keys_file(folder.path(), &[("all", KEY, ALL), ("mine", "mine", limited)]));
    for namespace in ["a", "notes", "notes2", "other", "send-1", "send-2", "zebra"] {
        server.post(format!("/{namespace}/direct/store/string")).text("text").stored().await;
    }
    let get = async |path: &str| ask(&server, "GET", path, "mine").await;
    assert_eq!(get("/namespaces/list").await.json(), json!(["notes", "send-1", "send-2"]));
    // Not by pages, and not by their cursors either.
    let (mut names, mut path) = (Vec::new(), "/namespaces/list?limit=1".to_owned());
    loop {
        let page = get(&path).await;
        names.extend(page.json().as_array().unwrap().clone());
        let Some(cursor) = page.next_cursor() else { break };
        assert!(!["other", "zebra", "notes2"].iter().any(|name| cursor.contains(name)), "{cursor}");
        path = format!("/namespaces/list?limit=1&cursor={cursor}");
    }
    assert_eq!(Value::from(names), json!(["notes", "send-1", "send-2"]));
    let there = get("/other/file-ids").await;
    let not_there = get("/no-such/file-ids").await;
    for refusal in [&there, &not_there, &get("/notes2/stats").await, &get("/send/entries").await] {
        assert_eq!(refusal.status(), 403, "{}", refusal.text());
    }
    let without_time = |answer: &Answer| answer.json()["detail"]["message"].clone();
    assert_eq!(without_time(&there), without_time(&not_there));
    assert_eq!(get("/notes/file-ids").await.json().as_array().unwrap().len(), 1);
    // The namespace is the one that is stored, not the one that is written.
    assert_eq!(get("/send.x/file-ids").await.status(), 403);
    assert_eq!(get("/send-x.y/file-ids").await.status(), 200);
    assert_eq!(ask(&server, "POST", "/send-new/direct/store/json", "mine").await.status(), 200);
    assert_eq!(ask(&server, "POST", "/other/direct/store/json", "mine").await.status(), 403);
}

#[tokio::test]
async fn a_key_ends_when_its_line_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let expires = "scopes = [\"read\"], expires = 2027-01-31T12:00:00+01:00";
    let file = keys_file(folder.path(), &[("all", KEY, ALL), ("short", "short", expires)]);
    let setup = Engine::Memory.setup().without_key().flag("--keys-file", file.to_str().unwrap());
    // 2027-01-31T10:59:59Z
    let server = setup.clock_at(1_801_393_199_000).start();
    assert_eq!(ask(&server, "GET", "/info/status", "short").await.status(), 200);
    server.advance(1000);
    assert_eq!(ask(&server, "GET", "/info/status", "short").await.status(), 401);
    assert_eq!(ask(&server, "GET", "/info/status", KEY).await.status(), 200);
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let keys = [("all", KEY, ALL), ("slow", "slow", "scopes = [\"read\"], rate = 3")];
    let file = keys_file(folder.path(), &keys);
    let server = with_keys(&file);
    let mut statuses = Vec::new();
    for _ in 0..10 {
        let answer = ask(&server, "GET", "/info/status", "slow").await;
        statuses.push(answer.status());
        if answer.status() == 429 {
            assert_eq!(answer.header("retry-after"), Some("1"));
            assert_eq!(answer.json()["detail"]["error_type"], "TOO_MANY_REQUESTS", "{}", answer.text());
        }
    }
    assert!(statuses.starts_with(&[200, 200, 200]) && statuses.contains(&429), "{statuses:?}");
    // Others are not held up.
    server.get("/info/status").ok().await;
    let setup = Engine::Memory.setup().without_key().flag("--keys-file", file.to_str().unwrap());
    let reporting = setup.flag("--report-only", "rate").start();
    for _ in 0..10 {
        assert_eq!(ask(&reporting, "GET", "/info/status", "slow").await.status(), 200);
    }
}

/// Asks until the answer has this status, which must be soon.
async fn becomes(server: &TestServer, key: &str, status: u16) {
    let begun = Instant::now();
    while ask(server, "GET", "/info/status", key).await.status() != status {
        assert!(begun.elapsed() < Duration::from_secs(20), "{key} is never answered {status}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn keys_are_replaced_without_a_restart_and_without_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (("old", "the old", ALL), ("new", "the new", ALL));
    let server = with_keys(&keys_file(folder.path(), &[old]));
    assert_eq!(ask(&server, "GET", "/info/status", "the new").await.status(), 401);
    keys_file(folder.path(), &[old, new]);
    becomes(&server, "the new", 200).await;
    assert_eq!(ask(&server, "GET", "/info/status", "the old").await.status(), 200);
    keys_file(folder.path(), &[new]);
    becomes(&server, "the old", 401).await;
    assert_eq!(ask(&server, "GET", "/info/status", "the new").await.status(), 200);
    // What is broken, or gone, changes nothing; what is mended does.
    write(folder.path(), "new = { sha256 = \"12\" }\n", 0o600);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(1500) {
        assert_eq!(ask(&server, "GET", "/info/status", "the new").await.status(), 200);
    }
    keys_file(folder.path(), &[old]);
    becomes(&server, "the old", 200).await;
    assert_eq!(ask(&server, "GET", "/info/status", "the new").await.status(), 401);
}

#[test]
fn a_keys_file_that_cannot_be_used_is_told_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = |text: &str, mode: u32, flags: &[(&str, &str)]| {
        let file = write(folder.path(), text, mode);
        let setup = Engine::Memory.setup().without_key().flag("--keys-file", file.to_str().unwrap());
        flags.iter().fold(setup, |setup, (flag, value)| setup.flag(flag, value)).try_start().unwrap_err()
    };
    let digest = "ab".repeat(32);
    let good = format!("a = {{ sha256 = \"{digest}\", scopes = [\"read\"] }}\n");
    let typo = format!("# keys\n{good}b = {{ sha256 = \"{}\", scpoes = [\"read\"] }}\n", "cd".repeat(32));
    let told = refusal(&typo, 0o600, &[]);
    assert!(told.contains("line 3") && told.contains("scpoes") && told.contains("keys.toml"), "{told}");
    let admin = good.replace("\"read\"]", "\"admin\"], namespaces = [\"x\"]");
    assert!(refusal(&admin, 0o600, &[]).contains("line 1"), "{}", refusal(&admin, 0o600, &[]));
    for mode in [0o644, 0o604, 0o660, 0o622] {
        assert!(refusal(&good, mode, &[]).contains(&format!("{mode:03o}")), "{}", refusal(&good, mode, &[]));
    }
    assert!(refusal(&good, 0o600, &[("--api-key", "x")]).contains("keys file and an API key"));
    assert!(refusal("", 0o600, &[]).contains("no key"));
    let same = Engine::Memory.setup().flag("--admin-api-key", KEY).try_start().unwrap_err();
    assert!(same.contains("the same") && !same.contains(KEY), "{same}");
    let unknown = Engine::Memory.setup().flag("--report-only", "everything").try_start().unwrap_err();
    assert!(unknown.contains("everything"), "{unknown}");
}

/// A sign-in: the answer, and the cookie without its attributes.
async fn sign_in(server: &TestServer, body: Value, headers: &[(&'static str, &str)]) -> (Answer, String) {
    let request = server.post("/auth/session").without_key().json(body);
    let answer = headers.iter().fold(request, |request, (name, value)| request.header(name, value)).await;
    let cookie = answer.header("set-cookie").unwrap_or_default().split(';').next().unwrap().to_owned();
    (answer, cookie)
}

#[tokio::test]
async fn a_session_stands_for_a_key_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let keys = [("all", KEY, ALL), ("ann", "ann's", "scopes = [\"read\"]")];
    let file = keys_file(folder.path(), &keys);
    let setup = Engine::Memory.setup().without_key().flag("--keys-file", file.to_str().unwrap());
    let server = setup.clock_at(1_800_000_000_000).start();
    let (answer, cookie) = sign_in(&server, json!({ "key": "ann's", "path": "/console/" }), &[]).await;
    assert_eq!(answer.json()["name"], "ann");
    assert_eq!(answer.json()["scopes"], json!(["read"]));
    assert_eq!(answer.json()["ends_at"], 1_800_000_000_000_u64 + 12 * 60 * 60 * 1000);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let attributes = answer.header("set-cookie").unwrap();
    for attribute in ["cache-server-session=", "HttpOnly", "SameSite=Strict", "Path=/console/", "Max-Age=43200"] {
        assert!(attributes.contains(attribute), "{attribute}: {attributes}");
    }
    assert!(!attributes.contains("Secure") && !attributes.contains("ann's"), "{attributes}");
    let host = server.url().replace("http://", "https://");
    let (answer, _) = sign_in(&server, json!({ "key": "ann's" }), &[("origin", &host)]).await;
    assert!(answer.header("set-cookie").unwrap().contains("Secure"), "{answer:?}");

    let with = |cookie: &str| server.get("/info/status").without_key().header("cookie", cookie);
    with(&cookie).ok().await;
    let session = server.get("/auth/session").without_key().header("cookie", &cookie).value().await;
    assert_eq!((&session["name"], &session["ends_at"]), (&json!("ann"), &answer.json()["ends_at"]));
    // An old cookie of another key does not hide it.
    with(&format!("x-api-key=old; {cookie}")).ok().await;
    // What the key may not do, the session may not.
    let store = server.post("/ns/direct/store/string").text("x").without_key().header("cookie", &cookie);
    store.refused(403).await;
    // Pages of others cannot use it.
    with(&cookie).header("sec-fetch-site", "cross-site").refused(403).await;
    with(&cookie).header("origin", "https://evil.example").refused(403).await;
    with(&cookie).header("sec-fetch-site", "same-origin").header("origin", server.url()).ok().await;
    with(&format!("{cookie}x")).refused(401).await;

    let ended = server.delete("/auth/session?path=/console/").without_key().header("cookie", &cookie).ok().await;
    let taken = ended.header("set-cookie").unwrap();
    assert!(taken.contains("Max-Age=0") && taken.contains("Path=/console/"), "{taken}");

    server.advance(12 * 60 * 60 * 1000);
    with(&cookie).refused(401).await;
    let (_, cookie) = sign_in(&server, json!({ "key": "ann's" }), &[]).await;
    with(&cookie).ok().await;
    // Replacing the key ends its sessions.
    keys_file(folder.path(), &[("all", KEY, ALL), ("ann", "ann's new", "scopes = [\"read\"]")]);
    becomes(&server, "ann's new", 200).await;
    with(&cookie).refused(401).await;
}

#[tokio::test]
async fn sign_ins_are_checked_and_failed_ones_limited() {
    let server = Engine::Memory.start();
    for (body, field) in [
        (json!({}), "body"),
        (json!([KEY]), "body"),
        (json!({ "key": 1 }), "body"),
        (json!({ "key": KEY, "more": 1 }), "body"),
        (json!({ "key": KEY, "path": "//evil" }), "path"),
        (json!({ "key": KEY, "path": "/a;b" }), "path"),
    ] {
        let (answer, cookie) = sign_in(&server, body.clone(), &[]).await;
        assert_eq!((answer.status(), &*cookie), (400, ""), "{body}");
        assert_eq!(answer.json()["detail"]["field_name"], field, "{}", answer.text());
    }
    let (answer, _) = sign_in(&server, json!({ "key": KEY }), &[("origin", "https://evil.example")]).await;
    assert_eq!(answer.status(), 403);
    let (answer, _) = sign_in(&server, json!({ "key": "x".repeat(5000) }), &[]).await;
    assert_eq!(answer.status(), 413, "{}", answer.text());
    for _ in 0..10 {
        assert_eq!(sign_in(&server, json!({ "key": "wrong" }), &[]).await.0.status(), 401);
    }
    let (answer, _) = sign_in(&server, json!({ "key": KEY }), &[]).await;
    assert_eq!(answer.status(), 429, "{}", answer.text());
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() <= 6);
    // A key that is sent is not held up.
    server.get("/info/status").ok().await;
}

#[tokio::test]
async fn servers_with_one_secret_take_each_others_sessions() {
    let server = |secret: &str| Engine::Memory.setup().flag("--session-secret", secret).start();
    let (one, two, other) = (server("a secret of servers"), server("a secret of servers"), server("another secret!!"));
    let (_, cookie) = sign_in(&one, json!({ "key": KEY }), &[]).await;
    two.get("/info/status").without_key().header("cookie", &cookie).ok().await;
    other.get("/info/status").without_key().header("cookie", &cookie).refused(401).await;
    assert!(Engine::Memory.setup().flag("--session-secret", "short").try_start().unwrap_err().contains("16"));
}

#[tokio::test]
async fn without_a_key_only_programs_of_this_machine_are_served() {
    let server = Engine::Memory.setup().without_key().start();
    let port = server.port();
    // The status alone: what is no HTTP, such as two hosts, is refused before it is a request of the service.
    let store = async |headers: &[&str]| {
        let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        let head = format!(
            "POST /ns/direct/store/string HTTP/1.1\r\n{lines}content-type: text/plain\r\ncontent-length: 1\r\n\
             connection: close\r\n\r\nx"
        );
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.unwrap();
        String::from_utf8_lossy(&status[9..]).parse::<u16>().unwrap()
    };
    for host in ["localhost", "LOCALHOST", "LocalHost:1234", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:8080"] {
        assert_eq!(store(&[&format!("host: {host}")]).await, 200, "{host}");
    }
    let own = format!("host: 127.0.0.1:{port}");
    assert_eq!(store(&[&own, &format!("origin: http://127.0.0.1:{port}"), "sec-fetch-site: same-origin"]).await, 200);
    assert_eq!(store(&[&own, "sec-fetch-site: none"]).await, 200);
    for headers in [
        &["host: evil.example"][..],
        &[&*format!("host: evil.example:{port}")],
        &["host: [[::1]]"],
        &["host: localhost.evil.example"],
        &["host: 127.0.0.1@evil.example"],
        &["host: 0.0.0.0"],
        &["host: localhost", "host: evil.example"],
        &[&own, "origin: http://evil.example"],
        &[&own, "origin: null"],
        &[&own, "origin: http://127.0.0.1:1"],
        &[&own, &*format!("origin: http://127.0.0.1:{port}"), "origin: http://evil.example"],
        &[&own, "sec-fetch-site: cross-site"],
        &[&own, "sec-fetch-site: same-site"],
        &[&own, "x-forwarded-for: 192.0.2.1"],
        &[&own, "x-forwarded-host: localhost"],
        &[&own, "forwarded: for=192.0.2.1"],
        &[],
    ] {
        let status = store(headers).await;
        let is_no_http = headers.iter().filter(|line| line.starts_with("host")).count() != 1;
        assert!(status == 403 || (is_no_http && status == 400), "{headers:?}: {status}");
    }
    let read = async |line: &str, headers: &[&str]| server.raw_to(line, headers, b"").await;
    for path in ["/ns/file-ids", "/info/health", "/openapi.json", "/no/such/path", "/admin/storage/files/all/"] {
        assert_eq!(read(&format!("GET {path}"), &["host: evil.example"]).await.status(), 403, "{path}");
    }
    // The absolute form names a host as well.
    assert_eq!(read("GET http://evil.example/info/health", &["host: localhost"]).await.status(), 403);
    assert_eq!(read("GET http://localhost/info/health", &["host: localhost"]).await.status(), 200);
    // Probes come from anywhere, and a link may lead to the documentation.
    assert_eq!(read("GET /health/live", &["host: evil.example", "x-forwarded-for: 192.0.2.1"]).await.status(), 200);
    let link = ["host: localhost", "sec-fetch-site: cross-site", "sec-fetch-mode: navigate"];
    assert_eq!(read("GET /docs/", &link).await.status(), 200);
    assert_eq!(read("GET /ns/file-ids", &link).await.status(), 403);
}

#[tokio::test]
async fn what_a_cookie_lets_in_comes_from_a_page_of_the_service() {
    let server = Engine::Memory.setup().flag("--cors-origins", "https://app.example.org").start();
    let cookie = format!("x-api-key={KEY}");
    let with = |name: &'static str, value: &str| {
        server.get("/info/status").without_key().header("cookie", &cookie).header(name, value)
    };
    with("origin", &server.url()).ok().await;
    with("origin", "https://app.example.org").ok().await;
    with("sec-fetch-site", "same-origin").ok().await;
    with("origin", "https://evil.example").refused(403).await;
    with("sec-fetch-site", "cross-site").refused(403).await;
    // A page cannot send the key in a header unless it has it.
    server.get("/info/status").header("origin", "https://evil.example").ok().await;
}

#[tokio::test]
async fn a_key_for_administrators_opens_what_is_the_servers() {
    let server = Engine::Memory.setup().flag("--admin-api-key", ADMIN_KEY).start();
    for path in ["/server/storage/info", "/server/storage/read-cache", "/admin/storage/bucket-name"] {
        server.get(path).refused(403).await;
        server.get(path).header("x-api-key", ADMIN_KEY).ok().await;
    }
    let refusal = server.get("/%61dmin/storage/files/all/").refused(403).await;
    assert_eq!(refusal["detail"]["error_type"], "FORBIDDEN");
}

#[tokio::test]
async fn answers_say_how_they_are_to_be_taken() {
    let server = Engine::Memory.start();
    let entry = server.post("/ns/direct/store/string").text("<script>alert(1)</script>").stored().await;
    let page =
        server.post("/ns/key_based/store/json/page?file_id=p").json(json!({ "html": "<script>" })).stored().await;
    for path in [
        "/info/health".to_owned(),
        "/docs/".to_owned(),
        "/no/such".to_owned(),
        format!("/ns/retrieve/{}/string", entry.cache_id),
        format!("/admin/storage/file/html/{}", page.files[0]),
    ] {
        let answer = server.get(&path).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(matches!(answer.header("cache-control"), Some("private" | "no-store")), "{path}");
        if path.contains("/html/") {
            assert_eq!(answer.header("content-security-policy"), Some("sandbox"));
        }
    }
    let cookie = server.post("/auth/set-auth-cookie").without_key().json(json!({ "cookie_value": "x" })).ok().await;
    assert_eq!(cookie.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn only_administrators_clear_namespaces_that_are_no_tests() {
    let folder = tempfile::tempdir().unwrap();
    let limited = "scopes = [\"read\", \"write\", \"delete\"], namespaces = [\"test-*\", \"notes\"]";
    let keys = [
        ("all", KEY, ALL),
        ("user", "user", "scopes = [\"read\", \"write\", \"delete\"]"),
        ("writer", "writer", "scopes = [\"read\", \"write\"]"),
        ("mine", "mine", limited),
    ];
    let server = with_keys(&keys_file(folder.path(), &keys));
    for (method, path, key, status) in [
        ("POST", "/notes/direct/store/json", "user", 200),
        ("DELETE", "/test-data/clear/notes", "user", 403),
        ("DELETE", "/test-data/clear/notes", "mine", 403),
        ("DELETE", "/test-data/clear/atest", "user", 403),
        ("DELETE", "/test-data/clear/test-1", "writer", 403),
        ("DELETE", "/test-data/clear/test-1", "mine", 200),
        ("DELETE", "/test-data/clear/test", "mine", 403),
        ("DELETE", "/test-data/clear/tests", "user", 200),
        // Those that name no namespace store in some that the key has to reach all the same.
        ("GET", "/server/create/test-fixtures", "mine", 403),
        ("POST", "/test-data/create/in/default-namespaces/minimal", "mine", 403),
        ("POST", "/test-data/create/in/default-namespaces/comprehensive", "mine", 200),
        ("POST", "/test-data/create/in/default-namespaces/minimal", "writer", 200),
        ("POST", "/test-data/create/in/new-namespace/other", "mine", 403),
    ] {
        assert_eq!(ask(&server, method, path, key).await.status(), status, "{method} {path} {key}");
    }
    let ids = server.get("/notes/file-ids").value().await;
    assert_eq!(ids.as_array().unwrap().len(), 1, "nothing was cleared");
    assert_eq!(server.delete("/test-data/clear/notes").value().await["files_deleted"], 5);
}
