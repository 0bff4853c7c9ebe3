//! Server-to-Server OAuth: the token endpoint, and what a token opens.
//!
//! Error bodies carry `reason` and `error`, not RFC 6749's
//! `error_description`; the texts are those that users of Zoom have reported.

use std::{collections::HashMap, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::{call::Call, reply::Reply, state::State};

/// Dead tokens are remembered this long, to be called expired, not invalid.
const MEMORY: Duration = Duration::from_secs(86_400);

#[derive(Debug, Default)]
pub(crate) struct Tokens(HashMap<String, Token>);

#[derive(Debug)]
struct Token {
    /// By the simulator's clock.
    expires: Duration,
    scopes: Vec<String>,
}

impl Tokens {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// `POST /oauth/token`, `grant_type=account_credentials`.
pub(crate) fn token(state: &mut State, call: &Call) -> Reply {
    let known = &state.options.credentials;
    if basic(call) != Some((known.client_id.clone(), known.client_secret.clone())) {
        return refuse("Invalid client_id or client_secret", "invalid_client");
    }
    if !state.options.app.active {
        // The text is Zoom's (code 4717); its place in this form is assumed.
        return refuse("The app has been disabled", "invalid_request");
    }
    if parameter(call, "grant_type").as_deref() != Some("account_credentials") {
        return refuse("unsupported grant type", "unsupported_grant_type");
    }
    if parameter(call, "account_id").as_deref() != Some(&known.account_id) {
        // Zoom answers 400; with which body is undocumented.
        return refuse("Bad Request", "invalid_request");
    }
    let access_token = issue(state);
    let app = &state.options.app;
    let body = json!({
        "access_token": access_token,
        "token_type": "bearer",
        "expires_in": app.token_ttl.as_secs(),
        "scope": app.scopes.join(" "),
        "api_url": state.base_url,
    });
    Reply { content_type: Some("application/json".to_owned()), ..Reply::json(200, &body) }
}

/// A new token, which kills the others where the options say so.
pub(crate) fn issue(state: &mut State) -> String {
    let elapsed = state.clock.elapsed();
    let app = &state.options.app;
    if app.single_token {
        state.tokens.0.clear();
    }
    state.tokens.0.retain(|_, token| token.expires + MEMORY > elapsed);
    let value = state.ids.token();
    let token = Token { expires: elapsed + app.token_ttl, scopes: app.scopes.clone() };
    state.tokens.0.insert(value.clone(), token);
    value
}

/// Whether the request's bearer token opens SCIM; the refusal otherwise.
pub(crate) fn authorise(state: &State, call: &Call) -> Result<(), Reply> {
    let invalid = || Reply::gateway(401, 124, "Invalid access token.");
    let bearer = call.authorization.as_deref().and_then(|value| value.split_once(' '));
    let (_, value) = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).ok_or_else(invalid)?;
    let token = state.tokens.0.get(value.trim()).ok_or_else(invalid)?;
    if !state.options.app.active {
        return Err(invalid());
    }
    if token.expires <= state.clock.elapsed() {
        return Err(Reply::gateway(401, 124, "Access token is expired."));
    }
    if !token.scopes.iter().any(|scope| matches!(scope.as_str(), "scim2" | "scim2:admin")) {
        let message = "Invalid access token, does not contain scopes:[scim2:admin].";
        return Err(Reply::gateway(400, 4711, message));
    }
    Ok(())
}

fn refuse(reason: &str, error: &str) -> Reply {
    let body = json!({ "reason": reason, "error": error });
    Reply { content_type: Some("application/json".to_owned()), ..Reply::json(400, &body) }
}

fn basic(call: &Call) -> Option<(String, String)> {
    let (scheme, encoded) = call.authorization.as_deref()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client_id, client_secret) = text.split_once(':')?;
    Some((client_id.to_owned(), client_secret.to_owned()))
}

/// From the form body, as documented, or the query string, as it used to be.
fn parameter(call: &Call, name: &str) -> Option<String> {
    let form: Vec<(String, String)> = serde_urlencoded::from_str(&call.body).unwrap_or_default();
    let in_form = form.into_iter().find(|(key, _)| key == name).map(|(_, value)| value);
    in_form.or_else(|| call.query(name))
}
