//! Typed access to the fields of a JSON configuration, with errors that name the field.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// An object of a configuration file.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    /// Where the object stands, for messages: `config.json` or `config.json: rope_scaling`.
    place: &'a str,
}

impl<'a> Fields<'a> {
    pub fn new(value: &'a Value, place: &'a str) -> Result<Self> {
        match value.as_object() {
            Some(map) => Ok(Self { map, place }),
            None => Err(Error::Config(format!("{place} is not an object"))),
        }
    }

    /// The value, unless absent or null.
    pub fn get(self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// Present at all, be it as null.
    pub fn has(self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    pub fn object(self, key: &str) -> Result<Option<Fields<'a>>> {
        self.get(key)
            .map(|value| Fields::new(value, self.place).map_err(|_| self.wrong(key, "an object")))
            .transpose()
    }

    fn wrong(self, key: &str, wanted: &str) -> Error {
        let found = self
            .map
            .get(key)
            .map_or_else(|| "nothing".to_owned(), short);
        Error::Config(format!(
            "{}: {key} must be {wanted}, found {found}",
            self.place
        ))
    }

    fn missing(self, key: &str) -> Error {
        Error::Config(format!("{} does not give {key}", self.place))
    }

    fn typed<T>(
        self,
        key: &str,
        wanted: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>> {
        self.get(key)
            .map(|value| read(value).ok_or_else(|| self.wrong(key, wanted)))
            .transpose()
    }

    pub fn usize(self, key: &str) -> Result<Option<usize>> {
        self.typed(key, "a whole number, not negative", |value| {
            value.as_u64().and_then(|n| usize::try_from(n).ok())
        })
    }

    pub fn need_usize(self, key: &str) -> Result<usize> {
        self.usize(key)?.ok_or_else(|| self.missing(key))
    }

    pub fn f64(self, key: &str) -> Result<Option<f64>> {
        self.typed(key, "a number", |value| {
            value.as_f64().filter(|x| x.is_finite())
        })
    }

    pub fn need_f64(self, key: &str) -> Result<f64> {
        self.f64(key)?.ok_or_else(|| self.missing(key))
    }

    pub fn bool(self, key: &str) -> Result<Option<bool>> {
        self.typed(key, "true or false", Value::as_bool)
    }

    pub fn str(self, key: &str) -> Result<Option<&'a str>> {
        self.typed(key, "a string", Value::as_str)
    }

    pub fn array(self, key: &str) -> Result<Option<&'a [Value]>> {
        self.typed(key, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    pub fn numbers(self, key: &str) -> Result<Option<Vec<f64>>> {
        self.typed(key, "a list of numbers", |value| {
            value
                .as_array()?
                .iter()
                .map(|x| x.as_f64().filter(|x| x.is_finite()))
                .collect()
        })
    }

    /// A token id or a list of them.
    pub fn ids(self, key: &str) -> Result<Vec<u32>> {
        let id = |value: &Value| value.as_u64().and_then(|n| u32::try_from(n).ok());
        Ok(self
            .typed(
                key,
                "a token id or a list of token ids",
                |value| match value {
                    Value::Array(list) => list.iter().map(id).collect::<Option<Vec<_>>>(),
                    one => id(one).map(|id| vec![id]),
                },
            )?
            .unwrap_or_default())
    }
}

/// A value as it can stand in a sentence.
fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 40 {
        text.chars().take(40).chain(['…']).collect()
    } else {
        text
    }
}
