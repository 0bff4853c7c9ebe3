//! What an answer of Zoom's means. The status does not tell: a duplicate is 400 on create and 409 on update, 409 is also
//! "domain not associated" and "licences exhausted", and a look-up of somebody pending answers 400. So the message text
//! decides, and the status only where there is no text that is known. The texts are those of Zoom's SCIM2 reference.

use chrono::{DateTime, Duration, Utc};
use model::link::{Cause, CauseKind};
use serde_json::Value;

/// A call that did not do what it was to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub kind: Kind,
    /// None when no answer came.
    pub status: Option<u16>,
    /// Zoom's own words: printable, at most 500 characters.
    pub said: Option<String>,
    pub retry_after: Option<RetryAfter>,
    /// It was the token that could not be had.
    pub token: bool,
}

/// What a failure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Another user has the address.
    InUse,
    /// Somebody who was invited and has not answered, or a user of another Zoom account.
    PendingOrForeign,
    NotFound,
    /// "User is inactive or locked": an update came before enabling.
    Inactive,
    /// Locked by Zoom.
    ForceInactive,
    /// Administrators, owners and Zoom Rooms.
    Protected,
    DomainNotAssociated,
    NoLicense,
    /// Any other refusal of what was sent.
    Rejected,
    SsoOff,
    /// Zoom does not accept the token.
    Unauthorized,
    /// The token endpoint refused.
    Credentials(Credential),
    MissingScope,
    /// The role of the app's owner lacks a right.
    MissingRight,
    RateLimited,
    /// No SCIM answers at this address.
    WrongAddress,
    /// Zoom is still busy with this user.
    Concurrent,
    Server,
    Unreachable(Unreachable),
    /// An answer that is none: no JSON, too long, not what was asked for.
    Unreadable,
}

/// What about the credentials is wrong, as far as Zoom says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Client id or client secret.
    Client,
    /// The app is not a Server-to-Server OAuth app.
    Grant,
    /// Nothing else is left but the account id, or an app that is not activated.
    AccountOrApp,
}

/// How far the request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    UnknownName,
    /// The address leads into a private network.
    Private,
    Connect,
    Timeout,
    /// The connection broke before the whole answer was there.
    Broken,
}

/// Whom a failure concerns, and so what is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This account: a human must act.
    Account,
    /// All of the connection: it waits, no link is to blame.
    Connection,
    /// It may work the next time.
    Passing,
}

impl Failure {
    pub const fn new(kind: Kind) -> Self {
        Self { kind, status: None, said: None, retry_after: None, token: false }
    }

    /// Reads an answer in any of Zoom's forms: SCIM's error, the gateway's `code` and `message`, the validation's list
    /// of errors, the token endpoint's `error` and `reason`, or nothing that can be read.
    pub fn of_answer(status: u16, body: Option<&Value>, retry_after: Option<RetryAfter>) -> Self {
        let said = body.and_then(said);
        let code = body.and_then(|body| body.get("code")).and_then(super::wire::read_number);
        let kind = classify(status, code, &said.as_deref().unwrap_or_default().to_lowercase());
        Self { kind, status: Some(status), said, retry_after, token: false }
    }

    /// The same, as an answer of the token endpoint.
    #[must_use]
    pub fn of_token(mut self) -> Self {
        self.token = true;
        let said = self.said.as_deref().unwrap_or_default();
        if self.status.is_some_and(|status| (400..500).contains(&status)) && self.kind != Kind::RateLimited {
            self.kind = match self.status {
                _ if said.contains("invalid_client") => Kind::Credentials(Credential::Client),
                _ if said.contains("unsupported_grant_type") => Kind::Credentials(Credential::Grant),
                Some(404 | 405) => Kind::WrongAddress,
                Some(408) => Kind::Server,
                _ => Kind::Credentials(Credential::AccountOrApp),
            };
        }
        self
    }

    /// The same, as an answer to a call about one user: a 403 or 404 whose text is not a known one is about that user, not
    /// about the address or the app.
    #[must_use]
    pub fn of_user(mut self) -> Self {
        let said = self.said.as_deref().unwrap_or_default().to_lowercase();
        let unlisted = match self.kind {
            Kind::MissingRight => self.status == Some(403) && !said.contains("permission"),
            Kind::WrongAddress => self.status == Some(404),
            _ => false,
        };
        if unlisted {
            self.kind = Kind::Rejected;
        }
        self
    }

