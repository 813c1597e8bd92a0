//! Patterns of names: `*` stands for anything, slashes included, as in Python's `fnmatch`.

/// A pattern that names are held against, in one pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

/// The longest pattern, in bytes.
const MAX: usize = 512;

impl Pattern {
    /// Parses a pattern of up to 512 bytes that is not empty.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.len() {
            0 => Err("is empty".to_owned()),
            1..=MAX => Ok(Self(text.to_owned())),
            _ => Err(format!("is longer than {MAX} bytes")),
        }
    }

    /// Tells whether a name is one of those it stands for.
    pub fn matches(&self, name: &str) -> bool {
        let mut pieces = self.0.split('*');
        let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
        let Some(last) = pieces.next_back() else { return rest.is_empty() };
        for piece in pieces {
            let Some(at) = rest.find(piece) else { return false };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::Pattern;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, yes, no) in [
            ("*.txt", &["a.txt", ".txt", "dir/b.txt"][..], &["a.txt.gz", "txt", ""][..]),
            ("*", &["", "a", "a/b"], &[]),
            ("**", &["", "a/b"], &[]),
            ("src/*/test*.py", &["src/a/test.py", "src/a/b/test_1.py"], &["src/test.py", "src/a/test.pyc"]),
            ("*ab*ab", &["abab", "xabyab", "ababab"], &["ab", "aba"]),
            ("é*é", &["éé", "éaé"], &["é"]),
            ("plain", &["plain"], &["plai", "plainn"]),
            ("a?[b]", &["a?[b]"], &["axb"]),
        ] {
            let parsed = Pattern::parse(pattern).unwrap();
            for name in yes {
                assert!(parsed.matches(name), "{pattern} {name}");
            }
            for name in no {
                assert!(!parsed.matches(name), "{pattern} {name}");
            }
        }
        assert!(Pattern::parse("").is_err() && Pattern::parse(&"*".repeat(513)).is_err());
    }
}
