//! What a text has to be, as the library's grammars.
//!
//! Must not know vocabularies.

use llguidance::api::TopLevelGrammar;
use llguidance::regex_to_lark;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Error, Result};

/// White space between the parts of a JSON text: none, a space, or a line break with some indentation. Without a limit a
/// small model may write nothing else.
const JSON_SPACE: &str = r"( |\n[ \t]{0,20})";

/// What a text has to be, as a whole.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Constraint {
    /// A JSON value that fits the schema.
    JsonSchema { schema: Value },
    /// Any JSON object.
    JsonObject,
    /// In the syntax of Rust's `regex`, but with `\d` and `\w` of ASCII as in JavaScript; matched by the whole text.
    Regex { pattern: String },
    /// EBNF in the syntax of Lark, as llguidance reads it; the text is a `start`.
    Lark { grammar: String },
    /// One of the forms; with a separator any number of them, with it between. Or, where there is one, a JSON value that
    /// fits the other schema.
    Forms {
        forms: Vec<Vec<Part>>,
        separator: Option<String>,
        or_schema: Option<Value>,
    },
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Part {
    /// This text.
    Text { text: String },
    /// A JSON value that fits the schema.
    Json { schema: Value },
}

impl Constraint {
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|error| Error::Constraint(error.to_string()))
    }

    pub(crate) fn grammar(&self) -> Result<TopLevelGrammar> {
        Ok(match self {
            Self::JsonSchema { schema } => {
                TopLevelGrammar::from_json_schema(with_our_space(schema)?)
            }
            Self::JsonObject => {
                TopLevelGrammar::from_json_schema(with_our_space(&json!({ "type": "object" }))?)
            }
            Self::Regex { pattern } => TopLevelGrammar::from_regex(&regex_to_lark(pattern, "dw")),
            Self::Lark { grammar } => TopLevelGrammar::from_lark(grammar.clone()),
            Self::Forms {
                forms,
                separator,
                or_schema,
            } => TopLevelGrammar::from_lark(lark_from_forms(
                forms,
                separator.as_deref(),
                or_schema.as_ref(),
            )?),
        })
    }
}

fn lark_from_forms(
    forms: &[Vec<Part>],
    separator: Option<&str>,
    or_schema: Option<&Value>,
) -> Result<String> {
    // JSON's way of writing a text is Lark's too.
    let quoted = |text: &str| Value::from(text).to_string();
    let json = |schema: &Value| Ok(format!("%json {}", with_our_space(schema)?));
    let mut alternatives = vec![match separator {
        Some(separator) => format!("form ({} form)*", quoted(separator)),
        None => "form".to_owned(),
    }];
    let mut rules = vec!["form: ".to_owned() + &numbered("form", forms.len()).join(" | ")];
    if let Some(schema) = or_schema {
        alternatives.push("other".to_owned());
        rules.push(format!("other: {}", json(schema)?));
    }
    for (form, name) in forms.iter().zip(numbered("form", forms.len())) {
        let mut parts = Vec::new();
        for part in form {
            match part {
                Part::Text { text } => parts.push(quoted(text)),
                Part::Json { schema } => {
                    let value = format!("{name}_{}", parts.len());
                    rules.push(format!("{value}: {}", json(schema)?));
                    parts.push(value);
                }
            }
        }
        rules.push(format!("{name}: {}", parts.join(" ")));
    }
    Ok(format!(
        "start: {}\n{}\n",
        alternatives.join(" | "),
        rules.join("\n")
    ))
}

fn numbered(name: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{name}_{number}"))
        .collect()
}

/// A schema may bring the library's own options; else ours are said.
fn with_our_space(schema: &Value) -> Result<Value> {
    let mut schema = match schema {
        Value::Object(schema) => schema.clone(),
        // Everything fits, as it does the empty schema.
        Value::Bool(true) => serde_json::Map::new(),
        _ => {
            return Err(Error::Constraint(
                "a JSON schema is an object; the schema 'false' fits nothing".into(),
            ));
        }
    };
    schema
        .entry("x-guidance")
        .or_insert_with(|| json!({ "whitespace_pattern": JSON_SPACE }));
    Ok(schema.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_is_read_from_json() {
        let read = |json: Value| Constraint::from_json(&json.to_string());
        assert_eq!(
            read(json!({ "type": "regex", "pattern": "a+" })),
            Ok(Constraint::Regex {
                pattern: "a+".into()
            })
        );
        assert_eq!(
            read(json!({ "type": "json_object" })),
            Ok(Constraint::JsonObject)
        );
        // As the API's requests are written down.
        for written in [
            r#"{"type":"json_schema","schema":{"type":"null"}}"#,
            r#"{"type":"json_object"}"#,
            r#"{"type":"lark","grammar":"b"}"#,
            r#"{"type":"forms","forms":[[{"type":"text","text":"c"},{"type":"json","schema":{}}]],"separator":null,"or_schema":null}"#,
        ] {
            assert!(Constraint::from_json(written).is_ok(), "{written}");
        }
        for bad in [
            json!({ "type": "poem" }),
            json!({ "type": "regex" }),
            json!({ "type": "regex", "pattern": "a", "schema": {} }),
            json!(null),
        ] {
            assert!(read(bad).is_err());
        }
    }

    #[test]
    fn a_schema_keeps_the_options_it_brings() {
        let with = |schema: Value| with_our_space(&schema).map(|it| it["x-guidance"].clone());
        assert_eq!(
            with(json!(true)),
            Ok(json!({ "whitespace_pattern": JSON_SPACE }))
        );
        let own = json!({ "x-guidance": { "whitespace_flexible": false } });
        assert_eq!(with(own.clone()), Ok(own["x-guidance"].clone()));
        assert!(with(json!(false)).is_err());
        assert!(with(json!([])).is_err());
    }
}
