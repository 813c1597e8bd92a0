//! Names and identifiers of the cache service: parsed once, at the edge, and trusted from there on.
//!
//! The rules are those of the Python service, because stored data lies under the resulting names: an id keeps
//! `[a-zA-Z0-9_-]` and a key keeps `[a-zA-Z0-9_\-./\ ]`; every other character becomes `_`. Names that
//! could not be stored safely (empty, `.` or `..` segments, control characters, too long) are refused.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest [`Namespace`] or [`FileId`], in characters.
pub const MAX_ID: usize = 128;
/// The longest [`CacheKey`], [`DataKey`] or [`MemberPath`], in characters.
pub const MAX_KEY: usize = 1024;
/// The longest [`FieldPath`], in characters.
pub const MAX_FIELD_PATH: usize = 256;

/// A text of a document; it is copied only where characters in it are escaped.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Why a name was refused; reads after "failed to parse".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {reason}")]
pub struct Invalid {
    what: &'static str,
    reason: Reason,
}

/// The kinds of refusal, so that a caller can tell an absent name from a wrong one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Reason {
    #[error("is empty")]
    Empty,
    #[error("is longer than {0} characters")]
    TooLong(usize),
    #[error("contains a control character")]
    Control,
    #[error("contains a \".\" or \"..\" segment")]
    DotSegment,
    #[error("has no valid character")]
    NothingValid,
    #[error("would be stored as {0:?}")]
    Mapped(Box<str>),
    #[error("{0}")]
    Form(&'static str),
}

impl Invalid {
    fn new(what: &'static str, reason: Reason) -> Self {
        Self { what, reason }
    }

    /// What was to be parsed, such as `cache key`.
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// What is wrong with it, such as `is empty`.
    pub fn reason(&self) -> String {
        self.reason.to_string()
    }

    /// Tells whether the name was refused for being empty.
    pub fn is_empty(&self) -> bool {
        self.reason == Reason::Empty
    }
}

