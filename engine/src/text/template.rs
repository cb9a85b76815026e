//! Chat templates: a conversation to the text a model was trained on, as `transformers` renders it.
//!
//! Templates are programs from strangers. They run with bounded fuel and bounded output, see nothing but the
//! conversation, and get the time from the caller.

use std::io;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, Value};
use serde_json::{Map, Value as Json};

use super::template_filters;
use super::template_json::value_from_json;
use super::template_python::python_method;
use super::template_source;
use crate::{Error, Result};

/// Instructions one rendering may execute. The largest published templates use some thousands per message.
const FUEL: u64 = 20_000_000;

/// Larger than any context; a template that writes more is broken.
const MAX_OUTPUT_BYTES: usize = 32 << 20;

/// A conversation and everything else a template can see.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatInput {
    /// A JSON array of messages, as in OpenAI's API.
    pub messages: Json,
    /// A JSON array of tool descriptions.
    pub tools: Option<Json>,
    /// End with the opening of the assistant's turn.
    pub add_generation_prompt: bool,
    /// Further variables (`enable_thinking`).
    pub options: Map<String, Json>,
    /// What `strftime_now` shows.
    pub now: Now,
}

impl ChatInput {
    /// A conversation to be answered, with nothing else said.
    pub fn new(messages: Json, now: Now) -> Self {
        Self {
            messages,
            tools: None,
            add_generation_prompt: true,
            options: Map::new(),
            now,
        }
    }
}

/// A moment of local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub year: i32,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

impl Now {
    /// For what nobody will see, such as a rendering that shows how a template writes something.
    pub(super) const ANY: Now = Now {
        year: 2025,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
    };
}

/// What tokenizer_config.json (and the files beside it) say about templates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplateConfig {
    /// By name; a template without a name is called `default`.
    pub templates: Vec<(String, String)>,
    /// `bos_token`, `eos_token` and so on, as text: variables of every template.
    pub special_tokens: Map<String, Json>,
    /// Whether the tokenizer begins a text with `bos_token`, where the file says so (`add_bos_token`).
    pub adds_bos: Option<bool>,
    /// Whether it ends a text with `eos_token`, where the file says so.
    pub adds_eos: Option<bool>,
}

impl TemplateConfig {
    /// Reads tokenizer_config.json.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let config: Map<String, Json> = serde_json::from_slice(json).map_err(|error| {
            Error::Template(format!("tokenizer_config.json cannot be read: {error}"))
        })?;
        let mut special_tokens = Map::new();
        for name in [
            "bos_token",
            "eos_token",
            "unk_token",
            "sep_token",
            "pad_token",
            "cls_token",
            "mask_token",
        ] {
            // A string, or an object describing an added token.
            let text = config
                .get(name)
                .and_then(|token| token.as_str().or_else(|| token.get("content")?.as_str()));
            if let Some(text) = text {
                special_tokens.insert(name.into(), text.into());
            }
        }
        let templates = match config.get("chat_template") {
            None | Some(Json::Null) => Vec::new(),
            Some(Json::String(source)) => vec![("default".into(), source.clone())],
            Some(Json::Array(named)) => named
                .iter()
                .map(|entry| {
                    let text = |key| entry.get(key).and_then(Json::as_str).map(str::to_owned);
                    text("name").zip(text("template")).ok_or_else(|| {
                        Error::Template(
                            "a chat template in tokenizer_config.json lacks its name or text"
                                .into(),
                        )
                    })
                })
                .collect::<Result<_>>()?,
            Some(_) => {
                return Err(Error::Template(
                    "chat_template in tokenizer_config.json is neither a text nor a list".into(),
                ));
            }
        };
        let flag = |name| config.get(name).and_then(Json::as_bool);
        Ok(Self {
            templates,
            special_tokens,
            adds_bos: flag("add_bos_token"),
            adds_eos: flag("add_eos_token"),
        })
    }

    /// A single template, with the tokens it can name.
    pub fn from_source(
        source: String,
        bos_token: Option<String>,
        eos_token: Option<String>,
    ) -> Self {
        let tokens = [("bos_token", bos_token), ("eos_token", eos_token)];
        Self {
            templates: vec![("default".into(), source)],
            special_tokens: tokens
                .into_iter()
                .filter_map(|(name, text)| Some((name.to_owned(), text?.into())))
                .collect(),
            ..Self::default()
        }
    }

    /// Puts the text of chat_template.jinja in place of the default template, as `transformers` does.
    pub fn set_default_template(&mut self, source: String) {
        self.templates.retain(|(name, _)| name != "default");
        self.templates.push(("default".into(), source));
    }

    /// Adds a template for conversations with tools beside the default one.
    pub fn add_tool_template(&mut self, source: String) {
        self.templates.push((TOOL_TEMPLATE.into(), source));
    }

    pub fn special_token(&self, name: &str) -> Option<&str> {
        self.special_tokens.get(name).and_then(Json::as_str)
    }
}

