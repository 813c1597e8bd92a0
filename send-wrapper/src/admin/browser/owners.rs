//! Which entry a stored file belongs to, as far as paths and sidecars tell.

use std::collections::HashMap;

use cache_client::{CacheClient, CacheId};
use futures::stream::{StreamExt, TryStreamExt, iter};
use serde::Deserialize;

use crate::error::Error;

/// How many sidecars are read at the same time.
const AT_ONCE: usize = 8;

/// The sidecar of a content file, as far as it names the entry.
#[derive(Deserialize)]
struct Sidecar {
    data: Owner,
}

#[derive(Deserialize)]
struct Owner {
    cache_id: CacheId,
}

/// The id of the entry of each file; `None` where nothing says so. One call for each entry whose id is not in the path.
pub(super) async fn of(browser: &CacheClient, paths: &[String]) -> Result<Vec<Option<String>>, Error> {
    let places: Vec<Place> = paths.iter().map(|path| Place::of(path)).collect();
    let mut sidecars: Vec<&String> = places.iter().filter_map(Place::sidecar).collect();
    sidecars.sort_unstable();
    sidecars.dedup();
    let read = sidecars.into_iter().map(|sidecar| async move {
        let found = browser.admin_storage().json::<Sidecar>(sidecar.as_str()).await;
        let id = match found {
            Ok(found) => found.map(|found| found.data.cache_id.to_string()),
            // It is no sidecar of this cache.
            Err(cache_client::Error::Protocol { .. } | cache_client::Error::Conflict { .. }) => None,
            Err(error) => return Err(Error::from(error)),
        };
        Ok((sidecar.clone(), id))
    });
    let ids: HashMap<String, Option<String>> = iter(read).buffer_unordered(AT_ONCE).try_collect().await?;
    let id = |place: &Place| match place {
        Place::Known(id) => Some(id.clone()),
        Place::Sidecar(path) => ids.get(path).cloned().flatten(),
        Place::Unknown => None,
    };
    Ok(places.iter().map(id).collect())
}

/// Where the id of a file's entry is found.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// In its own path.
    Known(String),
    /// In this sidecar.
    Sidecar(String),
    Unknown,
}

impl Place {
    fn of(path: &str) -> Self {
        let Some((namespace, below)) = path.split_once('/') else { return Self::Unknown };
        if let Some(reference) = below.strip_prefix("refs/by-id/") {
            return id_in(reference).map_or(Self::Unknown, Self::Known);
        }
        let Some(data) = below.strip_prefix("data/") else { return Self::Unknown };
        // A child file lies in the folder `{file_id}/data` beside its entry's content.
        if let Some((owner, _)) = data.split_once("/data/") {
            return Self::Sidecar(format!("{namespace}/data/{owner}.json.metadata"));
        }
        if let Some(id) = id_in(data).filter(|_| data.starts_with("temporal/") || data.starts_with("direct/")) {
            return Self::Known(id);
        }
        let content = data.strip_suffix(".metadata").or(data.strip_suffix(".config")).unwrap_or(data);
        Self::Sidecar(format!("{namespace}/data/{content}.metadata"))
    }

    fn sidecar(&self) -> Option<&String> {
        match self {
            Self::Sidecar(path) => Some(path),
            Self::Known(_) | Self::Unknown => None,
        }
    }
}

/// The id that a file is named by.
fn id_in(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?.split('.').next()?;
    CacheId::parse(name).ok().map(|id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_leads_to_its_entry() {
        let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
        for (path, sidecar) in [
            ("tokens/data/key-based/a/a.json", "tokens/data/key-based/a/a.json.metadata"),
            ("tokens/data/key-based/a/a.json.config", "tokens/data/key-based/a/a.json.metadata"),
            ("tokens/data/key-based/a/a.json.metadata", "tokens/data/key-based/a/a.json.metadata"),
            ("tokens/data/key-based/a/a/data/events/2026/x.json", "tokens/data/key-based/a/a.json.metadata"),
        ] {
            assert_eq!(Place::of(path), Place::Sidecar(sidecar.to_owned()), "{path}");
        }
        for path in
            [format!("n/refs/by-id/0f/8f/{id}.json"), format!("n/data/temporal/2026/02/13/14/30/{id}.json.config")]
        {
            assert_eq!(Place::of(&path), Place::Known(id.to_owned()), "{path}");
        }
        for path in ["tokens", "tokens/refs/by-hash/ab/cd/abcd.json", "tokens/other"] {
            assert_eq!(Place::of(path), Place::Unknown, "{path}");
        }
    }
}
