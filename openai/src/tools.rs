//! The tools of a request, and whether the model may or must call them.
//!
//! A call that must come is a constraint on what the model writes. Must not know how a model writes calls.

use serde_json::{Value, json};

use crate::calls::CallForm;
use crate::constraint::{Asked, Constraint, Part};
use crate::fields::{Fields, article};
use crate::messages::required_text;
use crate::{Error, Result};

/// Functions that the model is told of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tools {
    /// As the request describes them; templates read the same shape.
    pub descriptions: Vec<Value>,
    pub names: Vec<String>,
    /// What the arguments of each have to be.
    schemas: Vec<Value>,
    pub choice: ToolChoice,
    /// Calls in one answer; `None` is as many as the model likes.
    pub most_calls: Option<usize>,
}

/// Whether the model calls a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ToolChoice {
    /// If it likes.
    #[default]
    Free,
    /// It must call one.
    Required,
    /// It must call this one.
    Named(String),
}

impl Tools {
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What an answer has to be, with what else was asked of it. `form` is how the model writes a call.
    pub fn constraint(
        &self,
        form: Option<&CallForm>,
        asked: Option<&Asked>,
    ) -> Result<Option<Constraint>> {
        if self.is_empty() {
            return Ok(asked.map(|asked| asked.constraint.clone()));
        }
        let or_schema = match (&self.choice, asked) {
            (ToolChoice::Free, None) => return Ok(None),
            (ToolChoice::Free, Some(asked)) => match asked.constraint.schema() {
                Some(schema) => Some(schema),
                None => {
                    return Err(Error::request(
                        "invalid_parameter_combination",
                        asked.param,
                        "With tools that the model may call or not, an answer can be held to a JSON schema and to nothing else; set 'tool_choice' to 'none' or 'required'.",
                    ));
                }
            },
            (ToolChoice::Required | ToolChoice::Named(_), _) => None,
        };
        let form = form.ok_or_else(|| {
            Error::unsupported_value(
                if or_schema.is_some() {
                    "tools"
                } else {
                    "tool_choice"
                },
                "the chat template of this model writes calls in a way that cannot be promised",
            )
        })?;
        Ok(Some(Constraint::Forms {
            forms: self.forms(form),
            separator: match self.most_calls {
                Some(_) => None,
                None => Some(form.separator().to_owned()),
            },
            or_schema,
        }))
    }

    fn forms(&self, form: &CallForm) -> Vec<Vec<Part>> {
        let tools = self.names.iter().zip(&self.schemas);
        tools
            .filter(|(name, _)| match &self.choice {
                ToolChoice::Free | ToolChoice::Required => true,
                ToolChoice::Named(wanted) => *name == wanted,
            })
            .map(|(name, schema)| form.parts(name, schema.clone()))
            .collect()
    }
}

/// The tools that the model is to be told of: none where the request forbids calls.
pub fn tools_from(fields: &mut Fields) -> Result<Tools> {
    let mut tools = Tools::default();
    let mut strict = None;
    for (index, item) in fields
        .list("tools")?
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        let path = format!("tools[{index}]");
        let function = function_from(item.clone(), &path)?;
        tools.names.push(function.name);
        tools.schemas.push(function.schema);
        tools.descriptions.push(item);
        strict = strict.or(function.strict_param);
    }
    tools.most_calls = match fields.flag("parallel_tool_calls")? {
        Some(false) => Some(1),
        Some(true) | None => None,
    };
    fields.only("functions", |_| false)?;
    fields.only("function_call", |_| false)?;
    match fields.take("tool_choice") {
        None => {}
        Some(Value::String(choice)) if choice == "none" => return Ok(Tools::default()),
        Some(_) if tools.is_empty() => {
            return Err(Error::request(
                "invalid_parameter_combination",
                "tool_choice",
                "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
            ));
        }
        Some(Value::String(choice)) => {
            tools.choice = match choice.as_str() {
                "auto" => ToolChoice::Free,
                "required" => ToolChoice::Required,
                _ => {
                    return Err(Error::request(
                        "invalid_value",
                        "tool_choice",
                        format!(
                            "Invalid value: '{choice}'. Supported values are: 'none', 'auto', and 'required'."
                        ),
                    ));
                }
            }
        }
        Some(Value::Object(choice)) => {
            let name = named_from(choice.into())?;
            if !tools.names.contains(&name) {
                return Err(Error::request(
                    "invalid_value",
                    "tool_choice",
                    format!("Tool choice '{name}' not found in 'tools' parameter."),
                ));
            }
            tools.choice = ToolChoice::Named(name);
        }
        Some(other) => {
            return Err(Error::wrong_type(
                "tool_choice",
                "a string or an object",
                article(&other),
            ));
        }
    }
    match (strict, &tools.choice) {
        // Where a call may begin in the middle of a text, nobody holds it to a schema.
        (Some(param), ToolChoice::Free) => Err(Error::unsupported_value(
            &param,
            "it works where 'tool_choice' is 'required' or names a function",
        )),
        (Some(_), ToolChoice::Required | ToolChoice::Named(_)) | (None, _) => Ok(tools),
    }
}

