//! Writing a child file.
//!
//! **Store** (3 requests with the one that found the id reference; one more for each further copy):
//!
//! 1. PUT child file; on a condition, on that.
//! 2. HEAD id reference: if the entry is gone, what was written is removed on its tag. Another entry may have the path by now.
//!
//! **Update** (4 requests): HEAD child file, then as above, with the PUT on its tag.
//!
//! Where an entry's content may lie at the path, HEAD child file and HEAD of the `.metadata` beside it come first.

use futures::future::try_join_all;

use super::super::children::entry_at;
use super::super::intent::{ChildCondition, Done, PutChild};
use super::super::{ObjectPath, Result, Storage as _};
use super::bucket::{If, Seen, fits};
use super::{S3, refused, version};

impl S3 {
    pub(super) async fn put_child(&self, put: PutChild) -> Result<Done> {
        let beside = if put.may_be_content { ".metadata" } else { "" };
        put.copies.iter().try_for_each(|copy| fits(copy, beside))?;
        let found = match &put.condition {
            ChildCondition::Absent => vec![None; put.copies.len()],
            ChildCondition::Anyway | ChildCondition::Present(_) => {
                try_join_all(put.copies.iter().map(|copy| self.before_child(&put, copy))).await?
            }
        };
        if let Some(path) = entry_at(self, &put).await? {
            return Ok(if let ChildCondition::Present(_) = put.condition { Done::Absent } else { Done::OfEntry(path) });
        }
        // The first copy decides, but a copy that another entry shares counts, too.
        if put.condition == ChildCondition::Absent && self.exist(&put.copies[1..]).await?.contains(&true) {
            return Ok(Done::Exists);
        }
        let is_content = |(_, seen): &(_, &Option<Seen>)| seen.as_ref().is_some_and(|seen| seen.mark.is_some());
        if put.condition == ChildCondition::Anyway
            && let Some((path, _)) = put.copies.iter().zip(&found).find(is_content)
        {
            return Ok(Done::OfEntry(path.clone()));
        }
        let mut written: Vec<(ObjectPath, String)> = Vec::new();
        for (copy, seen) in put.copies.iter().zip(found) {
            let condition = match &put.condition {
                ChildCondition::Absent => Some(If::Absent),
                ChildCondition::Anyway => put.may_be_content.then(|| If::still(seen.as_ref())),
                ChildCondition::Present(versions) => {
                    let Some(seen) = seen.filter(|seen| !seen.gone && seen.mark.is_none()) else { continue };
                    let is_wanted = |versions: &Vec<_>| versions.contains(&version(&seen.tag));
                    if written.is_empty() && versions.as_ref().is_some_and(|versions| !is_wanted(versions)) {
                        return Ok(Done::Changed);
                    }
                    Some(If::Tag(seen.tag))
                }
            };
            let tag = match condition {
                None => self.bucket.put(copy, put.bytes.clone(), None).await?,
                Some(condition) => match self.bucket.create_or_put(copy, &put.bytes, None, &condition).await? {
                    Some(tag) => tag,
                    None if written.is_empty() && put.condition == ChildCondition::Absent => return Ok(Done::Exists),
                    None if written.is_empty() => return Err(refused(copy)),
                    // Another writer has this copy.
                    None => continue,
                },
            };
            written.push((copy.clone(), tag));
        }
        let Some((_, tag)) = written.first() else { return Ok(Done::Absent) };
        let version = version(tag);
        if self.bucket.head(&put.reference).await?.is_none_or(|seen| seen.gone) {
            try_join_all(written.iter().map(|(path, tag)| self.bucket.remove_if(path, tag))).await?;
            return Err(refused(&put.reference));
        }
        Ok(Done::Written { paths: written.into_iter().map(|(path, _)| path).collect(), version })
    }

    /// Looks at a child file where that matters.
    async fn before_child(&self, put: &PutChild, copy: &ObjectPath) -> Result<Option<Seen>> {
        match put.condition {
            ChildCondition::Present(_) => self.bucket.head(copy).await,
            ChildCondition::Anyway if put.may_be_content => self.bucket.look(copy).await,
            ChildCondition::Anyway | ChildCondition::Absent => Ok(None),
        }
    }
}
