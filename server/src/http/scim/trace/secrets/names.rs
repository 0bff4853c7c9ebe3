//! Names that say that a secret stands under them.

/// Parts of the names of secrets, in lower case, without anything between the words.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "kennwort",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "hmackey",
    "credential",
    "authorization",
    "cookie",
    "onetimecode",
    "recoverycode",
    "backupcode",
    "verificationcode",
    "securityanswer",
    "connectionstring",
    "passcode",
    "passkey",
    "sshkey",
];

/// Names of secrets that are a part of many other words: alone, or between signs.
const WHOLE_NAMES: &[&str] = &["pass"];

/// The same, and a word of `camelCase` and before a number too.
const WORDS: &[&str] = &["pwd", "pin", "otp", "totp", "hotp", "jwt", "bearer", "assertion"];

/// Names of attributes whose text says what stands under `value` beside it: of an operation of a PATCH, of a pair.
pub(super) const LABELS: &[&str] = &["path", "name", "key", "type", "attribute", "attributeName", "field"];

/// Whether an attribute of this name holds a secret: `password`, `urn:...:User:apiToken`, `client_secret`, `newPin2`.
pub(super) fn is_secret(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let mut whole = name.split(|c: char| !c.is_ascii_alphanumeric());
    NAMES.iter().any(|part| letters.contains(part))
        || whole.any(|word| is_one_of(word, WHOLE_NAMES))
        || words(name).any(|word| is_one_of(word, WORDS) || is_one_of(word.trim_end_matches('s'), WORDS))
}

/// The words of `camelCase`, `PINCode`, `snake_case2`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphabetic()).flat_map(|run| {
        let letters = run.as_bytes();
        let begins = move |at: &usize| {
            let after_small = letters[*at].is_ascii_uppercase() && letters[*at - 1].is_ascii_lowercase();
            let before_small =
                letters[*at].is_ascii_uppercase() && letters.get(*at + 1).is_some_and(u8::is_ascii_lowercase);
            after_small || before_small
        };
        let ends = (1..run.len()).filter(begins).chain([run.len()]);
        ends.scan(0, move |start, end| Some(&run[std::mem::replace(start, end)..end]))
    })
}

pub(super) fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| name.eq_ignore_ascii_case(one))
}
