//! Listings, a page of at most a thousand keys a request.
//!
//! A page begins after a key, which costs nothing on a server that lists keys by their bytes. A server that lists folder
//! by folder ([`Order::Folders`]) has another order: objects are listed in that one, and for the children of a folder,
//! which have to be in ours, all of them are looked at.

use std::collections::HashSet;

use futures::FutureExt;
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::{ListResult, ObjectMeta};

use super::super::{Child, Facts, Folder, Listed, ObjectPath, Result};
use super::bucket::{Bucket, Order};
use super::error::failed;
use super::removal::TOMBSTONE;
use super::{FAN_OUT, at_most};

/// The most keys S3 answers in one request.
const PAGE: usize = 1000;

/// Whether what reads as absent is listed. Where the bucket deletes on a tag there is hardly any, and it is not looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tombstones {
    Shown,
    Hidden,
}

pub(super) async fn objects(
    bucket: &Bucket,
    folder: &Folder,
    after: Option<&str>,
    limit: usize,
    tombstones: Tombstones,
) -> Result<Vec<(Listed, Facts)>> {
    let prefix = folder.prefix();
    let mut pages = Pages::new(bucket, &prefix, false, after.map(str::to_owned));
    let mut listed = Vec::new();
    while let Some(mut page) = pages.next(limit - listed.len()).await? {
        if tombstones == Tombstones::Hidden {
            page.objects = living(bucket, page.objects).await?;
        }
        listed.extend(page.objects.into_iter().filter_map(
            |ObjectMeta { location, size, e_tag, last_modified, .. }| {
                // A key nobody can address was not written by this service.
                let path = addressable(bucket, location.as_ref(), location.as_ref())?;
                let modified = u64::try_from(last_modified.timestamp_millis()).ok();
                let facts = Facts { md5: e_tag.as_deref().and_then(md5), modified };
                (!bucket.is_own(path.as_str())).then_some((Listed { path, size }, facts))
            },
        ));
    }
    Ok(listed)
}

/// Of listed objects, those that do not read as absent: a request for each that is as long as a tombstone.
async fn living(bucket: &Bucket, mut objects: Vec<ObjectMeta>) -> Result<Vec<ObjectMeta>> {
    if bucket.deleter.is_some() {
        return Ok(objects);
    }
    let as_long = objects.iter().filter(|object| object.size == TOMBSTONE);
    let look = |path: ObjectPath| async move { Ok((bucket.head(&path).await?.is_some_and(|seen| seen.gone), path)) };
    let looks = as_long.filter_map(|object| ObjectPath::parse(object.location.as_ref()).ok());
    let looked = at_most(FAN_OUT, looks.map(|path| look(path).boxed()).collect()).await?;
    let gone = looked.into_iter().filter(|(gone, _)| *gone).map(|(_, path)| path.to_string());
    let gone: HashSet<String> = gone.collect();
    objects.retain(|object| !gone.contains(object.location.as_ref()));
    Ok(objects)
}

/// The MD5 of a content, which is the `ETag` of an object that was written in one piece and without a key of its own.
fn md5(tag: &str) -> Option<[u8; 16]> {
    let digits = tag.trim_matches('"');
    let number = u128::from_str_radix(digits, 16).ok()?;
    (digits.len() == 32).then(|| number.to_be_bytes())
}

/// The paths of all objects that begin with a text.
pub(super) async fn keys_with(bucket: &Bucket, begin: &str) -> Result<Vec<ObjectPath>> {
    let mut pages = Pages::new(bucket, begin, false, None);
    let mut keys = Vec::new();
    while let Some(page) = pages.next(PAGE).await? {
        keys.extend(page.objects.into_iter().filter_map(|object| ObjectPath::parse(object.location.as_ref()).ok()));
    }
    Ok(keys)
}

