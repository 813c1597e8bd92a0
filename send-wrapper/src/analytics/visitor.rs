//! What stands for the address of a client: a hash that nobody can turn back, and that is another one every day.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::names::{Invalid, IpHash};
use crate::time::{Day, Timestamp};

/// What addresses are hashed with. It is never printed.
///
/// Programs that record into one cache need the same secret, or each sees visitors of its own.
#[derive(Clone)]
pub struct Secret(Box<[u8]>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Secret {
    /// Takes a secret of at least 16 bytes.
    pub fn new(secret: impl Into<Vec<u8>>) -> Result<Self, Invalid> {
        let secret = secret.into();
        if secret.len() < 16 {
            return Err(Invalid::new("secret", "is shorter than 16 bytes"));
        }
        Ok(Self(secret.into()))
    }

    /// Draws one, for a cache in this process: it is forgotten with the process.
    pub fn random() -> Self {
        Self([Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat().into())
    }
}

/// Hashes addresses: HMAC-SHA-256 with the salt of the day, which is the HMAC-SHA-256 of `YYYY-MM-DD` with the secret.
pub(crate) struct Visitors {
    secret: Secret,
    salt: Mutex<Option<(Day, [u8; 32])>>,
}

impl fmt::Debug for Visitors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitors").finish_non_exhaustive()
    }
}

impl Visitors {
    pub(crate) fn new(secret: Secret) -> Self {
        Self { secret, salt: Mutex::default() }
    }

    /// What stands for an address on the day of this moment.
    pub(crate) fn hash(&self, address: IpAddr, at: Timestamp) -> IpHash {
        // An IPv4 address is the same one however the socket saw it.
        let address = address.to_canonical().to_string();
        let digest = hmac(&self.salt(at.day()), address.as_bytes());
        IpHash::parse(&cache_client::hash::hex_prefix(&digest, 64)).expect("64 hexadecimal digits")
    }

    fn salt(&self, day: Day) -> [u8; 32] {
        let mut salt = self.salt.lock().unwrap_or_else(PoisonError::into_inner);
        match &*salt {
            Some((of, salt)) if *of == day => *salt,
            _ => {
                let made = hmac(&self.secret.0, day.to_string().as_bytes());
                *salt = Some((day, made));
                made
            }
        }
    }
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key may have any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    const NOON: u64 = 1_770_984_000_000;

    fn hash(secret: &str, address: &str, at: u64) -> String {
        let visitors = Visitors::new(Secret::new(secret).unwrap());
        visitors.hash(address.parse().unwrap(), Timestamp::from_millis(at)).into()
    }

    #[test]
    fn a_visitor_is_the_same_for_a_day_and_another_one_the_next() {
        let secret = "sixteen bytes or more";
        let today = hash(secret, "192.0.2.7", NOON);
        assert_eq!(today.len(), 64);
        assert_eq!(hash(secret, "192.0.2.7", NOON + 3_600_000), today);
        assert_eq!(hash(secret, "::ffff:192.0.2.7", NOON), today);
        assert_ne!(hash(secret, "192.0.2.8", NOON), today);
        assert_ne!(hash(secret, "192.0.2.7", NOON + 86_400_000), today);
        assert_ne!(hash("another secret, as long", "192.0.2.7", NOON), today);
    }

    /// Computed with Python: `hmac.new(hmac.new(b"0123456789abcdef", b"2026-02-13", "sha256").digest(), b"192.0.2.7", "sha256")`.
    #[test]
    fn it_is_the_specified_hash() {
        assert_eq!(hash("0123456789abcdef", "192.0.2.7", NOON), PYTHON);
    }

    const PYTHON: &str = "98099392684750ab35100d3fdc2aeb082f97fe0f01ae31914af6c06aa5e5453f";

    #[test]
    fn a_secret_is_long_enough_and_never_printed() {
        assert!(Secret::new("too short").is_err());
        assert_eq!(format!("{:?}", Secret::random()), "[redacted]");
    }
}
