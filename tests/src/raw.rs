//! Requests written by hand, for what an HTTP client would correct or refuse to send.

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Answer, KEY, TestServer};

impl TestServer {
    /// Sends a request line such as `GET /a/../b` with the API key, further header lines and a body, as they are.
    ///
    /// The body is framed by what the header lines say; a streamed answer is given with its chunk sizes.
    pub async fn raw(&self, request: &str, headers: &[&str], body: &[u8]) -> Answer {
        let key = format!("x-api-key: {KEY}");
        let headers: Vec<&str> = headers.iter().copied().chain([key.as_str()]).collect();
        self.exchange(request, &headers, body).await
    }

    /// Sends a request line and header lines as they are, and no API key but one among them.
    pub async fn raw_with(&self, request: &str, headers: &[&str]) -> Answer {
        self.exchange(request, headers, b"").await
    }

    /// Sends a request line, header lines with `host` among them, and a body, as they are.
    pub async fn raw_to(&self, request: &str, headers: &[&str], body: &[u8]) -> Answer {
        let head = format!("{request} HTTP/1.1\r\nconnection: close\r\n");
        self.send(head, headers, body).await
    }

    async fn exchange(&self, request: &str, headers: &[&str], body: &[u8]) -> Answer {
        let head = format!("{request} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        self.send(head, headers, body).await
    }

    async fn send(&self, mut head: String, headers: &[&str], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        for line in headers {
            head += line;
            head += "\r\n";
        }
        head += "\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that refuses by the headers alone may close before it has read the body.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        self.parse(&answer)
    }

    fn parse(&self, answer: &[u8]) -> Answer {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has headers");
        let head = std::str::from_utf8(&answer[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in lines.map(|line| line.split_once(':').unwrap()) {
            headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value.trim()).unwrap());
        }
        Answer::checked(status, headers, Bytes::copy_from_slice(&answer[end + 4..]), &self.folder)
    }
}
