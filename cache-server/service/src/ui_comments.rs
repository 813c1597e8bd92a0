//! Leaving comments and indents out of the scripts and styles of a UI: a sixth of what browsers would load, and of no use to them.
//!
//! Lines stay where they are, so that what a browser says of a script is found in its source.

/// What stands before a `/` that begins a regular expression and no division: operators, and these words.
const BEFORE_REGEX: &[u8] = b"(,=:[!&|?{;+-*%<>~^";
const WORDS_BEFORE_REGEX: [&str; 8] = ["return", "case", "typeof", "in", "of", "await", "throw", "else"];

/// The script, or style sheet, without its comments and indents; as it is where it ends within a text, a template or a comment.
pub(crate) fn without_comments(script: &str) -> String {
    let mut kept = Kept { script: script.as_bytes(), at: 0, out: Vec::with_capacity(script.len()) };
    match kept.run() {
        Some(()) => String::from_utf8(kept.out).unwrap_or_else(|_| script.to_owned()),
        None => script.to_owned(),
    }
}

/// How far a script was read, and what is kept of it.
struct Kept<'a> {
    script: &'a [u8],
    at: usize,
    out: Vec<u8>,
}

impl Kept<'_> {
    /// Reads to the end; `None` when that is within something.
    fn run(&mut self) -> Option<()> {
        // For each `${` that is open, how many braces are open in it.
        let mut templates: Vec<usize> = Vec::new();
        while let Some(&byte) = self.script.get(self.at) {
            match (byte, self.script.get(self.at + 1)) {
                (b'/', Some(b'/')) => self.skip_line(),
                (b'/', Some(b'*')) => self.skip_block()?,
                (b'/', _) if self.is_regex() => self.keep_regex()?,
                (b'\'' | b'"', _) => self.keep_text(byte)?,
                (b'`', _) => templates.extend(self.keep_template()?),
                (b'}', _) if templates.last() == Some(&0) => {
                    templates.pop();
                    templates.extend(self.keep_template()?);
                }
                _ => {
                    if let Some(open) = templates.last_mut() {
                        match byte {
                            b'{' => *open += 1,
                            b'}' => *open -= 1,
                            _ => {}
                        }
                    }
                    self.keep();
                }
            }
        }
        templates.is_empty().then_some(())
    }

    fn keep(&mut self) {
        match self.script[self.at] {
            b'\n' => self.end_line(),
            b' ' | b'\t' if self.out.last().is_none_or(|before| *before == b'\n') => {
                self.at += 1;
                return;
            }
            _ => {}
        }
        self.keep_as_it_is();
    }

    /// Leaves out the spaces at the end of a line.
    fn end_line(&mut self) {
        let end = self.out.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |last| last + 1);
        self.out.truncate(end);
    }

    /// Keeps a byte of a text, where spaces before the end of a line count.
    fn keep_as_it_is(&mut self) {
        self.out.push(self.script[self.at]);
        self.at += 1;
    }

    fn skip_line(&mut self) {
        self.at += self.script[self.at..].iter().position(|byte| *byte == b'\n').unwrap_or(self.script.len() - self.at);
    }

    fn skip_block(&mut self) -> Option<()> {
        let rest = &self.script[self.at + 2..];
        let length = rest.windows(2).position(|pair| pair == b"*/")?;
        let lines = rest[..length].iter().filter(|byte| **byte == b'\n').count();
        if lines > 0 {
            self.end_line();
            self.out.extend(std::iter::repeat_n(b'\n', lines));
        } else if self.out.last().is_some_and(|before| *before != b'\n') {
            // What it stood between stays apart.
            self.out.push(b' ');
        }
        self.at += length + 4;
        Some(())
    }

    fn keep_text(&mut self, quote: u8) -> Option<()> {
        self.keep_as_it_is();
        loop {
            match *self.script.get(self.at)? {
                b'\\' => self.keep_pair()?,
                b'\n' => return None,
                byte => {
                    self.keep_as_it_is();
                    if byte == quote {
                        return Some(());
                    }
                }
            }
        }
    }

    /// Keeps a part of a template, from the backtick or the brace before it on; `Some(0)` inside when it ends with `${`.
    fn keep_template(&mut self) -> Option<Option<usize>> {
        self.keep_as_it_is();
        loop {
            match (*self.script.get(self.at)?, self.script.get(self.at + 1)) {
                (b'\\', _) => self.keep_pair()?,
                (b'`', _) => {
                    self.keep_as_it_is();
                    return Some(None);
                }
                (b'$', Some(b'{')) => {
                    self.keep_pair()?;
                    return Some(Some(0));
                }
                _ => self.keep_as_it_is(),
            }
        }
    }

    fn keep_regex(&mut self) -> Option<()> {
        self.keep_as_it_is();
        let mut is_in_class = false;
        loop {
            match *self.script.get(self.at)? {
                b'\\' => self.keep_pair()?,
                b'\n' => return None,
                byte => {
                    self.keep_as_it_is();
                    match byte {
                        b'[' => is_in_class = true,
                        b']' => is_in_class = false,
                        b'/' if !is_in_class => return Some(()),
                        _ => {}
                    }
                }
            }
        }
    }

    fn keep_pair(&mut self) -> Option<()> {
        self.script.get(self.at + 1)?;
        self.keep_as_it_is();
        self.keep_as_it_is();
        Some(())
    }

    /// Whether a `/` here begins a regular expression.
    fn is_regex(&self) -> bool {
        let before = self.out.trim_ascii_end();
        let Some(last) = before.last() else { return true };
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
        let word = before.rsplit(|byte| !is_word(byte)).next().unwrap_or_default();
        BEFORE_REGEX.contains(last) || WORDS_BEFORE_REGEX.iter().any(|known| known.as_bytes() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_go_and_all_else_stays() {
        for (script, kept) in [
            ("// all\nlet a = 1; // b\n", "\nlet a = 1;\n"),
            ("/**\n * @type {a}\n */\nconst b = /** @type {any} */ (c);", "\n\n\nconst b =   (c);"),
            (
                "f('// no', \"/* no */\", `// ${g(/* yes */ `/*${1}*/`)} no`)",
                "f('// no', \"/* no */\", `// ${g(  `/*${1}*/`)} no`)",
            ),
            ("a.replace(/[/*]'\\//g, '') / 2 // half", "a.replace(/[/*]'\\//g, '') / 2 "),
            ("x / y / z; return /'/.test(q)", "x / y / z; return /'/.test(q)"),
            ("`${{ a: { b: 1 } }.a}it's` // c", "`${{ a: { b: 1 } }.a}it's` "),
            ("'it\\'s // no'", "'it\\'s // no'"),
            ("`a  \n  b`", "`a  \n  b`"),
            ("if (a) {\n  b();\n}", "if (a) {\nb();\n}"),
            ("/* it's */\na {\n  font: 1px / 2 b;\n}", "\na {\nfont: 1px / 2 b;\n}"),
        ] {
            assert_eq!(without_comments(script), kept, "{script}");
        }
    }

    #[test]
    fn what_ends_too_early_stays_as_it_is() {
        for script in ["'a // b", "`a ${b // c", "/* a", "let a = /b // c", "`${"] {
            assert_eq!(without_comments(script), script);
        }
    }

    #[test]
    fn the_files_of_the_house_keep_their_lines_and_have_no_comments() {
        for (name, bytes) in crate::ui_house::files().files {
            let Ok(script) = std::str::from_utf8(bytes) else { continue };
            if name.starts_with("vendor/") || name.ends_with(".svg") {
                continue;
            }
            let kept = without_comments(script);
            assert_eq!(kept.lines().count(), script.lines().count(), "{name}");
            assert!(!kept.contains("/*") && !kept.lines().any(|line| line.trim_start().starts_with("//")), "{name}");
            assert_eq!(without_comments(&kept), kept, "{name}");
        }
    }
}
