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
/// The most bytes a member may unpack to.
pub const MAX_MEMBER: u64 = 100 << 20;
/// The most bytes all members together may unpack to.
pub const MAX_UNPACKED: u64 = 1 << 30;
/// How many times its packed size a member, and how many times its size an archive, may unpack to, past [`FREE`].
pub const MAX_RATIO: u64 = 100;
/// Up to this size any ratio is allowed: short repetitive texts pack well.
pub const FREE: u64 = 1 << 20;

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
    /// There are too many members.
    #[error("the archive has more than {MAX_MEMBERS} members")]
    TooMany,
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
            Self::TooMany | Self::MemberTooLarge(_) | Self::MemberRatio(_) | Self::TooLarge | Self::Ratio => true,
        }
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
