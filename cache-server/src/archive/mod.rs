//! Zip archives as bytes: read, checked, changed and written again; what stores them, and who asks, is not known here.
//!
//! Nothing an archive says of itself is trusted. Its directory is read once it is known that it cannot have too many
//! members, what they unpack to is counted while they unpack, and where they lie is looked up in the bytes that are
//! there. Members are unpacked one after another, through one buffer; one that is not changed goes into the next archive
//! packed as it is.

mod change;
mod pattern;
mod read;
mod unpack;

use bytes::Bytes;

pub use change::Packed;
pub use pattern::Pattern;
pub use read::Archive;

/// The most members of an archive.
pub const MAX_MEMBERS: usize = 100_000;
/// The most bytes of an archive: it is in memory as a whole, and a changed one twice.
pub const MAX_ARCHIVE: usize = 256 << 20;
/// The most bytes a member may unpack to.
pub const MAX_MEMBER: u64 = 100 << 20;
/// The most bytes all members together may unpack to.
pub const MAX_UNPACKED: u64 = 1 << 30;
/// How many times its packed size a member, and how many times its size an archive, may unpack to, past [`FREE`].
pub const MAX_RATIO: u64 = 100;
/// Up to this size any ratio is allowed: short repetitive texts pack well.
pub const FREE: u64 = 1 << 20;

/// The most changes that are made together, and how many of them may be by a pattern, which looks at every name.
pub const MAX_CHANGES: usize = 10_000;
/// See [`MAX_CHANGES`].
pub const MAX_PATTERNS: usize = 100;

/// An archive without members.
pub const EMPTY: Bytes = Bytes::from_static(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");

/// Why an archive is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no archive, or one that is cut off.
    #[error("not a zip file: {0}")]
    NotZip(String),
    /// A member is not one that is accepted.
    #[error("member {} {reason}", shown(.name))]
    Member {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A pattern stands for no names.
    #[error("pattern {0}")]
    Pattern(String),
    /// Two members have parts of the archive in common.
    #[error("members of the archive overlap")]
    Overlap,
    /// It has too many bytes.
    #[error("the archive is larger than {MAX_ARCHIVE} bytes")]
    TooLong,
    /// There are too many members.
    #[error("the archive has more than {MAX_MEMBERS} members")]
    TooMany,
    /// There are too many changes.
    #[error("more than {MAX_CHANGES} changes, or {MAX_PATTERNS} by a pattern")]
    TooManyChanges,
    /// A member unpacks to too much.
    #[error("member {} unpacks to more than {MAX_MEMBER} bytes", shown(.0))]
    MemberTooLarge(String),
    /// A member unpacks to too much of what it is packed.
    #[error("member {} unpacks to more than {MAX_RATIO} times its packed size", shown(.0))]
    MemberRatio(String),
    /// All members together unpack to too much.
    #[error("the archive unpacks to more than {MAX_UNPACKED} bytes")]
    TooLarge,
    /// All members together unpack to too much of what the archive is.
    #[error("the archive unpacks to more than {MAX_RATIO} times its size")]
    Ratio,
}

/// What reading and changing archives answers.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Tells whether there is too much of something, rather than something wrong.
    pub fn is_too_much(&self) -> bool {
        match self {
            Self::NotZip(_) | Self::Member { .. } | Self::Pattern(_) | Self::Overlap => false,
            Self::TooLong
            | Self::TooMany
            | Self::TooManyChanges
            | Self::MemberTooLarge(_)
            | Self::MemberRatio(_)
            | Self::TooLarge
            | Self::Ratio => true,
        }
    }

    fn not_zip(error: zip::result::ZipError) -> Self {
        Self::NotZip(match error {
            zip::result::ZipError::InvalidArchive(reason) => reason.into_owned(),
            other => other.to_string(),
        })
    }

    /// A member that is not accepted, by its name.
    pub fn member(name: &str, reason: impl ToString) -> Self {
        Self::Member { name: name.to_owned(), reason: reason.to_string() }
    }
}

/// A name in quotes, shortened: it may be 64 KiB long.
fn shown(name: &str) -> String {
    let mut start: String = name.chars().take(200).collect();
    if start.len() < name.len() {
        start.push('…');
    }
    format!("{start:?}")
}

/// Whether something unpacks to more than it may, for what it takes packed.
fn is_explosive(unpacked: u64, packed: u64) -> bool {
    unpacked > FREE && unpacked > packed.saturating_mul(MAX_RATIO)
}
