//! How long what happened is kept: events until they are summed up, sums until they are part of longer ones, events of tokens and
//! transfers for a year.

mod pass;

use std::collections::BTreeMap;
use std::time::Duration;

use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use crate::analytics::{Analytics, WindowType};
use crate::data::DataFiles;
use crate::entries::Entries;
use crate::error::{Error, Result};
use crate::health::describe;
use crate::keys::{DataPath, EntryKey};
use crate::listed::Listed;
use crate::names::{EventId, Invalid};
use crate::namespaces;
use crate::send_cache::in_time;
use crate::time::Timestamp;
use pass::Pass;

const DAY: Duration = Duration::from_secs(86_400);
/// How long a run may take. What it has not come to, the next one does.
const LONGEST_RUN: Duration = Duration::from_secs(60 * 60);

/// How many days each level is kept after the day it is about; `None` for ever. In documents a number or `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct Retention {
    /// Events as they were recorded; 30 by default.
    pub raw: Option<u32>,
    /// Half hours; 30.
    pub half_hours: Option<u32>,
    /// Hours; 90.
    pub hours: Option<u32>,
    /// Days; 365.
    pub days: Option<u32>,
    /// Months; for ever.
    pub months: Option<u32>,
    /// Years; for ever.
    pub years: Option<u32>,
    /// Events of tokens, which hold what stands for visitors; 365. How often a token was used and refused stays with the token.
    pub token_events: Option<u32>,
    /// Events of transfers; 365. What they come to stays with the transfer.
    pub transfer_events: Option<u32>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            raw: Some(30),
            half_hours: Some(30),
            hours: Some(90),
            days: Some(365),
            months: None,
            years: None,
            token_events: Some(365),
            transfer_events: Some(365),
        }
    }
}

impl Retention {
    fn check(&self) -> Result<(), Invalid> {
        let Self { raw, half_hours, hours, days, months, years, token_events, transfer_events } = *self;
        let levels = [("raw", raw), ("half_hours", half_hours), ("hours", hours), ("days", days), ("months", months)];
        let events = [("years", years), ("token_events", token_events), ("transfer_events", transfer_events)];
        for (field, kept) in levels.into_iter().chain(events) {
            if kept == Some(0) {
                return Err(Invalid::new(field, "is not at least one day"));
            }
        }
        Ok(())
    }

    fn of(&self, kind: WindowType) -> Option<u32> {
        match kind {
            WindowType::HalfHour => self.half_hours,
            WindowType::Hourly => self.hours,
            WindowType::Daily => self.days,
            WindowType::Monthly => self.months,
            WindowType::Yearly => self.years,
        }
    }
}

/// What a run did, or would have done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct RetentionRun {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; 0 for a run that goes on, or was killed.
    pub finished_at: Timestamp,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// What it went by.
    pub policy: Retention,
    /// What became of each level that is not kept for ever.
    pub levels: Vec<RetentionLevel>,
    /// Why it ended before its end; the next run goes on from there.
    pub failed: Option<String>,
}

/// What became of a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub struct RetentionLevel {
    /// `raw`, the type of the windows, such as `30min`, `token_events` or `transfer_events`.
    pub level: String,
    /// What lies before this is too old.
    pub before: Timestamp,
    /// How many entries were deleted, or would have been; of `token_events` and `transfer_events`, files of events.
    pub deleted: u64,
    /// How many events were in them; 0 for windows.
    pub events: u64,
    /// The first and the last that was deleted: keys of windows, or the days events were stored on.
    pub range: Option<(String, String)>,
    /// How many windows were computed and stored first, because what was deleted counts in them; in a dry run, would have been.
    pub sealed_first: u64,
    /// What stands against deleting more that is too old: a window that is not over yet.
    pub held_by: Option<String>,
    /// How many tokens or transfers were stepped over because something of them cannot be read; the log says more.
    #[serde(default)]
    pub skipped: u64,
    /// Why they were deleted.
    pub reason: String,
}

/// What is still there, and the runs below it as data files.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// By the level: nothing before this is kept.
    from: BTreeMap<String, Timestamp>,
}

impl RetentionLevel {
    fn new(level: &str, days: u32, now: Timestamp) -> Self {
        Self {
            level: level.to_owned(),
            before: now.day().start().minus(DAY * days),
            deleted: 0,
            events: 0,
            range: None,
            sealed_first: 0,
            held_by: None,
            skipped: 0,
            reason: format!("older than {days} days, and counted in what is kept"),
        }
    }

    /// Counts an entry that was deleted.
    fn count(&mut self, name: String, events: u64) {
        self.count_all(name, 1, events);
    }

    /// Counts what was deleted under one name.
    fn count_all(&mut self, name: String, deleted: u64, events: u64) {
        self.deleted += deleted;
        self.events += events;
        self.range = Some(match self.range.take() {
            None => (name.clone(), name),
            Some((first, last)) => (first.min(name.clone()), last.max(name)),
        });
    }
}

impl Analytics {
    /// Tells what [`apply_retention`](Self::apply_retention) would delete now: a dry run. It reads the same, and writes only its record.
    pub async fn plan_retention(&self, policy: &Retention) -> Result<RetentionRun> {
        self.retain(policy, true).await
    }

