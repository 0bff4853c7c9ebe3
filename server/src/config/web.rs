//! Where the pages and the SCIM endpoint are reached.

use std::net::{Ipv4Addr, SocketAddr};

use url::{Host, Url};

use super::reader::Reader;

/// What to do when a proxy is at work of which we were not told.
pub const UNKNOWN_PROXY: &str = "Set ROLLCALL_TRUSTED_PROXY_HOPS to the number of proxies in front of Rollcall. Until then \
    everybody seems to come from the proxy's address, in the list of sessions and where attempts to sign in are counted.";

#[derive(Debug)]
pub struct Web {
    /// `ROLLCALL_LISTEN` (`127.0.0.1:8080`): address and port to listen on.
    pub listen: SocketAddr,
    /// `ROLLCALL_PUBLIC_URL` (`http://localhost:8080`): the address people and identity sources use, without a path.
    /// Plain http only for this machine itself; there cookies go without Secure and prefix.
    pub public_url: Url,
    /// `ROLLCALL_TRUSTED_PROXY_HOPS` (0): how many proxies in front of Rollcall add to `X-Forwarded-For`.
    pub trusted_proxy_hops: u8,
}

impl Web {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        let listen = reader.parse("ROLLCALL_LISTEN", listen, "127.0.0.1:8080", |value| {
            value.parse().map_err(|_| "is not an address with a port")
        });
        Self {
            listen,
            public_url: read_public_url(reader),
            trusted_proxy_hops: reader.parse("ROLLCALL_TRUSTED_PROXY_HOPS", 0, "1", |value| {
                value.parse().ok().filter(|hops| *hops <= 10).ok_or("is not a number from 0 to 10")
            }),
        }
    }

    /// Whether cookies are Secure and carry the `__Host-` prefix.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Whether there must be a proxy, as Rollcall itself does no TLS, and we were told of none.
    pub fn has_unknown_proxy(&self) -> bool {
        self.is_https() && self.trusted_proxy_hops == 0
    }

    /// Scheme, host and port, as browsers send it in `Origin`.
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }
}

fn read_public_url(reader: &mut Reader<'_>) -> Url {
    const NAME: &str = "ROLLCALL_PUBLIC_URL";
    const DEFAULT: &str = "http://localhost:8080";
    let text = reader.text(NAME).unwrap_or_else(|| DEFAULT.to_owned());
    let url = Url::parse(&text);
    let problem = match &url {
        Ok(url) => problem(url),
        Err(_) => Some("is not a URL"),
    };
    if let Some(problem) = problem {
        // Not repeated whole: it may hold a password, which is one of the problems.
        reader.refuse(NAME, format!("the value {problem}"), "ROLLCALL_PUBLIC_URL=https://rollcall.example.com");
    }
    match url {
        Ok(url) => url,
        // Read on, so that all other problems are found as well; the answer is an error in any case.
        Err(_) => Url::parse(DEFAULT).unwrap_or_else(|_| unreachable!("a constant that the tests parse")),
    }
}

fn problem(url: &Url) -> Option<&'static str> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Some("has no host"),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Some("begins with http, which is for localhost only; sessions would travel in the clear"),
        _ => return Some("does not begin with https"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("holds a user name");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Some("has a path; Rollcall is served from the root of a host");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::{problem, read};

    #[test]
    fn plain_http_is_for_loopback_only() {
        for good in ["http://localhost:8080", "http://127.0.0.1:9", "http://[::1]:9", "https://rollcall.example.com/"] {
            read(&[("ROLLCALL_PUBLIC_URL", good)]).unwrap();
        }
        let said = problem(&[("ROLLCALL_PUBLIC_URL", "http://rollcall.example.com")]);
        assert!(said.contains("for localhost only"), "{said}");
        assert!(said.ends_with("Example: ROLLCALL_PUBLIC_URL=https://rollcall.example.com"), "{said}");
    }

    #[test]
    fn other_public_urls_are_refused() {
        for (bad, why) in [
            ("rollcall", "is not a URL"),
            ("ftp://rollcall.example.com", "does not begin with https"),
            ("https://rollcall.example.com/app", "has a path"),
            ("https://rollcall.example.com/?a=b", "has a path"),
            ("https://ada:secret@rollcall.example.com", "holds a user name"),
        ] {
            let said = problem(&[("ROLLCALL_PUBLIC_URL", bad)]);
            assert!(said.contains(why) && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn the_origin_is_what_browsers_send() {
        let web = read(&[("ROLLCALL_PUBLIC_URL", "https://Rollcall.Example.com:443/")]).unwrap().web;
        assert_eq!(web.origin(), "https://rollcall.example.com");
        assert!(web.is_https());
        assert_eq!(read(&[]).unwrap().web.origin(), "http://localhost:8080");
    }

    #[test]
    fn https_without_a_proxy_is_noticed() {
        let https = ("ROLLCALL_PUBLIC_URL", "https://rollcall.example.com");
        assert!(read(&[https]).unwrap().web.has_unknown_proxy());
        assert!(!read(&[https, ("ROLLCALL_TRUSTED_PROXY_HOPS", "1")]).unwrap().web.has_unknown_proxy());
        assert!(!read(&[]).unwrap().web.has_unknown_proxy());
    }

    #[test]
    fn hops_are_a_small_number() {
        assert_eq!(read(&[("ROLLCALL_TRUSTED_PROXY_HOPS", "2")]).unwrap().web.trusted_proxy_hops, 2);
        for bad in ["-1", "11", "many"] {
            assert!(problem(&[("ROLLCALL_TRUSTED_PROXY_HOPS", bad)]).contains("is not a number from 0 to 10"));
        }
    }
}
