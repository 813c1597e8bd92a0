//! What every service is told about itself, as flags and variables. Each service makes its own set with [`serving!`](crate::serving!), since
//! the variables carry its name.

use anyhow::bail;

use crate::keys::{Digest, Key, Keys};
use crate::routes::Scope;

/// Makes `struct Serving`: the flags of a service, their variables and defaults, for `#[command(flatten)]`.
///
/// ```
/// http_service::serving! { prefix: "MY_SERVICE__", port: 8080, body_limit: 1 << 20, log: "warn,my_service=info" }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! serving {
    (prefix: $prefix:literal, port: $port:literal, body_limit: $body_limit:expr, log: $log:literal $(,)?) => {
        /// How requests are served. Every field has a flag and a variable; the flag wins.
        #[derive(Clone, ::clap::Args)]
        pub struct Serving {
            /// The address to listen on; any other than loopback needs an API key.
            #[arg(long, env = concat!($prefix, "HOST"), default_value = "127.0.0.1")]
            pub host: ::std::net::IpAddr,
            /// The port to listen on; 0 picks a free one.
            #[arg(long, env = concat!($prefix, "PORT"), default_value_t = $port)]
            pub port: u16,
            /// How many threads serve requests; one for each core when not given.
            #[arg(long, env = concat!($prefix, "WORKERS"))]
            pub workers: Option<usize>,
            /// The name of the header or cookie that carries the API key.
            #[arg(long, env = "FAST_API__AUTH__API_KEY__NAME", default_value = "x-api-key")]
            pub api_key_name: String,
            /// The API key; without one, and without a keys file, only programs on this machine are served.
            #[arg(long, env = "FAST_API__AUTH__API_KEY__VALUE", hide_env_values = true)]
            pub api_key: Option<String>,
            /// A file with API keys, one a line, as `keys new` prints them; read again when it changes, and on SIGHUP.
            #[arg(long, env = concat!($prefix, "KEYS_FILE"))]
            pub keys_file: Option<::std::path::PathBuf>,
            /// The secret that sessions of browsers are made with, the same for all servers behind one address; drawn at the start
            /// when not given, so that sessions end with the process.
            #[arg(long, env = concat!($prefix, "SESSION_SECRET"), hide_env_values = true)]
            pub session_secret: Option<String>,
            /// Origins whose pages may call the service, such as `https://app.example.org`, separated by commas; none when not given.
            #[arg(long, env = concat!($prefix, "CORS_ORIGINS"), value_delimiter = ',')]
            pub cors_origins: Vec<String>,
            /// The largest body of a request, in bytes.
            #[arg(long, env = concat!($prefix, "BODY_LIMIT"), default_value_t = $body_limit)]
            pub body_limit: u64,
            /// How long a client may pause in the middle of a body, in seconds.
            #[arg(long, env = concat!($prefix, "BODY_PAUSE_SECONDS"), default_value_t = 30)]
            pub body_pause_seconds: u64,
            /// How many bytes a second a body has to come with, on average.
            #[arg(long, env = concat!($prefix, "BODY_RATE"), default_value_t = 16 << 10)]
            pub body_rate: u64,
            /// How long a body may come more slowly, in seconds.
            #[arg(long, env = concat!($prefix, "BODY_GRACE_SECONDS"), default_value_t = 30)]
            pub body_grace_seconds: u64,
            /// The memory that bodies of all requests and answers together may take, in bytes. Requests wait for it, after 5 s
            /// they are answered 503.
            #[arg(long, env = concat!($prefix, "IN_FLIGHT_LIMIT"), default_value_t = 256 << 20)]
            pub in_flight_limit: u64,
            /// How many requests are worked on at once; others are answered 503.
            #[arg(long, env = concat!($prefix, "REQUEST_LIMIT"), default_value_t = 4096)]
            pub request_limit: usize,
            /// How many connections are open at once; others wait.
            #[arg(long, env = concat!($prefix, "CONNECTION_LIMIT"), default_value_t = 10_000)]
            pub connection_limit: usize,
            /// How many requests a second an API key may make of this process, unless the keys file gives it a rate of its own; any
            /// number when not given. Others are answered 429.
            #[arg(long, env = concat!($prefix, "RATE_LIMIT"))]
            pub rate_limit: Option<::std::num::NonZeroU32>,
            /// Limits to report in the log instead of enforcing them, separated by commas: `in-flight`, `requests`, `rate`,
            /// `body-rate`.
            #[arg(long, env = concat!($prefix, "REPORT_ONLY"), value_delimiter = ',')]
            pub report_only: Vec<String>,
            /// How long a connection without a request stays open, in seconds. Longer than balancers keep theirs, or they answer 502
            /// now and then.
            #[arg(long, env = concat!($prefix, "KEEP_ALIVE_SECONDS"), default_value_t = 75)]
            pub keep_alive_seconds: u64,
            /// How long requests in flight may take to finish after SIGTERM, in seconds.
            #[arg(long, env = concat!($prefix, "SHUTDOWN_SECONDS"), default_value_t = 30)]
            pub shutdown_seconds: u64,
            /// How long to serve on after SIGTERM while `/health/ready` answers 503, in seconds: a balancer then sends requests
            /// elsewhere before connections are closed. A second signal ends the program at once.
            #[arg(long, env = concat!($prefix, "DRAIN_SECONDS"), default_value_t = 0)]
            pub drain_seconds: u64,
            /// Another address to show `/metrics` on, without a key, such as `127.0.0.1:9464`; port 0 picks a free one. It is to be
            /// reached by the monitoring alone.
            #[arg(long, env = concat!($prefix, "METRICS_ADDRESS"))]
            pub metrics_address: Option<String>,
            /// Whether to serve the web UI.
            #[arg(
                long,
                env = concat!($prefix, "UI"),
                default_value_t = true,
                action = ::clap::ArgAction::Set,
                num_args = 0..=1,
                default_missing_value = "true"
            )]
            pub ui: bool,
            /// Log every request, with a line of its own.
            #[arg(
                long,
                env = concat!($prefix, "ACCESS_LOG"),
                default_value_t = false,
                action = ::clap::ArgAction::Set,
                num_args = 0..=1,
                default_missing_value = "true"
            )]
            pub access_log: bool,
            /// Log requests that take as long, in milliseconds, with where the time went; 0 logs none.
            #[arg(long, env = concat!($prefix, "SLOW_REQUEST_MS"), default_value_t = 1000)]
            pub slow_request_ms: u64,
            /// What to log, such as `warn` or `http_service=debug` (a line for every request).
            #[arg(long, env = concat!($prefix, "LOG"), default_value = $log)]
            pub log: String,
            /// How log lines look.
            #[arg(long, env = concat!($prefix, "LOG_FORMAT"), value_enum, default_value_t = $crate::log::Format::Pretty)]
            pub log_format: $crate::log::Format,
        }

        impl ::std::fmt::Debug for Serving {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let key = self.api_key.as_ref().map(|_| "[redacted]");
                let mut serving = f.debug_struct("Serving");
                serving.field("host", &self.host).field("port", &self.port).field("api_key", &key).finish_non_exhaustive()
            }
        }

        impl Serving {
            /// The key of the configuration; an empty one is none.
            pub fn key(&self) -> Option<&str> {
                self.api_key.as_deref().filter(|key| !key.is_empty())
            }

            /// The keys, with another one for administrators where the service has one. Only keys of a service with
            /// `namespaces` may name some.
            pub(crate) fn keys(
                &self,
                admin_key: Option<&str>,
                namespaces: bool,
            ) -> ::anyhow::Result<$crate::keys::Keys> {
                let header = &self.api_key_name;
                let Some(file) = self.keys_file.clone().filter(|file| !file.as_os_str().is_empty()) else {
                    return $crate::config::keys(header, self.key(), admin_key, self.rate_limit);
                };
                if self.key().is_some() || admin_key.is_some() {
                    ::anyhow::bail!("there are a keys file and an API key: put the key into the file, as `keys new` does");
                }
                Ok($crate::keys::Keys::of_file(header, file, self.rate_limit, namespaces)?)
            }

            /// The sessions of browsers.
            pub(crate) fn sessions(&self, cookie: &'static str) -> ::anyhow::Result<$crate::session::Sessions> {
                let secret = self.session_secret.as_deref().filter(|secret| !secret.is_empty());
                $crate::session::Sessions::new(cookie, secret)
            }

            /// The limits.
            pub(crate) fn limits(&self) -> ::anyhow::Result<$crate::Limits> {
                Ok($crate::Limits {
                    body: self.body_limit,
                    in_flight: self.in_flight_limit,
                    requests: self.request_limit,
                    body_pause: ::std::time::Duration::from_secs(self.body_pause_seconds),
                    body_rate: self.body_rate,
                    body_grace: ::std::time::Duration::from_secs(self.body_grace_seconds),
                    report_only: $crate::config::report_only(&self.report_only)?,
                })
            }

            /// Which requests are logged.
            pub fn logging(&self) -> $crate::log::Logging {
                let slow = ::std::time::Duration::from_millis(self.slow_request_ms);
                $crate::log::Logging { access: self.access_log, slow: Some(slow).filter(|slow| !slow.is_zero()) }
            }

            /// The origins whose pages may call.
            pub(crate) fn origins(&self) -> Vec<String> {
                // Env files and compose files set variables to nothing.
                self.cors_origins.iter().filter(|origin| !origin.is_empty()).cloned().collect()
            }

            /// Where and how to listen.
            pub(crate) fn listen(&self) -> ::anyhow::Result<$crate::Listen> {
                Ok($crate::Listen {
                    host: self.host,
                    port: self.port,
                    workers: self.workers,
                    connections: self.connection_limit,
                    keep_alive: ::std::time::Duration::from_secs(self.keep_alive_seconds),
                    shutdown: ::std::time::Duration::from_secs(self.shutdown_seconds),
                    metrics: $crate::config::address(self.metrics_address.as_deref())?,
                })
            }

            /// Asks the service that runs with these flags on this machine whether it is ready. Fails with what is wrong.
            pub fn check_health(&self) -> ::anyhow::Result<()> {
                $crate::check_health(self.host, self.port)
            }

            /// How long to serve on when asked to stop.
            pub(crate) fn drain(&self) -> ::std::time::Duration {
                ::std::time::Duration::from_secs(self.drain_seconds)
            }
        }
    };
}

