//! Scripts and styles without their comments: a sixth of what browsers would load.
//!
//! Gone are lines that are comments only, and types within a line of a script (`/** … */`). Lines keep their numbers, so that an error
//! names the line of the source; what is not ours is left alone. Strings are not told apart from code: a browser test compares what is
//! sent with its source.

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
            Some((_, rest)) if !rest.trim().is_empty() => push_code(&mut kept, rest),
            Some(_) => {}
            None if is_inside || (is_script && line.trim_start().starts_with("//")) => {}
            None if is_script => push_code(&mut kept, line),
            None => kept.push_str(line),
        }
        kept.push('\n');
    }
    kept.into()
}

/// Adds a line of code without the types in it.
fn push_code(kept: &mut String, line: &str) {
    let mut rest = line;
    while let Some((code, after)) = rest.split_once("/**")
        && let Some((_, after)) = after.split_once("*/")
    {
        kept.push_str(code);
        rest = after.strip_prefix(' ').unwrap_or(after);
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
    fn lines_that_are_comments_only_are_emptied_and_keep_their_numbers() {
        let source = "// one\nlet a; // two\n/**\n * three\n * @param {string} b\n */\nlet b;\n  /* four */\n/** five */ let c;\n";
        assert_eq!(sent("house/a.js", source), "\nlet a; // two\n\n\n\n\nlet b;\n\n let c;\n");
        assert_eq!(sent("a.css", "/* one\n   two */\na {\n}\n"), "\n\na {\n}\n");
    }

    #[test]
    fn types_within_a_line_are_left_out() {
        let source = "const f = (/** @type {any} */ a, /** @type {string} */ b) => a /* c */;\nlet /** open\n";
        assert_eq!(sent("a.js", source), "const f = (a, b) => a /* c */;\nlet /** open\n");
    }

    #[test]
    fn what_is_not_ours_and_documents_are_sent_as_they_are() {
        for name in ["vendor/a.js", "index.html", "house/icon.svg"] {
            assert_eq!(sent(name, "// one\n"), "// one\n", "{name}");
        }
    }
}
