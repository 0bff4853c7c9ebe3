//! Numbers as a person reads them.

/// With thousands separators: 12,446.
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: "1 person", "12,446 people".
pub fn plural(value: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(value), if value == 1 { one } else { many })
}

/// How long something took: "85 ms", "1.3 s", "2 min 5 s".
pub fn duration(ms: i64) -> String {
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(12_446), "12,446");
        assert_eq!(grouped(-1_000_000), "-1,000,000");
        assert_eq!(plural(1, "person", "people"), "1 person");
    }

    #[test]
    fn durations_grow_their_unit() {
        assert_eq!(duration(85), "85 ms");
        assert_eq!(duration(1_340), "1.3 s");
        assert_eq!(duration(125_000), "2 min 5 s");
    }
}
