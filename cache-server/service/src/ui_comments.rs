//! Scripts and styles without the lines that are comments only, without types (`/** @… */`) and indents: a sixth of what browsers would load.
//!
//! Lines keep their numbers, so that an error names the line of the source. Any other comment beside code stays, and so does whatever is
//! not ours. A line in a template that begins as a comment does would be lost: a browser test compares what is sent with its source.

use bytes::Bytes;

/// The file without its comments, as it is sent.
pub(crate) fn without_comments(name: &str, source: &Bytes) -> Bytes {
    let is_script = name.ends_with(".js");
    if name.starts_with("vendor/") || !(is_script || name.ends_with(".css")) {
        return source.clone();
    }
    let Ok(text) = std::str::from_utf8(source) else { return source.clone() };
    let (mut kept, mut is_inside) = (String::with_capacity(text.len()), false);
    for line in text.lines() {
        let begins = is_inside || line.trim_start().starts_with("/*");
        let ends = if begins { line.split_once("*/") } else { None };
        is_inside = begins && ends.is_none();
        match ends {
            // Code follows.
            Some((_, rest)) => push_code(&mut kept, rest),
            None if is_inside || (is_script && line.trim_start().starts_with("//")) => {}
            None => push_code(&mut kept, line),
        }
        kept.push('\n');
    }
    kept.into()
}

/// Adds a line without its indent and the types in it.
fn push_code(kept: &mut String, line: &str) {
    let mut rest = line.trim();
    while let Some((code, (_, behind))) =
        rest.split_once("/** @").and_then(|(code, of)| Some((code, of.split_once("*/")?)))
    {
        kept.push_str(code);
        rest = behind.trim_start();
    }
    kept.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(name: &str, source: &'static str) -> Bytes {
        without_comments(name, &Bytes::from_static(source.as_bytes()))
    }

    #[test]
    fn lines_that_are_comments_only_are_emptied_and_all_keep_their_numbers() {
        let source = "// one\nlet a; // two\n/**\n * three\n * @param {string} b\n */\nlet b;\n  /* four */\n/** five */ let c;\n";
        assert_eq!(sent("house/a.js", source), "\nlet a; // two\n\n\n\n\nlet b;\n\nlet c;\n");
        assert_eq!(sent("a.css", "/* one\n   two */\na {\n  b: c;\n}\n"), "\n\na {\nb: c;\n}\n");
    }

    #[test]
    fn types_beside_code_are_left_out() {
        let source = "  const a = (/** @type {B} */ b) => /** @type {C} */ (b); // c\n/** @type {D} */ const d = `/* no type */`;\n";
        assert_eq!(sent("house/a.js", source), "const a = (b) => (b); // c\nconst d = `/* no type */`;\n");
    }

    #[test]
    fn what_is_not_ours_and_documents_are_sent_as_they_are() {
        for name in ["vendor/a.js", "index.html", "house/icon.svg"] {
            assert_eq!(sent(name, "// one\n"), "// one\n", "{name}");
        }
    }
}