    pub const fn reach(&self) -> Reach {
        match self.kind {
            Kind::InUse
            | Kind::PendingOrForeign
            | Kind::NotFound
            | Kind::Inactive
            | Kind::ForceInactive
            | Kind::Protected
            | Kind::DomainNotAssociated
            | Kind::NoLicense
            | Kind::Rejected => Reach::Account,
            Kind::SsoOff
            | Kind::Unauthorized
            | Kind::Credentials(_)
            | Kind::MissingScope
            | Kind::MissingRight
            | Kind::RateLimited
            | Kind::WrongAddress => Reach::Connection,
            Kind::Concurrent | Kind::Server | Kind::Unreachable(_) | Kind::Unreadable => Reach::Passing,
        }
    }

    /// Whether Zoom may have done what it was asked all the same: the answer is missing, or says nothing of it.
    pub const fn may_have_worked(&self) -> bool {
        !self.token
            && matches!(
                self.kind,
                Kind::Server | Kind::Unreadable | Kind::Unreachable(Unreachable::Timeout | Unreachable::Broken)
            )
    }

    /// In three beats, for the person or account of that address.
    pub fn cause(&self, address: &str) -> Cause {
        let (kind, happened, why, advice) = self.words(address);
        Cause { kind, happened, why: why.to_owned(), advice: advice.to_owned(), zoom_said: self.said.clone() }
    }

    fn words(&self, address: &str) -> (CauseKind, String, &'static str, &'static str) {
        match self.kind {
            Kind::Unreachable(how) => (
                CauseKind::Unreachable,
                if self.token { "Zoom's token address could not be reached." } else { "Zoom could not be reached." }
                    .to_owned(),
                how.why(),
                how.advice(),
            ),
            Kind::Credentials(what) => (CauseKind::Unauthorized, what.happened().to_owned(), what.why(), what.advice()),
            kind if self.reach() == Reach::Account => about_account(kind, address),
            kind => about_connection(kind),
        }
    }
}

fn about_account(kind: Kind, address: &str) -> (CauseKind, String, &'static str, &'static str) {
    match kind {
        Kind::InUse => (
            CauseKind::DuplicateEmail,
            format!("Zoom did not take {address}: another user has this address."),
            "Zoom has one user for an address, and it is not the one Rollcall asked for.",
            "Link the account on the connection's Import tab: import, confirm the match, then start provisioning there. Or unassign the person and keep the account as it is.",
        ),
        Kind::PendingOrForeign => (
            CauseKind::PendingOrForeign,
            format!("Zoom has {address} already, but not as a user of this account."),
            "The person has an invitation to Zoom that was not answered, or a Zoom account of their own with this address.",
            "Withdraw the invitation, or let the person join this account with the work address, then choose Retry.",
        ),
        Kind::NotFound => (
            CauseKind::Rejected,
            format!("The Zoom user of {address} is not there any more."),
            "Somebody deleted the user in Zoom.",
            "Nothing to do: Rollcall looks again and creates the user if there is to be one.",
        ),
        Kind::Inactive | Kind::ForceInactive => (
            CauseKind::LockedInZoom,
            format!("Zoom does not change {address}: the user is locked."),
            "The user was locked in Zoom, by an administrator or by Zoom itself.",
            "Unlock the user in Zoom's user management, then choose Retry.",
        ),
        Kind::Protected => (
            CauseKind::ProtectedUser,
            format!("Zoom does not change {address}: administrators, owners and Zoom Rooms are protected."),
            "SCIM cannot disable, delete or move the address of a user with an administrator's role.",
            "Give the user the role Member in Zoom, then choose Retry.",
        ),
        Kind::DomainNotAssociated => (
            CauseKind::DomainNotAssociated,
            format!("Zoom did not take {address}: its domain does not belong to the Zoom account."),
            "Zoom only creates users in domains that are associated with the account.",
            "Add the domain in Zoom under Account Profile, Associated Domains, and wait for Zoom's approval. Then choose Retry.",
        ),
        Kind::NoLicense => (
            CauseKind::NoLicense,
            format!("Zoom has no free license for {address}."),
            "All licenses of this type are in use.",
            "Free or buy licenses in Zoom, or give the person another license type. Then choose Retry.",
        ),
        _ => (
            CauseKind::Rejected,
            format!("Zoom refused what it was sent for {address}."),
            "A value is not one that Zoom takes. Zoom's words say which.",
            "Correct the value in the identity source. The next change there is picked up by itself.",
        ),
    }
}

