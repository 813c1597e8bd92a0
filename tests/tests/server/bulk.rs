//! Bulk reads and listings: in order, whole, the same in pages as at once.

use cache_tests::{Engine, Stored, TestServer, each_engine, each_open_engine};
use futures::{StreamExt, stream};
use serde_json::{Value, json};

/// 2026-11-22T16:39:44.245Z
const NOW: u64 = 1_795_365_584_245;
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn start(engine: Engine) -> TestServer {
    engine.setup().clock_at(NOW).start()
}

fn with(path: &str, more: &str) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}{more}")
}

/// Reads all pages of a bulk read; each but the last must be full and end with a line that names the next cursor.
async fn lines_in_pages(server: &TestServer, path: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(with(path, &format!("limit={limit}&cursor={}", encoded(&cursor)))).ok().await;
        assert_eq!(page.header("content-type"), Some("application/x-ndjson"));
        let mut lines = page.lines();
        let next =
            lines.pop_if(|line| line.get("next").is_some()).map(|line| line["next"].as_str().unwrap().to_owned());
        if let Some(header) = page.next_cursor() {
            assert_eq!(Some(header), next.as_deref());
        }
        assert!(lines.len() == limit || (next.is_none() && lines.len() <= limit), "{limit}: {lines:?}");
        all.extend(lines);
        match next {
            Some(next) => cursor = next,
            None => return all,
        }
    }
}

/// A cursor as a value of a query: its percent signs belong to it.
fn encoded(cursor: &str) -> String {
    cursor.replace('%', "%25")
}

/// Reads all pages of a listing, whose items are at `at` of the answer.
async fn items_in_pages(server: &TestServer, path: &str, at: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(with(path, &format!("limit={limit}&cursor={}", encoded(&cursor)))).ok().await;
        let items = items(&page.json(), at);
        assert!(items.len() <= limit, "{path}: more than {limit}");
        all.extend(items);
        match page.next_cursor() {
            Some(next) => cursor = next.to_owned(),
            None => return all,
        }
    }
}

fn items(answer: &Value, at: &str) -> Vec<Value> {
    answer.pointer(at).unwrap().as_array().unwrap().clone()
}

/// Stores texts under the temporal strategies, some in one instant and some minutes apart; answers them in that order.
async fn store_over_time(server: &TestServer, count: usize) -> Vec<(u64, Stored, String)> {
    let mut stored = Vec::new();
    let mut now = NOW;
    for n in 0..count {
        let strategy = ["temporal", "temporal_latest", "temporal_versioned"][n % 3];
        let text = format!("text {n}");
        let entry = server.post(format!("/ns/{strategy}/store/string")).text(&text).stored().await;
        stored.push((now, entry, text));
        let step = [0, 1, 0, MINUTE, 17, HOUR][n % 6];
        server.advance(step);
        now += step;
    }
    stored
}

/// What the scan is expected to answer: ordered by the time and then the id.
fn expected(stored: &[(u64, Stored, String)], from: u64, to: u64) -> Vec<Value> {
    let mut inside: Vec<_> = stored.iter().filter(|(at, _, _)| (from..to).contains(at)).collect();
    inside.sort_by_key(|(at, entry, _)| (*at, entry.cache_id.clone()));
    let line =
        |(at, entry, text): &&(u64, Stored, String)| json!({"cache_id": entry.cache_id, "stored_at": at, "data": text});
    inside.iter().map(line).collect()
}

each_engine!(a_time_range_has_its_entries_in_the_order_they_were_stored);
async fn a_time_range_has_its_entries_in_the_order_they_were_stored(engine: Engine) {
    let server = start(engine);
    let stored = store_over_time(&server, 25).await;
    let all = server.get("/ns/temporal/entries").ok().await;
    assert_eq!(all.lines(), expected(&stored, 0, u64::MAX));
    assert_eq!(all.next_cursor(), None);
}

