//! How long answers took: a [DDSketch](https://arxiv.org/abs/1908.10693) of milliseconds.
//!
//! Durations are counted in buckets that grow by one percent: with γ = 1.01, bucket 0 holds 0 ms, and bucket *k* from 1 on what lies above
//! γ^(k−2) and up to γ^(k−1). A bucket stands for 2γ^(k−1) / (γ + 1), which is within 0.5% of everything in it. A day, the longest
//! duration there is, lies in bucket 1,838, so no buckets are ever joined, and merging is exact.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const GAMMA: f64 = 1.01;
/// The longest duration of an event: a day.
const LONGEST_MS: u64 = 86_400_000;

/// How many durations lie in each bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Durations(BTreeMap<u16, u64>);

impl Durations {
    pub(crate) fn add(&mut self, milliseconds: u64) {
        *self.0.entry(bucket(milliseconds)).or_default() += 1;
    }

    pub(crate) fn merge(&mut self, part: &Self) {
        for (bucket, count) in &part.0 {
            let sum = self.0.entry(*bucket).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// The duration that this share of answers did not exceed, in milliseconds and within one percent; 0 without any. Of *n*
    /// durations in order it is the one of rank ⌊share × (n − 1)⌋.
    pub(crate) fn quantile(&self, share: f64) -> u64 {
        let count = self.0.values().fold(0u64, |sum, count| sum.saturating_add(*count));
        let rank = (share * count.saturating_sub(1) as f64) as u64;
        let mut below = 0u64;
        let found = self.0.iter().find(|(_, count)| {
            below = below.saturating_add(**count);
            below > rank
        });
        found.map_or(0, |(bucket, _)| value(*bucket))
    }
}

fn bucket(milliseconds: u64) -> u16 {
    match milliseconds.min(LONGEST_MS) {
        0 => 0,
        // At most 1,838.
        milliseconds => 1 + ((milliseconds as f64).ln() / GAMMA.ln()).ceil() as u16,
    }
}

fn value(bucket: u16) -> u64 {
    match bucket {
        0 => 0,
        bucket => (2.0 * GAMMA.powi(i32::from(bucket) - 1) / (GAMMA + 1.0)).round() as u64,
    }
}

impl Serialize for Durations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let buckets: Vec<_> = self.0.iter().map(|(bucket, count)| format!("{bucket}:{count}")).collect();
        serializer.serialize_str(&buckets.join(" "))
    }
}

impl<'de> Deserialize<'de> for Durations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let refused = || de::Error::custom("durations are not pairs of a bucket and a count");
        let mut buckets = BTreeMap::new();
        for pair in text.split_ascii_whitespace() {
            let (number, count) = pair.split_once(':').ok_or_else(refused)?;
            let number = number.parse().ok().filter(|number| *number <= bucket(LONGEST_MS)).ok_or_else(refused)?;
            buckets.insert(number, count.parse().map_err(|_| refused())?);
        }
        Ok(Self(buckets))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_duration_is_within_one_percent_and_exact_below_100_ms(milliseconds in prop_oneof![0..200u64, 0..=LONGEST_MS]) {
            let mut durations = Durations::default();
            durations.add(milliseconds);
            let error = durations.quantile(0.5).abs_diff(milliseconds);
            prop_assert!(error * 100 <= milliseconds && (milliseconds >= 100 || error == 0), "off by {error}");
        }
    }

    #[test]
    fn a_quantile_is_the_value_of_its_rank() {
        let mut durations = Durations::default();
        (1..=99).for_each(|milliseconds| durations.add(milliseconds));
        assert_eq!([0.0, 0.5, 0.95, 0.99, 1.0].map(|share| durations.quantile(share)), [1, 50, 94, 98, 99]);
        assert_eq!(Durations::default().quantile(0.5), 0);
    }

    #[test]
    fn the_longest_duration_has_the_last_bucket() {
        assert_eq!((bucket(0), bucket(1), bucket(LONGEST_MS), bucket(u64::MAX)), (0, 1, 1838, 1838));
    }

    #[test]
    fn what_is_no_list_of_buckets_is_refused() {
        for text in ["1", "1:", "x:1", "1:-1", "1839:1", "1:1,2:2"] {
            assert!(serde_json::from_value::<Durations>(text.into()).is_err(), "{text}");
        }
        let mut durations = Durations::default();
        [0, 7, 7, 90_000].into_iter().for_each(|milliseconds| durations.add(milliseconds));
        let text = serde_json::to_string(&durations).unwrap();
        assert_eq!(text, r#""0:1 197:2 1148:1""#);
        assert_eq!(serde_json::from_str::<Durations>(&text).unwrap(), durations);
    }
}
