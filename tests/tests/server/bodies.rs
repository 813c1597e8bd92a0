//! What bodies say of themselves: content codings, character sets, and bytes that are no text.

use std::io::Write;

use cache_tests::{Engine, Stored, TestServer, each_engine};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

async fn store(server: &TestServer, coding: &str, bytes: &[u8]) -> Stored {
    server.post("/ns/direct/store/binary").bytes(bytes).header("content-encoding", coding).stored().await
}

each_engine!(gzip_is_gzip_by_every_name_it_has);
async fn gzip_is_gzip_by_every_name_it_has(engine: Engine) {
    let server = engine.start();
    let plain = server.post("/ns/direct/store/binary").bytes("some text").stored().await;
    for name in ["gzip", "GZIP", "Gzip", "x-gzip", "X-GZIP", " gzip"] {
        let entry = store(&server, name, &gzip(b"some text")).await;
        assert_eq!(entry.cache_hash, plain.cache_hash, "{name}: hashed unpacked");
        let path = format!("/ns/retrieve/{}", entry.cache_id);
        assert_eq!(server.get(format!("{path}/binary")).ok().await.text(), "some text", "{name}");
        assert_eq!(server.get(&path).value().await["metadata"]["content_encoding"], "gzip", "{name}");
        let broken = server.post("/ns/direct/store/binary").bytes("no gzip").header("content-encoding", name);
        broken.refused(400).await;
    }
    for none in ["identity", "IDENTITY", ""] {
        let entry = store(&server, none, b"some text").await;
        assert_eq!(entry.cache_hash, plain.cache_hash, "{none}");
        let read = server.get(format!("/ns/retrieve/{}", entry.cache_id)).value().await;
        assert_eq!(read["metadata"]["content_encoding"], json!(null), "{none}");
    }
}

each_engine!(bytes_of_another_coding_are_read_back_with_its_name);
async fn bytes_of_another_coding_are_read_back_with_its_name(engine: Engine) {
    let server = engine.start();
    for (sent, name) in
        [("br", "br"), ("BR", "br"), ("deflate", "deflate"), ("zstd", "zstd"), ("x-compress", "compress")]
    {
        // As bytes, and as bytes that look like gzip: the name counts.
        for bytes in [b"packed".to_vec(), gzip(b"unpacked")] {
            let entry = store(&server, sent, &bytes).await;
            for path in [
                format!("/ns/retrieve/{}/binary", entry.cache_id),
                format!("/ns/retrieve/hash/{}/binary", entry.cache_hash),
            ] {
                // Read raw, since a client unpacks what `content-encoding` names.
                for (accepted, is_taken) in [
                    (format!("accept-encoding: gzip, {name}"), true),
                    ("accept-encoding: *".to_owned(), true),
                    (format!("accept-encoding: {name};q=0, *"), false),
                    ("accept-encoding: gzip".to_owned(), false),
                    ("accept: */*".to_owned(), false),
                    ("accept-encoding: \u{fc}".to_owned(), false),
                ] {
                    let answer = server.raw(&format!("GET {path}"), &[&accepted], b"").await;
                    assert_eq!((answer.status(), answer.bytes().as_ref()), (200, &bytes[..]), "{path} {accepted}");
                    let (coding, stored) =
                        (answer.header("content-encoding"), answer.header("x-stored-content-encoding"));
                    let expected = if is_taken { (Some(name), None) } else { (None, Some(name)) };
                    assert_eq!((coding, stored), expected, "{path} {accepted}");
                    assert_eq!(answer.header("vary"), Some("accept-encoding"));
                }
            }
            let read = server.get(format!("/ns/retrieve/{}", entry.cache_id)).value().await;
            assert_eq!(read["metadata"]["content_encoding"], name);
        }
    }
}

each_engine!(a_coding_that_is_not_known_is_refused);
async fn a_coding_that_is_not_known_is_refused(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/direct/store/binary").bytes("some bytes").stored().await;
    let update = format!("/ns/update/{}/binary", entry.cache_id);
    for coding in ["foo", "gzip, gzip", "gzip, br", "br;q=1", "gzip2", "aws-chunked"] {
        for path in ["/ns/direct/store/binary", "/ns/key_based/store/binary/k?file_id=f", &update] {
            let refusal = server.post(path).bytes(gzip(b"x")).header("content-encoding", coding).refused(415).await;
            assert_eq!(refusal["detail"]["error_type"], "UNSUPPORTED_MEDIA_TYPE", "{refusal}");
            assert!(refusal["detail"]["message"].as_str().unwrap().contains(&format!("{coding:?}")), "{refusal}");
        }
    }
    assert_eq!(server.get("/ns/file-ids").value().await, json!([entry.cache_id]));
    // Recorded on the Python service: kept as it came.
    store(&server, "identity, gzip", b"no gzip").await;
}

