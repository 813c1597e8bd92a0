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

/// Why a gzip body is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// It is no gzip, or broken.
    #[error("is not valid gzip: {0}")]
    NotGzip(#[from] std::io::Error),
    /// It unpacks to more than it may.
    #[error("unpacks to more than {limit} bytes from {packed}")]
    TooLarge {
        /// How many bytes it may unpack to.
        limit: usize,
        /// How many it has.
        packed: usize,
    },
}

/// How many bytes a gzip body of a request may unpack to.
fn limit(packed: &[u8]) -> usize {
    packed.len().saturating_mul(MAX_RATIO).clamp(FREE, MAX_UNPACKED)
}

/// Refuses what is longer unpacked than it may be.
fn within(unpacked: u64, limit: usize, packed: &[u8]) -> Result<(), Refused> {
    if unpacked > limit as u64 { Err(Refused::TooLarge { limit, packed: packed.len() }) } else { Ok(()) }
}

/// Hashes what a gzip body of a request unpacks to, which is never in memory as a whole.
pub(super) fn hash(packed: &[u8], hashes: &CacheHashGenerator) -> Result<CacheHash, Refused> {
    let limit = limit(packed);
    let (hash, length) = hashes.from_reader(MultiGzDecoder::new(packed).take(limit as u64 + 1))?;
    within(length, limit, packed)?;
    Ok(hash)
}

/// Checks that a body of a request is gzip to its end, within the limits of [`hash`].
pub(super) fn check(packed: &[u8]) -> Result<(), Refused> {
    let limit = limit(packed);
    let length = std::io::copy(&mut MultiGzDecoder::new(packed).take(limit as u64 + 1), &mut std::io::sink())?;
    within(length, limit, packed)
}

/// How many bytes stored gzip unpacks to, as far as [`unpack_stored`] goes.
pub(super) fn unpacked_size(packed: &[u8]) -> u64 {
    let mut unpacked = MultiGzDecoder::new(packed).take(MAX_UNPACKED as u64 + 1);
    std::io::copy(&mut unpacked, &mut std::io::sink()).unwrap_or(packed.len() as u64)
}

/// Unpacks gzip that is stored; the Python service accepted any ratio.
pub(super) fn unpack_stored(packed: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(packed).take(MAX_UNPACKED as u64 + 1).read_to_end(&mut unpacked)?;
    within(unpacked.len() as u64, MAX_UNPACKED, packed)?;
    Ok(unpacked)
}

/// Packs bytes as a gzip body, unless they are more than could be unpacked again.
pub(super) fn pack(bytes: &[u8]) -> Result<Vec<u8>, Refused> {
    within(bytes.len() as u64, MAX_UNPACKED, bytes)?;
    let mut encoder = flate2::bufread::GzEncoder::new(bytes, flate2::Compression::default());
    let mut packed = Vec::new();
    encoder.read_to_end(&mut packed).expect("reading from and writing to memory cannot fail");
    Ok(packed)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    fn hashed(packed: &[u8]) -> Result<CacheHash, Refused> {
        hash(packed, &CacheHashGenerator::default())
    }

    #[test]
    fn what_was_packed_unpacks() {
        let packed = pack(b"some text").unwrap();
        assert_eq!(unpack_stored(&packed).unwrap(), b"some text");
        assert_eq!(hashed(&packed).unwrap(), CacheHashGenerator::default().from_bytes(b"some text"));
        assert!(check(&packed).is_ok());
        for broken in [&packed[..10], b"not gzip"] {
            assert!(matches!(check(broken), Err(Refused::NotGzip(_))));
        }
    }

    #[test]
    fn broken_and_explosive_input_is_refused() {
        assert!(matches!(hashed(b"not gzip"), Err(Refused::NotGzip(_))));
        assert!(matches!(hashed(&pack(b"cut").unwrap()[..10]), Err(Refused::NotGzip(_))));
        let bomb = pack(&vec![0; 8 << 20]).unwrap();
        assert!(matches!(hashed(&bomb), Err(Refused::TooLarge { .. })));
        assert!(matches!(check(&bomb), Err(Refused::TooLarge { .. })));
        assert!(hashed(&pack(&vec![0; FREE]).unwrap()).is_ok());
    }
}
