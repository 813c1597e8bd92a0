//! The file of keys: read, checked, and looked at again.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::num::NonZeroU32;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use toml::value::Datetime;

use super::{Digest, Key, Pattern};
use crate::routes::Scope;

/// How often the file is looked at.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Why a file of keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadFile {
    /// It cannot be read.
    #[error("the keys file {path:?} cannot be read: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others than its owner and group may read it, or others than its owner may change it.
    #[error("the keys file {path:?} has mode {mode:03o}: others may read or change it; chmod 600 or 640 it")]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// A line is wrong.
    #[error("the keys file {path:?} is wrong in line {line}: {reason}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

/// What tells whether a file is still the one that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    file: u64,
    size: u64,
    written: (i64, i64),
    /// Also when its permissions changed.
    changed: (i64, i64),
}

impl Stamp {
    /// The stamp of a file; `None` when it is not there.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let of = |about: Metadata| Self {
            file: about.ino(),
            size: about.size(),
            written: (about.mtime(), about.mtime_nsec()),
            changed: (about.ctime(), about.ctime_nsec()),
        };
        fs::metadata(path).ok().map(of)
    }
}

/// Reads and checks a file.
pub(super) fn read(path: &Path, namespaces: bool) -> Result<Vec<Key>, BadFile> {
    let unreadable = |source| BadFile::Unreadable { path: path.to_owned(), source };
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o777;
    // Read, write or run by others; changed by the group.
    if mode & 0o027 != 0 {
        return Err(BadFile::Exposed { path: path.to_owned(), mode });
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let wrong = |(line, reason)| BadFile::Line { path: path.to_owned(), line, reason };
    let keys = parse(&text).map_err(wrong)?;
    match keys.iter().find(|key| !namespaces && !key.namespaces.is_empty()) {
        Some(key) => Err(wrong((line_of(&text, &key.name), "this service has no namespaces".to_owned()))),
        None => Ok(keys),
    }
}

/// The line of a key, counted from 1.
fn line_of(text: &str, name: &str) -> usize {
    text.lines().position(|line| line.trim_start().trim_start_matches('"').starts_with(name)).unwrap_or(0) + 1
}

/// A line of the file, after the name.
#[derive(Deserialize)]
#[serde(try_from = "Written")]
struct Line(Key);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sha256: String,
    scopes: Vec<Scope>,
    #[serde(default)]
    namespaces: Option<Vec<String>>,
    #[serde(default)]
    expires: Option<Datetime>,
    #[serde(default)]
    rate: Option<NonZeroU32>,
}

impl TryFrom<Written> for Line {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let digest = Digest::parse(&written.sha256).ok_or("sha256 is not 64 hexadecimal digits")?;
        if written.scopes.is_empty() {
            return Err("scopes is empty: the key would be good for nothing".to_owned());
        }
        let namespaces = match written.namespaces {
            None => Vec::new(),
            Some(names) if names.is_empty() => return Err("namespaces is empty: leave it out for all".to_owned()),
            Some(names) => {
                let parse = |name: &String| {
                    Pattern::parse(name).ok_or_else(|| format!("namespace {name:?} is neither a name nor \"prefix*\""))
                };
                names.iter().map(parse).collect::<Result<_, _>>()?
            }
        };
        if written.scopes.contains(&Scope::Admin) && !namespaces.is_empty() {
            return Err("the scope admin reaches past namespaces: a key has admin, or namespaces".to_owned());
        }
        let expires = written
            .expires
            .map(|expires| moment(expires).ok_or("expires is neither a day nor a time with a zone"))
            .transpose()?;
        let key = Key { namespaces, expires, ..Key::new("", digest, written.scopes) };
        Ok(Self(key.rate(written.rate)))
    }
}

/// The start of a day in UTC, or a moment.
fn moment(written: Datetime) -> Option<DateTime<Utc>> {
    let text = written.to_string();
    let day = || Some(NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_time(chrono::NaiveTime::MIN).and_utc());
    DateTime::parse_from_rfc3339(&text).map(|moment| moment.to_utc()).ok().or_else(day)
}

