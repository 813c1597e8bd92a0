//! Room in memory for what is read: asked for before a large object is loaded.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::{Error, Result};

/// Objects up to this size are read without asking.
pub(super) const SMALL: u64 = 1 << 20;

/// Grants room for this many bytes, maybe after a while, or does not.
type Grant = dyn Fn(u64) -> BoxFuture<'static, bool> + Send + Sync;

/// Room for what is read, on behalf of whoever asks for it. Engines that read while others do ask it before they load a large
/// object, so that many readers at once do not fill the memory.
#[derive(Clone, Default)]
pub struct Room {
    grant: Option<Arc<Grant>>,
    tight: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.grant.is_some() { "limited" } else { "unlimited" })
    }
}

impl Room {
    /// Room that is granted by somebody.
    pub fn granted_by(grant: impl Fn(u64) -> BoxFuture<'static, bool> + Send + Sync + 'static) -> Self {
        Self { grant: Some(Arc::new(grant)), tight: None }
    }

    /// Tells when there is little room left: engines that cannot tell the size of an object for free ask only then.
    #[must_use]
    pub fn tight_when(self, tight: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { tight: Some(Arc::new(tight)), ..self }
    }

    /// Whether there is little room left.
    pub(super) fn is_tight(&self) -> bool {
        self.tight.as_ref().is_some_and(|tight| tight())
    }

    /// Takes room for an object of this size, or fails when there is none.
    pub(super) async fn take(&self, bytes: u64) -> Result<()> {
        match &self.grant {
            Some(grant) if bytes > SMALL && !grant(bytes).await => Err(Error::NoRoom),
            _ => Ok(()),
        }
    }
}
