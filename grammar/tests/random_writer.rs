//! A writer without any sense, held to a constraint: whatever it writes has to fit.
//!
//! Logits are noise, drawn at temperature 1, and what comes out is judged by other libraries than the one that constrained it.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use inkling_grammar::{Constraint, Grammars, Guide, Part, Vocabulary};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// The texts that each constraint is asked for.
const NUM_TEXTS: u64 = 100;

/// No text of these constraints is this long, in tokens, but with a probability nobody will live to see.
const MAX_TOKENS: usize = 20_000;

const END_ID: u32 = 256;

/// All bytes, an end, and texts that lie across whatever a grammar thinks are its parts.
fn vocabulary() -> Vec<Vec<u8>> {
    let mut tokens: Vec<Vec<u8>> = (0..=255).map(|byte| vec![byte]).collect();
    tokens.push(b"not seen: it ends the text".to_vec());
    for text in [
        "{\"",
        "\": ",
        "\":",
        "\", \"",
        "\"}",
        "}]",
        "[{",
        " {",
        "\n  ",
        "\n    \"",
        "true",
        "false",
        "null",
        "tru",
        "12",
        "-1",
        "0.5",
        "e5",
        "the",
        " the",
        "name",
        "\"name\"",
        "\"name\": \"",
        "ing",
        "\\u00",
        "\\n",
        "\\\"",
        "ab",
        "2024-",
        "é",
        "ü\"",
        "日本",
        "🦑",
        "<tool_call>",
        "</tool_call>",
        "[]",
        "{}",
        "\"\"",
        ", ",
        "]",
        "9999999",
    ] {
        tokens.push(text.as_bytes().to_vec());
    }
    // Characters in two pieces.
    tokens.push("日".as_bytes()[..2].to_vec());
    tokens.push([&"日".as_bytes()[2..], b"\""].concat());
    // A control token.
    tokens.push(Vec::new());
    tokens
}

fn grammars() -> Grammars {
    Grammars::new(Vocabulary::new(vocabulary(), vec![END_ID]).unwrap()).unwrap()
}

/// Numbers from 0 to 1 that depend on the seed alone (splitmix64, Steele et al. 2014).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A draw from the softmax of normal logits, among the tokens of the mask (Gumbel 1954).
    fn draw(&mut self, mask: &[u32]) -> Option<u32> {
        let mut best = None;
        for (word, bits) in (0u32..).zip(mask) {
            for bit in (0..32).filter(|bit| bits >> bit & 1 == 1) {
                let normal = (-2.0 * (1.0 - self.next()).ln()).sqrt()
                    * (std::f64::consts::TAU * self.next()).cos();
                let noisy = normal - (-(1.0 - self.next()).ln()).ln();
                if best.is_none_or(|(most, _)| noisy > most) {
                    best = Some((noisy, word * 32 + bit));
                }
            }
        }
        best.map(|(_, id)| id)
    }
}

fn write(mut guide: Guide, seed: u64) -> String {
    let tokens = vocabulary();
    let mut noise = Noise(seed);
    let mut mask = vec![u32::MAX; tokens.len().div_ceil(32) + 3];
    let mut bytes = Vec::new();
    for _ in 0..MAX_TOKENS {
        guide.mask(&mut mask).unwrap();
        let id = noise.draw(&mask).unwrap();
        if id == END_ID {
            assert!(guide.may_end().unwrap());
            return String::from_utf8(bytes).unwrap();
        }
        guide.accept(id).unwrap();
        bytes.extend_from_slice(&tokens[id as usize]);
    }
    panic!(
        "no end after {MAX_TOKENS} tokens: {}",
        String::from_utf8_lossy(&bytes)
    );
}

