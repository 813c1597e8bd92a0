//! How much memory a JSON text takes once it is read, told by one look at the text.
//!
//! Three bytes (`{},`) can become a hundred, so a server that reads what anybody sends has to know before it does.

use std::borrow::Cow;

use super::{Json, MAX_DEPTH, decode};

/// What reading and writing a text takes, in bytes: an upper bound that is near for usual documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// The values, as [`Json::parse`] builds them.
    pub parsed: u64,
    /// The text that [`Json::dumps_indented`] makes of them with an indentation of up to 4.
    pub written: u64,
}

/// An item of an array: it may have been grown to twice the length.
const ITEM: u64 = 2 * size_of::<Json>() as u64;
/// What an allocation costs beside its bytes.
const ALLOCATION: u64 = 16;
/// The fields that an object has room for from the start.
pub(super) const FIRST_FIELDS: usize = 3;
/// A field with its name, hash, and place in the table.
const FIELD: u64 = (size_of::<(usize, String, Json)>() + 10) as u64;
/// The items that an array has room for as soon as it has one.
const FIRST_ITEMS: u64 = 4 * size_of::<Json>() as u64 + ALLOCATION;
/// An object without fields.
const OBJECT: u64 = size_of::<super::Fields>() as u64 + ALLOCATION;
/// The fields that an object has room for as soon as it has one.
const FIRST: u64 = (FIRST_FIELDS as u64 + 1) * FIELD + 3 * ALLOCATION;
/// The deepest indentation of a level.
const INDENT: u64 = 4;
/// The longest text of a number that was written with an exponent.
const FLOAT: u64 = 24;

impl Memory {
    /// The length of a text as a JSON string: an upper bound.
    pub fn of_string(text: &str) -> u64 {
        let written = |byte: u8| match byte {
            b'"' | b'\\' => 2,
            ..b' ' | 0x7f => 6,
            0x80.. => 3,
            _ => 1,
        };
        2 + text.bytes().map(written).sum::<u64>()
    }

