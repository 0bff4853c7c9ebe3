//! Makes values of JSON with as little code for each type as can be: serde_json's own way weighs six times as much in
//! what a browser downloads. It takes what our server writes, and no other spelling; what is wrong with the rest is not
//! told, as nobody would read it.

use super::parse;
use crate::error::AppError;
use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Map, Value};
use std::fmt;

/// The JSON is not of that type.
#[derive(Debug, PartialEq, Eq)]
pub struct Mismatch;

pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T, Mismatch> {
    of(&parse(json)?)
}

/// JSON of any type.
pub(crate) fn parse(json: &str) -> Result<Value, Mismatch> {
    parse::parse(json).ok_or(Mismatch)
}

pub(crate) fn of<T: DeserializeOwned>(json: &Value) -> Result<T, Mismatch> {
    T::deserialize(Json(json))
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON of another type")
    }
}

impl std::error::Error for Mismatch {}

impl From<Mismatch> for AppError {
    fn from(_: Mismatch) -> Self {
        Self::Internal
    }
}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

#[derive(Clone, Copy)]
struct Json<'a>(&'a Value);

impl<'a> Json<'a> {
    fn text(self) -> Result<&'a str, Mismatch> {
        self.0.as_str().ok_or(Mismatch)
    }

    fn entries(self) -> Result<Entries<'a>, Mismatch> {
        let entries = self.0.as_object().ok_or(Mismatch)?.iter();
        Ok(Entries { entries, value: &Value::Null })
    }

    fn fields(self, names: &'static [&'static str]) -> Result<Fields<'a>, Mismatch> {
        Ok(Fields { object: self.0.as_object().ok_or(Mismatch)?, names: names.iter() })
    }

    fn elements(self) -> Result<Elements<'a>, Mismatch> {
        Ok(Elements(self.0.as_array().ok_or(Mismatch)?.iter()))
    }
}

/// A number of any kind comes as the widest of its kind: visitors narrow it themselves.
macro_rules! numbers {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            number(self.0, visitor)
        }
    )*};
}

fn number<'de, V: Visitor<'de>>(value: &Value, visitor: V) -> Result<V::Value, Mismatch> {
    match (value.as_u64(), value.as_i64(), value.as_f64()) {
        (Some(number), _, _) => visitor.visit_u64(number),
        (None, Some(number), _) => visitor.visit_i64(number),
        (None, None, Some(number)) => visitor.visit_f64(number),
        (None, None, None) => Err(Mismatch),
    }
}

impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Mismatch;

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(_) => number(self.0, visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(_) => visitor.visit_seq(self.elements()?),
            Value::Object(_) => visitor.visit_map(self.entries()?),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_bool(self.0.as_bool().ok_or(Mismatch)?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.elements()?)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.elements()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.0.is_null() { visitor.visit_unit() } else { Err(Mismatch) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.elements()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.elements()?)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.elements()?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_map(self.entries()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.fields(fields)?)
    }

    /// A word, or one word with its content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let variant = match self.0 {
            Value::String(word) => Variant { word, content: &Value::Null },
            _ => {
                let (word, content) = self.entries()?.entries.next().ok_or(Mismatch)?;
                Variant { word, content }
            }
        };
        visitor.visit_enum(variant)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }
}

struct Elements<'a>(std::slice::Iter<'a, Value>);

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        self.0.next().map(|element| seed.deserialize(Json(element))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// A struct's fields in the order of its type, like the elements of a list: what serde derives for lists is a quarter of
/// what it derives for maps, which come in any order. A field that is not there is null.
struct Fields<'a> {
    object: &'a Map<String, Value>,
    names: std::slice::Iter<'static, &'static str>,
}

impl<'a> Fields<'a> {
    fn next(&mut self) -> Option<&'a Value> {
        let name = self.names.next()?;
        Some(self.object.get(*name).unwrap_or(&Value::Null))
    }
}

impl<'de> SeqAccess<'de> for Fields<'de> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        self.next().map(|field| seed.deserialize(Json(field))).transpose()
    }
}

struct Entries<'a> {
    entries: serde_json::map::Iter<'a>,
    /// Of the key that was read last.
    value: &'a Value,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(word(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        seed.deserialize(Json(self.value))
    }
}

fn word(text: &str) -> StrDeserializer<'_, Mismatch> {
    text.into_deserializer()
}

struct Variant<'a> {
    word: &'a str,
    content: &'a Value,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Mismatch;
    type Variant = Json<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Json<'de>), Mismatch> {
        Ok((seed.deserialize(word(self.word))?, Json(self.content)))
    }
}

impl<'de> VariantAccess<'de> for Json<'de> {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        <()>::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.elements()?)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.fields(fields)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Whole {
        text: String,
        small: i8,
        large: u64,
        below: i64,
        part: f64,
        yes: bool,
        sign: char,
        none: Option<String>,
        some: Option<i32>,
        list: Vec<(u8, String)>,
        map: BTreeMap<String, Value>,
        kinds: Vec<Kind>,
        id: uuid::Uuid,
        at: chrono::DateTime<chrono::Utc>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absent: Option<u8>,
        nested: Option<Box<Whole>>,
        outcome: Result<(), String>,
        newtype: Wrapped,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Wrapped(u32);

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        One(String),
        Two(u8, u8),
        Named { what: String },
    }

    fn whole() -> Whole {
        let inner = Whole {
            text: "a \"quoted\" <b> \u{1f600}\n".to_owned(),
            small: -8,
            large: u64::MAX,
            below: i64::MIN,
            part: 0.25,
            yes: true,
            sign: 'é',
            none: None,
            some: Some(-1),
            list: vec![(1, "x".to_owned()), (255, String::new())],
            map: [("k".to_owned(), serde_json::json!({"a": [1, null, {"b": -2.5}]}))].into(),
            kinds: vec![Kind::Plain, Kind::One("1".into()), Kind::Two(1, 2), Kind::Named { what: "w".into() }],
            id: uuid::Uuid::from_u128(7),
            at: chrono::DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap(),
            absent: None,
            nested: None,
            outcome: Err("no".to_owned()),
            newtype: Wrapped(3),
        };
        Whole { nested: Some(Box::new(inner.clone())), outcome: Ok(()), absent: Some(1), ..inner }
    }

    #[test]
    fn what_the_server_writes_is_read() {
        let json = serde_json::to_string(&whole()).unwrap();
        assert_eq!(read::<Whole>(&json), Ok(whole()));
    }

    #[test]
    fn another_type_is_refused() {
        assert_eq!(read::<Wrapped>("\"3\""), Err(Mismatch));
        assert_eq!(read::<Kind>("\"other\""), Err(Mismatch));
        assert_eq!(read::<Kind>("{}"), Err(Mismatch));
        assert_eq!(read::<Vec<u8>>("[256]"), Err(Mismatch));
        assert_eq!(read::<Vec<u8>>("{\"a\":1}"), Err(Mismatch));
        assert_eq!(read::<()>("{"), Err(Mismatch));
        let mut json = serde_json::to_value(whole()).unwrap();
        json.as_object_mut().unwrap().remove("text");
        assert_eq!(read::<Whole>(&json.to_string()), Err(Mismatch));
    }
}