/// A compiled chat template.
#[derive(Debug)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    has_tool_template: bool,
    special_tokens: Map<String, Json>,
}

/// The name `transformers` looks for when a conversation has tools.
const TOOL_TEMPLATE: &str = "tool_use";

impl ChatTemplate {
    /// Compiles the templates of a model. `None`: it has none, and is not made for chat.
    pub fn from_config(config: TemplateConfig) -> Result<Option<Self>> {
        let mut environment = environment()?;
        let mut has_default = false;
        let mut has_tool_template = false;
        let only_one = config.templates.len() == 1;
        for (name, source) in config.templates {
            let name = if only_one { "default".into() } else { name };
            has_default |= name == "default";
            has_tool_template |= name == TOOL_TEMPLATE;
            let source = template_source::rewrite(&source);
            environment
                .add_template_owned(name, source)
                .map_err(template_error)?;
        }
        Ok(has_default.then_some(Self {
            environment,
            has_tool_template,
            special_tokens: config.special_tokens,
        }))
    }

    /// The conversation as text.
    pub fn render(&self, input: &ChatInput) -> Result<String> {
        let name = match &input.tools {
            Some(_) if self.has_tool_template => TOOL_TEMPLATE,
            _ => "default",
        };
        let template = self
            .environment
            .get_template(name)
            .map_err(template_error)?;
        let mut variables: Vec<(&str, Value)> = Vec::new();
        for (name, text) in &self.special_tokens {
            variables.push((name, value_from_json(text)));
        }
        variables.push(("messages", value_from_json(&input.messages)));
        variables.push((
            "tools",
            input
                .tools
                .as_ref()
                .map_or(Value::from(()), value_from_json),
        ));
        variables.push(("documents", Value::from(())));
        variables.push((
            "add_generation_prompt",
            Value::from(input.add_generation_prompt),
        ));
        let now = input.now;
        variables.push((
            "strftime_now",
            Value::from_function(move |format: &str| now.format(format)),
        ));
        for (name, value) in &input.options {
            variables.push((name, value_from_json(value)));
        }
        let mut output = Bounded::default();
        let result = template.render_captured_to(Value::from_pairs(variables), &mut output);
        if output.is_full {
            return Err(Error::Template(format!(
                "it writes more than {MAX_OUTPUT_BYTES} bytes"
            )));
        }
        result.map_err(template_error)?;
        String::from_utf8(output.bytes).map_err(|_| Error::Template("it writes broken text".into()))
    }
}

fn environment() -> Result<Environment<'static>> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .map_err(template_error)?;
    environment.set_syntax(syntax);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(100);
    environment.set_unknown_method_callback(python_method);
    template_filters::add_to(&mut environment);
    template_source::add_to(&mut environment);
    environment.add_function(
        "raise_exception",
        |message: &str| -> Result<Value, minijinja::Error> {
            Err(minijinja::Error::new(
                ErrorKind::InvalidOperation,
                message.to_owned(),
            ))
        },
    );
    Ok(environment)
}

/// Output up to a limit; a template cannot fill the memory.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    is_full: bool,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_OUTPUT_BYTES {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn template_error(error: minijinja::Error) -> Error {
    let place = error
        .line()
        .map(|line| format!(" (line {line})"))
        .unwrap_or_default();
    let text = match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    };
    Error::Template(format!("{text}{place}"))
}

#[cfg(test)]
mod jinja;
#[cfg(test)]
mod tests;
