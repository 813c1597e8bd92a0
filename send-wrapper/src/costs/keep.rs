//! A document that is kept under its key, written by whoever knows better.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::entries::{Change, Entries};
use crate::error::Result;
use crate::keys::EntryKey;

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "admin", derive(utoipa::ToSchema))]
pub enum Recorded {
    /// There was none; now there is.
    Created,
    /// It says something else now.
    Changed,
    /// It said so already: nothing was written.
    Unchanged,
}

/// Creates a document, or replaces the one that is there, unless that one `stays`. Answers what is stored in the end.
///
/// To be called within a limit of time: it waits for others who are creating it.
pub(super) async fn keep<T>(
    entries: &Entries,
    key: &EntryKey,
    document: &T,
    stays: impl Fn(&T) -> bool,
) -> Result<(Recorded, T)>
where
    T: Clone + Serialize + DeserializeOwned,
{
    // After a lost answer, it finds what it has written itself.
    let mut written = false;
    let decide = |stored: &mut T| {
        if stays(stored) {
            let outcome = if written { Recorded::Changed } else { Recorded::Unchanged };
            return Change::Keep((outcome, stored.clone()));
        }
        *stored = document.clone();
        written = true;
        Change::Write((Recorded::Changed, document.clone()))
    };
    let changed = entries.create_or_change(key, document, decide).await?;
    Ok(changed.unwrap_or_else(|| (Recorded::Created, document.clone())))
}
