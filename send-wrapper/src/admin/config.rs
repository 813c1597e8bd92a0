//! The configuration: one struct, read once, from flags and the environment.

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use http_service::config::KeysCommand;

use super::input::millis;
use crate::costs::{Decimal, Limits};
use crate::time::Timestamp;

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
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Ask the service that runs on this machine with these flags and variables whether it is ready: what a container's health
    /// check runs. Ends with 0 when it is, else with 1 and the reason.
    Health(Box<Config>),
    /// Print the OpenAPI document.
    Openapi,
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Serve a store in memory that is filled with a believable fortnight, to look at everything. On loopback alone.
    Demo(Box<Config>),
    /// Make API keys.
    #[command(subcommand)]
    Keys(KeysCommand),
}

http_service::serving! {
    prefix: "SEND_ADMIN__",
    port: 8081,
    // The costs of a day are the longest there are.
    body_limit: 2 << 20,
    log: "warn,send_wrapper=info,http_service=info",
}

/// How the service runs. Every field has a flag and a variable; the flag wins.
#[derive(Clone, Args)]
pub struct Config {
    /// How requests are served.
    #[command(flatten)]
    pub serving: Serving,
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
    /// What the addresses of those who use tokens are hashed with, 16 bytes or more: the secret of the applications. Without it nothing of
    /// an address is kept.
    #[arg(long, env = "SEND__ANALYTICS__SECRET", hide_env_values = true)]
    pub analytics_secret: Option<String>,
    /// What a day may cost without an alert, in the currency that costs are recorded in.
    #[arg(long, env = "SEND_ADMIN__COST_LIMIT_DAY", default_value = "5")]
    pub cost_limit_day: Decimal,
    /// What a week may cost without an alert.
    #[arg(long, env = "SEND_ADMIN__COST_LIMIT_WEEK", default_value = "25")]
    pub cost_limit_week: Decimal,
    /// What a month may cost without an alert, as it is projected.
    #[arg(long, env = "SEND_ADMIN__COST_LIMIT_MONTH", default_value = "100")]
    pub cost_limit_month: Decimal,
    /// Serve a demonstration, as `send-admin demo` does.
    #[arg(long)]
    pub demo: bool,
    /// What the demonstration is drawn from: the same number gives the same fortnight.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The moment at which the demonstration stands still, in milliseconds since 1970 or as RFC 3339; it goes on from now when not
    /// given.
    #[arg(long, value_parser = moment)]
    pub still_at: Option<Timestamp>,
}

/// Reads a moment of a flag.
fn moment(text: &str) -> Result<Timestamp, String> {
    let refused = || "is neither milliseconds since 1970 nor RFC 3339, after 1970".to_owned();
    let moment = millis(text).map(Timestamp::from_millis).filter(|moment| !moment.is_after_the_year_9999());
    // A fortnight before it there has to be time, and so have the costs of two months.
    moment.filter(|moment| moment.millis() > 100 * 86_400_000).ok_or_else(refused)
}

impl Config {
    /// What may be spent without an alert.
    pub(super) fn limits(&self) -> Limits {
        Limits { day: self.cost_limit_day, week: self.cost_limit_week, month: self.cost_limit_month }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("serving", &self.serving)
            .field("cache_url", &self.cache_url)
            .finish_non_exhaustive()
    }
}
