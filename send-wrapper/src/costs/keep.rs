//! A document that is kept under its key, written by whoever knows better.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

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

/// A document as it is stored: one of ours, or what somebody else has left in its place, which spoils nothing and is replaced.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Stored<T> {
    Readable(T),
    Unreadable(Box<RawValue>),
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Stored<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not by serde's `untagged`, which reads numbers before they come to whoever wants their digits.
        let document = Box::<RawValue>::deserialize(deserializer)?;
        Ok(serde_json::from_str(document.get()).map_or(Self::Unreadable(document), Self::Readable))
    }
}

impl<T> Stored<T> {
    pub(super) fn readable(self) -> Option<T> {
        match self {
            Self::Readable(document) => Some(document),
            Self::Unreadable(_) => None,
        }
    }
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
    let decide = |stored: &mut Stored<T>| {
        if let Stored::Readable(stored) = stored
            && stays(stored)
        {
            let outcome = if written { Recorded::Changed } else { Recorded::Unchanged };
            return Change::Keep((outcome, stored.clone()));
        }
        *stored = Stored::Readable(document.clone());
        written = true;
        Change::Write((Recorded::Changed, document.clone()))
    };
    let changed = entries.create_or_change(key, &Stored::Readable(document.clone()), decide).await?;
    Ok(changed.unwrap_or_else(|| (Recorded::Created, document.clone())))
}
