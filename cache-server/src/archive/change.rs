//! Changing an archive: members come, go and get other names, and what is left is written as a new archive.

use std::io::{Cursor, Write};

use bytes::Bytes;
use cache_client::{CacheHash, CacheHashGenerator, MemberPath};
use chrono::{DateTime, Datelike, Timelike, Utc};
use flate2::Compression;
use flate2::bufread::DeflateEncoder;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::read::{Content, Member};
use super::unpack::Unpacker;
use super::{Archive, Error, MAX_ARCHIVE, MAX_MEMBERS, MAX_RATIO, Pattern, Result};

/// An archive as it is stored.
#[derive(Debug, Clone)]
pub struct Packed {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its hash, by what its members hold.
    pub hash: CacheHash,
    /// How many members it has.
    pub count: usize,
}

impl Archive {
    /// Adds a member after all others, instead of the one that has this name.
    pub fn add(&mut self, name: &MemberPath, content: Bytes) {
        self.put(name, Content::New(content));
    }

    /// Removes a member; tells whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let removed = self.members.remove(name).is_some();
        self.is_changed |= removed;
        removed
    }

    /// Removes the members whose names match, and returns those names.
    pub fn remove_matching(&mut self, pattern: &Pattern) -> Vec<String> {
        let names: Vec<_> = self.names().filter(|name| pattern.matches(name)).map(str::to_owned).collect();
        for name in &names {
            self.remove(name);
        }
        names
    }

    /// Gives a member another name, instead of the one that has it already; tells whether it was there.
    pub fn rename(&mut self, from: &str, to: &MemberPath) -> bool {
        let Some(Member { content, .. }) = self.members.remove(from) else { return false };
        let content = match content {
            Content::Packed(number) | Content::Renamed(number) => Content::Renamed(number),
            new @ Content::New(_) => new,
        };
        self.put(to, content);
        true
    }

    fn put(&mut self, name: &MemberPath, content: Content) {
        let member = Member { place: self.next_place, content };
        self.members.insert(name.to_string(), member);
        self.next_place += 1;
        self.is_changed = true;
    }

    /// Writes the archive as it has become; members that are new are dated `now`, in milliseconds since 1970.
    ///
    /// Every member is unpacked once, for the hash; only those that are new or renamed are packed. Without a change the
    /// bytes stay as they are.
    pub fn finish(self, hashes: &CacheHashGenerator, now: u64) -> Result<Packed> {
        if self.len() > MAX_MEMBERS {
            return Err(Error::TooMany);
        }
        let (hash, count) = (self.hash(hashes, false)?, self.len());
        let bytes = if self.is_changed { self.write(now)? } else { self.bytes };
        if bytes.len() > MAX_ARCHIVE {
            return Err(Error::TooLong);
        }
        Ok(Packed { bytes, hash, count })
    }

    fn write(&self, now: u64) -> Result<Bytes> {
        let mut members: Vec<_> = self.members.iter().collect();
        members.sort_unstable_by_key(|(_, member)| member.place);
        let mut archive = ZipWriter::new(Cursor::new(Vec::with_capacity(self.bytes.len())));
        let (mut source, mut unpacker) = (self.read.clone(), Unpacker::new(self));
        let time = dated(now);
        for (name, Member { content, .. }) in members {
            let written = match content {
                Content::Packed(number) => {
                    source.by_index_raw(*number).and_then(|member| archive.raw_copy_file(member))
                }
                Content::Renamed(_) | Content::New(_) => {
                    pack(&mut archive, name, &unpacker.whole(name, content)?, time)
                }
            };
            written.map_err(|error| Error::member(name, format!("cannot be written: {error}")))?;
        }
        let written = archive.finish().map_err(Error::not_zip)?;
        Ok(written.into_inner().into())
    }
}

/// Packs a member, or stores it as it is where packing would make it one that is refused when it is sent.
fn pack(archive: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, content: &[u8], time: zip::DateTime) -> ZipResult<()> {
    let method = if packs_too_well(content) { CompressionMethod::Stored } else { CompressionMethod::Deflated };
    let options = SimpleFileOptions::default().compression_method(method).last_modified_time(time);
    archive.start_file(name, options)?;
    archive.write_all(content)?;
    Ok(())
}

/// Tells whether content packs to less than one part in [`MAX_RATIO`]. Most does not, and is known by its beginning.
fn packs_too_well(content: &[u8]) -> bool {
    let enough = content.len() as u64 / MAX_RATIO + 1;
    let mut packed = std::io::Read::take(DeflateEncoder::new(content, Compression::default()), enough);
    let length = std::io::copy(&mut packed, &mut std::io::sink());
    length.expect("reading from memory cannot fail") < enough
}

/// A time as archives have it, from 1980 to 2107.
fn dated(now: u64) -> zip::DateTime {
    let convert = || {
        let at = DateTime::<Utc>::from_timestamp_millis(i64::try_from(now).ok()?)?;
        let part = |part: u32| u8::try_from(part).ok();
        let (month, day) = (part(at.month())?, part(at.day())?);
        let (hour, minute, second) = (part(at.hour())?, part(at.minute())?, part(at.second())?);
        zip::DateTime::from_date_and_time(u16::try_from(at.year()).ok()?, month, day, hour, minute, second).ok()
    };
    convert().unwrap_or_default()
}
