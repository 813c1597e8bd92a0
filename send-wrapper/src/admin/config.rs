//! The configuration: one struct, read once, from flags and the environment.

use std::net::IpAddr;

use clap::{Args, Parser, Subcommand};

/// Tokens, analytics, transfers, costs and the cache of SGraph Send, for administrators.
#[derive(Debug, Parser)]
#[command(name = "send-admin", version, args_conflicts_with_subcommands = true)]
pub struct CommandLine {
    /// What to do; to serve when not given.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve.
    #[command(flatten)]
    pub config: Config,
}

/// What the program can do beside serving.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Command {
    /// Print the OpenAPI document.
    Openapi,
}

/// How the service runs. Every field has a flag and a variable; the flag wins.
#[derive(Clone, Args)]
pub struct Config {
    /// The address to listen on; any other than loopback needs an API key.
    #[arg(long, env = "SEND_ADMIN__HOST", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// The port to listen on; 0 picks a free one.
    #[arg(long, env = "SEND_ADMIN__PORT", default_value_t = 8090)]
    pub port: u16,
    /// How many threads serve requests; one for each core when not given.
    #[arg(long, env = "SEND_ADMIN__WORKERS")]
    pub workers: Option<usize>,
    /// The name of the header or cookie that carries the API key.
    #[arg(long, env = "FAST_API__AUTH__API_KEY__NAME", default_value = "x-api-key")]
    pub api_key_name: String,
    /// The API key; without one only loopback is served.
    #[arg(long, env = "FAST_API__AUTH__API_KEY__VALUE", hide_env_values = true)]
    pub api_key: Option<String>,
    /// The address of the cache server, such as `http://127.0.0.1:8080`. When not given the cache is in this process, set up by the
    /// variables of the cache server, such as `CACHE__SERVICE__STORAGE_MODE`.
    #[arg(long, env = "SEND_ADMIN__CACHE_URL")]
    pub cache_url: Option<String>,
    /// The name of the header that carries the cache server's API key.
    #[arg(long, env = "SEND_ADMIN__CACHE_API_KEY__NAME", default_value = "x-api-key")]
    pub cache_api_key_name: String,
    /// The cache server's API key.
    #[arg(long, env = "SEND_ADMIN__CACHE_API_KEY__VALUE", hide_env_values = true)]
    pub cache_api_key: Option<String>,
    /// The cache server's key for `/admin/storage`, where it has one; the cache browser needs it.
    #[arg(long, env = "SEND_ADMIN__CACHE_ADMIN_API_KEY", hide_env_values = true)]
    pub cache_admin_api_key: Option<String>,
    /// How long requests in flight may take to finish after SIGTERM, in seconds.
    #[arg(long, env = "SEND_ADMIN__SHUTDOWN_SECONDS", default_value_t = 30)]
    pub shutdown_seconds: u64,
    /// What to log, such as `warn` or `send_wrapper=debug`.
    #[arg(long, env = "SEND_ADMIN__LOG", default_value = "warn,send_wrapper=info")]
    pub log: String,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("cache_url", &self.cache_url)
            .finish_non_exhaustive()
    }
}
