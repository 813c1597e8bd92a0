//! Ranges of bytes: a part of what would be answered without them, and never of anything else.

use std::io::Write as _;

use cache_tests::{Answer, Engine, TestServer, each_engine};

const BYTES: &[u8] = b"0123456789";

/// Bytes in every place that answers them with ranges, and whether they have a tag there.
async fn places(server: &TestServer, bytes: &[u8]) -> Vec<(String, bool)> {
    let entry = server.post("/ns/key_based/store/binary/k?file_id=f").bytes(bytes).stored().await;
    let child = format!("/ns/cache/{}/data", entry.cache_id);
    for name in ["c", "a/b/c"] {
        server.post(format!("{child}/store/binary/{name}")).bytes(bytes).ok().await;
    }
    vec![
        (format!("/ns/retrieve/{}/binary", entry.cache_id), true),
        (format!("/ns/retrieve/hash/{}/binary", entry.cache_hash), false),
        ("/ns/retrieve/key/k?as=binary".to_owned(), true),
        (format!("{child}/binary/c"), true),
        (format!("{child}/binary/a/b/c"), true),
    ]
}

fn is_whole(answer: &Answer, what: &str) {
    assert_eq!((answer.status(), answer.bytes().as_ref()), (200, BYTES), "{what}");
    assert_eq!((answer.header("content-range"), answer.header("accept-ranges")), (None, Some("bytes")), "{what}");
}

each_engine!(a_range_is_answered_with_that_part);
async fn a_range_is_answered_with_that_part(engine: Engine) {
    let server = engine.start();
    for (path, _) in places(&server, BYTES).await {
        let whole = server.get(&path).ok().await;
        is_whole(&whole, &path);
        for (range, part, place) in [
            ("bytes=0-0", "0", "bytes 0-0/10"),
            ("bytes=2-4", "234", "bytes 2-4/10"),
            ("bytes=0-9", "0123456789", "bytes 0-9/10"),
            ("bytes=8-100", "89", "bytes 8-9/10"),
            ("bytes=9-", "9", "bytes 9-9/10"),
            ("bytes=0-", "0123456789", "bytes 0-9/10"),
            ("bytes=-3", "789", "bytes 7-9/10"),
            ("bytes=-100", "0123456789", "bytes 0-9/10"),
            ("bytes=3-18446744073709551615", "3456789", "bytes 3-9/10"),
        ] {
            let answer = server.get(&path).header("range", range).await;
            assert_eq!((answer.status(), answer.text().as_str()), (206, part), "{path} {range}");
            assert_eq!(answer.header("content-range"), Some(place), "{path} {range}");
            assert_eq!(answer.header("accept-ranges"), Some("bytes"), "{path} {range}");
            for name in ["etag", "content-type"] {
                assert_eq!(answer.header(name), whole.header(name), "{path} {range}");
            }
        }
        for range in ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99-100"] {
            let answer = server.get(&path).header("range", range).await;
            assert_eq!((answer.status(), answer.header("content-range")), (416, Some("bytes */10")), "{path} {range}");
            assert_eq!(answer.json()["detail"]["error_type"], "RANGE_NOT_SATISFIABLE", "{path} {range}");
        }
    }
}

each_engine!(what_is_no_single_range_is_answered_whole);
async fn what_is_no_single_range_is_answered_whole(engine: Engine) {
    let server = engine.start();
    for (path, _) in places(&server, BYTES).await {
        for range in [
            "bytes=0-1,3-4",
            "bytes=0-1,",
            "bytes=0-1,x",
            "bytes=20-30,40-50",
            "bytes=4-2",
            "bytes=a-b",
            "bytes=",
            "bytes=-",
            "bytes=--1",
            "bytes=+1-2",
            "bytes=1-+2",
            "bytes 0-1",
            "bytes",
            "",
            "items=0-1",
            "bytes=1-99999999999999999999",
        ] {
            is_whole(&server.get(&path).header("range", range).await, &format!("{path} {range:?}"));
        }
        let head = server.head(&path).header("range", "bytes=0-1").await;
        assert_eq!((head.status(), head.header("content-length")), (200, Some("10")), "{path}");
        assert_eq!(head.header("content-range"), None);
    }
}

