//! Users' JSON with Python's semantics: read as `json.loads` reads it, written as `json.dumps` writes it.
//!
//! Entries are hashed by the text Python would write and stored in Python's layout, so keys keep their order, the last
//! of
//! duplicate keys wins, integers may have any size and floats print as Python's `repr`. What JSON does not allow
//! (`NaN`, infinities, lone surrogates) is refused. The parser is `jiter`, which pydantic uses for the same purpose.

mod memory;

use std::borrow::Cow;
use std::fmt::Write;

use indexmap::IndexMap;
use jiter::{Jiter, Peek};

pub use memory::Memory;

/// The deepest nesting of arrays and objects that is accepted.
pub const MAX_DEPTH: usize = 128;
/// The longest integer, in digits: Python's own limit.
pub const MAX_INT_DIGITS: usize = 4300;

/// A JSON value as a user sent it.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// The digits of a larger integer.
    BigInt(Box<str>),
    /// A finite number written with a fraction or an exponent.
    Float(f64),
    /// Text.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, in the order its keys first appeared.
    Object(Box<Fields>),
}

/// The fields of an object. The hasher is seeded by chance, as users choose the keys.
pub type Fields = IndexMap<String, Json, foldhash::quality::RandomState>;

/// Why a text is no JSON this service accepts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid JSON at byte {index}: {reason}")]
pub struct ParseError {
    /// Where, in bytes from the start.
    pub index: usize,
    /// What was wrong.
    pub reason: String,
}

impl Json {
    /// Tells whether bytes are text in an encoding of JSON, whatever it says; as for Python, lone surrogates of UTF-16 are text.
    pub fn is_text(input: &[u8]) -> bool {
        match decode(input) {
            Ok(text) => std::str::from_utf8(&text).is_ok(),
            Err(error) => error.reason == "broken UTF-16" && input.len().is_multiple_of(2),
        }
    }

    /// Parses UTF-8, UTF-16 or UTF-32 text (told apart as Python does) holding one JSON value.
    pub fn parse(input: &[u8]) -> Result<Self, ParseError> {
        let text = decode(input)?;
        let mut parser = Jiter::new(&text);
        let failed = |parser: &Jiter<'_>, reason: String| ParseError { index: parser.current_index(), reason };
        let first = parser.peek().map_err(|e| failed(&parser, e.to_string()))?;
        let value = parse_value(&mut parser, first, 0).map_err(|reason| failed(&parser, reason))?;
        parser.finish().map_err(|e| failed(&parser, e.to_string()))?;
        Ok(value)
    }

    /// The field of an object; `None` for an absent one and for every other value.
    pub fn get(&self, field: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.get(field),
            _ => None,
        }
    }

    /// Python's `json.dumps(value)`.
    pub fn dumps(&self) -> String {
        self.write(Style::DUMPS)
    }

    /// Python's `json.dumps(value, sort_keys=True)`, the text documents are hashed by.
    pub fn dumps_sorted(&self) -> String {
        self.write(Style { sorted: true, ..Style::DUMPS })
    }

    /// Python's `json.dumps(value, indent=indent)`, the text documents are stored as.
    pub fn dumps_indented(&self, indent: usize) -> String {
        self.write(Style { item: ",", key: ": ", indent: Some(indent), ascii: true, sorted: false })
    }

    /// The shortest text, in UTF-8: what answers carry.
    pub fn dumps_compact(&self) -> String {
        self.write(Style { item: ",", key: ":", indent: None, ascii: false, sorted: false })
    }

    fn write(&self, style: Style) -> String {
        let mut out = String::with_capacity(256);
        style.value(self, 0, &mut out);
        out
    }

    /// Writes what [`Json::dumps_sorted`] gives, without having it in memory as a whole.
    pub fn write_sorted(&self, out: &mut impl Write) {
        Style { sorted: true, ..Style::DUMPS }.value(self, 0, out);
    }
}

