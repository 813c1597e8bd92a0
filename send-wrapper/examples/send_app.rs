//! A small transfer service: whoever holds a token can send one file; whoever knows the transfer can fetch it.
//!
//! `cargo run -p send-wrapper --features in-process,middleware --example send_app -- --path /tmp/send` keeps everything in a folder,
//! `… --storage-mode s3 --bucket …` in a bucket (`--help` names all settings; they are the cache server's). Files of transfers lie
//! below `user/`, the cache below `admin/`, and neither can name anything of the other.
//!
//! | | |
//! |---|---|
//! | `POST /tokens/{name}?uses=` | creates a token; a real service would leave that to its administrators |
//! | `POST /transfers?token=` | begins a transfer, if the token can be used: `{"transfer_id": …}` |
//! | `PUT /transfers/{id}/payload` | takes the file |
//! | `POST /transfers/{id}/complete` | uses the token, once for each transfer, and lets others fetch the file |
//! | `GET /transfers/{id}` | what is known of the transfer |
//! | `GET /transfers/{id}/payload` | the file |
//! | `GET /pulse` | what is going on |
//! | `GET /health` | whether the cache is there, and what was lost |
//!
//! Every request is recorded, and what happens to a transfer twice: with the transfer, and for the statistics of the site.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::http::StatusCode;
use actix_web::http::header::USER_AGENT;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, ResponseError, get, post, put, web};
use anyhow::Context;
use cache_server::config::{Config, StorageMode};
use clap::Parser;
use futures::StreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, WriteMultipart};
use send_wrapper::analytics::{Event, EventType, Instance, Recorder, RecorderSettings, Secret};
use send_wrapper::middleware::{RecordRequests, client_address};
use send_wrapper::tokens::{Action, Use};
use send_wrapper::{EventId, Gate, SendCache, Timestamp, TokenName, TransferId, Verdict};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The largest file, in bytes.
const LARGEST: u64 = 1 << 30;

/// The settings.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Settings {
    /// How many proxies of our own are in front.
    #[arg(long, default_value_t = 0)]
    pub(crate) trusted_proxies: usize,
    /// What the addresses of clients are hashed with; drawn at the start when not given.
    #[arg(long, env = "SEND__ANALYTICS__SECRET", hide_env_values = true)]
    pub(crate) analytics_secret: Option<String>,
    /// The name under which the recorder says every minute how it is; another one for each process.
    #[arg(long, env = "SEND__INSTANCE", default_value = "send-app")]
    pub(crate) instance: String,
    /// Where everything is kept, as for the cache server; and where to listen.
    #[command(flatten)]
    pub(crate) cache: Config,
}

/// What requests work with.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    files: Arc<dyn ObjectStore>,
    send: SendCache,
    gate: Gate,
    pub(crate) recorder: Recorder,
    trusted_proxies: usize,
}

impl Service {
    /// Opens the files below `user/` and the cache below `admin/`.
    pub(crate) fn open(settings: &Settings) -> anyhow::Result<Self> {
        let cache = Config { storage_prefix: "admin/".to_owned(), ..settings.cache.clone() };
        // The cache first: it creates what is missing.
        let send = SendCache::in_process(&cache)?;
        let secret = match &settings.analytics_secret {
            Some(secret) => Secret::new(secret.as_bytes())?,
            None => {
                eprintln!("warning: no SEND__ANALYTICS__SECRET: visitors of before the start will not be recognised");
                Secret::random()
            }
        };
        Ok(Self::new(files(&cache)?, send, secret, settings.trusted_proxies))
    }

    /// Works with this cache, and with what lies below `user/` in this storage.
    pub(crate) fn new(storage: Arc<dyn ObjectStore>, send: SendCache, secret: Secret, trusted_proxies: usize) -> Self {
        let files = Arc::new(PrefixStore::new(storage, "user"));
        let send = send.secret(secret.clone());
        let recorder = Recorder::start(&send, secret, RecorderSettings::default());
        Self { files, gate: Gate::new(&send), recorder, send, trusted_proxies }
    }

