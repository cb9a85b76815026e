//! A request for embeddings. It is read and checked like any other; no engine here can answer one.

use crate::completion::prompts_from;
use crate::fields::Fields;
use crate::messages::required_text;
use crate::{Error, Result};

/// Why the body of `POST /v1/embeddings` cannot be answered.
pub fn embedding_refusal(body: &str) -> Error {
    match check(body) {
        Ok(()) => Error::request(
            "unsupported_operation",
            "model",
            "Embeddings are not supported by this engine: it keeps no hidden states of a text, only what is said next.",
        ),
        Err(error) => error,
    }
}

fn check(body: &str) -> Result<()> {
    let mut fields = Fields::from_body(body)?;
    required_text(&mut fields, "model")?;
    match fields.take("input") {
        Some(input) => prompts_from(input, "input")?,
        None => return Err(Error::missing("input")),
    };
    fields.text("encoding_format")?;
    fields.count("dimensions", 1..=u32::MAX)?;
    fields.text("user")?;
    fields.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_comes_before_what_is_missing_here() {
        let param = |body: &str| embedding_refusal(body).param.unwrap_or_default();
        assert_eq!(param(r#"{"input": "a"}"#), "model");
        assert_eq!(param(r#"{"model": "m"}"#), "input");
        assert_eq!(param(r#"{"model": "m", "input": "a", "x": 1}"#), "x");
        let refusal = embedding_refusal(r#"{"model": "m", "input": "a"}"#);
        assert_eq!(refusal.code, Some("unsupported_operation"));
    }
}
