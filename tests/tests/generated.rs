//! The generated client: `cache-client/src/generated.rs` is what the OpenAPI document gives, and nothing else.
//!
//! It is written here and not in the client, because a client that does not compile could not repair itself. Refresh it
//! with `EXPECTORATE=overwrite cargo test -p cache-tests --test generated`.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use progenitor_impl::{GenerationSettings, Generator, HooksMode, TypeImpl};
use serde_json::{Map, Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../cache-client/src/generated.rs");

/// Names that have a type of their own in the client: of parameters and of fields, and the type.
const NAMED: [(&str, &str); 13] = [
    ("namespace", "Namespace"),
    ("cache_id", "CacheId"),
    ("original_cache_id", "CacheId"),
    ("latest_id", "CacheId"),
    ("cache_hash", "CacheHash"),
    ("strategy", "Strategy"),
    ("data_type", "DataType"),
    // The following are types of parameters alone: in answers a key may be empty.
    ("cache_key", "CacheKey"),
    ("data_key", "DataKey"),
    ("data_file_id", "FileId"),
    ("file_id", "FileId"),
    ("json_field_path", "FieldPath"),
    ("file_path", "MemberPath"),
];
/// How many of them are types of fields as well.
const OF_FIELDS: usize = 7;

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The document as progenitor reads it: OpenAPI 3.0, with our own types where the client has them.
fn document() -> Value {
    let mut document: Value = serde_json::from_str(&cache_server::openapi()).unwrap();
    downgrade(&mut document);
    document["openapi"] = json!("3.0.3");
    for operation in
        document["paths"].as_object_mut().unwrap().values_mut().flat_map(|path| {
            path.as_object_mut().unwrap().values_mut().map(|operation| operation.as_object_mut().unwrap())
        })
    {
        type_parameters(operation);
        type_bodies(operation);
    }
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    for (name, schema) in schemas.iter_mut() {
        type_fields(name, schema);
    }
    for name in ["Namespace", "CacheId", "CacheHash", "Strategy", "DataType", "CacheKey", "DataKey", "FileId"] {
        schemas.insert(name.to_owned(), json!({ "type": "string" }));
    }
    for name in ["FieldPath", "MemberPath"] {
        schemas.insert(name.to_owned(), json!({ "type": "string" }));
    }
    schemas.insert("RawJson".to_owned(), json!({ "type": "object" }));
    // These are what the client calls `Strategy` and `DataType`.
    schemas.remove("StrategyName");
    schemas.remove("DataTypeName");
    document
}

/// OpenAPI 3.1 to 3.0: types and references that may be null, and the formats of integers.
fn downgrade(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Array(options)) = fields.get("oneOf")
                && options.iter().any(|option| option["type"] == "null")
            {
                let others: Vec<_> = options.iter().filter(|option| option["type"] != "null").cloned().collect();
                fields.remove("oneOf");
                fields.insert("allOf".to_owned(), json!(others));
                fields.insert("nullable".to_owned(), json!(true));
            }
            if let Some(Value::Array(types)) = fields.get("type") {
                let other = types.iter().find(|name| *name != "null").unwrap().clone();
                fields.insert("nullable".to_owned(), json!(types.len() > 1));
                fields.insert("type".to_owned(), other);
            }
            if let Some(format) = fields.get("format").and_then(Value::as_str).and_then(|f| f.strip_prefix("u-")) {
                let format = format!("u{format}");
                fields.insert("format".to_owned(), json!(format));
            }
            fields.values_mut().for_each(downgrade);
        }
        Value::Array(items) => items.iter_mut().for_each(downgrade),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn type_parameters(operation: &mut Map<String, Value>) {
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let named = NAMED.iter().find(|(name, _)| parameter["name"] == *name);
        match named {
            Some((_, name)) => parameter["schema"] = reference(name),
            // Whether it may be left out is said by `required`.
            None => drop(parameter["schema"].as_object_mut().unwrap().remove("nullable")),
        }
    }
}

/// Users' JSON goes through the client as text, so that numbers keep their digits and nothing is parsed twice.
fn type_bodies(operation: &mut Map<String, Value>) {
    let request = operation.get_mut("requestBody").map(|body| &mut body["content"]);
    if let Some(schema) = request.and_then(|content| content.get_mut("application/json"))
        && schema["schema"]["type"] == "object"
    {
        schema["schema"] = reference("RawJson");
    }
    for response in operation["responses"].as_object_mut().unwrap().values_mut() {
        if let Some(Value::Object(forms)) = response.get_mut("content")
            && forms.len() > 1
        {
            // Which form it is depends on the request: whoever asked reads it.
            forms.retain(|media_type, _| media_type == "application/octet-stream");
        }
        let content = response.get_mut("content");
        let Some(json) = content.and_then(|content| content.get_mut("application/json")) else { continue };
        let schema = json.get("schema").and_then(Value::as_object);
        if schema.is_none_or(|schema| !schema.contains_key("$ref") && !schema.contains_key("type")) {
            json["schema"] = reference("RawJson");
        }
    }
}

fn type_fields(schema_name: &str, schema: &mut Value) {
    let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, field) in fields {
        let known = NAMED[..OF_FIELDS].iter().find(|(named, _)| name == named).map(|(_, name)| *name);
        let raw = (schema_name == "RetrieveResponse" && name == "data").then_some("RawJson");
        if let Some(name) = known.or(raw) {
            let about = field.get("description").cloned();
            *field = json!({ "allOf": [reference(name)], "description": about });
        }
    }
}

fn source() -> String {
    let document: openapiv3::OpenAPI = serde_json::from_value(document()).unwrap();
    let mut settings = GenerationSettings::new();
    settings.with_hooks(HooksMode::Expected).with_inner_type("crate::call::Call".parse().unwrap());
    for name in ["Namespace", "CacheId", "CacheHash", "Strategy", "DataType", "CacheKey", "DataKey", "FileId"] {
        settings.with_replacement(name, format!("crate::{name}"), [TypeImpl::Display, TypeImpl::FromStr].into_iter());
    }
    for name in ["FieldPath", "MemberPath"] {
        settings.with_replacement(name, format!("crate::{name}"), [TypeImpl::Display, TypeImpl::FromStr].into_iter());
    }
    settings.with_replacement("RawJson", "crate::RawJson", std::iter::empty());
    let tokens = Generator::new(&settings).generate_tokens(&document).unwrap();
    let file = prettyplease::unparse(&syn::parse2(tokens).unwrap());
    // Keys keep their slashes in the path, and characters URLs would change are escaped.
    let ours = file.replace("use progenitor_client::{encode_path, ", "use progenitor_client::{");
    assert_ne!(ours, file, "progenitor's own encoding is left out");
    format!(
        "//! Every operation of `openapi/cache-server.json`; written by `tests/tests/generated.rs`, not by hand.\n\n\
         use crate::path::encode_path;\n{ours}"
    )
}

#[test]
fn the_client_is_the_one_the_document_gives() {
    expectorate::assert_contents(FILE, &source());
}
