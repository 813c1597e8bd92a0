//! Opening a bucket: it is created when missing, and proved to honour conditional writes before it is used.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{
    BackoffConfig, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, RetryConfig, UpdateVersion,
};
use uuid::Uuid;

use super::super::{Folder, Room};
use super::bucket::{Bucket, Order, ServerFacts, pauses};
use super::connections::Connections;
use super::edit::Edits;
use super::error::{is_no_bucket, reason, reason_in};
use super::removal::{Deleter, Said};
use super::requests::Requests;
use super::{Connection, S3};

/// How many writers race in the probe.
const RACERS: usize = 8;

impl S3 {
    /// Opens a bucket, creating it when it is missing and may be created.
    ///
    /// Refuses a bucket that cannot be read and written, and one that does not honour conditional writes.
    pub fn open(connection: &Connection) -> anyhow::Result<Self> {
        let connections = Connections::new()?;
        // On a thread of its own, since this one may belong to a runtime.
        let probed = std::thread::scope(|scope| {
            scope.spawn(|| connections.handle().block_on(connection.probe(&connections))).join()
        });
        let found = probed.map_err(|_| anyhow::anyhow!("the probe of the bucket panicked"))??;
        let (store, once) = (connection.store(connection.retries, &connections)?, connection.store(0, &connections)?);
        Ok(Self {
            bucket: Bucket::new(store, once, connection.retries, connection.probe_folder(), found),
            edits: Edits::new(),
            operation_timeout: connection.operation_timeout,
            connections,
        })
    }

    /// What is counted of its requests.
    pub(crate) fn requests(&self) -> Arc<Requests> {
        self.connections.requests()
    }

    /// Opens a bucket to be read: nothing is written into it, and it is not created.
    pub fn open_reading(connection: &Connection) -> anyhow::Result<Self> {
        let connections = Connections::new()?;
        let look = || connections.handle().block_on(connection.look(&connections));
        let looked = std::thread::scope(|scope| scope.spawn(look).join());
        looked.map_err(|_| anyhow::anyhow!("the look at the bucket panicked"))??;
        let (store, once) = (connection.store(connection.retries, &connections)?, connection.store(0, &connections)?);
        // In which order the server lists cannot be found out by reading: this one is right for either.
        let server = ServerFacts { order: Order::Folders, ahead: 0 };
        Ok(Self {
            bucket: Bucket::new(store, once, connection.retries, connection.probe_folder(), (server, None)),
            edits: Edits::new(),
            operation_timeout: connection.operation_timeout,
            connections,
        })
    }

    /// Asks for room before it reads a large object.
    #[must_use]
    pub fn with_room(mut self, room: Room) -> Self {
        self.bucket.room = room;
        self
    }
}

