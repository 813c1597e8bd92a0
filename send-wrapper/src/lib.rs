//! What SGraph Send keeps in the cache service: invitation tokens, transfers with their events, what happens on the site, and
//! what it costs.
//!
//! The crate is thin: every document is an entry or a data file of the cache, reached through [`cache_client`], and everything that has
//! to be exact under concurrency stands on the cache's conditional writes. So any number of programs, on any number of cache
//! servers over one bucket, may use it at the same time.
//!
//! # Five minutes
//!
//! ```
//! use send_wrapper::analytics::{Event, EventType};
//! use send_wrapper::tokens::{Refusal, Use, Used, UsageQuery};
//! use send_wrapper::{Gate, SendCache, Timestamp, TokenName, TransferId};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! // Over any client: `CacheClient::builder(url)…` for a cache elsewhere, here one in this process.
//! # let client = cache_server::in_process::InProcess::in_memory()?.client();
//! let send = SendCache::new(client);
//!
//! // A token that can be used twice, under a name that people can say.
//! let name = TokenName::parse("Community-X")?;
//! send.tokens().create(&name).usage_limit(2).created_by("alice").send().await?;
//!
//! // Two uses are granted, the third is refused, whoever asks at the same time.
//! for _ in 0..2 {
//!     assert!(send.tokens().use_once(&name, Use::default()).await?.is_granted());
//! }
//! assert_eq!(send.tokens().use_once(&name, Use::default()).await?, Used::Refused(Refusal::Exhausted));
//! let uses = send.tokens().usage(&name, &UsageQuery::default()).await?;
//! assert_eq!(uses.iter().filter(|event| event.success).count(), 2);
//!
//! // An application asks the gate, which says yes or no and never fails open.
//! let gate = Gate::new(&send);
//! assert!(!gate.check("community-x", "192.0.2.7".parse()?).await.is_allowed());
//!
//! // What happens to a transfer is kept twice: with the transfer, and for the statistics of the site.
//! let transfer = TransferId::random();
//! let now = Timestamp::from_millis(1_770_984_000_000);
//! send.transfers().record_event(&transfer, Event::new(EventType::FileUpload, now).content_bytes(1024)).await;
//! send.transfers().record_event(&transfer, Event::new(EventType::FileDownload, now)).await;
//! let summary = send.transfers().summary(&transfer).await?.expect("it was recorded");
//! assert_eq!((summary.total_downloads, summary.events.len()), (1, 2));
//! # Ok(())
//! # }
//! ```
//!
//! # What there is
//!
//! | | |
//! |---|---|
//! | [`SendCache`] | the cache, with limits of time and a clock; [health](SendCache::health_check) |
//! | [`tokens`] | creating, using, revoking, listing invitation tokens |
//! | [`Gate`] | the door of an application: `check` and `consume` |
//! | [`transfers`] | the events of each transfer, and its summary |
//! | [`analytics`] | the events of the site: [recorded](analytics::Recorder) in the background, [now](analytics::Analytics::pulse), [summed up](analytics::Analytics::aggregation), and [deleted](analytics::Analytics::apply_retention) when they are old |
//! | [`costs`] | what each day costs: recorded, [summed up](costs::Costs::aggregation), and [told](costs::Costs::alerts) when it is too much |
//! | [`audit`] | what administrators did |
//! | [`SendCache::entries`] | records of any other kind under keys, with data files; four [`namespaces`] are in use |
//!
//! Whatever comes from outside is parsed once, into names that are valid ([`TokenName`], [`TransferId`], [`EntryKey`] …). Invalid
//! input is refused with the name of the field, before any call; nothing is ever rewritten but the case of a token's name.
//!
//! # When the cache fails
//!
//! Every operation ends within the [time limit](SendCache::time_limit), one for all its calls together, with a result or an [`Error`].
//! What may have to compute many windows has [a longer one](SendCache::long_time_limit): aggregations of
//! [events](analytics::Analytics::aggregation) and [costs](costs::Costs::aggregation), and [alerts](costs::Costs::alerts). Runs, which collect
//! costs or [delete what is old](analytics::Analytics::apply_retention), end within an hour, and the next one goes on.
//! [`Error::is_unavailable`] says that the cache was down, slow or cut off, and that nobody knows whether something was written. Then:
//!
//! - a use of a token is asked for again with the same [`UseId`], and counts once;
//! - creating, revoking and the like are asked for again: the second time they find what the first has done (a creation that
//!   came through answers `AlreadyExists`);
//! - the gate lets nobody in;
//! - events of transfers and of refused uses are lost, and [counted](SendCache::lost).
//!
//! # Analytics
//!
//! **What is kept.** An [`Event`](analytics::Event) has no address, cookie, whole referrer, whole user agent or query. What stands for an
//! address is its HMAC-SHA-256 with the salt of the day, and that is the HMAC-SHA-256 of the day with a
//! [secret](analytics::Secret): without the secret nobody can tell whether an address is among the visitors, and with it nobody can
//! follow one from day to day. Raw addresses and user agents are in the recorder's queue and nowhere else.
//!
//! **What it costs.** An entry is five files. One entry for each event would be 5,000,000 files for a million events; on S3 6 requests
//! each, $25.40 per million at $5 per million writes and $0.40 per million reads (AWS, us-east-1). The recorder packs: at 1,000 events a second 250 to an
//! entry, 4,000 entries, 20,000 files and $0.10 per million.
//!
//! **What may be lost.** A process that is killed loses the last quarter of a second, and what waits for a cache that is away; a queue that is
//! full, and a cache that is away for two minutes, cost events, which [are counted](analytics::Recorder::health). No request is ever delayed
//! or failed.
//!
//! **How long it is kept.** [Retention](analytics::Retention) deletes events after 30 days, half hours after 30, hours after 90 and days after
//! 365, unless you say otherwise; months and years stay. Nothing is deleted before it is counted in something longer that is computed for
//! good, and what is deleted is never answered as zero: it is `NotFound`. Events of tokens and transfers, which hold hashes of visitors, go after
//! 365 days; how often a token was used and refused, and what happened to a transfer, is counted on.
//!
//! **What the numbers mean.** Sums and counts are exact. Visitors of a day are exact up to about 3,000 and within 2% above (a standard error
//! of 0.6%); those of months and years are sums of days, since a visitor is another one every day. Percentiles are within one percent, and
//! exact below 100 ms. The lists of the most frequent paths, countries and referrers are exact up to 6,144 different values in a window; above
//! that a count may be too high, by no more than the error beside the list says. What longer windows are computed from is stored as sketches
//! that `DataSketches` for Java, C++ and Python reads.
//!
//! **Whom they are about.** Requests, visitors, percentiles and lists are about people. Bots and programs, told by their user agent from
//! a [list that is maintained](https://github.com/monperrus/crawler-user-agents), are counted as `bot_requests` and nowhere else; what
//! they upload and fetch counts. Probes are left out (`RecordRequests::leave_out`), and a page of the
//! own site (`RecordRequests::own_sites`) is no referrer. What an application says of a request that the middleware records as
//! well (its path, country, status, duration) counts once.
//!
//! **When something happened.** A request counts when its answer is done: an upload from 13:55 to 14:05 is one of 14:00 to 14:30. Clocks
//! may be a minute wrong; what was stored more than a minute before its window counts as `early_events` where it was stored, and what was
//! stored more than two minutes after it as `late_events`.
//!
//! # Costs
//!
//! **What the numbers mean.** An amount is a decimal number, never a binary one, and a text in documents; sums are exact. A day is a day
//! of UTC, and costs what was [recorded](costs::Costs::record) of it, by hand or by the `Collector` (feature `aws`): what AWS calls
//! the unblended cost, credits and taxes included. AWS goes on changing a day for some days. What is
//! [divided](costs::Aggregation::cost_per_request) is divided by what the [analytics](analytics::Aggregation) counted in the same time, and
//! has 8 places after the point. Missing days are told ([`days_recorded`](costs::Aggregation::days_recorded) of
//! [`days_expected`](costs::Aggregation::days_expected)), and count as nothing.
//!
//! **What it costs.** AWS takes $0.01 for each request, and answers the missing days in pages: the first run of a collector asks for a
//! year at once. Then, with the settings it has by itself, it asks three times a day at most, each time for the last days: about
//! $0.90 in a month while they fit on one page. A run that finds nothing to ask costs one call to the cache. It is the application
//! that starts runs.
//!
//! # Features
//!
//! - `remote` (default): caches elsewhere, over HTTP.
//! - `aws`: the collector of costs, with the SDK of AWS and nothing of a server.
//! - `in-process`: a cache in this process (`SendCache::in_process`).
//! - `middleware`: what an application on actix-web needs. Without it and `in-process` nothing of actix is built.
//! - `admin`: the service for administrators, and its program `send-admin`; with all of the others.
//!
//! `examples/send_app.rs` is a small transfer service on top of all this.

