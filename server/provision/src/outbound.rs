//! The one way out: the HTTP client for addresses that an administrator types, and the guard in front of it.
//!
//! https only, a name is resolved once and every address it gives must be public, no redirects, no proxy from the
//! environment, every wait bounded. With `allow_private` (an environment setting for the demo, tests and internal
//! services, never a screen) plain http and private addresses pass.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);

/// A client of this trust profile; cheap to clone, one for a process.
#[derive(Clone, Debug)]
pub struct Outbound {
    http: reqwest::Client,
    allow_private: bool,
}

/// The client could not be made: the system's certificates or TLS are unusable.
#[derive(Debug, thiserror::Error)]
#[error("the client for outgoing requests could not be made: {0}")]
pub struct OutboundError(#[from] reqwest::Error);

impl Outbound {
    pub fn new(allow_private: bool) -> Result<Self, OutboundError> {
        #[expect(clippy::disallowed_methods, reason = "the one home of clients for addresses that somebody typed")]
        let builder = reqwest::Client::builder();
        let http = builder
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .https_only(!allow_private)
            .user_agent(concat!("rollcall/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Guard { allow_private }))
            .build()?;
        Ok(Self { http, allow_private })
    }

    /// Checks an address as [`check_url`] does, under this client's profile.
    pub fn check_url(&self, text: &str) -> Result<Url, String> {
        check_url(text, self.allow_private)
    }

    /// Sends a request to an address that somebody typed, and reads the answer up to `most` bytes.
    pub async fn fetch(
        &self,
        request: http::Request<Vec<u8>>,
        most: usize,
    ) -> Result<http::Response<Vec<u8>>, FetchError> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| FetchError::Address)?;
        self.check_host(&url)?;
        let (parts, body) = request.into_parts();
        let sent = self.http.request(parts.method, url).headers(parts.headers).body(body).send().await;
        let mut answer = sent.map_err(|error| FetchError::of(&error))?;
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| FetchError::of(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > most {
                return Err(FetchError::TooLarge(most));
            }
        }
        let mut response = http::Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// An address literal is not resolved, so the resolver's guard does not see it.
    fn check_host(&self, url: &Url) -> Result<(), FetchError> {
        if url.scheme() != "https" && !(self.allow_private && url.scheme() == "http") {
            return Err(FetchError::Address);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        match literal {
            Some(address) if !self.allow_private && !is_public(address) => Err(FetchError::Private),
            _ => Ok(()),
        }
    }

    pub(crate) fn request(&self, method: reqwest::Method, url: Url) -> reqwest::RequestBuilder {
        self.http.request(method, url)
    }
}

/// Reads an address that an administrator typed; the error is a sentence for the form. A name is only resolved when it
/// is called, and checked again there.
pub fn check_url(text: &str, allow_private: bool) -> Result<Url, String> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| "Enter a whole address, such as https://api.zoom.us/scim2.".to_owned())?;
    if url.scheme() != "https" && !(allow_private && url.scheme() == "http") {
        return Err("Enter an address that begins with https://.".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Leave user name and password out of the address.".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("Leave out everything from the ? or # on.".to_owned());
    }
    let address = match url.host() {
        None => return Err("Enter an address with a host name, such as https://api.zoom.us/scim2.".to_owned()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let local = name == "localhost" || name.ends_with(".localhost");
            local.then_some(IpAddr::V4(Ipv4Addr::LOCALHOST))
        }
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
    };
    if !allow_private && address.is_some_and(|address| !is_public(address)) {
        return Err("This address is inside a private network. Enter a public one.".to_owned());
    }
    Ok(url)
}

/// Why an address gave no answer; the sentence's end, after the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("it is not an address that begins with https://")]
    Address,
    #[error("it is inside a private network")]
    Private,
    #[error("its name is not known")]
    Unknown,
    #[error("nothing answers there, or its certificate is not trusted")]
    Connect,
    #[error("it took too long")]
    Timeout,
    #[error("its answer broke off")]
    Broken,
    #[error("its answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl FetchError {
    fn of(error: &reqwest::Error) -> Self {
        let mut chain = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
        let refused = chain.find_map(|error| error.downcast_ref::<Refused>());
        match refused {
            Some(Refused::Private) => Self::Private,
            Some(Refused::Unknown) => Self::Unknown,
            None if error.is_timeout() => Self::Timeout,
            None if error.is_connect() => Self::Connect,
            None => Self::Broken,
        }
    }
}

/// Why a name was not connected to; found again in the error's chain.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the name leads into a private network")]
    Private,
    #[error("the name is not known")]
    Unknown,
}

