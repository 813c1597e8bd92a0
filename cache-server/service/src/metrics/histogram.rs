//! Histograms of durations and of sizes that are observed without a lock.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use prometheus_client::encoding::{MetricEncoder, NoLabelSet};

/// The upper bounds of the buckets, in nanoseconds: 100 µs to 30 s.
const BOUNDS: [u64; 16] = [
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    10_000_000_000,
    30_000_000_000,
];

/// How often durations were of which size. An observation is two atomic additions.
#[derive(Debug, Default)]
pub struct Durations {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    nanos: AtomicU64,
}

impl Durations {
    /// Counts a duration.
    pub fn observe(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < nanos);
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.nanos.fetch_add(nanos, Relaxed);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).sum()
    }

    /// Writes the histogram, in seconds.
    pub fn encode(&self, encoder: &mut MetricEncoder<'_>) -> fmt::Result {
        let bounds = BOUNDS.iter().map(|nanos| *nanos as f64 / 1e9).chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(self.buckets.iter().map(|bucket| bucket.load(Relaxed))).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        encoder.encode_histogram::<NoLabelSet>(self.nanos.load(Relaxed) as f64 / 1e9, count, &buckets, None)
    }
}

/// The upper bounds of sizes: 1, 2, 4 and so on to 512.
const SIZES: usize = 10;

/// How often something was how large.
#[derive(Debug, Default)]
pub struct Sizes {
    buckets: [AtomicU64; SIZES + 1],
    sum: AtomicU64,
}

impl Sizes {
    /// Counts a size.
    pub fn observe(&self, size: usize) {
        let bucket = (0..SIZES).position(|power| size <= 1 << power).unwrap_or(SIZES);
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.sum.fetch_add(size as u64, Relaxed);
    }

    /// Writes the histogram.
    pub fn encode(&self, encoder: &mut MetricEncoder<'_>) -> fmt::Result {
        let bounds = (0..SIZES).map(|power| (1_u32 << power).into()).chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(self.buckets.iter().map(|bucket| bucket.load(Relaxed))).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        encoder.encode_histogram::<NoLabelSet>(self.sum.load(Relaxed) as f64, count, &buckets, None)
    }
}
