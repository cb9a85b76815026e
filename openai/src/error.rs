//! The one error: what OpenAI's clients expect of a refusal, and the HTTP status that goes with it.

use serde_json::json;

/// A request that is not answered, with the reason in the shape of OpenAI's API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    pub status: u16,
    /// What is wrong and what to do, for people.
    pub message: String,
    /// The kind of failure, for programs.
    pub kind: &'static str,
    /// Which parameter is meant.
    pub param: Option<String>,
    pub code: Option<&'static str>,
}

impl Error {
    /// The request itself is at fault.
    pub fn request(code: &'static str, param: &str, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            message: message.into(),
            kind: "invalid_request_error",
            param: Some(param.to_owned()),
            code: Some(code),
        }
    }

    /// The body as a whole cannot be read.
    pub fn unreadable(reason: &str) -> Self {
        Self::bad_request(format!(
            "We could not parse the JSON body of your request: {reason}. The body must be one JSON object."
        ))
    }

    pub fn missing(param: &str) -> Self {
        Self::request(
            "missing_required_parameter",
            param,
            format!("Missing required parameter: '{param}'."),
        )
    }

    /// A parameter of OpenAI's API that this engine does not have.
    pub fn unsupported(param: &str) -> Self {
        Self::request(
            "unsupported_parameter",
            param,
            format!("Unsupported parameter: '{param}' is not supported by this engine."),
        )
    }

    /// A value of a parameter that has others which work.
    pub fn unsupported_value(param: &str, what_works: &str) -> Self {
        Self::request(
            "unsupported_value",
            param,
            format!("Unsupported value: '{param}' does not support this value here; {what_works}."),
        )
    }

    pub fn unknown(param: &str) -> Self {
        Self::request(
            "unknown_parameter",
            param,
            format!("Unknown parameter: '{param}'."),
        )
    }

    pub fn wrong_type(param: &str, expected: &str, got: &str) -> Self {
        Self::request(
            "invalid_type",
            param,
            format!("Invalid type for '{param}': expected {expected}, but got {got} instead."),
        )
    }

    /// The request names another model than the one that is there.
    pub fn model_not_found(asked: &str, loaded: Option<&str>) -> Self {
        let there = match loaded {
            Some(name) => format!("the model that is loaded is '{name}'"),
            None => "no model is loaded; load one first".to_owned(),
        };
        Self {
            status: 404,
            ..Self::request(
                "model_not_found",
                "model",
                format!("The model '{asked}' does not exist here: {there}."),
            )
        }
    }

    /// `param` is what the request calls its prompt.
    pub fn context_length_exceeded(param: &str, message: impl Into<String>) -> Self {
        Self::request("context_length_exceeded", param, message)
    }

    /// The request is at fault in a way that no parameter stands for.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            message: message.into(),
            kind: "invalid_request_error",
            param: None,
            code: None,
        }
    }

    /// No such path.
    pub fn no_such_path(method: &str, path: &str) -> Self {
        Self {
            status: 404,
            ..Self::bad_request(format!("Invalid URL ({method} {path})"))
        }
    }

    pub fn wrong_method(method: &str, path: &str) -> Self {
        Self {
            status: 405,
            code: Some("method_not_supported"),
            ..Self::bad_request(format!("Not allowed to {method} on {path}."))
        }
    }

    /// The engine failed, and not because of the request.
    pub fn server(message: impl Into<String>) -> Self {
        Self {
            status: 500,
            message: message.into(),
            kind: "server_error",
            param: None,
            code: None,
        }
    }

    /// The body of the answer.
    pub fn to_json(&self) -> String {
        json!({ "error": {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }})
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn an_error_has_the_four_fields_that_clients_read() {
        let body: Value = serde_json::from_str(&Error::missing("model").to_json()).unwrap();
        assert_eq!(
            body,
            json!({ "error": {
                "message": "Missing required parameter: 'model'.",
                "type": "invalid_request_error",
                "param": "model",
                "code": "missing_required_parameter",
            }})
        );
        let body: Value = serde_json::from_str(&Error::server("it broke").to_json()).unwrap();
        assert_eq!(body["error"]["param"], Value::Null);
        assert_eq!(body["error"]["code"], Value::Null);
    }
}
