//! The configuration: one struct, read once, from flags and the environment; nothing else reads the environment.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use http_service::config::KeysCommand;
use object_store::ClientOptions;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};

use crate::storage::{Connection, Folder};
use crate::tools::{CopyConfig, VerifyConfig};

/// A content-addressed cache service over HTTP.
#[derive(Debug, Parser)]
#[command(name = "cache-server", version, about, args_conflicts_with_subcommands = true)]
pub struct CommandLine {
    /// What to do; `serve` when not given.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve.
    #[command(flatten)]
    pub config: Config,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve requests; what happens without a command.
    Serve(Box<Config>),
    /// Ask the server that runs on this machine with these flags and variables whether it is ready: what a container's health
    /// check runs. Ends with 0 when it is, else with 1 and the reason.
    Health(Box<Config>),
    /// Print the OpenAPI document.
    Openapi,
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Make API keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Copy entries between stores.
    Copy(Box<CopyConfig>),
    /// Look for damage in a store, and mend it.
    Verify(Box<VerifyConfig>),
}

http_service::serving! {
    prefix: "CACHE_SERVER__",
    port: 8080,
    body_limit: 32 << 20,
    log: "warn,actix_http=off,cache_server=info,http_service=info",
}

/// How the service runs. Every field has a flag and a variable; the flag wins.
#[derive(Clone, Args)]
pub struct Config {
    /// How requests are served.
    #[command(flatten)]
    pub serving: Serving,
    /// Where entries are kept; when not given, `s3` if there are AWS credentials and a bucket's name, else `embedded`.
    #[arg(long, env = "CACHE__SERVICE__STORAGE_MODE", value_enum, ignore_case = true)]
    pub storage_mode: Option<StorageMode>,
    /// The folder of the `embedded` or `local_disk` storage; wins over the two variables below.
    #[arg(long)]
    pub path: Option<PathBuf>,
    /// The folder of the `embedded` storage.
    #[arg(long, env = "CACHE__SERVICE__EMBEDDED_PATH", default_value = "./cache-data")]
    pub embedded_path: PathBuf,
    /// The folder of the `local_disk` storage.
    #[arg(long, env = "CACHE__SERVICE__LOCAL_DISK_PATH", default_value = "./cache-files")]
    pub local_disk_path: PathBuf,
    /// How the `s3` storage is reached.
    #[command(flatten)]
    pub s3: S3Config,
    /// Keep everything below this prefix of the storage, such as `admin/`.
    #[arg(long, env = "CACHE__SERVICE__STORAGE_PREFIX", default_value = "")]
    pub storage_prefix: String,
    /// The hours `/stats` and `/server/storage/info` report; entries do not expire.
    #[arg(long, env = "CACHE__SERVICE__DEFAULT_TTL_HOURS", default_value_t = 24)]
    pub default_ttl_hours: u32,
    /// What happens to names with characters that are not stored, such as `été`.
    #[arg(long, env = "CACHE_SERVER__NAMES", value_enum, default_value_t = Names::Map)]
    pub names: Names,
    /// Another key, in the same header, for `/admin/storage` and `/server`.
    #[arg(long, env = "CACHE_SERVER__ADMIN_API_KEY", hide_env_values = true)]
    pub admin_api_key: Option<String>,
    /// The digest hashes are cut from.
    #[arg(long, env = "CACHE_SERVER__HASH_ALGORITHM", value_enum, default_value_t = HashAlgorithm::Sha256)]
    pub hash_algorithm: HashAlgorithm,
    /// The digits of a hash: 10, 16, 32, 64 or 96.
    #[arg(long, env = "CACHE_SERVER__HASH_LENGTH", default_value_t = 16)]
    pub hash_length: usize,
}

/// What happens to names that would be stored as other ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Names {
    /// They are stored as the Python service stores them, and the answer says so in `x-cache-name-mapped`. Different names may become
    /// one: a later store replaces an earlier one.
    Map,
    /// They are refused with 400, which says what they would become.
    Strict,
}

