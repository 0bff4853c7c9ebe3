//! Reads JSON (RFC 8259) into a value. serde_json's own way says where a text is wrong and in what, which nobody would
//! read here, and weighs several times as much in what a browser downloads.

use serde_json::{Map, Number, Value};

/// How deep lists and objects may lie in each other, as in serde_json: a text of brackets must not fill the stack.
const DEPTH: u8 = 127;

pub(super) fn parse(json: &str) -> Option<Value> {
    let mut reader = Reader { rest: json };
    let value = reader.value(DEPTH)?;
    reader.space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Goes past what is expected next, after space.
    fn passes(&mut self, sign: &str) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: u8) -> Option<Value> {
        if self.passes("{") {
            self.object(depth.checked_sub(1)?)
        } else if self.passes("[") {
            self.list(depth.checked_sub(1)?)
        } else if self.passes("\"") {
            self.text().map(Value::String)
        } else if self.passes("null") {
            Some(Value::Null)
        } else if self.passes("true") {
            Some(Value::Bool(true))
        } else if self.passes("false") {
            Some(Value::Bool(false))
        } else {
            self.number()
        }
    }

    fn object(&mut self, depth: u8) -> Option<Value> {
        let mut object = Map::new();
        if self.passes("}") {
            return Some(Value::Object(object));
        }
        loop {
            if !self.passes("\"") {
                return None;
            }
            let key = self.text()?;
            if !self.passes(":") {
                return None;
            }
            object.insert(key, self.value(depth)?);
            if self.passes("}") {
                return Some(Value::Object(object));
            }
            if !self.passes(",") {
                return None;
            }
        }
    }

    fn list(&mut self, depth: u8) -> Option<Value> {
        let mut list = Vec::new();
        if self.passes("]") {
            return Some(Value::Array(list));
        }
        loop {
            list.push(self.value(depth)?);
            if self.passes("]") {
                return Some(Value::Array(list));
            }
            if !self.passes(",") {
                return None;
            }
        }
    }

    /// The rest of a text, after its first quotation mark.
    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            let end = self.rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
            let (plain, rest) = self.rest.split_at(end);
            text.push_str(plain);
            self.rest = rest;
            match self.byte()? {
                b'"' => return Some(text),
                b'\\' => text.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.rest.bytes().next()?;
        self.rest = self.rest.get(1..)?;
        Some(byte)
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.byte()? {
            sign @ (b'"' | b'\\' | b'/') => char::from(sign),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.of_units()?,
            _ => return None,
        })
    }

    /// A sign by its number. Those beyond the first plane have two (section 7).
    fn of_units(&mut self) -> Option<char> {
        let first = self.unit()?;
        let second = if matches!(first, 0xD800..=0xDBFF) {
            self.rest = self.rest.strip_prefix("\\u")?;
            Some(self.unit()?)
        } else {
            None
        };
        char::decode_utf16([Some(first), second].into_iter().flatten()).next()?.ok()
    }

    fn unit(&mut self) -> Option<u16> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_hex { u16::from_str_radix(digits, 16).ok() } else { None }
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.rest;
        self.passes("-");
        let begins_with_zero = self.rest.starts_with('0');
        if self.digits()? > 1 && begins_with_zero {
            return None;
        }
        let mut whole = true;
        if let Some(rest) = self.rest.strip_prefix('.') {
            (self.rest, whole) = (rest, false);
            self.digits()?;
        }
        if let Some(rest) = self.rest.strip_prefix(['e', 'E']) {
            (self.rest, whole) = (rest.strip_prefix(['+', '-']).unwrap_or(rest), false);
            self.digits()?;
        }
        let text = &start[..start.len() - self.rest.len()];
        let integer = text.parse().map(u64::into).or_else(|_| text.parse().map(i64::into));
        match integer {
            Ok(integer) if whole && text != "-0" => Some(Value::Number(integer)),
            _ => Number::from_f64(float(text)?).map(Value::Number),
        }
    }

    /// How many digits come next, which must be some.
    fn digits(&mut self) -> Option<usize> {
        let rest = self.rest.trim_start_matches(|sign: char| sign.is_ascii_digit());
        let count = self.rest.len() - rest.len();
        self.rest = rest;
        (count > 0).then_some(count)
    }
}

#[cfg(feature = "hydrate")]
fn float(text: &str) -> Option<f64> {
    Some(js_sys::parse_float(text))
}

#[cfg(not(feature = "hydrate"))]
fn float(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_serde_json_reads() {
        let texts = [
            "null",
            " true ",
            "false",
            "nul",
            "tru e",
            "",
            " ",
            "0",
            "-0",
            "-1",
            "- 1",
            "-",
            "01",
            "1.5",
            "1.",
            ".5",
            "1e3",
            "1E-2",
            "1e",
            "1e+",
            "+1",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "1e400",
            "0.1",
            "123456.789e-3",
            "\"\"",
            "\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\"",
            "\"\\u00e9\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ud83dx\"",
            "\"\\ude00\"",
            "\"\\ud83d\\u0041\"",
            "\"\\u+123\"",
            "\"\\u12\"",
            "\"\\x\"",
            "\"\\é\"",
            "\"a\nb\"",
            "\"é\u{1f600}\"",
            "\"",
            "\"a",
            "[]",
            "[ ]",
            "[1,2]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[",
            "]",
            "{}",
            "{ }",
            "{\"a\":1}",
            "{\"a\" : [ {} ] , \"b\":null}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1",
            "1 1",
            "[1]]",
            "\u{feff}1",
            "\u{a0}1",
            "[\t1\r\n]",
        ];
        for text in texts {
            assert_eq!(parse(text), serde_json::from_str(text).ok(), "{text}");
        }
    }

    #[test]
    fn brackets_do_not_fill_the_stack() {
        for depth in [127, 128, 100_000] {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            assert_eq!(parse(&text), serde_json::from_str(&text).ok());
        }
    }
}
