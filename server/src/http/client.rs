//! Who calls: the client's address, and how often one address may try to sign in.

use crate::AppState;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::header::RETRY_AFTER;
use http::{Extensions, HeaderMap, StatusCode};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;

/// How many steps of signing in one address may take in a minute, all at once if it likes.
const ATTEMPTS: NonZeroU32 = NonZeroU32::new(60).expect("it is not zero");
/// When so many addresses are known, those that have been quiet are forgotten.
const ADDRESSES: usize = 10_000;

/// The client's address. Behind `hops` proxies, each of which adds the address it was called from to
/// `X-Forwarded-For`, it is the one that the outermost of them added; what stands before it, anybody may have made up.
pub fn address(extensions: &Extensions, headers: &HeaderMap, hops: u8) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map_or(Ipv4Addr::UNSPECIFIED.into(), |info| info.0.ip());
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let told: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let outermost = match hops {
        0 => None,
        hops => told.len().checked_sub(usize::from(hops)).and_then(|at| told.get(at)),
    };
    outermost.and_then(|address| address.parse().ok()).unwrap_or(peer)
}

/// Counts the steps of signing in by address, in this process.
pub struct Attempts(DefaultKeyedRateLimiter<IpAddr>);

impl Default for Attempts {
    fn default() -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(ATTEMPTS)))
    }
}

/// 429 for an address that tries to sign in too often.
pub async fn limit_attempts(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let address = address(request.extensions(), request.headers(), state.proxy_hops);
    let Attempts(limiter) = &*state.attempts;
    if limiter.len() > ADDRESSES {
        limiter.retain_recent();
    }
    let Err(too_early) = limiter.check_key(&address) else { return next.run(request).await };
    let seconds = too_early.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
    tracing::warn!(%address, path = request.uri().path(), "too many attempts to sign in");
    let text = format!("Too many attempts to sign in from your address. Try again in {seconds} s.\n");
    (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds.to_string())], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_added_is_believed() {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4000))));
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 203.0.113.9".parse().unwrap());
        headers.append("x-forwarded-for", "198.51.100.7".parse().unwrap());
        let seen = |hops| address(&extensions, &headers, hops).to_string();
        assert_eq!(seen(0), "10.0.0.1");
        assert_eq!(seen(1), "198.51.100.7");
        assert_eq!(seen(2), "203.0.113.9");
        assert_eq!(seen(4), "10.0.0.1", "fewer than there should be");
    }
}
