//! The log: to standard error, for people or for machines, and safe to read in a terminal.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::str::FromStr as _;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::Directive;
use tracing_subscriber::fmt::format::debug_fn;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Which requests are logged.
#[derive(Debug, Clone, Copy, Default)]
pub struct Logging {
    /// Every one, with a line of its own.
    pub access: bool,
    /// Those that take as long, with where the time went.
    pub slow: Option<Duration>,
}

impl Logging {
    pub(crate) fn is_on(&self) -> bool {
        self.access || self.slow.is_some()
    }
}

/// Starts the log with a filter such as `warn,cache_server=info`. The access log is not subject to it.
pub fn start(filter: &str, format: Format, logging: Logging) {
    let filter = EnvFilter::new(filter);
    let access = Directive::from_str("http_service::access=info").ok().filter(|_| logging.access);
    let log = tracing_subscriber::fmt()
        .with_env_filter(access.into_iter().fold(filter, EnvFilter::add_directive))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        // JSON escapes by itself.
        Format::Json => log.json().init(),
        Format::Pretty => {
            let fields = debug_fn(|out, field, value| {
                let value = format!("{value:?}");
                let text = escaped(&value);
                if field.name() == "message" { write!(out, "{text}") } else { write!(out, "{field}={text}") }
            });
            log.fmt_fields(fields.delimited(" ")).init();
        }
    }
}

/// A text without control characters: what a client sends must not begin a line of its own, or paint the terminal.
pub fn escaped(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(char::is_control) {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            // A string takes whatever is written.
            let _ = write!(plain, "{}", c.escape_default());
        } else {
            plain.push(c);
        }
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(super::escaped("plain é"), "plain é");
        assert_eq!(super::escaped("a\nb\u{1b}[31mc\r\u{9b}"), "a\\nb\\u{1b}[31mc\\r\\u{9b}");
    }
}
