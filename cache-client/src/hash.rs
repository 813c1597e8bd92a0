//! Cache hashes: a truncated digest of a string, of bytes, of a JSON document or of one of its fields.
//!
//! The rules are `Cache__Hash__Generator`'s of the Python service; recorded values in `tests/fixtures` prove them.

use md5::Md5;
use sha2::{Digest, Sha256, Sha384};

use crate::ids::{CacheHash, FieldPath};
use crate::json::Json;

/// The digest a cache hash is cut from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5, 32 digits.
    Md5,
    /// SHA-256, 64 digits; the default.
    Sha256,
    /// SHA-384, 96 digits.
    Sha384,
}

impl Algorithm {
    fn digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha256 => 64,
            Self::Sha384 => 96,
        }
    }
}

/// Why no hash could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The field is absent or null.
    #[error("field {:?} is not in the document", .0.as_str())]
    FieldMissing(FieldPath),
    /// An empty text identifies nothing.
    #[error("cannot hash an empty text")]
    Empty,
    /// The digest has fewer digits than asked for, or the length is none of 10, 16, 32, 64 and 96.
    #[error("no hash of {length} digits from {algorithm:?}")]
    Length {
        /// What was asked for.
        length: usize,
        /// The configured digest.
        algorithm: Algorithm,
    },
}

/// Makes cache hashes with one algorithm and length; the default is the first 16 digits of SHA-256.
///
/// ```
/// use cache_client::CacheHashGenerator;
/// let hashes = CacheHashGenerator::default();
/// assert_eq!(hashes.from_string("community-x")?.as_str(), "6849a71fcf48b141");
/// # Ok::<(), cache_client::hash::HashError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct CacheHashGenerator {
    algorithm: Algorithm,
    length: usize,
}

impl Default for CacheHashGenerator {
    fn default() -> Self {
        Self { algorithm: Algorithm::Sha256, length: 16 }
    }
}

impl CacheHashGenerator {
    /// Makes a generator of `length` digits: 10, 16, 32, 64 or 96, at most what the algorithm has.
    pub fn new(algorithm: Algorithm, length: usize) -> Result<Self, HashError> {
        if !matches!(length, 10 | 16 | 32 | 64 | 96) || length > algorithm.digits() {
            return Err(HashError::Length { length, algorithm });
        }
        Ok(Self { algorithm, length })
    }

    /// Hashes a text by its UTF-8 bytes.
    pub fn from_string(&self, text: &str) -> Result<CacheHash, HashError> {
        if text.is_empty() {
            return Err(HashError::Empty);
        }
        Ok(self.from_bytes(text.as_bytes()))
    }

    /// Hashes bytes as they are.
    pub fn from_bytes(&self, bytes: &[u8]) -> CacheHash {
        match self.algorithm {
            Algorithm::Md5 => self.of_digest(&Md5::digest(bytes)),
            Algorithm::Sha256 => self.of_digest(&Sha256::digest(bytes)),
            Algorithm::Sha384 => self.of_digest(&Sha384::digest(bytes)),
        }
    }

    /// Hashes what a reader gives, which is never in memory as a whole, and tells its length in bytes.
    pub fn from_reader(&self, mut bytes: impl std::io::Read) -> std::io::Result<(CacheHash, u64)> {
        fn read<D: Digest>(bytes: &mut impl std::io::Read) -> std::io::Result<(Vec<u8>, u64)> {
            let (mut digest, mut part, mut length) = (D::new(), [0; 8 << 10], 0);
            loop {
                match bytes.read(&mut part)? {
                    0 => return Ok((digest.finalize().to_vec(), length)),
                    read => {
                        digest.update(&part[..read]);
                        length += read as u64;
                    }
                }
            }
        }
        let (digest, length) = match self.algorithm {
            Algorithm::Md5 => read::<Md5>(&mut bytes)?,
            Algorithm::Sha256 => read::<Sha256>(&mut bytes)?,
            Algorithm::Sha384 => read::<Sha384>(&mut bytes)?,
        };
        Ok((self.of_digest(&digest), length))
    }

    /// Begins the hash of an archive, which is made of its members alone: when it was packed, and how, does not count.
    ///
    /// It is SHA-256 whatever the algorithm, as in the Python service, and has at most 64 digits.
    pub fn archive(&self) -> ArchiveHash {
        ArchiveHash { digest: Sha256::new(), length: self.length }
    }

    fn of_digest(&self, digest: &[u8]) -> CacheHash {
        CacheHash::parse(&hex_prefix(digest, self.length)).expect("a digest's digits are hexadecimal and at least ten")
    }

    /// Hashes a document by Python's `json.dumps(value, sort_keys=True)`.
    pub fn from_json(&self, value: &Json) -> CacheHash {
        match self.algorithm {
            Algorithm::Md5 => self.of_digest(&Sorted::<Md5>::digest(value)),
            Algorithm::Sha256 => self.of_digest(&Sorted::<Sha256>::digest(value)),
            Algorithm::Sha384 => self.of_digest(&Sorted::<Sha384>::digest(value)),
        }
    }