/// The text of an object or array as [`Json::dumps_compact`] writes it, made of its indented text without reading the values: some
/// five times as fast. `None` for what needs to be read, such as escaped characters.
///
/// The text has to be one that [`Json::dumps_indented`] or Python's `json.dumps` wrote; of any other, every valid value is kept as it is
/// spelled.
pub fn compact(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    if !text.starts_with(['{', '[']) || text.contains("\\u") {
        return None;
    }
    let mut parser = Jiter::new(text.as_bytes());
    parser.next_skip().ok()?;
    parser.finish().ok()?;
    let mut out = String::with_capacity(text.len());
    // Where what is to be copied begins; between strings blanks are left out.
    let (mut from, mut at, bytes) = (0, 0, text.as_bytes());
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\n' | b'\r' | b'\t' => {
                out.push_str(&text[from..at]);
                while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
                    at += 1;
                }
                from = at;
            }
            b'"' => {
                at += 1;
                // The text is valid: every string has an end.
                while let Some(special) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
                    at += special + 1;
                    if bytes[at - 1] == b'"' {
                        break;
                    }
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
    out.push_str(&text[from..]);
    Some(out)
}

/// Tells whether a text is one JSON value, without reading it into memory.
pub fn is_json(text: &str) -> bool {
    let mut parser = Jiter::new(text.as_bytes());
    parser.next_skip().is_ok() && parser.finish().is_ok()
}

/// Reads one value; errors are texts, since only the outermost caller knows where it stands.
fn parse_value(parser: &mut Jiter<'_>, first: Peek, depth: usize) -> Result<Json, String> {
    let text = |e: jiter::JiterError| e.error_type.to_string();
    match first {
        Peek::Null => parser.known_null().map(|()| Json::Null).map_err(text),
        Peek::True | Peek::False => parser.known_bool(first).map(Json::Bool).map_err(text),
        Peek::String => parser.known_str().map(|s| Json::String(s.to_owned())).map_err(text),
        Peek::Array => {
            let mut items = Vec::new();
            let depth = deeper(depth)?;
            let mut next = parser.known_array().map_err(text)?;
            while let Some(first) = next {
                items.push(parse_value(parser, first, depth)?);
                next = parser.array_step().map_err(text)?;
            }
            Ok(Json::Array(items))
        }
        Peek::Object => {
            let depth = deeper(depth)?;
            let mut key = parser.known_object().map_err(text)?.map(str::to_owned);
            let room = if key.is_some() { memory::FIRST_FIELDS } else { 0 };
            let mut fields = Fields::with_capacity_and_hasher(room, Default::default());
            while let Some(name) = key {
                let first = parser.peek().map_err(text)?;
                let value = parse_value(parser, first, depth)?;
                fields.insert(name, value);
                key = parser.next_key().map_err(text)?.map(str::to_owned);
            }
            Ok(Json::Object(Box::new(fields)))
        }
        number => parse_number(parser, number),
    }
}

fn deeper(depth: usize) -> Result<usize, String> {
    if depth == MAX_DEPTH {
        return Err(format!("nested deeper than {MAX_DEPTH} levels"));
    }
    Ok(depth + 1)
}

