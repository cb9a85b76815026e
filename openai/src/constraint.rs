//! What an answer has to be, as a request asks for it: `response_format`, and `structured_outputs` for what OpenAI's API lacks.
//!
//! The second is vLLM's parameter of that name. What comes out is written as JSON to whoever can follow it; whether a
//! schema can be followed is theirs to say. Must not know tokens.

use serde::Serialize;
use serde_json::{Value, json};

use crate::fields::{Fields, article};
use crate::messages::required_text;
use crate::{Error, Result};

/// What a text has to be, as a whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Constraint {
    /// A JSON value that fits the schema.
    JsonSchema { schema: Value },
    /// Any JSON object.
    JsonObject,
    /// Matched by the whole text.
    Regex { pattern: String },
    /// EBNF in the syntax of Lark.
    Lark { grammar: String },
    /// One of the forms, or several with the separator between; or a JSON value that fits the other schema.
    Forms {
        forms: Vec<Vec<Part>>,
        separator: Option<String>,
        or_schema: Option<Value>,
    },
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    Text {
        text: String,
    },
    /// A JSON value that fits the schema.
    Json {
        schema: Value,
    },
}

impl Constraint {
    /// The schema of those that are JSON.
    pub(crate) fn schema(&self) -> Option<Value> {
        match self {
            Self::JsonSchema { schema } => Some(schema.clone()),
            Self::JsonObject => Some(json!({ "type": "object" })),
            Self::Regex { .. } | Self::Lark { .. } | Self::Forms { .. } => None,
        }
    }
}

/// A constraint, and the parameter that asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub constraint: Constraint,
    pub param: &'static str,
}

/// Of a chat: either parameter.
pub fn chat_constraint_from(fields: &mut Fields) -> Result<Option<Asked>> {
    let format = response_format_from(fields)?;
    let outputs = structured_outputs_from(fields)?;
    if format.is_some() && outputs.is_some() {
        return Err(Error::request(
            "invalid_parameter_combination",
            "structured_outputs",
            "Setting 'response_format' and 'structured_outputs' at the same time is not supported.",
        ));
    }
    Ok(format.or(outputs))
}

fn response_format_from(fields: &mut Fields) -> Result<Option<Asked>> {
    let Some(mut format) = fields.object("response_format")? else {
        return Ok(None);
    };
    let kind = required_text(&mut format, "type")?;
    let constraint = match kind.as_str() {
        "text" => None,
        "json_object" => Some(Constraint::JsonObject),
        "json_schema" => {
            let mut described = format
                .object("json_schema")?
                .ok_or_else(|| Error::missing("response_format.json_schema"))?;
            required_text(&mut described, "name")?;
            described.text("description")?;
            // Whether it is strict or not, the schema is kept to.
            described.flag("strict")?;
            let path = described.path("schema");
            let schema = match described.take("schema") {
                Some(schema) => object_or_wrong(schema, &path)?,
                None => return Err(Error::missing(&path)),
            };
            described.finish()?;
            Some(Constraint::JsonSchema { schema })
        }
        _ => {
            return Err(Error::request(
                "invalid_value",
                "response_format.type",
                format!(
                    "Invalid value: '{kind}'. Supported values are: 'json_object', 'json_schema', and 'text'."
                ),
            ));
        }
    };
    format.finish()?;
    Ok(constraint.map(|constraint| Asked {
        constraint,
        param: "response_format",
    }))
}

/// vLLM's parameter: exactly one of `json`, `json_object`, `regex`, `choice` and `grammar`.
pub fn structured_outputs_from(fields: &mut Fields) -> Result<Option<Asked>> {
    const PARAM: &str = "structured_outputs";
    let Some(mut outputs) = fields.object(PARAM)? else {
        return Ok(None);
    };
    let mut asked = Vec::new();
    let path = outputs.path("json");
    match outputs.take("json") {
        None => {}
        // vLLM takes the schema as text too.
        Some(Value::String(text)) => {
            let schema = serde_json::from_str(&text)
                .map_err(|error| invalid(&path, &format!("it is no JSON: {error}")))?;
            asked.push(Constraint::JsonSchema {
                schema: object_or_wrong(schema, &path)?,
            });
        }
        Some(schema) => asked.push(Constraint::JsonSchema {
            schema: object_or_wrong(schema, &path)?,
        }),
    }
    if outputs.flag("json_object")? == Some(true) {
        asked.push(Constraint::JsonObject);
    }
    if let Some(pattern) = outputs.text("regex")? {
        asked.push(Constraint::Regex { pattern });
    }
    let path = outputs.path("choice");
    if let Some(choices) = outputs.list("choice")? {
        asked.push(choice_from(choices, &path)?);
    }
    if let Some(grammar) = outputs.text("grammar")? {
        asked.push(Constraint::Lark { grammar });
    }
    outputs.finish()?;
    match (asked.pop(), asked.is_empty()) {
        (Some(constraint), true) => Ok(Some(Asked {
            constraint,
            param: PARAM,
        })),
        (None | Some(_), _) => Err(invalid(
            PARAM,
            "it has exactly one of 'json', 'json_object', 'regex', 'choice' and 'grammar'",
        )),
    }
}

