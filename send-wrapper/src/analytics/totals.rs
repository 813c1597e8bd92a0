//! What the events of a window come to, in a form that can be added up.

use std::collections::BTreeMap;

use cardinality_estimator::CardinalityEstimator;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sketches_ddsketch::{Config, DDSketch};

use super::event::{EventType, Source};
use crate::names::IpHash;
use crate::time::Timestamp;

/// How many different values a list of counts holds; what comes after counts as `(other)`.
const MOST_VALUES: usize = 5000;
const OTHER: &str = "(other)";

/// What an aggregation needs of an event.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Seen {
    pub(crate) event_type: EventType,
    pub(crate) timestamp: Timestamp,
    pub(crate) source: Source,
    pub(crate) path: Option<String>,
    pub(crate) status_code: Option<u16>,
    pub(crate) duration_ms: Option<u64>,
    pub(crate) ip_hash: Option<IpHash>,
    pub(crate) country: Option<String>,
    pub(crate) referrer_domain: Option<String>,
    pub(crate) content_bytes: Option<u64>,
}

/// What events come to. Adding the totals of parts, in any grouping, gives the totals of the whole.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Totals {
    pub(crate) event_count: u64,
    pub(crate) total_requests: u64,
    pub(crate) page_views: u64,
    pub(crate) api_calls: u64,
    pub(crate) file_uploads: u64,
    pub(crate) file_downloads: u64,
    pub(crate) token_uses: u64,
    pub(crate) error_count: u64,
    pub(crate) late_events: u64,
    pub(crate) total_bytes: u64,
    pub(crate) duration_sum: u64,
    pub(crate) duration_count: u64,
    /// The visitors of each whole day before the one that `visitors` is about: they cannot be told apart from each other.
    pub(crate) visitors_of_days: u64,
    pub(crate) visitors: Visitors,
    pub(crate) durations: Durations,
    pub(crate) paths: Counts,
    pub(crate) countries: Counts,
    pub(crate) referrers: Counts,
    pub(crate) status_codes: Counts,
}

/// How often each value was there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Counts(pub(crate) BTreeMap<String, u64>);

impl Counts {
    fn add(&mut self, value: &str, times: u64) {
        let full = self.0.len() >= MOST_VALUES;
        match self.0.get_mut(value) {
            Some(count) => *count += times,
            None => *self.0.entry(if full { OTHER } else { value }.to_owned()).or_default() += times,
        }
    }
}

/// How many visitors there were: exact for small sets, within some percent above. In documents a text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visitors(CardinalityEstimator<u64>);

impl Visitors {
    fn add(&mut self, visitor: &IpHash) {
        // A hash already: its digits are as good as any.
        let digits = visitor.as_str().get(..16).unwrap_or(visitor.as_str());
        self.0.insert_hash(u64::from_str_radix(digits, 16).unwrap_or_default());
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.estimate() as u64
    }
}

/// How long answers took: percentiles within one percent. In documents a text.
#[derive(Clone, Default)]
pub(crate) struct Durations(Option<DDSketch>);

impl std::fmt::Debug for Durations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Durations").field(&self.0.as_ref().map(DDSketch::count)).finish()
    }
}

impl Durations {
    fn sketch(&mut self) -> &mut DDSketch {
        self.0.get_or_insert_with(|| DDSketch::new(Config::defaults()))
    }

    /// The duration that this share of answers did not exceed, in milliseconds; 0 without any.
    pub(crate) fn quantile(&self, share: f64) -> u64 {
        let found = self.0.as_ref().and_then(|sketch| sketch.quantile(share).ok().flatten()).unwrap_or_default();
        // Never negative: only durations are added.
        found.round() as u64
    }
}

/// Sketches are one text in a document, which is stored indented.
macro_rules! as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let text = serde_json::to_string(&self.0).map_err(serde::ser::Error::custom)?;
                serializer.serialize_str(&text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                serde_json::from_str(&text).map(Self).map_err(serde::de::Error::custom)
            }
        }
    };
}

as_text!(Visitors);
as_text!(Durations);

impl Totals {
    /// Adds an event.
    pub(crate) fn add(&mut self, seen: &Seen) {
        self.event_count += 1;
        // What the application says of a request is said of one that the server has counted.
        let is_request = seen.source != Source::Application;
        match seen.event_type {
            EventType::PageView if is_request => self.page_views += 1,
            EventType::ApiCall if is_request => self.api_calls += 1,
            EventType::PageView | EventType::ApiCall | EventType::TransferComplete => {}
            EventType::FileUpload => self.file_uploads += 1,
            EventType::FileDownload => self.file_downloads += 1,
            EventType::TokenUse => self.token_uses += 1,
        }
        self.total_requests = self.page_views + self.api_calls;
        // Those of pages and calls are not a file's, those of a complete transfer were counted when its file came in.
        if matches!(seen.event_type, EventType::FileUpload | EventType::FileDownload) {
            self.total_bytes = self.total_bytes.saturating_add(seen.content_bytes.unwrap_or_default());
        }
        if let Some(visitor) = &seen.ip_hash {
            self.visitors.add(visitor);
        }
        if let Some(duration) = seen.duration_ms {
            self.duration_sum = self.duration_sum.saturating_add(duration);
            self.duration_count += 1;
            self.durations.sketch().add(duration as f64);
        }
        if let Some(status) = seen.status_code {
            self.error_count += u64::from(status >= 400);
            self.status_codes.add(&status.to_string(), 1);
        }
        for (counts, value) in [
            (&mut self.paths, &seen.path),
            (&mut self.countries, &seen.country),
            (&mut self.referrers, &seen.referrer_domain),
        ] {
            if let Some(value) = value {
                counts.add(value, 1);
            }
        }
    }

