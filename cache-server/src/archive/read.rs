//! Reading an archive: its directory, one member, and a check of all of them.

use std::collections::{BTreeMap, HashSet};
use std::io::Cursor;

use bytes::Bytes;
use cache_client::{CacheHash, CacheHashGenerator, MemberPath};
use memchr::memmem;
use zip::read::ZipFileEntry;
use zip::{CompressionMethod, ZipArchive};

use super::unpack::Unpacker;
use super::{Error, MAX_ARCHIVE, MAX_MEMBERS, MAX_UNPACKED, Result, is_explosive};

/// How a header in the directory begins, and how long it is before the name.
const HEADER_BEGINS: &[u8; 4] = b"PK\x01\x02";
const HEADER: usize = 46;
/// What leads to the end record of ZIP64, the only one that can count more than 65,535 members.
const ZIP64_LOCATOR: &[u8; 4] = b"PK\x06\x07";
/// The end of an archive, which the locator is a part of: the end records and the longest comment.
const TAIL: usize = 20 + 22 + 0xffff;
/// The type of a file in its Unix mode, and the one of symbolic links.
const FILE_TYPE: u32 = 0o170_000;
const SYMBOLIC_LINK: u32 = 0o120_000;

/// An archive: its bytes, and its members by name.
#[derive(Debug)]
pub struct Archive {
    pub(super) bytes: Bytes,
    pub(super) read: ZipArchive<Cursor<Bytes>>,
    pub(super) members: BTreeMap<String, Member>,
    /// A name that the directory has more than once; the last member of that name counts, as in Python.
    twice: Option<String>,
    /// Where the next member that is added comes.
    pub(super) next_place: usize,
    pub(super) is_changed: bool,
}

/// A member of an archive.
#[derive(Debug)]
pub(super) struct Member {
    /// Members keep their order, which some formats made of archives count on.
    pub(super) place: usize,
    pub(super) content: Content,
}

/// What a member holds.
#[derive(Debug)]
pub(super) enum Content {
    /// The member of this number of the archive that was read.
    Packed(usize),
    /// The same, under another name.
    Renamed(usize),
    /// Something new.
    New(Bytes),
}

impl Archive {
    /// Reads the directory of an archive. Its members are neither unpacked nor checked: see [`Archive::check`].
    ///
    /// Fails where there is no directory, it is cut off, or has too many members, and for too many bytes.
    pub fn read(bytes: Bytes) -> Result<Self> {
        if bytes.len() > MAX_ARCHIVE {
            return Err(Error::TooLong);
        }
        // The directory is read into memory as a whole, in some hundred bytes a member.
        let tail = &bytes[bytes.len().saturating_sub(TAIL)..];
        if memmem::find(tail, ZIP64_LOCATOR).is_some()
            && memmem::find_iter(&bytes, HEADER_BEGINS).nth(MAX_MEMBERS).is_some()
        {
            return Err(Error::TooMany);
        }
        let read = ZipArchive::new(Cursor::new(bytes.clone())).map_err(Error::not_zip)?;
        let mut members = BTreeMap::new();
        for number in 0..read.len() {
            let name = read.by_index_data(number).and_then(|entry| entry.name().map(|name| name.into_owned()));
            members.insert(name.map_err(Error::not_zip)?, Member { place: number, content: Content::Packed(number) });
        }
        let (mut known, mut twice, mut count) = (HashSet::with_capacity(read.len()), None, 0);
        for name in directory(&bytes, read.central_directory_start()) {
            count += 1;
            if !known.insert(name) {
                twice = Some(String::from_utf8_lossy(name).into_owned());
            }
        }
        if !read.has_duplicate_names() && count != read.len() {
            return Err(Error::NotZip(format!("its directory has {count} members and counts {}", read.len())));
        }
        if (read.has_duplicate_names() || members.len() != read.len()) && twice.is_none() {
            return Err(Error::NotZip("two members have one name in two encodings".to_owned()));
        }
        Ok(Self { bytes, next_place: read.len(), read, members, twice, is_changed: false })
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Tells whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The names of the members, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Tells whether there is a member of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Unpacks one member; `None` when there is none of this name. The others are not looked at.
    pub fn unpack(&self, name: &str) -> Result<Option<Bytes>> {
        let Some(member) = self.members.get(name) else { return Ok(None) };
        Unpacker::new(self).whole(name, &member.content).map(Some)
    }

    /// Checks an archive that somebody sent: names, kinds, sizes, and that every member unpacks. Returns its hash.
    pub fn check(&self, hashes: &CacheHashGenerator) -> Result<CacheHash> {
        if let Some(name) = &self.twice {
            return Err(Error::member(name, "is there twice"));
        }
        self.hash(hashes, true)
    }

    pub(super) fn entry(&self, number: usize) -> Result<ZipFileEntry<'_>> {
        self.read.by_index_data(number).map_err(Error::not_zip)
    }

