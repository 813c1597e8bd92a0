//! Computing what the events of a window come to, from stored parts and from events.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{StreamExt, TryStreamExt, iter};
use serde_json::value::RawValue;

use super::Analytics;
use super::aggregation::Aggregation;
use super::stored::{APART, any_event, each_event};
use super::totals::{Seen, Totals};
use super::unreadable::{event_count, has_readable_form, with_sums_of};
use super::window::{Window, WindowType};
use crate::entries::{Change, Entries};
use crate::error::{Error, Result};
use crate::namespaces;
#[cfg(doc)]
use crate::send_cache::SendCache;
use crate::time::Timestamp;

/// How long after its end a window takes events that are stored late; by then the recorder has given up the others.
pub(crate) const GRACE: Duration = Duration::from_secs(120);
/// How long after that its aggregation is computed for good: what was stored at the last moment can be read by then.
const SETTLED: Duration = Duration::from_secs(60);
/// How many parts are looked at at once.
const AT_ONCE: usize = 8;
/// How many entries come with one call: fewer than for a pulse, since several windows may be counted at the same time.
const PAGE: u32 = 100;

/// Whether nothing can be stored any more that counts.
pub(crate) fn is_settled(window: Window, now: Timestamp) -> bool {
    window.is_closed(now, GRACE + SETTLED)
}

impl Analytics {
    /// What the events of a window come to.
    ///
    /// - A **closed** window (its end is three minutes ago) is computed once and stored; from then on the answer is what was stored, byte
    ///   for byte, in one call. Of several who compute it at the same time, one stores it, and all answer that.
    /// - A **live** window is computed every time, from the parts of it that are closed and the events of the rest.
    /// - A **future** window has zeros, and is not stored.
    /// - A window that [retention](Self::apply_retention) took away is [`NotFound`](Error::NotFound).
    ///
    /// Half hours are computed from events, everything else from its parts, which are computed and stored first where they are missing: an hour
    /// from 2 half hours, a day from 24 hours, a month from its days, a year from 12 months.
    ///
    /// Events count by their own time, wherever they were stored from a minute before the window to two minutes after it. So clocks
    /// of recorders may be a minute wrong. What was stored earlier or later counts as `early_events` or `late_events` of the window it was
    /// stored in.
    ///
    /// All of it ends within the [limit of computations](SendCache::long_time_limit); parts that are stored by then stay.
    ///
    /// A window that was stored in a form that is not read any more is computed again, once, and replaced. Where too little is left of
    /// its events or parts, its figures stay as they were, and it counts as one of the
    /// [`unreadable_parts`](Aggregation::unreadable_parts).
    pub async fn aggregation(&self, window: Window) -> Result<Aggregation> {
        parse(window, &self.aggregation_json(window).await?)
    }

    /// What the events of a window come to, as the text that is stored of a closed one; see [`aggregation`](Self::aggregation).
    pub async fn aggregation_json(&self, window: Window) -> Result<Box<RawValue>> {
        let now = self.send.now();
        let computation = Computation { analytics: self, entries: &self.entries(), now, seals: true };
        self.send.within_long(computation.aggregation(window)).await
    }

    fn entries(&self) -> Entries {
        self.send.own_entries(namespaces::ANALYTICS)
    }
}

/// Windows, as they are at one moment.
#[derive(Clone, Copy)]
struct Computation<'a> {
    analytics: &'a Analytics,
    entries: &'a Entries,
    now: Timestamp,
    /// Whether closed parts that are missing are stored.
    seals: bool,
}

impl<'a> Computation<'a> {
    async fn aggregation(self, window: Window) -> Result<Box<RawValue>> {
        if !is_settled(window, self.now) {
            return Ok(text(&Aggregation::new(window, self.totals(window).await?, self.now, false)));
        }
        if let Some(stored) = self.stored_text(window).await? {
            return Ok(stored);
        }
        if self.was_counted(window).await? {
            // Stored by whoever computed the longer window just now; else it was taken away. What is left of its events, such as
            // those stored after midnight, is not what it was.
            let gone = || Error::missing(format!("{} window {} any more", window.kind().as_str(), window.key()));
            return self.stored_text(window).await?.ok_or_else(gone);
        }
        let sealed = self.seal(window, self.totals(window).await?).await?;
        // Not found yet by its hash, when somebody else is storing it right now.
        Ok(self.entries.retrieve(&window.entry_key()).await?.unwrap_or_else(|| text(&sealed)))
    }

    /// What is stored of a closed window.
    async fn stored_text(self, window: Window) -> Result<Option<Box<RawValue>>> {
        let stored: Option<Box<RawValue>> = self.entries.retrieve(&window.entry_key()).await?;
        match stored {
            Some(stored) if !has_readable_form(&stored) => self.replace(window, stored).await.map(Some),
            other => Ok(other),
        }
    }

