//! The names themselves: those that do nothing yet, and those that nothing reads.

use super::reader::Reader;

/// Every name that begins with `ROLLCALL_`. Secrets are known as `NAME_FILE` as well.
const KNOWN: [&str; 17] = [
    "ROLLCALL_ALLOW_PRIVATE_URLS",
    "ROLLCALL_AUDIT_RETENTION_DAYS",
    "ROLLCALL_DATA_DIR",
    "ROLLCALL_KEY",
    "ROLLCALL_KEY_FILE",
    "ROLLCALL_LISTEN",
    "ROLLCALL_LOG",
    "ROLLCALL_LOG_FORMAT",
    "ROLLCALL_MAIL_FROM",
    "ROLLCALL_PUBLIC_URL",
    "ROLLCALL_SMTP_URL",
    "ROLLCALL_SMTP_URL_FILE",
    // Where the tests make their databases; the program itself never reads it.
    "ROLLCALL_TEST_DATABASE_URL",
    "ROLLCALL_TRUSTED_PROXY_HOPS",
    "ROLLCALL_WORKER",
    "ROLLCALL_METRICS_LISTEN",
    "ROLLCALL_OTLP_ENDPOINT",
];

/// Planned names: they are the same in every version, so they stop nothing. Taking them in silence would look as if
/// metrics were kept.
const UNAVAILABLE: [&str; 2] = ["ROLLCALL_METRICS_LISTEN", "ROLLCALL_OTLP_ENDPOINT"];

pub(super) fn warn_of_unavailable(reader: &mut Reader<'_>) {
    for name in UNAVAILABLE {
        if reader.text(name).is_some() {
            reader.warn(name, "this setting has no effect in this version", &format!("unset {name}"));
        }
    }
}

/// A mistyped name would otherwise leave a default in force without a word.
pub(super) fn warn_of_unknown(reader: &mut Reader<'_>, names: impl Iterator<Item = String>) {
    let mut unknown: Vec<String> = names
        .filter(|name| name.starts_with("ROLLCALL_"))
        .filter(|name| !KNOWN.contains(&name.as_str()) && !UNAVAILABLE.contains(&name.as_str()))
        .collect();
    unknown.sort();
    for name in unknown {
        let nearest = KNOWN.iter().min_by_key(|known| distance(known, &name)).unwrap_or(&"ROLLCALL_LISTEN");
        let problem = format!("there is no setting of this name; did you mean {nearest}?");
        reader.warn(&name, problem, &format!("{nearest}=..."));
    }
}

/// How many letters to add, drop or change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::{KNOWN, distance};

    fn warnings(values: &[(&str, &str)]) -> Vec<String> {
        read(values).unwrap().warnings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_name_is_on_the_reference_page() {
        let page = include_str!("../../../docs/configuration.md");
        for name in KNOWN.iter().filter(|name| !name.ends_with("_FILE")) {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }

    #[test]
    fn a_mistyped_name_is_told_with_the_nearest() {
        let said = warnings(&[("ROLLCALL_LISTN", "127.0.0.1:80")]);
        assert!(said[0].starts_with("ROLLCALL_LISTN: there is no setting of this name; did you mean ROLLCALL_LISTEN?"));
        assert!(warnings(&[("ROLLCALLED", "x"), ("ROLLCALL_TEST_DATABASE_URL", "x")]).is_empty());
    }

    #[test]
    fn what_is_not_there_yet_is_not_taken_in_silence() {
        for name in ["ROLLCALL_METRICS_LISTEN", "ROLLCALL_OTLP_ENDPOINT"] {
            assert!(warnings(&[(name, "x")])[0].contains("has no effect in this version"));
        }
    }

    #[test]
    fn the_distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
