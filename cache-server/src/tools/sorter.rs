//! Sorting more than fits into memory: records go to temporary files in sorted runs, which are merged when they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek as _, Write as _};

/// How many bytes of records are kept in memory before they go to a file.
const BUDGET: usize = 24 << 20;
/// What a record costs besides its bytes.
const OVERHEAD: usize = 16;
/// How much of a run is read at once.
const BLOCK: usize = 64 << 10;

/// A record: what it is sorted by, and what goes with it.
pub(super) type Record = (Box<[u8]>, Box<[u8]>);

/// Takes records in any order. Memory stays below some 30 MB, however many they are.
#[derive(Debug)]
pub(super) struct Sorter {
    bytes: Vec<u8>,
    /// Where each record begins, and the lengths of its parts.
    index: Vec<(usize, u32, u32)>,
    budget: usize,
    runs: Vec<File>,
}

impl Sorter {
    pub(super) fn new() -> Self {
        Self::with_budget(BUDGET)
    }

    fn with_budget(budget: usize) -> Self {
        Self { bytes: Vec::new(), index: Vec::new(), budget, runs: Vec::new() }
    }

    /// Adds a record.
    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let length = |part: &[u8]| u32::try_from(part.len()).map_err(|_| io::Error::from(ErrorKind::InvalidInput));
        self.index.push((self.bytes.len(), length(key)?, length(value)?));
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        if self.bytes.len() + self.index.len() * OVERHEAD >= self.budget { self.spill() } else { Ok(()) }
    }

    /// The records in the order of their keys, and of their values where those are equal.
    pub(super) fn finish(mut self) -> io::Result<Sorted> {
        self.sort();
        let mut runs: Vec<Run> = Vec::with_capacity(self.runs.len() + 1);
        for mut file in self.runs {
            file.rewind()?;
            runs.push(Run::File(BufReader::with_capacity(BLOCK, file)));
        }
        runs.push(Run::Memory { bytes: self.bytes, index: self.index.into_iter() });
        let mut heads = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            heads.extend(run.next()?.map(|record| Reverse((record, number))));
        }
        Ok(Sorted { runs, heads })
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.index.sort_unstable_by(|a, b| parts(bytes, *a).cmp(&parts(bytes, *b)));
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let mut file = BufWriter::with_capacity(BLOCK, tempfile::tempfile()?);
        for at in &self.index {
            let (key, value) = parts(&self.bytes, *at);
            for part in [key, value] {
                file.write_all(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes())?;
            }
            file.write_all(key)?;
            file.write_all(value)?;
        }
        self.runs.push(file.into_inner().map_err(io::IntoInnerError::into_error)?);
        self.bytes.clear();
        self.index.clear();
        Ok(())
    }
}

fn parts(bytes: &[u8], (at, key, value): (usize, u32, u32)) -> (&[u8], &[u8]) {
    let (key, value) = (key as usize, value as usize);
    (&bytes[at..at + key], &bytes[at + key..at + key + value])
}

/// Records in order.
#[derive(Debug)]
pub(super) struct Sorted {
    runs: Vec<Run>,
    heads: BinaryHeap<Reverse<(Record, usize)>>,
}

impl Sorted {
    /// The next record, which stays the next one.
    pub(super) fn peek(&self) -> Option<(&[u8], &[u8])> {
        self.heads.peek().map(|Reverse(((key, value), _))| (key.as_ref(), value.as_ref()))
    }

    /// The next record.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        let Some(Reverse((record, number))) = self.heads.pop() else { return Ok(None) };
        let next = self.runs[number].next()?;
        self.heads.extend(next.map(|record| Reverse((record, number))));
        Ok(Some(record))
    }
}

#[derive(Debug)]
enum Run {
    File(BufReader<File>),
    Memory { bytes: Vec<u8>, index: std::vec::IntoIter<(usize, u32, u32)> },
}

impl Run {
    fn next(&mut self) -> io::Result<Option<Record>> {
        match self {
            Self::Memory { bytes, index } => Ok(index.next().map(|at| {
                let (key, value) = parts(bytes, at);
                (key.into(), value.into())
            })),
            Self::File(file) => {
                let mut lengths = [0; 8];
                match file.read_exact(&mut lengths) {
                    Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
                    read => read?,
                }
                let length = |at: usize| u32::from_be_bytes([0, 1, 2, 3].map(|byte| lengths[at + byte])) as usize;
                let (mut key, mut value) = (vec![0; length(0)], vec![0; length(4)]);
                file.read_exact(&mut key)?;
                file.read_exact(&mut value)?;
                Ok(Some((key.into(), value.into())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use super::*;

    #[test]
    fn records_come_back_in_order_whether_they_fit_or_not() {
        for budget in [1, 100, 1000, 1 << 20] {
            let mut sorter = Sorter::with_budget(budget);
            let records: Vec<(String, String)> =
                (0..500_u32).map(|n| (format!("k{}", n * 7919 % 501), format!("v{}", n % 3))).collect();
            for (key, value) in &records {
                sorter.push(key.as_bytes(), value.as_bytes()).unwrap();
            }
            let mut expected = records;
            expected.sort();
            let mut sorted = sorter.finish().unwrap();
            assert_eq!(sorted.peek().map(|(key, _)| key.to_vec()), expected.first().map(|(key, _)| key.clone().into()));
            let mut found = Vec::new();
            while let Some((key, value)) = sorted.next().unwrap() {
                found.push((String::from_utf8(key.into()).unwrap(), String::from_utf8(value.into()).unwrap()));
            }
            assert_eq!(found, expected);
        }
    }
}