impl From<Infallible> for Invalid {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// What names a `T`: a `T`, a reference to one, or text that is one.
///
/// The client's methods take names in any of these forms; text that is no name is refused when the call is sent, before
/// anything reaches the server. So is text that the service would store as another name, `été` as `_t_`, because different names
/// would become one. Parse it yourself, as in `CacheKey::parse("été")?`, to have the name it is stored under.
pub trait Name<T> {
    /// The name, or why there is none.
    fn named(self) -> Result<T, Invalid>;
}

impl<T, S: TryInto<T, Error: Into<Invalid>>> Name<T> for S {
    fn named(self) -> Result<T, Invalid> {
        self.try_into().map_err(Into::into)
    }
}

/// Conversions that let a reference or text stand for a name; text as it is, or not at all.
macro_rules! named {
    ($name:ident, $exactly:expr) => {
        impl From<&$name> for $name {
            fn from(name: &$name) -> Self {
                name.clone()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = Invalid;

            fn try_from(input: &str) -> Result<Self, Invalid> {
                let exactly: fn(&str) -> Result<Self, Invalid> = $exactly;
                exactly(input)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(input: String) -> Result<Self, Invalid> {
                Self::try_from(input.as_str())
            }
        }

        impl TryFrom<&String> for $name {
            type Error = Invalid;

            fn try_from(input: &String) -> Result<Self, Invalid> {
                Self::try_from(input.as_str())
            }
        }
    };
}

/// Refuses a name that is stored as another one.
fn as_sent<T>(what: &'static str, input: &str, name: T, stored: fn(&T) -> &str) -> Result<T, Invalid> {
    match stored(&name) {
        same if same == input => Ok(name),
        other => Err(Invalid::new(what, Reason::Mapped(other.into()))),
    }
}

/// Refuses what cannot be stored, trims, and maps every other character that `keep` does not allow to `_`.
fn clean(what: &'static str, input: &str, max: usize, keep: fn(char) -> bool) -> Result<String, Invalid> {
    if input.chars().any(char::is_control) {
        return Err(Invalid::new(what, Reason::Control));
    }
    let trimmed = input.trim();
    if trimmed.is_empty() {
        return Err(Invalid::new(what, Reason::Empty));
    }
    if trimmed.len() > max && trimmed.chars().count() > max {
        return Err(Invalid::new(what, Reason::TooLong(max)));
    }
    Ok(trimmed.chars().map(|c| if keep(c) { c } else { '_' }).collect())
}

fn id_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn key_char(c: char) -> bool {
    id_char(c) || matches!(c, '.' | '/' | '\\' | ' ')
}

/// Refuses a key of which nothing is left, or only replaced characters, as Python does.
fn some_valid(what: &'static str, key: &str) -> Result<Box<str>, Invalid> {
    if key.is_empty() {
        return Err(Invalid::new(what, Reason::Empty));
    }
    if key.chars().all(|c| c == '_') {
        return Err(Invalid::new(what, Reason::NothingValid));
    }
    Ok(key.into())
}

/// The common face of the textual newtypes: `as_str`, `Display`, `FromStr`, serde as a string.
macro_rules! text_newtype {
    ($name:ident, $what:literal) => {
        named!($name, |input| as_sent($what, input, Self::parse(input)?, Self::as_str));

        impl $name {
            /// The name as it is stored and sent.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(input: &str) -> Result<Self, Invalid> {
                Self::parse(input)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let Text(text) = Text::deserialize(from)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// The first segment of every stored path; entries of different namespaces never meet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Namespace(Box<str>);
text_newtype!(Namespace, "namespace");

impl Namespace {
    /// Parses a namespace, mapping characters outside `[a-zA-Z0-9_-]` to `_`.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        clean("namespace", input, MAX_ID, id_char).map(|name| Self(name.into()))
    }
}

/// The name of a content file (or of a child file) without its extension.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(Box<str>);
text_newtype!(FileId, "file id");

impl FileId {
    /// Parses a file id, mapping characters outside `[a-zA-Z0-9_-]` to `_`.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        clean("file id", input, MAX_ID, id_char).map(|name| Self(name.into()))
    }
}

impl From<CacheId> for FileId {
    fn from(id: CacheId) -> Self {
        Self(id.to_string().into())
    }
}

/// The semantic path of an entry: the folder of a `key_based` entry, kept as metadata by the other strategies.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheKey(Box<str>);
text_newtype!(CacheKey, "cache key");

impl CacheKey {
    /// Parses a cache key: characters are mapped, empty and blank segments dropped, `.` and `..` segments refused.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        const WHAT: &str = "cache key";
        let cleaned = clean(WHAT, input, MAX_KEY, key_char)?;
        let segments: Vec<&str> = cleaned.split('/').filter(|s| !s.trim().is_empty()).collect();
        if segments.iter().any(|s| matches!(s.trim(), "." | "..")) {
            return Err(Invalid::new(WHAT, Reason::DotSegment));
        }
        some_valid(WHAT, segments.join("/").trim()).map(Self)
    }
}

/// The folder of a child file below its entry.
///
/// Two forms are kept, as in the Python service: answers echo the key as mapped, while in the path runs of blanks and
/// backslashes, and every `..`, become `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DataKey {
    echo: Box<str>,
    path: Box<str>,
}

named!(DataKey, |input| as_sent("data key", input, Self::parse(input)?, Self::path));

/// The path: what a request carries, so that it cannot lead out of its folder.
impl fmt::Display for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl DataKey {
    /// Parses a data key; `a b/$c` is echoed as `a b/_c` and stored under `a-b/_c`.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        const WHAT: &str = "data key";
        let echo = clean(WHAT, input, MAX_KEY, key_char)?;
        let segments: Vec<String> = echo.split('/').filter(|s| !s.is_empty()).map(path_segment).collect();
        if segments.iter().any(|s| s == ".") {
            return Err(Invalid::new(WHAT, Reason::DotSegment));
        }
        let path = some_valid(WHAT, &segments.join("/"))?;
        Ok(Self { echo: echo.into(), path })
    }

    /// The key as answers show it.
    pub fn echo(&self) -> &str {
        &self.echo
    }

    /// The key as a relative path of safe segments.
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// One segment of a data key as it is stored: Python's `url_join_safe`, for characters that passed `key_char`.
fn path_segment(segment: &str) -> String {
    let mut stored = String::with_capacity(segment.len());
    let mut in_run = false;
    for c in segment.chars() {
        let blank = matches!(c, ' ' | '\\');
        if !blank {
            stored.push(c);
        } else if !in_run {
            stored.push('-');
        }
        in_run = blank;
    }
    stored.replace("..", "-")
}

/// The path of a member of an archive, below the archive's root; kept as it is, without a character mapped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberPath(Box<str>);
text_newtype!(MemberPath, "member path");

impl MemberPath {
    /// Parses a path that leads nowhere but into the archive, whoever unpacks it: relative, without `.` and `..`
    /// segments, on Windows as well.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        const WHAT: &str = "member path";
        if input.is_empty() {
            return Err(Invalid::new(WHAT, Reason::Empty));
        }
        if input.len() > MAX_KEY && input.chars().count() > MAX_KEY {
            return Err(Invalid::new(WHAT, Reason::TooLong(MAX_KEY)));
        }
        if input.chars().any(char::is_control) {
            return Err(Invalid::new(WHAT, Reason::Control));
        }
        let has_drive = matches!(input.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
        if input.starts_with(['/', '\\']) || has_drive {
            return Err(Invalid::new(WHAT, Reason::Form("is absolute")));
        }
        if input.ends_with(['/', '\\']) {
            return Err(Invalid::new(WHAT, Reason::Form("ends with a slash")));
        }
        if input.split(['/', '\\']).any(|segment| matches!(segment, "." | "..")) {
            return Err(Invalid::new(WHAT, Reason::DotSegment));
        }
        Ok(Self(input.into()))
    }
}

/// The dotted path of the field an entry is hashed by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldPath(Box<str>);
text_newtype!(FieldPath, "field path");

impl FieldPath {
    /// Parses a field path such as `meta.id`; characters outside `[a-zA-Z0-9_\-.]` become `_`.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        const WHAT: &str = "field path";
        if input.contains("..") {
            return Err(Invalid::new(WHAT, Reason::Form("contains consecutive dots")));
        }
        let cleaned = clean(WHAT, input, MAX_FIELD_PATH, |c| id_char(c) || c == '.')?;
        if cleaned.starts_with('.') || cleaned.ends_with('.') {
            return Err(Invalid::new(WHAT, Reason::Form("starts or ends with a dot")));
        }
        Ok(Self(cleaned.into()))
    }

    /// The names to follow, from the outermost object inwards.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }
}

/// The identifier of one stored entry: a UUID, random for new entries, written in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct CacheId(Uuid);
named!(CacheId, Self::parse);

impl CacheId {
    /// Draws a new identifier.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// Parses the hyphenated form of any UUID, in either case; the other forms are refused, as in Python.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        const REFUSED: Reason = Reason::Form("is not a UUID such as 00000000-0000-4000-8000-000000000000");
        if input.len() != 36 {
            return Err(Invalid::new("cache id", REFUSED));
        }
        Uuid::try_parse(input).map(Self).map_err(|_| Invalid::new("cache id", REFUSED))
    }
}

