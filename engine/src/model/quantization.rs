//! How a checkpoint is quantised, from `quantization_config` in config.json or from AutoGPTQ's quantize_config.json.
//!
//! GPTQ and AWQ with four bits are read; every other method, width and packing is refused by its name, because
//! their tensors look alike and the wrong reading is a model that talks nonsense.

use serde_json::Value;

use super::fields::Fields;
use crate::error::{Error, Result};
use crate::weights::packed::Packing;

const SUPPORTED: &str = "supported are GPTQ and AWQ (GEMM) with 4 bits in groups of 32, 64, 128 or whole rows; use such a checkpoint, a GGUF file or the unquantised model";

/// What a configuration says of all packed matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quantization {
    pub packing: Packing,
    /// See [`crate::weights::packed::Scheme::zero_offset`].
    pub zero_offset: u8,
    /// `None`: a whole row.
    pub group_len: Option<u64>,
    pub reordered: bool,
}

/// `None` for a checkpoint that is not quantised.
pub(super) fn quantization(
    config_json: &[u8],
    quantize_config: Option<&[u8]>,
) -> Result<Option<Quantization>> {
    let config = parse(config_json, "config.json")?;
    let config = Fields::new(&config, "config.json: quantization_config")?;
    if let Some(fields) = config.object("quantization_config")? {
        return read(fields).map(Some);
    }
    let Some(bytes) = quantize_config else {
        return Ok(None);
    };
    let value = parse(bytes, "quantize_config.json")?;
    read(Fields::new(&value, "quantize_config.json")?).map(Some)
}

fn parse(bytes: &[u8], place: &str) -> Result<Value> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::Config(format!("{place} is not valid JSON: {error}")))
}

fn read(fields: Fields<'_>) -> Result<Quantization> {
    // AutoGPTQ's own file did not name the method at first.
    let method = fields.str("quant_method")?.unwrap_or("gptq");
    let refuse = |what: String| Err(Error::Unsupported(format!("{what}; {SUPPORTED}")));
    // Other methods have other fields.
    let packing = match method {
        "gptq" => Packing::Gptq,
        "awq" => Packing::Awq,
        other => return refuse(format!("the checkpoint is quantised by '{other}'")),
    };
    let bits = fields.need_usize("bits")?;
    if bits != 4 {
        return refuse(format!("the checkpoint is quantised to {bits} bits"));
    }
    let group_len = match fields.get("group_size").and_then(Value::as_i64) {
        Some(-1) => None,
        Some(length @ (32 | 64 | 128)) => Some(length as u64),
        _ => {
            let found = fields.get("group_size").unwrap_or(&Value::Null);
            return refuse(format!("the checkpoint is quantised in groups of {found}"));
        }
    };
    let is_set = |key: &str| Ok::<_, Error>(fields.bool(key)?.unwrap_or(false));
    match packing {
        Packing::Gptq => {
            let format = match fields.str("checkpoint_format")? {
                Some(format) => format,
                None if is_set("is_marlin_format")? => "marlin",
                None => "gptq",
            };
            let zero_offset = match format {
                "gptq" => 1,
                "gptq_v2" => 0,
                other => return refuse(format!("the checkpoint is packed as '{other}'")),
            };
            let rules = fields.get("dynamic").and_then(Value::as_object);
            if rules.is_some_and(|rules| !rules.is_empty()) || is_set("lm_head")? {
                return refuse(
                    "the checkpoint is quantised by different rules in different places".into(),
                );
            }
            Ok(Quantization {
                packing,
                zero_offset,
                group_len,
                // In groups of whole rows there is nothing to order.
                reordered: is_set("desc_act")? && group_len.is_some(),
            })
        }
        Packing::Awq => {
            let version = fields.str("version")?.unwrap_or("gemm");
            if !version.eq_ignore_ascii_case("gemm") {
                return refuse(format!(
                    "the checkpoint is packed for AWQ's '{version}' kernels"
                ));
            }
            if !fields.bool("zero_point")?.unwrap_or(true) {
                return refuse("the checkpoint is quantised by AWQ without zero points".into());
            }
            Ok(Quantization {
                packing,
                zero_offset: 0,
                group_len,
                reordered: false,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &str) -> Result<Option<Quantization>> {
        let config = format!(r#"{{"quantization_config": {{{fields}}}}}"#);
        quantization(config.as_bytes(), None)
    }

    #[test]
    fn what_is_read() {
        let gptq = of(r#""quant_method":"gptq","bits":4,"group_size":128,"desc_act":true"#);
        let gptq = gptq.unwrap().unwrap();
        assert_eq!((gptq.zero_offset, gptq.group_len), (1, Some(128)));
        assert!(gptq.reordered);
        let whole = of(r#""bits":4,"group_size":-1,"desc_act":true,"checkpoint_format":"gptq_v2""#);
        let whole = whole.unwrap().unwrap();
        assert_eq!((whole.zero_offset, whole.group_len), (0, None));
        assert!(!whole.reordered);
        let awq = of(r#""quant_method":"awq","bits":4,"group_size":64,"version":"GEMM""#);
        assert_eq!(awq.unwrap().unwrap().packing, Packing::Awq);
        assert_eq!(quantization(b"{}", None), Ok(None));
        let file = br#"{"bits":4,"group_size":32,"sym":true}"#;
        assert!(quantization(b"{}", Some(file)).unwrap().is_some());
    }

    #[test]
    fn what_is_refused_says_what_is_not() {
        for (fields, words) in [
            (
                r#""quant_method":"gptq","bits":8,"group_size":128"#,
                "8 bits",
            ),
            (
                r#""quant_method":"gptq","bits":3,"group_size":128"#,
                "3 bits",
            ),
            (
                r#""quant_method":"gptq","bits":4,"group_size":16"#,
                "groups of 16",
            ),
            (r#""quant_method":"gptq","bits":4"#, "groups of null"),
            (
                r#""bits":4,"group_size":64,"checkpoint_format":"marlin""#,
                "'marlin'",
            ),
            (
                r#""bits":4,"group_size":64,"is_marlin_format":true"#,
                "'marlin'",
            ),
            (
                r#""bits":4,"group_size":64,"lm_head":true"#,
                "different rules",
            ),
            (
                r#""bits":4,"group_size":64,"dynamic":{"-:.*down.*":{}}"#,
                "different rules",
            ),
            (
                r#""quant_method":"awq","bits":4,"group_size":64,"version":"gemv""#,
                "'gemv'",
            ),
            (
                r#""quant_method":"awq","bits":4,"group_size":64,"zero_point":false"#,
                "zero points",
            ),
            (
                r#""quant_method":"bitsandbytes","load_in_4bit":true"#,
                "'bitsandbytes'",
            ),
        ] {
            let error = of(fields).unwrap_err();
            let sentence = error.to_string();
            assert!(matches!(error, Error::Unsupported(_)), "{sentence}");
            assert!(
                sentence.contains(words) && sentence.contains(SUPPORTED),
                "{sentence}"
            );
        }
        assert!(of(r#""quant_method":"gptq","bits":4,"group_size":64,"desc_act":3"#).is_err());
        assert!(quantization(b"{}", Some(b"[]")).is_err());
    }
}