fn about_connection(kind: Kind) -> (CauseKind, String, &'static str, &'static str) {
    let (kind, happened, why, advice) = match kind {
        Kind::SsoOff => (
            CauseKind::SsoOff,
            "Zoom refuses provisioning: single sign-on is off.",
            "Zoom accepts SCIM only from accounts with single sign-on and an approved vanity URL.",
            "Turn it on in Zoom under Advanced, Single Sign-On.",
        ),
        Kind::Unauthorized => (
            CauseKind::Unauthorized,
            "Zoom does not accept the token it issued.",
            "The app was deactivated, or another program uses the same credentials and each makes Zoom cancel the other's token.",
            "Activate the app in the Zoom App Marketplace, and use one app per Rollcall server.",
        ),
        Kind::MissingScope => (
            CauseKind::MissingScope,
            "The token does not open SCIM.",
            "The app in the Zoom App Marketplace lacks the scope scim2:admin.",
            "Add scim2:admin under Scopes, save, and test the connection.",
        ),
        Kind::MissingRight => (
            CauseKind::MissingScope,
            "Zoom refuses: the app's owner lacks a permission.",
            "The app acts with the role of whoever made it, and that role may not do this.",
            "Give that role the permission that Zoom names, or make the app as owner of the account.",
        ),
        Kind::RateLimited => (
            CauseKind::RateLimited,
            "Zoom asked to wait.",
            "Zoom limits how many requests an account may make, all its apps together.",
            "Nothing to do: it goes on by itself.",
        ),
        Kind::WrongAddress => (
            CauseKind::Rejected,
            "What answers at this address is not Zoom's.",
            "The SCIM URL or the token URL is not right.",
            "Use https://api.zoom.us/scim2 and https://zoom.us/oauth/token unless Zoom gave you others.",
        ),
        Kind::Concurrent => (
            CauseKind::ServerError,
            "Zoom is still busy with an earlier change of this user.",
            "Zoom makes one change of a user at a time.",
            "Nothing to do: it is tried again by itself.",
        ),
        Kind::Unreadable => (
            CauseKind::ServerError,
            "Zoom's answer could not be read.",
            "It was not in the form that Zoom documents. A proxy on the way may have answered instead.",
            "It is tried again by itself. If it stays so, look at the answer in the log and check the SCIM URL.",
        ),
        _ => (
            CauseKind::ServerError,
            "Zoom had an error.",
            "The fault is on Zoom's side.",
            "Nothing to do: it is tried again by itself. status.zoom.us shows known incidents.",
        ),
    };
    (kind, happened.to_owned(), why, advice)
}

impl Unreachable {
    const fn why(self) -> &'static str {
        match self {
            Self::UnknownName => "The host name is not known.",
            Self::Private => "The host name leads into a private network, which is not allowed here.",
            Self::Connect => "No connection could be made.",
            Self::Timeout => "No answer came in time.",
            Self::Broken => "The connection broke before the answer was complete.",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::UnknownName | Self::Private => "Check the address on the Integration tab.",
            _ => {
                "Check that this server may connect to Zoom. It is tried again by itself while an import runs or provisioning is on."
            }
        }
    }
}

impl Credential {
    const fn happened(self) -> &'static str {
        match self {
            Self::Client => "Zoom did not accept the client ID or the secret, so no token was issued.",
            Self::Grant => "Zoom does not issue this kind of token to this app.",
            Self::AccountOrApp => "Zoom did not issue a token.",
        }
    }

    const fn why(self) -> &'static str {
        match self {
            Self::Client => "Zoom does not know this pair of client ID and secret.",
            Self::Grant => "The credentials are not those of a Server-to-Server OAuth app.",
            Self::AccountOrApp => "The account ID is not the app's, or the app is not activated.",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::Client => "Copy both again from App Credentials in the Zoom App Marketplace, and test.",
            Self::Grant => {
                "In the Zoom App Marketplace choose Develop, Build App, Server-to-Server OAuth, and use its credentials."
            }
            Self::AccountOrApp => "Copy the account ID from App Credentials, and activate the app.",
        }
    }
}

fn classify(status: u16, code: Option<u64>, said: &str) -> Kind {
    let says = |part: &str| said.contains(part);
    let by_text = [
        ("not enabled single sign-on", Kind::SsoOff),
        ("not exist or not belong", Kind::PendingOrForeign),
        ("user does not exist", Kind::NotFound),
        ("group does not exist", Kind::NotFound),
        ("already in use", Kind::InUse),
        ("already been used", Kind::InUse),
        ("inactive or locked", Kind::Inactive),
        ("force inactive", Kind::ForceInactive),
        ("of admin user", Kind::Protected),
        ("delete admin user", Kind::Protected),
        ("zoom room", Kind::Protected),
        ("associated domain", Kind::DomainNotAssociated),
        ("cannot add paid users", Kind::NoLicense),
        ("cannot create more users", Kind::NoLicense),
        ("basic users", Kind::NoLicense),
        ("insufficient permissions", Kind::MissingRight),
        ("does not contain scopes", Kind::MissingScope),
        ("too many concurrent requests", Kind::Concurrent),
    ];
    if let Some((_, kind)) = by_text.into_iter().find(|(text, _)| says(text)) {
        return kind;
    }
    match (status, code) {
        (429, _) | (_, Some(429)) => Kind::RateLimited,
        (_, Some(124)) | (401, _) => Kind::Unauthorized,
        (_, Some(4700 | 4711)) => Kind::MissingScope,
        (403, _) => Kind::MissingRight,
        (408 | 500.., _) => Kind::Server,
        (404 | 405 | 300..=399, _) => Kind::WrongAddress,
        (400..=499, _) => Kind::Rejected,
        _ => Kind::Unreadable,
    }
}

