//! How names are written into the path of a URL.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What a URL would take for something else than a character of a name.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Escapes a name; slashes stay, because proxies may refuse or change escaped ones.
pub(crate) fn encode_path(name: &str) -> String {
    utf8_percent_encode(name, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::encode_path;
    use crate::{CacheKey, DataKey};

    #[test]
    fn a_url_keeps_every_character_of_a_key() {
        let key = CacheKey::parse(r"2026/a b/c\d/e.f").unwrap();
        assert_eq!(encode_path(key.as_str()), "2026/a%20b/c%5Cd/e.f");
    }

    #[test]
    fn no_data_key_leads_out_of_its_folder() {
        for key in ["../../up", "..", "a/../../b", r"a\..\b"] {
            let path = format!("http://host/ns/{}/end", encode_path(&DataKey::parse(key).unwrap().to_string()));
            let url = reqwest::Url::parse(&path).unwrap();
            assert!(url.path().starts_with("/ns/") && url.path().ends_with("/end"), "{key}: {url}");
            assert_eq!(url.as_str(), path);
        }
    }
}
