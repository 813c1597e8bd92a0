//! The service through HTTP, on every engine.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod archives;
mod bodies;
mod bulk;
mod by_ids;
mod by_key;
mod clear;
mod concurrency;
mod conditional;
mod console;
mod doors;
mod fixtures;
mod hashes;
mod limits;
mod metrics;
mod metrics_page;
mod names;
mod range;
mod refusals;
mod s3_faults;
mod s3_hot;
mod s3_requests;
mod s3_start;
mod service;
mod strategies;
mod test_data;
mod ui;
