//! The flags of the subcommands that work on stores.

use std::str::FromStr;

use cache_client::Namespace;
use clap::Args;

use super::place::Place;
use crate::config::S3Config;

/// Copy entries from one store to another. Run it again after it was ended in whatever way: it goes on where it was.
///
/// What is at the target and not at the source stays. Where both have another object at one path, that of the source wins; references
/// by hash are put together. Ends with status 0, with 1 when `--dry-run` found differences, and with 2 when it could not be done.
#[derive(Debug, Clone, Args)]
pub struct CopyConfig {
    /// The source: `embedded:PATH`, `disk:PATH`, `s3://bucket/prefix`, `sqlite:PATH`, `zip:PATH`, or `http://…` for a running server.
    #[arg(long)]
    pub from: Place,
    /// The target, in the same form; it is created where it is not there.
    #[arg(long)]
    pub to: Place,
    /// Copy this namespace only; may be given several times.
    #[arg(long, value_parser = namespace)]
    pub namespace: Vec<Namespace>,
    /// Copy only entries whose cache key begins with this text.
    #[arg(long)]
    pub prefix: Option<String>,
    /// Tell what would be copied; write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON document a line instead of text for people.
    #[arg(long)]
    pub json: bool,
    /// How stores are reached.
    #[command(flatten)]
    pub reach: Reach,
}

/// Look for damage in a store, and mend it with `--repair`.
///
/// Ends with status 0 when nothing is wrong; 1 when all that was found is younger than an hour, or was mended; 2 when it could not be
/// done; 3 when there is damage.
#[derive(Debug, Clone, Args)]
pub struct VerifyConfig {
    /// The store: `embedded:PATH`, `disk:PATH`, `s3://bucket/prefix`, `sqlite:PATH`, `zip:PATH`, or `http://…` for a running server.
    pub place: Place,
    /// Verify this namespace only; may be given several times.
    #[arg(long, value_parser = namespace)]
    pub namespace: Vec<Namespace>,
    /// Read contents, too: all of them, or a part such as 1/7, another one each day.
    #[arg(long, value_name = "PART/OF", num_args = 0..=1, default_missing_value = "1/1")]
    pub read_data: Option<Share>,
    /// Mend what can be mended, and move what cannot below `.damaged/`. Nothing younger than an hour is touched.
    #[arg(long)]
    pub repair: bool,
    /// With `--repair`: tell what would be done; write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON document a line instead of text for people.
    #[arg(long)]
    pub json: bool,
    /// What time it is, in milliseconds since 1970, for tests.
    #[arg(long, hide = true)]
    pub now: Option<u64>,
    /// How stores are reached.
    #[command(flatten)]
    pub reach: Reach,
}

/// How stores are reached.
#[derive(Debug, Clone, Args)]
pub struct Reach {
    /// How buckets are reached.
    #[command(flatten)]
    pub s3: S3Config,
    /// The header that carries the API key of a running server.
    #[arg(long, env = "FAST_API__AUTH__API_KEY__NAME", default_value = "x-api-key")]
    pub api_key_name: String,
    /// The API key of a running server; it needs the scope `admin`.
    #[arg(long, env = "CACHE_SERVER__ADMIN_API_KEY", hide_env_values = true)]
    pub api_key: Option<Secret>,
}

/// A text that is never shown.
#[derive(Clone)]
pub struct Secret(pub(super) String);

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A part of all contents, such as 1/7: those whose paths fall into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    part: u64,
    of: u64,
}

impl Share {
    /// Whether a path falls into it; the same path always falls into the same part.
    pub(super) fn has(self, path: &str) -> bool {
        let hash = path
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        (hash >> 16) % self.of == self.part - 1
    }
}

impl FromStr for Share {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a part such as 1/7";
        let (part, of) = text.split_once('/').ok_or(EXPECTED)?;
        let (part, of) = (part.parse().map_err(|_| EXPECTED)?, of.parse().map_err(|_| EXPECTED)?);
        if part == 0 || part > of { Err(EXPECTED) } else { Ok(Self { part, of }) }
    }
}

/// A namespace as it is stored: one that would be stored as another one is a mistake here.
fn namespace(text: &str) -> Result<Namespace, String> {
    let namespace = Namespace::parse(text).map_err(|error| error.to_string())?;
    match namespace.as_str() == text {
        true => Ok(namespace),
        false => Err(format!("no namespace has this name; it is stored as {:?}", namespace.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_falls_into_one_part() {
        for number in 0..200 {
            let path = format!("ns/data/direct/{number}.json");
            let parts = (1..=7).filter(|part| Share { part: *part, of: 7 }.has(&path));
            assert_eq!(parts.count(), 1);
        }
        assert_eq!("3/7".parse(), Ok(Share { part: 3, of: 7 }));
        for text in ["", "0/7", "8/7", "1", "a/b"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}
