//! Who asks: a program on this machine, a page of this service, or a page of somebody else.
//!
//! A browser sends what pages of other sites tell it to, with the cookies it has, and to services that only this machine
//! reaches; and a name that somebody else made to lead here (DNS rebinding) makes such a page look like one of ours. So a
//! service without a key serves nothing that comes from a browser's other pages, under another name, or through a proxy,
//! and what a cookie lets in has to come from a page of the service itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use actix_web::dev::RequestHead;
use actix_web::http::Uri;
use actix_web::http::header::{self, HeaderMap};
use http::uri::Authority;

/// Why a request is taken for one of somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// It asks for a host that is not this machine, or for none.
    #[error("without an API key only requests to localhost or a loopback address are served: see the header Host")]
    Host,
    /// A page of another origin sent it.
    #[error("the request comes from a page of another site: see the header Origin")]
    Origin,
    /// The browser says that a page of another site, or of another port, sent it.
    #[error("the request comes from a page of another site: see the header Sec-Fetch-Site")]
    Site,
    /// It came through a proxy.
    #[error("without an API key no request that came through a proxy is served")]
    Proxy,
}

/// Refuses what is not a program of this machine, or a page of this service: for services without a key.
///
/// Pages of `origins` may ask as well. With `page` a browser may be led here from another site, as by a link.
pub fn only_local(head: &RequestHead, origins: &[String], page: bool) -> Result<(), Foreign> {
    let headers = &head.headers;
    let proxied = |name: &str| {
        matches!(name, "forwarded" | "via" | "x-real-ip" | "cf-connecting-ip" | "true-client-ip")
            || name.starts_with("x-forwarded-")
    };
    if headers.keys().any(|name| proxied(name.as_str())) {
        return Err(Foreign::Proxy);
    }
    let named = head.uri.authority().map(|authority| authority.as_str());
    if named.is_some_and(|host| !is_loopback(host)) || !only(headers, &header::HOST).is_some_and(is_loopback) {
        return Err(Foreign::Host);
    }
    let led_here = page && text(headers, "sec-fetch-mode") == Some("navigate");
    if led_here && !headers.contains_key(header::ORIGIN) {
        return Ok(());
    }
    same_origin(head, origins)
}

/// Refuses what a page of another origin sent, unless it is one of `origins`.
pub fn same_origin(head: &RequestHead, origins: &[String]) -> Result<(), Foreign> {
    let headers = &head.headers;
    if headers.contains_key(header::ORIGIN) {
        let origin = only(headers, &header::ORIGIN).ok_or(Foreign::Origin)?;
        if origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
            return Ok(());
        }
        let host = only(headers, &header::HOST).ok_or(Foreign::Origin)?;
        if !is_origin_of(origin, host) {
            return Err(Foreign::Origin);
        }
    }
    match text(headers, "sec-fetch-site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(Foreign::Site),
    }
}

/// The one value of a header; `None` when there are none or several, or when it is no text.
fn only<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// A header as text; one that is no text is unlike any other.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// Whether an authority, such as `LocalHost:8080` or `[::1]`, is this machine.
fn is_loopback(authority: &str) -> bool {
    let Some((host, _)) = host_and_port(authority) else { return false };
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| IpAddr::V6(address).to_canonical().is_loopback());
    }
    host.eq_ignore_ascii_case("localhost") || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a page of this origin is one of the service that is asked for as `host`.
fn is_origin_of(origin: &str, host: &str) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (origin.scheme_str(), origin.authority()) else { return false };
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    let parts = |authority: &str| {
        host_and_port(authority).map(|(host, port)| (host.to_ascii_lowercase(), port.unwrap_or(usual)))
    };
    let (page, here) = (parts(authority.as_str()), parts(host));
    page.is_some() && page == here
}

/// The host and port of an authority without user information.
fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let parsed: Authority = authority.parse().ok()?;
    let has_port = authority.len() > parsed.host().len();
    if authority.contains('@') || (has_port && parsed.port_u16().is_none()) {
        return None;
    }
    let port = parsed.port_u16();
    // The parsed authority is dropped: its host is the beginning of the text.
    Some((&authority[..parsed.host().len()], port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_and_addresses_are_this_machine() {
        for host in ["localhost", "LOCALHOST", "LocalHost:8080", "127.0.0.1", "127.9.8.7:1", "[::1]", "[::1]:8080"] {
            assert!(is_loopback(host), "{host}");
        }
        let others = [
            "",
            "evil.example",
            "localhost.evil.example",
            "evil.example:8080",
            "[[::1]]",
            "[::1",
            "::1",
            "[::2]",
            "127.0.0.1.evil",
            "user@localhost",
            "localhost@evil.example",
            "localhost:x",
            "localhost:",
            "localhost:99999",
            "0.0.0.0",
            "127.1",
            "2130706433",
            "localhost/",
            "localhost ",
            "[127.0.0.1]",
            "10.0.0.1",
        ];
        for host in others {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn an_origin_is_one_of_the_service_with_the_same_host_and_port() {
        for (origin, host) in [
            ("http://localhost:8080", "localhost:8080"),
            ("http://LOCALHOST:8080", "localhost:8080"),
            ("http://localhost", "localhost:80"),
            ("https://cache.example", "cache.example"),
            ("https://cache.example", "cache.example:443"),
            ("http://[::1]:8080", "[::1]:8080"),
        ] {
            assert!(is_origin_of(origin, host), "{origin} {host}");
        }
        for (origin, host) in [
            ("null", "localhost"),
            ("http://localhost:3000", "localhost:8080"),
            ("http://localhost", "localhost:8080"),
            ("http://evil.example", "localhost"),
            ("file://", "localhost"),
            ("ftp://localhost", "localhost"),
            ("localhost:8080", "localhost:8080"),
            ("http://user@localhost", "localhost"),
        ] {
            assert!(!is_origin_of(origin, host), "{origin} {host}");
        }
    }
}
