//! Unpacking gzip with limits, so that a small request cannot become a large allocation.

use std::io::Read;

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

/// Unpacks a gzip body of a request.
pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>, String> {
    unpack_up_to(packed, packed.len().saturating_mul(MAX_RATIO).clamp(FREE, MAX_UNPACKED))
}

/// Unpacks gzip that is stored; the Python service accepted any ratio.
pub(super) fn unpack_stored(packed: &[u8]) -> Result<Vec<u8>, String> {
    unpack_up_to(packed, MAX_UNPACKED)
}

fn unpack_up_to(packed: &[u8], limit: usize) -> Result<Vec<u8>, String> {
    let mut unpacked = Vec::new();
    let read = MultiGzDecoder::new(packed).take(limit as u64 + 1).read_to_end(&mut unpacked);
    read.map_err(|error| format!("is not valid gzip: {error}"))?;
    if unpacked.len() > limit {
        return Err(format!("unpacks to more than {limit} bytes from {}", packed.len()));
    }
    Ok(unpacked)
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

    #[test]
    fn what_was_packed_unpacks() {
        assert_eq!(unpack(&pack(b"some text")).unwrap(), b"some text");
    }

    #[test]
    fn broken_and_explosive_input_is_refused() {
        assert!(unpack(b"not gzip").unwrap_err().starts_with("is not valid gzip"));
        assert!(unpack(&pack(b"cut")[..10]).is_err());
        assert!(unpack(&pack(&vec![0; 8 << 20])).unwrap_err().starts_with("unpacks to more than"));
        assert_eq!(unpack(&pack(&vec![0; FREE])).unwrap().len(), FREE);
    }
}
