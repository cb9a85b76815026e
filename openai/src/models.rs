//! The models that there are, as `GET /v1/models` lists them, and what a prompt is to one, as vLLM's `tokenize` tells it.

use serde_json::{Value, json};

/// A model that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// What requests call it.
    pub id: String,
    /// Seconds since the epoch, from when it could be asked.
    pub created: u64,
}

pub fn models_json(models: &[Model]) -> String {
    let data: Vec<Value> = models.iter().map(value_of).collect();
    json!({ "object": "list", "data": data }).to_string()
}

pub fn model_json(model: &Model) -> String {
    value_of(model).to_string()
}

/// The tokens of a prompt, how many they are, and how many the model's context holds.
pub fn tokens_json(tokens: &[u32], context_tokens: usize) -> String {
    json!({ "count": tokens.len(), "max_model_len": context_tokens, "tokens": tokens }).to_string()
}

fn value_of(model: &Model) -> Value {
    json!({ "id": model.id, "object": "model", "created": model.created, "owned_by": "inkling" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_of_objects_that_clients_know() {
        let model = Model {
            id: "m".to_owned(),
            created: 7,
        };
        assert_eq!(
            models_json(std::slice::from_ref(&model)),
            r#"{"object":"list","data":[{"id":"m","object":"model","created":7,"owned_by":"inkling"}]}"#
        );
        assert_eq!(models_json(&[]), r#"{"object":"list","data":[]}"#);
        assert!(model_json(&model).starts_with(r#"{"id":"m""#));
    }

    #[test]
    fn tokens_are_counted() {
        assert_eq!(
            tokens_json(&[7, 9], 64),
            r#"{"count":2,"max_model_len":64,"tokens":[7,9]}"#
        );
    }
}
