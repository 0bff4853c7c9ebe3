//! Who calls: the client's address, and how often one client may try to sign in, or bring a token that opens nothing.

use crate::AppState;
use crate::config::UNKNOWN_PROXY;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use directory::sign_in::network;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::header::RETRY_AFTER;
use http::{Extensions, HeaderMap, StatusCode};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many steps of signing in one client may take in a minute, all at once if it likes.
const ATTEMPTS: NonZeroU32 = NonZeroU32::new(60).expect("it is not zero");
/// How many all clients of a proxy may take whose word about them is not trusted.
const ATTEMPTS_OF_PROXY: NonZeroU32 = NonZeroU32::new(600).expect("it is not zero");
/// When so many clients are known, those that have been quiet are forgotten, which looks at each of them.
const CLIENTS: usize = 10_000;
const TIDIED_EVERY: Duration = Duration::from_secs(1);

/// The client's address. Behind `hops` proxies, each of which adds the address it was called from to
/// `X-Forwarded-For`, it is the one that the outermost of them added; what stands before it, anybody may have made up.
pub fn address(extensions: &Extensions, headers: &HeaderMap, hops: u8) -> IpAddr {
    let told = forwarded(headers, usize::from(hops)).filter(|_| hops > 0);
    told.unwrap_or_else(|| peer(extensions))
}

fn peer(extensions: &Extensions) -> IpAddr {
    extensions.get::<ConnectInfo<SocketAddr>>().map_or(Ipv4Addr::UNSPECIFIED.into(), |info| info.0.ip())
}

/// The address that stands at that place of `X-Forwarded-For`, counted from its end.
fn forwarded(headers: &HeaderMap, from_end: usize) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let told: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    parse(told.get(told.len().checked_sub(from_end)?)?)
}

/// An address as proxies write it: alone, with a port behind it, IPv6 in brackets.
fn parse(told: &str) -> Option<IpAddr> {
    let bare = told.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(told);
    bare.parse().ok().or_else(|| Some(told.parse::<SocketAddr>().ok()?.ip()))
}

/// Whose attempts are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Client {
    network: IpAddr,
    /// For whom a proxy says that it calls, where it is not trusted. It may be made up, and still keeps those apart who
    /// come by a proxy that nobody told us of: one of them must not use up the attempts of all.
    behind: Option<IpAddr>,
}

impl Client {
    fn of(extensions: &Extensions, headers: &HeaderMap, hops: u8) -> Self {
        let behind = forwarded(headers, 1).filter(|_| hops == 0).map(network);
        Self { network: network(address(extensions, headers, hops)), behind }
    }
}

/// Counts the steps of signing in, or wrong tokens, in this process.
pub struct Attempts {
    clients: DefaultKeyedRateLimiter<Client>,
    proxies: DefaultKeyedRateLimiter<IpAddr>,
    tidied: Mutex<Option<Instant>>,
    /// Whether the log has it that a proxy is at work of which we were not told.
    told_of_proxy: AtomicBool,
    /// Whether the log has it that a proxy we were told of does not say who calls.
    told_of_silence: AtomicBool,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            clients: RateLimiter::keyed(Quota::per_minute(ATTEMPTS)),
            proxies: RateLimiter::keyed(Quota::per_minute(ATTEMPTS_OF_PROXY)),
            tidied: Mutex::default(),
            told_of_proxy: AtomicBool::default(),
            told_of_silence: AtomicBool::default(),
        }
    }
}

impl Attempts {
    /// Counts one of whoever sent a request; for how many seconds to wait when it is one too many.
    pub fn count_sender(&self, extensions: &Extensions, headers: &HeaderMap, hops: u8) -> Result<(), u64> {
        self.count(Client::of(extensions, headers, hops)).map_err(|wait| wait.as_secs() + 1)
    }

    /// Counts one; how long to wait when it is one too many. What is refused to a client is not counted for its proxy.
    fn count(&self, client: Client) -> Result<(), Duration> {
        self.tidy(Instant::now());
        let now = || DefaultClock::default().now();
        self.clients.check_key(&client).map_err(|early| early.wait_time_from(now()))?;
        if client.behind.is_some() {
            self.proxies.check_key(&client.network).map_err(|early| early.wait_time_from(now()))?;
        }
        Ok(())
    }

