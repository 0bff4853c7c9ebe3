//! A one-time sign-in link: 256 random bits in an address. Whoever brings them back is the one who could read the
//! server's log or command line. Only their hash is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// SHA-256 of a link's token: what is stored and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkHash(pub Vec<u8>);

/// Why a link could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the system gave no random bytes: {0}")]
pub struct LinkError(#[from] getrandom::Error);

/// The token of a link.
pub struct OneTimeLink(SecretString);

impl OneTimeLink {
    /// A new one.
    pub fn generate() -> Result<Self, LinkError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(SecretString::from(BASE64.encode(bytes))))
    }

    /// What a browser brought. It may be anything; whether it is a link of ours, the stored hashes tell.
    pub fn from_query(token: String) -> Self {
        Self(SecretString::from(token))
    }

    pub fn hash(&self) -> LinkHash {
        LinkHash(Sha256::digest(self.0.expose_secret()).to_vec())
    }

    /// The address to open, below the portal's public one.
    pub fn address(&self, public_url: &str) -> SecretString {
        let base = public_url.trim_end_matches('/');
        SecretString::from(format!("{base}/auth/setup?token={}", self.0.expose_secret()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_in_the_address_has_the_stored_hash() {
        let link = OneTimeLink::generate().unwrap();
        let address = link.address("https://rollcall.example.com/");
        let address = address.expose_secret();
        let token = address.strip_prefix("https://rollcall.example.com/auth/setup?token=").unwrap();
        assert_eq!(token.len(), 43, "256 bits, safe in an address: {token}");
        assert_eq!(OneTimeLink::from_query(token.to_owned()).hash(), link.hash());
    }

    #[test]
    fn no_two_links_are_the_same() {
        assert_ne!(OneTimeLink::generate().unwrap().hash(), OneTimeLink::generate().unwrap().hash());
    }
}