/// `{"type": "function", "function": {"name": …}}`
fn named_from(choice: Value) -> Result<String> {
    let mut choice = Fields::from_value(choice, "tool_choice")?;
    if required_text(&mut choice, "type")? != "function" {
        return Err(Error::unsupported_value(
            "tool_choice.type",
            "the type 'function' works",
        ));
    }
    let mut function = choice
        .object("function")?
        .ok_or_else(|| Error::missing("tool_choice.function"))?;
    let name = required_text(&mut function, "name")?;
    function.finish()?;
    choice.finish()?;
    Ok(name)
}

struct Function {
    name: String,
    schema: Value,
    /// Where it is said that arguments must fit.
    strict_param: Option<String>,
}

fn function_from(item: Value, path: &str) -> Result<Function> {
    let mut tool = Fields::from_value(item, path)?;
    if required_text(&mut tool, "type")? != "function" {
        return Err(Error::unsupported_value(
            &tool.path("type"),
            "tools must be of type 'function'",
        ));
    }
    let mut function = tool
        .object("function")?
        .ok_or_else(|| Error::missing(&tool.path("function")))?;
    let name = required_text(&mut function, "name")?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if name.is_empty() || name.len() > 64 || !name.bytes().all(is_plain) {
        return Err(Error::request(
            "invalid_value",
            &function.path("name"),
            format!(
                "Invalid '{}': a name has 1 to 64 letters, digits, underscores and dashes.",
                function.path("name")
            ),
        ));
    }
    function.text("description")?;
    let path = function.path("parameters");
    let schema = match function.take("parameters") {
        None => json!({ "type": "object", "properties": {}, "additionalProperties": false }),
        Some(Value::Object(mut schema)) => {
            // Whatever the schema says of them, arguments are an object.
            schema.entry("type").or_insert_with(|| "object".into());
            schema.into()
        }
        Some(other) => return Err(Error::wrong_type(&path, "an object", article(&other))),
    };
    let strict_param = function
        .flag("strict")?
        .filter(|is_strict| *is_strict)
        .map(|_| function.path("strict"));
    function.finish()?;
    tool.finish()?;
    Ok(Function {
        name,
        schema,
        strict_param,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tools(body: Value) -> Result<Tools> {
        tools_from(&mut Fields::from_body(&body.to_string()).unwrap())
    }

    fn add() -> Value {
        json!({ "type": "function", "function": {
            "name": "add", "description": "Adds.", "parameters": { "type": "object" }, "strict": false,
        }})
    }

    #[test]
    fn a_template_is_given_the_tools_as_they_came() {
        for choice in [Value::Null, json!("auto")] {
            let tools = tools(json!({ "tools": [add()], "tool_choice": choice })).unwrap();
            assert_eq!(tools.names, ["add"]);
            assert_eq!(tools.descriptions, [add()]);
        }
        assert!(
            tools(json!({ "tools": [add()], "tool_choice": "none" }))
                .unwrap()
                .is_empty()
        );
        assert!(tools(json!({ "tool_choice": "none" })).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_promised_is_refused() {
        let with = |name: &str, value: Value| {
            let mut body = json!({ "tools": [add()] });
            body[name] = value;
            body
        };
        let mut strict = add();
        strict["function"]["strict"] = json!(true);
        let named = |name: &str| json!({ "type": "function", "function": { "name": name } });
        for (body, param) in [
            (with("tool_choice", named("subtract")), "tool_choice"),
            (with("tool_choice", json!({})), "tool_choice.type"),
            (
                with("tool_choice", json!({ "type": "custom" })),
                "tool_choice.type",
            ),
            (
                with("tool_choice", json!({ "type": "function" })),
                "tool_choice.function",
            ),
            (with("tool_choice", json!("maybe")), "tool_choice"),
            (with("tool_choice", json!(1)), "tool_choice"),
            (json!({ "tool_choice": "auto" }), "tool_choice"),
            (
                with("parallel_tool_calls", json!("no")),
                "parallel_tool_calls",
            ),
            (json!({ "tools": [strict] }), "tools[0].function.strict"),
            (json!({ "tools": [{ "type": "custom" }] }), "tools[0].type"),
            (
                json!({ "tools": [{ "type": "function", "function": { "name": "a b" } }] }),
                "tools[0].function.name",
            ),
            (json!({ "functions": [] }), "functions"),
        ] {
            let error = tools(body.clone()).unwrap_err();
            assert_eq!(error.param.as_deref(), Some(param), "{body}");
        }
    }

    fn form() -> CallForm {
        let example = r#"<tool_call>{"name": "look_up", "arguments": {}}</tool_call>"#;
        let format = crate::CallFormat::from_example(example, "look_up").unwrap();
        CallForm::from_example(format, example, "look_up").unwrap()
    }

    /// The names in the forms, the separator, and whether another answer is possible.
    fn forced(body: Value, asked: Option<&Asked>) -> Option<(Vec<String>, Option<String>, bool)> {
        match tools(body)
            .unwrap()
            .constraint(Some(&form()), asked)
            .unwrap()
        {
            Some(Constraint::Forms {
                forms,
                separator,
                or_schema,
            }) => {
                let name = |form: Vec<Part>| match form.into_iter().next() {
                    Some(Part::Text { text }) => text.split('"').nth(3).unwrap().to_owned(),
                    other => panic!("{other:?}"),
                };
                Some((
                    forms.into_iter().map(name).collect(),
                    separator,
                    or_schema.is_some(),
                ))
            }
            None => None,
            Some(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_call_that_must_come_is_a_constraint() {
        let body = |choice: Value| {
            let mut other = add();
            other["function"]["name"] = json!("quit");
            json!({ "tools": [add(), other], "tool_choice": choice })
        };
        let both = || vec!["add".to_owned(), "quit".to_owned()];
        let between = || Some("\n".to_owned());
        let named = json!({ "type": "function", "function": { "name": "quit" } });
        assert_eq!(forced(body(json!("auto")), None), None);
        assert_eq!(
            forced(body(json!("required")), None),
            Some((both(), between(), false))
        );
        assert_eq!(
            forced(body(named), None),
            Some((vec!["quit".to_owned()], between(), false))
        );
        let mut one = body(json!("required"));
        one["parallel_tool_calls"] = json!(false);
        assert_eq!(forced(one, None), Some((both(), None, false)));
        let mut strict = body(json!("required"));
        strict["tools"][0]["function"]["strict"] = json!(true);
        assert!(forced(strict, None).is_some());
        let object = Asked {
            constraint: Constraint::JsonObject,
            param: "response_format",
        };
        assert_eq!(
            forced(body(json!("auto")), Some(&object)),
            Some((both(), between(), true))
        );
        assert_eq!(
            forced(body(json!("required")), Some(&object)),
            Some((both(), between(), false))
        );
    }

    #[test]
    fn what_the_model_or_the_request_makes_impossible_is_refused() {
        let required = tools(json!({ "tools": [add()], "tool_choice": "required" })).unwrap();
        let error = required.constraint(None, None).unwrap_err();
        assert_eq!(error.param.as_deref(), Some("tool_choice"));
        let free = tools(json!({ "tools": [add()] })).unwrap();
        let regex = Asked {
            constraint: Constraint::Regex {
                pattern: "a".to_owned(),
            },
            param: "structured_outputs",
        };
        let error = free.constraint(Some(&form()), Some(&regex)).unwrap_err();
        assert_eq!(error.param.as_deref(), Some("structured_outputs"));
        let none = Tools::default();
        assert_eq!(
            none.constraint(None, Some(&regex)),
            Ok(Some(regex.constraint.clone()))
        );
    }

    #[test]
    fn arguments_are_an_object() {
        let schema = |parameters: Value| {
            let mut tool = add();
            tool["function"]["parameters"] = parameters;
            tools(json!({ "tools": [tool] })).unwrap().schemas.remove(0)
        };
        assert_eq!(schema(json!({ "properties": {} }))["type"], "object");
        assert_eq!(schema(Value::Null)["additionalProperties"], false);
    }
}
