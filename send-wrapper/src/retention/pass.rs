//! One pass over what is too old.

use std::collections::HashSet;
use std::iter::successors;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use cache_client::client::{BulkEntry, Content, TemporalEntry};
use cache_client::{CacheId, Strategy};
use futures::TryStreamExt;
use futures::stream::{StreamExt, iter};

use super::{Kept, Retention, RetentionLevel, kept_key};
use crate::analytics::stored::events_in;
use crate::analytics::windows::is_settled;
use crate::analytics::{Analytics, Window, WindowType};
use crate::entries::{Change, Entries};
use crate::error::{Error, Result};
use crate::health::describe;
use crate::journal::Expired;
use crate::namespaces;
use crate::time::{Day, Timestamp};

/// How many entries are deleted, or looked for, at once.
const AT_ONCE: usize = 8;
/// How many entries of events come with one call.
const PAGE: u32 = 50;

/// One pass over what is too old.
pub(super) struct Pass<'a> {
    analytics: &'a Analytics,
    entries: &'a Entries,
    now: Timestamp,
    dry_run: bool,
    /// Windows that are computed for good, or would be.
    sealed: HashSet<Window>,
    levels: Arc<Mutex<Vec<RetentionLevel>>>,
}

/// A level that is being worked on: it goes into the report also when the run is cut off.
struct InProgress {
    level: RetentionLevel,
    levels: Arc<Mutex<Vec<RetentionLevel>>>,
}

impl Deref for InProgress {
    type Target = RetentionLevel;

    fn deref(&self) -> &RetentionLevel {
        &self.level
    }
}

impl DerefMut for InProgress {
    fn deref_mut(&mut self) -> &mut RetentionLevel {
        &mut self.level
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner).push(self.level.clone());
    }
}

impl<'a> Pass<'a> {
    pub(super) fn new(analytics: &'a Analytics, entries: &'a Entries, now: Timestamp, dry_run: bool) -> Self {
        Self { analytics, entries, now, dry_run, sealed: HashSet::new(), levels: Arc::default() }
    }

    pub(super) async fn go(&mut self, policy: &Retention, kept: &Kept) -> Result<()> {
        if let Some(days) = policy.raw {
            let mut level = self.begin("raw", days);
            self.delete_events(&mut level).await?;
        }
        for kind in WindowType::ALL {
            if let Some(days) = policy.of(kind) {
                let mut level = self.begin(kind.as_str(), days);
                let from = kept.from.get(kind.as_str()).copied().unwrap_or(self.now);
                self.delete_windows(kind, from, &mut level).await?;
            }
        }
        for (records, days) in [(Records::Tokens, policy.token_events), (Records::Transfers, policy.transfer_events)] {
            if let Some(days) = days {
                let mut level = self.begin(records.level(), days);
                self.delete_events_of(records, &mut level).await?;
            }
        }
        Ok(())
    }

    /// Begins a level, which is reported however it ends.
    fn begin(&self, level: &str, days: u32) -> InProgress {
        InProgress { level: RetentionLevel::new(level, days, self.now), levels: Arc::clone(&self.levels) }
    }

