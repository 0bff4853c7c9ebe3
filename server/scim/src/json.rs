//! Reads a request body with its bounds kept before anything is built from it.
//!
//! The size of the body is the HTTP layer's to bound; everything else that can hurt is refused
//! here: bytes that are not UTF-8, nesting deeper than [`MAX_DEPTH`] (recursion without a bound
//! overflows the stack and ends the process), the character NUL (Postgres cannot hold it), a key
//! given twice (two readers of one body must not see two different values), and numbers that would
//! lose digits.

mod number;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{Error, Result, shown};

/// How deep arrays and objects may nest.
pub const MAX_DEPTH: usize = 64;

/// From here on not every integer is a number of its own (2^53).
const MOST_INTEGER: f64 = 9_007_199_254_740_992.0;

/// The body as JSON, or 400 `invalidSyntax` with the line and column.
pub fn parse(bytes: &[u8]) -> Result<Value> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Error::syntax("The body is not UTF-8 text. Send JSON encoded as UTF-8."))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Error::syntax("The body is empty. Send a JSON object."));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    Node { depth: 0 }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|e| Error::syntax(refusal(&e)))
        .and_then(|value| match number::that_loses_digits(text) {
            None => Ok(value),
            Some(number) => Err(Error::syntax(format!(
                "The number {} has more digits than can be kept. Send it as text.",
                shown(number)
            ))),
        })
}

fn refusal(error: &serde_json::Error) -> String {
    if error.is_eof() {
        let (line, column) = (error.line(), error.column());
        return format!("The JSON of the body breaks off at line {line} column {column}. Send it whole.");
    }
    format!("The body is not acceptable JSON: {error}.")
}

/// One JSON value at a known depth.
#[derive(Clone, Copy)]
struct Node {
    depth: usize,
}

impl Node {
    fn deeper<E: serde::de::Error>(self) -> std::result::Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("more than {MAX_DEPTH} levels deep")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

fn without_nul<E: serde::de::Error>(text: &str) -> std::result::Result<&str, E> {
    if text.contains('\0') {
        return Err(E::custom("the character NUL is not allowed"));
    }
    Ok(text)
}

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> std::result::Result<Value, E> {
        // The database writes a large one with all its digits, and it comes back as an integer, or not at all.
        if value.fract() == 0.0 && value.abs() >= MOST_INTEGER {
            return number::as_integer(value)
                .map(Value::Number)
                .ok_or_else(|| E::custom("a number is larger than can be kept. Send it as text"));
        }
        // It has no negative zero.
        let value = if value == 0.0 { 0.0 } else { value };
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<Value, E> {
        without_nul(text).map(|text| Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> std::result::Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(value) = from.next_element_seed(inner)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> std::result::Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = from.next_key::<String>()? {
            without_nul(&key)?;
            if object.contains_key(&key) {
                let key = shown(&key);
                return Err(A::Error::custom(format_args!("the key {key} is given twice")));
            }
            let value = from.next_value_seed(inner)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn refused(bytes: &[u8]) -> String {
        let error = parse(bytes).expect_err("must be refused");
        assert_eq!(error.status, 400);
        assert_eq!(error.to_json()["scimType"], "invalidSyntax");
        error.detail
    }

    #[test]
    fn bounds() {
        assert!(refused(b"\"\xff\"").contains("UTF-8"));
        assert!(refused(br#"{"a":1,"b":{"c":1,"c":2}}"#).contains("\"c\" is given twice"));
        assert!(refused(br#"{"a":"x\u0000y"}"#).contains("NUL"));
        assert!(refused(br#"{"a\u0000":1}"#).contains("NUL"));
        assert!(refused(b"{\"a\":1} x").contains("line 1"));
        for nothing in ["", " \n", "\u{feff}"] {
            assert_eq!(refused(nothing.as_bytes()), "The body is empty. Send a JSON object.");
        }
        assert_eq!(refused(b"{\"a\":"), "The JSON of the body breaks off at line 1 column 5. Send it whole.");
        refused(br#""\ud800""#);
        refused(b"1e999");
        assert!(refused(br#"{"a":123456789012345678901}"#).contains("larger than can be kept"));
        assert!(refused(b"[1.5, 0.12345678901234567890]").contains("0.12345678901234567890"));
        assert_eq!(parse(b"18446744073709551615").unwrap(), json!(u64::MAX));
        assert_eq!(parse(b"[1.5, 1e3, -0.0, 1e16]").unwrap(), json!([1.5, 1000.0, 0.0, 10_000_000_000_000_000_u64]));
        assert_eq!(parse(b"-0.0").unwrap().to_string(), "0.0");
        refused(b"-1e30");
    }

    #[test]
    fn depth_ends_at_64_whatever_follows() {
        let nested = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert!(refused(&nested(MAX_DEPTH + 1)).contains("64 levels"));
        assert!(refused(&vec![b'['; 1_000_000]).contains("64 levels"));
        refused("{\"a\":".repeat(200_000).as_bytes());
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(parse("\u{feff}{}".as_bytes()).unwrap(), json!({}));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn never_panics_on_json_like_text(text in "[\\[\\]{}\",:a0\\\\u\\-.eE tfn]{0,200}") {
            let _ = parse(text.as_bytes());
        }

        #[test]
        fn what_is_written_is_read_back(key in "[^\0]{0,20}", text in "[^\0]{0,40}", n in any::<i64>()) {
            let value = json!({ key: [text, n, null, true] });
            prop_assert_eq!(parse(value.to_string().as_bytes()).unwrap(), value);
        }
    }
}
