//! S3 for tests: real servers that end with the test process.
//!
//! ```no_run
//! use test_buckets::Product;
//!
//! # async fn example() {
//! // `None`, with a printed reason, where `tests/s3/tools.sh` has not been run.
//! let Some(s3) = Product::Moto.shared() else { return };
//! let bucket = s3.new_bucket().await;
//! // A server under test gets `s3.endpoint()`, `bucket.name()`, and the keys `test_buckets::KEY` and `SECRET`.
//! // …
//! assert_eq!(bucket.keys("").await, ["what/it/stored"]);
//! # }
//! ```

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod bucket;
mod server;

pub use bucket::Bucket;
pub use server::{KEY, Product, REGION, SECRET, Server};
