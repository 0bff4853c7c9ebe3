//! Numbers as they are written in JSON, and whether a 64-bit integer or float keeps all of their digits.

use serde_json::Number;

/// The first number of a JSON text that would come back as another one.
pub(super) fn that_loses_digits(json: &str) -> Option<&str> {
    numbers(json).find(|number| !is_kept(number))
}

/// The numbers that stand outside of texts.
fn numbers(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit())?..];
            if rest.starts_with('"') {
                rest = behind_text(rest);
                continue;
            }
            let end = rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(rest.len());
            let (number, behind) = rest.split_at(end);
            rest = behind;
            return Some(number);
        }
    })
}

/// What follows the text in quotes that begins here.
fn behind_text(json: &str) -> &str {
    let mut escaped = false;
    let end = json[1..].find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or("", |end| &json[end + 2..])
}

fn is_kept(number: &str) -> bool {
    if number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok() {
        return true;
    }
    let Some(float) = number.parse::<f64>().ok().filter(|float| float.is_finite()) else { return false };
    let written = digits(number);
    // As it would be written with as many digits: a float has 17 at most.
    (1..=17).contains(&written.0.len()) && digits(&format!("{float:.*e}", written.0.len() - 1)) == written
        || written.0.is_empty()
}

/// A whole number as an integer of 64 bits, when it is one.
pub(super) fn as_integer(float: f64) -> Option<Number> {
    let text = format!("{float:.0}");
    let signed = text.parse::<i64>().map(Number::from);
    signed.or_else(|_| text.parse::<u64>().map(Number::from)).ok()
}

/// The digits between the first and the last that is not 0, and where the point stands before them.
fn digits(number: &str) -> (String, i64) {
    let number = number.trim_start_matches('-');
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let shown = all.trim_start_matches('0');
    if shown.is_empty() {
        return (String::new(), 0);
    }
    let leading = i64::try_from(all.len() - shown.len()).unwrap_or(i64::MAX);
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX);
    let exponent: i64 = exponent.parse().unwrap_or(i64::MAX / 2);
    (shown.trim_end_matches('0').to_owned(), exponent.saturating_add(point).saturating_sub(leading))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_that_are_kept_and_lost() {
        for kept in [
            "0",
            "-0",
            "0.0",
            "-0.00e7",
            "0.1",
            "1.50",
            "1e3",
            "1E-7",
            "-9223372036854775808",
            "18446744073709551615",
            "0.30000000000000004",
            "1e30",
            "100000000000000000000",
            "1.7976931348623157e308",
            "5e-324",
            "9007199254740993",
        ] {
            assert_eq!(that_loses_digits(kept), None, "{kept}");
        }
        for kept in ["0.10000000000000001", "3.1415926535897931", "9007199254740992.0", "1e16"] {
            assert_eq!(that_loses_digits(kept), None, "{kept}, as some write a float");
        }
        assert!(!is_kept("0.001e-9223372036854775808") && !is_kept("1e9223372036854775807"));
        assert_eq!(as_integer(1e19), Some(Number::from(10_000_000_000_000_000_000_u64)));
        assert_eq!((as_integer(-1e18), as_integer(1e20)), (Some(Number::from(-1_000_000_000_000_000_000_i64)), None));
        for lost in [
            "123456789012345678901",
            "0.12345678901234567890",
            "1.00000000000000000001",
            "1e-400",
            "8.000000000000001",
            "9007199254740993.0",
        ] {
            assert_eq!(that_loses_digits(&format!(r#"{{"a\"1":"{lost}","b\\":[1,{lost}]}}"#)), Some(lost), "{lost}");
            assert_eq!(that_loses_digits(&format!(r#"["\\\"{lost}"]"#)), None, "a text is kept whatever it holds");
        }
    }

    proptest! {
        #[test]
        fn what_a_float_is_written_as_is_kept(float in any::<f64>().prop_filter("finite", |f| f.is_finite())) {
            let (plain, short) = (float.to_string(), format!("{:e}", float));
            prop_assert!(is_kept(&plain) && is_kept(&short));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = that_loses_digits(&text);
        }
    }
}
