//! Any bytes are refused or an archive, and what becomes of an archive by a change is one that is taken again.
#![no_main]

#[path = "../../cache-server/src/archive/mod.rs"]
#[expect(dead_code, reason = "a part of the server on its own")]
mod archive;

use archive::Archive;
use bytes::Bytes;
use cache_client::{CacheHashGenerator, MemberPath};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &str, &[u8])| {
    let (bytes, name, content) = input;
    let hashes = CacheHashGenerator::default();
    let Ok(read) = Archive::read(Bytes::copy_from_slice(bytes)) else { return };
    let names: Vec<_> = read.names().map(str::to_owned).collect();
    let unpacked: Vec<_> = names.iter().map(|name| read.unpack(name)).collect();
    let Ok(hash) = read.check(&hashes) else { return };
    assert!(unpacked.iter().all(|member| matches!(member, Ok(Some(_)))));

    let mut changed = Archive::read(Bytes::copy_from_slice(bytes)).expect("it was read before");
    let Ok(name) = MemberPath::parse(name) else { return };
    changed.add(&name, Bytes::copy_from_slice(content));
    let Ok(packed) = changed.finish(&hashes, 0) else { return };
    let again = Archive::read(packed.bytes).expect("what was written is read");
    assert_eq!(again.unpack(name.as_str()), Ok(Some(Bytes::copy_from_slice(content))));
    // Without what was replaced, the rest may unpack to too much of what is left.
    let checked = again.check(&hashes);
    assert!(checked == Ok(packed.hash.clone()) || checked == Err(archive::Error::Ratio), "{checked:?}");
    assert!(packed.hash != hash || names.iter().any(|other| other == name.as_str()));
});
