//! Values the Python service recorded: its JSON texts and its hashes are ours, byte for byte.

use cache_client::hash::HashError;
use cache_client::{CacheHashGenerator, FieldPath, Json};
use cache_tests::Engine;
use serde_json::Value;

/// The recorded checks of one kind; `record_hashes.py` beside them says what they are.
fn recorded(kind: &str) -> Vec<Value> {
    let lines = include_str!("../../fixtures/python-hashes.jsonl").lines();
    let checks: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let checks: Vec<Value> = checks.into_iter().filter(|check| check["kind"] == kind).collect();
    assert!(checks.len() > 100, "only {} checks of {kind}", checks.len());
    checks
}

fn text<'a>(check: &'a Value, name: &str) -> &'a str {
    check[name].as_str().unwrap()
}

fn parse(check: &Value) -> Json {
    Json::parse(text(check, "input").as_bytes()).unwrap_or_else(|error| panic!("{error}: {check}"))
}

#[test]
fn documents_have_the_texts_and_hashes_python_gives_them() {
    let hashes = CacheHashGenerator::default();
    for check in recorded("json") {
        let value = parse(&check);
        assert_eq!(value.dumps(), text(&check, "dumps"));
        assert_eq!(value.dumps_sorted(), text(&check, "sorted"));
        assert_eq!(value.dumps_indented(2), text(&check, "indent2"));
        assert_eq!(hashes.from_json(&value).as_str(), text(&check, "hash"), "{check}");
    }
}

#[test]
fn what_python_writes_is_read_back_as_the_same_document() {
    for check in recorded("json") {
        let value = parse(&check);
        assert_eq!(Json::parse(value.dumps().as_bytes()).unwrap(), value, "{check}");
        assert_eq!(Json::parse(value.dumps_compact().as_bytes()).unwrap(), value, "{check}");
        assert_eq!(Json::parse(value.dumps_indented(4).as_bytes()).unwrap(), value, "{check}");
    }
}

#[test]
fn fields_have_the_hashes_python_gives_them() {
    let hashes = CacheHashGenerator::default();
    for check in recorded("field") {
        let path = FieldPath::parse(text(&check, "path")).unwrap();
        match (hashes.from_json_field(&parse(&check), &path), check["hash"].as_str()) {
            (Ok(hash), Some(expected)) => assert_eq!(hash.as_str(), expected, "{check}"),
            (Err(HashError::FieldMissing(missing)), None) => assert_eq!(missing, path),
            (hash, _) => panic!("{hash:?} for {check}"),
        }
    }
}

#[test]
fn strings_have_the_hashes_python_gives_them() {
    let hashes = CacheHashGenerator::default();
    for check in recorded("string") {
        let (input, expected) = (text(&check, "input"), text(&check, "hash"));
        assert_eq!(hashes.from_string(input).unwrap().as_str(), expected, "{check}");
        assert_eq!(hashes.from_bytes(input.as_bytes()).as_str(), expected, "{check}");
    }
}

#[tokio::test]
async fn the_server_hashes_and_answers_documents_as_python_does() {
    let server = Engine::Memory.start();
    // Every twentieth check: the route adds nothing but the way there and back.
    for check in recorded("json").iter().step_by(20) {
        let stored = server.post("/ns/direct/store/json").json(text(check, "input")).stored().await;
        assert_eq!(stored.cache_hash, text(check, "hash"), "{check}");
        let text_of = server.get(format!("/ns/retrieve/{}/string", stored.cache_id)).ok().await.text();
        assert_eq!(text_of, text(check, "dumps"));
        let file = server.get(format!("/admin/storage/file/bytes/{}", stored.files[0])).ok().await.text();
        assert_eq!(file, text(check, "indent2"));
    }
}
