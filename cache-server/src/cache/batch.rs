//! Several changes of an archive that are made together, as the Python service makes them.

use bytes::Bytes;
use cache_client::MemberPath;

use crate::archive::{self, Archive, MAX_CHANGES, MAX_PATTERNS, Pattern};

/// What is to be done with a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Adds it, instead of one that is there.
    Add,
    /// Removes it, or all whose names match.
    Remove,
    /// The same as adding it; reported as a change.
    Replace,
    /// Gives it another name.
    Rename,
    /// Not a change: fails, as in the Python service.
    List,
    /// Not a change: fails, as in the Python service.
    Get,
}

impl Action {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Rename => "rename",
            Self::List => "list",
            Self::Get => "get",
        }
    }
}

/// Whether a change is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// In any case.
    Always,
    /// Where there is a member of that name. Else nothing is done, which is no failure.
    IfExists,
    /// Where there is none.
    IfNotExists,
}

/// One change.
#[derive(Debug, Clone)]
pub struct BatchChange {
    /// What is to be done.
    pub action: Action,
    /// The member.
    pub path: String,
    /// The content of one that is added or replaced.
    pub content: Option<Bytes>,
    /// The new name of one that is renamed.
    pub new_path: Option<String>,
    /// Whether it is done.
    pub condition: Condition,
    /// The names of those that are removed, instead of one.
    pub pattern: Option<String>,
}

/// What became of each change, and of the archive.
#[derive(Debug, Default)]
pub struct BatchOutcome {
    /// For each change that was tried: the action, the member, and why it failed.
    pub results: Vec<(Action, String, Option<String>)>,
    /// The members that were added.
    pub added: Vec<String>,
    /// The members that were removed.
    pub removed: Vec<String>,
    /// The members that were replaced, and both names of those that were renamed.
    pub modified: Vec<String>,
    /// Why no change was made, although some could have been.
    pub rolled_back: Option<String>,
    /// How many members there are afterwards.
    pub count: usize,
    /// The length of the archive afterwards, in bytes.
    pub size: u64,
}

/// Why a change was not made: the batch goes on without it, or not at all.
enum Failure {
    Failed(String),
    Refused(archive::Error),
}

impl From<archive::Error> for Failure {
    fn from(error: archive::Error) -> Self {
        Self::Refused(error)
    }
}

impl BatchOutcome {
    /// Makes changes one after another; `atomic` ones stop with the first that fails, and none counts.
    ///
    /// Fails for a name or a pattern that could not be one, and for too many changes.
    pub(super) fn apply(archive: &mut Archive, changes: Vec<BatchChange>, atomic: bool) -> archive::Result<Self> {
        let patterns = changes.iter().filter(|change| change.pattern.is_some()).count();
        if changes.len() > MAX_CHANGES || patterns > MAX_PATTERNS {
            return Err(archive::Error::TooManyChanges);
        }
        let mut batch = Self::default();
        for change in changes {
            let (action, path) = (change.action, change.path.clone());
            match apply(archive, change) {
                Ok(affected) => {
                    match action {
                        Action::Add => batch.added.extend(affected),
                        Action::Remove => batch.removed.extend(affected),
                        Action::Replace | Action::Rename | Action::List | Action::Get => {
                            batch.modified.extend(affected);
                        }
                    }
                    batch.results.push((action, path, None));
                }
                Err(Failure::Refused(error)) => return Err(error),
                Err(Failure::Failed(reason)) => {
                    batch.results.push((action, path, Some(reason.clone())));
                    if atomic {
                        let results = batch.results;
                        return Ok(Self { results, rolled_back: Some(reason), ..Self::default() });
                    }
                }
            }
        }
        Ok(batch)
    }

    /// How many changes were made, or needed not be.
    pub fn applied(&self) -> usize {
        self.results.iter().filter(|(_, _, failed)| failed.is_none()).count()
    }

    /// How many changes failed.
    pub fn failed(&self) -> usize {
        self.results.len() - self.applied()
    }

    /// Says what the archive has become; nothing when it was rolled back.
    pub(super) fn left(&mut self, count: usize, size: u64) {
        if self.rolled_back.is_none() {
            (self.count, self.size) = (count, size);
        }
    }
}

/// The reason the Python service gives for a removal of what is not there.
pub const NOTHING_REMOVED: &str = "Operation failed";

/// Makes one change and returns the names it is about.
fn apply(archive: &mut Archive, change: BatchChange) -> Result<Vec<String>, Failure> {
    let BatchChange { action, path, content, new_path, condition, pattern } = change;
    let exists = archive.contains(&path);
    match condition {
        Condition::IfExists if !exists => return Ok(Vec::new()),
        Condition::IfNotExists if exists => return Ok(Vec::new()),
        Condition::Always | Condition::IfExists | Condition::IfNotExists => {}
    }
    match action {
        Action::Add | Action::Replace => {
            let action = action.as_str();
            let content = content.filter(|content| !content.is_empty());
            let content =
                content.ok_or_else(|| Failure::Failed(format!("Content required for {action} operation on {path}")))?;
            archive.add(&member(&path)?, content);
            Ok(vec![path])
        }
        Action::Remove => {
            let removed = match pattern.filter(|pattern| !pattern.is_empty()) {
                Some(pattern) => archive.remove_matching(&parse_pattern(&pattern)?),
                None if archive.remove(&path) => vec![path],
                None => Vec::new(),
            };
            if removed.is_empty() {
                return Err(Failure::Failed(NOTHING_REMOVED.to_owned()));
            }
            Ok(removed)
        }
        Action::Rename => {
            let to = new_path.filter(|to| !to.is_empty());
            let to = to.ok_or_else(|| Failure::Failed("new_path required for rename operation".to_owned()))?;
            let to = member(&to)?;
            if !archive.rename(&path, &to) {
                return Err(Failure::Failed(format!("\"There is no item named '{path}' in the archive\"")));
            }
            Ok(vec![path, to.to_string()])
        }
        Action::List | Action::Get => Err(Failure::Failed(format!("Unknown action: {}", action.as_str()))),
    }
}

fn member(name: &str) -> archive::Result<MemberPath> {
    MemberPath::parse(name).map_err(|error| archive::Error::member(name, error.reason()))
}

fn parse_pattern(pattern: &str) -> archive::Result<Pattern> {
    Pattern::parse(pattern).map_err(archive::Error::Pattern)
}
