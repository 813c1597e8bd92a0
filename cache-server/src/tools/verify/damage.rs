//! The kinds of damage, how much of each was found, and what became of it.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde_json::{Value, json};

use super::super::progress::Progress;
use crate::storage::ObjectPath;

/// A kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Damage {
    DanglingReference,
    UnreadableReference,
    OrphanedContent,
    MissingSidecar,
    TornSidecar,
    StaleSidecar,
    OrphanedSidecar,
    OrphanedChild,
    UnreadableContent,
    HashReferenceMissesId,
    HashReferenceNamesDeadId,
    UnreadableHashReference,
    WrongHashReference,
    EmptyHashReference,
    LeftoverTombstone,
    LeftoverMarker,
    ExpiredEntry,
}

impl Damage {
    /// The name that scripts and the documentation use.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DanglingReference => "dangling-reference",
            Self::UnreadableReference => "unreadable-reference",
            Self::OrphanedContent => "orphaned-content",
            Self::MissingSidecar => "missing-sidecar",
            Self::TornSidecar => "torn-sidecar",
            Self::StaleSidecar => "stale-sidecar",
            Self::OrphanedSidecar => "orphaned-sidecar",
            Self::OrphanedChild => "orphaned-child",
            Self::UnreadableContent => "unreadable-content",
            Self::HashReferenceMissesId => "hash-reference-misses-id",
            Self::HashReferenceNamesDeadId => "hash-reference-names-dead-id",
            Self::UnreadableHashReference => "unreadable-hash-reference",
            Self::WrongHashReference => "wrong-hash-reference",
            Self::EmptyHashReference => "empty-hash-reference",
            Self::LeftoverTombstone => "leftover-tombstone",
            Self::LeftoverMarker => "leftover-marker",
            Self::ExpiredEntry => "expired-entry",
        }
    }
}

/// What became of something that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is as it was.
    Left,
    /// It is younger than an hour: it may be on its way, and is not touched.
    Young,
    /// It was mended, or would be.
    Mended,
    /// It was moved below `.damaged/`, or would be.
    Moved,
}

/// How much of a kind was found.
#[derive(Debug, Default, Clone)]
struct Count {
    found: u64,
    young: u64,
    mended: u64,
    moved: u64,
    examples: Vec<String>,
}

/// How many examples of each kind are shown.
const EXAMPLES: usize = 5;

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    counts: Mutex<BTreeMap<Damage, Count>>,
    /// Whether what counts as mended is mended, and would not be found again.
    mends: bool,
}

/// What was found up to some moment.
#[derive(Debug)]
pub(super) struct Found(BTreeMap<Damage, Count>);

impl Findings {
    pub(super) fn new(mends: bool) -> Self {
        Self { mends, ..Self::default() }
    }

    /// Adds something that was found.
    pub(super) fn add(&self, progress: &Progress, damage: Damage, path: &ObjectPath, fate: Fate) {
        let is_example = {
            let mut counts = self.counts.lock();
            let count = counts.entry(damage).or_default();
            count.found += 1;
            match fate {
                Fate::Left => {}
                Fate::Young => count.young += 1,
                Fate::Mended => count.mended += 1,
                Fate::Moved => count.moved += 1,
            }
            let is_example = count.examples.len() < EXAMPLES;
            if is_example {
                count.examples.push(path.to_string());
            }
            is_example
        };
        let fate = match fate {
            Fate::Left => "left",
            Fate::Young => "younger than an hour",
            Fate::Mended => "mended",
            Fate::Moved => "moved",
        };
        let document = json!({ "damage": damage.name(), "path": path.as_str(), "fate": fate });
        if is_example || progress.is_json() {
            progress.note("damage", &format!("{}: {path} ({fate})", damage.name()), document);
        }
    }

    /// What was found so far.
    pub(super) fn all(&self) -> Found {
        Found(self.counts.lock().clone())
    }

    /// Goes back to what was found before; what was mended or moved since stays counted, since it is not found again.
    pub(super) fn begin_again(&self, before: Found) {
        let Found(mut before) = before;
        let mut now = self.counts.lock();
        for (damage, count) in now.iter() {
            let of = before.entry(*damage).or_default();
            if self.mends {
                let more = (count.mended + count.moved) - (of.mended + of.moved);
                of.found += more;
                (of.mended, of.moved) = (count.mended, count.moved);
            }
            of.examples.clone_from(&count.examples);
        }
        before.retain(|_, count| count.found > 0);
        *now = before;
    }

    /// How many were found, how many are too young to be judged, and how many were seen to.
    pub(super) fn totals(&self) -> (u64, u64, u64) {
        let counts = self.counts.lock();
        let sum = |of: fn(&Count) -> u64| counts.values().map(of).sum();
        (sum(|count| count.found), sum(|count| count.young), sum(|count| count.mended + count.moved))
    }

    /// For people and for scripts.
    pub(super) fn shown(&self) -> (String, Value) {
        let (mut text, mut document) = (String::new(), json!({}));
        for (damage, Count { found, young, mended, moved, examples }) in self.counts.lock().iter() {
            let name = damage.name();
            text += &format!("{name}: {found}");
            for (count, what) in [(young, "younger than an hour"), (mended, "mended"), (moved, "moved")] {
                if *count > 0 {
                    text += &format!(", {count} {what}");
                }
            }
            text.push('\n');
            document[name] =
                json!({ "found": found, "young": young, "mended": mended, "moved": moved, "examples": examples });
        }
        (text, document)
    }
}
