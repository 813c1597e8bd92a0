//! A cache of which time stands still, and what somebody records in it.

use std::net::IpAddr;
use std::sync::Arc;

use cache_client::CacheClient;
use cache_server::in_process::InProcess;
use send_wrapper::analytics::{
    Aggregation, Event, EventType, Recorder, RecorderSettings, Secret, Source, Window, WindowType,
};
use send_wrapper::{Clock, ManualClock, SendCache, Timestamp, namespaces};

use crate::{Engine, Faulty, KEY, TestInProcess};

/// A cache and a handle with one clock that stands still, and a count of the calls between them.
#[derive(Debug)]
pub struct Still {
    /// The calls of the handle.
    pub calls: Faulty,
    /// The clock of both.
    pub clock: Arc<ManualClock>,
    /// The handle.
    pub send: SendCache,
    recorder: Recorder,
    service: TestInProcess,
}

impl Still {
    /// One that begins at this time.
    pub fn at(engine: Engine, now: u64) -> Self {
        let service = engine.setup().clock_at(now).start_in_process();
        let (calls, clock) = (Faulty::counting(&service.service), service.clock.clone().unwrap());
        let send = SendCache::new(client(&calls)).clock(Arc::clone(&clock) as Arc<_>);
        let recorder =
            Recorder::start(&send, Secret::new("a secret for these tests").unwrap(), RecorderSettings::default());
        Self { calls, clock, send, recorder, service }
    }

    /// The cache.
    pub fn service(&self) -> &InProcess {
        &self.service.service
    }

    /// A client of the cache.
    pub fn client(&self) -> CacheClient {
        client(&self.calls)
    }

    /// Another handle to the same cache, as another process has it.
    pub fn other(&self) -> SendCache {
        self.over(&self.calls)
    }

    /// A handle to the same cache, over another transport.
    pub fn over(&self, calls: &Faulty) -> SendCache {
        SendCache::new(client(calls)).clock(Arc::clone(&self.clock) as Arc<_>)
    }

    /// Lets time pass until then.
    pub fn set(&self, now: u64) {
        self.clock.advance(now - self.clock.now());
    }

    /// Records events, stored together at this moment.
    pub async fn record(&self, events: impl IntoIterator<Item = (Event, u8)>) {
        for (event, visitor) in events {
            self.recorder.record(event, Some(IpAddr::from([192, 0, 2, visitor])));
        }
        self.recorder.flush().await;
    }

    /// What a window comes to.
    pub async fn text(&self, kind: WindowType, key: &str) -> String {
        let window = Window::parse(kind, key).unwrap();
        self.send.analytics().aggregation_json(window).await.unwrap().get().to_owned()
    }

    /// What a window comes to.
    pub async fn aggregation(&self, kind: WindowType, key: &str) -> Aggregation {
        self.send.analytics().aggregation(Window::parse(kind, key).unwrap()).await.unwrap()
    }

    /// How many aggregations are stored.
    pub async fn stored(&self) -> usize {
        let entries = client(&self.calls).namespace().entries(namespaces::ANALYTICS).key_prefix("aggregations/");
        entries.page().await.unwrap().items.len()
    }
}

fn client(calls: &Faulty) -> CacheClient {
    CacheClient::over(calls.clone()).api_key("x-api-key", KEY).build().unwrap()
}

/// A request that was answered at this time.
pub fn request_at(at: u64) -> Event {
    let event = Event::new(EventType::ApiCall, Timestamp::from_millis(at)).source(Source::Http);
    event.request("GET", "/a").answer(200, 10)
}
