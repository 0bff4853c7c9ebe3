//! Why a response was refused, in sentences for the owner who sets the provider up. They go to the test page and to the
//! log; whoever fails to sign in reads the same public text whatever the cause. Foreign text in them is short and
//! printable.

use chrono::{DateTime, Utc};

use super::xml::Violation;

/// Why a response proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    // What arrived.
    #[error("The response is larger than 350 kB. Let the provider send fewer attributes, such as group lists.")]
    TooLarge,
    #[error("SAMLResponse is not base64. It was changed on its way, or did not come by the HTTP-POST binding.")]
    NotBase64,
    #[error("SAMLResponse is not XML in UTF-8. It was changed on its way, or did not come by the HTTP-POST binding.")]
    NotUtf8,
    #[error("The XML of the response is refused: {0}. No provider needs that; the response may be an attack.")]
    Xml(#[from] Violation),
    #[error("libxml2 does not find the response well-formed. It was changed on its way, or is an attack.")]
    NotWellFormed,

    // What it is made of.
    #[error("The message is {root}, not a SAML 2.0 Response. Check which endpoint the provider posts to this address.")]
    NotAResponse { root: String },
    #[error("{element} is of version {version:?}. Set the provider to SAML 2.0.")]
    Version { element: &'static str, version: String },
    #[error("The response contains {element}. {}", banned_advice(element))]
    Banned { element: String },
    #[error("The response contains an element named {element} in the namespace {namespace:?}, to look like another.")]
    Impostor { element: String, namespace: String },
    #[error("The response contains {count} assertions where exactly one is needed. It may be an attack.")]
    Assertions { count: usize },
    #[error("The assertion does not stand directly in the response. It may be an attack.")]
    AssertionPlace,
    #[error("{parent} contains {child}, which does not belong there.")]
    Unexpected { parent: &'static str, child: String },
    #[error("{parent} contains {child} more than once.")]
    Repeated { parent: &'static str, child: &'static str },
    #[error("{parent} has no {child}. Without it the response proves nothing.")]
    Missing { parent: &'static str, child: &'static str },
    #[error("{element} has an ID that is missing, too long, or not a name.")]
    Id { element: &'static str },
    #[error("Response and assertion have the same ID.")]
    SameId,
    #[error("{element} has an ID, which only the response and its assertion may have.")]
    StrayId { element: String },
    #[error("{element} has the attribute {attribute}, which looks like an ID and is none.")]
    IdLookalike { element: String, attribute: String },

    // Its signatures.
    #[error("The response is not signed. Set the provider to sign the assertion, the response, or both.")]
    Unsigned,
    #[error("A signature stands in {parent}; only those of the response and of its assertion are read.")]
    SignaturePlace { parent: String },
    #[error("{parent} has more than one signature.")]
    SignatureTwice { parent: String },
    #[error("A signature is not made of SignedInfo, SignatureValue and at most one KeyInfo, in this order.")]
    SignatureParts,
    #[error("SignedInfo is not made of CanonicalizationMethod, SignatureMethod and Reference, in this order.")]
    SignedInfoParts,
    #[error("The signature is canonicalized with {algorithm:?}; set the provider to exclusive canonicalization.")]
    Canonicalization { algorithm: String },
    #[error("The signature uses {algorithm:?}. Set the provider to RSA or ECDSA with SHA-256 or better.")]
    SignatureAlgorithm { algorithm: String },
    #[error("The signature uses the digest {algorithm:?}. Set the provider to SHA-256 or better.")]
    DigestAlgorithm { algorithm: String },
    #[error("A signature refers to {references} elements where exactly one is allowed.")]
    References { references: usize },
    #[error("A signature in {parent} refers to {uri:?} and not to the element it stands in.")]
    ReferenceUri { parent: String, uri: String },
    #[error("A Reference is not made of Transforms, DigestMethod and DigestValue, in this order.")]
    ReferenceParts,
    #[error("A signature has other transforms than enveloped-signature and exclusive canonicalization.")]
    Transforms,
    #[error("{element} of a signature has parts or parameters that are not used with SAML.")]
    AlgorithmParameters { element: String },
    #[error("KeyInfo contains {element}, which is not used with SAML.")]
    KeyInfo { element: String },
    #[error(
        "The signature does not fit any certificate of the provider, or what it signs was changed. If the provider has \
         a new certificate, load its metadata again."
    )]
    Signature,

    // What it says.
    #[error("The provider refused the sign-in: {code}{}{}", if message.is_empty() { "" } else { ", " }, message)]
    Status { code: String, message: String },
    #[error("The {element} comes from {found:?}, not from {expected:?}. Load the metadata of the right provider.")]
    Issuer { element: &'static str, found: String, expected: String },
    #[error(
        "The response was meant for {found:?}, not for {expected:?}. Set the ACS URL at the provider to {expected}."
    )]
    Destination { found: String, expected: String },
    #[error(
        "The assertion was meant for {found:?}, not for {expected:?}. Set the ACS URL at the provider to {expected}."
    )]
    Recipient { found: String, expected: String },
    #[error(
        "The assertion is for the audience {found:?}, not for {expected:?}. Set the entity ID (audience) to {expected}."
    )]
    Audience { found: String, expected: String },
    #[error("The assertion names no audience. Set the entity ID (audience) at the provider to {expected}.")]
    NoAudience { expected: String },
    #[error("The {element} answers no request. Start the sign-in here, not at the provider.")]
    Unasked { element: &'static str },
    #[error("The {element} answers the request {found:?}, not this one. Sign in again.")]
    InResponseTo { element: &'static str, found: String },
    #[error("{attribute} is {found:?}, which is no date and time.")]
    Time { attribute: &'static str, found: String },
    #[error("{element} is from {at}, which is in the future. Set the clocks of the provider and of this server.")]
    IssuedInFuture { element: &'static str, at: DateTime<Utc> },
    #[error("{element} is from {at} and was delivered too late. Sign in again, or set the clocks.")]
    IssuedTooLongAgo { element: &'static str, at: DateTime<Utc> },
    #[error("{element} is valid from {at} on only. Set the clocks of the provider and of this server.")]
    NotYetValid { element: &'static str, at: DateTime<Utc> },
    #[error("{element} was valid until {at}. Sign in again, or set the clocks of the provider and of this server.")]
    Expired { element: &'static str, at: DateTime<Utc> },
    #[error("The assertion is confirmed by {method:?}, not by bearer. Set the provider to web single sign-on.")]
    Confirmation { method: String },
    #[error("The NameID is empty, longer than 320 characters, or not printable.")]
    NameId,
    #[error("The NameID is transient: a new one with each sign-in. Set its format to persistent or emailAddress.")]
    TransientNameId,
    #[error("The attribute {name:?} holds XML where text is needed. Take it out of what the provider sends.")]
    AttributeWithElements { name: String },

    // Ourselves.
    #[error("The provider has no signing certificate here. Load its metadata again.")]
    NoCertificate,
    #[error("The entity ID or the ACS URL of this portal, the provider's entity ID or the request's ID is empty.")]
    NotConfigured,
    #[error("What is signed cannot be read as an assertion.")]
    Unreadable,
    #[error("Two readings of the response differ. It may be an attack.")]
    Disagreement,
    #[error("The check of the response broke off.")]
    BrokenOff,
}

impl Refusal {
    /// The family of the cause, a label to count by.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TooLarge | Self::NotBase64 | Self::NotUtf8 | Self::Xml(_) | Self::NotWellFormed => "xml",
            Self::NotAResponse { .. }
            | Self::Version { .. }
            | Self::Banned { .. }
            | Self::Impostor { .. }
            | Self::Assertions { .. }
            | Self::AssertionPlace
            | Self::Unexpected { .. }
            | Self::Repeated { .. }
            | Self::Missing { .. }
            | Self::Id { .. }
            | Self::SameId
            | Self::StrayId { .. }
            | Self::IdLookalike { .. } => "shape",
            Self::Unsigned
            | Self::SignaturePlace { .. }
            | Self::SignatureTwice { .. }
            | Self::SignatureParts
            | Self::SignedInfoParts
            | Self::Canonicalization { .. }
            | Self::SignatureAlgorithm { .. }
            | Self::DigestAlgorithm { .. }
            | Self::References { .. }
            | Self::ReferenceUri { .. }
            | Self::ReferenceParts
            | Self::Transforms
            | Self::AlgorithmParameters { .. }
            | Self::KeyInfo { .. }
            | Self::Signature => "signature",
            Self::Status { .. } => "status",
            Self::Issuer { .. }
            | Self::Destination { .. }
            | Self::Recipient { .. }
            | Self::Audience { .. }
            | Self::NoAudience { .. } => "address",
            Self::Unasked { .. } | Self::InResponseTo { .. } => "request",
            Self::Time { .. }
            | Self::IssuedInFuture { .. }
            | Self::IssuedTooLongAgo { .. }
            | Self::NotYetValid { .. }
            | Self::Expired { .. } => "time",
            Self::Confirmation { .. } | Self::NameId | Self::TransientNameId | Self::AttributeWithElements { .. } => {
                "subject"
            }
            Self::NoCertificate | Self::NotConfigured => "setup",
            Self::Unreadable | Self::Disagreement | Self::BrokenOff => "internal",
        }
    }
}

fn banned_advice(element: &str) -> &'static str {
    if element.starts_with("Encrypted") {
        "Turn encryption off at the provider: the response travels by https anyway."
    } else {
        "No provider needs that for a sign-in; the response may be an attack."
    }
}