    /// Adds what another part comes to.
    pub(crate) fn merge(&mut self, part: &Self) {
        for (sum, add) in [
            (&mut self.event_count, part.event_count),
            (&mut self.total_requests, part.total_requests),
            (&mut self.page_views, part.page_views),
            (&mut self.api_calls, part.api_calls),
            (&mut self.file_uploads, part.file_uploads),
            (&mut self.file_downloads, part.file_downloads),
            (&mut self.token_uses, part.token_uses),
            (&mut self.error_count, part.error_count),
            (&mut self.late_events, part.late_events),
            (&mut self.total_bytes, part.total_bytes),
            (&mut self.duration_sum, part.duration_sum),
            (&mut self.duration_count, part.duration_count),
            (&mut self.visitors_of_days, part.visitors_of_days),
        ] {
            *sum = sum.saturating_add(add);
        }
        self.visitors.0.merge(&part.visitors.0);
        if let Some(durations) = &part.durations.0 {
            // Both were made with the same settings.
            let _ = self.durations.sketch().merge(durations);
        }
        for (counts, more) in [
            (&mut self.paths, &part.paths),
            (&mut self.countries, &part.countries),
            (&mut self.referrers, &part.referrers),
            (&mut self.status_codes, &part.status_codes),
        ] {
            more.0.iter().for_each(|(value, times)| counts.add(value, *times));
        }
    }

    /// Turns the visitors of one day into a number: those of the next day are others.
    pub(crate) fn end_of_day(&mut self) {
        self.visitors_of_days += self.visitors.count();
        self.visitors = Visitors::default();
    }

    pub(crate) fn unique_visitors(&self) -> u64 {
        self.visitors_of_days + self.visitors.count()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use proptest::prelude::*;

    use super::*;

    fn any_seen() -> impl Strategy<Value = Seen> {
        let kinds = prop_oneof![
            Just(EventType::PageView),
            Just(EventType::ApiCall),
            Just(EventType::FileUpload),
            Just(EventType::FileDownload),
            Just(EventType::TokenUse),
            Just(EventType::TransferComplete),
        ];
        let sources = prop_oneof![Just(Source::Http), Just(Source::Application)];
        (kinds, sources, 0u64..600, prop::option::of(0u64..5000), prop::option::of(200u16..600), 0u8..9).prop_map(
            |(event_type, source, visitor, duration_ms, status_code, path)| Seen {
                event_type,
                timestamp: Timestamp::default(),
                source,
                path: Some(format!("/{path}")),
                status_code,
                duration_ms,
                ip_hash: Some(IpHash::parse(&format!("{:016x}", visitor.wrapping_mul(0x9e37_79b9_7f4a_7c15))).unwrap()),
                country: None,
                referrer_domain: None,
                content_bytes: Some(visitor),
            },
        )
    }

    /// Everything that can be told from totals.
    fn facts(totals: &Totals) -> (String, Vec<u64>, u64) {
        let plain = Totals { visitors: Visitors::default(), durations: Durations::default(), ..totals.clone() };
        let quantiles = [0.5, 0.95, 0.99].map(|share| totals.durations.quantile(share)).to_vec();
        (serde_json::to_string(&plain).unwrap(), quantiles, totals.unique_visitors())
    }

    proptest! {
        #[test]
        fn merging_the_parts_in_any_grouping_gives_the_whole(
            seen in prop::collection::vec(any_seen(), 0..300), cuts in prop::collection::vec(0usize..300, 0..6),
            backwards in any::<bool>(),
        ) {
            let mut whole = Totals::default();
            seen.iter().for_each(|seen| whole.add(seen));
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(seen.len())).chain([0, seen.len()]).collect();
            cuts.sort_unstable();
            let mut parts: Vec<Totals> = cuts.windows(2).map(|cut| {
                let mut part = Totals::default();
                seen[cut[0]..cut[1]].iter().for_each(|seen| part.add(seen));
                // As it is read back from a document.
                serde_json::from_str(&serde_json::to_string(&part).unwrap()).unwrap()
            }).collect();
            if backwards {
                parts.reverse();
            }
            let mut merged = Totals::default();
            parts.iter().for_each(|part| merged.merge(part));
            prop_assert_eq!(facts(&merged), facts(&whole));
        }
    }

    #[test]
    fn many_visitors_are_counted_within_some_percent_and_few_exactly() {
        for (visitors, tolerance) in [(0, 0), (1, 0), (100, 0), (20_000, 1000)] {
            let mut totals = Totals::default();
            for visitor in 0..visitors {
                let digest = cache_client::CacheHashGenerator::default().from_bytes(&u64::to_be_bytes(visitor));
                totals.visitors.add(&IpHash::parse(digest.as_str()).unwrap());
            }
            assert!(
                totals.unique_visitors().abs_diff(visitors) <= tolerance,
                "{visitors}: {}",
                totals.unique_visitors()
            );
        }
    }

    #[test]
    fn lists_of_counts_are_bounded() {
        let mut counts = Counts::default();
        for value in 0..MOST_VALUES + 100 {
            counts.add(&value.to_string(), 1);
        }
        assert_eq!((counts.0.len(), counts.0[OTHER]), (MOST_VALUES + 1, 100));
    }
}
