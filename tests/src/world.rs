//! A client and the service behind it: over a socket or in this process, on any engine.

use cache_client::CacheClient;

use crate::{Engine, KEY, TestInProcess, TestServer};

/// A client with a service of its own. [`each_transport!`](crate::each_transport) runs suites of functions
/// `async fn(World)`.
#[derive(Debug)]
pub struct World {
    /// The client; it carries the API key.
    pub client: CacheClient,
    /// The engine the service runs on.
    pub engine: Engine,
    _service: Service,
}

/// What keeps the service running.
#[derive(Debug)]
#[expect(dead_code, reason = "held, not read")]
enum Service {
    Remote(Box<TestServer>),
    InProcess(TestInProcess),
}

impl World {
    /// Over HTTP.
    pub fn remote(engine: Engine) -> Self {
        let server = engine.start();
        let client = CacheClient::builder(server.url()).api_key("x-api-key", KEY).build().unwrap();
        Self { client, engine, _service: Service::Remote(Box::new(server)) }
    }

    /// In this process.
    pub fn in_process(engine: Engine) -> Self {
        let service = engine.setup().start_in_process();
        Self { client: service.service.client(), engine, _service: Service::InProcess(service) }
    }
}

/// Makes a test for each transport and engine of suites, functions `async fn(World)`: `sentence::remote::memory`,
/// `sentence::in_process::embedded` and so on.
#[macro_export]
macro_rules! each_transport {
    ($($suite:ident),+ $(,)?) => {$(
        mod $suite {
            mod remote {
                $crate::each_transport!(@engines $suite remote);
            }

            mod in_process {
                $crate::each_transport!(@engines $suite in_process);
            }
        }
    )+};
    (@engines $suite:ident $transport:ident) => {
        use $crate::{Engine, World};

        #[tokio::test]
        async fn memory() {
            super::super::$suite(World::$transport(Engine::Memory)).await;
        }

        #[tokio::test]
        async fn embedded() {
            super::super::$suite(World::$transport(Engine::Embedded)).await;
        }

        #[tokio::test]
        async fn local_disk() {
            super::super::$suite(World::$transport(Engine::LocalDisk)).await;
        }

        #[tokio::test]
        async fn s3() {
            if Engine::S3.is_there() {
                super::super::$suite(World::$transport(Engine::S3)).await;
            }
        }
    };
}
