//! A part of a store in the byte order of its paths, a page at a time: two such walks can be compared in step.
//!
//! A server that lists in another order, such as SeaweedFS, is noticed, and its listing is sorted in temporary files from then on.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::{Context, Result};

use super::sections::Section;
use super::sorter::{Sorted, Sorter};
use super::store::{Item, Store};
use crate::storage::{Child, ObjectPath};

/// How many objects are listed together.
const PAGE: usize = 4000;

/// A store, and what is known of the order of its listings.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) store: Box<dyn Store>,
    is_unsorted: AtomicBool,
}

/// A listing turned out not to be in the order of its paths: the walk has to begin again.
#[derive(Debug, thiserror::Error)]
#[error("a listing is not in the order of its paths")]
pub(super) struct Unsorted;

impl Side {
    pub(super) fn new(store: Box<dyn Store>) -> Self {
        Self { store, is_unsorted: AtomicBool::new(false) }
    }

    /// Begins to walk through a part of the store.
    pub(super) async fn walk(&self, section: &Section) -> Result<Walk<'_>> {
        let mut walk = Walk {
            side: self,
            section: section.clone(),
            page: VecDeque::new(),
            after: None,
            ended: false,
            sorted: None,
        };
        if section.is_deep && self.is_unsorted.load(Relaxed) {
            walk.sorted = Some(walk.sort().await.context("the listing could not be sorted in a temporary file")?);
        }
        Ok(walk)
    }
}

/// A walk through a part of a store.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    side: &'a Side,
    section: Section,
    page: VecDeque<Item>,
    /// The last path, or the sort key of the last child, that was listed.
    after: Option<String>,
    ended: bool,
    sorted: Option<Sorted>,
}

impl Walk<'_> {
    /// The next object, which stays the next one. Fails with [`Unsorted`] when the walk has to begin again.
    pub(super) async fn peek(&mut self) -> Result<Option<&Item>> {
        while self.page.is_empty() && !self.ended {
            let page = match &mut self.sorted {
                None => self.read().await?,
                Some(sorted) => take(sorted)?,
            };
            self.ended |= page.is_empty();
            self.page.extend(page);
        }
        Ok(self.page.front())
    }

    /// The next object.
    pub(super) async fn next(&mut self) -> Result<Option<Item>> {
        self.peek().await?;
        Ok(self.page.pop_front())
    }

    async fn read(&mut self) -> Result<Vec<Item>> {
        let Section { folder, is_deep, .. } = &self.section;
        let store = &self.side.store;
        if !is_deep {
            let page = store.children(folder, self.after.as_deref(), PAGE).await?;
            self.ended = page.len() < PAGE;
            self.after = page.last().map(Child::sort_key);
            let files = page.into_iter().filter_map(|child| match child {
                Child::File(name) => Some(Item {
                    path: ObjectPath::parse(&folder.join(&name)).ok()?,
                    size: None,
                    md5: None,
                    modified: None,
                }),
                Child::Folder(_) => None,
            });
            let files: Vec<_> = files.collect();
            // A page of folders alone is no end.
            return if files.is_empty() && !self.ended { Box::pin(self.read()).await } else { Ok(files) };
        }
        let page = store.list(folder, self.after.as_deref(), PAGE).await?;
        let mut before = self.after.as_deref();
        for item in &page {
            if before.is_some_and(|before| before >= item.path.as_str()) {
                self.side.is_unsorted.store(true, Relaxed);
                return Err(Unsorted.into());
            }
            before = Some(item.path.as_str());
        }
        self.ended = page.len() < PAGE;
        self.after = page.last().map(|item| item.path.to_string());
        Ok(page)
    }

    /// Lists all of it, and sorts it.
    async fn sort(&self) -> Result<Sorted> {
        let mut sorter = Sorter::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.side.store.list(&self.section.folder, after.as_deref(), PAGE).await?;
            let is_last = page.len() < PAGE;
            after = page.last().map(|item| item.path.to_string());
            for item in page {
                let mut value = item.size.unwrap_or(u64::MAX).to_be_bytes().to_vec();
                value.extend(item.modified.unwrap_or(u64::MAX).to_be_bytes());
                value.extend(item.md5.iter().flatten());
                sorter.push(item.path.as_str().as_bytes(), &value)?;
            }
            if is_last {
                return Ok(sorter.finish()?);
            }
        }
    }
}

/// The next page of a sorted listing.
fn take(sorted: &mut Sorted) -> Result<Vec<Item>> {
    let mut page = Vec::new();
    while page.len() < PAGE
        && let Some((path, value)) = sorted.next()?
    {
        let path = ObjectPath::parse(std::str::from_utf8(&path)?)?;
        let number = |at: usize| {
            let bytes = value.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u64::from_be_bytes).filter(|number| *number != u64::MAX)
        };
        let md5 = value.get(16..).and_then(|digest| digest.try_into().ok());
        page.push(Item { path, size: number(0), md5, modified: number(8) });
    }
    Ok(page)
}