    /// What became of the levels that were begun.
    pub(super) fn levels(&self) -> Vec<RetentionLevel> {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Deletes the events of tokens or transfers that were filed before a time.
    async fn delete_events_of(&self, records: Records, level: &mut RetentionLevel) -> Result<()> {
        let before = level.before.day();
        let all = self.analytics.send.cache.namespace().entries(records.namespace()).strategy(Strategy::KeyBased);
        let expire = |entry: BulkEntry| async move {
            Ok::<_, Error>((entry.cache_id, self.expire(records, &entry, before).await))
        };
        let mut expired = all.stream().map_err(Error::from).map_ok(expire).try_buffered(AT_ONCE);
        while let Some((cache_id, outcome)) = expired.try_next().await? {
            match outcome {
                Ok(days) => days.into_iter().for_each(|(day, files)| level.count_all(day.to_string(), files, files)),
                Err(error) if error.is_unavailable() => return Err(error),
                // One must not keep the events of the others.
                Err(error) => {
                    tracing::warn!(%cache_id, error = describe(&error), "events are kept longer than they may be");
                    level.skipped += 1;
                }
            }
        }
        Ok(())
    }

    async fn expire(&self, records: Records, entry: &BulkEntry, before: Day) -> Result<Expired> {
        let send = &self.analytics.send;
        match records {
            Records::Tokens => send.tokens().expire(entry, before, self.dry_run).await,
            Records::Transfers => send.transfers().expire(entry, before, self.dry_run).await,
        }
    }

    /// Deletes the entries of events that were stored before a time.
    async fn delete_events(&mut self, level: &mut RetentionLevel) -> Result<()> {
        let range = self.analytics.send.cache.temporal().entries(namespaces::ANALYTICS).to(level.before.millis());
        let mut stored = range.page_size(PAGE).stream().ready_chunks(AT_ONCE);
        while let Some(chunk) = stored.next().await
            && level.held_by.is_none()
        {
            let mut due = Vec::new();
            for entry in chunk {
                let TemporalEntry { cache_id, stored_at, content } = entry?;
                let Content::Json(document) = content else { continue };
                let Some(events) = events_in(&document) else { continue };
                let day = Window::at(WindowType::Daily, Timestamp::from_millis(stored_at));
                // It may hold events of the end of the day before, and, where clocks are apart, of the beginning of the next.
                for day in [day.previous(), day, day.next()] {
                    self.seal(day, level).await?;
                }
                if level.held_by.is_some() {
                    break;
                }
                due.push((cache_id, day, events));
            }
            let this = &*self;
            let delete = |(cache_id, day, events)| async move {
                Ok::<_, Error>(this.delete_entry(cache_id).await?.then_some((day, events)))
            };
            let mut gone = iter(due).map(delete).buffered(AT_ONCE);
            while let Some(deleted) = gone.try_next().await? {
                deleted.into_iter().for_each(|(day, events): (Window, u64)| level.count(day.key(), events));
            }
        }
        Ok(())
    }

    async fn delete_entry(&self, cache_id: CacheId) -> Result<bool> {
        if self.dry_run {
            return Ok(true);
        }
        let send = &self.analytics.send;
        let delete = send.cache.delete().by_id(namespaces::ANALYTICS, cache_id);
        send.within(async { Ok(delete.send().await?.is_some()) }).await
    }

    /// Deletes the aggregations of windows from one on that ended before a time.
    async fn delete_windows(&mut self, kind: WindowType, from: Timestamp, level: &mut RetentionLevel) -> Result<()> {
        let mut next = Window::at(kind, from);
        while next.end() <= level.before {
            // Those that count in the same window, together.
            let longer = counts_in(kind).map(|longer| Window::at(longer, next.start()));
            if let Some(longer) = longer {
                self.seal(longer, level).await?;
            }
            if level.held_by.is_some() {
                break;
            }
            let end = longer.map_or(next.end(), Window::end).min(level.before);
            let due: Vec<Window> =
                successors(Some(next), |window| Some(window.next())).take_while(|window| window.end() <= end).collect();
            let gone = iter(due.clone()).map(|window| self.delete_window(window)).buffered(AT_ONCE);
            let gone: Vec<bool> = gone.try_collect().await?;
            for (window, _) in due.iter().zip(gone).filter(|(_, gone)| *gone) {
                level.count(window.key(), 0);
            }
            // The first of them is `next`.
            next = due.last().map_or(next, |last| last.next());
        }
        if !self.dry_run {
            let kept_from = |kept: &mut Kept| {
                let from = kept.from.entry(kind.as_str().to_owned()).or_default();
                *from = next.start().max(*from);
                Change::Write(())
            };
            self.entries.change(&kept_key(), kept_from).await?;
        }
        Ok(())
    }

    async fn delete_window(&self, window: Window) -> Result<bool> {
        let key = window.entry_key();
        if self.dry_run { self.entries.exists(&key).await } else { self.entries.delete(&key).await }
    }

    /// Makes sure that a window is computed for good; one that is not over holds the level.
    async fn seal(&mut self, window: Window, level: &mut RetentionLevel) -> Result<()> {
        if self.sealed.contains(&window) {
            return Ok(());
        }
        if !is_settled(window, self.now) {
            level.held_by = Some(format!("the {} window {} is not over", window.kind().as_str(), window.key()));
            return Ok(());
        }
        let exists = self.entries.exists(&window.entry_key()).await?;
        // One that is stored is asked for as well: in a form that is not read any more, it needs what is about to go.
        let computed = if self.dry_run { Ok(()) } else { self.analytics.aggregation_json(window).await.map(drop) };
        match computed {
            Ok(()) => level.sealed_first += u64::from(!exists),
            // Not kept any more itself: it counts in a longer one.
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        self.sealed.insert(window);
        Ok(())
    }
}

/// Records that have events.
#[derive(Debug, Clone, Copy)]
enum Records {
    Tokens,
    Transfers,
}

impl Records {
    fn namespace(self) -> &'static str {
        match self {
            Self::Tokens => namespaces::TOKENS,
            Self::Transfers => namespaces::TRANSFERS,
        }
    }

    fn level(self) -> &'static str {
        match self {
            Self::Tokens => "token_events",
            Self::Transfers => "transfer_events",
        }
    }
}

/// Which window has to be computed for good before one of these may go; none for years.
fn counts_in(kind: WindowType) -> Option<WindowType> {
    match kind {
        WindowType::HalfHour | WindowType::Hourly => Some(WindowType::Daily),
        WindowType::Daily => Some(WindowType::Monthly),
        WindowType::Monthly => Some(WindowType::Yearly),
        WindowType::Yearly => None,
    }
}