pub(super) async fn children(
    bucket: &Bucket,
    folder: &Folder,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Child>> {
    let prefix = folder.prefix();
    let start = match bucket.order() {
        Order::Bytes => after.filter(|key| !key.is_empty()).map(|key| past(format!("{prefix}{key}"))),
        Order::Folders => None,
    };
    let mut pages = Pages::new(bucket, &prefix, true, start);
    let mut children = Vec::new();
    let wanted = |found: usize| match bucket.order() {
        Order::Bytes => limit - found,
        Order::Folders => PAGE,
    };
    while let Some(page) = pages.next(wanted(children.len())).await? {
        let name = |path: object_store::path::Path| {
            let name = path.as_ref().strip_prefix(&prefix).unwrap_or_default().to_owned();
            (!bucket.is_own(path.as_ref()) && addressable(bucket, &name, path.as_ref()).is_some()).then_some(name)
        };
        let objects = living(bucket, page.objects).await?;
        let files = objects.into_iter().filter_map(|object| name(object.location)).map(Child::File);
        let folders = page.common_prefixes.into_iter().filter_map(name).map(Child::Folder);
        children.extend(files.chain(folders));
    }
    children.sort_by_cached_key(Child::sort_key);
    if bucket.order() == Order::Folders {
        children.retain(|child| after.is_none_or(|after| *child.sort_key() > *after));
        children.truncate(limit);
    }
    Ok(children)
}

/// The path that a name is, or that the key it is of is left out.
fn addressable(bucket: &Bucket, name: &str, key: &str) -> Option<ObjectPath> {
    let path = ObjectPath::parse(name).ok();
    if path.is_none() {
        bucket.skipped.note(key);
    }
    path
}

/// What sorts after a key, and for a folder's key after everything in the folder.
fn past(key: String) -> String {
    if key.ends_with('/') { format!("{key}{}", char::MAX) } else { key }
}

/// A walk through the keys with a prefix.
struct Pages<'a> {
    bucket: &'a Bucket,
    prefix: &'a str,
    /// Whether to answer folders instead of what lies in them.
    delimiter: bool,
    /// Where to begin, until the server says where to go on.
    after: Option<String>,
    token: Option<String>,
    ended: bool,
}

impl<'a> Pages<'a> {
    fn new(bucket: &'a Bucket, prefix: &'a str, delimiter: bool, after: Option<String>) -> Self {
        // Nothing with the prefix comes after a text that is greater and has not the prefix.
        let ended = after.as_ref().is_some_and(|after| **after > *prefix && !after.starts_with(prefix));
        let after = after.filter(|after| **after > *prefix);
        Self { bucket, prefix, delimiter, after, token: None, ended }
    }

    /// The next page of at most `limit` keys; `None` when there are no more, or none are wanted.
    async fn next(&mut self, limit: usize) -> Result<Option<ListResult>> {
        if self.ended || limit == 0 {
            return Ok(None);
        }
        let mut most = limit.min(PAGE);
        loop {
            let options = PaginatedListOptions {
                offset: self.after.clone(),
                delimiter: self.delimiter.then_some("/".into()),
                max_keys: Some(most),
                page_token: self.token.clone(),
                ..PaginatedListOptions::default()
            };
            let prefix = (!self.prefix.is_empty()).then_some(self.prefix);
            match self.bucket.store().list_paginated(prefix, options).await {
                Ok(page) => {
                    self.token = page.page_token;
                    self.ended = self.token.is_none();
                    return Ok(Some(page.result));
                }
                // Python writes `a//b` for a key with an empty segment; `object_store` refuses the whole page then. Look
                // at fewer keys, until the page ends before that key or the key can be stepped over.
                Err(object_store::Error::InvalidPath { source }) => match unaddressable(&source) {
                    Some(key) if most == 1 => {
                        self.bucket.skipped.note(key.as_str());
                        (self.after, self.token) = (Some(past(key)), None);
                    }
                    Some(_) => most /= 2,
                    None => return Err(failed("listing")(object_store::Error::InvalidPath { source })),
                },
                Err(error) => return Err(failed("listing")(error)),
            }
        }
    }
}

fn unaddressable(error: &object_store::path::Error) -> Option<String> {
    match error {
        object_store::path::Error::EmptySegment { path } | object_store::path::Error::BadSegment { path, .. } => {
            Some(path.clone())
        }
        _ => None,
    }
}
