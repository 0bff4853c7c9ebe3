//! Test connection: a line for each check, and the first failure explained with what is likely and what to do.
//!
//! It only reads: a token, then the first page of users. It never shows a secret.

use crate::outbound::Outbound;
use crate::zoom::error::{Credential, Failure, Kind, Unreachable};
use crate::zoom::{Credentials, Zoom};
use chrono::{DateTime, Utc};
use model::connection::{Check, CheckState, ConnectionTest, TestFailure};
use secrecy::ExposeSecret;

const CHECKS: [&str; 4] = ["Token obtained", "Scope scim2", "Single sign-on is enabled", "Users readable"];
/// How long Zoom's client ids are.
const CLIENT_ID: usize = 22;

/// Tries the credentials, as they are now or as a form has them.
pub async fn test_connection(outbound: &Outbound, credentials: &Credentials, now: DateTime<Utc>) -> ConnectionTest {
    let mut run = Run { at: now, checks: Vec::new() };
    let zoom = match Zoom::new(outbound, credentials.clone()) {
        Ok(zoom) => zoom,
        Err(bad) => {
            let failure = TestFailure {
                happened: "The address cannot be used.".to_owned(),
                zoom_answered: None,
                likely: bad.why,
                advice: "Use https://api.zoom.us/scim2 and https://zoom.us/oauth/token unless Zoom gave you others."
                    .to_owned(),
                field: Some(bad.field.to_owned()),
            };
            return run.failed(None, failure);
        }
    };
    if let Some((field, what)) = missing(credentials) {
        return run.failed(None, empty(field, what));
    }
    let token = zoom.token().await;
    let took = Some(token.duration_ms());
    let token = match token.result {
        Ok(token) => token,
        Err(failure) => return run.failed(took, explain(&failure, credentials)),
    };
    run.passed(took, format!("Valid for {} minutes.", token.lasts.as_secs().div_ceil(60)));
    if token.opens_scim() == Some(false) {
        return run.failed(None, explain(&Failure::new(Kind::MissingScope), credentials));
    }
    let users = zoom.list(1, 1).await;
    let took = Some(users.duration_ms());
    match users.result {
        Err(failure) => {
            // Zoom checks in this order: the scope, single sign-on, the right to read. Any other failure says nothing
            // of single sign-on.
            match failure.kind {
                Kind::MissingScope | Kind::Unauthorized => {}
                Kind::SsoOff => run.passed(None, granted(&token.scopes)),
                Kind::MissingRight => {
                    run.passed(None, granted(&token.scopes));
                    run.passed(None, String::new());
                }
                _ => {
                    match token.opens_scim() {
                        Some(true) => run.passed(None, granted(&token.scopes)),
                        _ => run.push(CheckState::NotRun, None, None),
                    }
                    run.push(CheckState::NotRun, None, None);
                }
            }
            run.failed(took, explain(&failure, credentials))
        }
        Ok(users) => {
            run.passed(None, granted(&token.scopes));
            run.passed(None, String::new());
            run.passed(took, format!("{} in Zoom.", counted(users.total)));
            ConnectionTest { at: now, checks: run.checks, failure: None }
        }
    }
}

struct Run {
    at: DateTime<Utc>,
    checks: Vec<Check>,
}

impl Run {
    fn passed(&mut self, duration_ms: Option<i64>, note: String) {
        self.push(CheckState::Passed, duration_ms, Some(note).filter(|note| !note.is_empty()));
    }

    /// This check failed; the ones after it are not run.
    fn failed(mut self, duration_ms: Option<i64>, failure: TestFailure) -> ConnectionTest {
        self.push(CheckState::Failed, duration_ms, Some(failure.happened.clone()));
        while self.checks.len() < CHECKS.len() {
            self.push(CheckState::NotRun, None, None);
        }
        ConnectionTest { at: self.at, checks: self.checks, failure: Some(failure) }
    }

    fn push(&mut self, state: CheckState, duration_ms: Option<i64>, note: Option<String>) {
        if let Some(name) = CHECKS.get(self.checks.len()) {
            self.checks.push(Check { name: (*name).to_owned(), state, duration_ms, note });
        }
    }
}

fn missing(credentials: &Credentials) -> Option<(&'static str, &'static str)> {
    [
        ("account_id", "account ID", credentials.account_id.trim()),
        ("client_id", "client ID", credentials.client_id.trim()),
        ("client_secret", "client secret", credentials.client_secret.expose_secret().trim()),
    ]
    .into_iter()
    .find_map(|(field, what, value)| value.is_empty().then_some((field, what)))
}

fn empty(field: &str, what: &str) -> TestFailure {
    TestFailure {
        happened: format!("The {what} is missing."),
        zoom_answered: None,
        likely: "The field was left empty.".to_owned(),
        advice: format!("Copy the {what} from App Credentials in the Zoom App Marketplace, and test."),
        field: Some(field.to_owned()),
    }
}

fn explain(failure: &Failure, credentials: &Credentials) -> TestFailure {
    let cause = failure.cause("");
    let answered = match (failure.status, &failure.said) {
        (Some(status), Some(said)) => Some(format!("{status} {said}")),
        (Some(status), None) => Some(status.to_string()),
        (None, _) => None,
    };
    TestFailure {
        happened: cause.happened,
        zoom_answered: answered,
        likely: likely(failure, credentials).unwrap_or(cause.why),
        advice: cause.advice,
        field: field(failure, credentials).map(str::to_owned),
    }
}

