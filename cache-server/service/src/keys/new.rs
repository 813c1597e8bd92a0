//! A new key, and the line for the file of keys.

use std::fmt::Write as _;
use std::num::NonZeroU32;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::{Digest, Pattern};
use crate::routes::Scope;

/// A key to be made.
#[derive(Debug, Clone, Default)]
pub struct NewKey {
    /// Its name; made up when not given.
    pub name: Option<String>,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// Where; everywhere when empty.
    pub namespaces: Vec<Pattern>,
    /// Until when: a day, or a moment as RFC 3339.
    pub expires: Option<String>,
    /// How many requests a second.
    pub rate: Option<NonZeroU32>,
}

/// A key that was made.
#[derive(Clone)]
pub struct Printed {
    /// The key, which is kept nowhere.
    pub key: String,
    /// The line for the file.
    pub line: String,
}

impl std::fmt::Debug for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printed").field("line", &self.line).finish_non_exhaustive()
    }
}

impl NewKey {
    /// Draws a key of 256 bits. Fails when the line would be refused: the reason says why.
    pub fn make(&self) -> Result<Printed, String> {
        let mut drawn = [0; 32];
        getrandom::fill(&mut drawn).map_err(|error| format!("no chance to be had: {error}"))?;
        let key = BASE64_URL_SAFE_NO_PAD.encode(drawn);
        let digest = Digest::of(key.as_bytes());
        let name = self.name.clone().unwrap_or_else(|| format!("key-{}", &digest.to_string()[..8]));
        let list = |texts: Vec<&str>| format!("[\"{}\"]", texts.join("\", \""));
        let scopes = list(self.scopes.iter().map(|scope| scope.as_str()).collect());
        let mut line = format!("{name:?} = {{ sha256 = \"{digest}\", scopes = {scopes}");
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            line = line.replacen('"', "", 2);
        }
        // A text takes whatever is written.
        if !self.namespaces.is_empty() {
            let _ = write!(line, ", namespaces = {}", list(self.namespaces.iter().map(|p| p.0.as_str()).collect()));
        }
        if let Some(expires) = &self.expires {
            let _ = write!(line, ", expires = {expires}");
        }
        if let Some(rate) = self.rate {
            let _ = write!(line, ", rate = {rate}");
        }
        line += " }";
        super::parse(&line).map_err(|(_, reason)| reason)?;
        Ok(Printed { key, line })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[test]
    fn the_line_of_a_new_key_lets_it_in() {
        let new = NewKey {
            name: Some("send.reader".to_owned()),
            scopes: vec![Scope::Read, Scope::Write],
            namespaces: vec![Pattern::parse("send-*").unwrap()],
            expires: Some("2027-01-31T10:00:00Z".to_owned()),
            rate: NonZeroU32::new(5),
        };
        let made = new.make().unwrap();
        let keys = super::super::parse(&made.line).unwrap();
        assert_eq!((&*keys[0].name, keys[0].digest), ("send.reader", Digest::of(made.key.as_bytes())));
        assert_ne!(new.make().unwrap().key, made.key);
        assert!(NewKey { expires: Some("soon".to_owned()), ..new.clone() }.make().is_err());
        assert!(NewKey { scopes: vec![Scope::Admin], ..new }.make().unwrap_err().contains("admin"));
    }
}