each_engine!(a_range_of_other_content_is_answered_whole);
async fn a_range_of_other_content_is_answered_whole(engine: Engine) {
    let server = engine.start();
    for (path, has_tag) in places(&server, BYTES).await {
        let tag = server.get(&path).ok().await.header("etag").map(str::to_owned);
        assert_eq!(tag.is_some(), has_tag, "{path}");
        let tag = tag.unwrap_or_else(|| "\"none\"".to_owned());
        let part = |if_range: &str| server.get(&path).header("range", "bytes=2-3").header("if-range", if_range);
        for other in ["\"other\"", &format!("W/{tag}"), "Wed, 21 Oct 2026 07:28:00 GMT", "*", "", &tag.replace('"', "")]
        {
            is_whole(&part(other).await, &format!("{path} {other}"));
        }
        let answer = part(&tag).await;
        if has_tag {
            assert_eq!((answer.status(), answer.text().as_str()), (206, "23"), "{path}");
            // What the client has comes first.
            let known = part(&tag).header("if-none-match", &tag).await;
            assert_eq!((known.status(), known.bytes().len()), (304, 0), "{path}");
            let other = part(&tag).header("if-none-match", "\"other\"").await;
            assert_eq!(other.status(), 206, "{path}");
            // A range that is past the end counts for this content alone.
            let past = server.get(&path).header("range", "bytes=50-");
            assert_eq!(past.header("if-range", &tag).await.status(), 416, "{path}");
            let past = server.get(&path).header("range", "bytes=50-").header("if-range", "\"other\"");
            is_whole(&past.await, &path);
        } else {
            is_whole(&answer, &path);
        }
    }
}

each_engine!(a_range_is_one_of_the_unpacked_bytes);
async fn a_range_is_one_of_the_unpacked_bytes(engine: Engine) {
    let server = engine.start();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(BYTES).unwrap();
    let store = server.post("/ns/key_based/store/binary/k?file_id=f").bytes(packed.finish().unwrap());
    let packed = store.header("content-encoding", "gzip").stored().await;
    let text = server.post("/ns/direct/store/string").text("0é2").stored().await;
    let json = server.post("/ns/direct/store/json").json(r#"{"a":1}"#).stored().await;
    for (entry, range, part, place) in [
        (&packed, "bytes=2-4", "234".as_bytes(), "bytes 2-4/10"),
        (&text, "bytes=1-2", "é".as_bytes(), "bytes 1-2/4"),
        (&text, "bytes=2-2", b"\xa9".as_slice(), "bytes 2-2/4"),
        (&json, "bytes=-3", b" 1}".as_slice(), "bytes 5-7/8"),
    ] {
        for path in [format!("{}/binary", entry.cache_id), format!("hash/{}/binary", entry.cache_hash)] {
            let answer = server.get(format!("/ns/retrieve/{path}")).header("range", range).await;
            assert_eq!((answer.status(), answer.bytes().as_ref()), (206, part), "{path}");
            assert_eq!(answer.header("content-range"), Some(place), "{path}");
        }
    }
}

#[tokio::test]
async fn no_range_of_nothing_is_there() {
    let server = Engine::Memory.start();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.flush().unwrap();
    let store =
        server.post("/ns/direct/store/binary").bytes(packed.finish().unwrap()).header("content-encoding", "gzip");
    let empty = store.stored().await;
    let path = format!("/ns/retrieve/{}/binary", empty.cache_id);
    assert_eq!(server.get(&path).ok().await.bytes().len(), 0);
    for range in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
        let answer = server.get(&path).header("range", range).await;
        assert_eq!((answer.status(), answer.header("content-range")), (416, Some("bytes */0")), "{range}");
    }
}

#[tokio::test]
async fn a_large_content_is_read_in_parts() {
    let server = Engine::Memory.start();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[(n % 3) as usize]).collect();
    for (path, _) in places(&server, &bytes).await {
        let mut read = Vec::new();
        while read.len() < bytes.len() {
            let range = format!("bytes={}-{}", read.len(), read.len() + 999_999);
            let answer = server.get(&path).header("range", range).await;
            assert_eq!(answer.status(), 206);
            read.extend_from_slice(answer.bytes());
        }
        assert!(read == bytes, "{path}");
    }
}

#[tokio::test]
async fn other_forms_know_no_ranges() {
    let server = Engine::Memory.start();
    let entry = server.post("/ns/key_based/store/string/k?file_id=f").text("1234567890").stored().await;
    let id = &entry.cache_id;
    for path in [format!("{id}/string"), format!("{id}/json"), id.clone(), "key/k?as=string".into(), "key/k".into()] {
        let path = format!("/ns/retrieve/{path}");
        let answer = server.get(&path).header("range", "bytes=0-1").await;
        assert_eq!((answer.status(), answer.header("accept-ranges")), (200, None), "{path}");
    }
}