#[cfg(feature = "admin")]
pub mod admin;
pub mod analytics;
pub mod audit;
pub mod costs;
mod data;
mod entries;
mod error;
mod gate;
mod health;
mod journal;
mod keys;
mod listed;
#[cfg(feature = "middleware")]
pub mod middleware;
mod names;
mod retention;
mod send_cache;
mod time;
pub mod tokens;
pub mod transfers;

pub use data::DataFiles;
pub use entries::{Change, Entries};
pub use error::{Error, Result};
pub use gate::{Gate, Probing, Verdict};
pub use health::{Health, Lost};
pub use keys::{DataPath, EntryKey};
pub use listed::Listed;
pub use names::{Country, Currency, EventId, Invalid, IpHash, TokenName, TransferId, UseId};
pub use send_cache::SendCache;
pub use time::{Clock, Day, ManualClock, SystemClock, Timestamp};

/// The namespaces that are in use. A new one needs no change in the cache: [`SendCache::entries`] takes any.
pub mod namespaces {
    /// What happens on the site.
    pub const ANALYTICS: &str = "analytics";
    /// Invitation tokens.
    pub const TOKENS: &str = "tokens";
    /// What it costs.
    pub const COSTS: &str = "costs";
    /// Transfers.
    pub const TRANSFERS: &str = "transfers";
    /// What administrators do.
    pub const AUDIT: &str = "audit";
}
