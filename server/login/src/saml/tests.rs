//! The whole way of a response, with real signatures.

mod accepted;
mod count;
mod hostile;
mod limits;
mod recorded;
mod said;
mod shape;
mod signature;

use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::testing::{Algorithm, Message, Signed, Signer, encode};
use super::{Addresses, IdentityProvider, Refusal, ServiceProvider, Verified, verify};

const REQUEST_ID: &str = "_7d0f8a1b2c3d4e5f60718293a4b5c6d7e8f90a1b";
const SIGN_ON: &str = "https://idp.example.com/sso";

/// How long a message may hold the server. A refusal takes milliseconds, and what the gate keeps out takes far longer.
const PATIENCE: Duration = Duration::from_secs(1);

static NOW: LazyLock<DateTime<Utc>> = LazyLock::new(|| "2026-11-22T08:00:00Z".parse().unwrap());
static RSA: LazyLock<Signer> = LazyLock::new(|| signer(Algorithm::Rsa));
static ECDSA: LazyLock<Signer> = LazyLock::new(|| signer(Algorithm::Ecdsa));
/// Somebody else with the same name.
static STRANGER: LazyLock<Signer> = LazyLock::new(|| signer(Algorithm::Rsa));
static GOOD: LazyLock<String> = LazyLock::new(|| RSA.respond(&message(), Signed::Both).unwrap());

fn signer(algorithm: Algorithm) -> Signer {
    Signer::new("https://idp.example.com/entity", algorithm, *NOW).unwrap()
}

fn portal() -> ServiceProvider {
    ServiceProvider {
        entity_id: "https://rollcall.example.com/auth/okta".into(),
        acs_url: "https://rollcall.example.com/auth/okta/acs".into(),
    }
}

fn provider(signers: &[&Signer]) -> IdentityProvider {
    let certificates: Vec<String> = signers.iter().map(|signer| signer.certificate().unwrap()).collect();
    let certificates: Vec<&str> = certificates.iter().map(String::as_str).collect();
    let metadata = super::testing::metadata(&signers[0].entity_id, SIGN_ON, &certificates);
    IdentityProvider::new(&metadata, Addresses::Https, *NOW).unwrap()
}

fn message() -> Message {
    Message::new(&RSA, &portal(), REQUEST_ID, *NOW)
}

/// By a provider that signs with the RSA key.
fn check(xml: &str) -> Result<Verified, Refusal> {
    soon(|| verify(&portal(), &provider(&[&RSA]), &encode(xml), REQUEST_ID, *NOW))
}

/// What does not take long, by the processor time of this thread: what else a machine does is no matter.
fn soon<T>(check: impl FnOnce() -> T) -> T {
    let before = worked();
    let done = check();
    let took = worked().saturating_sub(before);
    crate::counted::took(took);
    assert!(took < PATIENCE, "it took {took:?}");
    done
}

fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap()
}

/// The good message with one change made to it.
fn changed(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from} is not in {}", *GOOD);
    GOOD.replacen(from, to, 1)
}

/// The same change made before signing.
fn signed_with(from: &str, to: &str, signed: Signed) -> String {
    let change = |xml: &str| {
        let changed = xml.replacen(from, to, 1);
        assert_ne!(xml, changed, "{from} is not there");
        changed
    };
    let message = message();
    if signed == Signed::Assertion {
        let template = RSA.template(&message.assertion_id).unwrap();
        return message.response("", &RSA.sign(&change(&message.assertion(&template))).unwrap());
    }
    RSA.sign(&change(&message.response(&RSA.template("_response").unwrap(), &message.assertion("")))).unwrap()
}

/// The refusal's name, without what it carries.
fn name(refusal: &Refusal) -> String {
    let text = format!("{refusal:?}");
    let inner = text.strip_prefix("Xml(").unwrap_or(&text);
    inner.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Each change is refused under its own name, and soon.
fn assert_refused(cases: &[(&str, String)]) {
    assert!(check(&GOOD).is_ok(), "{:?}", check(&GOOD));
    for (expected, xml) in cases {
        crate::counted::one();
        let refusal = check(xml).expect_err(expected);
        assert_eq!(name(&refusal), *expected, "{refusal:?} for {xml}");
    }
}
