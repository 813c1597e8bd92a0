//! Many entries by their ids: as many calls as it takes, each for as many as the service answers together.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::namespace::entry_of_line;
use super::{Attempt, BulkEntry, CacheClient, Delete, Deleted, Retrieve, lines};
use crate::error::{Error, Result};
use crate::generated::types::Ids;
use crate::generated::{ByteStream, ResponseValue};
use crate::ids::{CacheId, Invalid, Name, Namespace};
use crate::raw_json::RawJson;
use crate::refusal::Outcome;
use crate::retry::Repeat;

/// How many entries a call reads: what the service answers at most.
const READ: usize = 1000;
/// How many entries a call deletes: so few that it ends within the time of an attempt on every engine.
const DELETED: usize = 100;

/// The ids that are named, or what is wrong with one.
type Named = Result<(Namespace, Vec<CacheId>), Invalid>;

fn named<I: Name<CacheId>>(namespace: impl Name<Namespace>, ids: impl IntoIterator<Item = I>) -> Named {
    Ok((namespace.named()?, ids.into_iter().map(Name::named).collect::<Result<_, _>>()?))
}

impl Retrieve {
    /// The entries of these ids, with their content.
    pub fn by_ids<I: Name<CacheId>>(
        &self,
        namespace: impl Name<Namespace>,
        ids: impl IntoIterator<Item = I>,
    ) -> RetrieveByIds {
        RetrieveByIds { client: self.client.clone(), named: named(namespace, ids) }
    }
}

impl Delete {
    /// Deletes the entries of these ids, their references and their child files.
    pub fn by_ids<I: Name<CacheId>>(
        &self,
        namespace: impl Name<Namespace>,
        ids: impl IntoIterator<Item = I>,
    ) -> DeleteByIds {
        DeleteByIds { client: self.client.clone(), named: named(namespace, ids) }
    }
}

/// Entries to be retrieved by their ids.
#[derive(Debug)]
#[must_use = "nothing is retrieved until it is sent"]
pub struct RetrieveByIds {
    client: CacheClient,
    named: Named,
}

impl RetrieveByIds {
    /// Retrieves the entries, in the order of the ids; `None` for one that is not there. All are held in memory.
    pub async fn send(self) -> Result<Vec<Option<BulkEntry>>> {
        let (namespace, ids) = &self.named?;
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(READ) {
            let body = &body(ids);
            let call = |attempt: Attempt| async move {
                let answer = attempt.api.retrieve_ids(namespace, body).await;
                each_of::<RawJson>(&attempt, ids, answer).await
            };
            for line in self.client.call(Repeat::Always, call).await? {
                found.push(match line.parse::<Missing>() {
                    Ok(_) => None,
                    Err(_) => Some(entry_of_line(&line)?),
                });
            }
        }
        Ok(found)
    }
}

/// The line of an entry that is not there; others have no status.
#[derive(Deserialize)]
struct Missing {
    #[serde(rename = "status")]
    _status: String,
}

/// Entries to be deleted by their ids.
#[derive(Debug)]
#[must_use = "nothing is deleted until it is sent"]
pub struct DeleteByIds {
    client: CacheClient,
    named: Named,
}

impl DeleteByIds {
    /// Deletes the entries, and tells of each, in the order of the ids, what was deleted. `None` for one that is not there, also when
    /// an attempt whose answer was lost deleted it. After an error some may be deleted; the same call deletes the rest.
    pub async fn send(self) -> Result<Vec<Option<Deleted>>> {
        let (namespace, ids) = &self.named?;
        let mut deleted = Vec::with_capacity(ids.len());
        for ids in ids.chunks(DELETED) {
            let body = &body(ids);
            let call = |attempt: Attempt| async move {
                let answer = attempt.api.delete_ids(namespace, body).await;
                each_of::<Deleted>(&attempt, ids, answer).await
            };
            let lines = self.client.call(Repeat::Always, call).await?;
            deleted.extend(lines.into_iter().map(|line| Some(line).filter(|line| line.status != "not_found")));
        }
        Ok(deleted)
    }
}

fn body(ids: &[CacheId]) -> Ids {
    Ids { ids: ids.iter().map(ToString::to_string).collect() }
}

/// Reads one line for each id.
async fn each_of<T: DeserializeOwned>(
    attempt: &Attempt,
    ids: &[CacheId],
    answer: Outcome<ByteStream>,
) -> Result<Vec<T>> {
    let answer: ResponseValue<ByteStream> = attempt.answer(answer)?;
    let lines = lines::read::<T>(attempt, answer).await?.items;
    if lines.len() != ids.len() {
        return Err(Error::Protocol {
            reason: format!("{} lines answer {} ids", lines.len(), ids.len()),
            request_id: attempt.api.inner.request_id(),
            source: None,
        });
    }
    Ok(lines)
}
