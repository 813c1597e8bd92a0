//! A running server as a source, over its API for administrators: the way to copy a store that a server has open.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use parking_lot::Mutex;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use serde::Deserialize;

use super::config::Reach;
use super::store::{Content, Item, Piece, Seen, Shape, Store};
use crate::storage::{Child, Folder, ObjectPath};

/// The most the server lists on a page.
const PAGE: usize = 4000;
/// How many objects are read at the same time.
const AT_ONCE: usize = 16;
/// How often a request that was not served is sent again.
const RETRIES: u32 = 6;
/// What is not escaped in a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What is said of a server that does not know what a copy asks for.
const OTHER: &str = "the server lists no objects with their sizes: it is none of this kind, or an older one";

/// A running server.
#[derive(Debug)]
pub(super) struct Remote {
    client: Client,
    url: Url,
    /// The cursor of the page after a path.
    cursors: Mutex<HashMap<(Folder, String), String>>,
}

/// An object as the server lists it.
#[derive(Debug, Deserialize)]
struct Listed {
    path: ObjectPath,
    size: u64,
}

impl Remote {
    /// Looks whether the server is there, and whether the key may do what a copy needs.
    pub(super) async fn open(url: &Url, reach: &Reach) -> Result<Self> {
        let mut headers = HeaderMap::new();
        if let Some(key) = &reach.api_key {
            let mut value = HeaderValue::from_str(&key.0).context("the API key cannot be sent in a header")?;
            value.set_sensitive(true);
            headers.insert(
                HeaderName::try_from(&reach.api_key_name).context("the name of the header of the API key")?,
                value,
            );
        }
        let client = Client::builder().default_headers(headers).connect_timeout(Duration::from_secs(5));
        // The key is for this server alone.
        let client = client.read_timeout(Duration::from_secs(60)).redirect(Policy::none()).build()?;
        let remote = Self { client, url: url.clone(), cursors: Mutex::default() };
        remote.page(&Folder::root(), None, 1).await?;
        Ok(remote)
    }

    /// Sends a GET until it is answered; `None` for 404.
    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Option<Response>> {
        let mut url = self.url.join(path).context("the address cannot be made")?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        for attempt in 0.. {
            let told = match self.client.get(url.clone()).send().await {
                Ok(answer) => match answer.status() {
                    StatusCode::NOT_FOUND => return Ok(None),
                    status if status.is_success() => return Ok(Some(answer)),
                    status if status.is_redirection() => {
                        let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("nowhere");
                        bail!(
                            "the server answered {status} and leads to {to}: give the address at which it answers itself"
                        )
                    }
                    StatusCode::UNAUTHORIZED => {
                        bail!("the server wants an API key, or another one: --api-key, or CACHE_SERVER__ADMIN_API_KEY")
                    }
                    StatusCode::FORBIDDEN => {
                        bail!("the API key has no scope `admin`, or may not reach the server like this")
                    }
                    status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                        format!("it answered {status}")
                    }
                    status => bail!("the server answered {status} to GET {}", url.path()),
                },
                Err(error) => format!("{:#}", anyhow::Error::from(error.without_url())),
            };
            ensure!(attempt < RETRIES, "the server does not serve: {told}");
            tokio::time::sleep(Duration::from_millis(50 << attempt)).await;
        }
        unreachable!("the attempts end")
    }

    async fn page(&self, folder: &Folder, cursor: Option<&str>, limit: usize) -> Result<(Vec<Listed>, Option<String>)> {
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let path = format!("admin/storage/files/sizes/{}", escaped(folder.as_str()));
        let answer = self.get(&path, &query).await?;
        let answer = answer.context(OTHER)?;
        let next = answer.headers().get("x-next-cursor").and_then(|next| next.to_str().ok()).map(str::to_owned);
        let body = answer.bytes().await.map_err(reqwest::Error::without_url)?;
        Ok((serde_json::from_slice(&body).context("the server's listing cannot be read")?, next))
    }

    async fn names(&self, of: &str, folder: &Folder) -> Result<Vec<String>> {
        let answer =
            self.get(&format!("admin/storage/{of}/{}", escaped(folder.as_str())), &[]).await?.context(OTHER)?;
        let body = answer.bytes().await.map_err(reqwest::Error::without_url)?;
        serde_json::from_slice(&body).context("the server's listing cannot be read")
    }
}

fn escaped(path: &str) -> String {
    utf8_percent_encode(path, PLAIN).to_string()
}

#[async_trait]
impl Store for Remote {
    async fn list(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Item>> {
        let mut items: Vec<Item> = Vec::new();
        let mut cursor = None;
        if let Some(after) = after {
            match self.cursors.lock().remove(&(folder.clone(), after.to_owned())) {
                Some(known) => cursor = Some(known),
                None => bail!("a listing of the server was not walked through in order"),
            }
        }
        while items.len() < limit {
            let (page, next) = self.page(folder, cursor.as_deref(), (limit - items.len()).min(PAGE)).await?;
            ensure!(
                next.is_none() || (!page.is_empty() && next != cursor),
                "the server's listing does not come to an end"
            );
            let item = |Listed { path, size }| Item { path, size: Some(size), md5: None, modified: None };
            items.extend(page.into_iter().map(item));
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        if let (Some(next), Some(last)) = (cursor, items.last()) {
            self.cursors.lock().insert((folder.clone(), last.path.to_string()), next);
        }
        Ok(items)
    }

    async fn children(&self, folder: &Folder, after: Option<&str>, limit: usize) -> Result<Vec<Child>> {
        let folders = self.names("folders", folder).await?.into_iter().map(Child::Folder);
        let files = self.names("files/in", folder).await?.into_iter().map(Child::File);
        let mut children: Vec<Child> = folders.chain(files).collect();
        children.sort_by_cached_key(Child::sort_key);
        Ok(children
            .into_iter()
            .filter(|child| after.is_none_or(|after| *child.sort_key() > *after))
            .take(limit)
            .collect())
    }

    async fn read(&self, paths: &[ObjectPath]) -> Result<Vec<Option<Content>>> {
        let read = paths.iter().map(|path| async move {
            let Some(answer) = self.get(&format!("admin/storage/file/bytes/{}", escaped(path.as_str())), &[]).await?
            else {
                return Ok(None);
            };
            let bytes = answer.bytes().await.map_err(reqwest::Error::without_url)?;
            anyhow::Ok(Some(Content { bytes, modified: 0, mark: None, version: None }))
        });
        stream::iter(read.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await
    }

    async fn exist(&self, paths: &[ObjectPath]) -> Result<Vec<bool>> {
        #[derive(Deserialize)]
        struct Told {
            exists: bool,
        }
        let asked = paths.iter().map(|path| async move {
            let path = format!("admin/storage/file/exists/{}", escaped(path.as_str()));
            let answer = self.get(&path, &[]).await?.context(OTHER)?;
            let body = answer.bytes().await.map_err(reqwest::Error::without_url)?;
            anyhow::Ok(serde_json::from_slice::<Told>(&body).context("the server's answer cannot be read")?.exists)
        });
        stream::iter(asked.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await
    }

    async fn write(&self, _: Vec<Piece>) -> Result<()> {
        bail!("a running server is no target")
    }

    async fn write_if(&self, _: Piece, _: &Seen) -> Result<bool> {
        bail!("a running server is no target")
    }

    async fn finish(&self) -> Result<()> {
        Ok(())
    }

    fn shape(&self) -> Shape {
        Shape { objects: 64, at_once: 2 }
    }

    fn is_still(&self) -> bool {
        false
    }
}