fn choice_from(choices: Vec<Value>, path: &str) -> Result<Constraint> {
    let forms: Vec<Vec<Part>> = choices
        .into_iter()
        .map(|choice| match choice {
            Value::String(text) if !text.is_empty() => Ok(vec![Part::Text { text }]),
            Value::String(_) => Err(invalid(path, "an empty text is no choice")),
            other => Err(Error::wrong_type(
                path,
                "an array of strings",
                article(&other),
            )),
        })
        .collect::<Result<_>>()?;
    if forms.is_empty() {
        return Err(invalid(path, "there is nothing to choose from"));
    }
    Ok(Constraint::Forms {
        forms,
        separator: None,
        or_schema: None,
    })
}

fn object_or_wrong(schema: Value, path: &str) -> Result<Value> {
    if schema.is_object() {
        Ok(schema)
    } else {
        Err(Error::wrong_type(path, "an object", article(&schema)))
    }
}

fn invalid(path: &str, reason: &str) -> Error {
    Error::request(
        "invalid_value",
        path,
        format!("Invalid '{path}': {reason}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(body: Value) -> Result<Option<Constraint>> {
        let mut fields = Fields::from_body(&body.to_string()).unwrap();
        let asked = chat_constraint_from(&mut fields)?;
        Ok(asked.map(|asked| asked.constraint))
    }

    fn format(format: Value) -> Result<Option<Constraint>> {
        asked(json!({ "response_format": format }))
    }

    fn outputs(outputs: Value) -> Result<Option<Constraint>> {
        asked(json!({ "structured_outputs": outputs }))
    }

    #[test]
    fn every_format_of_openai_is_read() {
        let schema = json!({ "type": "object", "properties": {} });
        assert_eq!(format(json!({ "type": "text" })), Ok(None));
        assert_eq!(
            format(json!({ "type": "json_object" })),
            Ok(Some(Constraint::JsonObject))
        );
        for strict in [Value::Null, json!(true), json!(false)] {
            let described =
                json!({ "name": "n", "description": "d", "strict": strict, "schema": schema });
            assert_eq!(
                format(json!({ "type": "json_schema", "json_schema": described })),
                Ok(Some(Constraint::JsonSchema {
                    schema: schema.clone()
                }))
            );
        }
        for (bad, param) in [
            (json!({}), "response_format.type"),
            (json!({ "type": "poem" }), "response_format.type"),
            (json!({ "type": "text", "x": 1 }), "response_format.x"),
            (
                json!({ "type": "json_schema" }),
                "response_format.json_schema",
            ),
            (
                json!({ "type": "json_schema", "json_schema": { "schema": {} } }),
                "response_format.json_schema.name",
            ),
            (
                json!({ "type": "json_schema", "json_schema": { "name": "n" } }),
                "response_format.json_schema.schema",
            ),
            (
                json!({ "type": "json_schema", "json_schema": { "name": "n", "schema": [] } }),
                "response_format.json_schema.schema",
            ),
        ] {
            assert_eq!(format(bad).unwrap_err().param.as_deref(), Some(param));
        }
    }

    #[test]
    fn the_further_parameter_has_one_of_five() {
        let regex = Constraint::Regex {
            pattern: "a+".to_owned(),
        };
        assert_eq!(outputs(json!({ "regex": "a+" })), Ok(Some(regex)));
        let schema = Constraint::JsonSchema {
            schema: json!({ "type": "null" }),
        };
        for json in [json!({ "type": "null" }), json!("{\"type\": \"null\"}")] {
            assert_eq!(outputs(json!({ "json": json })), Ok(Some(schema.clone())));
        }
        let choice = outputs(json!({ "choice": ["yes", "no"] })).unwrap();
        assert!(matches!(choice, Some(Constraint::Forms { forms, .. }) if forms.len() == 2));
        assert!(matches!(
            outputs(json!({ "grammar": "start: \"a\"" })),
            Ok(Some(Constraint::Lark { .. }))
        ));
        for (bad, param) in [
            (json!({}), "structured_outputs"),
            (json!({ "json_object": false }), "structured_outputs"),
            (
                json!({ "regex": "a", "grammar": "b" }),
                "structured_outputs",
            ),
            (json!({ "regex": 1 }), "structured_outputs.regex"),
            (json!({ "json": "{" }), "structured_outputs.json"),
            (json!({ "json": 1 }), "structured_outputs.json"),
            (json!({ "choice": [] }), "structured_outputs.choice"),
            (json!({ "choice": [1] }), "structured_outputs.choice"),
            (json!({ "choice": [""] }), "structured_outputs.choice"),
            (
                json!({ "structural_tag": "x" }),
                "structured_outputs.structural_tag",
            ),
        ] {
            let error = outputs(bad.clone()).unwrap_err();
            assert_eq!(error.param.as_deref(), Some(param), "{bad}");
        }
    }

    #[test]
    fn an_answer_is_one_thing() {
        let both = json!({ "response_format": { "type": "json_object" }, "structured_outputs": { "regex": "a" } });
        let error = asked(both).unwrap_err();
        assert_eq!(error.param.as_deref(), Some("structured_outputs"));
        let one = json!({ "response_format": { "type": "text" }, "structured_outputs": { "regex": "a" } });
        assert!(asked(one).unwrap().is_some());
    }
}
