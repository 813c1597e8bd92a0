//! What the events of a window come to, in a form that can be added up.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::event::{EventType, OWN_SITE, Source};
use super::sketches::{Durations, Frequent, Visitors};
use crate::names::IpHash;
use crate::time::Timestamp;

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
    #[serde(default)]
    pub(crate) is_bot: bool,
    pub(crate) country: Option<String>,
    pub(crate) referrer_domain: Option<String>,
    pub(crate) content_bytes: Option<u64>,
}

/// The form of stored totals. Those of the first form had no number, and sketches that nobody reads any more.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Format;

impl Format {
    pub(crate) const NUMBER: u64 = 2;
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            Self::NUMBER => Ok(Self),
            other => Err(de::Error::custom(format!("format {other} is not {}", Self::NUMBER))),
        }
    }
}

/// What events come to. Adding the totals of parts, in any grouping, gives the totals of the whole.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Totals {
    pub(crate) format: Format,
    #[serde(flatten)]
    pub(crate) sums: Sums,
    /// How often each status was answered.
    #[serde(default)]
    pub(crate) status_codes: BTreeMap<String, u64>,
    #[serde(default)]
    pub(crate) visitors: Visitors,
    #[serde(default)]
    pub(crate) durations: Durations,
    #[serde(default)]
    pub(crate) paths: Frequent,
    #[serde(default)]
    pub(crate) countries: Frequent,
    #[serde(default)]
    pub(crate) referrers: Frequent,
}

/// What simply adds up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Sums {
    pub(crate) event_count: u64,
    pub(crate) total_requests: u64,
    pub(crate) page_views: u64,
    pub(crate) api_calls: u64,
    pub(crate) bot_requests: u64,
    pub(crate) file_uploads: u64,
    pub(crate) completed_transfers: u64,
    pub(crate) file_downloads: u64,
    pub(crate) token_uses: u64,
    pub(crate) error_count: u64,
    pub(crate) late_events: u64,
    pub(crate) early_events: u64,
    pub(crate) total_bytes: u64,
    pub(crate) own_site_requests: u64,
    pub(crate) unreadable_parts: u64,
    pub(crate) duration_sum: u64,
    pub(crate) duration_count: u64,
    /// The visitors of each whole day before the one that `visitors` is about: they cannot be told apart from each other.
    pub(crate) visitors_of_days: u64,
}

impl Sums {
    fn add(&mut self, part: &Self) {
        for (sum, add) in [
            (&mut self.event_count, part.event_count),
            (&mut self.total_requests, part.total_requests),
            (&mut self.page_views, part.page_views),
            (&mut self.api_calls, part.api_calls),
            (&mut self.bot_requests, part.bot_requests),
            (&mut self.file_uploads, part.file_uploads),
            (&mut self.completed_transfers, part.completed_transfers),
            (&mut self.file_downloads, part.file_downloads),
            (&mut self.token_uses, part.token_uses),
            (&mut self.error_count, part.error_count),
            (&mut self.late_events, part.late_events),
            (&mut self.early_events, part.early_events),
            (&mut self.total_bytes, part.total_bytes),
            (&mut self.own_site_requests, part.own_site_requests),
            (&mut self.unreadable_parts, part.unreadable_parts),
            (&mut self.duration_sum, part.duration_sum),
            (&mut self.duration_count, part.duration_count),
            (&mut self.visitors_of_days, part.visitors_of_days),
        ] {
            *sum = sum.saturating_add(add);
        }
    }
}

impl Totals {
    /// Adds an event.
    pub(crate) fn add(&mut self, seen: &Seen) {
        let sums = &mut self.sums;
        sums.event_count += 1;
        // What the application says of a request is said of one that the server has counted.
        let is_request = seen.source != Source::Application;
        match seen.event_type {
            EventType::PageView | EventType::ApiCall if !is_request => {}
            EventType::PageView | EventType::ApiCall if seen.is_bot => sums.bot_requests += 1,
            EventType::PageView => {
                sums.page_views += 1;
                self.add_request(seen);
            }
            EventType::ApiCall => {
                sums.api_calls += 1;
                self.add_request(seen);
            }
            EventType::FileUpload => sums.file_uploads += 1,
            EventType::FileDownload => sums.file_downloads += 1,
            EventType::TransferComplete => sums.completed_transfers += 1,
            EventType::TokenUse => sums.token_uses += 1,
        }
        // Those of pages and calls are not a file's, those of a complete transfer were counted when its file came in.
        if matches!(seen.event_type, EventType::FileUpload | EventType::FileDownload) {
            let bytes = seen.content_bytes.unwrap_or_default();
            self.sums.total_bytes = self.sums.total_bytes.saturating_add(bytes);
        }
        if let Some(visitor) = seen.ip_hash.as_ref().filter(|_| !seen.is_bot) {
            self.visitors.add(visitor);
        }
    }

