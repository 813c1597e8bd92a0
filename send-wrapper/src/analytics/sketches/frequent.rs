//! Which values were there most often, such as paths and countries.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use datasketches::frequencies::{ErrorType, FrequentItemsSketch};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How large the table of counts grows; three quarters of it are in use at most.
const TABLE: usize = 8192;
/// Where the stored form names the logarithms of the largest and of the present size of its table.
const TABLE_SIZES: std::ops::RangeInclusive<usize> = 3..=4;
/// More than any document counts. It keeps sums of what was read from overflowing.
const MOST: u64 = 1 << 40;

/// A frequent-items sketch: exact up to 6,144 different values. With more of them a count may be too high, by at most
/// [`error`](Self::error), and a value that is missing was there no more often than that.
#[derive(Debug, Clone)]
pub(crate) struct Frequent(FrequentItemsSketch<String>);

impl Default for Frequent {
    fn default() -> Self {
        Self(FrequentItemsSketch::new(TABLE).expect("the size is a power of two"))
    }
}

impl Frequent {
    pub(crate) fn add(&mut self, value: &str) {
        self.0.update_ref(value);
    }

    pub(crate) fn merge(&mut self, part: &Self) {
        self.0.merge(&part.0);
    }

    /// The most frequent values with their counts; by the alphabet where they were there equally often.
    pub(crate) fn top(&self, most: usize) -> Vec<(String, u64)> {
        let rows = self.0.frequent_items(ErrorType::NoFalseNegatives);
        let mut top: Vec<_> = rows.into_iter().map(|row| (row.item().clone(), row.estimate())).collect();
        top.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        top.truncate(most);
        top
    }

    /// How much too high a count may be; never too low.
    pub(crate) fn error(&self) -> u64 {
        self.0.maximum_error()
    }
}

impl Serialize for Frequent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(self.0.serialize()))
    }
}

impl<'de> Deserialize<'de> for Frequent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = BASE64.decode(String::deserialize(deserializer)?).map_err(de::Error::custom)?;
        // The table is allocated before its content is read.
        let sizes = bytes.get(TABLE_SIZES).unwrap_or_default();
        if sizes.iter().any(|size| u32::from(*size) > TABLE.ilog2()) {
            return Err(de::Error::custom("the table of a frequent-items sketch is too large"));
        }
        let sketch = FrequentItemsSketch::deserialize(&bytes).map_err(de::Error::custom)?;
        if sketch.total_weight() > MOST || sketch.maximum_error() > MOST {
            return Err(de::Error::custom("a frequent-items sketch counts more than there can be"));
        }
        Ok(Self(sketch))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    /// A value that is there 1,000 times, among many that are there once.
    fn one_among(others: usize) -> Frequent {
        let mut sketch = Frequent::default();
        for other in 0..others {
            sketch.add(&format!("/{other}"));
        }
        (0..1000).for_each(|_| sketch.add("/often"));
        sketch
    }

    #[test]
    fn counts_are_exact_until_there_are_too_many_different_values() {
        let exact = one_among(6000);
        assert_eq!((exact.error(), exact.top(1)), (0, vec![("/often".to_owned(), 1000)]));
        assert_eq!(exact.top(usize::MAX).len(), 6001);
    }

    #[test]
    fn with_too_many_values_a_count_is_within_the_error_that_is_stated() {
        let mut merged = Frequent::default();
        for others in [50_000, 20_000] {
            let stored = serde_json::to_string(&one_among(others)).unwrap();
            assert!(stored.len() < 400_000, "{}", stored.len());
            merged.merge(&serde_json::from_str(&stored).unwrap());
        }
        let error = merged.error();
        let (value, count) = merged.top(1).remove(0);
        assert!(error > 0 && value == "/often" && (2000..=2000 + error).contains(&count), "{count}, {error}");
        // The bound of the method for 72,000 values in a table of 8,192.
        assert!(error <= 72_000 * 7 / 2 / 8192, "{error}");
    }

    #[test]
    fn what_is_no_sketch_is_refused_before_it_takes_memory() {
        let mut large = FrequentItemsSketch::<String>::new(TABLE * 2).unwrap();
        large.update("/a".to_owned());
        let mut heavy = FrequentItemsSketch::<String>::new(TABLE).unwrap();
        heavy.update_with_count("/a".to_owned(), u64::MAX);
        for bytes in [large.serialize(), heavy.serialize(), vec![4, 1, 10, 13, 30, 0, 0, 0], Vec::new()] {
            assert!(serde_json::from_value::<Frequent>(BASE64.encode(bytes).into()).is_err());
        }
    }
}