/// A guess that is better than the general reason.
fn likely(failure: &Failure, credentials: &Credentials) -> Option<String> {
    let Credentials { client_id, account_id, client_secret, .. } = credentials;
    let secret = client_secret.expose_secret();
    if failure.kind == Kind::Credentials(Credential::Client) {
        let length = client_id.chars().count();
        return Some(if length < CLIENT_ID {
            format!(
                "The client ID is {length} characters long. Zoom's have {CLIENT_ID}, so a part was probably lost when copying."
            )
        } else if length > CLIENT_ID {
            format!(
                "The client ID is {length} characters long. Zoom's have {CLIENT_ID}, so it is probably not the client ID."
            )
        } else if secret.trim() != secret || client_id.trim() != client_id {
            "There is a space before or after the client ID or the secret.".to_owned()
        } else {
            "The secret is not the newest one of this app, or belongs to another app.".to_owned()
        });
    }
    if failure.kind == Kind::Credentials(Credential::AccountOrApp) {
        return Some(if account_id == client_id {
            "The account ID is the same as the client ID.".to_owned()
        } else {
            "The account ID belongs to another account, or the app is not activated yet.".to_owned()
        });
    }
    None
}

/// The form's field to look at.
fn field(failure: &Failure, credentials: &Credentials) -> Option<&'static str> {
    let address = if failure.token { "token_url" } else { "scim_url" };
    match failure.kind {
        Kind::Credentials(Credential::Client) if credentials.client_id.chars().count() == CLIENT_ID => {
            Some("client_secret")
        }
        Kind::Credentials(Credential::Client | Credential::Grant) => Some("client_id"),
        Kind::Credentials(Credential::AccountOrApp) => Some("account_id"),
        Kind::WrongAddress | Kind::Unreadable => Some(address),
        Kind::Unreachable(Unreachable::UnknownName | Unreachable::Private | Unreachable::Connect) => Some(address),
        _ => None,
    }
}

fn granted(scopes: &[String]) -> String {
    if scopes.is_empty() {
        return String::new();
    }
    format!("Granted: {}.", scopes.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", "))
}

fn counted(users: u64) -> String {
    let digits = users.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if users == 1 { "1 user".to_owned() } else { format!("{text} users") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;
    use simulator::{Options, Running, Simulator};

    fn credentials(zoom: &Running) -> Credentials {
        let app = zoom.credentials();
        Credentials {
            scim_url: zoom.scim_url(),
            token_url: zoom.token_url(),
            account_id: app.account_id,
            client_id: app.client_id,
            client_secret: SecretString::from(app.client_secret),
        }
    }

    async fn test(credentials: &Credentials) -> ConnectionTest {
        let test = test_connection(&Outbound::new(true).unwrap(), credentials, DateTime::UNIX_EPOCH).await;
        assert_eq!(test.checks.len(), CHECKS.len());
        assert_eq!(test.passed(), test.failure.is_none());
        let told = serde_json::to_string(&test).unwrap();
        assert!(!told.contains(credentials.client_secret.expose_secret()), "{told}");
        test
    }

    fn states(test: &ConnectionTest) -> Vec<&'static str> {
        test.checks.iter().map(|check| check.state.as_str()).collect()
    }

    #[tokio::test]
    async fn good_credentials_pass_every_check() {
        let zoom = Simulator::start(Options::default()).await.unwrap();
        zoom.add_user("a@example.com", |_| ());
        let test = test(&credentials(&zoom)).await;
        assert!(test.passed(), "{test:?}");
        assert_eq!(test.checks[3].note.as_deref(), Some("1 user in Zoom."));
    }

    #[tokio::test]
    async fn a_client_id_that_was_cut_off_is_guessed() {
        let zoom = Simulator::start(Options::default()).await.unwrap();
        let mut wrong = credentials(&zoom);
        wrong.client_id.truncate(18);
        let test = test(&wrong).await;
        assert_eq!(states(&test), ["failed", "not-run", "not-run", "not-run"]);
        let failure = test.failure.unwrap();
        assert!(failure.likely.contains("18 characters"), "{failure:?}");
        assert_eq!(failure.field.as_deref(), Some("client_id"));
        assert!(failure.zoom_answered.unwrap().contains("invalid_client"));
    }

    #[tokio::test]
    async fn a_missing_scope_and_single_sign_on_are_told_apart() {
        let zoom = Simulator::start(Options::default()).await.unwrap();
        zoom.configure(|options| options.app.scopes = vec!["user:read:admin".to_owned()]);
        assert_eq!(states(&test(&credentials(&zoom)).await), ["passed", "failed", "not-run", "not-run"]);
        zoom.configure(|options| {
            options.app.scopes = vec!["scim2:admin".to_owned()];
            options.account.sso = false;
        });
        let test = test(&credentials(&zoom)).await;
        assert_eq!(states(&test), ["passed", "passed", "failed", "not-run"]);
        assert!(test.failure.unwrap().advice.contains("Single Sign-On"));
    }

    #[tokio::test]
    async fn a_wrong_address_names_its_field() {
        let zoom = Simulator::start(Options::default()).await.unwrap();
        let mut wrong = credentials(&zoom);
        wrong.scim_url = format!("{}/nothing/here", zoom.base_url());
        assert_eq!(test(&wrong).await.failure.unwrap().field.as_deref(), Some("scim_url"));
        wrong.token_url = "http://127.0.0.1:1/oauth/token".to_owned();
        assert_eq!(test(&wrong).await.failure.unwrap().field.as_deref(), Some("token_url"));
        wrong.token_url = "not an address".to_owned();
        assert_eq!(test(&wrong).await.failure.unwrap().field.as_deref(), Some("token_url"));
    }
}
