//! Content codings: how the bytes of an entry are packed.

/// How the bytes of an entry are packed. Gzip is unpacked when it is read; the others are kept as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// `gzip`, also sent as `x-gzip`.
    Gzip,
    /// `br`
    Brotli,
    /// `deflate`
    Deflate,
    /// `zstd`
    Zstd,
    /// `compress`, also sent as `x-compress`.
    Compress,
    /// `identity, gzip`, which the Python service keeps as it came.
    IdentityGzip,
}

/// A `Content-Encoding` that this service does not keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("content coding {0:?} is none of gzip, br, deflate, zstd, compress and identity")]
pub struct UnknownCoding(String);

impl Coding {
    /// Parses the value of a `Content-Encoding` header, in any case; `None` for one that says the bytes are not packed.
    pub fn parse(header: &str) -> Result<Option<Self>, UnknownCoding> {
        let lower = header.to_ascii_lowercase();
        let names: Vec<_> = lower.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        Ok(Some(match names[..] {
            [] | ["identity"] => return Ok(None),
            ["gzip" | "x-gzip"] => Self::Gzip,
            ["br"] => Self::Brotli,
            ["deflate"] => Self::Deflate,
            ["zstd"] => Self::Zstd,
            ["compress" | "x-compress"] => Self::Compress,
            ["identity", "gzip"] => Self::IdentityGzip,
            _ => return Err(UnknownCoding(header.chars().take(100).collect())),
        }))
    }

    /// The name it is stored under, in the metadata of an entry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
            Self::Compress => "compress",
            Self::IdentityGzip => "identity__gzip",
        }
    }

    /// The coding that is stored under a name. The Python service keeps names as they are sent, and any others, too.
    pub fn named(stored: &str) -> Option<Self> {
        match stored == Self::IdentityGzip.name() {
            true => Some(Self::IdentityGzip),
            false => Self::parse(stored).ok().flatten(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_read_in_any_case_and_by_their_old_names() {
        for gzip in ["gzip", "GZIP", "Gzip", "x-gzip", "X-GZip", " gzip ", "gzip,"] {
            assert_eq!(Coding::parse(gzip), Ok(Some(Coding::Gzip)), "{gzip:?}");
        }
        for none in ["", "identity", "IDENTITY", " , "] {
            assert_eq!(Coding::parse(none), Ok(None), "{none:?}");
        }
        assert_eq!(Coding::parse("Identity, GZIP"), Ok(Some(Coding::IdentityGzip)));
        for unknown in ["foo", "gzip, gzip", "gzip, br", "gzip identity", "gzip;q=1"] {
            assert_eq!(Coding::parse(unknown), Err(UnknownCoding(unknown.to_owned())));
        }
    }

    #[test]
    fn a_coding_is_found_by_the_name_it_is_stored_under() {
        for header in ["gzip", "br", "deflate", "zstd", "compress", "identity, gzip"] {
            let coding = Coding::parse(header).ok().flatten();
            assert!(coding.is_some() && coding.and_then(|coding| Coding::named(coding.name())) == coding);
        }
        assert_eq!(Coding::named("GZIP"), Some(Coding::Gzip));
        assert_eq!((Coding::named("identity"), Coding::named("gzip__br")), (None, None));
    }
}
