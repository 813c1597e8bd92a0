//! Contents that prove themselves: each begins with what it was made of, so that a torn or foreign one is noticed.

use serde_json::json;

/// Random numbers that are the same in every run (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}

/// How a content is sent and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Json,
    Binary,
}

impl Kind {
    /// The name in routes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Json => "json",
            Self::Binary => "binary",
        }
    }

    pub(crate) fn media(self) -> &'static str {
        match self {
            Self::String => "text/plain",
            Self::Json => "application/json",
            Self::Binary => "application/octet-stream",
        }
    }
}

/// A content: a number that no other content has, and a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Content {
    pub(crate) number: u64,
    pub(crate) length: usize,
}

impl Content {
    pub(crate) fn text(self) -> String {
        let mut text = format!("{:x} {} ", self.number, self.length);
        let mut random = Random::seeded(self.number);
        while text.len() < self.length {
            text.extend(random.next().to_le_bytes().map(|byte| char::from(b'a' + byte % 26)));
        }
        text
    }

    /// The body that stores it.
    pub(crate) fn body(self, kind: Kind) -> String {
        match kind {
            Kind::String | Kind::Binary => self.text(),
            Kind::Json => json!({ "text": self.text() }).to_string(),
        }
    }

    /// The content a text stands for; `None` when a single character of it is not right.
    pub(crate) fn whole(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let number = u64::from_str_radix(words.next()?, 16).ok()?;
        let content = Self { number, length: words.next()?.parse().ok()? };
        (content.text() == text).then_some(content)
    }
}

/// Bytes nobody can compress, found again by their number.
pub(crate) fn noise(number: u64, length: usize) -> Vec<u8> {
    let mut random = Random::seeded(number);
    (0..length / 8).flat_map(|_| random.next().to_le_bytes()).collect()
}
