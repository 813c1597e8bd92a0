//! Any body is refused or parsed, and what was parsed is written so that it reads back as the same value, in no more bytes than
//! were told before.
#![no_main]

use cache_client::Json;
use cache_client::json::Memory;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(value) = Json::parse(input) else { return };
    for text in [value.dumps(), value.dumps_indented(2), value.dumps_compact()] {
        assert_eq!(Json::parse(text.as_bytes()).as_ref(), Ok(&value));
    }
    let memory = Memory::of(input);
    assert!(value.dumps_indented(4).len() as u64 <= memory.written, "{memory:?}");
    let sorted = value.dumps_sorted();
    assert_eq!(Json::parse(sorted.as_bytes()).map(|value| value.dumps_sorted()), Ok(sorted));
});
