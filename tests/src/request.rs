//! Requests to a test server: a method, a path, and what is added to it.

use std::fmt::Display;
use std::future::IntoFuture;
use std::path::PathBuf;
use std::pin::Pin;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::Value;

use crate::{Answer, KEY, Stored, TestServer};

/// A request that is sent when it is awaited, with the API key unless told otherwise.
#[derive(Debug)]
#[must_use = "a request is sent when it is awaited"]
pub struct Request {
    http: reqwest::Client,
    request: reqwest::Request,
    server_folder: PathBuf,
}

impl TestServer {
    /// Begins a GET.
    pub fn get(&self, path: impl Display) -> Request {
        self.request(Method::GET, path)
    }

    /// Begins a HEAD.
    pub fn head(&self, path: impl Display) -> Request {
        self.request(Method::HEAD, path)
    }

    /// Begins a POST.
    pub fn post(&self, path: impl Display) -> Request {
        self.request(Method::POST, path)
    }

    /// Begins a DELETE.
    pub fn delete(&self, path: impl Display) -> Request {
        self.request(Method::DELETE, path)
    }

    /// Begins a request of any method.
    pub fn request(&self, method: Method, path: impl Display) -> Request {
        let url = format!("http://{}{path}", self.address);
        let request = self.http.request(method, url).header("x-api-key", KEY).build().unwrap();
        Request { http: self.http.clone(), request, server_folder: self.folder.clone() }
    }
}

impl Request {
    /// Sets a header.
    pub fn header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let value = HeaderValue::from_str(value.as_ref()).unwrap();
        self.request.headers_mut().insert(HeaderName::from_static(name), value);
        self
    }

    /// Leaves the API key out.
    pub fn without_key(mut self) -> Self {
        self.request.headers_mut().remove("x-api-key");
        self
    }

    /// Sends text.
    pub fn text(self, body: impl Into<String>) -> Self {
        self.body("text/plain", body.into().into())
    }

    /// Sends JSON: a value, or a text that is to be taken for JSON.
    pub fn json(self, body: impl Display) -> Self {
        self.body("application/json", body.to_string().into())
    }

    /// Sends bytes.
    pub fn bytes(self, body: impl Into<Vec<u8>>) -> Self {
        self.body("application/octet-stream", body.into())
    }

    fn body(mut self, media_type: &'static str, body: Vec<u8>) -> Self {
        self.request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        *self.request.body_mut() = Some(body.into());
        self
    }

    /// Sends the request, which must be answered with 200.
    pub async fn ok(self) -> Answer {
        let what = format!("{} {}", self.request.method(), self.request.url().path());
        let answer = self.await;
        assert_eq!(answer.status(), 200, "{what}: {}", answer.text());
        answer
    }

    /// Sends the request, which must be answered with 200 and JSON.
    pub async fn value(self) -> Value {
        self.ok().await.json()
    }

    /// Sends a store, which must succeed.
    pub async fn stored(self) -> Stored {
        Stored::from(self.ok().await)
    }

    /// Sends the request, which the storage must not serve now: 503, to be tried again.
    pub async fn unavailable(self) {
        let answer = self.any().await;
        assert_eq!(answer.status(), 503, "{}", answer.text());
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(answer.json()["detail"]["error_type"], "UNAVAILABLE", "{}", answer.text());
    }

    /// Sends the request, which may also be answered with 503.
    pub async fn any(self) -> Answer {
        Answer::read_any(self.http.execute(self.request).await.unwrap(), &self.server_folder).await
    }

    /// Sends the request, which must be refused with this status; answers the body, null when there is none.
    pub async fn refused(self, status: u16) -> Value {
        let what = format!("{} {}", self.request.method(), self.request.url());
        let answer = self.await;
        assert_eq!(answer.status(), status, "{what}: {}", answer.text());
        if answer.bytes().is_empty() { Value::Null } else { answer.json() }
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let response = self.http.execute(self.request).await.expect("the server answers");
            Answer::read(response, &self.server_folder).await
        })
    }
}