    /// Looks at a text. What is no JSON is not told: it costs at most as much as what it begins like.
    pub fn of(input: &[u8]) -> Self {
        let Ok(text) = decode(input) else { return Self::default() };
        let mut memory = Self { parsed: ITEM, written: 0 };
        if let Cow::Owned(decoded) = &text {
            memory.parsed += decoded.len() as u64;
        }
        let mut fields = [0_usize; MAX_DEPTH + 2];
        let (mut depth, mut at) = (0, 0);
        let line = |depth: usize| 1 + INDENT * depth as u64;
        while let Some(&byte) = text.get(at) {
            at += 1;
            match byte {
                b'"' => {
                    let start = at;
                    while let Some(&byte) = text.get(at) {
                        at += if byte == b'\\' { 2 } else { 1 };
                        if byte == b'"' {
                            break;
                        }
                        // What is not ASCII is written as \uXXXX.
                        memory.written += match byte {
                            0x7f => 6,
                            0x80.. => 3,
                            _ => 1,
                        };
                    }
                    let length = at.min(text.len()) - start;
                    memory.parsed += length as u64 + ALLOCATION;
                    memory.written += 4 + (length as u64) / 2;
                }
                b'[' | b'{' => {
                    depth = (depth + 1).min(MAX_DEPTH + 1);
                    fields[depth] = 0;
                    let is_empty = text[at..].trim_ascii_start().first().is_none_or(|next| matches!(next, b']' | b'}'));
                    memory.parsed += match (byte, is_empty) {
                        (b'{', true) => OBJECT,
                        (b'{', false) => OBJECT + FIRST,
                        (_, true) => 0,
                        (_, false) => FIRST_ITEMS,
                    };
                    memory.written += 2 + 2 * line(depth);
                }
                b']' | b'}' => depth = depth.saturating_sub(1),
                b',' => {
                    memory.parsed += ITEM;
                    memory.written += 1 + line(depth);
                }
                b':' => {
                    fields[depth] += 1;
                    if fields[depth] > FIRST_FIELDS {
                        memory.parsed += 2 * FIELD;
                    }
                    memory.written += 2;
                }
                b'e' | b'E' => memory.written += FLOAT,
                // A long number may be written with an exponent.
                b'.' => memory.written += 1 + "e+00".len() as u64,
                b' ' | b'\n' | b'\r' | b'\t' => {}
                _ => memory.written += 1,
            }
        }
        memory
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use proptest::prelude::*;

    use super::*;

    /// The bytes that a value takes, counted as the allocator is asked for them.
    fn taken(value: &Json) -> usize {
        match value {
            Json::Null | Json::Bool(_) | Json::Int(_) | Json::Float(_) => 0,
            Json::BigInt(digits) => digits.len(),
            Json::String(text) => text.capacity(),
            Json::Array(items) => items.capacity() * size_of::<Json>() + items.iter().map(taken).sum::<usize>(),
            Json::Object(fields) => {
                let room = fields.capacity() * (size_of::<(usize, String, Json)>() + 10);
                let inside = |(name, value): (&String, &Json)| name.capacity() + taken(value);
                size_of::<super::super::Fields>() + room + fields.iter().map(inside).sum::<usize>()
            }
        }
    }

    #[track_caller]
    fn holds(text: &str) {
        let value = Json::parse(text.as_bytes()).unwrap();
        let memory = Memory::of(text.as_bytes());
        let (parsed, written) = (taken(&value) as u64, value.dumps_indented(4).len() as u64);
        let shown: String = text.chars().take(80).collect();
        assert!(parsed <= memory.parsed, "{parsed} > {} for {shown}", memory.parsed);
        assert!(written <= memory.written, "{written} > {} for {shown}", memory.written);
    }

    #[test]
    fn texts_made_to_cost_are_not_underestimated() {
        let many = |item: &str| format!("[{}1]", format!("{item},").repeat(10_000));
        for item in [
            "[]",
            "{}",
            "0",
            "1e9",
            "\"\"",
            "\"é\"",
            "{\"a\":0}",
            "[[]]",
            "{\"\":{}}",
            "null",
            "\"\\u0001\"",
            "\"\\\\\"",
            "\"\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}\"",
            "123456789012345678.0",
        ] {
            holds(&many(item));
        }
        holds(&format!("{}{}{}", "[".repeat(126), many("0"), "]".repeat(126)));
        let fields: Vec<String> = (0..10_000).map(|n| format!("\"{n}\":{n}")).collect();
        holds(&format!("{{{}}}", fields.join(",")));
        holds("\"text, with [brackets] {and} : colons\"");
    }

    #[test]
    fn a_string_is_not_underestimated() {
        for text in ["", "plain", "\u{1}\u{7f}\n\t\"\\", "é☃😀\u{80}\u{7ff}\u{ffff}"] {
            let written = Json::String(text.to_owned()).dumps().len() as u64;
            assert!(written <= Memory::of_string(text), "{text:?}: {written}");
        }
    }

    #[test]
    fn usual_documents_are_not_overestimated() {
        let record = r#"{"id": 12345, "name": "somebody", "score": 0.75, "tags": ["a", "b"]}"#;
        let text = format!("[{}{record}]", format!("{record}, ").repeat(1000));
        let value = Json::parse(text.as_bytes()).unwrap();
        let memory = Memory::of(text.as_bytes());
        assert!(memory.parsed < 2 * taken(&value) as u64, "{memory:?} for {}", taken(&value));
        assert!(memory.written < 2 * value.dumps_indented(4).len() as u64, "{memory:?}");
    }

    fn text() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "null|true|false",
            "-?[1-9][0-9]{0,20}",
            "[0-9]{1,3}(\\.[0-9]{1,3})?e[0-9]",
            "\"[a-zé☃\\x7f ,:\\[\\]{}]{0,8}\""
        ];
        leaf.prop_filter("numbers have no leading zero", |text| !text.starts_with('0') || text.len() == 1)
            .prop_recursive(6, 256, 8, |inner| {
                prop_oneof![
                    proptest::collection::vec(inner.clone(), 0..8).prop_map(|items| format!("[{}]", items.join(","))),
                    proptest::collection::vec(("[a-d]{0,3}", inner), 0..8).prop_map(|fields| {
                        let fields: Vec<String> =
                            fields.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                        format!("{{{}}}", fields.join(","))
                    }),
                ]
            })
    }

    proptest! {
        #[test]
        fn no_text_is_underestimated(text in text()) {
            prop_assume!(Json::parse(text.as_bytes()).is_ok());
            holds(&text);
        }
    }
}
