//! Sign-ins that failed, in the audit log. Anybody can fail, so so many are noted in a minute and no more: the log must not
//! be flooded. That it leaves some out, it says.

use crate::audit::Entry;
use crate::{Result, Tx};
use chrono::Duration;
use model::provider::Provider;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv6Addr};

/// So many are noted in a minute of one client.
const OF_ONE: i64 = 10;
/// And of all strangers. Those whom a provider vouched for, and our own tables refuse, are all noted.
const OF_ALL: i64 = 60;
/// The longest text of an entry, in characters: what somebody else wrote stands in it.
const LENGTH: usize = 300;

/// A sign-in that failed.
pub struct Failure<'a> {
    /// None when the address names no provider.
    pub provider: Option<&'a Provider>,
    /// Whom the provider vouched for, if it did; empty otherwise.
    pub who: &'a str,
    pub why: &'a str,
    /// The client's address.
    pub address: &'a str,
}

/// Notes a sign-in that failed, unless too many were noted just now: false then.
pub async fn failed(tx: &mut Tx, failure: &Failure<'_>) -> Result<bool> {
    let (id, label) = failure.provider.map_or((None, "unknown"), |it| (Some(it.id.0), it.label.as_str()));
    let entry = Entry::new("admin.sign_in_failed", "provider", id, label);
    note(tx, entry, failure).await
}

/// Notes a one-time link that let nobody in, unless too many were noted just now: false then.
pub async fn link_refused(tx: &mut Tx, address: &str) -> Result<bool> {
    let entry = Entry::new("setup_link.refused", "setup_link", None, "One-time sign-in link");
    note(tx, entry, &Failure { provider: None, who: "", why: "wrong, used or too old", address }).await
}

async fn note(tx: &mut Tx, entry: Entry, failure: &Failure<'_>) -> Result<bool> {
    let (network, stranger) = (network_of(failure.address), failure.who.is_empty());
    let since = tx.now() - Duration::minutes(1);
    // Strangers are counted by themselves: they must not use up what is noted of others in their network.
    let noted = sqlx::query!(
        "select count(*) as \"all!\",
                count(*) filter (where coalesce(after ->> 'network', after ->> 'address') = $3) as \"of_one!\"
         from audit_entry where action = $1 and at > $2 and (after ->> 'who' is null) = $4",
        entry.action,
        since,
        network,
        stranger
    )
    .fetch_one(tx.db())
    .await?;
    let of_all = if stranger { OF_ALL } else { i64::MAX };
    // The one that says so is the last.
    if noted.of_one > OF_ONE || noted.all > of_all {
        return Ok(false);
    }
    let mut why = short(failure.why);
    if noted.of_one == OF_ONE {
        why += " Further ones from this network are not noted for a minute.";
    } else if noted.all == of_all {
        why += " Further ones, from wherever they come, are not noted for a minute.";
    }
    let mut after = json!({ "why": why, "address": failure.address });
    if !stranger {
        after["who"] = Value::String(short(failure.who));
    }
    if network != failure.address {
        after["network"] = Value::String(network);
    }
    tx.audit(entry.after(after));
    Ok(true)
}

/// One line that is not too long.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LENGTH).collect()
}

/// Whose failures are counted together.
fn network_of(address: &str) -> String {
    match address.parse().map(network) {
        Ok(IpAddr::V6(network)) => format!("{network}/64"),
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

/// An IPv4 address, or the /64 of an IPv6 address: everybody has a whole one to choose from.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        for (address, network) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
            ("", ""),
        ] {
            assert_eq!(network_of(address), network);
        }
    }

    #[test]
    fn what_others_wrote_is_cut() {
        assert_eq!(short("a\0b\r\nc\u{85}d"), "abcd");
        assert_eq!(short(&"ä".repeat(400)), "ä".repeat(LENGTH));
    }
}
