//! Filters and tests of templates where Jinja's differ from minijinja's.
//!
//! What stands here is what a template can tell apart: `tools is iterable` decides whether tools are listed,
//! `default(x, boolean=true)` what replaces an empty text. Knows values, and nothing of conversations.

use minijinja::value::{ArgType, Kwargs, Rest, ValueKind};
use minijinja::{Environment, Error, Value};

use super::template_json::tojson;

pub(super) fn add_to(environment: &mut Environment<'_>) {
    environment.add_filter("tojson", tojson);
    for name in ["default", "d"] {
        environment.add_filter(name, default);
    }
    for name in ["escape", "e"] {
        environment.add_filter(name, escape);
    }
    environment.add_test("sequence", is_sequence);
    environment.add_test("iterable", is_sequence);
}

/// `value | default('x', boolean=true)`: with `boolean` also what counts as false is replaced.
///
/// The arguments are taken as they come, because an optional argument that is none would count as missing.
fn default(value: Value, arguments: Rest<AnyArgument>) -> Result<Value, Error> {
    let arguments: Vec<Value> = arguments.iter().map(|any| any.0.clone()).collect();
    let (positional, options) = match arguments.split_last() {
        Some((last, others)) if last.is_kwargs() => (others, Kwargs::try_from(last.clone())?),
        _ => (
            arguments.as_slice(),
            Kwargs::from_iter([("", Value::UNDEFINED); 0]),
        ),
    };
    let argument = |position: usize, name: &str| match positional.get(position) {
        Some(argument) => Some(argument.clone()),
        None => options.get(name).ok(),
    };
    let replacement = argument(0, "default_value").unwrap_or_else(|| Value::from(""));
    let replaces_false = argument(1, "boolean").is_some_and(|boolean| boolean.is_true());
    if value.is_undefined() || (replaces_false && !value.is_true()) {
        return Ok(replacement);
    }
    Ok(value)
}

/// An argument, by position or all those by name in one.
struct AnyArgument(Value);

impl<'a> ArgType<'a> for AnyArgument {
    type Output = Self;

    fn from_value(value: Option<&'a Value>) -> Result<Self, Error> {
        Ok(Self(value.cloned().unwrap_or_default()))
    }
}

/// With the entities that Python's `markupsafe` chooses.
fn escape(value: &Value) -> String {
    let text = match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

/// What has a length and can be looked into; texts and maps as well, none not.
fn is_sequence(value: &Value) -> bool {
    matches!(
        value.kind(),
        ValueKind::Undefined
            | ValueKind::String
            | ValueKind::Seq
            | ValueKind::Map
            | ValueKind::Iterable
    )
}