    /// Hashes an object without some of its top-level fields.
    pub fn from_json_without(&self, value: &Json, excluded: &[&str]) -> CacheHash {
        let Json::Object(fields) = value else {
            return self.from_json(value);
        };
        let kept = fields.iter().filter(|(name, _)| !excluded.contains(&name.as_str()));
        self.from_json(&Json::Object(Box::new(kept.map(|(name, field)| (name.clone(), field.clone())).collect())))
    }

    /// Hashes one field: a string as it is, numbers and booleans as Python's `str()`, the rest as sorted JSON.
    pub fn from_json_field(&self, value: &Json, path: &FieldPath) -> Result<CacheHash, HashError> {
        let mut field = value;
        for name in path.segments() {
            field = field.get(name).ok_or_else(|| HashError::FieldMissing(path.clone()))?;
        }
        match field {
            Json::Null => Err(HashError::FieldMissing(path.clone())),
            Json::String(text) => self.from_string(text),
            Json::Bool(true) => self.from_string("True"),
            Json::Bool(false) => self.from_string("False"),
            Json::Int(_) | Json::BigInt(_) | Json::Float(_) => self.from_string(&field.dumps()),
            Json::Array(_) | Json::Object(_) => Ok(self.from_json(field)),
        }
    }
}

/// The hash of an archive on its way: its members in the order of their names, content in parts.
///
/// ```
/// let mut hash = cache_client::CacheHashGenerator::default().archive();
/// assert_eq!(hash.clone().finish().as_str(), "e3b0c44298fc1c14"); // no members
/// hash.name("a.txt");
/// hash.content(b"aa");
/// hash.content(b"a");
/// hash.end();
/// hash.name("dir/b.json");
/// hash.content(br#"{"b": 1}"#);
/// hash.end();
/// assert_eq!(hash.finish().as_str(), "ce061ae4244079c0");
/// ```
#[derive(Debug, Clone)]
pub struct ArchiveHash {
    digest: Sha256,
    length: usize,
}

impl ArchiveHash {
    /// Begins a member.
    pub fn name(&mut self, name: &str) {
        self.digest.update(name);
        self.digest.update([0]);
    }

    /// Adds a part of the member's content.
    pub fn content(&mut self, part: &[u8]) {
        self.digest.update(part);
    }

    /// Ends the member.
    pub fn end(&mut self) {
        self.digest.update([0]);
    }

    /// Returns the hash of all members.
    pub fn finish(self) -> CacheHash {
        let digits = hex_prefix(&self.digest.finalize(), self.length);
        CacheHash::parse(&digits).expect("a digest's digits are hexadecimal and at least ten")
    }
}

/// The digest of a document's sorted text, which is never there as a whole.
struct Sorted<D> {
    digest: D,
    part: String,
}

impl<D: Digest> Sorted<D> {
    /// Long enough for most documents, and short enough for any number of them.
    const PART: usize = 8 << 10;

    fn digest(value: &Json) -> Vec<u8> {
        let mut sorted = Self { digest: D::new(), part: String::with_capacity(512) };
        value.write_sorted(&mut sorted);
        sorted.digest.update(sorted.part.as_bytes());
        sorted.digest.finalize().to_vec()
    }
}

impl<D: Digest> std::fmt::Write for Sorted<D> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if self.part.len() + text.len() > Self::PART {
            self.digest.update(self.part.as_bytes());
            self.part.clear();
        }
        if text.len() > Self::PART {
            self.digest.update(text.as_bytes());
        } else {
            self.part.push_str(text);
        }
        Ok(())
    }
}

/// The first `length` hexadecimal digits of a digest.
pub fn hex_prefix(digest: &[u8], length: usize) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(length);
    digits.map(|digit| DIGITS[usize::from(digit)] as char).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[test]
    fn lengths_are_those_of_the_python_service() {
        for (algorithm, length) in [(Algorithm::Md5, 10), (Algorithm::Sha256, 64), (Algorithm::Sha384, 96)] {
            let hash = CacheHashGenerator::new(algorithm, length).unwrap().from_bytes(b"x");
            assert_eq!(hash.as_str().len(), length);
        }
        for (algorithm, length) in [(Algorithm::Md5, 64), (Algorithm::Sha256, 96), (Algorithm::Sha256, 12)] {
            assert!(CacheHashGenerator::new(algorithm, length).is_err());
        }
    }

    #[test]
    fn excluded_fields_do_not_count() {
        let hashes = CacheHashGenerator::default();
        let with = Json::parse(br#"{"a": 1, "at": 2}"#).unwrap();
        let without = Json::parse(br#"{"a": 1}"#).unwrap();
        assert_eq!(hashes.from_json_without(&with, &["at"]), hashes.from_json(&without));
    }
}