impl From<Uuid> for CacheId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl From<CacheId> for Uuid {
    fn from(id: CacheId) -> Self {
        id.0
    }
}

impl fmt::Display for CacheId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl FromStr for CacheId {
    type Err = Invalid;

    fn from_str(input: &str) -> Result<Self, Invalid> {
        Self::parse(input)
    }
}

impl<'de> Deserialize<'de> for CacheId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The hash of an entry's content, or of the field it is hashed by: 10 to 96 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheHash(Box<str>);
text_newtype!(CacheHash, "cache hash");

impl CacheHash {
    /// Parses a hash, with or without blanks around it; upper case is refused, as in Python.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        let input = input.trim();
        let hex = input.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !hex || !(10..=96).contains(&input.len()) {
            return Err(Invalid::new("cache hash", Reason::Form("is not 10 to 96 lower-case hexadecimal digits")));
        }
        Ok(Self(input.into()))
    }
}

/// How an entry is laid out in storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// One file, sharded by file id.
    Direct,
    /// One file in the folder of the minute it was stored in.
    Temporal,
    /// As [`Strategy::Temporal`], with a copy under `latest/`.
    TemporalLatest,
    /// As [`Strategy::TemporalLatest`], with numbered versions.
    TemporalVersioned,
    /// One file in the folder named by the cache key.
    KeyBased,
}