fn parse_number(parser: &mut Jiter<'_>, first: Peek) -> Result<Json, String> {
    let bytes = parser.known_number_bytes(first).map_err(|e| e.error_type.to_string())?;
    if !bytes.iter().all(|b| b.is_ascii_digit() || *b == b'-') {
        let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
        let float: f64 = text.parse().map_err(|_| "number expected".to_owned())?;
        return if float.is_finite() { Ok(Json::Float(float)) } else { Err("number out of range".to_owned()) };
    }
    if bytes.len() > MAX_INT_DIGITS + 1 {
        return Err(format!("integer of more than {MAX_INT_DIGITS} digits"));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    match text.parse::<i64>() {
        Ok(int) => Ok(Json::Int(int)),
        Err(_) => Ok(Json::BigInt(text.into())),
    }
}

/// Finds the encoding as Python's `json.detect_encoding` does and gives UTF-8, which may be broken where it was UTF-8.
fn decode(input: &[u8]) -> Result<Cow<'_, [u8]>, ParseError> {
    let utf16 = |bytes: &[u8], from: fn([u8; 2]) -> u16| {
        let (units, rest) = bytes.as_chunks::<2>();
        let text: Result<String, _> = char::decode_utf16(units.iter().map(|unit| from(*unit))).collect();
        text.ok().filter(|_| rest.is_empty())
    };
    let utf32 = |bytes: &[u8], from: fn([u8; 4]) -> u32| {
        let (units, rest) = bytes.as_chunks::<4>();
        let text: Option<String> = units.iter().map(|unit| char::from_u32(from(*unit))).collect();
        text.filter(|_| rest.is_empty())
    };
    let (name, text) = match input {
        [0xEF, 0xBB, 0xBF, rest @ ..] => return Ok(Cow::Borrowed(rest)),
        [0xFF, 0xFE, 0, 0, rest @ ..] => ("UTF-32", utf32(rest, u32::from_le_bytes)),
        [0, 0, 0xFE, 0xFF, rest @ ..] => ("UTF-32", utf32(rest, u32::from_be_bytes)),
        [0xFF, 0xFE, rest @ ..] => ("UTF-16", utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => ("UTF-16", utf16(rest, u16::from_be_bytes)),
        [0, 0, 0, _, ..] => ("UTF-32", utf32(input, u32::from_be_bytes)),
        [0, _, ..] => ("UTF-16", utf16(input, u16::from_be_bytes)),
        [_, 0, 0, 0, ..] => ("UTF-32", utf32(input, u32::from_le_bytes)),
        [_, 0, ..] => ("UTF-16", utf16(input, u16::from_le_bytes)),
        _ => return Ok(Cow::Borrowed(input)),
    };
    match text {
        Some(text) => Ok(Cow::Owned(text.into_bytes())),
        None => Err(ParseError { index: 0, reason: format!("broken {name}") }),
    }
}

/// Writes to what takes any text.
fn put(out: &mut impl Write, text: &str) {
    out.write_str(text).expect("it takes any text");
}

/// How to write a value: the arguments of Python's `json.dumps`.
#[derive(Debug, Clone, Copy)]
struct Style {
    item: &'static str,
    key: &'static str,
    indent: Option<usize>,
    ascii: bool,
    sorted: bool,
}

impl Style {
    /// Python's `json.dumps(value)`.
    const DUMPS: Self = Self { item: ", ", key: ": ", indent: None, ascii: true, sorted: false };

    fn value<W: Write>(self, value: &Json, depth: usize, out: &mut W) {
        match value {
            Json::Null => put(out, "null"),
            Json::Bool(true) => put(out, "true"),
            Json::Bool(false) => put(out, "false"),
            Json::Int(int) => write!(out, "{int}").expect("it takes any text"),
            Json::BigInt(digits) => put(out, digits),
            Json::Float(float) => write_float(*float, out),
            Json::String(text) => self.string(text, out),
            Json::Array(items) => self.list(items, ["[", "]"], depth, out, |item, depth, out| {
                self.value(item, depth, out);
            }),
            Json::Object(fields) if self.sorted => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_unstable_by_key(|(name, _)| *name);
                self.list(fields, ["{", "}"], depth, out, |field, depth, out| self.field(field, depth, out));
            }
            Json::Object(fields) => {
                self.list(fields.iter(), ["{", "}"], depth, out, |field, depth, out| self.field(field, depth, out));
            }
        }
    }

    fn field<W: Write>(self, (name, value): (&String, &Json), depth: usize, out: &mut W) {
        self.string(name, out);
        put(out, self.key);
        self.value(value, depth, out);
    }

    fn list<T, W: Write>(
        self,
        items: impl IntoIterator<Item = T>,
        [open, close]: [&str; 2],
        depth: usize,
        out: &mut W,
        write: impl Fn(T, usize, &mut W),
    ) {
        put(out, open);
        let mut empty = true;
        for item in items {
            if !empty {
                put(out, self.item);
            }
            empty = false;
            self.line(depth + 1, out);
            write(item, depth + 1, out);
        }
        if !empty {
            self.line(depth, out);
        }
        put(out, close);
    }

    fn line<W: Write>(self, depth: usize, out: &mut W) {
        if let Some(width) = self.indent {
            put(out, "\n");
            for _ in 0..depth {
                put(out, &"        "[..width.min(8)]);
            }
        }
    }

    fn string<W: Write>(self, text: &str, out: &mut W) {
        put(out, "\"");
        let mut rest = text;
        loop {
            let plain = self.plain(rest.as_bytes());
            put(out, &rest[..plain]);
            let Some(c) = rest[plain..].chars().next() else { break };
            escape(c, out);
            rest = &rest[plain + c.len_utf8()..];
        }
        put(out, "\"");
    }

    /// How many bytes from the start on are written as they are: all of them before a character to be escaped.
    fn plain(self, text: &[u8]) -> usize {
        let escaped = |byte: u8| byte < b' ' || matches!(byte, b'"' | b'\\') || (self.ascii && byte >= 0x7f);
        let mut plain = 0;
        // Each chunk is looked at as a whole, without a branch for every byte.
        for chunk in text.chunks(32) {
            if chunk.iter().fold(false, |any, byte| any | escaped(*byte)) {
                return plain + chunk.iter().take_while(|byte| !escaped(**byte)).count();
            }
            plain += chunk.len();
        }
        plain
    }
}