each_engine!(an_update_keeps_the_coding_of_its_entry);
async fn an_update_keeps_the_coding_of_its_entry(engine: Engine) {
    let server = engine.start();
    let packed = store(&server, "gzip", &gzip(b"first")).await;
    let path = format!("/ns/update/{}/binary", packed.cache_id);
    let read = || server.get(format!("/ns/retrieve/{}/binary", packed.cache_id)).ok();
    server.post(&path).bytes(gzip(b"second")).header("content-encoding", "GZIP").ok().await;
    assert_eq!(read().await.text(), "second");
    server.post(&path).bytes("plain bytes are packed").ok().await;
    assert_eq!(read().await.text(), "plain bytes are packed");
    server.post(&path).bytes(gzip(b"and packed ones stay")).ok().await;
    assert_eq!(read().await.text(), "and packed ones stay");
    server.post(&path).bytes("no gzip").header("content-encoding", "gzip").refused(400).await;
    let bomb = gzip(&vec![0; 16 << 20]);
    for coding in ["", "gzip"] {
        // Packed once more it would be small, and unreadable.
        server.post(&path).bytes(bomb.clone()).header("content-encoding", coding).refused(400).await;
    }
    let refusal = server.post(&path).bytes("x").header("content-encoding", "br").refused(409).await;
    assert_eq!(refusal["detail"]["error_type"], "TYPE_MISMATCH", "{refusal}");
    assert_eq!(read().await.text(), "and packed ones stay");

    let plain = server.post("/ns/direct/store/binary").bytes("plain").stored().await;
    let path = format!("/ns/update/{}/binary", plain.cache_id);
    server.post(&path).bytes(gzip(b"x")).header("content-encoding", "gzip").refused(409).await;
    // Bytes that happen to be gzip, and are not said to be.
    server.post(&path).bytes(gzip(b"x")).ok().await;
    let bytes = server.get(format!("/ns/retrieve/{}/binary", plain.cache_id)).ok().await;
    assert_eq!(bytes.bytes().as_ref(), gzip(b"x"));

    let other = store(&server, "br", b"packed").await;
    let path = format!("/ns/update/{}/binary", other.cache_id);
    server.post(&path).bytes("plain").refused(409).await;
    server.post(&path).bytes("packed too").header("content-encoding", "br").ok().await;
    let answer = server.raw(&format!("GET /ns/retrieve/{}/binary", other.cache_id), &[], b"").await;
    assert_eq!((answer.text().as_str(), answer.header("x-stored-content-encoding")), ("packed too", Some("br")));
}

each_engine!(packed_json_reads_back_byte_for_byte);
async fn packed_json_reads_back_byte_for_byte(engine: Engine) {
    let server = engine.start();
    for text in
        ["{ \"b\":1,\n\"a\" : 1.50, \"a\":2e3, \"é\": \"\\u00e9\" }", "[1,2 , 3]\n", " 12.0 ", "\"text\"", "null", "{}"]
    {
        let entry = store(&server, "gzip", &gzip(text.as_bytes())).await;
        for by in [format!("/ns/retrieve/{}", entry.cache_id), format!("/ns/retrieve/hash/{}", entry.cache_hash)] {
            for form in ["binary", "string"] {
                assert_eq!(server.get(format!("{by}/{form}")).ok().await.text(), text, "{form}");
            }
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(server.get(format!("{by}/json")).value().await, value, "{text}");
            assert_eq!(server.get(&by).value().await["data"], value, "{text}");
        }
    }
}

