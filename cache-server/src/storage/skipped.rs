//! Names that a listing leaves out, since no object can have them here: an empty part (`a//b`), a control character, no text.

use std::collections::BTreeSet;

use parking_lot::Mutex;

/// How many names are remembered.
const MOST: usize = 1000;
/// How many of them are shown.
const SHOWN: usize = 5;

/// Names that listings left out. Whoever lists something twice leaves the same names out twice: each counts once.
#[derive(Debug, Default)]
pub struct Skipped(Mutex<BTreeSet<String>>);

impl Skipped {
    /// Remembers a name, or at least that there are many.
    pub(crate) fn note(&self, name: impl Into<String>) {
        let mut names = self.0.lock();
        if names.len() < MOST {
            names.insert(name.into());
        }
    }

    /// How many there are, and the first of them; `None` when there are none.
    pub(crate) fn told(&self) -> Option<String> {
        let names = self.0.lock();
        let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
        let more = if names.len() < MOST { "" } else { " or more" };
        (!names.is_empty()).then(|| format!("{}{more}: {}", names.len(), shown.join(", ")))
    }
}
