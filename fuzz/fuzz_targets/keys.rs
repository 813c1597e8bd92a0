//! Any name is refused or parsed into plain segments, and parsing what was parsed changes nothing.
#![no_main]

use cache_client::{CacheHash, CacheId, CacheKey, DataKey, FieldPath, FileId, Namespace};
use libfuzzer_sys::fuzz_target;

fn is_plain(path: &str) -> bool {
    path.split('/').all(|segment| !matches!(segment, "" | "." | "..") && !segment.chars().any(char::is_control))
}

fuzz_target!(|input: &str| {
    if let Ok(name) = Namespace::parse(input) {
        assert!(is_plain(name.as_str()) && !name.as_str().contains('/'));
        assert_eq!(Namespace::parse(name.as_str()), Ok(name));
    }
    if let Ok(name) = FileId::parse(input) {
        assert!(is_plain(name.as_str()) && !name.as_str().contains('/'));
    }
    if let Ok(key) = CacheKey::parse(input) {
        assert!(is_plain(key.as_str()));
        assert_eq!(CacheKey::parse(key.as_str()), Ok(key));
    }
    if let Ok(key) = DataKey::parse(input) {
        assert!(is_plain(key.path()));
    }
    if let Ok(id) = CacheId::parse(input) {
        assert_eq!(CacheId::parse(&id.to_string()), Ok(id));
    }
    if let Ok(path) = FieldPath::parse(input) {
        assert!(path.segments().all(|name| !name.is_empty()));
    }
    let _ = CacheHash::parse(input);
});