    /// The routes of the service, with a record of every request.
    pub(crate) fn configure(&self, app: &mut web::ServiceConfig) {
        let requests = RecordRequests::new(&self.recorder).trusted_proxies(self.trusted_proxies).leave_out(["/health"]);
        app.app_data(web::Data::new(self.clone()));
        let recorded = web::scope("").wrap(requests);
        let recorded = recorded.service(create_token).service(begin).service(upload).service(complete);
        app.service(recorded.service(info).service(download).service(pulse).service(health));
    }

    async fn transfer(&self, id: &TransferId) -> Result<Transfer, Refused> {
        self.read(id, "transfer.json").await?.ok_or(Refused::NoTransfer)
    }

    /// Reads a document of a transfer.
    async fn read<T: DeserializeOwned>(&self, id: &TransferId, name: &str) -> Result<Option<T>, Refused> {
        match self.files.get(&path(id, name)).await {
            Ok(found) => serde_json::from_slice(&found.bytes().await?).map_err(|_| Refused::Storage),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn save(&self, id: &TransferId, name: &str, document: &impl Serialize) -> Result<(), Refused> {
        let text = serde_json::to_vec(document).map_err(|_| Refused::Storage)?;
        self.files.put(&path(id, name), text.into()).await?;
        Ok(())
    }

    /// Makes a transfer complete with this file; `false` when it is complete already.
    async fn seal(&self, id: &TransferId, file: &File) -> Result<bool, Refused> {
        let text = serde_json::to_vec(file).map_err(|_| Refused::Storage)?;
        match self.files.put_opts(&path(id, COMPLETE), text.into(), PutMode::Create.into()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn happened(&self, id: &TransferId, event_type: EventType, bytes: u64) {
        let event = Event::new(event_type, now()).content_bytes(bytes);
        self.send.transfers().recorded_by(&self.recorder).record_event(id, event).await;
    }
}

/// The storage that holds both prefixes.
fn files(config: &Config) -> anyhow::Result<Arc<dyn ObjectStore>> {
    Ok(match config.storage_mode() {
        StorageMode::Memory => Arc::new(InMemory::new()),
        StorageMode::LocalDisk | StorageMode::Embedded => {
            let folder = config.path.as_deref().context("a folder is needed: --path")?;
            Arc::new(LocalFileSystem::new_with_prefix(folder)?)
        }
        StorageMode::S3 => {
            let s3 = &config.s3;
            let mut builder = AmazonS3Builder::from_env().with_allow_http(s3.allow_http);
            builder = builder.with_bucket_name(s3.bucket.as_deref().context("a bucket is needed: --bucket")?);
            builder = s3.endpoint.iter().fold(builder, |builder, endpoint| builder.with_endpoint(endpoint));
            builder = s3.region.iter().fold(builder, |builder, region| builder.with_region(region));
            builder = s3.access_key_id.iter().fold(builder, |builder, id| builder.with_access_key_id(id));
            builder = s3.secret_access_key.iter().fold(builder, |builder, key| builder.with_secret_access_key(key));
            Arc::new(builder.build()?)
        }
    })
}

/// What is known of a transfer from its beginning; it never changes.
#[derive(Debug, Serialize, Deserialize)]
struct Transfer {
    id: TransferId,
    token: TokenName,
    created_at: Timestamp,
}

/// A file that has come. Every upload makes one of its own, so none can change what another has made complete.
#[derive(Debug, Serialize, Deserialize)]
struct File {
    name: String,
    bytes: u64,
}

/// The document of the file that came last.
const UPLOADED: &str = "uploaded.json";
/// The document of the file that others can fetch, once the token was used; it is created once and never changes.
const COMPLETE: &str = "complete.json";

fn path(id: &TransferId, name: &str) -> Path {
    Path::from_iter(["transfers", id.as_str(), name])
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or_default())
}

/// Why a request is not carried out.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("{0}")]
    Invalid(#[from] send_wrapper::Invalid),
    #[error("there is no such transfer")]
    NoTransfer,
    #[error("{0}")]
    Conflict(&'static str),
    #[error("the file is too large")]
    TooLarge,
    #[error("the token does not open the door")]
    Denied(&'static str),
    #[error("too many names were tried")]
    TooMany(u64),
    #[error("the service cannot tell now")]
    Unavailable,
    #[error("the storage failed")]
    Storage,
}

impl From<object_store::Error> for Refused {
    fn from(error: object_store::Error) -> Self {
        tracing::error!(%error, "the storage failed");
        Self::Storage
    }
}

impl Refused {
    /// What the gate's verdict means, unless it lets the client in.
    fn unless_allowed(verdict: Verdict) -> Result<(), Self> {
        match verdict {
            Verdict::Allowed(_) => Ok(()),
            Verdict::Denied(refusal) => Err(Self::Denied(refusal.as_str())),
            Verdict::TooMany(wait) => Err(Self::TooMany(wait.as_secs() + 1)),
            Verdict::Unavailable => Err(Self::Unavailable),
        }
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::NoTransfer => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Storage => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        let mut body = serde_json::json!({ "error": self.to_string() });
        match self {
            Self::Denied(reason) => body["reason"] = (*reason).into(),
            Self::TooMany(seconds) => drop(answer.insert_header(("retry-after", *seconds))),
            Self::Unavailable => drop(answer.insert_header(("retry-after", 1))),
            Self::Invalid(_) | Self::NoTransfer | Self::Conflict(_) | Self::TooLarge | Self::Storage => {}
        }
        answer.json(body)
    }
}

#[derive(Deserialize)]
struct NewToken {
    uses: u64,
}

#[post("/tokens/{name}")]
async fn create_token(
    service: web::Data<Service>,
    name: web::Path<String>,
    new: web::Query<NewToken>,
) -> Result<HttpResponse, Refused> {
    let name = TokenName::parse(&name)?;
    match service.send.tokens().create(&name).usage_limit(new.uses).send().await {
        Ok(created) => Ok(HttpResponse::Created().json(created)),
        Err(send_wrapper::Error::Invalid(invalid)) => Err(invalid.into()),
        Err(send_wrapper::Error::AlreadyExists { .. }) => Err(Refused::Conflict("there is such a token already")),
        Err(_) => Err(Refused::Unavailable),
    }
}

#[derive(Deserialize)]
struct Begin {
    token: String,
}

#[post("/transfers")]
async fn begin(
    service: web::Data<Service>,
    request: HttpRequest,
    begin: web::Query<Begin>,
) -> Result<HttpResponse, Refused> {
    let client = client_address(&request, service.trusted_proxies);
    Refused::unless_allowed(service.gate.check(&begin.token, client).await)?;
    let (id, token) = (TransferId::random(), TokenName::parse(&begin.token)?);
    service.save(&id, "transfer.json", &Transfer { id: id.clone(), token, created_at: now() }).await?;
    Ok(HttpResponse::Created().json(serde_json::json!({ "transfer_id": id })))
}

#[put("/transfers/{id}/payload")]
async fn upload(
    service: web::Data<Service>,
    id: web::Path<String>,
    mut body: web::Payload,
) -> Result<HttpResponse, Refused> {
    let id = TransferId::parse(&id)?;
    service.transfer(&id).await?;
    if service.read::<File>(&id, COMPLETE).await?.is_some() {
        return Err(Refused::Conflict("the transfer is complete"));
    }
    let name = format!("payload-{}", EventId::random());
    let mut file = WriteMultipart::new(service.files.put_multipart(&path(&id, &name)).await?);
    let mut bytes = 0;
    while let Some(part) = body.next().await {
        let Ok(part) = part else {
            file.abort().await?;
            return Err(Refused::Conflict("the file was cut off"));
        };
        bytes += part.len() as u64;
        if bytes > LARGEST {
            file.abort().await?;
            return Err(Refused::TooLarge);
        }
        file.wait_for_capacity(4).await?;
        file.write(&part);
    }
    file.finish().await?;
    service.save(&id, UPLOADED, &File { name, bytes }).await?;
    service.happened(&id, EventType::FileUpload, bytes).await;
    Ok(HttpResponse::NoContent().finish())
}

#[post("/transfers/{id}/complete")]
async fn complete(
    service: web::Data<Service>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let id = TransferId::parse(&id)?;
    let transfer = service.transfer(&id).await?;
    if service.read::<File>(&id, COMPLETE).await?.is_none() {
        let file = service.read::<File>(&id, UPLOADED).await?.ok_or(Refused::Conflict("the file has not come yet"))?;
        let client = client_address(&request, service.trusted_proxies);
        let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
        let details = Use::default().action(Action::parse("upload_completed")?).client(client, user_agent, None);
        Refused::unless_allowed(service.gate.consume(transfer.token.as_str(), &id, client, details).await)?;
        // Killed before this, the next attempt consumes the same use.
        if service.seal(&id, &file).await? {
            let used = Event::new(EventType::TokenUse, now()).transfer_id(id.clone()).token_id(transfer.token);
            service.recorder.record(used, Some(client));
            service.happened(&id, EventType::TransferComplete, file.bytes).await;
        }
    }
    Ok(HttpResponse::Ok().json(serde_json::json!({ "transfer_id": id, "complete": true })))
}

#[get("/transfers/{id}")]
async fn info(service: web::Data<Service>, id: web::Path<String>) -> Result<HttpResponse, Refused> {
    let id = TransferId::parse(&id)?;
    let transfer = service.transfer(&id).await?;
    let fetched: Option<File> = service.read(&id, COMPLETE).await?;
    let is_complete = fetched.is_some();
    let file = match fetched {
        None => service.read(&id, UPLOADED).await?,
        fetched => fetched,
    };
    service.happened(&id, EventType::PageView, 0).await;
    // What is only nice to know may be missing.
    let summary = service.send.transfers().summary(&id).await.ok().flatten();
    Ok(HttpResponse::Ok().json(serde_json::json!({
        "transfer_id": id, "bytes": file.map(|file| file.bytes), "complete": is_complete, "created_at": transfer.created_at,
        "views": summary.as_ref().map(|summary| summary.total_views),
        "downloads": summary.as_ref().map(|summary| summary.total_downloads),
    })))
}

#[get("/transfers/{id}/payload")]
async fn download(service: web::Data<Service>, id: web::Path<String>) -> Result<HttpResponse, Refused> {
    let id = TransferId::parse(&id)?;
    service.transfer(&id).await?;
    let found = service.read::<File>(&id, COMPLETE).await?;
    let File { name, bytes } = found.ok_or(Refused::Conflict("the transfer is not complete"))?;
    let file = service.files.get(&path(&id, &name)).await?;
    service.happened(&id, EventType::FileDownload, bytes).await;
    Ok(HttpResponse::Ok().content_type("application/octet-stream").streaming(file.into_stream()))
}

#[derive(Deserialize)]
struct Window {
    window_minutes: Option<u32>,
}

#[get("/pulse")]
async fn pulse(service: web::Data<Service>, window: web::Query<Window>) -> Result<HttpResponse, Refused> {
    match service.send.analytics().pulse(window.window_minutes.unwrap_or(5)).await {
        Ok(pulse) => Ok(HttpResponse::Ok().json(pulse)),
        Err(send_wrapper::Error::Invalid(invalid)) => Err(invalid.into()),
        Err(_) => Err(Refused::Unavailable),
    }
}

#[get("/health")]
async fn health(service: web::Data<Service>) -> HttpResponse {
    let (health, recorder) = (service.send.health_check().await, service.recorder.health());
    let status = if health.healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    HttpResponse::build(status).json(serde_json::json!({ "cache": health, "analytics": recorder }))
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::parse();
    let service = Service::open(&settings)?;
    let recorder = service.recorder.clone();
    let heartbeats = recorder.heartbeats(Instance::parse(&settings.instance)?).start();
    let server = HttpServer::new(move || App::new().configure(|app| service.configure(app)));
    let server = server.bind((settings.cache.serving.host, settings.cache.serving.port))?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    server.run().await?;
    // What waits is stored before the end.
    recorder.flush().await;
    heartbeats.end().await;
    Ok(())
}
