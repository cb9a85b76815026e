//! The tools of a request, and whether the model may call them.
//!
//! Forcing a call needs a grammar over what the model writes; without one it could only be hoped for, so it is refused.

use serde_json::Value;

use crate::fields::{Fields, article};
use crate::messages::required_text;
use crate::{Error, Result};

/// Functions that the model is told of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tools {
    /// As the request describes them; templates read the same shape.
    pub descriptions: Vec<Value>,
    pub names: Vec<String>,
}

impl Tools {
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// The tools that the model is to be told of: none where the request forbids calls.
pub fn tools_from(fields: &mut Fields) -> Result<Tools> {
    let mut tools = Tools::default();
    for (index, item) in fields
        .list("tools")?
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        let path = format!("tools[{index}]");
        tools.names.push(name_of(item.clone(), &path)?);
        tools.descriptions.push(item);
    }
    fields.only("parallel_tool_calls", |value| *value == Value::Bool(true))?;
    fields.only("functions", |_| false)?;
    fields.only("function_call", |_| false)?;
    match fields.take("tool_choice") {
        None => Ok(tools),
        Some(Value::String(choice)) if choice == "none" => Ok(Tools::default()),
        Some(_) if tools.is_empty() => Err(Error::request(
            "invalid_parameter_combination",
            "tool_choice",
            "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
        )),
        Some(Value::String(choice)) if choice == "auto" => Ok(tools),
        Some(Value::String(choice)) if choice == "required" => Err(forced()),
        Some(Value::Object(_)) => Err(forced()),
        Some(Value::String(choice)) => Err(Error::request(
            "invalid_value",
            "tool_choice",
            format!(
                "Invalid value: '{choice}'. Supported values are: 'none', 'auto', and 'required'."
            ),
        )),
        Some(other) => Err(Error::wrong_type(
            "tool_choice",
            "a string or an object",
            article(&other),
        )),
    }
}

fn forced() -> Error {
    Error::unsupported_value("tool_choice", "'auto' and 'none' work")
}

fn name_of(item: Value, path: &str) -> Result<String> {
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
    function.object("parameters")?;
    function.only("strict", |value| *value == Value::Bool(false))?;
    function.finish()?;
    tool.finish()?;
    Ok(name)
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
        for (body, param) in [
            (with("tool_choice", json!("required")), "tool_choice"),
            (
                with(
                    "tool_choice",
                    json!({ "type": "function", "function": { "name": "add" } }),
                ),
                "tool_choice",
            ),
            (with("tool_choice", json!("maybe")), "tool_choice"),
            (with("tool_choice", json!(1)), "tool_choice"),
            (json!({ "tool_choice": "auto" }), "tool_choice"),
            (
                with("parallel_tool_calls", json!(false)),
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
}