/// Numbers have bounds: JSON itself has none, and noise writes exponents that no float holds.
fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        (
            "flat",
            json!({
                "type": "object",
                "properties": { "name": { "type": "string" }, "age": { "type": "integer" }, "happy": { "type": "boolean" } },
                "required": ["name", "age", "happy"],
                "additionalProperties": false,
            }),
        ),
        (
            "nested",
            json!({
                "type": "object",
                "properties": { "outer": {
                    "type": "object",
                    "properties": { "inner": {
                        "type": "object",
                        "properties": { "value": { "type": "null" } },
                        "required": ["value"],
                        "additionalProperties": false,
                    }},
                    "required": ["inner"],
                    "additionalProperties": false,
                }},
                "required": ["outer"],
                "additionalProperties": false,
            }),
        ),
        (
            "optional",
            json!({
                "type": "object",
                "properties": { "a": { "type": "boolean" }, "b": { "type": "integer" }, "c": { "enum": [1, "two", null] } },
                "required": ["b"],
                "additionalProperties": false,
            }),
        ),
        (
            "array",
            json!({
                "type": "array", "items": { "type": "number", "minimum": -1000, "maximum": 1000 }, "minItems": 2, "maxItems": 5,
            }),
        ),
        (
            "array_of_objects",
            json!({
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": { "x": { "type": "integer" }, "y": { "type": "array", "items": { "type": "boolean" } } },
                    "required": ["x", "y"],
                    "additionalProperties": false,
                },
            }),
        ),
        (
            "tuple",
            json!({
                "type": "array",
                "prefixItems": [{ "type": "string", "maxLength": 3 }, { "type": "integer" }],
                "items": false,
                "minItems": 2,
            }),
        ),
        (
            "enum",
            json!({ "enum": ["red", "green", "日本", 7, true, null, { "a": [1] }] }),
        ),
        (
            "bounds",
            json!({
                "type": "object",
                "properties": {
                    "percent": { "type": "integer", "minimum": 0, "maximum": 100 },
                    "temperature": { "type": "number", "exclusiveMinimum": -1.5, "maximum": 2.25 },
                    "even": { "type": "integer", "multipleOf": 2 },
                },
                "required": ["percent", "temperature", "even"],
                "additionalProperties": false,
            }),
        ),
        (
            "strings",
            json!({
                "type": "object",
                "properties": {
                    "id": { "type": "string", "pattern": "^[A-Z]{2}-[0-9]{3,5}$" },
                    "short": { "type": "string", "minLength": 2, "maxLength": 6 },
                    "day": { "type": "string", "format": "date" },
                    "who": { "type": "string", "format": "uuid" },
                },
                "required": ["id", "short", "day", "who"],
                "additionalProperties": false,
            }),
        ),
        (
            "unicode",
            json!({
                "type": "object",
                "properties": { "naïve \"ключ\" 🦑": { "type": "string", "pattern": "^[ä-ü]+日?$" } },
                "required": ["naïve \"ключ\" 🦑"],
                "additionalProperties": false,
            }),
        ),
        (
            "recursive",
            json!({
                "$defs": { "node": {
                    "type": "object",
                    "properties": {
                        "value": { "type": "integer", "minimum": 0, "maximum": 9 },
                        "next": { "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/node" }] },
                    },
                    "required": ["value", "next"],
                    "additionalProperties": false,
                }},
                "$ref": "#/$defs/node",
            }),
        ),
        (
            "alternatives",
            json!({
                "anyOf": [
                    { "type": "object", "properties": { "kind": { "const": "circle" }, "radius": { "type": "number", "minimum": 0, "maximum": 1e6 } },
                      "required": ["kind", "radius"], "additionalProperties": false },
                    { "type": "object", "properties": { "kind": { "const": "square" }, "side": { "type": "number", "minimum": 0, "maximum": 1e6 } },
                      "required": ["kind", "side"], "additionalProperties": false },
                ],
            }),
        ),
        (
            "all_of",
            json!({
                "type": "object",
                "properties": { "a": { "allOf": [{ "type": "integer", "minimum": 3 }, { "maximum": 7 }] } },
                "required": ["a"],
                "additionalProperties": false,
            }),
        ),
        (
            "map",
            json!({ "type": "object", "additionalProperties": { "type": "integer" } }),
        ),
    ]
}

#[test]
fn a_hundred_of_a_hundred_texts_fit_each_schema() {
    let grammars = grammars();
    for (name, schema) in schemas() {
        let constraint = Constraint::JsonSchema {
            schema: schema.clone(),
        };
        let judge = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        let mut texts = Vec::new();
        for seed in 0..NUM_TEXTS {
            let text = write(grammars.guide(&constraint).unwrap(), seed);
            let value: Value = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{name}: {error}: {text}"));
            assert!(judge.is_valid(&value), "{name}: {text}");
            texts.push(text);
        }
        // A writer that always writes the same proves nothing.
        texts.sort_unstable();
        texts.dedup();
        assert!(texts.len() > 2, "{name}: {texts:?}");
    }
}

