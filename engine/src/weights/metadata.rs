//! GGUF metadata: an ordered map from key to value, kept small.
//!
//! A vocabulary is one text with offsets and a list of scores is its bytes, because this lives in the memory of
//! a WASM worker for as long as the model does.

use std::collections::HashMap;

use serde_json::Value as Json;

/// Strings of an array, one after another in one allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Adds a string. Bytes that are not UTF-8 (some vocabularies hold halves of characters) become U+FFFD.
    /// False when the array would pass four gigabytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        self.text.push_str(&String::from_utf8_lossy(bytes));
        match u32::try_from(self.text.len()) {
            Ok(end) => {
                self.ends.push(end);
                true
            }
            Err(_) => false,
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.text.get(start..end)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|i| self.get(i))
    }
}

/// Numeric types of GGUF values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    Bool,
    U64,
    I64,
    F64,
}

impl NumberKind {
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 | Self::Bool => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// `bytes` are exactly this kind's.
    pub(super) fn value(self, bytes: &[u8]) -> Number {
        let mut le = [0; 8];
        for (to, from) in le.iter_mut().zip(bytes) {
            *to = *from;
        }
        let all = u64::from_le_bytes(le);
        match self {
            Self::U8 | Self::U16 | Self::U32 | Self::U64 => Number::Unsigned(all),
            Self::I8 => Number::Signed(i64::from(all as i8)),
            Self::I16 => Number::Signed(i64::from(all as i16)),
            Self::I32 => Number::Signed(i64::from(all as i32)),
            Self::I64 => Number::Signed(all as i64),
            Self::F32 => Number::Float(f64::from(f32::from_bits(all as u32))),
            Self::F64 => Number::Float(f64::from_bits(all)),
            Self::Bool => Number::Bool(all != 0),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
}

impl Number {
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        match self {
            Self::Unsigned(n) => Some(n),
            Self::Signed(n) => u64::try_from(n).ok(),
            Self::Float(_) | Self::Bool(_) => None,
        }
    }

    #[must_use]
    pub const fn as_f64(self) -> Option<f64> {
        match self {
            Self::Unsigned(n) => Some(n as f64),
            Self::Signed(n) => Some(n as f64),
            Self::Float(x) => Some(x),
            Self::Bool(_) => None,
        }
    }

    fn to_json(self) -> Json {
        match self {
            Self::Unsigned(n) => n.into(),
            Self::Signed(n) => n.into(),
            Self::Float(x) => x.into(),
            Self::Bool(b) => b.into(),
        }
    }
}

/// Numbers of an array, as the file has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    pub(super) kind: NumberKind,
    pub(super) bytes: Vec<u8>,
}

impl Numbers {
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() / self.kind.bytes()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    #[must_use]
    pub fn get(&self, index: usize) -> Option<Number> {
        let size = self.kind.bytes();
        let start = index.checked_mul(size)?;
        Some(self.kind.value(self.bytes.get(start..start + size)?))
    }

    pub fn iter(&self) -> impl Iterator<Item = Number> {
        self.bytes
            .chunks_exact(self.kind.bytes())
            .map(|b| self.kind.value(b))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(Number),
    Text(String),
    Numbers(Numbers),
    Strings(Strings),
}

impl Value {
    /// For people: arrays longer than `max_items` are shortened to their first items and their length.
    #[must_use]
    pub fn to_json(&self, max_items: usize) -> Json {
        let (len, items): (usize, Vec<Json>) = match self {
            Self::Number(n) => return n.to_json(),
            Self::Text(text) => return text.as_str().into(),
            Self::Numbers(list) => (
                list.len(),
                list.iter().take(max_items).map(Number::to_json).collect(),
            ),
            Self::Strings(list) => (
                list.len(),
                list.iter().take(max_items).map(Into::into).collect(),
            ),
        };
        if len > max_items {
            serde_json::json!({ "length": len, "first": items })
        } else {
            items.into()
        }
    }
}

/// Metadata in file order, found by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    entries: Vec<(String, Value)>,
    by_key: HashMap<String, usize>,
}

impl Metadata {
    /// False when the key is already there.
    pub(super) fn insert(&mut self, key: String, value: Value) -> bool {
        if self.by_key.contains_key(&key) {
            return false;
        }
        self.by_key.insert(key.clone(), self.entries.len());
        self.entries.push((key, value));
        true
    }

    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries
            .get(*self.by_key.get(key)?)
            .map(|(_, value)| value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(k, v)| (k.as_str(), v))
    }

    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Numbers(_) | Value::Strings(_) => None,
        }
    }

    #[must_use]
    pub fn number(&self, key: &str) -> Option<Number> {
        match self.get(key)? {
            Value::Number(number) => Some(*number),
            Value::Text(_) | Value::Numbers(_) | Value::Strings(_) => None,
        }
    }

    #[must_use]
    pub fn u64(&self, key: &str) -> Option<u64> {
        self.number(key)?.as_u64()
    }

    #[must_use]
    pub fn u32(&self, key: &str) -> Option<u32> {
        u32::try_from(self.u64(key)?).ok()
    }

    #[must_use]
    pub fn f64(&self, key: &str) -> Option<f64> {
        self.number(key)?.as_f64()
    }

    #[must_use]
    pub fn bool(&self, key: &str) -> Option<bool> {
        match self.number(key)? {
            Number::Bool(b) => Some(b),
            Number::Unsigned(_) | Number::Signed(_) | Number::Float(_) => None,
        }
    }

    #[must_use]
    pub fn strings(&self, key: &str) -> Option<&Strings> {
        match self.get(key)? {
            Value::Strings(list) => Some(list),
            Value::Number(_) | Value::Text(_) | Value::Numbers(_) => None,
        }
    }

    #[must_use]
    pub fn numbers(&self, key: &str) -> Option<&Numbers> {
        match self.get(key)? {
            Value::Numbers(list) => Some(list),
            Value::Number(_) | Value::Text(_) | Value::Strings(_) => None,
        }
    }
}
