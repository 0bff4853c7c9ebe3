//! Takes secrets out of what is kept: whatever stands under a name that says so, and whatever looks like one.

use serde_json::Value;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What stands in a secret's place.
const REMOVED: &str = "[removed]";

/// Parts of the names of secrets, in lower case, without anything between the words.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "authorization",
    "cookie",
    "onetimecode",
    "recoverycode",
    "passcode",
    "sshkey",
];

/// Names of secrets that are a part of many other words.
const WHOLE_NAMES: &[&str] = &["pwd", "pin", "otp", "pass"];

/// Secrets of others begin so: ours, bearer tokens, keys of GitHub, Slack, Stripe, AWS, private keys.
const STARTS: &[&str] = &[
    "rc_scim_",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "sk_live_",
    "sk-",
    "AKIA",
    "ASIA",
    "-----BEGIN",
];

/// Shorter ones are found in too much that is none.
const SHORTEST: usize = 4;

/// The most secrets of one request that are looked for elsewhere in it: each is a walk through all of it.
const MOST: usize = 100;

/// The secrets that were found in a request: they are taken out of its answer too, whatever they stand under there.
#[derive(Default)]
pub struct Removed {
    /// The longest first: one may begin with another.
    found: BTreeSet<(Reverse<usize>, String)>,
    /// There were more: nobody knows where else they stand.
    more: bool,
}

impl Removed {
    /// Whether nothing was removed that could be found again.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether there were more than are looked for, so that what is left may hold some.
    pub const fn overflowed(&self) -> bool {
        self.more
    }

