//! How many different visitors there were.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use datasketches::hash::value::raw_bytes;
use datasketches::hll::{HllSketch, HllType, HllUnion};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::names::IpHash;

/// 2^15 registers: a standard error of 0.6%, so that one count in 2,000 is off by more than 2%. At most 16 KiB.
const LG_REGISTERS: u8 = 15;

/// A `HyperLogLog` sketch over the hashes of visitors: exact up to about 3,000 of them, and within 2% above.
///
/// Merging is exact: the sketch of a whole is the one of its parts, however they are grouped.
#[derive(Debug, Clone)]
pub(crate) struct Visitors(HllSketch);

impl Default for Visitors {
    fn default() -> Self {
        // Eight bits a register are the fastest to update; they are stored in four.
        Self(HllSketch::new(LG_REGISTERS, HllType::Hll8).expect("the number of registers is in range"))
    }
}

impl Visitors {
    pub(crate) fn add(&mut self, visitor: &IpHash) {
        // As other languages hash a string.
        self.0.update(raw_bytes::from_str(visitor.as_str()));
    }

    pub(crate) fn merge(&mut self, part: &Self) {
        self.0 = union([&self.0, &part.0]).to_sketch(HllType::Hll8);
    }

    pub(crate) fn count(&self) -> u64 {
        // The estimate that does not depend on the order of visitors; never negative.
        self.0.composite_estimate().round() as u64
    }
}

fn union<const N: usize>(sketches: [&HllSketch; N]) -> HllUnion {
    let mut union = HllUnion::new(LG_REGISTERS).expect("the number of registers is in range");
    sketches.into_iter().for_each(|sketch| union.update(sketch));
    union
}

impl Serialize for Visitors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A union with itself is the same sketch, and marked as one of which the order is not known: so every reader makes the
        // estimate that this one makes.
        let stored = union([&self.0, &self.0]).to_sketch(HllType::Hll4);
        serializer.serialize_str(&BASE64.encode(stored.serialize()))
    }
}

impl<'de> Deserialize<'de> for Visitors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = BASE64.decode(String::deserialize(deserializer)?).map_err(de::Error::custom)?;
        HllSketch::deserialize(&bytes).map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use cache_client::CacheHashGenerator;

    use super::*;

    #[test]
    fn few_visitors_are_counted_exactly_and_many_within_two_percent() {
        for (visitors, tolerance) in [(0, 0), (1, 0), (100, 0), (3_000, 1), (20_000, 400), (200_000, 4_000)] {
            let mut sketch = Visitors::default();
            for visitor in 0..visitors {
                let digest = CacheHashGenerator::default().from_bytes(&u64::to_be_bytes(visitor));
                sketch.add(&IpHash::parse(digest.as_str()).unwrap());
            }
            let stored = serde_json::to_string(&sketch).unwrap();
            let read: Visitors = serde_json::from_str(&stored).unwrap();
            assert_eq!(read.count(), sketch.count());
            assert!(sketch.count().abs_diff(visitors) <= tolerance, "{visitors}: {}", sketch.count());
            assert!(stored.len() < 24_000, "{}", stored.len());
        }
    }

    #[test]
    fn what_is_no_sketch_is_refused() {
        for text in ["", "AAAA", "no base64", "/////////////////////w=="] {
            assert!(serde_json::from_value::<Visitors>(text.into()).is_err(), "{text}");
        }
    }
}
