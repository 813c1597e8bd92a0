//! What the proxy knows of a request: enough to count it, and to choose those that fail.

use std::collections::BTreeMap;
use std::fmt;

use hyper::Method;
use hyper::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;

const CONDITIONS: [HeaderName; 2] = [IF_MATCH, IF_NONE_MATCH];

/// A request to S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, such as `PUT`. A deletion by `object_store` is a POST with the query `delete`.
    pub method: String,
    /// The path, decoded: `/bucket/a/key`.
    pub path: String,
    /// The query as it was sent, without the question mark; empty when there was none.
    pub query: String,
    /// Whether it is a write under a condition.
    pub conditional: bool,
    /// The keys of a deletion of several objects.
    pub deletes: Vec<String>,
}

impl Request {
    pub(super) fn read(head: &Parts, body: &[u8]) -> Self {
        let query = head.uri.query().unwrap_or_default().to_owned();
        let deletes = if query == "delete" { keys(&String::from_utf8_lossy(body)) } else { Vec::new() };
        Self {
            method: head.method.as_str().to_owned(),
            path: percent_decode_str(head.uri.path()).decode_utf8_lossy().into_owned(),
            query,
            conditional: head.method == Method::PUT && CONDITIONS.iter().any(|name| head.headers.contains_key(name)),
            deletes,
        }
    }

    /// Whether the path, or a key of a deletion, contains this text.
    pub fn touches(&self, text: &str) -> bool {
        self.path.contains(text) || self.deletes.iter().any(|key| key.contains(text))
    }

    /// A name for requests of its sort: the method, and what follows the first full stop of the path's last part, or the
    /// query's first word. `PUT .bin.config`, `GET ?list-type`, `POST ?delete`.
    pub fn kind(&self) -> String {
        let Self { method, path, query, .. } = self;
        if let Some(word) = query.split(['=', '&']).next().filter(|word| !word.is_empty()) {
            // Object reads and writes by object_store have no query, save `x-id` of other clients.
            let listing = query.contains("list-type").then_some("list-type");
            return format!("{method} ?{}", listing.unwrap_or(word));
        }
        let last = path.rsplit('/').next().unwrap_or_default();
        let extension = last.find('.').map_or("", |stop| &last[stop..]);
        format!("{method} {extension}").trim_end().to_owned()
    }
}

impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, query, conditional, deletes } = self;
        write!(out, "{method} {path}")?;
        if !query.is_empty() {
            write!(out, "?{query}")?;
        }
        if *conditional {
            out.write_str(" (conditional)")?;
        }
        deletes.iter().try_for_each(|key| write!(out, " {key}"))
    }
}

/// How many requests of each [kind](Request::kind) there are.
pub fn tally(requests: &[Request]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for request in requests {
        *kinds.entry(request.kind()).or_default() += 1;
    }
    kinds
}

/// The keys named in the body of a deletion.
fn keys(body: &str) -> Vec<String> {
    let texts = body.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
    texts.map(unescape).collect()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, target: &str, body: &str) -> Request {
        let (head, ()) = hyper::Request::builder().method(method).uri(target).body(()).unwrap().into_parts();
        Request::read(&head, body.as_bytes())
    }

    #[test]
    fn a_kind_is_the_method_and_the_extension_or_query() {
        let kind = |method, target| request(method, target, "").kind();
        assert_eq!(kind("PUT", "/bucket/a/b.bin.config"), "PUT .bin.config");
        assert_eq!(kind("GET", "/bucket/a.b/c"), "GET");
        assert_eq!(kind("GET", "/bucket?delimiter=%2F&list-type=2"), "GET ?list-type");
        assert_eq!(kind("POST", "/bucket?delete"), "POST ?delete");
    }

    #[test]
    fn a_deletion_names_its_keys() {
        let body = "<Delete><Object><Key>a/b</Key></Object><Object><Key>c&amp;lt;</Key></Object></Delete>";
        let request = request("POST", "/bucket?delete", body);
        assert_eq!(request.deletes, ["a/b", "c&lt;"]);
        assert!(request.touches("a/b") && !request.touches("a/c"));
        assert_eq!(request.to_string(), "POST /bucket?delete a/b c&lt;");
    }

    #[test]
    fn a_path_is_decoded() {
        assert_eq!(request("GET", "/bucket/a%20b/%C3%BC", "").path, "/bucket/a b/ü");
    }
}