/// The keys of a configuration: none, one, or one and another for administrators.
#[doc(hidden)]
pub fn keys(
    header: &str,
    key: Option<&str>,
    admin_key: Option<&str>,
    rate: Option<std::num::NonZeroU32>,
) -> anyhow::Result<Keys> {
    let mut keys = Vec::new();
    match (key, admin_key) {
        (None, None) => {}
        (None, Some(_)) => bail!("CACHE_SERVER__ADMIN_API_KEY needs FAST_API__AUTH__API_KEY__VALUE"),
        (Some(key), None) => keys.push(Key::new("default", Digest::of(key.as_bytes()), Scope::ALL.to_vec())),
        (Some(key), Some(admin_key)) if key == admin_key => {
            bail!("CACHE_SERVER__ADMIN_API_KEY and FAST_API__AUTH__API_KEY__VALUE are the same: leave the first out")
        }
        (Some(key), Some(admin_key)) => {
            let scopes = vec![Scope::Read, Scope::Write, Scope::Delete];
            keys.push(Key::new("default", Digest::of(key.as_bytes()), scopes));
            keys.push(Key::new("admin", Digest::of(admin_key.as_bytes()), vec![Scope::Admin]));
        }
    }
    Ok(Keys::new(header, keys, rate))
}

/// The address to show metrics on. Env files and compose files set variables to nothing.
#[doc(hidden)]
pub fn address(text: Option<&str>) -> anyhow::Result<Option<std::net::SocketAddr>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| anyhow::anyhow!("metrics address {text:?} is not an address with a port"))
}