impl Strategy {
    /// All strategies, in the order of the documentation.
    pub const ALL: [Self; 5] =
        [Self::Direct, Self::Temporal, Self::TemporalLatest, Self::TemporalVersioned, Self::KeyBased];

    /// The name on the wire, such as `temporal_latest`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Temporal => "temporal",
            Self::TemporalLatest => "temporal_latest",
            Self::TemporalVersioned => "temporal_versioned",
            Self::KeyBased => "key_based",
        }
    }

    /// The name of the strategy's folder, such as `temporal-latest`.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Temporal => "temporal",
            Self::TemporalLatest => "temporal-latest",
            Self::TemporalVersioned => "temporal-versioned",
            Self::KeyBased => "key-based",
        }
    }

    /// Parses the name on the wire, case-sensitively.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        const EXPECTED: Reason =
            Reason::Form("is none of 'direct', 'temporal', 'temporal_latest', 'temporal_versioned' or 'key_based'");
        let known = Self::ALL.into_iter().find(|strategy| strategy.as_str() == input);
        known.ok_or(Invalid::new("strategy", EXPECTED))
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a child file holds; decides its extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataType {
    /// UTF-8 text in a `.txt` file.
    String,
    /// A JSON object in a `.json` file.
    Json,
    /// Bytes in a `.bin` file.
    Binary,
}

