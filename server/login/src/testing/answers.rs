//! The provider's endpoints.

use super::OidcProvider;
use super::behaviour::laid;
use super::serve::{Shared, State};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use url::form_urlencoded;

const ACCESS_TOKEN: &str = "2YotnFZFEjr1zCsicMWpAA";

pub(super) struct Call {
    pub(super) head: hyper::http::request::Parts,
    pub(super) body: String,
}

type Answer = Response<Full<Bytes>>;

pub(super) fn answer(shared: &Shared, call: &Call) -> Answer {
    let mut state = shared.state();
    match call.head.uri.path() {
        "/.well-known/openid-configuration" => say(200, &discovery(shared, &state)),
        "/authorize" => authorize(shared, &mut state, call),
        "/token" => token(shared, &mut state, call),
        "/jwks" => say(200, &state.behaviour.published.clone().unwrap_or_else(|| state.behaviour.keys.published())),
        "/userinfo" => userinfo(&state, call),
        _ => say(404, &json!({ "error": "not_found" })),
    }
}

fn say(status: u16, body: &Value) -> Answer {
    Response::builder()
        .status(status)
        .header("content-type", "application/json; charset=utf-8")
        .body(Full::from(body.to_string()))
        .unwrap()
}

fn refuse(error: &str, description: &str) -> Answer {
    say(400, &json!({ "error": error, "error_description": description }))
}

fn discovery(shared: &Shared, state: &State) -> Value {
    let at = |path: &str| format!("{}/{path}", shared.issuer);
    let document = json!({
        "issuer": shared.issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "jwks_uri": at("jwks"),
        "userinfo_endpoint": at("userinfo"),
        "end_session_endpoint": at("logout"),
        "response_types_supported": ["code", "code id_token"],
        "subject_types_supported": ["public"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "id_token_signing_alg_values_supported": ["HS256", "RS256", "PS256", "ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "authorization_response_iss_parameter_supported": true,
    });
    laid(document, &state.behaviour.discovery)
}

/// The person agrees at once.
fn authorize(shared: &Shared, state: &mut State, call: &Call) -> Answer {
    let request = parameters(call.head.uri.query().unwrap_or_default());
    let get = |name: &str| request.get(name).map(String::as_str).unwrap_or_default();
    if get("client_id") != OidcProvider::CLIENT_ID || get("response_type") != "code" {
        return refuse("invalid_request", "client_id or response_type is wrong");
    }
    if !get("scope").split(' ').any(|scope| scope == "openid") || get("code_challenge_method") != "S256" {
        return refuse("invalid_request", "scope or code_challenge_method is wrong");
    }
    state.given += 1;
    let code = format!("SplxlOBeZQQYbYS6WxSbIA{}", state.given);
    let answer = json!({ "code": code, "state": get("state"), "iss": shared.issuer });
    let answer = laid(answer, &state.behaviour.callback);
    let mut back = url::Url::parse(get("redirect_uri")).unwrap();
    for (name, value) in answer.as_object().into_iter().flatten() {
        back.query_pairs_mut().append_pair(name, value.as_str().unwrap_or_default());
    }
    state.codes.insert(code, request);
    Response::builder().status(303).header("location", back.as_str()).body(Full::default()).unwrap()
}

fn token(shared: &Shared, state: &mut State, call: &Call) -> Answer {
    let form = parameters(&call.body);
    let get = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if !knows(call, &form) {
        return say(401, &json!({ "error": "invalid_client" }));
    }
    let Some(request) = state.codes.remove(get("code")) else {
        return refuse("invalid_grant", &format!("the code {} was used already", get("code")));
    };
    if request.get("redirect_uri") != form.get("redirect_uri") || get("grant_type") != "authorization_code" {
        return refuse("invalid_grant", "redirect_uri or grant_type is wrong");
    }
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(get("code_verifier")));
    if request.get("code_challenge") != Some(&challenge) {
        return refuse("invalid_grant", "code_verifier is wrong");
    }
    let id_token = id_token(shared, state, &request);
    let tokens = json!({
        "access_token": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": 3600,
        "id_token": id_token,
    });
    say(200, &laid(tokens, &state.behaviour.tokens))
}

/// The client, by Basic or by the form, but only by one of them.
fn knows(call: &Call, form: &HashMap<String, String>) -> bool {
    let header = call.head.headers.get("authorization").and_then(|value| value.to_str().ok());
    let Some(basic) = header.and_then(|value| value.strip_prefix("Basic ")) else {
        let is = |name: &str, value: &str| form.get(name).is_some_and(|found| found == value);
        return is("client_id", OidcProvider::CLIENT_ID) && is("client_secret", OidcProvider::CLIENT_SECRET);
    };
    let pair = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
    let (id, secret) = pair.split_once(':').unwrap();
    let decode = |text: &str| form_urlencoded::parse(text.as_bytes()).next().map(|(text, _)| text.into_owned());
    let right = (Some(OidcProvider::CLIENT_ID.to_owned()), Some(OidcProvider::CLIENT_SECRET.to_owned()));
    (decode(id), decode(secret)) == right && !form.contains_key("client_secret")
}

fn id_token(shared: &Shared, state: &State, request: &HashMap<String, String>) -> String {
    let behaviour = &state.behaviour;
    let now = behaviour.now.timestamp();
    let claims = json!({
        "iss": shared.issuer,
        "aud": OidcProvider::CLIENT_ID,
        "azp": OidcProvider::CLIENT_ID,
        "iat": now,
        "nbf": now,
        "exp": now + 300,
        "auth_time": now,
        "nonce": request.get("nonce"),
        "at_hash": URL_SAFE_NO_PAD.encode(&Sha256::digest(ACCESS_TOKEN)[..16]),
    });
    let claims = laid(claims, &Value::Object(behaviour.person.clone()));
    let claims = laid(claims, &behaviour.claims);
    let header = laid(behaviour.keys.header(behaviour.signing), &behaviour.header);
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", encode(&header), encode(&claims));
    let signature = behaviour.keys.sign(behaviour.signing, OidcProvider::CLIENT_SECRET, &input);
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn userinfo(state: &State, call: &Call) -> Answer {
    let header = call.head.headers.get("authorization").and_then(|value| value.to_str().ok());
    if header != Some(&format!("Bearer {ACCESS_TOKEN}")) {
        return say(401, &json!({ "error": "invalid_token" }));
    }
    let person = || Value::Object(state.behaviour.person.clone());
    say(200, &state.behaviour.userinfo.clone().unwrap_or_else(person))
}

fn parameters(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}
