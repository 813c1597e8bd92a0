//! Cursors: where a listing goes on. Each is good for the listing that gave it out alone.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::names::Invalid;

/// How many bytes tell listings apart.
const CHECK: usize = 8;

/// A listing: its name, and whatever its query asks for but the page.
#[derive(Debug, Clone)]
pub(super) struct Listing([u8; CHECK]);

impl Listing {
    /// The listing of these parts.
    pub(super) fn of(parts: &[&str]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let mut check = [0; CHECK];
        check.iter_mut().zip(digest.finalize()).for_each(|(byte, of)| *byte = of);
        Self(check)
    }

    /// The cursor that stands for a place in this listing; safe in a query.
    pub(super) fn cursor(&self, place: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([&self.0[..], place.as_bytes()].concat())
    }

    /// The place that a cursor stands for. It is no secret, and is parsed as what anybody may send.
    pub(super) fn place(&self, cursor: Option<&str>) -> Result<Option<String>, Invalid> {
        let Some(cursor) = cursor else { return Ok(None) };
        let read = || {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (check, place) = bytes.split_at_checked(CHECK)?;
            (check == self.0).then(|| String::from_utf8(place.to_vec()).ok()).flatten()
        };
        read().map(Some).ok_or_else(|| Invalid::new("cursor", "is none of this listing"))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_listing_alone() {
        let cursor = Listing::of(&["tokens", "active"]).cursor("a place");
        assert_eq!(Listing::of(&["tokens", "active"]).place(Some(&cursor)).unwrap().as_deref(), Some("a place"));
        for other in [&["tokens", "revoked"][..], &["tokensactive"], &["tokens"], &["transfers", "active"]] {
            assert!(Listing::of(other).place(Some(&cursor)).is_err(), "{other:?}");
        }
        for wrong in ["", "a", "ä", "AAAAAAAAAAAAAAAA", &cursor[1..]] {
            assert!(Listing::of(&["tokens", "active"]).place(Some(wrong)).is_err(), "{wrong}");
        }
        assert_eq!(Listing::of(&[]).place(None).unwrap(), None);
    }
}