    /// Unpacks every member, one after another in the order of their names, as far as the limits go; those of ratio only
    /// where it is said so. What was accepted once stays good when other members go.
    pub(super) fn hash(&self, hashes: &CacheHashGenerator, limits_ratio: bool) -> Result<CacheHash> {
        let (size, mut packed, mut unpacked) = (self.bytes.len() as u64, 0, 0);
        let (mut hash, mut unpacker) = (hashes.archive(), Unpacker::new(self));
        for (name, member) in &self.members {
            check_name(name)?;
            let length = match &member.content {
                Content::Packed(number) | Content::Renamed(number) => {
                    let entry = self.entry(*number)?;
                    packed += entry.compressed_size();
                    entry.compressed_size()
                }
                Content::New(bytes) => bytes.len() as u64,
            };
            // Each byte of the archive is a part of one member at most; else a small one could take for ever.
            if packed > size {
                return Err(Error::Overlap);
            }
            hash.name(name);
            unpacker.each(name, &member.content, |part, so_far| {
                unpacked += part.len() as u64;
                if unpacked > MAX_UNPACKED {
                    return Err(Error::TooLarge);
                }
                if limits_ratio && is_explosive(so_far, length) {
                    return Err(Error::MemberRatio(name.clone()));
                }
                if limits_ratio && is_explosive(unpacked, size) {
                    return Err(Error::Ratio);
                }
                hash.content(part);
                Ok(())
            })?;
            hash.end();
        }
        Ok(hash.finish())
    }
}

/// The names in a directory that begins here, as they are written there.
fn directory(archive: &[u8], mut start: u64) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (name, length) = header(archive, start)?;
        start += length as u64;
        Some(name)
    })
}

/// The name in a header of the directory, as it is written there, and the length of the header.
pub(super) fn header(archive: &[u8], start: u64) -> Option<(&[u8], usize)> {
    let header = archive.get(usize::try_from(start).ok()?..)?;
    let fixed = header.get(..HEADER).filter(|fixed| fixed.starts_with(HEADER_BEGINS))?;
    let length = |at: usize| usize::from(u16::from_le_bytes([fixed[at], fixed[at + 1]]));
    let (name, extra, comment) = (length(28), length(30), length(32));
    Some((header.get(HEADER..HEADER + name)?, HEADER + name + extra + comment))
}

/// Refuses names that could lead out of the folder they are unpacked to. Folders are members that end with a slash.
fn check_name(name: &str) -> Result<()> {
    let path = name.strip_suffix('/').unwrap_or(name);
    MemberPath::parse(path).map(drop).map_err(|error| Error::member(name, error.reason()))
}

/// Refuses members that are no plain files or folders, or that are packed in ways that are not known here.
pub(super) fn check_kind(name: &str, entry: &ZipFileEntry<'_>) -> Result<()> {
    if entry.encrypted() {
        return Err(Error::member(name, "is encrypted"));
    }
    // Whatever system the archive says it comes from: programs that unpack it may not ask.
    if entry.external_attributes() >> 16 & FILE_TYPE == SYMBOLIC_LINK {
        return Err(Error::member(name, "is a symbolic link"));
    }
    match entry.compression() {
        CompressionMethod::Stored | CompressionMethod::Deflated => Ok(()),
        other => Err(Error::member(name, format!("is packed as {other}, and not stored or deflated"))),
    }
}
