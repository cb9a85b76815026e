//! What chat and completions have in common: how to sample, when to stop, how to deliver.
//!
//! Ranges are those of OpenAI's reference; those of the three further parameters are the engine's.

use serde_json::Value;

use crate::fields::{Fields, article};
use crate::{Error, Result};

/// More texts than this may not end an answer.
const MAX_STOPS: usize = 4;

/// More tokens than this may not be made likelier or less likely.
const MAX_BIASES: usize = 1024;

/// How to choose tokens; absent values are the model's own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sampling {
    pub max_tokens: Option<u32>,
    pub temperature: Option<f32>,
    pub top_p: Option<f32>,
    pub top_k: Option<u32>,
    pub min_p: Option<f32>,
    pub repetition_penalty: Option<f32>,
    pub frequency_penalty: Option<f32>,
    pub presence_penalty: Option<f32>,
    pub seed: Option<u64>,
    pub stop: Vec<String>,
    /// What is added to the logits of some tokens.
    pub logit_bias: Vec<(u32, f32)>,
}

/// How many answers, and in how many pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// Answers to each prompt.
    pub num_choices: u32,
    pub streams: bool,
    /// A last chunk says how many tokens it took.
    pub includes_usage: bool,
    /// With each token its probability, and those of so many others.
    pub logprobs: Option<u32>,
}

pub fn sampling_from(fields: &mut Fields) -> Result<Sampling> {
    Ok(Sampling {
        max_tokens: fields.count("max_tokens", 1..=u32::MAX)?,
        temperature: fields.decimal("temperature", 0.0..=2.0)?,
        top_p: fields.decimal("top_p", 0.0..=1.0)?,
        top_k: fields.count("top_k", 0..=u32::MAX)?,
        min_p: fields.decimal("min_p", 0.0..=1.0)?,
        repetition_penalty: fields.decimal("repetition_penalty", 0.01..=100.0)?,
        frequency_penalty: fields.decimal("frequency_penalty", -2.0..=2.0)?,
        presence_penalty: fields.decimal("presence_penalty", -2.0..=2.0)?,
        // Any integer names a sequence; what is negative names one too.
        seed: fields
            .integer("seed", i64::MIN..=i64::MAX)?
            .map(i64::cast_unsigned),
        stop: stops_from(fields)?,
        logit_bias: biases_from(fields)?,
    })
}

pub fn delivery_from(fields: &mut Fields) -> Result<Delivery> {
    let num_choices = fields.count("n", 1..=128)?.unwrap_or(1);
    let streams = fields.flag("stream")?.unwrap_or(false);
    let mut includes_usage = false;
    if let Some(mut options) = fields.object("stream_options")? {
        if !streams {
            return Err(Error::request(
                "invalid_parameter_combination",
                "stream_options",
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            ));
        }
        includes_usage = options.flag("include_usage")?.unwrap_or(false);
        options.only("include_obfuscation", is_false)?;
        options.finish()?;
    }
    Ok(Delivery {
        num_choices,
        streams,
        includes_usage,
        logprobs: None,
    })
}

pub fn is_false(value: &Value) -> bool {
    *value == Value::Bool(false)
}

/// Ids of tokens, as texts, and what is added to each; OpenAI's range.
fn biases_from(fields: &mut Fields) -> Result<Vec<(u32, f32)>> {
    const PARAM: &str = "logit_bias";
    let invalid = |reason: String| {
        Error::request(
            "invalid_value",
            PARAM,
            format!("Invalid '{PARAM}': {reason}."),
        )
    };
    let biases = match fields.take(PARAM) {
        None => return Ok(Vec::new()),
        Some(Value::Object(biases)) => biases,
        Some(other) => return Err(Error::wrong_type(PARAM, "an object", article(&other))),
    };
    if biases.len() > MAX_BIASES {
        return Err(invalid(format!(
            "it has {} tokens, and {MAX_BIASES} is the most",
            biases.len()
        )));
    }
    biases
        .into_iter()
        .map(|(token, bias)| {
            let id: u32 = token.parse().map_err(|_| {
                invalid(format!(
                    "'{token}' is not the id of a token, a whole number"
                ))
            })?;
            match bias.as_f64() {
                Some(bias) if (-100.0..=100.0).contains(&bias) => Ok((id, bias as f32)),
                Some(_) | None => Err(invalid(format!(
                    "the bias of the token {id} has to be a number from -100 to 100"
                ))),
            }
        })
        .collect()
}