fn escape<W: Write>(c: char, out: &mut W) {
    match c {
        '"' => put(out, "\\\""),
        '\\' => put(out, "\\\\"),
        '\n' => put(out, "\\n"),
        '\r' => put(out, "\\r"),
        '\t' => put(out, "\\t"),
        '\u{8}' => put(out, "\\b"),
        '\u{c}' => put(out, "\\f"),
        other => {
            for unit in other.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("it takes any text");
            }
        }
    }
}

/// The shortest digits that read back, in scientific notation. Of two that are equally near Python takes the even one,
/// Rust the upper one: the exact digits, cut to the same length, are rounded to even.
fn shortest(float: f64) -> String {
    let text = format!("{float:e}");
    let digits = text.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
    let even = format!("{float:.*e}", digits - 1);
    if even.parse() == Ok(float) { even } else { text }
}

/// Python's `repr` of a float: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.
fn write_float(float: f64, out: &mut impl Write) {
    let text = shortest(float);
    let (mantissa, exponent) = text.split_once('e').expect("LowerExp writes an exponent");
    let exponent: i32 = exponent.parse().expect("LowerExp writes a decimal exponent");
    if (-4..16).contains(&exponent) {
        let fraction = mantissa.trim_start_matches('-').len().saturating_sub(2);
        let places = usize::try_from(i32::try_from(fraction).unwrap_or(0) - exponent).unwrap_or(0).max(1);
        write!(out, "{float:.places$}").expect("it takes any text");
        return;
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(out, "{mantissa}e{sign}{:02}", exponent.unsigned_abs()).expect("it takes any text");
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;
    use proptest::prelude::*;

    fn dumped(input: &str) -> String {
        Json::parse(input.as_bytes()).unwrap().dumps()
    }

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        assert_eq!(
            dumped("[1, -0, -0.0, 1e22, 1E-7, 100000000000000000000.0, 1e15, 1e16, 0.0001, 0.00001, 5e-324]"),
            "[1, 0, -0.0, 1e+22, 1e-07, 1e+20, 1000000000000000.0, 1e+16, 0.0001, 1e-05, 5e-324]"
        );
        assert_eq!(dumped("12345678901234567890123"), "12345678901234567890123");
    }

    #[test]
    fn the_last_of_duplicate_keys_wins_at_the_place_of_the_first() {
        assert_eq!(dumped(r#"{"a": 1, "b": 2, "a": 3}"#), r#"{"a": 3, "b": 2}"#);
    }

    #[test]
    fn text_is_escaped_to_ascii() {
        assert_eq!(dumped("\"\u{e9}\u{7f}\u{1f600}\\n\\u0000\\/\""), r#""\u00e9\u007f\ud83d\ude00\n\u0000/""#);
    }

    #[test]
    fn what_json_does_not_allow_is_refused() {
        for input in ["NaN", "Infinity", "1e999", "\"\\ud800\"", "[1", "{\"a\":}", "\"a\" x", "", "01", "\"\t\""] {
            assert!(Json::parse(input.as_bytes()).is_err(), "{input}");
        }
        assert!(Json::parse(&"9".repeat(MAX_INT_DIGITS + 2).into_bytes()).is_err());
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        let error = Json::parse(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err();
        assert_eq!(error.reason, "nested deeper than 128 levels");
    }

    #[test]
    fn other_unicode_encodings_are_read_as_python_reads_them() {
        let utf16: Vec<u8> = "{\"é\": 1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let with_mark = [&[0xFF, 0xFE], utf16.as_slice()].concat();
        for input in [utf16.as_slice(), &with_mark, b"\xEF\xBB\xBF{\"\xC3\xA9\": 1}"] {
            assert_eq!(Json::parse(input).unwrap().dumps_compact(), "{\"é\":1}");
        }
        assert!(Json::parse(&[0xFF, 0xFE, 0x00, 0xD8]).is_err());
    }

    #[test]
    fn indented_text_has_pythons_shape() {
        let value = Json::parse(br#"{"a": [1, {}], "b": []}"#).unwrap();
        assert_eq!(value.dumps_indented(2), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            any::<i64>().prop_map(Json::Int),
            "[1-9][0-9]{19,60}".prop_map(|digits| Json::BigInt(digits.into())),
            any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Json::Float),
            any::<String>().prop_map(Json::String),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|fields| Json::Object(Box::new(fields.into_iter().collect()))),
            ]
        })
    }

    #[test]
    fn blanks_within_strings_are_kept() {
        let text = b"{\n  \"a b\": [\n    \" c \\\" d\\\\\",\n    1\n  ]\n}";
        assert_eq!(compact(text).unwrap(), r#"{"a b":[" c \" d\\",1]}"#);
        for other in [&b"\"text\""[..], b"{\"a\": \"\\u00e9\"}", b"{\"a\": NaN}", b"{", b"{} {}", b"\xff", b""] {
            assert_eq!(compact(other), None);
        }
    }

    proptest! {
        #[test]
        fn compacted_text_is_what_would_have_been_written(value in any_json(), indent in 0usize..5) {
            let text = value.dumps_indented(indent);
            if let Some(compacted) = compact(text.as_bytes()) {
                prop_assert_eq!(compacted, value.dumps_compact());
            } else {
                prop_assert!(text.contains("\\u") || !matches!(value, Json::Array(_) | Json::Object(_)));
            }
        }

        #[test]
        fn any_bytes_are_compacted_or_not(input in "[{}\\[\\]\":, \\\\a1\n]{0,24}") {
            if let Some(compacted) = compact(input.as_bytes()) {
                prop_assert_eq!(Json::parse(compacted.as_bytes()), Json::parse(input.as_bytes()));
            }
        }

        #[test]
        fn every_text_written_reads_back(value in any_json()) {
            for text in [value.dumps(), value.dumps_indented(4), value.dumps_compact()] {
                prop_assert_eq!(&Json::parse(text.as_bytes()).unwrap(), &value);
            }
        }

        #[test]
        fn any_bytes_are_parsed_or_refused(input in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Json::parse(&input);
        }
    }
}
