//! The folder an engine keeps its files in, and whether it can still be written.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A folder that is in use.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
    device: u64,
    inode: u64,
}

impl Place {
    /// Remembers which folder it is that lies at this path.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let about = fs::metadata(folder)?;
        Ok(Self { folder: folder.to_owned(), device: about.dev(), inode: about.ino() })
    }

    /// Tells whether it is still there, and takes a block of data; waits for the disk.
    pub(super) fn check(&self) -> io::Result<()> {
        let about = fs::metadata(&self.folder)?;
        if (about.dev(), about.ino()) != (self.device, self.inode) {
            return Err(io::Error::other("another folder is where the folder was"));
        }
        let mut nameless = tempfile::tempfile_in(&self.folder)?;
        nameless.write_all(&[1; 4096])?;
        nameless.sync_data()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[test]
    fn a_folder_that_is_gone_or_replaced_is_told() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("data");
        fs::create_dir(&folder).unwrap();
        let place = Place::open(&folder).unwrap();
        place.check().unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "the check leaves nothing");
        fs::rename(&folder, root.path().join("moved")).unwrap();
        assert_eq!(place.check().unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::create_dir(&folder).unwrap();
        assert!(place.check().is_err());
    }
}
