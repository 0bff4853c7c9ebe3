//! What a token may do, and from where.

use ipnet::IpNet;
use std::net::IpAddr;

/// How many networks a token can have.
const MOST: usize = 50;

/// What a token is kept from: nothing, unless it is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restrictions {
    /// It reads, and whatever would change something is refused.
    pub read_only: bool,
    /// The networks it may be used from; none: from everywhere.
    pub ranges: Vec<IpNet>,
}

impl Restrictions {
    /// Whether a client of this address may use the token. IPv4 is the same address inside of IPv6 (RFC 4291, 2.5.5.2).
    pub fn allow(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.ranges.is_empty() || self.ranges.iter().any(|range| range.contains(&address))
    }

    /// As they are stored and shown.
    pub fn texts(&self) -> Vec<String> {
        self.ranges.iter().map(IpNet::to_string).collect()
    }

    /// From what is stored.
    pub(super) fn stored(read_only: bool, ranges: &[String]) -> Result<Self, String> {
        let ranges = ranges.iter().map(|range| network(range)).collect::<Result<_, _>>()?;
        Ok(Self { read_only, ranges })
    }
}

/// Networks as a person writes them: in CIDR notation or as single addresses, apart by white space or commas. What is
/// wrong comes as a sentence.
pub fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let parts = text.split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty());
    let mut ranges: Vec<IpNet> = parts.map(network).collect::<Result<_, _>>()?;
    ranges.sort_unstable();
    ranges.dedup();
    if ranges.len() > MOST {
        return Err(format!("These are {} networks. A token can have {MOST}.", ranges.len()));
    }
    Ok(ranges)
}

fn network(text: &str) -> Result<IpNet, String> {
    let wrong = || {
        let shown: String = text.chars().take(60).collect();
        format!("“{shown}” is not a network. Write one such as 203.0.113.0/24 or 2001:db8::/32, or a single address.")
    };
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => text.parse::<IpNet>().map_err(|_| wrong())?.trunc(),
    };
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(ranges: &str, address: &str) -> bool {
        let ranges = networks(ranges).unwrap();
        Restrictions { read_only: false, ranges }.allow(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_other() {
        assert!(allowed("203.0.113.0/24", "203.0.113.255") && !allowed("203.0.113.0/24", "203.0.114.0"));
        assert!(allowed("203.0.113.0/24", "::ffff:203.0.113.7"), "the same address inside of IPv6");
        assert!(allowed("2001:db8::/32", "2001:db8:1::1") && !allowed("2001:db8::/32", "2001:db9::1"));
        assert!(!allowed("::/0", "203.0.113.7") && !allowed("0.0.0.0/0", "2001:db8::1"), "of its own kind only");
        assert!(allowed("", "203.0.113.7"), "without networks from everywhere");
    }

    #[test]
    fn networks_are_read_as_people_write_them() {
        let read = |text| networks(text).map(|ranges| ranges.iter().map(IpNet::to_string).collect::<Vec<_>>());
        assert_eq!(
            read("10.1.2.3/8, 2001:DB8::1\n192.0.2.1").unwrap(),
            ["10.0.0.0/8", "192.0.2.1/32", "2001:db8::1/128"]
        );
        assert_eq!(read(" 10.0.0.0/8 10.9.9.9/8").unwrap(), ["10.0.0.0/8"], "each once");
        for wrong in ["10.0.0.0/33", "example.com", "10.0.0", "10.0.0.0-10.0.0.9", "<script>"] {
            assert!(read(wrong).unwrap_err().contains("is not a network"), "{wrong}");
        }
        let many: Vec<String> = (0..51).map(|n| format!("10.0.0.{n}")).collect();
        assert!(read(&many.join(" ")).unwrap_err().contains("51"));
    }
}
