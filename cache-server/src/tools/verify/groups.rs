//! What lies together in a namespace: a content with its sidecars, or a child file with what it is below.

use std::collections::VecDeque;

use anyhow::Result;

use super::references::Named;
use crate::storage::ObjectPath;
use crate::tools::listing::Walk;
use crate::tools::sorter::Sorted;
use crate::tools::store::Item;

/// A content with what is beside it, and what references say of it.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) path: ObjectPath,
    pub(super) has_content: bool,
    /// The length of the content in bytes, where the listing tells it.
    pub(super) size: Option<u64>,
    pub(super) has_config: bool,
    pub(super) has_metadata: bool,
    pub(super) named_by: Vec<Named>,
    /// Whether a content is there that this may be a child file of; `None` where no child file can lie.
    pub(super) has_parent: Option<bool>,
    /// How many objects it is.
    pub(super) objects: u64,
}

/// The end of the name of the layout sidecar.
pub(super) const CONFIG: &str = ".config";
/// The end of the name of the ownership sidecar.
pub(super) const METADATA: &str = ".metadata";

/// Groups in the order of their paths.
#[derive(Debug)]
pub(super) struct Groups<'a> {
    walk: Walk<'a>,
    named: Sorted,
    /// The length of `{namespace}/data/`.
    data: usize,
    open: Vec<Group>,
    /// Contents without their extension that what comes next may be below of.
    stems: Vec<String>,
    ready: VecDeque<Group>,
    ended: bool,
}

impl<'a> Groups<'a> {
    /// Groups of the folder `{namespace}/data`.
    pub(super) fn new(walk: Walk<'a>, named: Sorted, folder: &str) -> Self {
        let data = folder.len() + 1;
        Self { walk, named, data, open: Vec::new(), stems: Vec::new(), ready: VecDeque::new(), ended: false }
    }

    /// The next groups, up to so many; none at the end. A group without any object is what references name and is not there.
    pub(super) async fn next(&mut self, most: usize) -> Result<Vec<Group>> {
        while self.ready.len() < most && !self.ended {
            match self.walk.next().await? {
                Some(item) => self.take(&item)?,
                None => {
                    self.ready.extend(self.open.drain(..));
                    self.missing(None)?;
                    self.ended = true;
                }
            }
        }
        let count = self.ready.len().min(most);
        Ok(self.ready.drain(..count).collect())
    }

    fn take(&mut self, item: &Item) -> Result<()> {
        let text = item.path.as_str();
        // All that begins with a text is together in the listing.
        while self.open.last().is_some_and(|group| !text.starts_with(group.path.as_str())) {
            self.ready.extend(self.open.pop());
        }
        while self.stems.last().is_some_and(|stem| !text.starts_with(stem.as_str())) {
            self.stems.pop();
        }
        let (config, metadata) = (text.strip_suffix(CONFIG), text.strip_suffix(METADATA));
        let base = config.or(metadata).unwrap_or(text);
        let at = match self.open.iter().rposition(|group| group.path.as_str() == base) {
            Some(at) => at,
            None => {
                let path = ObjectPath::parse(base)?;
                let named_by = self.missing(Some(&path))?;
                let has_parent = self.parent(base);
                self.open.push(Group {
                    path,
                    has_content: false,
                    size: None,
                    has_config: false,
                    has_metadata: false,
                    named_by,
                    has_parent,
                    objects: 0,
                });
                self.open.len() - 1
            }
        };
        let group = &mut self.open[at];
        group.objects += 1;
        group.has_config |= config.is_some();
        group.has_metadata |= metadata.is_some();
        if config.is_none() && metadata.is_none() {
            (group.has_content, group.size) = (true, item.size);
            if let Some((stem, "json" | "bin")) = text.rsplit_once('.') {
                self.stems.push(stem.to_owned());
            }
        }
        Ok(())
    }

    /// What references name before a path is not there. Returns what they say of the path itself.
    fn missing(&mut self, until: Option<&ObjectPath>) -> Result<Vec<Named>> {
        let mut of_path = Vec::new();
        let mut last: Option<Group> = None;
        while let Some((path, _)) = self.named.peek() {
            if until.is_some_and(|until| path > until.as_str().as_bytes()) {
                break;
            }
            let Some((path, named)) = self.named.next()? else { break };
            let path = ObjectPath::parse(std::str::from_utf8(&path)?)?;
            let named = Named::parse(&named);
            if until == Some(&path) {
                of_path.extend(named);
                continue;
            }
            match &mut last {
                Some(group) if group.path == path => group.named_by.extend(named),
                _ => {
                    self.ready.extend(last.take());
                    last = Some(Group {
                        path,
                        has_content: false,
                        size: None,
                        has_config: false,
                        has_metadata: false,
                        named_by: named.into_iter().collect(),
                        has_parent: None,
                        objects: 0,
                    });
                }
            }
        }
        self.ready.extend(last);
        Ok(of_path)
    }

    /// Whether a content is there of which a path would be a child file; `None` where none can be.
    fn parent(&self, path: &str) -> Option<bool> {
        // A child file lies below `{strategy}/{something}/data/`.
        let below = path.get(self.data..)?;
        let strategy = self.data + below.find('/')? + 1;
        let mut stems = path.match_indices("/data/").map(|(at, _)| &path[..at]).filter(|stem| stem.len() > strategy);
        let mut is_any = false;
        let is_there = stems.any(|stem| {
            is_any = true;
            self.stems.iter().any(|known| known == stem)
        });
        is_any.then_some(is_there)
    }
}
