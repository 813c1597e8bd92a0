//! The names of things, parsed at the edge: holding one is proof that it is valid. Invalid input is refused, never rewritten.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Why something given from outside was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct Invalid {
    /// Which input, by its name in documents, such as `token_name`.
    pub field: &'static str,
    /// What is wrong with it, such as `is empty`.
    pub reason: String,
}

impl Invalid {
    pub(crate) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}

/// Makes a name: text that holds what its `parse` allows.
macro_rules! name {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "admin", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name(Box<str>);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }
    };
}

name! {
    /// The name of an invitation token, such as `community-x`.
    ///
    /// Names are told to people, so their case does not matter: they are kept in lower case. Otherwise they are
    /// `[a-z0-9][a-z0-9_-]{0,127}`.
    ///
    /// ```
    /// use send_wrapper::TokenName;
    /// assert_eq!(TokenName::parse("Community-X")?.as_str(), "community-x");
    /// assert!(TokenName::parse("community x").is_err());
    /// # Ok::<(), send_wrapper::Invalid>(())
    /// ```
    TokenName
}

name! {
    /// The identifier of a transfer: 1 to 128 letters, digits, `_` and `-`, the first one a letter or digit.
    TransferId
}

name! {
    /// What makes a use of a token one use, however often it is asked for: 1 to 64 letters, digits, `_` and `-`.
    UseId
}

name! {
    /// The identifier of an event: 16 hexadecimal digits.
    EventId
}

name! {
    /// What stands for the address of a client: 1 to 64 hexadecimal digits of a hash that nobody can turn back.
    IpHash
}

name! {
    /// A country: two capital letters, as in ISO 3166.
    Country
}

name! {
    /// A currency: three capital letters, as in ISO 4217.
    Currency
}

impl TokenName {
    /// Parses a name as people type it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.to_ascii_lowercase();
        identifier("token_name", &text, 128)?;
        Ok(Self(text.into()))
    }
}

impl TransferId {
    /// Parses an identifier.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        identifier("transfer_id", text, 128)?;
        Ok(Self(text.into()))
    }

    /// Draws one.
    pub fn random() -> Self {
        Self(Uuid::new_v4().simple().to_string().into())
    }
}

impl UseId {
    /// Parses an identifier.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        length("use_id", text, 64)?;
        characters("use_id", text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))?;
        Ok(Self(text.into()))
    }

    /// Draws one.
    pub fn random() -> Self {
        Self(digits(&Uuid::new_v4().into_bytes()))
    }

    /// The use that a transfer is: completing it again is the same one.
    pub fn of_transfer(transfer: &TransferId) -> Self {
        // Long enough that nobody finds two transfers that are one use.
        Self(cache_client::hash::hex_prefix(&Sha256::digest(transfer.as_str()), 32).into())
    }
}

impl EventId {
    /// Parses an identifier.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() != 16 {
            return Err(Invalid::new("event_id", "has not 16 digits"));
        }
        hexadecimal("event_id", text)?;
        Ok(Self(text.into()))
    }

    /// Draws one.
    pub fn random() -> Self {
        Self(digits(&Uuid::new_v4().into_bytes()))
    }

    /// The event of something that has happened once: the same parts give the same identifier.
    pub(crate) fn of(parts: [&str; 3]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        Self(digits(&digest.finalize()))
    }
}

impl IpHash {
    /// Parses a hash.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        length("ip_hash", text, 64)?;
        hexadecimal("ip_hash", text)?;
        Ok(Self(text.into()))
    }
}

impl Country {
    /// Parses a country.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(Invalid::new("country", "is not two capital letters"));
        }
        Ok(Self(text.into()))
    }
}

impl Currency {
    /// Parses a currency.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() != 3 || !text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(Invalid::new("currency", "is not three capital letters"));
        }
        Ok(Self(text.into()))
    }
}

/// The first 16 hexadecimal digits.
fn digits(bytes: &[u8]) -> Box<str> {
    cache_client::hash::hex_prefix(bytes, 16).into()
}

fn identifier(field: &'static str, text: &str, longest: usize) -> Result<(), Invalid> {
    length(field, text, longest)?;
    characters(field, text, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))?;
    if matches!(text.as_bytes()[0], b'_' | b'-') {
        return Err(Invalid::new(field, "does not begin with a letter or digit"));
    }
    Ok(())
}

