//! `copy`: entries from one store to another.
//!
//! 1. The source is counted, and its names are looked at: one that the target cannot hold ends the copy before it begins.
//! 2. Of each namespace the contents are copied, then the references by id, then those by hash ([`sections`](super::sections)):
//!    whenever the copy ends, no reference at the target points to what is not there.
//! 3. Both sides are listed in step, a page of the one and a page of the other, and only what differs is copied. So a copy that was
//!    ended goes on by being run again, and nothing has to be kept for that.
//!
//! What differs is told by lengths and by MD5 where a listing has it, else by reading both. What was written is proved by the digest
//! the target answers, or by reading it back.
//!
//! A source may be written to meanwhile, if it is a running server, a bucket, or a folder of the Python service. What was
//! acknowledged before the start is copied all the same; of entries that were stored since, the content is looked for before the
//! reference is written ([`fresh`]).

mod entries;
mod fresh;
mod hashes;
mod plan;
mod source;
mod transfer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use anyhow::{Context, Result, bail, ensure};

use parking_lot::Mutex;

use self::transfer::Transfer;
use super::Verdict;
use super::budget::Budget;
use super::config::CopyConfig;
use super::listing::Side;
use super::nothing::Nothing;
use super::open::{Access, names, open, open_there};
use super::progress::Progress;
use super::sections::Kind;
use crate::clock::{Clock as _, SystemClock};
use crate::storage::Skipped;

/// How long before the start an entry counts as one that may still have been on its way, in milliseconds.
///
/// Longer than any request may take, and than clocks of two machines usually differ.
const FRESH: u64 = 300_000;

/// What a copy came to.
#[derive(Debug, Default)]
struct Counts {
    copied: AtomicU64,
    copied_bytes: AtomicU64,
    replaced: AtomicU64,
    same: AtomicU64,
    merged: AtomicU64,
    vanished: AtomicU64,
    only_target: AtomicU64,
}

impl Counts {
    /// Copied objects and bytes, replaced, same, merged, vanished, at the target only.
    fn all(&self) -> [u64; 7] {
        let Self { copied, copied_bytes, replaced, same, merged, vanished, only_target } = self;
        [copied, copied_bytes, replaced, same, merged, vanished, only_target].map(|count| count.load(Relaxed))
    }

    /// Takes back what was counted of a part that is walked through once more; what was copied will be the same then.
    fn begin_again(&self, before: [u64; 7], dry_run: bool) {
        let [copied, copied_bytes, replaced, same, merged, vanished, only_target] = before;
        let mut same = same;
        if dry_run {
            self.copied.store(copied, Relaxed);
            self.copied_bytes.store(copied_bytes, Relaxed);
            self.replaced.store(replaced, Relaxed);
            self.merged.store(merged, Relaxed);
        } else {
            same = same.wrapping_sub(self.copied.load(Relaxed) - copied);
        }
        self.same.store(same, Relaxed);
        self.vanished.store(vanished, Relaxed);
        self.only_target.store(only_target, Relaxed);
    }
}

/// Copies, and tells what that came to.
pub(super) async fn run(config: CopyConfig) -> Result<Verdict> {
    let CopyConfig { from, to, namespace, prefix, dry_run, json, reach } = config;
    if let Some(reason) = from.overlaps(&to) {
        bail!("{from} cannot be copied to {to}: {reason}");
    }
    let progress = Arc::new(Progress::new(json));
    let source = open_there(&from, Access::Read, &reach).await?;
    let target = match open(&to, if dry_run { Access::Read } else { Access::Write }, &reach).await? {
        Some(target) => target,
        None => Box::new(Nothing(names(&to))),
    };
    let fresh_since = if source.is_still() { u64::MAX } else { SystemClock.now().saturating_sub(FRESH) };
    let mut transfer = Transfer {
        from: Side::new(source),
        to: Side::new(target),
        dry_run,
        // The key of an entry was read before its files are: each reference is looked at.
        fresh_since: if prefix.is_some() { 0 } else { fresh_since },
        counts: Counts::default(),
        progress: Arc::clone(&progress),
        sharing: tokio::sync::Mutex::default(),
        room: Budget::new(),
        dropped: Mutex::default(),
        left_out: Skipped::default(),
    };
    let done = match &prefix {
        Some(prefix) => entries::copy(&transfer, &namespace, prefix).await,
        None => everything(&mut transfer, &namespace).await,
    };
    let finished = transfer.to.store.finish().await;
    if let Err(error) = done.and(finished) {
        let hint = "what was copied stays, and running the same command again goes on from there";
        return Err(error.context(format!("{from} was not copied to {to} ({hint})")));
    }
    let verdict = transfer.summary();
    let skipped = transfer.from.store.skipped().and_then(Skipped::told);
    let skipped = skipped.map(|names| format!("names that cannot be held here ({names})"));
    let unclear = transfer.left_out.told();
    let unclear =
        unclear.map(|names| format!("references whose content is not there or whose key nobody can tell ({names})"));
    let left_out: Vec<String> = skipped.into_iter().chain(unclear).collect();
    ensure!(left_out.is_empty(), "{from} was copied to {to} without some of it: {}", left_out.join("; "));
    Ok(verdict)
}

async fn everything(transfer: &mut Transfer, namespaces: &[cache_client::Namespace]) -> Result<()> {
    let plan = plan::plan(transfer, namespaces).await?;
    transfer.progress.known(plan.objects, plan.bytes);
    if transfer.from.store.skipped().is_some_and(|skipped| skipped.told().is_some()) {
        // A reference may name what was left out: each is looked at.
        transfer.fresh_since = 0;
    }
    for section in &plan.sections {
        let copying = || format!("copying {:?}", section.folder.as_str());
        transfer.section(section).await.with_context(copying)?;
        if section.kind == Kind::Data && transfer.counts.vanished.load(Relaxed) > 0 {
            transfer.nothing_vanished().with_context(copying)?;
            // A reference may name what is gone: each is looked at.
            transfer.fresh_since = 0;
        }
    }
    Ok(())
}
