//! JSON into template values, and back by the `tojson` filter, byte for byte as Python's `json.dumps` writes it:
//! models were trained on that text.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, ErrorKind, Value};
use serde_json::Value as Json;

/// A template value that keeps the order of keys.
pub(super) fn value_from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Value::from(integer),
            (None, Some(integer)) => Value::from(integer),
            (None, None) => Value::from(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => items.iter().map(value_from_json).collect(),
        Json::Object(map) => Value::from_pairs(
            map.iter()
                .map(|(key, value)| (key.as_str(), value_from_json(value))),
        ),
    }
}

/// How `json.dumps` was asked to write.
struct Style {
    indent: Option<String>,
    ensure_ascii: bool,
    sort_keys: bool,
    item_separator: String,
    key_separator: String,
}

/// Nested deeper than this is no conversation.
const MAX_DEPTH: usize = 100;

/// `value | tojson(ensure_ascii, indent, separators, sort_keys=…)`, in the order of `transformers`, or by name.
pub(super) fn tojson(
    value: &Value,
    ensure_ascii: Option<Value>,
    indent: Option<Value>,
    separators: Option<Value>,
    options: Kwargs,
) -> Result<String, Error> {
    let argument = |position: Option<Value>, name: &str| match position {
        Some(value) => Ok(Some(value)),
        None => options.get::<Option<Value>>(name),
    };
    let is_true = |value: Option<Value>| value.is_some_and(|value| value.is_true());
    let ensure_ascii = is_true(argument(ensure_ascii, "ensure_ascii")?);
    let sort_keys = is_true(options.get("sort_keys")?);
    let indent = argument(indent, "indent")?;
    let separators = match argument(separators, "separators")? {
        Some(pair) if !pair.is_none() => {
            Some(pair.try_iter()?.map(|part| part.to_string()).collect())
        }
        Some(_) | None => None::<Vec<String>>,
    };
    let indent = match indent {
        Some(indent) if indent.is_none() || indent.is_undefined() => None,
        Some(indent) => Some(match indent.as_str() {
            Some(text) => text.to_owned(),
            None => " ".repeat(usize::try_from(indent)?.min(64)),
        }),
        None => None,
    };
    let (item_separator, key_separator) = match separators.as_deref() {
        Some([item, key]) => (item.clone(), key.clone()),
        Some(_) => {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                "separators must be a pair",
            ));
        }
        None if indent.is_some() => (",".into(), ": ".into()),
        None => (", ".into(), ": ".into()),
    };
    let style = Style {
        indent,
        ensure_ascii,
        sort_keys,
        item_separator,
        key_separator,
    };
    options.assert_all_used()?;
    let mut out = String::new();
    write_value(value, &style, 0, &mut out)?;
    Ok(out)
}

fn write_value(value: &Value, style: &Style, depth: usize, out: &mut String) -> Result<(), Error> {
    let refuse = |what: &str| {
        Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("{what} cannot be written as JSON"),
        ))
    };
    if depth > MAX_DEPTH {
        return refuse("a value nested this deeply");
    }
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => match i128::try_from(value.clone()) {
            Ok(integer) if value.is_integer() => out.push_str(&integer.to_string()),
            _ => out.push_str(&python_float(f64::try_from(value.clone())?)),
        },
        ValueKind::String => write_string(value.as_str().unwrap_or_default(), style, out),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter()?.collect::<Vec<_>>();
            write_all(&items, ('[', ']'), style, depth, out, |item, out| {
                write_value(item, style, depth + 1, out)
            })?;
        }
        ValueKind::Map => {
            let mut keys = value.try_iter()?.collect::<Vec<_>>();
            if style.sort_keys {
                keys.sort();
            }
            write_all(&keys, ('{', '}'), style, depth, out, |key, out| {
                match key.as_str() {
                    Some(text) => write_string(text, style, out),
                    None => write_string(&key.to_string(), style, out),
                }
                out.push_str(&style.key_separator);
                write_value(&value.get_item(key)?, style, depth + 1, out)
            })?;
        }
        ValueKind::Undefined => return refuse("an undefined value"),
        _ => return refuse("this value"),
    }
    Ok(())
}

fn write_all(
    items: &[Value],
    (open, close): (char, char),
    style: &Style,
    depth: usize,
    out: &mut String,
    write: impl Fn(&Value, &mut String) -> Result<(), Error>,
) -> Result<(), Error> {
    let break_line = |depth: usize, out: &mut String| {
        if let Some(indent) = &style.indent {
            out.push('\n');
            out.push_str(&indent.repeat(depth));
        }
    };
    out.push(open);
    for (item, index) in items.iter().zip(0usize..) {
        if index > 0 {
            out.push_str(&style.item_separator);
        }
        break_line(depth + 1, out);
        write(item, out)?;
    }
    if !items.is_empty() {
        break_line(depth, out);
    }
    out.push(close);
    Ok(())
}

fn write_string(text: &str, style: &Style, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' => push_escape(u32::from(character), out),
            '\u{7f}'.. if style.ensure_ascii && character != '\u{7f}' => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    push_escape(u32::from(*unit), out);
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

fn push_escape(code: u32, out: &mut String) {
    out.push_str(&format!("\\u{code:04x}"));
}

/// Python's `repr` of a float: the shortest digits, scientific below 1e-4 and from 1e16.
fn python_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = value.to_string();
    if plain.contains('.') {
        plain
    } else {
        plain + ".0"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(template: &str, json: &str) -> String {
        let mut environment = minijinja::Environment::new();
        environment.add_filter("tojson", tojson);
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        environment
            .render_str(
                template,
                minijinja::context! { v => value_from_json(&value) },
            )
            .unwrap()
    }

    #[test]
    fn writes_what_python_writes() {
        let json = r#"{"b":[1,2.5,null,true,"é\"\u0001"],"a":{},"c":[],"d":1e20,"e":1e-7,"f":3.0}"#;
        assert_eq!(
            render("{{ v|tojson }}", json),
            r#"{"b": [1, 2.5, null, true, "é\"\u0001"], "a": {}, "c": [], "d": 1e+20, "e": 1e-07, "f": 3.0}"#
        );
        assert_eq!(
            render("{{ v|tojson(indent=2) }}", r#"{"b":[1,{"x":2}],"a":[]}"#),
            "{\n  \"b\": [\n    1,\n    {\n      \"x\": 2\n    }\n  ],\n  \"a\": []\n}"
        );
        assert_eq!(
            render(
                "{{ v|tojson(ensure_ascii=True, sort_keys=True, separators=(',', ':')) }}",
                r#"{"b":"é🦙","a":1}"#
            ),
            r#"{"a":1,"b":"\u00e9\ud83e\udd99"}"#
        );
    }
}
