//! Unpacking gzip with limits, so that a small request cannot become a large allocation.

use std::io::Read;

use cache_client::{CacheHash, CacheHashGenerator};
use flate2::read::MultiGzDecoder;

/// The most bytes a gzip body may unpack to.
pub(super) const MAX_UNPACKED: usize = 100 << 20;
/// How many times its own size a gzip body may unpack to, once it is past [`FREE`].
const MAX_RATIO: usize = 100;
/// Up to this size any ratio is allowed: short repetitive texts pack well.
const FREE: usize = 1 << 20;

/// Tells whether bytes begin as gzip does.
pub(super) fn may_be(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Hashes what a gzip body of a request unpacks to, which is never in memory as a whole.
pub(super) fn hash(packed: &[u8], hashes: &CacheHashGenerator) -> Result<CacheHash, String> {
    let limit = packed.len().saturating_mul(MAX_RATIO).clamp(FREE, MAX_UNPACKED);
    let (hash, length) = hashes.from_reader(MultiGzDecoder::new(packed).take(limit as u64 + 1)).map_err(not_gzip)?;
    if length > limit as u64 { Err(too_much(packed, limit)) } else { Ok(hash) }
}

/// Tells whether bytes are gzip to their end.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let unpacked = std::io::copy(&mut MultiGzDecoder::new(bytes).take(MAX_UNPACKED as u64 + 1), &mut std::io::sink());
    unpacked.is_ok_and(|length| length <= MAX_UNPACKED as u64)
}

/// Unpacks gzip that is stored; the Python service accepted any ratio.
pub(super) fn unpack_stored(packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut unpacked = Vec::new();
    let read = MultiGzDecoder::new(packed).take(MAX_UNPACKED as u64 + 1).read_to_end(&mut unpacked);
    read.map_err(not_gzip)?;
    if unpacked.len() > MAX_UNPACKED { Err(too_much(packed, MAX_UNPACKED)) } else { Ok(unpacked) }
}

fn not_gzip(error: std::io::Error) -> String {
    format!("is not valid gzip: {error}")
}

fn too_much(packed: &[u8], limit: usize) -> String {
    format!("unpacks to more than {limit} bytes from {}", packed.len())
}

/// Packs bytes as a gzip body.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::bufread::GzEncoder::new(bytes, flate2::Compression::default());
    let mut packed = Vec::new();
    encoder.read_to_end(&mut packed).expect("reading from and writing to memory cannot fail");
    packed
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    fn hashed(packed: &[u8]) -> Result<CacheHash, String> {
        hash(packed, &CacheHashGenerator::default())
    }

    #[test]
    fn what_was_packed_unpacks() {
        let packed = pack(b"some text");
        assert_eq!(unpack_stored(&packed).unwrap(), b"some text");
        assert_eq!(hashed(&packed).unwrap(), CacheHashGenerator::default().from_bytes(b"some text"));
        assert!(is_whole(&packed) && !is_whole(&packed[..10]) && !is_whole(b"not gzip"));
    }

    #[test]
    fn broken_and_explosive_input_is_refused() {
        assert!(hashed(b"not gzip").unwrap_err().starts_with("is not valid gzip"));
        assert!(hashed(&pack(b"cut")[..10]).is_err());
        assert!(hashed(&pack(&vec![0; 8 << 20])).unwrap_err().starts_with("unpacks to more than"));
        assert!(hashed(&pack(&vec![0; FREE])).is_ok());
    }
}
