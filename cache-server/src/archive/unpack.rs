//! Unpacking members, one after another: each part is counted when it is there, whatever the archive says of sizes.

use bytes::{Bytes, BytesMut};
use flate2::{Crc, Decompress, FlushDecompress, Status};
use zip::CompressionMethod;
use zip::read::ZipFileEntry;

use super::read::{Content, check_kind, header};
use super::{Archive, Error, MAX_MEMBER, Result};

/// How much is unpacked at a time.
const PART: usize = 64 << 10;
/// The length of a member's own header, before its name, and how it begins.
const HEADER: usize = 30;
const HEADER_BEGINS: &[u8; 4] = b"PK\x03\x04";

/// What unpacks the members of an archive; its buffers serve all of them.
pub(super) struct Unpacker<'a> {
    archive: &'a Archive,
    inflate: Decompress,
    part: Box<[u8]>,
}

impl<'a> Unpacker<'a> {
    pub(super) fn new(archive: &'a Archive) -> Self {
        Self { archive, inflate: Decompress::new(false), part: vec![0; PART].into() }
    }

    /// Gives what a member unpacks to, in parts, each with the length of all so far. Fails when it is damaged.
    pub(super) fn each(
        &mut self,
        name: &str,
        content: &Content,
        mut each: impl FnMut(&[u8], u64) -> Result<()>,
    ) -> Result<()> {
        let mut so_far = 0;
        let mut checksum = Crc::new();
        let mut counted = |part: &[u8]| {
            so_far += part.len() as u64;
            if so_far > MAX_MEMBER {
                return Err(Error::MemberTooLarge(name.to_owned()));
            }
            checksum.update(part);
            each(part, so_far)
        };
        let entry = match content {
            Content::New(bytes) => return counted(bytes),
            Content::Packed(number) | Content::Renamed(number) => self.archive.entry(*number)?,
        };
        check_kind(name, &entry)?;
        let packed = packed(&self.archive.bytes, name, &entry)?;
        match entry.compression() {
            CompressionMethod::Stored => packed.chunks(PART).try_for_each(counted)?,
            _ => self.inflate(name, packed, counted)?,
        }
        if so_far != entry.size() || checksum.sum() != entry.crc32() {
            return Err(Error::member(name, "is damaged: its size or checksum is another one"));
        }
        Ok(())
    }

    fn inflate(&mut self, name: &str, packed: &[u8], mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.inflate.reset(false);
        loop {
            let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
            let rest = &packed[usize::try_from(read).unwrap_or(packed.len())..];
            let status = self.inflate.decompress(rest, &mut self.part, FlushDecompress::None);
            let status = status.map_err(|error| Error::member(name, format!("is damaged: {error}")))?;
            let length = usize::try_from(self.inflate.total_out() - written).unwrap_or(PART);
            if length > 0 {
                each(&self.part[..length])?;
            }
            if status == Status::StreamEnd {
                return Ok(());
            }
            if length == 0 && self.inflate.total_in() == read {
                return Err(Error::member(name, "is damaged: it is cut off"));
            }
        }
    }

    /// Returns what one member unpacks to.
    pub(super) fn whole(&mut self, name: &str, content: &Content) -> Result<Bytes> {
        if let Content::New(bytes) = content {
            return Ok(bytes.clone());
        }
        let mut whole = BytesMut::new();
        self.each(name, content, |part, _| {
            whole.extend_from_slice(part);
            Ok(())
        })?;
        Ok(whole.freeze())
    }
}

/// Where the packed bytes of a member lie, by the header that stands before them.
fn packed<'a>(archive: &'a [u8], name: &str, entry: &ZipFileEntry<'_>) -> Result<&'a [u8]> {
    let find = || {
        let own = archive.get(usize::try_from(entry.header_start()).ok()?..)?;
        let fixed = own.get(..HEADER).filter(|fixed| fixed.starts_with(HEADER_BEGINS))?;
        let length = |at: usize| usize::from(u16::from_le_bytes([fixed[at], fixed[at + 1]]));
        let (name, extra) = (length(26), length(28));
        // Two names for one member would be two archives, as the directory is asked or not.
        let (named, _) = header(archive, entry.central_header_start())?;
        own.get(HEADER..HEADER + name).filter(|name| *name == named)?;
        let content = own.get(HEADER + name + extra..)?;
        content.get(..usize::try_from(entry.compressed_size()).ok()?)
    };
    find().ok_or_else(|| Error::member(name, "is damaged: it is not where the directory says"))
}
