//! The certificate that a provider signs with. It is only a wrapping for the key: nobody has issued it, and its dates are
//! a reminder for people (SAML V2.0 Metadata Interoperability Profile, section 2.6.1).

use chrono::{DateTime, Duration, Utc};
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::Id;
use openssl::x509::{X509, X509NameRef};

use super::xml::shown;

/// RSA keys that are shorter can be broken (NIST SP 800-131A).
const RSA_BITS: u32 = 2048;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub der: Vec<u8>,
    pub not_before: DateTime<Utc>,
    pub not_after: DateTime<Utc>,
    /// SHA-256 of the DER, as upper-case hex with colons: the way other tools print it.
    pub fingerprint: String,
    /// `CN=idp.example.com, O=Example`.
    pub subject: String,
}

/// Why a certificate cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("is not a certificate")]
    Unreadable,
    #[error("has an RSA key of {0} bits; 2048 are needed")]
    ShortKey(u32),
    #[error("has a key that is neither RSA nor elliptic")]
    KeyType,
}

impl Certificate {
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let x509 = X509::from_der(der).map_err(|_| CertificateError::Unreadable)?;
        let key = x509.public_key().map_err(|_| CertificateError::Unreadable)?;
        match key.id() {
            Id::RSA if key.bits() < RSA_BITS => return Err(CertificateError::ShortKey(key.bits())),
            Id::RSA | Id::EC => {}
            _ => return Err(CertificateError::KeyType),
        }
        let read = || -> Result<Self, ErrorStack> {
            // Made again from what was read, so that nothing follows the certificate.
            let der = x509.to_der()?;
            let digest = x509.digest(MessageDigest::sha256())?;
            let fingerprint: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
            Ok(Self {
                not_before: time(x509.not_before())?,
                not_after: time(x509.not_after())?,
                fingerprint: fingerprint.join(":"),
                subject: subject(x509.subject_name()),
                der,
            })
        };
        read().map_err(|_| CertificateError::Unreadable)
    }

    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.not_after < now
    }

    /// Whether it is not valid yet.
    pub fn is_early(&self, now: DateTime<Utc>) -> bool {
        self.not_before > now
    }
}

fn time(time: &Asn1TimeRef) -> Result<DateTime<Utc>, ErrorStack> {
    let since = Asn1Time::from_unix(0)?.diff(time)?;
    Ok(DateTime::UNIX_EPOCH + Duration::days(since.days.into()) + Duration::seconds(since.secs.into()))
}

fn subject(name: &X509NameRef) -> String {
    let entry = |entry: &openssl::x509::X509NameEntryRef| {
        let key = entry.object().nid().short_name().unwrap_or("?");
        let value = entry.data().to_string().unwrap_or_default();
        format!("{key}={value}")
    };
    shown(&name.entries().map(entry).collect::<Vec<_>>().join(", "))
}
