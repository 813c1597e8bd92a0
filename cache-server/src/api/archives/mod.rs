//! `zip`: archives, as a whole, member by member, and changed.

pub(super) mod batch;
pub(super) mod members;
pub(super) mod whole;

use super::error::Error;

/// What the Python service calls an entry that is not there, or holds no bytes.
const NO_ARCHIVE: &str = "Zip file not found in cache";

/// The longest text of a message, in characters.
const MAX_MESSAGE: usize = 512;

/// A text as the Python service lets messages have it: other characters become `_`.
fn message(text: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || ":.'\"() ".contains(c);
    text.chars().take(MAX_MESSAGE).map(|c| if keep(c) { c } else { '_' }).collect()
}

/// An archive that is to be changed and is not there: 400, as in the Python service.
fn nothing_to_change() -> Error {
    Error::Rejected(NO_ARCHIVE.to_owned())
}
