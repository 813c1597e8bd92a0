//! Metrics of the cache: which retrieves found something, and how the read cache of id references does.

use std::fmt;

use http_service::metrics::show::{counters, gauge};
use http_service::metrics::{Answered, Collector, DescriptorEncoder};

use crate::cache::{Cache, ReadCacheStats};

/// The statuses of a retrieve that found something: as a whole, a part of it, and what the client has already.
const HITS: [u16; 3] = [200, 206, 304];
/// The status of one that found nothing.
const MISS: u16 = 404;

/// Shows what the cache counts.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) cache: Cache,
    /// The answers of all routes, and how the paths of those that retrieve one entry begin.
    pub(crate) answered: Answered,
    pub(crate) retrieves: &'static str,
}

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let of = |status| self.answered.with(self.retrieves, status);
        let results = [("hit", HITS.into_iter().map(of).sum()), ("miss", of(MISS))];
        counters(&mut encoder, "cache_lookups", "Retrieves of one entry, by whether it was there.", "result", results)?;
        let ReadCacheStats { enabled: _, capacity_bytes, bytes, references, hits, misses } = self.cache.read_cache();
        let about = "References of ids that were asked for, by whether the read cache had them.";
        counters(&mut encoder, "cache_reference_reads", about, "result", [("hit", hits), ("miss", misses)])?;
        for (name, about, value) in [
            ("cache_references", "References of ids in the read cache.", references),
            ("cache_references_bytes", "Memory that the read cache takes.", bytes),
            ("cache_references_limit_bytes", "Memory that the read cache may take; 0 without one.", capacity_bytes),
        ] {
            gauge(&mut encoder, name, about, value)?;
        }
        Ok(())
    }
}
