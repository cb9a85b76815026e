//! A request for embeddings, and its answer: the vector of a text, of length one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::completion::{Prompt, prompts_from};
use crate::fields::Fields;
use crate::messages::required_text;
use crate::{Error, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddingRequest {
    pub model: String,
    /// Each has a vector of its own.
    pub prompts: Vec<Prompt>,
    pub form: VectorForm,
}

/// How vectors are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VectorForm {
    pub encoding: Encoding,
    /// The first so many numbers, again of length one. Absent: all of them.
    pub dimensions: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    #[default]
    Float,
    /// Of the bytes of 32-bit floats, the lowest first: what OpenAI's own clients ask for.
    Base64,
}

impl EmbeddingRequest {
    /// Reads and checks the body of `POST /v1/embeddings`.
    pub fn from_json(body: &str) -> Result<Self> {
        let mut fields = Fields::from_body(body)?;
        let model = required_text(&mut fields, "model")?;
        let prompts = match fields.take("input") {
            Some(input) => prompts_from(input, "input")?,
            None => return Err(Error::missing("input")),
        };
        let encoding = match fields.text("encoding_format")?.as_deref() {
            None | Some("float") => Encoding::Float,
            Some("base64") => Encoding::Base64,
            Some(_) => {
                return Err(Error::unsupported_value(
                    "encoding_format",
                    "there are 'float' and 'base64'",
                ));
            }
        };
        let dimensions = fields.count("dimensions", 1..=u32::MAX)?;
        // Says who asks; nobody here wants to know.
        fields.text("user")?;
        fields.finish()?;
        Ok(Self {
            model,
            prompts,
            form: VectorForm {
                encoding,
                dimensions,
            },
        })
    }
}

impl VectorForm {
    /// A vector as it is sent: cut where that is asked for, and of length one.
    fn value(self, vector: &[f32]) -> Result<Value> {
        let wanted = self.dimensions.map_or(vector.len(), |count| count as usize);
        let Some(cut) = vector.get(..wanted) else {
            return Err(Error::request(
                "invalid_value",
                "dimensions",
                format!(
                    "Invalid 'dimensions': the vectors of this model have {} numbers, {wanted} were asked for.",
                    vector.len()
                ),
            ));
        };
        let squares = cut.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        let length = squares.sqrt().max(f64::MIN_POSITIVE);
        let unit = cut.iter().map(|&x| (f64::from(x) / length) as f32);
        Ok(match self.encoding {
            Encoding::Float => unit.collect(),
            Encoding::Base64 => STANDARD
                .encode(unit.flat_map(f32::to_le_bytes).collect::<Vec<u8>>())
                .into(),
        })
    }
}

/// The answer: a vector for each prompt, in their order.
///
/// # Errors
/// Where more dimensions are wanted than there are.
pub fn embeddings_json(
    model: &str,
    vectors: &[Vec<f32>],
    form: VectorForm,
    prompt_tokens: usize,
) -> Result<String> {
    let data: Result<Vec<Value>> = vectors
        .iter()
        .enumerate()
        .map(|(index, vector)| {
            let embedding = form.value(vector)?;
            Ok(json!({ "object": "embedding", "index": index, "embedding": embedding }))
        })
        .collect();
    Ok(json!({
        "object": "list",
        "data": data?,
        "model": model,
        "usage": { "prompt_tokens": prompt_tokens, "total_tokens": prompt_tokens },
    })
    .to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        let param = |body: &str| {
            let error = EmbeddingRequest::from_json(body).unwrap_err();
            error.param.unwrap_or_default()
        };
        assert_eq!(param(r#"{"input": "a"}"#), "model");
        assert_eq!(param(r#"{"model": "m"}"#), "input");
        assert_eq!(param(r#"{"model": "m", "input": "a", "x": 1}"#), "x");
        assert_eq!(
            param(r#"{"model": "m", "input": "a", "dimensions": 0}"#),
            "dimensions"
        );
        let format = r#"{"model": "m", "input": "a", "encoding_format": "hex"}"#;
        assert_eq!(param(format), "encoding_format");
    }

    #[test]
    fn texts_and_tokens_are_read() {
        let body = r#"{"model": "m", "input": [[1, 2], [3]], "encoding_format": "base64", "dimensions": 2}"#;
        let request = EmbeddingRequest::from_json(body).unwrap();
        assert_eq!(
            request.prompts,
            [Prompt::Tokens(vec![1, 2]), Prompt::Tokens(vec![3])]
        );
        assert_eq!(request.form.encoding, Encoding::Base64);
        assert_eq!(request.form.dimensions, Some(2));
    }

    fn answer(form: VectorForm) -> Value {
        let vectors = [vec![3.0, 4.0, 12.0], vec![0.0, 0.0, 0.0]];
        serde_json::from_str(&embeddings_json("m", &vectors, form, 7).unwrap()).unwrap()
    }

    fn floats(value: &Value) -> Vec<f64> {
        let numbers = value.as_array().unwrap();
        numbers.iter().map(|it| it.as_f64().unwrap()).collect()
    }

    #[test]
    fn vectors_have_length_one_whole_or_cut() {
        let whole = answer(VectorForm::default());
        assert_eq!(
            whole["usage"],
            json!({ "prompt_tokens": 7, "total_tokens": 7 })
        );
        let numbers = floats(&whole["data"][0]["embedding"]);
        let length: f64 = numbers.iter().map(|it| it * it).sum();
        assert!((length - 1.0).abs() < 1e-6 && (numbers[2] - 12.0 / 13.0).abs() < 1e-6);
        let cut = answer(VectorForm {
            dimensions: Some(2),
            ..VectorForm::default()
        });
        let numbers = floats(&cut["data"][0]["embedding"]);
        assert!((numbers[0] - 0.6).abs() < 1e-6 && numbers.len() == 2);
        // A text that means nothing to a model is no division by nothing.
        assert_eq!(floats(&whole["data"][1]["embedding"]), [0.0, 0.0, 0.0]);
    }

    #[test]
    fn base64_holds_the_same_floats() {
        let form = VectorForm {
            encoding: Encoding::Base64,
            dimensions: None,
        };
        let text = answer(form)["data"][0]["embedding"]
            .as_str()
            .unwrap()
            .to_owned();
        let bytes = STANDARD.decode(text).unwrap();
        let (words, rest) = bytes.as_chunks::<4>();
        assert!(rest.is_empty() && words.len() == 3);
        assert!((f32::from_le_bytes(words[2]) - 12.0 / 13.0).abs() < 1e-6);
    }

    #[test]
    fn more_dimensions_than_there_are_are_refused() {
        let form = VectorForm {
            dimensions: Some(4),
            ..VectorForm::default()
        };
        let error = embeddings_json("m", &[vec![1.0; 3]], form, 1).unwrap_err();
        assert_eq!(error.param.as_deref(), Some("dimensions"));
    }
}
