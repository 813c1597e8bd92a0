//! The threads on which connections to the S3 server live.
//!
//! The threads that serve requests end one by one when the server stops, and each would take the connections it made with
//! it, whoever uses them.

use std::sync::Arc;

use object_store::client::{HttpConnector, SpawnedReqwestConnector};
use tokio::runtime::{Builder, Handle, Runtime};

use super::requests::{Counted, Requests};

/// How many threads move bytes from and to the S3 server at most.
const THREADS: usize = 4;

/// A runtime of the engine's own.
#[derive(Debug)]
pub(super) struct Connections {
    runtime: Option<Runtime>,
    handle: Handle,
    requests: Arc<Requests>,
}

impl Connections {
    pub(super) fn new() -> std::io::Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
        let runtime = Builder::new_multi_thread().worker_threads(threads).thread_name("s3").enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime), requests: Arc::default() })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// What is counted of the requests on them.
    pub(super) fn requests(&self) -> Arc<Requests> {
        Arc::clone(&self.requests)
    }

    /// Makes clients that use them.
    pub(super) fn connector(&self) -> impl HttpConnector + use<> {
        Counted { connector: SpawnedReqwestConnector::new(self.handle.clone()), requests: self.requests() }
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        // Dropping a runtime waits for its threads, which is not allowed where this may be dropped.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
