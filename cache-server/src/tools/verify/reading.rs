//! Contents themselves: whether they have an end, and can be unpacked.

use anyhow::Result;
use flate2::read::MultiGzDecoder;

use super::Verify;
use super::damage::{Damage, Fate};
use super::groups::Group;
use super::references::parse;
use crate::layout;
use crate::records::{Owned, Owner};
use crate::storage::ObjectPath;
use crate::tools::store::Content;

impl Verify {
    /// Looks into a content.
    pub(super) async fn content(&self, group: &Group, owner: Option<&Owner>, content: &Content) -> Result<()> {
        if is_readable(&group.path, owner, &content.bytes) {
            return Ok(());
        }
        let again = self.read_one(&group.path).await?;
        if again.is_none_or(|again| again.bytes != content.bytes) {
            return Ok(());
        }
        let fate = self.mend_content(group, content).await?;
        self.found(Damage::UnreadableContent, &group.path, fate);
        Ok(())
    }

    /// Puts the content of another copy of the entry in the place of one that cannot be read; without one, it is left where it is,
    /// since a part of it may be worth more than nothing.
    async fn mend_content(&self, group: &Group, content: &Content) -> Result<Fate> {
        if self.is_young(content.modified) {
            return Ok(Fate::Young);
        }
        let Some(newest) = group.named_by.iter().max_by_key(|named| named.timestamp) else { return Ok(Fate::Left) };
        let namespace = group.path.as_str().split('/').next().unwrap_or_default();
        let namespace = cache_client::Namespace::parse(namespace)?;
        let by_id = layout::by_id(&namespace, newest.id);
        let reference = self.read_one(&by_id).await?.and_then(|content| parse(&content.bytes));
        for other in reference.iter().flat_map(|reference| &reference.file_paths.content_files) {
            if *other == group.path {
                continue;
            }
            let metadata = layout::metadata_of(other);
            let found = self.read(&[other.clone(), metadata]).await?;
            let [Some(copy), Some(metadata)] = found.as_slice() else { continue };
            let Ok(Owned { data: owner }) = serde_json::from_slice(&metadata.bytes) else { continue };
            if owner.cache_id == newest.id && is_readable(other, Some(&owner), &copy.bytes) {
                return self.replace(&group.path, content, copy.bytes.clone(), content.mark).await;
            }
        }
        Ok(Fate::Left)
    }
}

/// Whether a content can be unpacked, or has an end.
fn is_readable(path: &ObjectPath, owner: Option<&Owner>, bytes: &[u8]) -> bool {
    match (owner.is_some_and(Owner::is_gzip), path.as_str().ends_with(".json")) {
        (true, _) => std::io::copy(&mut MultiGzDecoder::new(bytes), &mut std::io::sink()).is_ok(),
        (false, true) => is_whole(bytes),
        (false, false) => true,
    }
}

/// Whether a JSON text has an end: the Python service stores what is no valid JSON, such as `NaN`, and is served that.
fn is_whole(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return cache_client::Json::is_text(bytes);
    };
    if cache_client::json::is_json(text) {
        return true;
    }
    let (mut depth, mut in_string, mut escaped, mut is_any) = (0_u64, false, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            0..=8 | 11 | 12 | 14..=31 => return false,
            _ => {}
        }
        is_any |= !byte.is_ascii_whitespace();
    }
    is_any && depth == 0 && !in_string
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn a_text_that_was_cut_off_is_not_whole() {
        for text in ["{}", "[1, NaN]", "\"a\\\"b\"", "{\"a\": \"\\ud800\"}", "1", "{\"a\": [1, -Infinity]}"] {
            assert!(is_whole(text.as_bytes()), "{text}");
        }
        for text in ["", " ", "{", "{\"a\": \"b", "[1, 2", "]", "{}\u{0}\u{0}", "\"a\\\""] {
            assert!(!is_whole(text.as_bytes()), "{text}");
        }
    }
}