/// How the `s3` storage is reached. Other `AWS_*` variables, such as those of roles in containers, are read as
/// `object_store` documents them.
#[derive(Clone, Args)]
pub struct S3Config {
    /// The bucket of the `s3` storage; created when it is missing and the credentials allow it.
    #[arg(long, env = "CACHE__SERVICE__BUCKET_NAME")]
    pub bucket: Option<String>,
    /// The address of the S3 server, such as `https://s3.example.org`; AWS when not given.
    #[arg(long = "s3-endpoint", env = "AWS_ENDPOINT_URL")]
    pub endpoint: Option<String>,
    /// The region; `us-east-1` when not given.
    #[arg(long = "s3-region", env = "AWS_REGION")]
    pub region: Option<String>,
    /// The id of the access key.
    #[arg(long = "s3-access-key-id", env = "AWS_ACCESS_KEY_ID", hide_env_values = true)]
    pub access_key_id: Option<String>,
    /// The access key.
    #[arg(long = "s3-secret-access-key", env = "AWS_SECRET_ACCESS_KEY", hide_env_values = true)]
    pub secret_access_key: Option<String>,
    /// The token of a session's credentials.
    #[arg(long = "s3-session-token", env = "AWS_SESSION_TOKEN", hide_env_values = true)]
    pub session_token: Option<String>,
    /// Allow an endpoint without TLS.
    #[arg(
        long = "s3-allow-http",
        env = "AWS_ALLOW_HTTP",
        default_value_t = false,
        action = ArgAction::Set,
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    pub allow_http: bool,
    /// How long connecting to the S3 server may take, in milliseconds.
    #[arg(long = "s3-connect-timeout-ms", env = "CACHE_SERVER__S3_CONNECT_TIMEOUT_MS", default_value_t = 2_000)]
    pub connect_timeout_ms: u64,
    /// How long one attempt of a request to it may take, in milliseconds.
    #[arg(long = "s3-attempt-timeout-ms", env = "CACHE_SERVER__S3_ATTEMPT_TIMEOUT_MS", default_value_t = 10_000)]
    pub attempt_timeout_ms: u64,
    /// How often a request that failed on the way or in the S3 server is tried again, after pauses of 20 ms to 2 s with
    /// jitter.
    #[arg(long = "s3-retries", env = "CACHE_SERVER__S3_RETRIES", default_value_t = 4)]
    pub retries: usize,
    /// How long a whole storage operation may take, in milliseconds; then the request is answered 503.
    #[arg(long = "s3-operation-timeout-ms", env = "CACHE_SERVER__S3_OPERATION_TIMEOUT_MS", default_value_t = 30_000)]
    pub operation_timeout_ms: u64,
    /// How many bytes of id references are remembered, which saves a request at most retrieves; 0 remembers none.
    #[arg(long = "s3-read-cache-bytes", env = "CACHE_SERVER__S3_READ_CACHE_BYTES", default_value_t = 64 << 20)]
    pub read_cache_bytes: u64,
}

impl S3Config {
    /// The connection these settings describe; `folder` is where the storage lies in the bucket.
    pub fn connection(&self, folder: Folder) -> anyhow::Result<Connection> {
        let bucket = self.bucket.clone().filter(|name| !name.is_empty());
        let bucket = bucket.context("the s3 storage needs the name of a bucket: set CACHE__SERVICE__BUCKET_NAME")?;
        let mut builder = AmazonS3Builder::from_env();
        let given = [
            (AmazonS3ConfigKey::Endpoint, &self.endpoint),
            (AmazonS3ConfigKey::Region, &self.region),
            (AmazonS3ConfigKey::AccessKeyId, &self.access_key_id),
            (AmazonS3ConfigKey::SecretAccessKey, &self.secret_access_key),
            (AmazonS3ConfigKey::Token, &self.session_token),
        ];
        for (key, value) in given {
            if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                builder = builder.with_config(key, value);
            }
        }
        let plain = self.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        if plain && !self.allow_http {
            bail!("AWS_ENDPOINT_URL has no TLS: use https://, or set AWS_ALLOW_HTTP=true for a trusted network");
        }
        let attempt_timeout = Duration::from_millis(self.attempt_timeout_ms);
        let options = ClientOptions::new()
            .with_allow_http(self.allow_http)
            .with_connect_timeout(Duration::from_millis(self.connect_timeout_ms))
            .with_timeout(attempt_timeout);
        Ok(Connection {
            builder: builder.with_client_options(options).with_virtual_hosted_style_request(false),
            bucket,
            region: self.region.clone(),
            folder,
            attempt_timeout,
            retries: self.retries,
            operation_timeout: Duration::from_millis(self.operation_timeout_ms),
        })
    }
}

impl std::fmt::Debug for S3Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Config")
            .field("bucket", &self.bucket)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// Where entries are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum StorageMode {
    /// In memory; gone with the process.
    Memory,
    /// One file per object, readable by people and by the Python service.
    LocalDisk,
    /// An embedded storage engine in one folder.
    Embedded,
    /// A bucket of an S3 server, shared by any number of cache servers.
    S3,
}

impl StorageMode {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::LocalDisk => "local_disk",
            Self::Embedded => "embedded",
            Self::S3 => "s3",
        }
    }
}