fn stops_from(fields: &mut Fields) -> Result<Vec<String>> {
    let stops = match fields.take("stop") {
        None => Vec::new(),
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items
            .into_iter()
            .enumerate()
            .map(|(index, item)| match item {
                Value::String(text) => Ok(text),
                other => Err(Error::wrong_type(
                    &format!("stop[{index}]"),
                    "a string",
                    article(&other),
                )),
            })
            .collect::<Result<_>>()?,
        Some(other) => {
            return Err(Error::wrong_type(
                "stop",
                "a string or an array of strings",
                article(&other),
            ));
        }
    };
    if stops.len() > MAX_STOPS {
        return Err(Error::request(
            "array_above_max_length",
            "stop",
            format!(
                "Invalid 'stop': array too long. Expected an array with maximum length {MAX_STOPS}, but got an array with length {} instead.",
                stops.len()
            ),
        ));
    }
    if stops.iter().any(String::is_empty) {
        return Err(Error::request(
            "invalid_value",
            "stop",
            "Invalid 'stop': an empty text would end every answer before its first token.",
        ));
    }
    Ok(stops)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(body: &str) -> Result<Sampling> {
        sampling_from(&mut Fields::from_body(body).unwrap())
    }

    fn delivery(body: &str) -> Result<Delivery> {
        delivery_from(&mut Fields::from_body(body).unwrap())
    }

    #[test]
    fn every_parameter_arrives() {
        let body = r#"{"max_tokens": 5, "temperature": 0.5, "top_p": 0.9, "top_k": 7, "min_p": 0.1,
            "repetition_penalty": 1.5, "frequency_penalty": -0.5, "presence_penalty": 2, "seed": -1, "stop": ["a", "b"], "logit_bias": {"7": -100, "3": 0.5}}"#;
        assert_eq!(
            sampling(body).unwrap(),
            Sampling {
                max_tokens: Some(5),
                temperature: Some(0.5),
                top_p: Some(0.9),
                top_k: Some(7),
                min_p: Some(0.1),
                repetition_penalty: Some(1.5),
                frequency_penalty: Some(-0.5),
                presence_penalty: Some(2.0),
                seed: Some(u64::MAX),
                stop: vec!["a".to_owned(), "b".to_owned()],
                logit_bias: vec![(7, -100.0), (3, 0.5)],
            }
        );
        assert_eq!(sampling("{}").unwrap(), Sampling::default());
        assert_eq!(sampling(r#"{"stop": "a"}"#).unwrap().stop, ["a"]);
    }

    #[test]
    fn ranges_end_where_openai_says() {
        for (param, bad) in [
            ("max_tokens", "0"),
            ("temperature", "-0.1"),
            ("temperature", "2.1"),
            ("top_p", "1.1"),
            ("top_k", "-1"),
            ("min_p", "2"),
            ("repetition_penalty", "0"),
            ("frequency_penalty", "2.5"),
            ("presence_penalty", "-2.5"),
            ("seed", "\"1\""),
            ("stop", r#"["a","b","c","d","e"]"#),
            ("stop", r#"[""]"#),
            ("stop", "1"),
            ("logit_bias", "[]"),
            ("logit_bias", r#"{"a": 1}"#),
            ("logit_bias", r#"{"-1": 1}"#),
            ("logit_bias", r#"{"1": 101}"#),
            ("logit_bias", r#"{"1": "x"}"#),
        ] {
            let error = sampling(&format!(r#"{{"{param}": {bad}}}"#)).unwrap_err();
            assert_eq!((error.status, error.param.as_deref()), (400, Some(param)));
        }
        let error = sampling(r#"{"stop": ["a", 1]}"#).unwrap_err();
        assert_eq!(error.param.as_deref(), Some("stop[1]"));
    }

    #[test]
    fn usage_of_a_stream_is_told_to_who_asks() {
        let one = delivery("{}").unwrap();
        assert_eq!((one.num_choices, one.streams), (1, false));
        let asked =
            delivery(r#"{"n": 3, "stream": true, "stream_options": {"include_usage": true}}"#);
        let asked = asked.unwrap();
        assert_eq!((asked.num_choices, asked.includes_usage), (3, true));
        for (param, body) in [
            ("stream_options", r#"{"stream_options": {}}"#),
            (
                "stream_options.x",
                r#"{"stream": true, "stream_options": {"x": 1}}"#,
            ),
            ("n", r#"{"n": 129}"#),
        ] {
            assert_eq!(delivery(body).unwrap_err().param.as_deref(), Some(param));
        }
    }
}