    /// Forgets who has been quiet, once a second at most; whether it did.
    fn tidy(&self, now: Instant) -> bool {
        if self.clients.len() <= CLIENTS {
            return false;
        }
        let mut tidied = self.tidied.lock().unwrap_or_else(PoisonError::into_inner);
        if tidied.is_some_and(|at| now.saturating_duration_since(at) < TIDIED_EVERY) {
            return false;
        }
        *tidied = Some(now);
        drop(tidied);
        self.clients.retain_recent();
        self.proxies.retain_recent();
        true
    }
}

/// 429 for a client that tries to sign in too often.
pub async fn limit_attempts(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let client = Client::of(request.extensions(), request.headers(), state.proxy_hops);
    if state.https && client.behind.is_some() && !state.attempts.told_of_proxy.swap(true, Ordering::Relaxed) {
        tracing::warn!(proxy = %client.network, "requests carry X-Forwarded-For, which is not believed. {UNKNOWN_PROXY}");
    }
    let hops = state.proxy_hops;
    let silent = hops > 0 && forwarded(request.headers(), usize::from(hops)).is_none();
    if silent && !state.attempts.told_of_silence.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            proxy = %client.network, hops,
            "X-Forwarded-For has no address where ROLLCALL_TRUSTED_PROXY_HOPS says that the client's stands: all who come \
             by this proxy are taken for one"
        );
    }
    let Err(wait) = state.attempts.count(client) else { return next.run(request).await };
    let seconds = wait.as_secs() + 1;
    tracing::warn!(address = %client.behind.unwrap_or(client.network), path = request.uri().path(), "too many attempts to sign in");
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

    #[test]
    fn an_address_is_read_as_proxies_write_it() {
        for (told, read) in [
            ("203.0.113.9", Some("203.0.113.9")),
            ("203.0.113.9:49152", Some("203.0.113.9")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:49152", Some("2001:db8::1")),
            ("unknown", None),
            ("_hidden", None),
            ("203.0.113.9:x", None),
            ("[203.0.113.9", None),
            ("", None),
        ] {
            assert_eq!(parse(told).map(|address| address.to_string()).as_deref(), read, "{told}");
        }
    }

    fn client(network: &str, behind: Option<&str>) -> Client {
        let parsed = |address: &str| super::network(address.parse().unwrap());
        Client { network: parsed(network), behind: behind.map(parsed) }
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let attempts = Attempts::default();
        for host in 0..60 {
            attempts.count(client(&format!("2001:db8:0:1::{host:x}"), None)).unwrap();
        }
        attempts.count(client("2001:db8:0:1:ffff::1", None)).unwrap_err();
        attempts.count(client("2001:db8:0:2::1", None)).unwrap();
        assert_eq!(client("::ffff:192.0.2.1", None), client("192.0.2.1", None));
        assert_ne!(client("192.0.2.1", None), client("192.0.2.2", None));
    }

    #[test]
    fn a_stranger_behind_a_proxy_we_were_not_told_of_locks_nobody_out() {
        let attempts = Attempts::default();
        let (stranger, ada) = (client("10.0.0.1", Some("203.0.113.9")), client("10.0.0.1", Some("198.51.100.7")));
        let let_in = (0..2_000).filter(|_| attempts.count(stranger).is_ok()).count();
        assert!((60..70).contains(&let_in), "{let_in}");
        attempts.count(ada).unwrap();
        // Whoever makes addresses up has those of one proxy to spend.
        let many = (0..2_000_u32).filter(|nth| {
            let made_up = Ipv4Addr::from_bits(*nth).to_string();
            attempts.count(client("10.0.0.2", Some(&made_up))).is_ok()
        });
        let let_in = many.count();
        assert!((600..700).contains(&let_in), "{let_in}");
    }

    #[test]
    fn the_quiet_are_forgotten_once_a_second_at_most() {
        let attempts = Attempts::default();
        let now = Instant::now();
        assert!(!attempts.tidy(now));
        for nth in 0..=u32::try_from(CLIENTS).unwrap() {
            attempts.clients.check_key(&client(&Ipv4Addr::from_bits(nth).to_string(), None)).unwrap();
        }
        let after = |ms| now + Duration::from_millis(ms);
        assert!(attempts.tidy(now) && !attempts.tidy(after(999)) && attempts.tidy(after(1_000)));
    }

    #[test]
    fn a_trusted_proxys_word_is_the_client() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 203.0.113.9".parse().unwrap());
        assert_eq!(Client::of(&Extensions::new(), &headers, 1), client("203.0.113.9", None));
        assert_eq!(Client::of(&Extensions::new(), &headers, 0), client("0.0.0.0", Some("203.0.113.9")));
    }
}
