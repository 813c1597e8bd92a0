//! Cursors: where a listing goes on, opaque to clients, and good for the listing that gave them out alone.

use std::borrow::Cow;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// A listing: its path, and what its query asks for but the page.
#[derive(Debug, Clone)]
pub(crate) struct Listing(Sha256);

impl Listing {
    /// The listing of a request.
    pub(super) fn of(path: &str, query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let mut pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            pairs.filter(|(name, _)| name != "limit" && name != "cursor").collect();
        pairs.sort_unstable();
        let mut digest = Sha256::new();
        let parts = pairs.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]);
        for part in std::iter::once(path).chain(parts) {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(digest)
    }

    /// The cursor that stands for a place in this listing; safe in a header.
    pub(super) fn cursor(&self, place: &str) -> String {
        format!("{}{}", self.check(place), utf8_percent_encode(place, NON_ALPHANUMERIC))
    }

    /// The place that a cursor stands for; `None` for one that this listing did not give out.
    pub(super) fn place(&self, cursor: &str) -> Option<String> {
        let (check, place) = cursor.split_at_checked(CHECK)?;
        let place = percent_decode_str(place).decode_utf8().ok()?.into_owned();
        (self.check(&place) == check).then_some(place)
    }

    /// The digits that tell the cursors of listings apart. They are no secret: a place is parsed as what anybody may send.
    fn check(&self, place: &str) -> String {
        let digest = self.0.clone().chain_update(u64::MAX.to_be_bytes()).chain_update(place).finalize();
        digest.iter().take(CHECK / 2).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How many digits a cursor begins with.
const CHECK: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_listing_whatever_the_page() {
        let cursor = Listing::of("/ns/file-ids", "limit=2").cursor("ns/refs/a b.json");
        let place = |path, query| Listing::of(path, query).place(&cursor);
        assert_eq!(place("/ns/file-ids", "cursor=x&limit=7").as_deref(), Some("ns/refs/a b.json"));
        for other in
            [("/ns/file-hashes", ""), ("/ns2/file-ids", ""), ("/ns/file-ids", "order=desc"), ("/ns/file-id", "s")]
        {
            assert_eq!(place(other.0, other.1), None, "{other:?}");
        }
        for wrong in ["", "a", "12345678", "..%2F..", "ééééé", "0000000%"] {
            assert_eq!(Listing::of("/ns/file-ids", "").place(wrong), None, "{wrong}");
        }
    }
}
