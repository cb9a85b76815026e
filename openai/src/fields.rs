//! A JSON object read field by field, so that each mistake is told with its parameter's name.
//!
//! What nobody asked for when the reading ends is an unknown parameter. `null` is as good as absent: OpenAI's clients write
//! it for options that are off.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::{Error, Result};

/// What is left to be read of an object.
pub struct Fields {
    /// What stands before the names of its fields: nothing, or `stream_options.`.
    prefix: String,
    left: Map<String, Value>,
}

impl Fields {
    /// The body of a request.
    pub fn from_body(body: &str) -> Result<Self> {
        let value: Value =
            serde_json::from_str(body).map_err(|error| Error::unreadable(&error.to_string()))?;
        match value {
            Value::Object(left) => Ok(Self {
                prefix: String::new(),
                left,
            }),
            other => Err(Error::unreadable(&format!("it is {}", article(&other)))),
        }
    }

    /// An object inside another, at `path`.
    pub fn from_value(value: Value, path: &str) -> Result<Self> {
        match value {
            Value::Object(left) => Ok(Self {
                prefix: format!("{path}."),
                left,
            }),
            other => Err(Error::wrong_type(path, "an object", article(&other))),
        }
    }

    /// The whole name of a field, as an error tells it.
    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    pub fn take(&mut self, name: &str) -> Option<Value> {
        // The order of the others matters to nobody but the error about the first unknown one.
        self.left
            .shift_remove(name)
            .filter(|value| !value.is_null())
    }

    pub fn text(&mut self, name: &str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong_type(name, "a string", &other)),
        }
    }

    pub fn flag(&mut self, name: &str) -> Result<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(self.wrong_type(name, "a boolean", &other)),
        }
    }

    pub fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(other) => Err(self.wrong_type(name, "an array", &other)),
        }
    }

    pub fn object(&mut self, name: &str) -> Result<Option<Self>> {
        let path = self.path(name);
        self.take(name)
            .map(|value| Self::from_value(value, &path))
            .transpose()
    }

    pub fn integer(&mut self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let Some(number) = value.as_i64() else {
            return Err(self.wrong_type(name, "an integer", &value));
        };
        check_range(&self.path(name), "integer", &range, &number)?;
        Ok(Some(number))
    }

    /// A count; the range lies within what a `u32` holds.
    pub fn count(&mut self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>> {
        let range = i64::from(*range.start())..=i64::from(*range.end());
        let number = self.integer(name, range)?;
        Ok(number.and_then(|number| u32::try_from(number).ok()))
    }

    pub fn decimal(&mut self, name: &str, range: RangeInclusive<f64>) -> Result<Option<f32>> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let Some(number) = value.as_f64() else {
            return Err(self.wrong_type(name, "a decimal", &value));
        };
        check_range(&self.path(name), "decimal", &range, &number)?;
        Ok(Some(number as f32))
    }

    /// Refuses a parameter unless its value asks for what happens anyway.
    pub fn only(&mut self, name: &str, means_nothing: impl Fn(&Value) -> bool) -> Result<()> {
        match self.take(name) {
            Some(value) if !means_nothing(&value) => Err(Error::unsupported(&self.path(name))),
            Some(_) | None => Ok(()),
        }
    }

    /// Ends the reading: whatever is left is unknown.
    pub fn finish(self) -> Result<()> {
        match self.left.keys().next() {
            Some(name) => Err(Error::unknown(&self.path(name))),
            None => Ok(()),
        }
    }

    fn wrong_type(&self, name: &str, expected: &str, got: &Value) -> Error {
        Error::wrong_type(&self.path(name), expected, article(got))
    }
}

fn check_range<T: PartialOrd + Display>(
    param: &str,
    kind: &str,
    range: &RangeInclusive<T>,
    got: &T,
) -> Result<()> {
    let (side, relation, bound) = if got < range.start() {
        ("below minimum", ">=", range.start())
    } else if got > range.end() {
        ("above maximum", "<=", range.end())
    } else {
        return Ok(());
    };
    let code = match (kind, relation) {
        ("integer", ">=") => "integer_below_min_value",
        ("integer", _) => "integer_above_max_value",
        (_, ">=") => "decimal_below_min_value",
        (_, _) => "decimal_above_max_value",
    };
    Err(Error::request(
        code,
        param,
        format!(
            "Invalid '{param}': {kind} {side} value. Expected a value {relation} {bound}, but got {got} instead."
        ),
    ))
}

/// What a value is, with its article.
pub fn article(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &str) -> Fields {
        Fields::from_body(body).unwrap()
    }

    #[test]
    fn a_mistake_names_its_parameter() {
        let error = fields(r#"{"temperature": 3}"#)
            .decimal("temperature", 0.0..=2.0)
            .unwrap_err();
        assert_eq!(error.code, Some("decimal_above_max_value"));
        assert_eq!(error.param.as_deref(), Some("temperature"));
        assert_eq!(
            error.message,
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead."
        );
        let error = fields(r#"{"n": -1}"#).integer("n", 1..=128).unwrap_err();
        assert_eq!(error.code, Some("integer_below_min_value"));
        let error = fields(r#"{"n": 1.5}"#).integer("n", 1..=128).unwrap_err();
        assert_eq!(error.code, Some("invalid_type"));
        assert!(error.message.contains("a decimal"), "{}", error.message);
        let error = fields(r#"{"stop": {}}"#).text("stop").unwrap_err();
        assert!(error.message.contains("an object"), "{}", error.message);
    }

    #[test]
    fn what_nobody_read_is_unknown() {
        let mut read = fields(r#"{"a": 1, "b": 2}"#);
        assert_eq!(read.integer("a", 0..=9).unwrap(), Some(1));
        assert_eq!(read.finish().unwrap_err().param.as_deref(), Some("b"));
        let mut outer = fields(r#"{"o": {"x": true}}"#);
        let inner = outer.object("o").unwrap().unwrap();
        assert_eq!(inner.finish().unwrap_err().param.as_deref(), Some("o.x"));
        assert!(outer.finish().is_ok());
    }

    #[test]
    fn null_is_absent() {
        let mut read = fields(r#"{"a": null}"#);
        assert_eq!(read.text("a").unwrap(), None);
        assert!(read.finish().is_ok());
    }

    #[test]
    fn a_body_that_is_no_object_is_refused() {
        for body in ["", "[]", "1", "{"] {
            let error = Fields::from_body(body).err().unwrap();
            assert_eq!((error.status, error.code), (400, None), "{body}");
        }
    }
}