impl Connection {
    fn builder(&self, retries: usize, connections: &Connections) -> AmazonS3Builder {
        let retry = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(50),
                max_backoff: Duration::from_secs(2),
                base: 2.0,
            },
            max_retries: retries,
            retry_timeout: self.operation_timeout,
        };
        self.builder
            .clone()
            .with_bucket_name(&self.bucket)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_retry(retry)
            .with_http_connector(connections.connector())
    }

    fn store(&self, retries: usize, connections: &Connections) -> anyhow::Result<AmazonS3> {
        self.builder(retries, connections)
            .build()
            .map_err(|error| anyhow::anyhow!("the S3 settings are not usable: {error}"))
    }

    fn probe_folder(&self) -> Folder {
        Folder::from_parsed(self.folder.join(".probe"))
    }

    /// Lists one key, which may be one that nobody can address. Asks for nothing outside of the folder, which the credentials may
    /// be limited to.
    async fn list_one(&self, store: &AmazonS3) -> object_store::Result<()> {
        let one = PaginatedListOptions { max_keys: Some(1), ..PaginatedListOptions::default() };
        let prefix = self.folder.prefix();
        match store.list_paginated((!prefix.is_empty()).then_some(&prefix), one).await {
            Ok(_) | Err(object_store::Error::InvalidPath { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Proves that the bucket is there and can be listed.
    async fn look(&self, connections: &Connections) -> anyhow::Result<()> {
        match self.list_one(&self.store(self.retries, connections)?).await {
            Ok(()) => Ok(()),
            Err(error) if is_no_bucket(&error) => bail!("bucket {:?} does not exist", self.bucket),
            Err(error) => bail!("cannot list bucket {:?}: {}", self.bucket, explained(&error)),
        }
    }

    /// Proves that the bucket can be used, and finds out how its server lists and what its clock shows.
    async fn probe(&self, connections: &Connections) -> anyhow::Result<(ServerFacts, Option<Deleter>)> {
        let store = self.store(self.retries, connections)?;
        match self.list_one(&store).await {
            Ok(()) => {}
            Err(error) if is_no_bucket(&error) => self.create(&store).await?,
            Err(error) => bail!("cannot list bucket {:?}: {}", self.bucket, explained(&error)),
        }
        let folder = Path::parse(self.probe_folder().join(&Uuid::new_v4().to_string()))?;
        let server = facts(&store, &folder).await;
        let behind = server.as_ref().map_or(0, |server| server.ahead.unsigned_abs());
        let deleter = Deleter::new(self.attempt_timeout, Duration::from_millis(behind), &connections.connector())?;
        let once = self.store(0, connections)?;
        let [written, deleted] = ["a-b", "deleted"].map(|name| folder.clone().join(name));
        let (proved, honours) =
            tokio::join!(prove(&store, &written), deletes_on_tags(&once, &deleter, &deleted, self.retries));
        for name in ["a-b", "a/b"] {
            let deleted = store.delete(&Path::parse(format!("{folder}/{name}"))?).await;
            deleted.map_err(|error| {
                anyhow::anyhow!("cannot delete from bucket {:?}: {}", self.bucket, explained(&error))
            })?;
        }
        proved.with_context(|| format!("bucket {:?} cannot be used", self.bucket))?;
        let server = server?;
        let honours = honours.with_context(|| format!("bucket {:?} cannot be used", self.bucket))?;
        if !honours {
            tracing::info!(
                bucket = self.bucket,
                "the bucket does not delete on a condition: removed objects leave tombstones"
            );
        }
        Ok((server, honours.then_some(deleter)))
    }

    /// Creates the bucket; `object_store` has no such call, but signs the request.
    async fn create(&self, store: &AmazonS3) -> anyhow::Result<()> {
        let refused = || format!("bucket {:?} does not exist and cannot be created", self.bucket);
        let url = store.signed_url(http::Method::PUT, &Path::default(), Duration::from_secs(60)).await;
        let url = url.map_err(|error| anyhow::anyhow!("{}", explained(&error))).with_context(refused)?;
        let body = self.region.as_deref().filter(|region| *region != "us-east-1").map(|region| {
            format!("<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>")
        });
        let client = reqwest::Client::builder().timeout(self.attempt_timeout).build()?;
        let body = body.unwrap_or_default();
        let answer = client.put(url).header(http::header::CONTENT_LENGTH, body.len()).body(body).send().await;
        let answer = answer.map_err(reqwest::Error::without_url).with_context(refused)?;
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        // Another server may have created it a moment ago.
        let is_there = status.is_success() || text.contains("BucketAlreadyOwnedByYou");
        ensure!(is_there, "{}: {}", refused(), reason_in(&text).unwrap_or_else(|| format!("status {status}")));
        tracing::info!(bucket = self.bucket, "created the bucket");
        Ok(())
    }
}

/// Proves that conditional writes are honoured: nothing is created twice, a stale tag is refused, and of several writers
/// with one tag one wins.
async fn prove(store: &AmazonS3, path: &Path) -> anyhow::Result<()> {
    const HELP: &str = "it does not honour conditional writes (If-None-Match and If-Match on PUT), without which servers \
        lose each other's writes: use an S3 server that does, such as AWS S3, SeaweedFS 4 or MinIO, or another storage mode";
    let put = async |text: String, mode: PutMode| {
        let written = store.put_opts(path, PutPayload::from(text), PutOptions { mode, ..PutOptions::default() }).await;
        match written {
            Ok(written) => Ok(Some(written)),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(None),
            Err(error) => Err(anyhow::anyhow!("cannot write: {}", explained(&error))),
        }
    };
    let update = |e_tag: &Option<String>| PutMode::Update(UpdateVersion { e_tag: e_tag.clone(), version: None });
    let first = put("1".to_owned(), PutMode::Create).await?.context(HELP)?;
    ensure!(first.e_tag.is_some(), HELP);
    ensure!(put("2".to_owned(), PutMode::Create).await?.is_none(), HELP);
    let second = put("3".to_owned(), update(&first.e_tag)).await?.context(HELP)?;
    ensure!(put("4".to_owned(), update(&first.e_tag)).await?.is_none(), HELP);
    let race = (0..RACERS).map(|racer| put(format!("racer {racer}"), update(&second.e_tag)));
    let ended: Vec<_> = race.collect::<FuturesUnordered<_>>().collect().await;
    let mut winners = 0;
    for result in ended {
        winners += usize::from(result?.is_some());
    }
    ensure!(winners == 1, "of {RACERS} writers with one tag {winners} won: {HELP}");
    Ok(())
}

/// Whether the bucket honours `If-Match` on DELETE: a wrong tag is refused and the object stays, and of several that delete on the
/// right one exactly one does.
async fn deletes_on_tags(store: &AmazonS3, deleter: &Deleter, path: &Path, retries: usize) -> anyhow::Result<bool> {
    for pause in pauses(retries).map(Some).chain([None]) {
        let asked = ask_to_delete(store, deleter, path).await;
        let cleared = store.delete(path).await;
        match asked {
            Ok(Some(honours)) => {
                return match cleared {
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(honours),
                    Err(error) => bail!("cannot delete: {}", explained(&error)),
                };
            }
            Ok(None) if pause.is_none() => bail!("it does not say whether it deletes on a condition"),
            Err(error) if pause.is_none() => bail!("cannot write: {}", explained(&error)),
            Ok(None) | Err(_) => tokio::time::sleep(pause.unwrap_or_default()).await,
        }
    }
    unreachable!("the last pause is none")
}

/// One round of that; `None` when an answer was unclear.
async fn ask_to_delete(store: &AmazonS3, deleter: &Deleter, path: &Path) -> object_store::Result<Option<bool>> {
    let written = store.put(path, PutPayload::from_static(b"deleted")).await?;
    let Some(tag) = written.e_tag else { return Ok(Some(false)) };
    match deleter.ask(store, path, "\"00000000000000000000000000000000\"").await {
        Said::Refused => {}
        Said::Unclear { .. } => return Ok(None),
        Said::Deleted | Said::Failed(..) => return Ok(Some(false)),
    }
    if store.head(path).await.is_err() {
        return Ok(Some(false));
    }
    let race: FuturesUnordered<_> = (0..RACERS).map(|_| deleter.ask(store, path, &tag)).collect();
    let said: Vec<Said> = race.collect().await;
    if said.iter().any(|said| matches!(said, Said::Unclear { .. })) {
        return Ok(None);
    }
    let is_gone = matches!(store.head(path).await, Err(object_store::Error::NotFound { .. }));
    let deleted = said.iter().filter(|said| **said == Said::Deleted).count();
    let others_were_refused = said.iter().all(|said| matches!(said, Said::Deleted | Said::Refused));
    Ok(Some(is_gone && deleted == 1 && others_were_refused))
}

/// How the server lists a folder that has `a-b` and `a/b`, and how far its clock is behind this machine's.
async fn facts(store: &AmazonS3, folder: &Path) -> anyhow::Result<ServerFacts> {
    let failed = |error| anyhow::anyhow!("cannot write and list: {}", explained(&error));
    let below = Path::parse(format!("{folder}/a/b"))?;
    store.put(&below, PutPayload::from_static(b"b")).await.map_err(failed)?;
    let now = chrono::Utc::now();
    let prefix = format!("{folder}/");
    let page = store.list_paginated(Some(&prefix), PaginatedListOptions::default()).await.map_err(failed)?;
    let first = page.result.objects.first().context("what was just written is not listed")?;
    let order = if first.location == below { Order::Folders } else { Order::Bytes };
    let ahead = (now - first.last_modified).num_milliseconds();
    // Times of objects are in whole seconds.
    let ahead = if ahead.abs() < 3_000 { 0 } else { ahead };
    if ahead != 0 {
        tracing::warn!(ahead_ms = ahead, "this machine's clock and the S3 server's differ");
    }
    Ok(ServerFacts { order, ahead })
}

/// A failure at the start, with what may be done about it.
fn explained(error: &object_store::Error) -> String {
    let reason = reason(error);
    let help = if reason.starts_with("RequestTimeTooSkewed") {
        "; set this machine's clock"
    } else if reason.starts_with("InvalidAccessKeyId") || reason.starts_with("SignatureDoesNotMatch") {
        "; check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    } else if reason.starts_with("AccessDenied") {
        "; the credentials need s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject"
    } else if reason.contains("error document") || matches!(error, object_store::Error::Generic { .. }) {
        "; check that AWS_ENDPOINT_URL is an S3 server"
    } else {
        ""
    };
    format!("{reason}{help}")
}
