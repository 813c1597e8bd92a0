//! The harness of the black-box tests: real servers in this process, and a small client that talks to them.
//!
//! A suite is a function that takes an [`Engine`], starts what it needs and proves one sentence. [`each_engine!`] runs
//! it once
//! for every engine, as `sentence::memory`, `sentence::local_disk` and so on:
//!
//! ```no_run
//! use cache_tests::{Engine, each_engine};
//!
//! each_engine!(what_was_stored_is_retrieved);
//! async fn what_was_stored_is_retrieved(engine: Engine) {
//!     let server = engine.start();
//!     let entry = server.post("/ns/direct/store/string").text("some text").stored().await;
//!     let answer = server.get(format!("/ns/retrieve/{}/string", entry.cache_id)).ok().await;
//!     assert_eq!(answer.text(), "some text");
//! }
//! ```
//!
//! Every server has a port and a folder of its own, so tests run in any order and at the same time. None of them
//! sleeps:
//! where time matters, [`Setup::clock_at`] gives the server a clock that stands still.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod admin;
mod answer;
mod cost_explorer;
mod faulty;
mod files;
mod raw;
mod request;
mod server;
mod still;
mod world;

pub use admin::TestAdmin;
pub use answer::{Answer, Stored};
pub use cost_explorer::{Asked, Bill, Reply, TestCostExplorer};
pub use faulty::{Act, Faulty};
pub use files::files_below;
pub use request::Request;
pub use server::{ADMIN_KEY, Engine, KEY, Setup, TestInProcess, TestServer, s3_flags};
pub use still::{Still, request_at};
pub use world::World;

/// Makes a test for each engine of suites, functions `async fn(Engine)`.
#[macro_export]
macro_rules! each_engine {
    ($($suite:ident),+ $(,)?) => {$(
        mod $suite {
            use $crate::Engine;

            #[tokio::test]
            async fn memory() {
                super::$suite(Engine::Memory).await;
            }

            #[tokio::test]
            async fn local_disk() {
                super::$suite(Engine::LocalDisk).await;
            }

            #[tokio::test]
            async fn embedded() {
                super::$suite(Engine::Embedded).await;
            }

            #[tokio::test]
            async fn s3() {
                if Engine::S3.is_there() {
                    super::$suite(Engine::S3).await;
                }
            }
        }
    )+};
}

/// Makes a test of suites for each engine whose objects can be seen and changed past the server.
#[macro_export]
macro_rules! each_open_engine {
    ($($suite:ident),+ $(,)?) => {$(
        mod $suite {
            use $crate::Engine;

            #[tokio::test]
            async fn local_disk() {
                super::$suite(Engine::LocalDisk).await;
            }

            #[tokio::test]
            async fn s3() {
                if Engine::S3.is_there() {
                    super::$suite(Engine::S3).await;
                }
            }
        }
    )+};
}
