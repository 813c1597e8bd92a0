//! Where records lie: keys of entries, and paths of the data files below them.

use std::fmt;

use cache_client::{CacheKey, DataKey, FileId};

use crate::names::{Invalid, length};

/// The key of an entry, such as `aggregations/hourly/2026-02-13-14`: what is before the last `/` is its folder, the rest the
/// name of its file. A key without `/` is both.
///
/// Segments begin with a letter or digit and go on with letters, digits, `_`, `.` and `-`, at most 128; the whole key has at most 1,024.
///
/// ```
/// use send_wrapper::EntryKey;
/// assert!(EntryKey::parse("aggregations/hourly/2026-02-13-14").is_ok());
/// assert!(EntryKey::parse("../user/transfers").is_err());
/// # Ok::<(), send_wrapper::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EntryKey {
    whole: Box<str>,
    folder: CacheKey,
    file: FileId,
}

impl EntryKey {
    /// Parses a key.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let (folder, file) = split("cache_key", text)?;
        let refused = |_| Invalid::new("cache_key", "is none the cache takes");
        Ok(Self {
            whole: text.into(),
            folder: CacheKey::parse(folder.unwrap_or(file)).map_err(refused)?,
            file: FileId::parse(file).map_err(refused)?,
        })
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    pub(crate) fn folder(&self) -> &CacheKey {
        &self.folder
    }

    pub(crate) fn file(&self) -> &FileId {
        &self.file
    }
}

impl fmt::Display for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.whole)
    }
}

/// The path of a data file below its entry, such as `events/2026/02/13/opened` or `summary`; made of segments as an
/// [`EntryKey`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataPath {
    folder: Option<DataKey>,
    file: FileId,
}

impl DataPath {
    /// Parses a path.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let (folder, file) = split("data_path", text)?;
        let refused = |_| Invalid::new("data_path", "is none the cache takes");
        Ok(Self {
            folder: folder.map(DataKey::parse).transpose().map_err(refused)?,
            file: FileId::parse(file).map_err(refused)?,
        })
    }

    pub(crate) fn folder(&self) -> Option<&DataKey> {
        self.folder.as_ref()
    }

    pub(crate) fn file(&self) -> &FileId {
        &self.file
    }
}

/// The folder, if there is one, and the last segment.
fn split<'a>(field: &'static str, text: &'a str) -> Result<(Option<&'a str>, &'a str), Invalid> {
    length(field, text, 1024)?;
    for segment in text.split('/') {
        if segment.is_empty() {
            return Err(Invalid::new(field, "has an empty segment"));
        }
        if segment.len() > 128 {
            return Err(Invalid::new(field, "has a segment longer than 128 bytes"));
        }
        if !segment.as_bytes()[0].is_ascii_alphanumeric() {
            return Err(Invalid::new(field, "has a segment that does not begin with a letter or digit"));
        }
        if !segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')) {
            return Err(Invalid::new(field, "holds a character that is none of letters, digits, _, -, . and /"));
        }
    }
    Ok(text.rsplit_once('/').map_or((None, text), |(folder, file)| (Some(folder), file)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[test]
    fn the_last_segment_is_the_file() {
        let key = EntryKey::parse("aggregations/hourly/2026-02-13-14").unwrap();
        assert_eq!((key.folder().as_str(), key.file().as_str()), ("aggregations/hourly", "2026-02-13-14"));
        let key = EntryKey::parse("community-x").unwrap();
        assert_eq!((key.folder().as_str(), key.file().as_str()), ("community-x", "community-x"));
        assert!(DataPath::parse("summary").unwrap().folder().is_none());
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for text in ["", "/", "a/", "/a", "a//b", "..", "a/../b", ".a", "a/%2e%2e", "a\\b", "a b", "ä", "a\0"] {
            assert!(EntryKey::parse(text).is_err(), "{text:?}");
            assert!(DataPath::parse(text).is_err(), "{text:?}");
        }
        assert!(EntryKey::parse(&"a/".repeat(600)).is_err());
        assert!(EntryKey::parse(&"a".repeat(129)).is_err());
    }
}