/// Without the constraint the same writer writes no JSON.
#[test]
fn the_writer_has_no_sense_of_its_own() {
    let tokens = vocabulary();
    let all = vec![u32::MAX; tokens.len() / 32];
    for seed in 0..NUM_TEXTS {
        let mut noise = Noise(seed);
        let bytes: Vec<u8> = (0..20)
            .filter_map(|_| noise.draw(&all))
            .flat_map(|id| tokens[id as usize].clone())
            .collect();
        assert!(serde_json::from_slice::<Value>(&bytes).is_err());
    }
}

#[test]
fn any_object_is_an_object() {
    // Most objects of noise are small, and some branch so much that they would never end: those are left unfinished.
    let grammars = grammars();
    let tokens = vocabulary();
    let mut num_ended = 0;
    for seed in 0..NUM_TEXTS {
        let mut guide = grammars.guide(&Constraint::JsonObject).unwrap();
        let mut noise = Noise(seed);
        let mut mask = vec![0; tokens.len().div_ceil(32)];
        let mut bytes = Vec::new();
        for _ in 0..500 {
            guide.mask(&mut mask).unwrap();
            let id = noise.draw(&mask).unwrap();
            if id == END_ID {
                // Read without its values: some of its numbers are larger than any float.
                let read = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(&bytes);
                assert!(read.is_ok(), "{}", String::from_utf8_lossy(&bytes));
                num_ended += 1;
                break;
            }
            guide.accept(id).unwrap();
            bytes.extend_from_slice(&tokens[id as usize]);
        }
    }
    assert!(num_ended > 10, "{num_ended}");
}

#[test]
fn a_regular_expression_is_matched_as_a_whole() {
    let grammars = grammars();
    for pattern in [
        r"[a-z]{3,8}@[a-z]+\.(com|org)",
        r"(yes|no)",
        r"\d{1,3}(\.\d{1,3}){3}",
        r"(日本|🦑){2}x?",
        r"-?(0|[1-9][0-9]*)",
    ] {
        // To the judge, digits are those of all scripts; here they are ten.
        let judged = pattern.replace(r"\d", "[0-9]");
        let judge = regex::Regex::new(&format!("^(?:{judged})$")).unwrap();
        for seed in 0..NUM_TEXTS {
            let constraint = Constraint::Regex {
                pattern: pattern.into(),
            };
            let text = write(grammars.guide(&constraint).unwrap(), seed);
            assert!(judge.is_match(&text), "{pattern}: {text:?}");
        }
    }
}

#[test]
fn a_grammar_is_followed() {
    // Sums with brackets, and a call between tags.
    let sums = r#"start: term ("+" term)*
term: NUMBER | "(" start ")"
NUMBER: /[0-9]{1,4}/
"#;
    let call = r#"start: "<tool_call>\n" call "\n</tool_call>"
call: %json { "type": "object", "properties": { "name": { "const": "add" } }, "required": ["name"], "additionalProperties": false }
"#;
    let grammars = grammars();
    let guide = |grammar: &str| {
        grammars.guide(&Constraint::Lark {
            grammar: grammar.into(),
        })
    };
    for seed in 0..NUM_TEXTS {
        let text = write(guide(sums).unwrap(), seed);
        let mut depth = 0i32;
        for character in text.chars() {
            assert!("()+0123456789".contains(character), "{text}");
            depth += i32::from(character == '(') - i32::from(character == ')');
            assert!(depth >= 0, "{text}");
        }
        assert!(
            depth == 0 && !text.contains("++") && !text.contains("()"),
            "{text}"
        );
        let text = write(guide(call).unwrap(), seed);
        let inside = text
            .strip_prefix("<tool_call>\n")
            .and_then(|it| it.strip_suffix("\n</tool_call>"));
        let value: Value = serde_json::from_str(inside.unwrap()).unwrap();
        assert_eq!(value, json!({ "name": "add" }));
    }
}

