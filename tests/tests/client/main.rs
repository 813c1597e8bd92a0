//! The client crate against the service.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod bulk;
mod calls;
mod faults;
mod tls;
