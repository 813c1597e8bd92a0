//! A document has one hash whatever its key order and white space, and the hash of any field is made or refused.
#![no_main]

use cache_client::{CacheHashGenerator, FieldPath, Json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8])| {
    let (path, document) = input;
    let hashes = CacheHashGenerator::default();
    let Ok(value) = Json::parse(document) else { return };
    let again = Json::parse(value.dumps_sorted().as_bytes()).expect("what was written is read");
    assert_eq!(hashes.from_json(&value), hashes.from_json(&again));
    if let Ok(path) = FieldPath::parse(path) {
        assert_eq!(hashes.from_json_field(&value, &path), hashes.from_json_field(&again, &path));
    }
});