    pub fn clean_json(&mut self, value: &mut Value) {
        match value {
            Value::Object(map) => {
                // An operation of a PATCH says by its path what its value is.
                let path = map.iter().find(|(name, _)| name.eq_ignore_ascii_case("path"));
                let secret_value = path.and_then(|(_, path)| path.as_str()).is_some_and(is_secret);
                for (name, value) in map.iter_mut() {
                    // What a filter compares a secret with: in a search, in the path of an operation.
                    let compares = ["filter", "path"].iter().any(|word| name.eq_ignore_ascii_case(word))
                        && value.as_str().is_some_and(|text| text.contains('"') && is_secret(text));
                    if compares || is_secret(name) || (secret_value && name.eq_ignore_ascii_case("value")) {
                        self.take(value);
                    } else {
                        self.clean_json(value);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.clean_json(item)),
            Value::String(text) => *text = self.clean(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// What is unassigned or a switch says nothing secret.
    fn take(&mut self, value: &mut Value) {
        if value.is_null() || value.is_boolean() {
            return;
        }
        self.remember(value);
        *value = Value::from(REMOVED);
    }

    fn remember(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.keep(text.clone()),
            Value::Number(number) => self.keep(number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.remember(item)),
            Value::Object(map) => map.values().for_each(|value| self.remember(value)),
            _ => {}
        }
    }

    fn keep(&mut self, secret: String) {
        if secret.len() < SHORTEST {
            return;
        }
        if self.found.len() == MOST {
            self.more = true;
            return;
        }
        self.found.insert((Reverse(secret.len()), secret));
    }

    pub fn clean(&self, text: &str) -> String {
        let known = self.found.iter().fold(text.to_owned(), |text, (_, secret)| text.replace(secret, REMOVED));
        clean_text(&known)
    }
}

/// Whether an attribute of this name holds a secret: `password`, `urn:...:User:apiToken`, `client_secret`.
fn is_secret(name: &str) -> bool {
    let letters: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    NAMES.iter().any(|part| letters.contains(part))
        || words.any(|word| WHOLE_NAMES.iter().any(|whole| word.eq_ignore_ascii_case(whole)))
}

/// Whether nothing in a text of our own names a secret or looks like one. Whoever writes with escapes may hide a name.
pub fn holds_none(text: &str) -> bool {
    !is_secret(text) && !might_hold_one(text)
}

/// A text without the words in it that look like secrets.
pub fn clean_text(text: &str) -> String {
    if !might_hold_one(text) {
        return text.to_owned();
    }
    // A private key (RFC 7468) is many words long.
    if text.contains("-----BEGIN") {
        return REMOVED.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut after_bearer = false;
    for word in text.split_inclusive(is_between) {
        let bare = word.trim_end_matches(is_between);
        let secret = (after_bearer && bare.len() >= SHORTEST) || looks_secret(bare);
        after_bearer = bare.eq_ignore_ascii_case("bearer") || (after_bearer && bare.is_empty());
        out.push_str(if secret { REMOVED } else { bare });
        out.push_str(&word[bare.len()..]);
    }
    out
}

fn is_between(c: char) -> bool {
    c.is_whitespace() || "\"',;&=<>()[]{}/?:@|".contains(c)
}

fn might_hold_one(text: &str) -> bool {
    STARTS.iter().any(|start| text.contains(start))
        || text.contains("eyJ")
        || text.to_ascii_lowercase().contains("bearer")
}

fn looks_secret(word: &str) -> bool {
    // A JSON Web Token (RFC 7519): three parts, the first an object.
    let jwt = word.starts_with("eyJ") && word.matches('.').count() >= 2;
    jwt || (word.len() >= 16 && STARTS.iter().any(|start| word.starts_with(start)))
}

/// A query string: the values of secret names, and what a filter compares a secret with.
pub fn clean_query(query: &str) -> String {
    let decoded = |text: &str| {
        let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(&format!("x={text}")).unwrap_or_default();
        pairs.pop().map_or_else(|| text.to_owned(), |(_, value)| value)
    };
    let hides = |text: &str| is_secret(text) || clean_text(text) != text;
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() && (is_secret(&decoded(name)) || hides(&decoded(value))) => {
            format!("{name}={REMOVED}")
        }
        _ => clean_text(pair),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A body that is no JSON: nobody knows what stands where in it.
pub fn clean_unreadable(text: &str) -> String {
    // An escape may hide a name.
    if is_secret(text) || text.contains("\\u") {
        return "[a body that is no JSON and may hold a secret, so it was not kept]".to_owned();
    }
    clean_text(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cleaned(mut value: Value) -> Value {
        Removed::default().clean_json(&mut value);
        value
    }

    #[test]
    fn what_a_secret_name_holds_is_removed_whole() {
        let user =
            json!({ "userName": "ada", "Password": "x1!", "urn:x:2.0:User": { "api_token": ["a", { "b": 1 }] } });
        let kept = json!({ "userName": "ada", "Password": REMOVED, "urn:x:2.0:User": { "api_token": REMOVED } });
        assert_eq!(cleaned(user), kept);
        assert_eq!(
            cleaned(json!({ "password": null, "changePassword": true })),
            json!({ "password": null, "changePassword": true })
        );
    }

    #[test]
    fn an_operation_on_a_secret_loses_its_value_wherever_its_path_stands() {
        let patch = json!({ "Operations": [
            { "op": "replace", "value": "x1!", "path": "password" },
            { "op": "replace", "value": { "password": "x2!", "title": "Analyst" } },
        ] });
        let text = cleaned(patch).to_string();
        assert!(!text.contains("x1!") && !text.contains("x2!") && text.contains("Analyst"), "{text}");
    }

    #[test]
    fn what_a_secret_is_compared_with_is_removed() {
        let search = json!({ "filter": "password eq \"hunter2\"", "Operations": [
            { "op": "remove", "path": "apiTokens[value eq \"tok-1\"].display" }, { "op": "add", "path": "title" } ] });
        let text = cleaned(search).to_string();
        assert!(!text.contains("hunter2") && !text.contains("tok-1") && text.contains("title"), "{text}");
    }

    #[test]
    fn of_two_that_begin_alike_nothing_stays_and_there_is_a_bound() {
        let mut removed = Removed::default();
        removed.clean_json(&mut json!({ "tokens": ["abcd", "abcdef"] }));
        assert_eq!(removed.clean("x abcdef y abcd"), "x [removed] y [removed]");
        assert!(!removed.overflowed());
        let many: Vec<String> = (0..=MOST).map(|n| format!("secret {n}")).collect();
        removed.clean_json(&mut json!({ "tokens": many }));
        assert!(removed.overflowed() && removed.found.len() == MOST);
    }

    #[test]
    fn what_looks_like_a_secret_is_removed_wherever_it_stands() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc";
        for secret in ["rc_scim_0123456789ab_abcdef", "ghp_0123456789abcdef0123", jwt, "sk_live_0123456789abcdef"] {
            let text = format!("see \"{secret}\", and {secret}");
            assert_eq!(clean_text(&text), "see \"[removed]\", and [removed]");
        }
        assert_eq!(clean_text("Authorization: Bearer abcdefgh"), "Authorization: Bearer [removed]");
        for harmless in ["desk-1", "sk-", "ASIA", "Ada eyJ", "a bearer of news"] {
            let kept = clean_text(harmless);
            assert!(kept == harmless || harmless.contains("bearer"), "{kept}");
        }
    }

    #[test]
    fn a_secret_is_found_in_a_query_however_it_is_written_there() {
        let token = "rc_scim_0123456789ab_abcdef";
        for query in [
            format!("filter=title%20eq%20%22{token}%22"),
            format!("filter=title+eq+%22{token}%22&count=1"),
            "filter=title%20eq%20%22%65yJhbGciOi.eyJzdWIi.abc%22".to_owned(),
            "filter=title%20eq%20%22-----BEGIN%20PRIVATE%20KEY-----MIIE%22".to_owned(),
            "p%61ssword=hunter22".to_owned(),
        ] {
            let cleaned = clean_query(&query);
            assert!(
                cleaned.contains(REMOVED) && !cleaned.contains("rc_scim") && !cleaned.contains("hunter"),
                "{cleaned}"
            );
            assert!(!cleaned.contains("MIIE") && !cleaned.contains("abc%22"), "{cleaned}");
        }
        let harmless = "filter=userName%20eq%20%22ada%40example.com%22&startIndex=1";
        assert_eq!(clean_query(harmless), harmless);
    }

    #[test]
    fn a_secret_is_found_between_any_signs_and_under_short_names() {
        let key = "ghp_0123456789abcdef0123";
        for text in [format!("key:{key}"), format!("https://u:{key}@github.com"), format!("x[{key}]")] {
            assert!(!clean_text(&text).contains(key), "{text}");
        }
        assert!(!clean_text("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----").contains("MIIE"));
        let kept = cleaned(json!({ "pwd": "a1", "urn:x:User": { "pin": "1234", "otp": "9" }, "shippingPinCode": "7" }));
        assert_eq!(kept["pwd"], REMOVED);
        assert_eq!((&kept["urn:x:User"]["pin"], &kept["urn:x:User"]["otp"]), (&json!(REMOVED), &json!(REMOVED)));
        assert_eq!(kept["shippingPinCode"], "7");
        assert!(clean_unreadable("{ \"p\\u0061ssword\": \"hunter22\", ").starts_with("[a body"));
    }

    #[test]
    fn a_text_that_names_a_secret_has_to_be_read() {
        assert!(holds_none(r#"{"userName":"ada","active":true}"#));
        for text in [r#"{"api_Key":1}"#, r#"{"x":"rc_scim_1"}"#, r#"{"pass-word":"x"}"#, "Bearer x"] {
            assert!(!holds_none(text), "{text}");
        }
    }

    #[test]
    fn a_query_keeps_what_is_no_secret() {
        assert_eq!(clean_query("filter=userName+eq+%22ada%22&count=1"), "filter=userName+eq+%22ada%22&count=1");
        assert_eq!(clean_query("access_token=abc&count=1"), "access_token=[removed]&count=1");
        assert_eq!(clean_query("filter=password%20eq%20%22x%22"), "filter=[removed]");
        assert_eq!(clean_query("aadOptscim062020"), "aadOptscim062020");
    }

    #[test]
    fn a_body_that_cannot_be_read_is_kept_only_when_it_speaks_of_no_secret() {
        assert_eq!(clean_unreadable("{\"userName\": \"ada\""), "{\"userName\": \"ada\"");
        assert!(!clean_unreadable("{\"password\": \"x1!\"").contains("x1!"));
    }
}
