//! A model's text side: its tokenizer, its chat template and what ends a turn, from either kind of file.
//!
//! Joins `weights` (GGUF metadata) with `text`, which know nothing of each other. Used by every host, so that the
//! browser and the command line cannot disagree about a prompt.

use crate::error::{Error, Result};
use crate::model::config::Config;
use serde_json::Value;

use crate::text::{
    ChatInput, ChatTemplate, GgufVocabulary, PreTokenizer, SpecialTokens, TemplateConfig,
    TokenType, Tokenizer, VocabularyKind, answer_opening,
};
use crate::weights::metadata::Metadata;

/// Texts that end a turn in the template families in use, besides the ids a model declares and the one its template
/// ends turns with: models were published whose files name none of theirs.
const TURN_ENDS: [&str; 8] = [
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<end_of_turn>",
    "<|end|>",
    "<|endoftext|>",
    "</s>",
    "<|return|>",
];

/// The small files of a Hugging Face folder that concern text.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextFiles<'a> {
    pub tokenizer_json: &'a [u8],
    pub tokenizer_config_json: Option<&'a [u8]>,
    pub chat_template_jinja: Option<&'a [u8]>,
}

/// Tokenizer, template, stop ids.
pub struct ModelText {
    pub tokenizer: Tokenizer,
    /// Absent: a base model, which continues text.
    pub template: Option<ChatTemplate>,
    /// Ids that end an answer.
    pub stop_ids: Vec<u32>,
}

impl ModelText {
    /// From the files of a folder.
    pub fn from_files(files: TextFiles<'_>, config: &Config) -> Result<Self> {
        let mut templates = match files.tokenizer_config_json {
            Some(json) => TemplateConfig::from_json(json)?,
            None => TemplateConfig::default(),
        };
        if let Some(source) = files.chat_template_jinja {
            let source = std::str::from_utf8(source)
                .map_err(|_| Error::Template("chat_template.jinja is not UTF-8 text".into()))?;
            templates.set_default_template(source.to_owned());
        }
        let mut tokenizer = Tokenizer::from_json(files.tokenizer_json)?;
        apply_config(&mut tokenizer, &templates);
        Self::new(tokenizer, templates, config)
    }

    /// From the metadata of a GGUF file.
    pub fn from_gguf(metadata: &Metadata, config: &Config) -> Result<Self> {
        let tokenizer = tokenizer_from_metadata(metadata)?;
        let text = |key: &str| {
            let id = metadata.u32(key)?;
            tokenizer.token_text(id).map(str::to_owned)
        };
        let Some(source) = metadata.text("tokenizer.chat_template") else {
            return Self::new(tokenizer, TemplateConfig::default(), config);
        };
        let mut templates = TemplateConfig::from_source(
            source.to_owned(),
            text("tokenizer.ggml.bos_token_id"),
            text("tokenizer.ggml.eos_token_id"),
        );
        if let Some(source) = metadata.text("tokenizer.chat_template.tool_use") {
            templates.add_tool_template(source.to_owned());
        }
        Self::new(tokenizer, templates, config)
    }

    fn new(tokenizer: Tokenizer, templates: TemplateConfig, config: &Config) -> Result<Self> {
        if tokenizer.vocab_size() > config.vocab_size {
            return Err(Error::Tokenizer(format!(
                "it has {} tokens and the model's embedding {}; the files belong to different models",
                tokenizer.vocab_size(),
                config.vocab_size
            )));
        }
        let mut stop_ids = config.eos_token_ids.clone();
        stop_ids.extend(
            templates
                .special_token("eos_token")
                .into_iter()
                .chain(TURN_ENDS)
                .filter_map(|text| tokenizer.token_id(text))
                .filter(|&id| tokenizer.is_special(id)),
        );
        let template = ChatTemplate::from_config(templates)?;
        stop_ids.extend(
            template
                .iter()
                .filter_map(|template| template.turn_end(&tokenizer)),
        );
        stop_ids.sort_unstable();
        stop_ids.dedup();
        Ok(ModelText {
            tokenizer,
            template,
            stop_ids,
        })
    }

    /// The ids of a conversation, ready for an answer. Message contents never become control tokens.
    ///
    /// A base model was taught no roles: it gets what was said, line by line, and goes on from there.
    pub fn encode_chat(&self, input: &ChatInput) -> Result<Vec<u32>> {
        match &self.template {
            Some(template) => self
                .tokenizer
                .encode_chat(&template.render_for(input, &self.tokenizer)?),
            None => self.encode_outside_text(&plain_text(&input.messages)),
        }
    }