/// The digest hashes are cut from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HashAlgorithm {
    /// MD5, up to 32 digits.
    Md5,
    /// SHA-256, up to 64 digits.
    Sha256,
    /// SHA-384, up to 96 digits.
    Sha384,
}

impl Config {
    /// The key for `/admin/storage`. An empty one would let in whoever sends an empty one; env files and compose files set
    /// variables to nothing.
    pub(crate) fn admin_key(&self) -> Option<&str> {
        self.admin_api_key.as_deref().filter(|key| !key.is_empty())
    }

    /// Where entries are kept. A developer's shell with AWS credentials does not write to S3 by surprise: it takes the
    /// name of a bucket as well.
    pub fn storage_mode(&self) -> StorageMode {
        let given = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
        let has_s3 = [&self.s3.access_key_id, &self.s3.secret_access_key, &self.s3.bucket].into_iter().all(given);
        self.storage_mode.unwrap_or(if has_s3 { StorageMode::S3 } else { StorageMode::Embedded })
    }
}

impl Config {
    /// How the service runs, for whoever administers it: flags and their values, none of which is a secret.
    pub(crate) fn shown(&self) -> Vec<(&'static str, String)> {
        let Self { serving, s3, .. } = self;
        let path = |given: &PathBuf| self.path.as_ref().unwrap_or(given).display().to_string();
        let set = |is_set: bool| if is_set { "set" } else { "not set" }.to_owned();
        let number = |value: Option<String>| value.unwrap_or_else(|| "not set".to_owned());
        let mut shown = vec![("storage-mode", self.storage_mode().as_str().to_owned())];
        match self.storage_mode() {
            StorageMode::Memory => {}
            StorageMode::LocalDisk => shown.push(("local-disk-path", path(&self.local_disk_path))),
            StorageMode::Embedded => shown.push(("embedded-path", path(&self.embedded_path))),
            StorageMode::S3 => {
                // An address may carry a name and a password.
                let endpoint = s3.endpoint.as_deref().unwrap_or("AWS");
                let (scheme, rest) = endpoint.split_once("://").unwrap_or(("", endpoint));
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                shown.extend([
                    ("bucket", s3.bucket.clone().unwrap_or_default()),
                    ("s3-endpoint", if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }),
                    ("s3-region", number(s3.region.clone())),
                    ("s3-read-cache-bytes", s3.read_cache_bytes.to_string()),
                    ("s3-retries", s3.retries.to_string()),
                    ("s3-operation-timeout-ms", s3.operation_timeout_ms.to_string()),
                ]);
            }
        }
        let name = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
        shown.extend([
            ("storage-prefix", self.storage_prefix.clone()),
            ("default-ttl-hours", self.default_ttl_hours.to_string()),
            ("names", name(&self.names)),
            ("hash-algorithm", name(&self.hash_algorithm)),
            ("hash-length", self.hash_length.to_string()),
            ("host", serving.host.to_string()),
            ("port", serving.port.to_string()),
            ("workers", number(serving.workers.map(|workers| workers.to_string()))),
            ("api-key-name", serving.api_key_name.clone()),
            ("api-key", set(serving.key().is_some())),
            ("admin-api-key", set(self.admin_key().is_some())),
            ("keys-file", serving.keys_file.as_ref().map_or_else(|| set(false), |file| file.display().to_string())),
            ("session-secret", set(serving.session_secret.as_ref().is_some_and(|secret| !secret.is_empty()))),
            ("cors-origins", serving.origins().join(", ")),
            ("body-limit", serving.body_limit.to_string()),
            ("in-flight-limit", serving.in_flight_limit.to_string()),
            ("request-limit", serving.request_limit.to_string()),
            ("connection-limit", serving.connection_limit.to_string()),
            ("rate-limit", number(serving.rate_limit.map(|rate| rate.to_string()))),
            ("report-only", serving.report_only.join(", ")),
            ("keep-alive-seconds", serving.keep_alive_seconds.to_string()),
            ("shutdown-seconds", serving.shutdown_seconds.to_string()),
            ("drain-seconds", serving.drain_seconds.to_string()),
            ("metrics-address", number(serving.metrics_address.clone().filter(|address| !address.is_empty()))),
            ("access-log", serving.access_log.to_string()),
            ("slow-request-ms", serving.slow_request_ms.to_string()),
            ("log", serving.log.clone()),
        ]);
        shown
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let redacted = |key: &Option<String>| key.as_ref().map(|_| "[redacted]");
        f.debug_struct("Config")
            .field("serving", &self.serving)
            .field("storage_mode", &self.storage_mode())
            .field("admin_api_key", &redacted(&self.admin_api_key))
            .finish_non_exhaustive()
    }
}
