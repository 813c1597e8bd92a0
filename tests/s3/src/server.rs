//! S3 servers as child processes, which end with the process that started them.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Bucket;

/// The id of the access key of every server here.
pub const KEY: &str = "S3RVER";
/// The secret of the access key of every server here.
pub const SECRET: &str = "S3RVER";
/// The region of every server here.
pub const REGION: &str = "us-east-1";

/// A server that speaks S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// moto: conditional writes are right, also under contention; listings are in byte order. Accepts any signature. Some
    /// 350 requests a second; starts in 0.7 s.
    Moto,
    /// SeaweedFS: conditional writes are right; signatures are checked. Lists a folder's content before its siblings, which
    /// is not the order of bytes. Some 1,500 writes and 3,000 reads a second; starts in 3.3 s.
    SeaweedFs,
    /// s3rver: ignores the conditions of writes.
    S3rver,
}

impl Product {
    /// The one server of this product that all tests of this process share, started at the first call.
    ///
    /// `None` when it is not installed, and the reason is printed. Blocks while the server starts.
    ///
    /// # Panics
    ///
    /// When it does not start, and when it is not installed while the variable `CI` is set.
    pub fn shared(self) -> Option<&'static Server> {
        static SHARED: [OnceLock<Option<Server>>; 3] = [const { OnceLock::new() }; 3];
        SHARED[self as usize].get_or_init(|| self.start()).as_ref()
    }

    /// Starts a server of the caller's own; otherwise as [`Product::shared`].
    ///
    /// # Panics
    ///
    /// As [`Product::shared`].
    pub fn start(self) -> Option<Server> {
        let folder = tools();
        let program = self.program(&folder);
        if program.exists() {
            return Some(Server::start(self, &folder));
        }
        let reason = format!("{} is not there: run tests/s3/tools.sh", program.display());
        assert!(env::var_os("CI").is_none(), "{reason}");
        eprintln!("skipped: {reason}");
        None
    }

    fn program(self, folder: &Path) -> PathBuf {
        folder.join(match self {
            Self::Moto => "bin/moto_server",
            Self::SeaweedFs => "bin/weed",
            Self::S3rver => "node/node_modules/s3rver/bin/s3rver.js",
        })
    }

    /// The name by which `serve.py` knows it.
    fn as_str(self) -> &'static str {
        match self {
            Self::Moto => "moto",
            Self::SeaweedFs => "seaweedfs",
            Self::S3rver => "s3rver",
        }
    }
}

/// A running server; it ends when this is dropped, and when this process ends in whatever way.
#[derive(Debug)]
pub struct Server {
    process: Child,
    endpoint: String,
    buckets: AtomicU64,
}

impl Server {
    fn start(product: Product, tools: &Path) -> Self {
        let mut process = Command::new(tools.join("bin/python"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/serve.py"))
            .arg(product.as_str())
            // It ends when its input does.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(endpoint) = line.trim().strip_prefix("listening on ") else {
            panic!("{product:?} does not start: it says why on the standard error output");
        };
        let endpoint = endpoint.to_owned();
        Self { process, endpoint, buckets: AtomicU64::new(1) }
    }

    /// Its address, such as `http://127.0.0.1:40001`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A bucket of any name, whether it is there or not.
    pub fn bucket(&self, name: &str) -> Bucket {
        Bucket::at(&self.endpoint, name)
    }

    /// Creates a bucket that no other test uses.
    pub async fn new_bucket(&self) -> Bucket {
        let bucket = self.bucket(&format!("test-{}", self.buckets.fetch_add(1, Ordering::Relaxed)));
        bucket.create().await;
        bucket
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The folder that `tools.sh` fills.
fn tools() -> PathBuf {
    if let Some(folder) = env::var_os("CACHE_TESTS_S3_TOOLS") {
        return folder.into();
    }
    env::home_dir().unwrap_or_default().join(".cache/cache-service/tools/s3")
}