    /// As [`ModelText::encode_chat`], with the beginning of the answer: the model goes on where `answer` ends.
    pub fn encode_chat_begun(&self, input: &ChatInput, answer: &str) -> Result<Vec<u32>> {
        match &self.template {
            Some(template) => {
                let rendered = template.render_for(input, &self.tokenizer)?;
                self.tokenizer
                    .encode_chat(&rendered.with_answer_begun(answer, &self.tokenizer))
            }
            None => {
                let said = plain_text(&input.messages);
                self.encode_outside_text(&format!("{said}\n{answer}"))
            }
        }
    }

    /// What the prompt itself opens the answer with, where the template of a reasoning model does: `<think>`.
    pub fn answer_opening(&self, prompt: &[u32]) -> String {
        /// More than any opening takes.
        const TAIL_TOKENS: usize = 16;
        let tail = prompt
            .get(prompt.len().saturating_sub(TAIL_TOKENS)..)
            .unwrap_or_default();
        answer_opening(&self.tokenizer.decode(tail, false)).to_owned()
    }

    /// The ids of a prompt written by whoever runs the model: names of control tokens in it mean these tokens.
    pub fn encode_text(&self, text: &str) -> Result<Vec<u32>> {
        self.tokenizer.encode(text, SpecialTokens::Add)
    }

    /// The ids of text from outside that is to be continued.
    pub fn encode_outside_text(&self, text: &str) -> Result<Vec<u32>> {
        self.tokenizer.encode_to_continue(text)
    }
}

/// What was said, without who said it.
fn plain_text(messages: &Value) -> String {
    let said: Vec<&str> = messages
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|message| message.get("content")?.as_str())
        .collect();
    said.join("\n")
}

/// What tokenizer_config.json says of the tokens around a text goes before what tokenizer.json does.
pub fn apply_config(tokenizer: &mut Tokenizer, config: &TemplateConfig) {
    tokenizer.set_surroundings(
        (config.adds_bos, config.special_token("bos_token")),
        (config.adds_eos, config.special_token("eos_token")),
    );
}

/// The tokenizer of a GGUF file. Where its own vocabulary is of a kind that is not known here, the file may hold the
/// original tokenizer.json as well.
pub fn tokenizer_from_metadata(metadata: &Metadata) -> Result<Tokenizer> {
    match vocabulary_from_metadata(metadata) {
        Err(Error::Unsupported(why)) => match metadata.text("tokenizer.huggingface.json") {
            Some(json) => Tokenizer::from_json(json.as_bytes()),
            None => Err(Error::Unsupported(why)),
        },
        result => result,
    }
}

fn vocabulary_from_metadata(metadata: &Metadata) -> Result<Tokenizer> {
    let key = |name: &str| format!("tokenizer.ggml.{name}");
    let missing =
        |name: &str| Error::Tokenizer(format!("the GGUF metadata lacks tokenizer.ggml.{name}"));
    let kind = VocabularyKind::from_name(
        metadata
            .text(&key("model"))
            .ok_or_else(|| missing("model"))?,
    )?;
    let tokens = metadata
        .strings(&key("tokens"))
        .ok_or_else(|| missing("tokens"))?;
    let floats = metadata.numbers(&key("scores"));
    let types = metadata.numbers(&key("token_type"));
    let merges = metadata.strings(&key("merges"));
    Tokenizer::from_gguf(GgufVocabulary {
        kind,
        pre_tokenizer: PreTokenizer::from_name(metadata.text(&key("pre")).unwrap_or("default"))?,
        tokens: tokens.iter(),
        scores: floats.into_iter().flat_map(|scores| {
            scores
                .iter()
                .map(|score| score.as_f64().unwrap_or(0.0) as f32)
        }),
        token_types: types.into_iter().flat_map(|types| {
            types.iter().map(|number| {
                TokenType::from_number(number.as_u64().map_or(0, |number| number as i64))
            })
        }),
        merges: merges.into_iter().flat_map(|merges| merges.iter()),
        bos_id: metadata.u32(&key("bos_token_id")),
        eos_id: metadata.u32(&key("eos_token_id")),
        unknown_id: metadata.u32(&key("unknown_token_id")),
        add_bos: metadata.bool(&key("add_bos_token")),
        add_eos: metadata.bool(&key("add_eos_token")),
        add_space_prefix: metadata.bool(&key("add_space_prefix")),
    })
}

#[cfg(test)]
mod tests;
