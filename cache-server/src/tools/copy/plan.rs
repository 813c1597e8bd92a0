//! What there is to copy: how much, in which order, and whether the target can hold its names.

use anyhow::{Result, bail};
use cache_client::Namespace;

use super::super::listing::Unsorted;
use super::super::sections::{self, Section};
use super::super::store::Names;
use super::transfer::Transfer;
use crate::storage::ObjectPath;

/// How many names that cannot be held are shown.
const SHOWN: usize = 5;

/// What there is to copy.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) sections: Vec<Section>,
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

/// Lists the source. Fails when there are names that the target cannot hold: nothing was written then.
pub(super) async fn plan(transfer: &Transfer, wanted: &[Namespace]) -> Result<Plan> {
    let store = &*transfer.from.store;
    let mut plan = Plan::default();
    if wanted.is_empty() {
        plan.sections.push(sections::root());
    }
    for namespace in sections::namespaces(store, wanted).await? {
        plan.sections.extend(sections::of_namespace(store, &namespace).await?);
    }
    let mut refused = Refused { names: transfer.to.store.names(), above: Vec::new(), found: 0, shown: Vec::new() };
    let sections = std::mem::take(&mut plan.sections);
    for section in sections {
        let before = (plan.objects, plan.bytes, refused.found, refused.shown.len());
        loop {
            match count(transfer, &section, &mut plan, &mut refused).await {
                Err(error) if error.is::<Unsorted>() => {
                    let shown;
                    (plan.objects, plan.bytes, refused.found, shown) = before;
                    refused.shown.truncate(shown);
                }
                done => break done?,
            }
        }
        plan.sections.push(section);
    }
    if refused.found > 0 {
        let shown = refused.shown.join("; ");
        bail!("the target cannot hold {} names of the source, so that nothing was copied: {shown}", refused.found);
    }
    Ok(plan)
}

async fn count(transfer: &Transfer, section: &Section, plan: &mut Plan, refused: &mut Refused) -> Result<()> {
    let mut walk = transfer.from.walk(section).await?;
    while let Some(item) = walk.next().await? {
        plan.objects += 1;
        plan.bytes += item.size.unwrap_or(0);
        refused.look(&item.path);
        if plan.objects.is_multiple_of(1000) {
            transfer.progress.add(1000, 0);
        }
    }
    Ok(())
}

/// Names that the target cannot hold.
struct Refused {
    names: Names,
    /// Objects that what comes next may lie below: in byte order, all that begins with a text follows it.
    above: Vec<ObjectPath>,
    found: u64,
    shown: Vec<String>,
}

impl Refused {
    fn look(&mut self, path: &ObjectPath) {
        let reason =
            self.names.refuse(path).or_else(|| self.names.files_and_folders.then(|| self.below(path)).flatten());
        if let Some(reason) = reason {
            self.found += 1;
            if self.shown.len() < SHOWN {
                self.shown.push(format!("{path:?} {reason}"));
            }
        }
    }

    /// Why a path cannot be held beside those before it.
    fn below(&mut self, path: &ObjectPath) -> Option<String> {
        while self.above.last().is_some_and(|above| !path.as_str().starts_with(above.as_str())) {
            self.above.pop();
        }
        let is_below = |above: &&ObjectPath| path.as_str().as_bytes().get(above.as_str().len()) == Some(&b'/');
        let above = self.above.iter().find(is_below).map(|above| format!("lies below {above:?}, which is no folder"));
        self.above.push(path.clone());
        above
    }
}
