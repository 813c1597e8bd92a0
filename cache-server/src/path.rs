//! Paths of objects and folders: relative, of plain segments, safe on every engine.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest path in bytes, on the engines that take the longest; `s3` takes 1,024, and `local_disk` what its file system does.
const MAX_BYTES: usize = 1024 * 4;

/// A text of a document; it is copied only where characters in it are escaped.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Why a text is no path of an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("path {0}")]
pub struct InvalidPath(&'static str);

fn check(path: &str) -> Result<(), InvalidPath> {
    if path.len() > MAX_BYTES {
        return Err(InvalidPath("is longer than 4096 bytes"));
    }
    let bytes = path.as_bytes();
    let has_control = if path.is_ascii() {
        bytes.iter().fold(false, |any, byte| any | byte.is_ascii_control())
    } else {
        path.chars().any(char::is_control)
    };
    if has_control {
        return Err(InvalidPath("contains a control character"));
    }
    let mut start = 0;
    loop {
        let length = bytes[start..].iter().position(|byte| *byte == b'/').unwrap_or(bytes.len() - start);
        match &bytes[start..start + length] {
            b"" => return Err(InvalidPath("contains an empty segment")),
            b"." | b".." => return Err(InvalidPath("contains a \".\" or \"..\" segment")),
            _ => {}
        }
        start += length + 1;
        if start > bytes.len() {
            return Ok(());
        }
    }
}

/// The path of an object, such as `ns/refs/by-id/ce/3d/ce3dd5bd-….json`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ObjectPath(Box<str>);

impl ObjectPath {
    /// Parses a relative path without empty, `.` or `..` segments and without control characters.
    pub fn parse(path: &str) -> Result<Self, InvalidPath> {
        check(path)?;
        Ok(Self(path.into()))
    }

    /// Makes a path of parts that were parsed before, as `layout` does.
    pub(crate) fn from_parsed(path: String) -> Self {
        debug_assert_eq!(check(&path), Ok(()), "{path:?} is made of parsed parts");
        Self(path.into())
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The path with something added at its end, such as `.metadata`.
    pub fn with_suffix(&self, suffix: &str) -> Self {
        Self(format!("{}{suffix}", self.0).into())
    }
}

impl fmt::Debug for ObjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for ObjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ObjectPath {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(from)?;
        Self::parse(&text).or_else(|_| Self::parse(&without_empty_segments(&text))).map_err(serde::de::Error::custom)
    }
}

/// What a path in a stored reference means: Python writes `a//b` there and means the file `a/b`.
fn without_empty_segments(path: &str) -> String {
    path.split('/').filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("/")
}

/// A folder: a path, or the root.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Folder(Box<str>);

impl Folder {
    /// The folder everything lies in.
    pub fn root() -> Self {
        Self("".into())
    }

    /// Parses a folder, with or without slashes around it; the empty text is the root.
    pub fn parse(path: &str) -> Result<Self, InvalidPath> {
        let path = path.trim_matches('/');
        if !path.is_empty() {
            check(path)?;
        }
        Ok(Self(path.into()))
    }

    /// Makes a folder of parts that were parsed before.
    pub(crate) fn from_parsed(path: String) -> Self {
        debug_assert_eq!(check(&path), Ok(()), "{path:?} is made of parsed parts");
        Self(path.into())
    }

    /// The folder as text, without a slash at its end; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the paths of all objects in this folder begin with: its text and a slash, or nothing for the root.
    pub fn prefix(&self) -> String {
        if self.0.is_empty() { String::new() } else { format!("{}/", self.0) }
    }

    /// A path or folder below this one.
    pub fn join(&self, below: &str) -> String {
        self.prefix() + below
    }
}

impl<'de> Deserialize<'de> for Folder {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(from)?;
        Self::parse(&text).or_else(|_| Self::parse(&without_empty_segments(&text))).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_their_folder_are_refused() {
        for path in ["", "/a", "a/", "a//b", "../a", "a/./b", "a/..", "a\nb", "a\0b"] {
            assert!(ObjectPath::parse(path).is_err(), "{path:?}");
        }
        assert!(ObjectPath::parse("a b/c_d/_.json").is_ok());
    }

    #[test]
    fn a_folder_may_have_slashes_around_it() {
        assert_eq!(Folder::parse("/a/b/").as_ref().map(Folder::prefix), Ok("a/b/".into()));
        assert_eq!(Folder::parse("/"), Ok(Folder::root()));
        assert!(Folder::parse("a/../b").is_err());
    }
}