    /// Deletes what is older than the policy says.
    ///
    /// **Nothing is deleted that does not count in something longer that is computed for good**: events need the day they were stored on
    /// and those before and after it; half hours and hours their day; days their month; months their year. Where such a window is over and
    /// was never asked for, it is computed and stored first. A window that is not over keeps what lies in it.
    ///
    /// Whatever was deleted is reported, also when the run fails half way (`failed` says so); every run, dry ones as well, is
    /// [recorded](Self::retention_runs). Two runs at the same time do no harm.
    ///
    /// Events of tokens and transfers go when what they come to is saved with the token or transfer.
    ///
    /// A run ends within an hour; the next one goes on from there. It costs a call for each window that has become too old since the last
    /// run (75 a day), for events one for 50 entries and one for each that is deleted, and two for each token and transfer that is older than its
    /// events are kept.
    pub async fn apply_retention(&self, policy: &Retention) -> Result<RetentionRun> {
        self.retain(policy, false).await
    }

    /// On its own: a run that is dropped half way would leave no record.
    async fn retain(&self, policy: &Retention, dry_run: bool) -> Result<RetentionRun> {
        policy.check()?;
        let (analytics, policy) = (self.clone(), *policy);
        let run = self.send.apart(async move { analytics.run(policy, dry_run).await });
        run.await.unwrap_or_else(|| Err(Error::Conflict { reason: "the program ends".to_owned() }))
    }

    async fn run(&self, policy: Retention, dry_run: bool) -> Result<RetentionRun> {
        let started_at = self.send.now();
        let entries = self.send.own_entries(namespaces::ANALYTICS);
        let kept = self.kept(&entries, started_at).await?;
        let levels = Vec::new();
        let mut run =
            RetentionRun { started_at, finished_at: Timestamp::default(), dry_run, policy, levels, failed: None };
        // Before anything is deleted: a run that is killed leaves this.
        let record = Record::new(self, &entries, started_at).await?;
        record.write(&run).await?;
        let mut pass = Pass::new(self, &entries, started_at, dry_run);
        let failed = in_time(LONGEST_RUN, pass.go(&policy, &kept)).await.err();
        run.levels = pass.levels();
        if let Some(error) = &failed {
            // What stands behind it is for the log alone.
            tracing::error!(error = describe(error), "retention ended before its end");
        }
        run.failed = failed.map(|error| error.to_string());
        run.finished_at = self.send.now();
        if let Err(error) = record.write(&run).await {
            tracing::error!(error = describe(&error), ?run, "what retention did could not be recorded");
        }
        Ok(run)
    }

    /// The newest runs, the last one first; 1 to 1,000.
    pub async fn retention_runs(&self, limit: u32) -> Result<Listed<RetentionRun>> {
        if !(1..=1000).contains(&limit) {
            return Err(Invalid::new("limit", "is not between 1 and 1000").into());
        }
        let entries = self.send.own_entries(namespaces::ANALYTICS);
        let read = async {
            let mut found = Listed::new();
            let Some(cache_id) = entries.cache_id_from_key(&kept_key()).await? else { return Ok(found) };
            let runs = self.send.cache.data().read(namespaces::ANALYTICS, cache_id).key("runs").descending();
            let page = runs.page_size(limit).page().await?;
            page.items.iter().for_each(|run| found.add(run.json()));
            Ok(found)
        };
        self.send.within(read).await
    }

    /// What is there of each level; in the beginning, since a day before the first event that is stored.
    async fn kept(&self, entries: &Entries, now: Timestamp) -> Result<Kept> {
        if let Some(kept) = entries.retrieve(&kept_key()).await? {
            return Ok(kept);
        }
        // A page may be empty where more come after it: one entry may be on its way out.
        let range = self.send.cache.temporal().entries(namespaces::ANALYTICS).to(now.millis());
        let first = self.send.within(async { Ok(range.page_size(1).stream().try_next().await?) }).await?;
        let first = first.map_or(now, |entry| Timestamp::from_millis(entry.stored_at));
        let from = first.day().start().minus(DAY);
        let kept = Kept { from: WindowType::ALL.map(|kind| (kind.as_str().to_owned(), from)).into() };
        match entries.create(&kept_key(), &kept).await {
            Ok(_) | Err(Error::AlreadyExists { .. }) => Ok(kept),
            Err(error) => Err(error),
        }
    }
}

/// Where a run is recorded.
struct Record {
    data: DataFiles,
    path: DataPath,
}

impl Record {
    async fn new(analytics: &Analytics, entries: &Entries, at: Timestamp) -> Result<Self> {
        let folder = at.day().events_folder().replacen("events", "runs", 1);
        let path = format!("{folder}/{:013}-{}", at.millis(), EventId::random());
        let path = DataPath::parse(&path).expect("a day, a number and an identifier make a path");
        let found = analytics.send.within(entries.id_of(&kept_key())).await?;
        let cache_id = found.ok_or_else(|| Error::missing("record of what is kept"))?;
        Ok(Self { data: entries.data(cache_id), path })
    }

    async fn write(&self, run: &RetentionRun) -> Result<()> {
        self.data.store_json(&self.path, run).await
    }
}

fn kept_key() -> EntryKey {
    EntryKey::parse("retention/kept").expect("it is a key")
}
