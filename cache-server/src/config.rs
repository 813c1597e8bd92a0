//! The configuration: one struct, read once, from flags and the environment; nothing else reads the environment.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Print the OpenAPI document.
    Openapi,
}

/// How the service runs. Every field has a flag and a variable; the flag wins.
#[derive(Clone, Args)]
pub struct Config {
    /// The address to listen on; any other than loopback needs an API key.
    #[arg(long, env = "CACHE_SERVER__HOST", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// The port to listen on; 0 picks a free one.
    #[arg(long, env = "CACHE_SERVER__PORT", default_value_t = 8080)]
    pub port: u16,
    /// How many threads serve requests; one for each core when not given.
    #[arg(long, env = "CACHE_SERVER__WORKERS")]
    pub workers: Option<usize>,
    /// Where entries are kept.
    #[arg(long, env = "CACHE__SERVICE__STORAGE_MODE", value_enum, default_value_t = StorageMode::Embedded, ignore_case = true)]
    pub storage_mode: StorageMode,
    /// The folder of the `embedded` or `local_disk` storage; wins over the two variables below.
    #[arg(long)]
    pub path: Option<PathBuf>,
    /// The folder of the `embedded` storage.
    #[arg(long, env = "CACHE__SERVICE__EMBEDDED_PATH", default_value = "./cache-data")]
    pub embedded_path: PathBuf,
    /// The folder of the `local_disk` storage.
    #[arg(long, env = "CACHE__SERVICE__LOCAL_DISK_PATH", default_value = "./cache-files")]
    pub local_disk_path: PathBuf,
    /// Keep everything below this prefix of the storage, such as `admin/`.
    #[arg(long, env = "CACHE__SERVICE__STORAGE_PREFIX", default_value = "")]
    pub storage_prefix: String,
    /// The hours `/stats` and `/server/storage/info` report; entries do not expire.
    #[arg(long, env = "CACHE__SERVICE__DEFAULT_TTL_HOURS", default_value_t = 24)]
    pub default_ttl_hours: u32,
    /// The name of the header or cookie that carries the API key.
    #[arg(long, env = "FAST_API__AUTH__API_KEY__NAME", default_value = "x-api-key")]
    pub api_key_name: String,
    /// The API key; without one only loopback is served.
    #[arg(long, env = "FAST_API__AUTH__API_KEY__VALUE", hide_env_values = true)]
    pub api_key: Option<String>,
    /// Another key, in the same header, for `/admin/storage`.
    #[arg(long, env = "CACHE_SERVER__ADMIN_API_KEY", hide_env_values = true)]
    pub admin_api_key: Option<String>,
    /// Origins whose pages may call the service, separated by commas; none when not given.
    #[arg(long, env = "CACHE_SERVER__CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,
    /// The largest body of a request, in bytes.
    #[arg(long, env = "CACHE_SERVER__BODY_LIMIT", default_value_t = 32 << 20)]
    pub body_limit: usize,
    /// How long a client may pause in the middle of a body, in seconds.
    #[arg(long, env = "CACHE_SERVER__BODY_PAUSE_SECONDS", default_value_t = 30)]
    pub body_pause_seconds: u64,
    /// The digest hashes are cut from.
    #[arg(long, env = "CACHE_SERVER__HASH_ALGORITHM", value_enum, default_value_t = HashAlgorithm::Sha256)]
    pub hash_algorithm: HashAlgorithm,
    /// The digits of a hash: 10, 16, 32, 64 or 96.
    #[arg(long, env = "CACHE_SERVER__HASH_LENGTH", default_value_t = 16)]
    pub hash_length: usize,
    /// How long requests in flight may take to finish after SIGTERM, in seconds.
    #[arg(long, env = "CACHE_SERVER__SHUTDOWN_SECONDS", default_value_t = 30)]
    pub shutdown_seconds: u64,
    /// What to log, such as `warn` or `cache_server=debug` (a line for every request).
    #[arg(long, env = "CACHE_SERVER__LOG", default_value = "warn,cache_server=info")]
    pub log: String,
    /// How log lines look.
    #[arg(long, env = "CACHE_SERVER__LOG_FORMAT", value_enum, default_value_t = LogFormat::Pretty)]
    pub log_format: LogFormat,
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
}

impl StorageMode {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::LocalDisk => "local_disk",
            Self::Embedded => "embedded",
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

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// The address to listen on.
    pub fn address(&self) -> SocketAddr {
        (self.host, self.port).into()
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let redacted = |key: &Option<String>| key.as_ref().map(|_| "[redacted]");
        f.debug_struct("Config")
            .field("address", &self.address())
            .field("storage_mode", &self.storage_mode)
            .field("api_key", &redacted(&self.api_key))
            .field("admin_api_key", &redacted(&self.admin_api_key))
            .finish_non_exhaustive()
    }
}