/// Zoom's words, whatever the form.
fn said(body: &Value) -> Option<String> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let mut said = match (text("detail").or(text("message")), text("error"), text("reason")) {
        (Some(message), ..) => message.to_owned(),
        (None, Some(error), Some(reason)) => format!("{error}: {reason}"),
        (None, Some(one), None) | (None, None, Some(one)) => one.to_owned(),
        (None, None, None) => return None,
    };
    for error in body.get("errors").and_then(Value::as_array).into_iter().flatten().take(5) {
        let part = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        said = format!("{said} {}: {}", part("field"), part("message"));
    }
    Some(said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect())
}

/// When to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    In(Duration),
    At(DateTime<Utc>),
}

impl RetryAfter {
    /// Seconds or an HTTP date (RFC 9110, section 10.2.3), or an ISO time, which is what Zoom sends for daily limits.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(seconds) = text.parse::<f64>() {
            let millis = (seconds * 1000.0).ceil();
            return (millis.is_finite() && millis >= 0.0).then(|| {
                #[expect(clippy::cast_possible_truncation, reason = "clamped to a day first")]
                Self::In(Duration::milliseconds(millis.min(86_400_000.0) as i64))
            });
        }
        let at = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text)).ok()?;
        Some(Self::At(at.to_utc()))
    }

    /// `X-RateLimit-Reset`: the second, since 1970, at which the limit begins anew. Seen instead of `Retry-After` on
    /// per-second limits.
    pub fn read_reset(text: &str) -> Option<Self> {
        DateTime::from_timestamp(text.trim().parse().ok()?, 0).map(Self::At)
    }

    /// As a time, never more than a day ahead: nobody has to wait for a header gone wrong.
    pub fn time(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let at = match self {
            Self::In(duration) => now + duration,
            Self::At(at) => at,
        };
        at.clamp(now, now + Duration::days(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kind(status: u16, detail: &str) -> Kind {
        let body =
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": detail, "status": status });
        Failure::of_answer(status, Some(&body), None).kind
    }

    #[test]
    fn the_text_decides_and_not_the_status() {
        for (status, text, expected) in [
            (400, "Account has not enabled Single Sign-On.", Kind::SsoOff),
            (400, "User a@b.c not exist or not belong to this account.", Kind::PendingOrForeign),
            (400, "The email \"a@b.c\" is already in use.", Kind::InUse),
            (409, "Email ''a@b.c'' has already been used.", Kind::InUse),
            (409, "Cannot add paid users.", Kind::NoLicense),
            (409, "Cannot create more users with Zoom United Plan.", Kind::NoLicense),
            (409, "Your account has reached the permitted maximum number of 9999 basic users.", Kind::NoLicense),
            (409, "The Zoom United Plan is invalid.", Kind::Rejected),
            (400, "User is inactive or locked.", Kind::Inactive),
            (400, "User is force inactive.", Kind::ForceInactive),
            (400, "Cannot activate or deactivate Zoom Room and Admin users.", Kind::Protected),
            (400, "Cannot change the email of Admin user.", Kind::Protected),
            (400, "Cannot delete Admin user.", Kind::Protected),
            (400, "Cannot update Zoom Room user to free", Kind::Protected),
            (403, "The request was denied due to insufficient permissions: \"User:Edit\".", Kind::MissingRight),
            (403, "The current login user does not have the \"User:Read\" permission.", Kind::MissingRight),
            (404, "User does not exist.", Kind::NotFound),
            (400, "The \"userName\" of the request is invalid.", Kind::Rejected),
            (400, "The request json did not contains valid active field.", Kind::Rejected),
            (
                429,
                "Too many concurrent requests. A request to disassociate this user has already been made.",
                Kind::Concurrent,
            ),
        ] {
            assert_eq!(kind(status, text), expected, "{text}");
        }
        let domain = "The email domain does not match the associated domain of the account, please contact Zoom Customer Support to set up if necessary.";
        assert_eq!(kind(409, domain), Kind::DomainNotAssociated);
    }

    #[test]
    fn every_form_of_body_is_read() {
        let read = |status, body: Value| Failure::of_answer(status, Some(&body), None);
        assert_eq!(read(401, json!({ "code": 124, "message": "Invalid access token." })).kind, Kind::Unauthorized);
        let scope = json!({ "code": 4711, "message": "Invalid access token, does not contain scopes:[scim2:admin]." });
        assert_eq!(read(400, scope).kind, Kind::MissingScope);
        assert_eq!(
            read(429, json!({ "code": 429, "message": "You have reached the maximum" })).kind,
            Kind::RateLimited
        );
        let list = json!({ "code": 300, "message": "Validation Failed.", "errors": [{ "field": "userType", "message": "Invalid field." }] });
        assert_eq!(read(400, list).said.unwrap(), "Validation Failed. userType: Invalid field.");
        assert_eq!(Failure::of_answer(502, None, None).kind, Kind::Server);
        assert_eq!(
            Failure::of_answer(404, None, None).kind,
            Kind::WrongAddress,
            "a page that is not there is no deleted user"
        );
        assert_eq!(Failure::of_answer(302, None, None).kind, Kind::WrongAddress);
    }

    #[test]
    fn an_unknown_refusal_about_one_user_is_about_that_user() {
        let read =
            |status, text: &str| Failure::of_answer(status, Some(&json!({ "detail": text })), None).of_user().kind;
        assert_eq!(read(403, "Not this one."), Kind::Rejected);
        assert_eq!(read(404, "No such thing."), Kind::Rejected);
        assert_eq!(read(404, "User does not exist."), Kind::NotFound);
        assert_eq!(read(403, "The request was denied due to insufficient permissions."), Kind::MissingRight);
        assert_eq!(read(403, "Account has not enabled Single Sign-On."), Kind::SsoOff);
        assert_eq!(read(405, ""), Kind::WrongAddress);
    }

    #[test]
    fn the_token_endpoint_says_what_is_wrong() {
        let read = |body: Value| Failure::of_answer(400, Some(&body), None).of_token().kind;
        let client = json!({ "reason": "Invalid client_id or client_secret", "error": "invalid_client" });
        assert_eq!(read(client), Kind::Credentials(Credential::Client));
        let grant = json!({ "reason": "unsupported grant type", "error": "unsupported_grant_type" });
        assert_eq!(read(grant), Kind::Credentials(Credential::Grant));
        let account = json!({ "reason": "Bad Request", "error": "invalid_request" });
        assert_eq!(read(account), Kind::Credentials(Credential::AccountOrApp));
    }

    #[test]
    fn retry_after_comes_in_three_forms() {
        let now = DateTime::parse_from_rfc3339("2026-05-30T23:59:00Z").unwrap().to_utc();
        let read = |text| RetryAfter::read(text).map(|after| after.time(now) - now);
        assert_eq!(read("7"), Some(Duration::seconds(7)));
        assert_eq!(read("2026-05-31T00:00:00Z"), Some(Duration::seconds(60)));
        assert_eq!(read("Sun, 31 May 2026 00:00:00 GMT"), Some(Duration::seconds(60)));
        assert_eq!(read("2099-01-01T00:00:00Z"), Some(Duration::days(1)));
        assert_eq!(read("2020-01-01T00:00:00Z"), Some(Duration::zero()));
        assert_eq!(read("99999999999999999999"), Some(Duration::days(1)));
        for text in ["", "soon", "-5", "NaN", "inf"] {
            assert_eq!(RetryAfter::read(text), None, "{text}");
        }
    }

    #[test]
    fn what_zoom_says_is_made_safe_and_short() {
        let said =
            Failure::of_answer(400, Some(&json!({ "detail": format!("a\u{0}\n{}", "x".repeat(9000)) })), None).said;
        let said = said.unwrap();
        assert!(said.starts_with("a  x") && said.len() == 500);
    }

    #[test]
    fn only_a_missing_answer_leaves_open_whether_it_worked() {
        assert!(Failure::new(Kind::Unreachable(Unreachable::Timeout)).may_have_worked());
        assert!(Failure::of_answer(504, None, None).may_have_worked());
        assert!(!Failure::new(Kind::Unreachable(Unreachable::Connect)).may_have_worked());
        assert!(!Failure::of_answer(429, None, None).may_have_worked());
        assert!(!Failure::of_answer(503, None, None).of_token().may_have_worked());
    }
}
