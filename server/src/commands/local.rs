//! A client for this machine: the demo's source and the doctor speak to our own server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Follows no redirect, uses no proxy, waits for a bounded time.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    #[expect(clippy::disallowed_methods, reason = "the one home of the client for our own server")]
    let builder = reqwest::Client::builder();
    builder.no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(30)).build()
}

/// Where a server is reached that listens on this address: `0.0.0.0` is every address and none to connect to.
pub(super) fn reached_at(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::reached_at;

    #[test]
    fn every_address_is_reached_at_loopback() {
        for (listen, reached) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("10.1.2.3:80", "10.1.2.3:80")]
        {
            assert_eq!(reached_at(listen.parse().unwrap()).to_string(), reached);
        }
    }
}
