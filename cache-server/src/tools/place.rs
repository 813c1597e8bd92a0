//! Where a store is: `embedded:PATH`, `disk:PATH`, `s3://bucket/prefix`, `sqlite:PATH`, `zip:PATH` or `http://…`.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use reqwest::Url;

use crate::storage::Folder;

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The folder of an `embedded` engine, and what part of it.
    Embedded(PathBuf, Folder),
    /// The folder of a `local_disk` engine or of the Python service, and what part of it.
    Disk(PathBuf, Folder),
    /// A bucket.
    S3 {
        /// Its name.
        bucket: String,
        /// What part of it.
        prefix: Folder,
        /// The address of its server; that of the flags when not given.
        endpoint: Option<String>,
    },
    /// An `SQLite` file of the Python service.
    Sqlite(PathBuf),
    /// A zip archive of the Python service.
    Zip(PathBuf),
    /// A running server.
    Http(Url),
}

/// Why a text names no store.
#[derive(Debug, thiserror::Error)]
pub enum NoPlace {
    /// Nothing known stands before the colon.
    #[error("expected embedded:PATH, disk:PATH, s3://bucket/prefix, sqlite:PATH, zip:PATH or http://…")]
    Kind,
    /// Nothing stands behind the colon.
    #[error("a path is missing after {0:?}")]
    Nothing(&'static str),
    /// A prefix that cannot be one.
    #[error("the prefix is not usable: {0}")]
    Prefix(#[from] crate::storage::InvalidPath),
    /// An address that is none.
    #[error("not an address: {0}")]
    Address(String),
    /// A query that is not known.
    #[error("unknown parameter {0:?}: only `prefix` is known here, and `endpoint` for s3://")]
    Parameter(String),
}

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        if text.starts_with("http://") || text.starts_with("https://") {
            let mut url = Url::parse(text).map_err(|error| NoPlace::Address(error.to_string()))?;
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            return Ok(Self::Http(url));
        }
        if let Some(rest) = text.strip_prefix("s3://") {
            let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let mut endpoint = None;
            for (name, value) in form_urlencoded::parse(query.as_bytes()) {
                match name.as_ref() {
                    "endpoint" => endpoint = Some(value.into_owned()),
                    other => return Err(NoPlace::Parameter(other.to_owned())),
                }
            }
            if bucket.is_empty() {
                return Err(NoPlace::Nothing("s3://"));
            }
            return Ok(Self::S3 { bucket: bucket.to_owned(), prefix: Folder::parse(prefix)?, endpoint });
        }
        let (kind, path) = text.split_once(':').ok_or(NoPlace::Kind)?;
        let make: fn(PathBuf, Folder) -> Self = match kind {
            "embedded" => Self::Embedded,
            "disk" => Self::Disk,
            "sqlite" => |path, _| Self::Sqlite(path),
            "zip" => |path, _| Self::Zip(path),
            _ => return Err(NoPlace::Kind),
        };
        let (path, prefix) = match path.split_once("?prefix=") {
            Some((path, prefix)) => (path, Folder::parse(prefix)?),
            None => (path, Folder::root()),
        };
        if path.is_empty() {
            return Err(NoPlace::Nothing("the colon"));
        }
        Ok(make(path.into(), prefix))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |prefix: &Folder| match prefix.as_str() {
            "" => String::new(),
            prefix => format!("?prefix={prefix}"),
        };
        match self {
            Self::Embedded(path, prefix) => write!(f, "embedded:{}{}", path.display(), part(prefix)),
            Self::Disk(path, prefix) => write!(f, "disk:{}{}", path.display(), part(prefix)),
            Self::S3 { bucket, prefix, endpoint: _ } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Zip(path) => write!(f, "zip:{}", path.display()),
            // An address may carry a name and a password.
            Self::Http(url) => {
                write!(f, "{}://{}{}", url.scheme(), url.authority().rsplit('@').next().unwrap_or(""), url.path())
            }
        }
    }
}

impl Place {
    /// The file or folder on this machine, where it is one.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Embedded(path, _) | Self::Disk(path, _) | Self::Sqlite(path) | Self::Zip(path) => Some(path),
            Self::S3 { .. } | Self::Http(_) => None,
        }
    }

    /// Why a copy from here to there would be one onto itself, or into what is copied.
    pub(super) fn overlaps(&self, other: &Self) -> Option<&'static str> {
        const SAME: &str = "the source and the target are the same";
        const WITHIN: &str = "one of the source and the target lies within the other";
        let nested = |a: &Folder, b: &Folder| {
            let within = |a: &Folder, b: &Folder| a.prefix().starts_with(&b.prefix());
            match a == b {
                true => Some(SAME),
                false => (within(a, b) || within(b, a)).then_some(WITHIN),
            }
        };
        match (self, other) {
            (Self::S3 { bucket, prefix, endpoint }, Self::S3 { bucket: to, prefix: below, endpoint: at }) => {
                (bucket == to && endpoint == at).then(|| nested(prefix, below)).flatten()
            }
            (Self::Http(from), Self::Http(to)) => (from == to).then_some(SAME),
            _ => {
                let (from, to) = (real(self.path()?), real(other.path()?));
                match (self, other) {
                    (Self::Embedded(_, part), Self::Embedded(_, below))
                    | (Self::Disk(_, part), Self::Disk(_, below))
                        if from == to =>
                    {
                        nested(part, below)
                    }
                    _ if from == to => Some(SAME),
                    // An archive may lie beside the folder it was made of, not in it.
                    _ => (from.starts_with(&to) || to.starts_with(&from)).then_some(WITHIN),
                }
            }
        }
    }
}

/// A path without links and dots, as far as it is there.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if !parent.as_os_str().is_empty() => real(parent).join(name),
        (_, Some(name)) => real(Path::new(".")).join(name),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    fn place(text: &str) -> Place {
        text.parse().unwrap()
    }

    #[test]
    fn a_place_is_shown_as_it_is_written() {
        for text in ["embedded:/a/b", "disk:a?prefix=admin/x", "s3://bucket/a/b", "sqlite:x.db", "zip:/x.zip"] {
            assert_eq!(place(text).to_string(), text);
        }
        assert_eq!(place("http://me:secret@host:80/below").to_string(), "http://host/below/");
        for text in ["", "/a", "embedded:", "s3://", "ftp://a", "s3://b?x=1", "disk:/a?prefix=../b"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_lies_within_another_overlaps_it() {
        let overlaps = |a: &str, b: &str| place(a).overlaps(&place(b)).is_some();
        for (a, b) in [
            ("disk:/tmp", "disk:/tmp/."),
            ("disk:/tmp", "embedded:/tmp/x/y"),
            ("zip:/tmp/x.zip", "disk:/tmp"),
            ("s3://b/a", "s3://b/a/c"),
            ("s3://b", "s3://b/a"),
        ] {
            assert!(overlaps(a, b) && overlaps(b, a), "{a} {b}");
        }
        assert!(!overlaps("disk:/tmp/a", "disk:/tmp/ab"));
        assert!(!overlaps("s3://b/a", "s3://b/ab"));
        assert!(!overlaps("disk:/tmp?prefix=a", "disk:/tmp?prefix=b"));
    }
}