pub(crate) fn length(field: &'static str, text: &str, longest: usize) -> Result<(), Invalid> {
    if text.is_empty() {
        return Err(Invalid::new(field, "is empty"));
    }
    if text.len() > longest {
        return Err(Invalid::new(field, format!("is longer than {longest} bytes")));
    }
    Ok(())
}

fn characters(field: &'static str, text: &str, allowed: impl Fn(u8) -> bool) -> Result<(), Invalid> {
    match text.bytes().all(allowed) {
        true => Ok(()),
        false => Err(Invalid::new(field, "holds a character that is none of letters, digits, _ and -")),
    }
}

fn hexadecimal(field: &'static str, text: &str) -> Result<(), Invalid> {
    match text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        true => Ok(()),
        false => Err(Invalid::new(field, "holds a character that is no digit of 0-9 and a-f")),
    }
}

/// Refuses text that is too long or holds control characters.
pub(crate) fn plain_text(field: &'static str, text: &str, longest: usize) -> Result<(), Invalid> {
    length(field, text, longest)?;
    match text.chars().any(char::is_control) {
        true => Err(Invalid::new(field, "holds a control character")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn token_names_are_what_the_specification_allows(text in "\\PC{0,3}[A-Za-z0-9_ ./-]{0,130}") {
            let lower = text.to_ascii_lowercase();
            let first = lower.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            let rest = lower.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
            let allowed = first && rest && lower.len() <= 128;
            prop_assert_eq!(TokenName::parse(&text).map(String::from).ok(), allowed.then_some(lower));
        }

        #[test]
        fn no_name_leads_out_of_its_folder(text in "[a-z./\\\\%]{0,12}") {
            if let Ok(id) = TransferId::parse(&text) {
                prop_assert!(id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric()));
            }
        }
    }

    #[test]
    fn a_refusal_names_the_field() {
        let long = "a".repeat(129);
        for (refused, field, reason) in [
            (TokenName::parse("").unwrap_err(), "token_name", "is empty"),
            (TokenName::parse(&long).unwrap_err(), "token_name", "is longer than 128 bytes"),
            (TokenName::parse("-a").unwrap_err(), "token_name", "does not begin with a letter or digit"),
            (Country::parse("de").unwrap_err(), "country", "is not two capital letters"),
            (Currency::parse("EURO").unwrap_err(), "currency", "is not three capital letters"),
            (EventId::parse("0").unwrap_err(), "event_id", "has not 16 digits"),
        ] {
            assert_eq!((refused.field, refused.reason.as_str()), (field, reason));
        }
    }

    #[test]
    fn names_in_other_scripts_are_refused_and_not_rewritten() {
        // Cyrillic, Chinese, accented, full width, a right-to-left override, a zero-width space, and a look-alike.
        for text in ["друзья", "朋友", "é", "ａｂｃ", "a\u{202e}b", "a\u{200b}b", "аdmin", "İstanbul", "😀"]
        {
            let refused = TokenName::parse(text).unwrap_err();
            let reason = "holds a character that is none of letters, digits, _ and -";
            assert_eq!((refused.field, refused.reason.as_str()), ("token_name", reason), "{text:?}");
            assert_eq!(TransferId::parse(text).unwrap_err().field, "transfer_id", "{text:?}");
            assert_eq!(UseId::parse(text).unwrap_err().field, "use_id", "{text:?}");
        }
        assert_eq!(Country::parse("ＤＥ").unwrap_err().field, "country");
    }

    #[test]
    fn names_are_parsed_when_they_are_read() {
        assert!(serde_json::from_str::<TransferId>("\"../x\"").is_err());
        assert_eq!(serde_json::from_str::<TransferId>("\"x\"").unwrap().as_str(), "x");
    }

    #[test]
    fn the_same_event_has_the_same_id_and_parts_do_not_run_together() {
        assert_eq!(EventId::of(["a", "b", "c"]), EventId::of(["a", "b", "c"]));
        assert_ne!(EventId::of(["a", "bc", ""]), EventId::of(["ab", "c", ""]));
    }
}
