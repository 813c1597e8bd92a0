//! The thread of a service without a socket: one runtime, one application, a task for every call.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Service as HttpService, ServiceResponse};
use actix_web::test;
use cache_client::transport::{Failure, reqwest};
use tokio::runtime::Builder;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::LocalSet;

use super::Service;
use super::exchange::{self, Answered, HttpRequest};
use crate::clock::Clock;
use crate::config::Config;
use crate::server;

/// How long blocking work of the storage may take to finish at the end.
const LAST_WORK: Duration = Duration::from_secs(30);

/// One call: its request, and where the answer goes.
pub(super) struct Job {
    pub(super) request: reqwest::Request,
    pub(super) reply: Reply,
    /// What a streamed body holds on to, so that the service runs until it is read.
    pub(super) service: Weak<Service>,
}

/// Runs a service until it is told to stop, or nobody is left who could ask.
pub(super) fn run(
    config: &Config,
    clock: Arc<dyn Clock>,
    jobs: mpsc::Receiver<Job>,
    stopped: oneshot::Receiver<()>,
    started: &Sender<anyhow::Result<()>>,
) {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(started.send(Err(error.into()))),
    };
    // Not a `System` of actix, whose end would wait for blocking work as long as it takes.
    let tasks = LocalSet::new();
    tasks.block_on(&runtime, async {
        let (cache, service, configure) = match server::open(config, clock) {
            Ok(opened) => opened,
            Err(error) => return drop(started.send(Err(error))),
        };
        let app = http_service::app(Arc::new(service.without_socket()), configure);
        let app = test::init_service(app).await;
        // Nobody waits any more when the starter has gone; then the inbox is closed as well.
        let _ = started.send(Ok(()));
        serve_all(Rc::new(app), jobs, stopped).await;
        if let Err(error) = cache.flush().await {
            tracing::error!(%error, "the storage could not be flushed");
        }
    });
    // Ends the calls that are under way: whoever waits for them is told so.
    drop(tasks);
    runtime.shutdown_timeout(LAST_WORK);
}

async fn serve_all<S, B>(app: Rc<S>, mut jobs: mpsc::Receiver<Job>, mut stopped: oneshot::Receiver<()>)
where
    S: HttpService<HttpRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    let outbox = Rc::new(Outbox::default());
    tokio::task::spawn_local(Rc::clone(&outbox).deliver());
    loop {
        tokio::select! {
            biased;
            _ = &mut stopped => return,
            job = jobs.recv() => match job {
                Some(job) => drop(tokio::task::spawn_local(serve(Rc::clone(&app), job, Rc::clone(&outbox)))),
                None => return,
            },
        }
    }
}

/// Answers that are delivered together.
///
/// Each delivery wakes a thread of the caller, which costs about as much as a quarter of a retrieve. The task that delivers
/// runs after those that are ready to run, so that under load one wake serves many answers; without load it runs next.
#[derive(Default)]
struct Outbox {
    ready: RefCell<Vec<(Reply, Result<reqwest::Response, Failure>)>>,
    filled: Notify,
}

type Reply = oneshot::Sender<Result<reqwest::Response, Failure>>;

impl Outbox {
    fn put(&self, reply: Reply, answer: Result<reqwest::Response, Failure>) {
        self.ready.borrow_mut().push((reply, answer));
        self.filled.notify_one();
    }

    async fn deliver(self: Rc<Self>) {
        loop {
            self.filled.notified().await;
            for (reply, answer) in self.ready.take() {
                // Whoever waited may have gone.
                let _ = reply.send(answer);
            }
        }
    }
}

/// Carries out one call. A panic ends this task alone, and with it the call.
async fn serve<S, B>(app: Rc<S>, job: Job, outbox: Rc<Outbox>)
where
    S: HttpService<HttpRequest, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody + 'static,
{
    let Job { request, mut reply, service } = job;
    let (head_only, url) = (request.method() == reqwest::Method::HEAD, request.url().clone());
    let request = match exchange::request(request) {
        Ok(request) => request,
        Err(failure) => return outbox.put(reply, Err(failure)),
    };
    let answered = tokio::select! {
        biased;
        // Nobody waits for the answer any more.
        () = reply.closed() => return,
        answered = app.call(request) => answered,
    };
    match answered {
        Ok(response) => {
            let Answered { answer, rest } = exchange::answer(response.into_parts().1, head_only, url, &service);
            outbox.put(reply, answer);
            if let Some((parts, body)) = rest {
                exchange::pump(body, parts).await;
            }
        }
        Err(error) => {
            let Answered { answer, .. } = exchange::answer(error.error_response(), head_only, url, &service);
            outbox.put(reply, answer);
        }
    }
}