impl DataType {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Json => "json",
            Self::Binary => "binary",
        }
    }

    /// The extension of a child file, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::String => "txt",
            Self::Json => "json",
            Self::Binary => "bin",
        }
    }

    /// The type of a file with this extension; anything unknown is binary, as in Python.
    pub fn of_extension(extension: &str) -> Self {
        match extension {
            "txt" => Self::String,
            "json" => Self::Json,
            _ => Self::Binary,
        }
    }

    /// Parses the name on the wire.
    pub fn parse(input: &str) -> Result<Self, Invalid> {
        match input {
            "string" => Ok(Self::String),
            "json" => Ok(Self::Json),
            "binary" => Ok(Self::Binary),
            _ => Err(Invalid::new("data type", Reason::Form("is none of 'json', 'string' or 'binary'"))),
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;
    use proptest::prelude::*;

    fn reason<T: fmt::Debug>(result: Result<T, Invalid>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn ids_map_other_characters_to_underscores() {
        assert_eq!(Namespace::parse(" a.b$c ").unwrap().as_str(), "a_b_c");
        assert_eq!(FileId::parse("../../x").unwrap().as_str(), "______x");
        assert_eq!(Namespace::parse("é").unwrap().as_str(), "_");
    }

    #[test]
    fn names_that_cannot_be_stored_are_refused_with_a_reason() {
        assert_eq!(reason(Namespace::parse(" ")), "namespace is empty");
        assert_eq!(reason(FileId::parse(&"x".repeat(129))), "file id is longer than 128 characters");
        assert_eq!(reason(CacheKey::parse("a\nb")), "cache key contains a control character");
        assert_eq!(reason(CacheKey::parse("$$")), "cache key has no valid character");
        assert!(CacheKey::parse("///").unwrap_err().is_empty());
    }

    #[test]
    fn dot_segments_are_refused_and_empty_ones_dropped() {
        for key in ["..", ".", "a/../b", "./a", "a/..", ". /", "a/ .. /b"] {
            assert_eq!(reason(CacheKey::parse(key)), "cache key contains a \".\" or \"..\" segment", "{key}");
        }
        assert_eq!(CacheKey::parse("/a//b/").unwrap().as_str(), "a/b");
        assert_eq!(CacheKey::parse("a b/c$d/é.json").unwrap().as_str(), "a b/c_d/_.json");
    }

    #[test]
    fn text_that_would_be_stored_as_another_name_is_no_name() {
        assert_eq!(reason(CacheKey::try_from("été")), "cache key would be stored as \"_t_\"");
        assert_eq!(reason(CacheKey::try_from("a//b")), "cache key would be stored as \"a/b\"");
        assert_eq!(reason(Namespace::try_from(" ns")), "namespace would be stored as \"ns\"");
        assert_eq!(reason(FileId::try_from("a.b")), "file id would be stored as \"a_b\"");
        assert_eq!(reason(DataKey::try_from("a b")), "data key would be stored as \"a-b\"");
        assert_eq!(CacheKey::try_from("a b/c.d").unwrap().as_str(), "a b/c.d");
        assert_eq!(CacheKey::parse("été").unwrap().as_str(), "_t_");
        assert!(CacheId::try_from("ABCDEF00-0000-4000-8000-00000000ABCD").is_ok());
    }

    #[test]
    fn a_data_key_is_echoed_as_mapped_and_stored_as_a_safe_path() {
        let key = DataKey::parse("a b/$c").unwrap();
        assert_eq!((key.echo(), key.path()), ("a b/_c", "a-b/_c"));
        let up = DataKey::parse("../../up").unwrap();
        assert_eq!((up.echo(), up.path()), ("../../up", "-/-/up"));
    }

    #[test]
    fn a_member_path_keeps_its_characters_and_leads_nowhere_else() {
        for good in ["a.txt", "dir/é ünï.bin", "a//b", "..a/b..", "ab:c/d", ".hidden", " x "] {
            assert_eq!(MemberPath::parse(good).unwrap().as_str(), good);
        }
        for (wrong, why) in [
            ("", "is empty"),
            ("/etc/passwd", "is absolute"),
            ("\\\\server\\x", "is absolute"),
            ("C:/x", "is absolute"),
            ("a/", "ends with a slash"),
            ("../a", "contains a \".\" or \"..\" segment"),
            ("a\\..\\b", "contains a \".\" or \"..\" segment"),
            ("./a", "contains a \".\" or \"..\" segment"),
            ("a\0b", "contains a control character"),
            (&"x".repeat(1025), "is longer than 1024 characters"),
        ] {
            assert_eq!(reason(MemberPath::parse(wrong)), format!("member path {why}"), "{wrong:?}");
        }
    }

    #[test]
    fn a_cache_id_has_one_form() {
        let id = CacheId::parse("ABCDEF00-0000-4000-8000-00000000ABCD").unwrap();
        assert_eq!(id.to_string(), "abcdef00-0000-4000-8000-00000000abcd");
        for other in ["", "bad", "00000000000040008000000000000000", "{00000000-0000-4000-8000-00000000000}"] {
            assert!(CacheId::parse(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_field_path_has_no_empty_names() {
        assert_eq!(FieldPath::parse("a b.c").unwrap().as_str(), "a_b.c");
        for wrong in ["a..b", ".a", "a.", ""] {
            assert!(FieldPath::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn parsed_keys_are_relative_paths_of_plain_segments(input in ".{0,64}") {
            if let Ok(key) = CacheKey::parse(&input) {
                for segment in key.as_str().split('/') {
                    prop_assert!(!segment.is_empty() && segment != "." && segment != "..");
                }
            }
            if let Ok(key) = DataKey::parse(&input) {
                for segment in key.path().split('/') {
                    prop_assert!(!segment.is_empty() && segment != "." && !segment.contains(".."));
                }
            }
        }

        #[test]
        fn parsing_is_idempotent(input in ".{0,64}") {
            if let Ok(key) = CacheKey::parse(&input) {
                prop_assert_eq!(CacheKey::parse(key.as_str()), Ok(key));
            }
            if let Ok(name) = Namespace::parse(&input) {
                prop_assert_eq!(Namespace::parse(name.as_str()), Ok(name));
            }
        }
    }
}