#[test]
fn forms_are_followed_one_after_the_other() {
    let text = |text: &str| Part::Text { text: text.into() };
    let form = |name: &str, schema: Value| {
        vec![
            text(&format!(
                "<tool_call>\n{{\"name\": \"{name}\", \"arguments\": "
            )),
            Part::Json { schema },
            text("}\n</tool_call>"),
        ]
    };
    let number = json!({ "$defs": { "n": { "type": "integer" } }, "type": "object", "properties": { "n": { "$ref": "#/$defs/n" } },
        "required": ["n"], "additionalProperties": false });
    let forms = vec![
        form("add", number),
        form(
            "quit",
            json!({ "type": "object", "properties": {}, "additionalProperties": false }),
        ),
    ];
    let grammars = grammars();
    let mut seen = [0, 0, 0];
    for seed in 0..NUM_TEXTS {
        let constraint = Constraint::Forms {
            forms: forms.clone(),
            separator: Some("\n".into()),
            or_schema: Some(json!({ "type": "null" })),
        };
        let written = write(grammars.guide(&constraint).unwrap(), seed);
        if written == "null" {
            seen[0] += 1;
            continue;
        }
        let calls: Vec<&str> = written.split_inclusive("</tool_call>").collect();
        seen[if calls.len() == 1 { 1 } else { 2 }] += 1;
        for call in calls {
            let inside = call
                .trim()
                .strip_prefix("<tool_call>")
                .and_then(|it| it.strip_suffix("</tool_call>"));
            let value: Value = serde_json::from_str(inside.unwrap()).unwrap();
            match value["name"].as_str() {
                Some("add") => assert!(value["arguments"]["n"].is_number(), "{written}"),
                Some("quit") => assert_eq!(value["arguments"], json!({})),
                other => panic!("{other:?}: {written}"),
            }
        }
    }
    assert!(seen.iter().all(|times| *times > 5), "{seen:?}");
}

#[test]
fn what_cannot_be_followed_is_refused_with_its_reason() {
    let grammars = grammars();
    let schema = |schema: Value| Constraint::JsonSchema { schema };
    for (constraint, reason) in [
        (
            schema(json!({ "type": "object", "not": { "required": ["a"] } })),
            "not",
        ),
        (
            schema(json!({ "type": "string", "format": "poem" })),
            "poem",
        ),
        (
            schema(json!({ "type": "array", "uniqueItems": true })),
            "uniqueItems",
        ),
        (
            schema(json!({ "oneOf": [{ "type": "number" }, { "type": "integer" }] })),
            "oneOf",
        ),
        (
            schema(json!({ "type": "integer", "minimum": 5, "maximum": 4 })),
            "minimum",
        ),
        (schema(json!({ "$ref": "#/$defs/nowhere" })), "nowhere"),
        (schema(json!({ "type": "colour" })), "colour"),
        (schema(json!(false)), "false"),
        (
            Constraint::Regex {
                pattern: "(".into(),
            },
            "(",
        ),
        (
            Constraint::Lark {
                grammar: "begin: \"a\"".into(),
            },
            "start",
        ),
        (
            Constraint::Lark {
                grammar: String::new(),
            },
            "start",
        ),
    ] {
        let error = grammars
            .guide(&constraint)
            .err()
            .unwrap_or_else(|| panic!("{constraint:?} was taken"));
        let error = error.to_string();
        assert!(
            error.contains(reason) && !error.contains('\n'),
            "{constraint:?}: {error}"
        );
    }
}

#[test]
fn a_token_that_the_mask_forbids_is_not_accepted() {
    let mut guide = grammars()
        .guide(&Constraint::Regex {
            pattern: "ab".into(),
        })
        .unwrap();
    assert!(!guide.may_end().unwrap());
    assert!(guide.accept(u32::from(b'x')).is_err());
}

/// Without a token that ends a text the guide itself knows the end.
#[test]
fn a_vocabulary_without_an_end_is_complete_in_the_end() {
    let tokens = vocabulary();
    let num_words = tokens.len().div_ceil(32);
    let grammars = Grammars::new(Vocabulary::new(tokens, Vec::new()).unwrap()).unwrap();
    let mut guide = grammars
        .guide(&Constraint::Regex {
            pattern: "ab".into(),
        })
        .unwrap();
    let mut mask = vec![0; num_words];
    for byte in b"ab" {
        assert!(!guide.is_complete());
        guide.mask(&mut mask).unwrap();
        guide.accept(u32::from(*byte)).unwrap();
    }
    assert!(guide.is_complete());
    guide.mask(&mut mask).unwrap();
    assert!(mask.iter().all(|word| *word == 0));
}

/// A model without the token that would have to come.
#[test]
fn a_constraint_beyond_the_vocabulary_is_refused() {
    let tokens = vec![b"a".to_vec(), Vec::new()];
    let grammars = Grammars::new(Vocabulary::new(tokens, vec![1]).unwrap()).unwrap();
    assert!(
        grammars
            .guide(&Constraint::Regex {
                pattern: "b".into()
            })
            .is_err()
    );
    assert!(
        grammars
            .guide(&Constraint::Regex {
                pattern: "a*".into()
            })
            .is_ok()
    );
}
