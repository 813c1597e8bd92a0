//! S3 for tests: real servers that end with the test process, and a proxy in front of them that counts and breaks.
//!
//! ```no_run
//! use test_buckets::{Fault, Product, Proxy, Rule};
//!
//! # async fn example() {
//! // `None`, with a printed reason, where `tests/s3/tools.sh` has not been run.
//! let Some(s3) = Product::Moto.shared() else { return };
//! let bucket = s3.new_bucket().await;
//! let proxy = Proxy::to(s3.endpoint());
//! // A server under test gets `proxy.endpoint()`, `bucket.name()`, and the keys `test_buckets::KEY` and `SECRET`.
//! proxy.set([Rule::new(Fault::SlowDown).when(|request| request.method == "PUT").nth(2)]);
//! // …
//! println!("{:#?}", proxy.take_log());
//! assert_eq!(bucket.keys("").await, ["what/it/stored"]);
//! # }
//! ```

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod bucket;
mod proxy;
mod server;

pub use bucket::Bucket;
pub use proxy::{Fault, Hold, Proxy, Request, Rule, tally};
pub use server::{KEY, Product, REGION, SECRET, Server};