/// Reads keys as a file has them; errors are the line, counted from 1, and what is wrong there.
pub fn parse(text: &str) -> Result<Vec<Key>, (usize, String)> {
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let lines: BTreeMap<toml::Spanned<String>, toml::Spanned<Line>> = toml::from_str(text)
        .map_err(|error| (line(error.span().map_or(0, |span| span.start)), error.message().to_owned()))?;
    let mut keys: Vec<Key> = Vec::new();
    for (name, written) in lines {
        let line = line(name.span().start);
        let name = name.into_inner();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
            return Err((line, format!("{name:?} is no name: use up to 64 letters, digits, and any of \"_-.\"")));
        }
        let Line(key) = written.into_inner();
        if let Some(other) = keys.iter().find(|other| other.digest == key.digest) {
            return Err((line, format!("{name:?} is the same key as {:?}", other.name)));
        }
        keys.push(Key { name, ..key });
    }
    if keys.is_empty() {
        return Err((1, "it has no key: nobody could come in".to_owned()));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    const A: &str = "a665a45920422f9d417e4867efdc4fb8a04a1f3fff1fa07e998e86f7f7a27ae3";

    #[test]
    fn a_line_says_what_a_key_may() {
        let text = format!(
            "# who\nreader = {{ sha256 = \"{A}\", scopes = [\"read\"], namespaces = [\"send-*\", \"notes\"], expires = 2027-01-31, rate = 100 }}\n"
        );
        let keys = parse(&text).unwrap();
        let key = &keys[0];
        assert_eq!((&*key.name, key.digest), ("reader", Digest::of(b"123")));
        assert!(key.has(Scope::Read) && !key.has(Scope::Write) && !key.has(Scope::Admin));
        assert!(key.reaches("send-x") && key.reaches("send-") && key.reaches("notes"));
        assert!(!key.reaches("notesx") && !key.reaches("send") && !key.reaches("other"));
        assert_eq!(key.expires.unwrap().to_rfc3339(), "2027-01-31T00:00:00+00:00");
        assert!(key.is_expired(key.expires.unwrap()));
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let good = format!("good = {{ sha256 = \"{A}\", scopes = [\"read\"] }}\n");
        for (bad, words) in [
            ("bad = { sha256 = \"12\", scopes = [\"read\"] }", "64 hexadecimal digits"),
            ("bad = { sha256 = \"#\", scopes = [\"reed\"] }", "reed"),
            ("bad = { sha256 = \"#\", scopes = [] }", "scopes is empty"),
            ("bad = { sha256 = \"#\", scpoes = [\"read\"] }", "scpoes"),
            ("bad = { sha256 = \"#\" }", "scopes"),
            ("bad = { sha256 = \"#\", scopes = [\"admin\"], namespaces = [\"a\"] }", "admin"),
            ("bad = { sha256 = \"#\", scopes = [\"read\"], namespaces = [] }", "namespaces is empty"),
            ("bad = { sha256 = \"#\", scopes = [\"read\"], namespaces = [\"a*b\"] }", "a*b"),
            ("bad = { sha256 = \"#\", scopes = [\"read\"], expires = 12:00:00 }", "expires"),
            ("bad = { sha256 = \"#\", scopes = [\"read\"], expires = \"soon\" }", "datetime"),
            ("bad = { sha256 = \"#\", scopes = [\"read\"], rate = 0 }", "nonzero"),
            ("bad = { sha256 = \"#\", scopes = [\"read\"]", ""),
            ("\"bad name\" = { sha256 = \"#\", scopes = [\"read\"] }", "bad name"),
            ("bad = 1", ""),
            ("bad", ""),
        ] {
            let other = "b".repeat(64);
            let text = format!("# a comment\n{good}{}\n", bad.replace('#', &other));
            let (line, reason) = parse(&text).unwrap_err();
            assert_eq!(line, 3, "{bad}: {reason}");
            assert!(reason.contains(words), "{bad}: {reason}");
        }
        let twice = format!("{good}again = {{ sha256 = \"{A}\", scopes = [\"read\"] }}\n");
        assert_eq!(parse(&twice).unwrap_err(), (1, "\"good\" is the same key as \"again\"".to_owned()));
        assert!(parse("# nothing\n").is_err());
    }
}
