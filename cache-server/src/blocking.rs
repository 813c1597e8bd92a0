//! Work that keeps the processor busy, such as parsing a large document: on a thread of its own where there is much of it, since a thread
//! that serves requests serves no other one meanwhile.

use cache_client::Json;

/// The most bytes that are worked on right away: some 200 µs for JSON, against the 20 µs that another thread costs.
pub(crate) const SMALL: usize = 64 << 10;

/// Works on so many bytes.
pub(crate) async fn run<T: Send + 'static>(bytes: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if bytes <= SMALL {
        return work();
    }
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
    const OTHER: usize = 8;
    let sum = |sum: usize, next: usize| if sum > SMALL { Err(sum) } else { Ok(sum + next) };
    let (Ok(length) | Err(length)) = match document {
        Json::String(text) => Ok(text.len()),
        Json::Array(items) => items.iter().try_fold(OTHER, |all, item| sum(all, length_of(item))),
        Json::Object(fields) => {
            fields.iter().try_fold(OTHER, |all, (name, value)| sum(all, name.len() + length_of(value)))
        }
        Json::BigInt(digits) => Ok(digits.len()),
        Json::Null | Json::Bool(_) | Json::Int(_) | Json::Float(_) => Ok(OTHER),
    };
    length
}
