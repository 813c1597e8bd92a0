//! Decimal numbers, read as they are written.

use std::borrow::Cow;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Parses a number such as `-0.25` or `1.5E-7`. Digits beyond the 28th are rounded.
pub(super) fn parse(text: &str) -> Option<Decimal> {
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    let number = text.bytes().all(plain).then(|| text.parse::<Decimal>().ok()).flatten()?;
    Some(number.normalize())
}

/// Rounds to so many places; halves away from zero.
pub(super) fn rounded(number: Decimal, places: u32) -> Decimal {
    number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero).normalize()
}

/// One number of another, rounded to so many places; 0 of 0.
pub(super) fn quotient(number: Decimal, divisor: Decimal, places: u32) -> Decimal {
    rounded(number.checked_div(divisor).unwrap_or_default(), places)
}

/// Reads a number out of JSON, be it a text or a number, without making a binary one of it.
pub(crate) fn exact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    optional(deserializer)?.ok_or_else(|| D::Error::custom("is no decimal number"))
}

/// Reads what may be `null`.
pub(super) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let json = Box::<RawValue>::deserialize(deserializer)?;
    let text = match json.get() {
        "null" => return Ok(None),
        json if json.starts_with('"') => serde_json::from_str(json).map_err(D::Error::custom)?,
        json => Cow::Borrowed(json),
    };
    parse(&text).map(Some).ok_or_else(|| D::Error::custom("is no decimal number"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    struct Amount(#[serde(deserialize_with = "exact")] Decimal);

    #[derive(Deserialize)]
    struct Perhaps(#[serde(deserialize_with = "optional")] Option<Decimal>);

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (json, text) in [
            ("0.1", "0.1"),
            ("\"0.10\"", "0.1"),
            ("12345678901234567.0123456789", "12345678901234567.0123456789"),
            ("\"-4.0E-10\"", "-0.0000000004"),
            ("1e3", "1000"),
            ("-0", "0"),
        ] {
            assert_eq!(serde_json::from_str::<Amount>(json).unwrap().0.to_string(), text, "{json}");
        }
        assert_eq!(serde_json::from_value::<Amount>(json!("0.3")).unwrap().0, number("0.3"));
        assert_eq!(serde_json::from_str::<Perhaps>("null").unwrap().0, None);
        for json in ["\"\"", "\"1_000\"", "\"NaN\"", "\"1e99\"", "1e400", "null", "true", "{}", "\"0x1\"", "\"1 \""] {
            assert!(serde_json::from_str::<Amount>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        for (text, whole) in [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0"), ("2.50", "2.5")] {
            assert_eq!(rounded(number(text), 2).to_string(), whole);
        }
        assert_eq!(quotient(number("1"), number("3"), 8), number("0.33333333"));
        assert_eq!(quotient(number("1"), Decimal::ZERO, 8), Decimal::ZERO);
    }

    proptest! {
        #[test]
        fn whatever_is_given_is_a_number_or_none(text in "[0-9eE+.-]{0,40}") {
            if let Some(number) = parse(&text) {
                prop_assert_eq!(parse(&number.to_string()), Some(number));
            }
        }
    }
}
