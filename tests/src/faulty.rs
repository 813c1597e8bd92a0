//! A way to the service that breaks as a test says, and counts what goes through it.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cache_client::CacheClient;
use cache_client::transport::{Answer, Failure, Transport, reqwest};
use cache_server::in_process::InProcess;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It is carried out and answered.
    Pass,
    /// It does not reach the service.
    Refuse,
    /// It is carried out, and its answer lost.
    LoseAnswer,
    /// It does not reach the service, and whoever waits for the answer waits for ever.
    Hang,
    /// It is carried out, and whoever waits for the answer waits for ever.
    HangAfter,
    /// It is carried out after this time.
    Delay(Duration),
    /// It is carried out, and answered as if the version asked for were another one.
    Say412,
}

/// What a test says of a call, by its number, and its request.
type Script = dyn Fn(usize, &reqwest::Request) -> Act + Send + Sync;

/// A transport to a service in this process that breaks. Clones share the count.
#[derive(Clone)]
pub struct Faulty {
    service: InProcess,
    calls: Arc<AtomicUsize>,
    act: Arc<Script>,
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").finish_non_exhaustive()
    }
}

impl Faulty {
    /// Does with each call, counted from 1, what `act` says.
    pub fn new(service: &InProcess, act: impl Fn(usize, &reqwest::Request) -> Act + Send + Sync + 'static) -> Self {
        Self { service: service.clone(), calls: Arc::default(), act: Arc::new(act) }
    }

    /// Carries out everything.
    pub fn counting(service: &InProcess) -> Self {
        Self::new(service, |_, _| Act::Pass)
    }

    /// A client that makes each call once.
    pub fn client(&self) -> CacheClient {
        CacheClient::over(self.clone()).retries(0).build().unwrap()
    }

    /// How many calls there were since this was last asked.
    pub fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::SeqCst)
    }
}

impl Transport for Faulty {
    fn send(&self, request: reqwest::Request) -> Answer<'_> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let act = (self.act)(call, &request);
        Box::pin(async move {
            match act {
                Act::Pass => self.service.send(request).await,
                Act::Refuse => Err(Failure::not_sent("the test refuses it")),
                Act::LoseAnswer => {
                    self.service.send(request).await?;
                    Err(Failure::lost("the test loses the answer"))
                }
                Act::Hang => pending().await,
                Act::HangAfter => {
                    self.service.send(request).await?;
                    pending().await
                }
                Act::Delay(time) => {
                    tokio::time::sleep(time).await;
                    self.service.send(request).await
                }
                Act::Say412 => {
                    self.service.send(request).await?;
                    let refusal = http::Response::builder().status(412).body("{}").unwrap();
                    Ok(refusal.into())
                }
            }
        })
    }
}
