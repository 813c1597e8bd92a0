//! `info` and `server`: about the service.

use super::{Attempt, group};
use crate::error::Result;
use crate::generated::types::{Health, ServerInfo, ServiceStatus, StorageInfo, Versions};
use crate::retry::Repeat;

group! {
    /// The service, and its health.
    Info
}

group! {
    /// The server's storage.
    Server
}

/// Calls without arguments.
macro_rules! facts {
    ($name:ident: $($(#[$about:meta])* $method:ident -> $fact:ty = $operation:ident;)+) => {
        impl $name {
            $(
                $(#[$about])*
                pub async fn $method(&self) -> Result<$fact> {
                    let call = |attempt: Attempt| async move { attempt.answer(attempt.api.$operation().await) };
                    Ok(self.client.call(Repeat::Always, call).await?.into_inner())
                }
            )+
        }
    };
}

facts!(Info:
    /// Asks whether the service answers.
    health -> Health = health;
    /// Asks whether the process lives; no key is needed.
    live -> Health = live;
    /// Asks whether the storage reads and writes; no key is needed.
    ready -> Health = ready;
    /// Asks which process answers.
    server -> ServerInfo = server_info;
    /// Asks for the state of the service.
    status -> ServiceStatus = service_status;
    /// Asks for the versions of the service.
    versions -> Versions = versions;
);

facts!(Server:
    /// Asks where entries are kept.
    storage_info -> StorageInfo = storage_info;
);