/// The limits to report only. Env files and compose files set variables to nothing.
#[doc(hidden)]
pub fn report_only(names: &[String]) -> anyhow::Result<Vec<crate::ReportOnly>> {
    let parse = |name: &String| name.parse().map_err(|reason| anyhow::anyhow!("limit {name:?} {reason}"));
    names.iter().filter(|name| !name.is_empty()).map(parse).collect()
}

/// What `keys` does on a command line.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum KeysCommand {
    /// Draw a key: prints it once, and the line for the keys file.
    ///
    /// The line goes to standard output and the key to standard error, so that `keys new … >> keys.toml` keeps the one and
    /// shows the other.
    New(NewKeyArgs),
}

/// What a new key is good for.
#[derive(Debug, Clone, clap::Args)]
pub struct NewKeyArgs {
    /// Its name in logs and counters; made up when not given.
    #[arg(long)]
    name: Option<String>,
    /// What it is good for, separated by commas: `read`, `write`, `delete`, `admin`.
    #[arg(long, required = true, value_delimiter = ',')]
    scopes: Vec<Scope>,
    /// The namespaces it reaches, separated by commas: names, or `prefix*`; all when not given.
    #[arg(long, value_delimiter = ',', value_parser = pattern)]
    namespaces: Vec<crate::keys::Pattern>,
    /// When it expires: a day such as `2027-01-31`, or a moment as RFC 3339; never when not given.
    #[arg(long)]
    expires: Option<String>,
    /// How many requests a second it may make of a process; any number when not given.
    #[arg(long)]
    rate: Option<std::num::NonZeroU32>,
}

fn pattern(text: &str) -> Result<crate::keys::Pattern, String> {
    crate::keys::Pattern::parse(text).ok_or_else(|| "is neither a name nor \"prefix*\"".to_owned())
}

impl KeysCommand {
    /// Does it.
    pub fn run(self) -> anyhow::Result<()> {
        let Self::New(NewKeyArgs { name, scopes, namespaces, expires, rate }) = self;
        let new = crate::keys::NewKey { name, scopes, namespaces, expires, rate };
        let made = new.make().map_err(anyhow::Error::msg)?;
        println!("{}", made.line);
        eprintln!("key, shown this once: {}", made.key);
        Ok(())
    }
}