each_engine!(text_in_another_character_set_is_refused);
async fn text_in_another_character_set_is_refused(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/direct/store/string").text("some text").stored().await.cache_id;
    let send = async |path: &str, media_type: &str, body: &[u8]| {
        let (media_type, length) = (format!("content-type: {media_type}"), format!("content-length: {}", body.len()));
        server.raw(&format!("POST {path}"), &[&media_type, &length], body).await
    };
    let texts = [
        "/ns/direct/store/string",
        "/ns/key_based/store/string/k",
        &format!("/ns/update/{entry}/string"),
        &format!("/ns/cache/{entry}/data/store/string/f"),
    ];
    for path in texts {
        for charset in ["iso-8859-1", "latin1", "\"ISO-8859-1\"", "windows-1252", "utf-16", "utf-7", "shift_jis"] {
            let answer = send(path, &format!("text/plain; charset={charset}"), &[0xC3, 0xA9]).await;
            assert_eq!(answer.status(), 415, "{path} {charset}: {}", answer.text());
            assert_eq!(answer.json()["detail"]["error_type"], "UNSUPPORTED_MEDIA_TYPE");
        }
        for charset in ["utf-8", "UTF-8", "\"utf8\"", "us-ascii"] {
            assert_eq!(
                send(path, &format!("text/plain;charset={charset}"), b"\xC3\xA9").await.status(),
                200,
                "{charset}"
            );
        }
        assert_eq!(send(path, "application/json; charset=latin1", b"\"\xC3\xA9\"").await.status(), 415);
        assert_eq!(send(path, "application/json; charset=utf-16", b"\"\0x\0\"\0").await.status(), 200);
    }
    for path in ["/ns/direct/store/json", &format!("/ns/update/{entry}/json")] {
        assert_eq!(send(path, "application/json; charset=iso-8859-1", b"{}").await.status(), 415, "{path}");
    }
    // Bytes are bytes, whatever they mean.
    assert_eq!(send("/ns/direct/store/binary", "text/plain; charset=iso-8859-1", &[0xE9]).await.status(), 200);
    assert_eq!(
        server.get(format!("/ns/retrieve/{entry}/string")).ok().await.text(),
        "x",
        "the last one that was taken"
    );
}

each_engine!(what_is_no_text_is_refused_as_the_python_service_refuses_it);
async fn what_is_no_text_is_refused_as_the_python_service_refuses_it(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/direct/store/string").text("text").stored().await.cache_id;
    for path in ["/ns/direct/store/string", &format!("/ns/cache/{entry}/data/store/string/f")] {
        for body in [b"abc\xFF".to_vec(), b"\xC3".to_vec(), gzip(b"text")] {
            let refusal = server.post(path).bytes(body.clone()).header("content-type", "text/plain").refused(400).await;
            assert_eq!(refusal["detail"][0]["type"], "string_unicode", "{refusal}");
            let json = server.post(path).bytes(body).header("content-type", "application/json");
            assert_eq!(json.refused(400).await["detail"], "There was an error parsing the body");
        }
        let packed = server.post(path).bytes(gzip(b"\"text\"")).header("content-type", "application/json");
        let packed = packed.header("content-encoding", "gzip").refused(400).await;
        assert_eq!(packed["detail"], "There was an error parsing the body");
        let broken = server.post(path).bytes("{\"a\"").header("content-type", "application/json").refused(400).await;
        assert_eq!(broken["detail"][0]["type"], "json_invalid", "{broken}");
        server.post(path).text("text").header("content-encoding", "br").refused(415).await;
    }
}

each_engine!(empty_bytes_of_a_child_file_are_there);
async fn empty_bytes_of_a_child_file_are_there(engine: Engine) {
    let server = engine.start();
    let entry = server.post("/ns/direct/store/string").text("text").stored().await.cache_id;
    let data = format!("/ns/cache/{entry}/data");
    // A JSON string is the only way to send no bytes, as in the Python service; an empty body is a missing one.
    let stored = server.post(format!("{data}/store/binary/f")).json("\"\"").value().await;
    assert_eq!(stored["file_size"], 0);
    let read = server.get(format!("{data}/binary/f")).ok().await;
    assert_eq!((read.bytes().len(), read.header("content-type")), (0, Some("application/octet-stream")));
    server.post(format!("{data}/update/binary/f")).bytes("x").ok().await;
    server.post(format!("{data}/update/binary/f")).json("\"\"").ok().await;
    assert_eq!(server.get(format!("{data}/binary/f")).ok().await.bytes().len(), 0);
    server.post(format!("{data}/store/binary/g")).bytes("").refused(400).await;
    server.post(format!("{data}/store/binary/g")).bytes("x").header("content-encoding", "foo").refused(415).await;
    server.get(format!("{data}/binary/g")).refused(404).await;
    server.post(format!("{data}/store/string/f")).json("\"\"").ok().await;
    assert_eq!(server.get(format!("{data}/string/f")).ok().await.text(), "");
    let missing = server.delete(format!("{data}/delete/binary/g")).refused(404).await;
    assert_eq!(missing["detail"]["data_type"], "binary", "{missing}");
    // Entries may not be empty.
    server.post("/ns/direct/store/binary").json("\"\"").refused(400).await;
}
