//! Patterns of names, as Python's `fnmatch` has them: `*` stands for anything, slashes included, and `?` for one character.

/// A pattern that names are held against.
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
        let (mut pattern, mut rest) = (self.0.chars(), name.chars());
        // Where to go on when what followed the last star did not match: the star takes a character more.
        let mut retry = None;
        loop {
            let (after, tail) = (pattern.clone(), rest.clone());
            match (pattern.next(), rest.next()) {
                (None, None) => return true,
                (Some('*'), _) => {
                    rest = tail;
                    retry = Some((pattern.clone(), rest.clone()));
                    if after.clone().all(|c| c == '*') {
                        return true;
                    }
                }
                (Some('?'), Some(_)) => {}
                (Some(wanted), Some(found)) if wanted == found => {}
                _ => {
                    let Some((after_star, taken)) = &mut retry else { return false };
                    if taken.next().is_none() {
                        return false;
                    }
                    (pattern, rest) = (after_star.clone(), taken.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::Pattern;

    #[test]
    fn stars_stand_for_anything_and_question_marks_for_one_character() {
        for (pattern, yes, no) in [
            ("*.txt", &["a.txt", ".txt", "dir/b.txt"][..], &["a.txt.gz", "txt", ""][..]),
            ("*", &["", "a", "a/b"], &[]),
            ("**", &["", "a/b"], &[]),
            ("a?c", &["abc", "a/c", "aéc"], &["ac", "abbc"]),
            ("src/*/test*.py", &["src/a/test.py", "src/a/b/test_1.py"], &["src/test.py", "src/a/test.pyc"]),
            ("*ab*ab", &["abab", "xabyab", "ababab"], &["ab", "aba"]),
            ("plain", &["plain"], &["plai", "plainn"]),
            ("[a]", &["[a]"], &["a"]),
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
