//! The summary of a journal: what all settled events come to, saved over the version it was made from.

use std::collections::VecDeque;

use cache_client::client::Tag;
use serde::{Deserialize, Serialize};

use super::{Journal, Known, RECENT, Totals};
use crate::error::{Error, Result};
use crate::health::describe;
use crate::time::{Day, Timestamp};

/// The file of the summary.
const SUMMARY: &str = "summary";

/// What all events up to one come to; the document of the summary.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "T: Totals", default)]
pub(crate) struct Sum<T: Totals> {
    /// The newest file that is counted.
    pub(super) up_to: String,
    /// Where the listing goes on, at that file or a little before it.
    pub(super) cursor: Option<String>,
    /// How many events are counted.
    pub(crate) events: u64,
    /// How many files hold no event that can be read.
    pub(crate) unreadable_events: u64,
    /// The newest events, the last one at the end.
    pub(crate) recent: VecDeque<T::Event>,
    /// Events of days before this one were deleted; what they came to is counted.
    pub(crate) expired_before: Option<Day>,
    #[serde(flatten)]
    pub(crate) totals: T,
}

impl<T: Totals> Default for Sum<T> {
    fn default() -> Self {
        let (up_to, recent, totals) = Default::default();
        Self { up_to, cursor: None, events: 0, unreadable_events: 0, recent, expired_before: None, totals }
    }
}

impl<T: Totals> Sum<T> {
    /// How far it reaches, and where the listing goes on: what changes is worth saving.
    pub(super) fn place(&self) -> (String, Option<String>) {
        (self.up_to.clone(), self.cursor.clone())
    }

    /// How many files it counts.
    pub(super) fn files(&self) -> u64 {
        self.events + self.unreadable_events
    }

    pub(super) fn add(&mut self, event: Option<T::Event>) {
        let Some(event) = event else {
            self.unreadable_events += 1;
            return;
        };
        let known = self.recent.iter().position(|recent| T::id(recent) == T::id(&event));
        match known {
            Some(known) => drop(self.recent.remove(known)),
            None => {
                self.events += 1;
                self.totals.add(&event);
            }
        }
        self.recent.push_back(event);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }
}

/// The version of the summary that was read.
pub(super) enum Version {
    None,
    Tagged(Tag),
    /// That of one that could not be read, and that all its events are still there of: it is replaced.
    Unreadable,
    /// Somebody else has saved one, nobody knows which, or it cannot be made anew: it stays.
    Lost,
}

impl Journal<'_> {
    /// Before which day events were deleted; `None` for none. One call.
    pub(crate) async fn expired_before<T: Totals>(&self, known: &Known) -> Result<Option<Day>> {
        Ok(self.saved::<T>(known.since).await?.0.expired_before)
    }

    /// The summary that was saved of a record that was created then.
    pub(super) async fn saved<T: Totals>(&self, since: Timestamp) -> Result<(Sum<T>, Version)> {
        let saved = self.send.cache.data().retrieve(self.namespace, self.cache_id, SUMMARY).json_with_tag().await;
        match saved {
            // One without a tag cannot be replaced safely.
            Ok(Some((sum, tag))) => Ok((sum, tag.map_or(Version::Lost, Version::Tagged))),
            Ok(None) => Ok((Sum::default(), Version::None)),
            // Not of ours: the events that are left say what they say.
            Err(error @ cache_client::Error::Protocol { .. }) => {
                tracing::warn!(cache_id = %self.cache_id, error = describe(&error), "a summary cannot be read");
                let has_all = self.oldest().await?.is_some_and(|day| day <= since.day());
                Ok((Sum::default(), if has_all { Version::Unreadable } else { Version::Lost }))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Saves a summary over the version it was made from. What fails is logged: the next reader does the work again.
    pub(super) async fn save<T: Totals>(&self, sum: &Sum<T>, version: Version) -> Version {
        match self.replace(sum, version).await {
            Ok(version) => version,
            Err(error) => {
                if !matches!(error, Error::Conflict { .. }) {
                    tracing::warn!(cache_id = %self.cache_id, error = describe(&error), "a summary could not be saved");
                }
                Version::Lost
            }
        }
    }

    /// Replaces the version that was read by a summary, and answers the new one; [`Conflict`](Error::Conflict) when it is the current
    /// one no more.
    pub(super) async fn replace<T: Totals>(&self, sum: &Sum<T>, version: Version) -> Result<Version> {
        let store = || self.send.cache.data_store().json(self.namespace, self.cache_id, sum).file_id(SUMMARY);
        let lost = || Error::Conflict { reason: "somebody else has saved a summary".to_owned() };
        let saved = match version {
            Version::None => store().if_absent().send().await,
            Version::Tagged(tag) => {
                self.send.cache.data().update(self.namespace, self.cache_id, SUMMARY).if_match(&tag).json(sum).await
            }
            Version::Unreadable => store().send().await,
            Version::Lost => return Err(lost()),
        };
        match saved {
            Ok(stored) => Ok(stored.tag.map_or(Version::Lost, Version::Tagged)),
            Err(cache_client::Error::PreconditionFailed { .. }) => Err(lost()),
            Err(error) => Err(error.into()),
        }
    }
}
