//! Work that keeps the processor busy, such as parsing a large document: on a thread of its own where there is much of it, since a thread
//! that serves requests serves no other one meanwhile.

use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;

use cache_client::Json;
use tokio::sync::Semaphore;

/// How many do such work at once: enough to keep the processors busy. Others wait, and wait no more when their client is gone.
pub(crate) fn places() -> Semaphore {
    Semaphore::new(2 * available_parallelism().map_or(2, usize::from))
}

static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(places()));

/// The most bytes that are worked on right away: some 200 µs for JSON, against the 20 µs that another thread costs.
pub(crate) const SMALL: usize = 64 << 10;

/// Works on so many bytes.
pub(crate) async fn run<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if bytes <= SMALL {
        return work();
    }
    let place = Arc::clone(&PLACES).acquire_owned().await.expect("nobody closes it");
    // The place is held until the work is done, also when nobody waits for it any more.
    let (done, _) = apart(move || (work(), place)).await;
    done
}

/// Works on a thread that may take long.
pub(crate) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The program ends, and this request with it.
            Err(_) => std::future::pending().await,
        },
    }
}

/// Roughly how many bytes a document is written in. Stops looking where it is past what is worked on right away.
pub(crate) fn length_of(document: &Json) -> usize {
    let mut length = 0;
    add_length(document, &mut length);
    length
}

fn add_length(document: &Json, length: &mut usize) {
    const OTHER: usize = 8;
    *length += OTHER;
    match document {
        Json::String(text) => *length += text.len(),
        Json::BigInt(digits) => *length += digits.len(),
        Json::Null | Json::Bool(_) | Json::Int(_) | Json::Float(_) => {}
        Json::Array(items) => {
            for item in items {
                if *length > SMALL {
                    return;
                }
                add_length(item, length);
            }
        }
        Json::Object(fields) => {
            for (name, value) in fields.iter() {
                if *length > SMALL {
                    return;
                }
                *length += name.len();
                add_length(value, length);
            }
        }
    }
}