    /// Adds what is known of a request that somebody made. The application may know the same of the same request: what it says
    /// counts once, here.
    fn add_request(&mut self, seen: &Seen) {
        self.sums.total_requests += 1;
        if let Some(duration) = seen.duration_ms {
            self.sums.duration_sum = self.sums.duration_sum.saturating_add(duration);
            self.sums.duration_count += 1;
            self.durations.add(duration);
        }
        if let Some(status) = seen.status_code {
            self.sums.error_count += u64::from(status >= 400);
            *self.status_codes.entry(status.to_string()).or_default() += 1;
        }
        match &seen.referrer_domain {
            Some(own) if own == OWN_SITE => self.sums.own_site_requests += 1,
            Some(referrer) => self.referrers.add(referrer),
            None => {}
        }
        seen.path.iter().for_each(|path| self.paths.add(path));
        seen.country.iter().for_each(|country| self.countries.add(country));
    }

    /// Adds what another part comes to.
    pub(crate) fn merge(&mut self, part: &Self) {
        self.sums.add(&part.sums);
        self.visitors.merge(&part.visitors);
        self.durations.merge(&part.durations);
        self.paths.merge(&part.paths);
        self.countries.merge(&part.countries);
        self.referrers.merge(&part.referrers);
        for (status, times) in &part.status_codes {
            let sum = self.status_codes.entry(status.clone()).or_default();
            *sum = sum.saturating_add(*times);
        }
    }

    /// Turns the visitors of one day into a number: those of the next day are others.
    pub(crate) fn end_of_day(&mut self) {
        self.sums.visitors_of_days = self.unique_visitors();
        self.visitors = Visitors::default();
    }

    pub(crate) fn unique_visitors(&self) -> u64 {
        self.sums.visitors_of_days.saturating_add(self.visitors.count())
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
        let whence = prop_oneof![Just(None), Just(Some(OWN_SITE.to_owned())), Just(Some("example.org".to_owned()))];
        let sources = prop_oneof![Just(Source::Http), Just(Source::Application)];
        let answers = (prop::option::of(0u64..5000), prop::option::of(200u16..600));
        (kinds, sources, 0u64..600, answers, 0u8..9, any::<bool>(), whence).prop_map(
            |(event_type, source, visitor, (duration_ms, status_code), path, is_bot, referrer_domain)| Seen {
                event_type,
                timestamp: Timestamp::default(),
                source,
                path: Some(format!("/{path}")),
                status_code,
                duration_ms,
                ip_hash: Some(IpHash::parse(&format!("{:016x}", visitor.wrapping_mul(0x9e37_79b9_7f4a_7c15))).unwrap()),
                is_bot,
                country: None,
                referrer_domain,
                content_bytes: Some(visitor),
            },
        )
    }

    type Facts = (Sums, BTreeMap<String, u64>, Vec<u64>, u64, Vec<(String, u64)>, Vec<(String, u64)>);

    /// Everything that can be told from totals.
    fn facts(totals: &Totals) -> Facts {
        let quantiles = [0.5, 0.95, 0.99].map(|share| totals.durations.quantile(share)).to_vec();
        let (paths, referrers) = (totals.paths.top(usize::MAX), totals.referrers.top(usize::MAX));
        (totals.sums.clone(), totals.status_codes.clone(), quantiles, totals.unique_visitors(), paths, referrers)
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
    fn totals_without_the_number_of_their_form_are_not_read() {
        let mut stored = serde_json::to_value(Totals::default()).unwrap();
        assert_eq!(stored["format"], 2);
        assert!(serde_json::from_value::<Totals>(stored.clone()).is_ok());
        stored["format"] = 3.into();
        assert!(serde_json::from_value::<Totals>(stored.clone()).is_err());
        stored.as_object_mut().unwrap().remove("format");
        assert!(serde_json::from_value::<Totals>(stored).is_err());
    }
}
