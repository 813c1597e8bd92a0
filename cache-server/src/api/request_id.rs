//! The identifier of the request being served: in the answer's header, in refusals, and in the log.

use uuid::Uuid;

tokio::task_local! {
    static CURRENT: Uuid;
}

/// The identifier of the current request; nil outside of one.
pub(super) fn current() -> Uuid {
    CURRENT.try_with(|id| *id).unwrap_or_default()
}

/// Runs a request under an identifier.
pub(super) async fn scope<F: Future>(id: Uuid, request: F) -> F::Output {
    CURRENT.scope(id, request).await
}