each_engine!(a_time_range_begins_at_from_and_ends_before_to);
async fn a_time_range_begins_at_from_and_ends_before_to(engine: Engine) {
    let server = start(engine);
    let stored = store_over_time(&server, 25).await;
    let last = stored.last().unwrap().0;
    let mut edges: Vec<u64> = stored.iter().map(|(at, _, _)| *at).step_by(5).collect();
    edges.truncate(engine.of_many(edges.len()));
    edges.extend([0, NOW - HOUR, NOW - 1, NOW, NOW + 1, last, last + 1, last + HOUR]);
    for from in &edges {
        for to in edges.iter().filter(|to| from <= to) {
            let lines = server.get(format!("/ns/temporal/entries?from={from}&to={to}")).ok().await.lines();
            assert_eq!(lines, expected(&stored, *from, *to), "{from} to {to}");
        }
    }
    let lines = server.get("/ns/temporal/entries?from=2026-11-22T16:39:44.245Z&to=2026-11-22T17:39:44.246%2B01:00");
    assert_eq!(lines.ok().await.lines(), expected(&stored, NOW, NOW + 1));
}

each_engine!(a_time_range_in_pages_loses_and_repeats_nothing);
async fn a_time_range_in_pages_loses_and_repeats_nothing(engine: Engine) {
    let server = start(engine);
    let stored = store_over_time(&server, 23).await;
    for limit in engine.of_pages(&[1, 2, 3, 5, 7, 22, 23, 24, 10_000]) {
        assert_eq!(
            lines_in_pages(&server, "/ns/temporal/entries", limit).await,
            expected(&stored, 0, u64::MAX),
            "{limit}"
        );
    }
    let (from, to) = (stored[4].0, stored[19].0);
    let path = format!("/ns/temporal/entries?from={from}&to={to}");
    assert_eq!(lines_in_pages(&server, &path, 2).await, expected(&stored, from, to));
}

each_engine!(a_page_goes_on_where_it_ended_whatever_is_stored_meanwhile);
async fn a_page_goes_on_where_it_ended_whatever_is_stored_meanwhile(engine: Engine) {
    let server = start(engine);
    let stored = store_over_time(&server, 8).await;
    let first = server.get("/ns/temporal/entries?limit=5").ok().await;
    server.advance(MINUTE);
    let later = server.post("/ns/temporal/store/string").text("later").stored().await;
    server.delete(format!("/ns/delete/{}", first.lines()[4]["cache_id"].as_str().unwrap())).ok().await;
    let cursor = encoded(first.next_cursor().unwrap());
    let rest = server.get(format!("/ns/temporal/entries?cursor={cursor}")).ok().await.lines();
    let mut ids: Vec<&str> = rest.iter().map(|line| line["cache_id"].as_str().unwrap()).collect();
    assert_eq!(ids.pop(), Some(later.cache_id.as_str()));
    let wanted = expected(&stored, 0, u64::MAX);
    assert!(
        ids.iter().eq(wanted[5..].iter().map(|line| line["cache_id"].as_str().unwrap()).collect::<Vec<_>>().iter())
    );
}

