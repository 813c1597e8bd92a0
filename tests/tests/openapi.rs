//! The OpenAPI document: it is the one in git, it is complete, and every operation it describes is served.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::collections::BTreeSet;

use cache_tests::{Engine, TestServer};
use reqwest::Method;
use serde_json::{Map, Value};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/cache-server.json");

fn document() -> Value {
    serde_json::from_str(&cache_server::openapi()).unwrap()
}

/// Every operation of the document: its path, its method and what is said about it.
fn operations(document: &Value) -> Vec<(&String, Method, &Map<String, Value>)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |operation| (path, operation)));
    all.map(|(path, (method, about))| (path, method.to_uppercase().parse().unwrap(), about.as_object().unwrap()))
        .collect()
}

#[test]
fn the_document_is_the_one_in_git() {
    expectorate::assert_contents(FILE, &cache_server::openapi());
}

#[test]
fn every_operation_has_a_name_of_its_own_in_snake_case() {
    let document = document();
    let mut names = BTreeSet::new();
    for (path, method, about) in operations(&document) {
        let name = about["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operationId"));
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{name}");
        assert!(names.insert(name.to_owned()), "{name} names two operations");
    }
    assert!(names.len() > 80, "only {} operations", names.len());
}

#[test]
fn every_operation_says_what_it_does_and_what_it_answers() {
    let document = document();
    for (path, method, about) in operations(&document) {
        let said = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
        assert!(about.get("summary").is_some_and(said), "{method} {path} has no summary");
        assert!(
            about.get("tags").is_some_and(|tags| tags.as_array().unwrap().len() == 1),
            "{method} {path} has no tag"
        );
        let responses = about["responses"].as_object().unwrap();
        for status in ["200", "4XX", "5XX"] {
            assert!(responses.contains_key(status), "{method} {path} says nothing about {status}");
        }
        for (status, response) in responses {
            assert!(said(&response["description"]), "{method} {path} does not describe {status}");
        }
    }
}

#[test]
fn every_refusal_has_the_one_error_body() {
    let document = document();
    for (path, method, about) in operations(&document) {
        for status in ["4XX", "5XX"] {
            let schema = &about["responses"][status]["content"]["application/json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/ErrorBody", "{method} {path} {status}");
        }
    }
}

#[test]
fn every_parameter_of_a_path_is_described() {
    let document = document();
    for (path, method, about) in operations(&document) {
        let in_path = path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap());
        for name in in_path {
            let mut parameters = about.get("parameters").and_then(Value::as_array).into_iter().flatten();
            let found = parameters.find(|parameter| parameter["name"] == name && parameter["in"] == "path");
            let described =
                found.is_some_and(|parameter| parameter["description"].as_str().is_some_and(|d| !d.is_empty()));
            assert!(described, "{method} {path} does not describe {name}");
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|field| references(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

/// A path of the document with a value for every parameter.
fn concrete(path: &str) -> String {
    [
        ("{namespace}", "ns"),
        ("{strategy}", "direct"),
        ("{cache_id}", "00000000-0000-4000-8000-000000000000"),
        ("{cache_hash}", "0123456789abcdef"),
        ("{cache_key}", "a/key"),
        ("{data_key}", "a/key"),
        ("{data_file_id}", "file"),
        ("{data_type}", "string"),
        ("{file_id}", "file"),
        ("{file_path}", "a/file"),
        ("{path}", "ns/refs"),
    ]
    .iter()
    .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

async fn is_served(server: &TestServer, method: Method, path: &str) {
    let path = concrete(path);
    assert!(!path.contains('{'), "{path} has a parameter this test does not know");
    let answer = server.request(method.clone(), &path).json("{}").await;
    let unknown = answer.status() == 404 && answer.text().contains("\"Not Found\"");
    assert!(!unknown && answer.status() != 405, "{method} {path}: {}", answer.text());
}

#[tokio::test]
async fn every_operation_of_the_document_is_served() {
    let (server, document) = (Engine::Memory.start(), document());
    for (path, method, _) in operations(&document) {
        is_served(&server, method, path).await;
    }
}

#[tokio::test]
async fn the_served_document_is_the_printed_one() {
    let server = Engine::Memory.start();
    let served = server.get("/openapi.json").without_key().value().await;
    assert_eq!(served, document());
}