struct Guard {
    allow_private: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| Refused::Unknown)?;
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() {
                return Err(Refused::Unknown.into());
            }
            // One private address among public ones is how a name is turned against its caller: refuse them all.
            if !allow_private && found.iter().any(|address| !is_public(address.ip())) {
                return Err(Refused::Private.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is on the public internet (the IANA special-purpose registries, RFC 6890).
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        // "This network", private, loopback, link-local, multicast and everything above.
        (0 | 10 | 127 | 224.., ..) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) => true,
        // Shared address space of providers (CGNAT), protocol assignments, 6to4 relays.
        (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) => true,
        // Documentation and benchmarks.
        (192, 0, 2) | (198, 18..=19, _) | (198, 51, 100) | (203, 0, 113) => true,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        // Mapped, and translated by NAT64: as public as the IPv4 address inside.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(embedded(high, low)),
        // 6to4 carries an IPv4 address, Teredo and the rest of 2001:0::/23 are special, 2001:db8 is for documents.
        [0x2002, high, low, ..] => is_public_v4(embedded(high, low)),
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, ..] => false,
        // Only 2000::/3 is global unicast: this leaves out loopback, link-local, unique local, site-local, multicast.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.0.1",
            "192.168.1.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "fec0::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "64:ff9b:1::1",
            "100::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["8.8.8.8", "100.63.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn an_address_is_read_or_refused_with_a_sentence() {
        assert!(check_url(" https://api.zoom.us/scim2 ", false).is_ok());
        for bad in [
            "api.zoom.us/scim2",
            "http://api.zoom.us/scim2",
            "ftp://api.zoom.us",
            "https://user:secret@api.zoom.us",
            "https://api.zoom.us/scim2?x=1",
            "https://127.0.0.1/scim2",
            "https://localhost:8080/scim2",
            "https://[::1]/scim2",
            "https://0x7f.1/scim2",
            "https://2130706433/",
        ] {
            let why = check_url(bad, false).unwrap_err();
            assert!(why.ends_with('.') && !why.contains("secret"), "{bad}: {why}");
        }
        assert!(check_url("http://127.0.0.1:4000/scim2", true).is_ok());
        assert!(check_url("file:///etc/passwd", true).is_err());
    }

    #[tokio::test]
    async fn only_public_addresses_are_fetched() {
        let outbound = Outbound::new(false).unwrap();
        for (address, why) in [
            ("http://id.example.com/", FetchError::Address),
            ("https://127.0.0.1:1/", FetchError::Private),
            ("https://[::1]:1/", FetchError::Private),
            ("https://localhost:1/", FetchError::Private),
        ] {
            let request = http::Request::get(address).body(Vec::new()).unwrap();
            assert_eq!(outbound.fetch(request, 10).await.unwrap_err(), why, "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let outbound = Outbound::new(false).unwrap();
        let url = Url::parse("https://localhost:1/").unwrap();
        let error = outbound.request(reqwest::Method::GET, url).send().await.unwrap_err();
        let mut chain = std::iter::successors(Some(&error as &dyn std::error::Error), |e| e.source());
        assert!(chain.any(|e| matches!(e.downcast_ref(), Some(Refused::Private))), "{error:?}");
    }
}