    /// What a window comes to, if it is closed and was computed before.
    async fn stored_totals(self, window: Window) -> Result<Option<Totals>> {
        if !is_settled(window, self.now) {
            return Ok(None);
        }
        let stored: Option<Box<RawValue>> = self.entries.retrieve(&window.entry_key()).await?;
        let Some(stored) = stored else { return Ok(None) };
        if let Ok(stored) = serde_json::from_str::<Aggregation>(stored.get()) {
            return Ok(Some(stored.merge_state));
        }
        let replaced = self.replace(window, stored).await?;
        Ok(Some(parse(window, &replaced)?.merge_state))
    }

    /// Stores what a closed window comes to.
    async fn seal(self, window: Window, totals: Totals) -> Result<Aggregation> {
        let aggregation = Aggregation::new(window, totals, self.now, true);
        match self.entries.create(&window.entry_key(), &aggregation).await {
            Ok(_) => Ok(aggregation),
            // Somebody else has: what is stored counts.
            Err(Error::AlreadyExists { .. }) => {
                let stored: Option<Aggregation> = self.entries.retrieve(&window.entry_key()).await?;
                Ok(stored.unwrap_or(aggregation))
            }
            Err(error) => Err(error),
        }
    }

    /// Computes a closed window again of which the stored form is not read, and stores it in the place of that.
    fn replace(self, window: Window, stored: Box<RawValue>) -> BoxFuture<'a, Result<Box<RawValue>>> {
        let replaced = async move {
            // What is gone is not stored as if it had been empty.
            let totals = Self { seals: false, ..self }.totals(window).await?;
            let computed = Aggregation::new(window, totals, self.now, true);
            let too_little_is_left = computed.event_count < event_count(&stored).unwrap_or_default();
            let computed = match with_sums_of(window, &stored).filter(|_| too_little_is_left) {
                Some(as_it_was) => {
                    tracing::warn!(window = %window.entry_key(), "an aggregation is in a form that is not read any more");
                    as_it_was
                }
                None => computed,
            };
            let replace = |now: &mut Box<RawValue>| {
                // Whoever was faster has computed the same.
                if parse(window, now).is_ok() {
                    return Change::Keep(now.clone());
                }
                *now = text(&computed);
                Change::Write(now.clone())
            };
            let replaced = self.entries.change(&window.entry_key(), replace).await?;
            Ok(replaced.unwrap_or_else(|| text(&computed)))
        };
        replaced.boxed()
    }

    /// Whether a window that is not stored may have had events when a longer one around it was computed. Then it was stored before that.
    async fn was_counted(self, window: Window) -> Result<bool> {
        for around in window.around() {
            let stored: Option<Box<RawValue>> = self.entries.retrieve(&around.entry_key()).await?;
            if let Some(events) = stored.and_then(|stored| event_count(&stored)) {
                return Ok(events > 0);
            }
        }
        Ok(false)
    }

    /// Computes a window.
    async fn totals(self, window: Window) -> Result<Totals> {
        let mut totals = Totals::default();
        if window.start() > self.now {
            return Ok(totals);
        }
        if window.kind() == WindowType::HalfHour {
            return self.count(window).await;
        }
        let begun = window.parts().into_iter().filter(|part| part.start() <= self.now);
        let parts = begun.map(|part| async move { Ok::<_, Error>((part, self.stored_totals(part).await?)) });
        let parts: Vec<(Window, Option<Totals>)> = iter(parts).buffered(AT_ONCE).try_collect().await?;
        // Where nothing was computed before, there may be nothing to compute.
        let (from, to) = (window.start().minus(APART), window.end().plus(GRACE));
        if parts.iter().all(|(_, stored)| stored.is_none()) && !any_event(&self.analytics.send, from, to).await? {
            return Ok(totals);
        }
        for (part, stored) in parts {
            let part_totals = match stored {
                Some(totals) => totals,
                None => {
                    let totals = Box::pin(self.totals(part)).await?;
                    match self.seals && is_settled(part, self.now) {
                        true => self.seal(part, totals).await?.merge_state,
                        false => totals,
                    }
                }
            };
            totals.merge(&part_totals);
            if window.kind() == WindowType::Monthly {
                totals.end_of_day();
            }
        }
        Ok(totals)
    }

    /// Counts the events of half an hour.
    async fn count(self, window: Window) -> Result<Totals> {
        let mut totals = Totals::default();
        let (start, end) = (window.start(), window.end());
        each_event(&self.analytics.send, start.minus(APART), end.plus(GRACE), PAGE, |stored_at, seen: Seen| {
            let own = Window::at(WindowType::HalfHour, seen.timestamp);
            let stored_here = (start..end).contains(&stored_at);
            if own == window {
                totals.add(&seen);
            } else if stored_here && own.is_closed(stored_at, GRACE) {
                totals.sums.late_events += 1;
            } else if stored_here && stored_at < own.start().minus(APART) {
                totals.sums.early_events += 1;
            }
        })
        .await?;
        Ok(totals)
    }
}

fn text(aggregation: &Aggregation) -> Box<RawValue> {
    serde_json::value::to_raw_value(aggregation).expect("an aggregation is plain fields")
}

fn parse(window: Window, text: &RawValue) -> Result<Aggregation> {
    let unreadable = |error| Error::Conflict { reason: format!("{} cannot be read: {error}", window.entry_key()) };
    serde_json::from_str(text.get()).map_err(unreadable)
}