each_engine!(a_time_range_has_the_temporal_entries_of_its_namespace_only);
async fn a_time_range_has_the_temporal_entries_of_its_namespace_only(engine: Engine) {
    let server = start(engine);
    for path in ["ns/direct", "ns/key_based", "other/temporal", "ns2/temporal_latest"] {
        server.post(format!("/{path}/store/string/k?file_id=f")).text("no").stored().await;
    }
    let entry =
        server.post("/ns/temporal_versioned/store/json/k?file_id=f").json(r#"{"z": 1, "a": 1e22}"#).stored().await;
    let data = format!("/ns/cache/{}/data/store", entry.cache_id);
    server.post(format!("{data}/json/a/child")).json("{}").ok().await;
    let answer = server.get("/ns/temporal/entries").ok().await;
    // Once, though it lies in three folders; with its keys in order and its numbers as Python writes them.
    let line =
        format!("{{\"cache_id\":\"{}\",\"stored_at\":{NOW},\"data\":{{\"z\":1,\"a\":1e+22}}}}\n", entry.cache_id);
    assert_eq!(answer.text(), line);
    assert_eq!(server.get("/empty/temporal/entries").ok().await.text(), "");
}

each_engine!(what_lies_in_latest_and_versions_alone_is_not_read);
async fn what_lies_in_latest_and_versions_alone_is_not_read(engine: Engine) {
    let server = start(engine);
    for strategy in ["temporal_latest", "temporal_versioned"] {
        let entry = server.post(format!("/ns/{strategy}/store/string/k?file_id=f")).text("text").stored().await;
        for file in entry.files.iter().filter(|file| file.contains("/2026/")) {
            server.delete(format!("/admin/storage/file/delete/{file}")).ok().await;
        }
        server.get(format!("/ns/retrieve/{}", entry.cache_id)).ok().await;
    }
    assert_eq!(server.get("/ns/temporal/entries").ok().await.text(), "");
}

each_engine!(each_line_has_the_content_its_time_folder_holds);
async fn each_line_has_the_content_its_time_folder_holds(engine: Engine) {
    let server = start(engine);
    for strategy in ["temporal", "temporal_latest", "temporal_versioned"] {
        for n in 0..3 {
            server.post(format!("/{strategy}/{strategy}/store/string/k?file_id=f")).text(format!("{n}")).stored().await;
            server.advance(MINUTE);
        }
        let lines = server.get(format!("/{strategy}/temporal/entries")).ok().await.lines();
        assert_eq!(lines.iter().map(|line| line["data"].as_str().unwrap()).collect::<String>(), "012", "{strategy}");
    }
}

each_engine!(bytes_are_answered_by_their_url);
async fn bytes_are_answered_by_their_url(engine: Engine) {
    let server = start(engine);
    let entry = server.post("/ns/temporal/store/binary").bytes(b"\x00\xff".to_vec()).stored().await;
    for path in ["/ns/temporal/entries", "/ns/entries"] {
        let line = server.get(path).ok().await.lines().remove(0);
        assert_eq!((line.get("data"), &line["cache_id"]), (None, &json!(entry.cache_id)), "{path}");
        let content = server.get(line["binary_url"].as_str().unwrap()).ok().await;
        assert_eq!(content.bytes(), b"\x00\xff".as_slice());
    }
}

/// Puts an entry where the Python service would have: in the hour folder of a server whose clock shows `local_hour`.
async fn store_as_python(server: &TestServer, stored_at: u64, local_hour: &str) -> String {
    let entry = server.post("/ns/temporal/store/string/k?file_id=moved").text(local_hour).stored().await;
    let path = |suffix: &str| format!("{}{suffix}", entry.files[0]);
    let text = |bytes: Option<bytes::Bytes>| String::from_utf8(bytes.unwrap().to_vec()).unwrap();
    let id = entry.cache_id.clone();
    let base = format!("ns/data/temporal/{local_hour}/{id}.json");
    let metadata = text(server.stored(&path(".metadata")).await);
    server.plant(&base, &server.stored(&path("")).await.unwrap()).await;
    let metadata = metadata.replace(&NOW.to_string(), &stored_at.to_string());
    server.plant(&format!("{base}.metadata"), metadata.as_bytes()).await;
    let reference = format!("ns/refs/by-id/{}/{}/{id}.json", &id[..2], &id[2..4]);
    let moved = text(server.stored(&reference).await).replace(&entry.files[0], &base);
    server.plant(&reference, moved.as_bytes()).await;
    for suffix in ["", ".config", ".metadata"] {
        server.remove(&path(suffix)).await;
    }
    id
}

each_open_engine!(hour_folders_of_python_in_any_time_zone_are_read_too);
async fn hour_folders_of_python_in_any_time_zone_are_read_too(engine: Engine) {
    let server = start(engine);
    let before = store_as_python(&server, NOW - HOUR, "2026/11/22/15").await;
    let east = store_as_python(&server, NOW - 20, "2026/11/23/06").await;
    let west = store_as_python(&server, NOW - 10, "2026/11/22/04").await;
    let ours = server.post("/ns/temporal/store/string").text("ours").stored().await.cache_id;
    let after = store_as_python(&server, NOW + 10, "2026/11/22/16").await;
    let ids =
        |lines: Vec<Value>| lines.iter().map(|line| line["cache_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let path = format!("/ns/temporal/entries?from={}&to={}", NOW - 20, NOW + 11);
    assert_eq!(ids(server.get(&path).ok().await.lines()), [&east, &west, &ours, &after].map(String::clone));
    for limit in 1..5 {
        assert_eq!(ids(lines_in_pages(&server, &path, limit).await).len(), 4, "{limit}");
    }
    let path = format!("/ns/temporal/entries?from={}&to={}", NOW - HOUR, NOW - 20);
    assert_eq!(ids(server.get(path).ok().await.lines()), [before]);
}

/// Stores entries of every strategy under several keys.
async fn store_everywhere(server: &TestServer) -> Vec<(Stored, &'static str, &'static str)> {
    let mut stored = Vec::new();
    for strategy in ["direct", "temporal", "temporal_latest", "temporal_versioned", "key_based"] {
        for key in ["users/1", "users/12", "tokens"] {
            for n in 0..2 {
                let path = format!("/ns/{strategy}/store/string/{key}?file_id=f{n}-{}", key.replace('/', "-"));
                let entry = server.post(path).text(format!("{strategy} {key} {n}")).stored().await;
                stored.push((entry, strategy, key));
            }
        }
    }
    stored.sort_by_key(|(entry, _, _)| entry.cache_id.clone());
    stored
}

each_engine!(the_entries_of_a_namespace_come_in_the_order_of_their_ids);
async fn the_entries_of_a_namespace_come_in_the_order_of_their_ids(engine: Engine) {
    let server = start(engine);
    let stored = store_everywhere(&server).await;
    server.post("/other/direct/store/string").text("another namespace").stored().await;
    let lines = server.get("/ns/entries").ok().await.lines();
    assert_eq!(lines.len(), stored.len());
    for (line, (entry, strategy, key)) in lines.iter().zip(&stored) {
        let n = &line["file_id"].as_str().unwrap()[1..2];
        let expected = json!({
            "cache_id": entry.cache_id, "strategy": strategy, "cache_key": key,
            "file_id": format!("f{n}-{}", key.replace('/', "-")), "stored_at": NOW, "data": format!("{strategy} {key} {n}"),
        });
        assert_eq!(line, &expected);
    }
}

each_engine!(entries_are_chosen_by_strategy_and_key);
async fn entries_are_chosen_by_strategy_and_key(engine: Engine) {
    let server = start(engine);
    let stored = store_everywhere(&server).await;
    for (query, strategy, prefix) in [
        ("strategy=temporal", "temporal", ""),
        ("key_prefix=users/1", "", "users/1"),
        ("key_prefix=users/12", "", "users/12"),
        ("strategy=key_based&key_prefix=tokens", "key_based", "tokens"),
        ("key_prefix=nobody", "", "nobody"),
        ("key_prefix=", "", ""),
    ] {
        let chosen =
            stored.iter().filter(|(_, of, key)| (strategy.is_empty() || *of == strategy) && key.starts_with(prefix));
        let expected: Vec<&str> = chosen.map(|(entry, _, _)| entry.cache_id.as_str()).collect();
        for limit in engine.of_pages(&[1, 4, 10_000]) {
            let lines = lines_in_pages(&server, &format!("/ns/entries?{query}"), limit).await;
            let ids: Vec<&str> = lines.iter().map(|line| line["cache_id"].as_str().unwrap()).collect();
            assert_eq!(ids, expected, "{query} by {limit}");
        }
    }
}

each_engine!(child_files_cost_a_walk_over_entries_nothing);
async fn child_files_cost_a_walk_over_entries_nothing(engine: Engine) {
    let server = start(engine);
    let entry = server.post("/ns/key_based/store/string/k?file_id=f").text("parent").stored().await;
    server.post(format!("/ns/cache/{}/data/store/json/refs/by-id/child", entry.cache_id)).json("{}").ok().await;
    assert_eq!(server.get("/ns/entries").ok().await.lines().len(), 1);
    assert_eq!(server.get("/ns/file-ids").value().await, json!([entry.cache_id]));
}

/// Stores child files of every type in two folders; answers their lines in path order.
async fn store_children(server: &TestServer, id: &str) -> Vec<Value> {
    let data = format!("/ns/cache/{id}/data/store");
    let mut lines = Vec::new();
    for folder in ["events/1", "events/2"] {
        for n in 0..7 {
            let (name, path) = (format!("e{n:02}"), format!("{folder}/e{n:02}"));
            let line = |kind: &str, data: Value| json!({"data_file_id": name, "data_key": folder, "data_type": kind, "data": data});
            lines.push(match n % 3 {
                0 => {
                    server.post(format!("{data}/json/{path}")).json(json!({"n": n})).ok().await;
                    line("json", json!({"n": n}))
                }
                1 => {
                    server.post(format!("{data}/string/{path}")).text(format!("text {n}")).ok().await;
                    line("string", json!(format!("text {n}")))
                }
                _ => {
                    server.post(format!("{data}/binary/{path}")).bytes("bytes").ok().await;
                    line("binary", json!("Ynl0ZXM="))
                }
            });
        }
    }
    lines
}

each_engine!(child_files_are_read_in_name_order_either_way);
async fn child_files_are_read_in_name_order_either_way(engine: Engine) {
    let server = start(engine);
    for strategy in ["key_based", "temporal_versioned"] {
        let entry = server.post(format!("/ns/{strategy}/store/string/k?file_id=f")).text("parent").stored().await;
        let lines = store_children(&server, &entry.cache_id).await;
        let data = format!("/ns/cache/{}/data/entries", entry.cache_id);
        for (path, lines) in
            [("", &lines[..]), ("/events", &lines[..]), ("/events/1", &lines[..7]), ("/events/2", &lines[7..])]
        {
            let reversed: Vec<Value> = lines.iter().rev().cloned().collect();
            let path = format!("{data}{path}");
            assert_eq!(server.get(&path).ok().await.lines(), lines, "{path}");
            assert_eq!(server.get(format!("{path}?order=asc")).ok().await.lines(), lines, "{path}");
            assert_eq!(server.get(format!("{path}?order=desc")).ok().await.lines(), reversed, "{path}");
            for limit in engine.of_pages(&[1, 2, 3, 6, 7, 8, 14, 15]) {
                assert_eq!(lines_in_pages(&server, &path, limit).await, lines, "{path} by {limit}");
                let descending = lines_in_pages(&server, &format!("{path}?order=desc"), limit).await;
                assert_eq!(descending, reversed, "{path} by {limit}");
            }
        }
        assert_eq!(server.get(format!("{data}/nothing")).ok().await.text(), "");
    }
}

each_engine!(every_listing_in_pages_is_the_listing_at_once);
async fn every_listing_in_pages_is_the_listing_at_once(engine: Engine) {
    let server = start(engine);
    store_everywhere(&server).await;
    for namespace in ["a", "b", "c-d", "c", "c_d"] {
        server.post(format!("/{namespace}/direct/store/string")).text(namespace).stored().await;
    }
    let entry = server.post("/ns/temporal_latest/store/string/k?file_id=f").text("parent").stored().await;
    store_children(&server, &entry.cache_id).await;
    let data = format!("/ns/cache/{}/data/list", entry.cache_id);
    let below = format!("{data}/events/1");
    for (path, at) in [
        ("/namespaces/list", ""),
        ("/ns/file-ids", ""),
        ("/ns/file-hashes", ""),
        ("/admin/storage/files/all/", "/files"),
        ("/admin/storage/files/all/ns/data", "/files"),
        ("/admin/storage/files/in/ns/data/key-based/users/1", ""),
        ("/admin/storage/files/in/ns/data/key-based/users/1?return_full_path=true", ""),
        ("/admin/storage/files/in/ns?recursive=true", ""),
        ("/admin/storage/folders/", ""),
        ("/admin/storage/folders/ns?recursive=true", ""),
        ("/admin/storage/folders/ns?recursive=true&return_full_path=true", ""),
        (&data, "/files"),
        (&below, "/files"),
    ] {
        let all = items(&server.get(path).value().await, at);
        assert!(all.len() > 1, "{path}: {all:?}");
        for limit in engine.of_pages(&[1, 2, 3, 7, all.len(), all.len() + 1, 10_000]) {
            assert_eq!(items_in_pages(&server, path, at, limit).await, all, "{path} by {limit}");
        }
    }
}

each_engine!(listings_are_sorted_and_count_what_they_list);
async fn listings_are_sorted_and_count_what_they_list(engine: Engine) {
    let server = start(engine);
    store_everywhere(&server).await;
    for (path, at) in [("/ns/file-ids", ""), ("/ns/file-hashes", ""), ("/admin/storage/files/all/", "/files")] {
        let answer = server.get(path).value().await;
        let listed = items(&answer, at);
        assert!(listed.is_sorted_by_key(|item| item.as_str().unwrap().to_owned()), "{path}");
        if !at.is_empty() {
            assert_eq!(answer["file_count"], listed.len(), "{path}");
        }
    }
}

/// How many child files make a listing that is streamed in several chunks.
const MANY: usize = 3_000;

each_engine!(thousands_of_files_streamed_are_the_same_in_pages);
async fn thousands_of_files_streamed_are_the_same_in_pages(engine: Engine) {
    let many = engine.of_many(MANY);
    let server = start(engine);
    let entry = server.post("/ns/key_based/store/string/k?file_id=f").text("parent").stored().await;
    let data = format!("/ns/cache/{}/data", entry.cache_id);
    if matches!(engine, Engine::LocalDisk | Engine::S3) {
        for n in 0..many {
            let path = format!("ns/data/key-based/k/f/data/{}/child-{n}.txt", n % 7);
            server.plant(&path, n.to_string().as_bytes()).await;
        }
    } else {
        let store = |n: usize| server.post(format!("{data}/store/string/{}/child-{n}", n % 7)).text(n.to_string()).ok();
        stream::iter(0..many).map(store).buffer_unordered(32).for_each(async |_| {}).await;
    }
    let listed = server.get(format!("{data}/list")).value().await;
    assert_eq!(listed["file_count"], many);
    assert_eq!(items_in_pages(&server, &format!("{data}/list"), "/files", 1_999).await, items(&listed, "/files"));

    let files = server.get("/admin/storage/files/all/ns").value().await;
    assert_eq!(files["file_count"], many + 5);
    let paths = items(&files, "/files");
    assert_eq!(items_in_pages(&server, "/admin/storage/files/all/ns", "/files", 1_000).await, paths);
    assert_eq!(items_in_pages(&server, "/admin/storage/files/all/ns", "/files", 7_000).await, paths);

    let lines = lines_in_pages(&server, &format!("{data}/entries"), 777).await;
    assert_eq!(lines.len(), many);
    let mut backwards = lines_in_pages(&server, &format!("{data}/entries?order=desc"), 1_000).await;
    backwards.reverse();
    assert_eq!(backwards, lines);

    let gone = server.delete(format!("{data}/delete/all")).value().await;
    assert_eq!(gone["deleted_count"], many);
    assert_eq!(server.get(format!("{data}/list")).value().await["file_count"], 0);
}

each_engine!(more_entries_than_one_chunk_are_streamed_whole);
async fn more_entries_than_one_chunk_are_streamed_whole(engine: Engine) {
    let server = start(engine);
    let store = |n: usize| server.post("/ns/temporal/store/string").text(format!("text {n}")).stored();
    let stored: Vec<Stored> = stream::iter(0..engine.of_many(450)).map(store).buffered(16).collect().await;
    let mut expected: Vec<&str> = stored.iter().map(|entry| entry.cache_id.as_str()).collect();
    expected.sort_unstable();
    for path in ["/ns/entries", "/ns/temporal/entries"] {
        for limit in engine.of_pages(&[199, 200, 201, 450, 10_000]) {
            let lines = lines_in_pages(&server, path, limit).await;
            let ids: Vec<&str> = lines.iter().map(|line| line["cache_id"].as_str().unwrap()).collect();
            assert_eq!(ids, expected, "{path} by {limit}");
        }
    }
}

each_engine!(a_time_range_may_end_at_the_end_of_time);
async fn a_time_range_may_end_at_the_end_of_time(engine: Engine) {
    let server = start(engine);
    for strategy in ["temporal", "temporal_latest", "temporal_versioned"] {
        server.post(format!("/ns/{strategy}/store/string")).text(strategy).stored().await;
    }
    for to in [u64::MAX, u64::MAX / 2, i64::MAX as u64 + 1, 253_402_300_800_000, NOW + 1] {
        for limit in [1, 1000] {
            let path = format!("/ns/temporal/entries?to={to}");
            assert_eq!(lines_in_pages(&server, &path, limit).await.len(), 3, "{to}");
        }
        let none = server.get(format!("/ns/temporal/entries?from={}&to={to}", to - 1)).ok().await.lines();
        assert_eq!(none.len(), if to == NOW + 1 { 3 } else { 0 });
    }
}

each_open_engine!(what_python_adds_to_an_hour_folder_is_seen_by_the_next_page);
async fn what_python_adds_to_an_hour_folder_is_seen_by_the_next_page(engine: Engine) {
    let server = start(engine);
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(store_as_python(&server, NOW - 100 + n, "2026/11/22/16").await);
        let read = lines_in_pages(&server, "/ns/temporal/entries?", 2).await;
        let read: Vec<_> = read.iter().map(|line| line["cache_id"].as_str().unwrap()).collect();
        assert_eq!(read, ids);
    }
    server.delete(format!("/ns/delete/{}", ids.remove(2))).ok().await;
    assert_eq!(lines_in_pages(&server, "/ns/temporal/entries?", 2).await.len(), ids.len());
}

each_engine!(a_hash_whose_newest_entries_are_gone_reads_the_newest_that_is_left);
async fn a_hash_whose_newest_entries_are_gone_reads_the_newest_that_is_left(engine: Engine) {
    let server = start(engine);
    let store = || server.post("/ns/direct/store/string").text("one content").stored();
    let left = store().await;
    for _ in 0..engine.of_many(40) {
        let id = store().await.cache_id;
        // Somebody takes the references away, and nothing else.
        let reference = format!("ns/refs/by-id/{}/{}/{id}.json", &id[..2], &id[2..4]);
        server.delete(format!("/admin/storage/file/delete/{reference}")).ok().await;
    }
    let read = server.get(format!("/ns/retrieve/hash/{}/metadata", left.cache_hash)).value().await;
    assert_eq!(read["cache_id"], left.cache_id.as_str(), "{read}");
    assert_eq!(server.get(format!("/ns/retrieve/hash/{}/string", left.cache_hash)).ok().await.text(), "one content");
    server.delete(format!("/ns/delete/{}", left.cache_id)).ok().await;
    assert_eq!(server.get(format!("/ns/retrieve/hash/{}", left.cache_hash)).await.status(), 404);
}

each_engine!(large_folders_are_listed_whole_while_they_change);
async fn large_folders_are_listed_whole_while_they_change(engine: Engine) {
    if engine == Engine::S3 {
        return;
    }
    let server = start(engine);
    let names: Vec<String> = (0..1_200).map(|n| format!("f{n:05}")).collect();
    let store = |name: &String| server.post(format!("/ns/key_based/store/string/k?file_id={name}")).text(name).stored();
    stream::iter(&names).map(store).buffered(16).collect::<Vec<_>>().await;
    let path = "/admin/storage/files/all/ns/data/key-based";
    let all = |value: Value| value["files"].as_array().unwrap().len();
    assert_eq!(all(server.get(path).value().await), 3 * names.len());
    assert_eq!(all(server.get(path).value().await), 3 * names.len());
    // What was stored after the folder was read is in the next listing.
    server.post("/ns/key_based/store/string/k?file_id=f00500x").text("more").stored().await;
    assert_eq!(all(server.get(path).value().await), 3 * names.len() + 3);
}

each_engine!(a_cursor_of_another_listing_is_refused);
async fn a_cursor_of_another_listing_is_refused(engine: Engine) {
    let server = engine.start();
    let mut parents = Vec::new();
    for n in 0..3 {
        for namespace in ["ns", "other"] {
            let entry =
                server.post(format!("/{namespace}/temporal/store/string/k{n}?file_id=f{n}")).text(format!("{n}"));
            parents.push(entry.stored().await.cache_id);
        }
    }
    for file in ["a", "b", "c"] {
        for parent in [&parents[0], &parents[2]] {
            server.post(format!("/ns/cache/{parent}/data/store/string/k/{file}")).text("x").ok().await;
        }
    }
    let data = |parent: usize| format!("/ns/cache/{}/data", parents[parent]);
    let listings = [
        "/ns/file-ids".to_owned(),
        "/ns/file-hashes".to_owned(),
        "/other/file-ids".to_owned(),
        "/namespaces/list".to_owned(),
        "/ns/entries".to_owned(),
        "/ns/entries?strategy=temporal".to_owned(),
        "/ns/temporal/entries".to_owned(),
        "/other/temporal/entries".to_owned(),
        "/ns/temporal/entries?from=1".to_owned(),
        format!("{}/list", data(0)),
        format!("{}/list/k", data(0)),
        format!("{}/list?recursive=true", data(0)),
        format!("{}/entries/k", data(0)),
        format!("{}/entries/k?order=desc", data(0)),
        format!("{}/entries/k", data(2)),
        "/admin/storage/files/all/ns".to_owned(),
        "/admin/storage/files/in/ns/refs?recursive=true".to_owned(),
        "/admin/storage/folders/ns?recursive=true".to_owned(),
        "/admin/storage/folders/".to_owned(),
    ];
    let mut cursors = Vec::new();
    for listing in &listings {
        let page = server.get(with(listing, "limit=1")).ok().await;
        let line = || page.text().lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
        let next = page.next_cursor().map(str::to_owned);
        let next = next.or_else(|| line().and_then(|line| line["next"].as_str().map(str::to_owned)));
        cursors.push(next.unwrap_or_else(|| panic!("{listing} has one page: {}", page.text())));
    }
    for (at, listing) in listings.iter().enumerate() {
        for (of, cursor) in cursors.iter().enumerate() {
            let request = server.get(with(listing, &format!("limit=2&cursor={}", encoded(cursor))));
            if at == of {
                request.ok().await;
                continue;
            }
            let refusal = request.refused(400).await;
            assert_eq!(
                refusal["detail"][0]["loc"],
                json!(["query", "cursor"]),
                "{listing} {}: {refusal}",
                listings[of]
            );
        }
        for made_up in ["x", "00000000", &cursors[at][..7], &format!("{}x", encoded(&cursors[at])), "ns%2Frefs%2Fby-id"]
        {
            server.get(with(listing, &format!("cursor={made_up}"))).refused(400).await;
        }
    }
}
