//! What an application on actix-web needs: who is asking.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;

/// The address of the client that made a request.
///
/// Behind no proxy it is the peer's. Behind a number of proxies of your own, each of which adds the address it sees to
/// `X-Forwarded-For`, it is the one that the outermost of them added; what the client wrote into that header itself is never
/// believed. A header with fewer addresses, or something else in that place, gives the peer's address.
pub fn client_address(request: &HttpRequest, trusted_proxies: usize) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    if trusted_proxies == 0 {
        return peer;
    }
    let lines = request.headers().get_all("x-forwarded-for").filter_map(|line| line.to_str().ok());
    let addresses: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let outermost = addresses.len().checked_sub(trusted_proxies).and_then(|place| addresses.get(place));
    outermost.and_then(|address| address.parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]
    use actix_web::test::TestRequest;

    use super::*;

    fn address(forwarded: &[&str], trusted: usize) -> String {
        let mut request = TestRequest::default().peer_addr("10.0.0.1:1234".parse().unwrap());
        for line in forwarded {
            request = request.append_header(("x-forwarded-for", *line));
        }
        client_address(&request.to_http_request(), trusted).to_string()
    }

    #[test]
    fn a_header_is_believed_as_far_as_proxies_are_trusted() {
        assert_eq!(address(&["192.0.2.1"], 0), "10.0.0.1");
        assert_eq!(address(&["192.0.2.1"], 1), "192.0.2.1");
        assert_eq!(address(&["6.6.6.6, 192.0.2.1"], 1), "192.0.2.1");
        assert_eq!(address(&["6.6.6.6", "192.0.2.1, 10.0.0.9"], 2), "192.0.2.1");
        assert_eq!(address(&["192.0.2.1"], 2), "10.0.0.1");
        assert_eq!(address(&["nonsense"], 1), "10.0.0.1");
        assert_eq!(address(&[], 1), "10.0.0.1");
        assert_eq!(address(&["2001:db8::7"], 1), "2001:db8::7");
    }
}
