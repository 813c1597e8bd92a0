//! Where the head and the body of a request end: as little of HTTP/1.1 as that takes. What is malformed is for the HTTP server
//! to refuse, which closes the connection.

/// A head: lines to the first empty one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Head {
    /// What the line that has begun holds so far.
    line: Line,
    /// Whether there was a line; empty lines before the first one are skipped.
    has_line: bool,
    is_complete: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Line {
    #[default]
    Empty,
    /// A carriage return, and nothing else.
    Return,
    Text,
}

impl Head {
    /// How many of the bytes belong to the head.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while !self.is_complete && taken < bytes.len() {
            let rest = &bytes[taken..];
            let end = memchr::memchr(b'\n', rest);
            let text = &rest[..end.unwrap_or(rest.len())];
            self.line = match (self.line, text) {
                (line, b"") => line,
                (Line::Empty, b"\r") => Line::Return,
                _ => Line::Text,
            };
            taken += text.len();
            if end.is_some() {
                taken += 1;
                let has_text = self.line == Line::Text;
                self.is_complete = self.has_line && !has_text;
                self.has_line |= has_text;
                self.line = Line::Empty;
            }
        }
        taken
    }

    pub(crate) fn is_complete(self) -> bool {
        self.is_complete
    }

    /// Whether a part of it has arrived.
    pub(crate) fn has_begun(self) -> bool {
        self.has_line || self.line != Line::Empty
    }
}

/// What is left of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body {
    /// This many bytes.
    Sized(u64),
    /// Chunks, each behind its size: the size read so far, and whether its digits have ended.
    ChunkSize(u64, bool),
    /// This many bytes of a chunk and its line end; then the next chunk.
    Chunk(u64),
    /// What comes behind the last chunk: trailers, and an empty line.
    Trailers(Trailer),
}

/// Where in the trailers, which are lines up to an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trailer {
    /// At the beginning of a line.
    Begin,
    /// In the middle of one.
    Text,
    /// Behind the carriage return of one.
    Return,
    /// Behind the carriage return of the empty one.
    LastReturn,
}

impl Body {
    /// A body in chunks.
    pub(crate) fn chunked() -> Self {
        Self::ChunkSize(0, false)
    }

    /// How many of the bytes belong to the body, up to the beginning of so many pieces: a chunk is one, and so is whatever else comes
    /// together.
    pub(crate) fn take(&mut self, bytes: &[u8], pieces: &mut usize) -> usize {
        let mut taken = 0;
        *pieces = pieces.saturating_sub(1);
        while taken < bytes.len() && !self.is_complete() {
            if matches!(self, Self::ChunkSize(0, false)) && taken > 0 {
                if *pieces == 0 {
                    break;
                }
                *pieces -= 1;
            }
            let rest = &bytes[taken..];
            let skip = |left: u64| usize::try_from(left).map_or(rest.len(), |left| left.min(rest.len()));
            let (part, next) = match *self {
                Self::Sized(left) => (skip(left), Self::Sized(left - skip(left) as u64)),
                Self::Chunk(left) if skip(left) as u64 == left => (skip(left), Self::chunked()),
                Self::Chunk(left) => (skip(left), Self::Chunk(left - skip(left) as u64)),
                Self::ChunkSize(size, has_ended) => (1, after_size(size, has_ended, rest[0])),
                Self::Trailers(at) => (1, at.after(rest[0])),
            };
            taken += part;
            *self = next;
        }
        taken
    }

    pub(crate) fn is_complete(self) -> bool {
        matches!(self, Self::Sized(0))
    }
}

/// What comes after a byte of the line with a chunk's size.
fn after_size(size: u64, has_ended: bool, byte: u8) -> Body {
    const LINE_END: u64 = 2;
    match (byte, char::from(byte).to_digit(16)) {
        // The last chunk is empty.
        (b'\n', _) if size == 0 => Body::Trailers(Trailer::Begin),
        (b'\n', _) => Body::Chunk(size.saturating_add(LINE_END)),
        (_, Some(digit)) if !has_ended => Body::ChunkSize(size.saturating_mul(16).saturating_add(digit.into()), false),
        _ => Body::ChunkSize(size, true),
    }
}

impl Trailer {
    /// What comes after a byte.
    fn after(self, byte: u8) -> Body {
        Body::Trailers(match (self, byte) {
            (Self::LastReturn, _) => return Body::Sized(0),
            (Self::Begin, b'\r') => Self::LastReturn,
            (Self::Text, b'\r') => Self::Return,
            (Self::Return, _) => Self::Begin,
            (Self::Begin | Self::Text, _) => Self::Text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is taken of `bytes`, given in pieces of each size.
    fn taken(bytes: &[u8], mut take: impl FnMut(&[u8]) -> usize, piece: usize) -> usize {
        let mut all = 0;
        for part in bytes.chunks(piece) {
            let taken = take(part);
            all += taken;
            if taken < part.len() {
                break;
            }
        }
        all
    }

    #[test]
    fn a_head_ends_with_its_first_empty_line() {
        for (head, rest) in [
            ("GET / HTTP/1.1\r\n\r\n", "GET /2 HTTP/1.1\r\n\r\n"),
            ("GET / HTTP/1.1\n\n", "\n\n\n"),
            ("\r\n\nGET / HTTP/1.1\r\nhost: a\r\n\r\n", "body"),
            ("GET / HTTP/1.1\r\nx: \r\r\n\r\n", "\r\n"),
        ] {
            let bytes = [head, rest].concat();
            for piece in 1..=bytes.len() {
                let mut read = Head::default();
                assert_eq!(taken(bytes.as_bytes(), |part| read.take(part), piece), head.len(), "{head:?} by {piece}");
                assert!(read.is_complete(), "{head:?}");
            }
        }
        let mut read = Head::default();
        assert_eq!((read.take(b"\r\n\r\n"), read.has_begun(), read.is_complete()), (4, false, false));
        assert_eq!((read.take(b"GET"), read.has_begun(), read.is_complete()), (3, true, false));
    }

    #[test]
    fn a_body_ends_with_its_length_or_its_last_chunk() {
        let chunks = "5\r\nhello\r\n00A;x=0\r\n0\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n";
        let trailers = "1\r\na\r\n0\r\nx-trailer: 1\r\nother: \n2\r\n\r\n";
        for (start, body) in [
            (Body::Sized(5), "hello"),
            (Body::chunked(), chunks),
            (Body::chunked(), "0\r\n\r\n"),
            (Body::chunked(), trailers),
        ] {
            let bytes = [body, "GET / HTTP/1.1\r\n\r\n"].concat();
            for piece in 1..=bytes.len() {
                let mut read = start;
                let take = |part: &[u8]| read.take(part, &mut usize::MAX.clone());
                assert_eq!(taken(bytes.as_bytes(), take, piece), body.len(), "{body:?} by {piece}");
                assert!(read.is_complete(), "{body:?}");
            }
        }
        let mut endless = Body::chunked();
        assert_eq!(endless.take(b"FFFFFFFFFFFFFFFFF\r\nGET / HTTP/1.1\r\n\r\n", &mut 9), 37);
    }

    #[test]
    fn no_more_chunks_are_taken_than_told() {
        let (mut body, mut pieces) = (Body::chunked(), 3);
        let bytes = b"1\r\na\r\n".repeat(5);
        assert_eq!((body.take(&bytes, &mut pieces), pieces), (18, 0));
        pieces = 3;
        assert_eq!((body.take(&bytes[18..], &mut pieces), pieces), (12, 1));
    }
}
