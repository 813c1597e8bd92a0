//! Room in memory for what is read: all that is under way together holds no more than this, save for an object that is larger alone.

use anyhow::Result;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many bytes there is room for.
pub(super) const MOST: u64 = 64 << 20;
/// What is counted of that.
const UNIT: u64 = 1 << 10;

/// Room that is left.
#[derive(Debug)]
pub(super) struct Budget(Semaphore);

impl Budget {
    pub(super) fn new() -> Self {
        Self(Semaphore::new(usize::try_from(MOST / UNIT).unwrap_or(Semaphore::MAX_PERMITS)))
    }

    /// Waits until there is room for so many bytes; for more than [`MOST`], until nothing else is held.
    pub(super) async fn take(&self, bytes: u64) -> Result<SemaphorePermit<'_>> {
        let units = u32::try_from(bytes.min(MOST).div_ceil(UNIT)).unwrap_or(u32::MAX);
        Ok(self.0.acquire_many(units).await?)
    }
}
