//! The token that ends a turn, found in every published template.

use super::super::TemplateConfig;
use super::super::fixtures::{published_templates, tokenizer_for};
use super::*;

/// What the publishers' own configurations name, by the beginning of the template's name.
const ENDS: [(&str, &str); 16] = [
    ("chatml", "<|im_end|>"),
    ("deepseek", "<｜end▁of▁sentence｜>"),
    ("gemma", "<end_of_turn>"),
    ("gpt-oss", "<|return|>"),
    ("granite", "<|end_of_text|>"),
    ("hermes", "<|im_end|>"),
    ("lfm2", "<|im_end|>"),
    ("llama-3", "<|eot_id|>"),
    ("minicpm5", "<|im_end|>"),
    ("mistral", "</s>"),
    ("phi-3", "<|end|>"),
    ("phi-4", "<|im_end|>"),
    ("qwen", "<|im_end|>"),
    ("qwq", "<|im_end|>"),
    ("smollm", "<|im_end|>"),
    ("zephyr", "</s>"),
];

#[test]
fn every_published_template_tells_what_ends_a_turn() {
    for published in published_templates() {
        let name = &published.name;
        let (_, expected) = ENDS
            .iter()
            .find(|(prefix, _)| name.starts_with(prefix))
            .unwrap_or_else(|| panic!("{name} is not in the table"));
        let end = published.template.turn_end(&published.tokenizer);
        let end = end.and_then(|id| published.tokenizer.token_text(id));
        assert_eq!(end, Some(*expected), "{name}");
    }
}

fn end_of(source: &str) -> Option<String> {
    let tokenizer = tokenizer_for(source, &[]);
    let config = TemplateConfig::from_source(source.into(), None, None);
    let template = ChatTemplate::from_config(config).unwrap().unwrap();
    let id = template.turn_end(&tokenizer)?;
    tokenizer.token_text(id).map(str::to_owned)
}

#[test]
fn a_turn_that_only_the_next_one_ends_and_one_that_nothing_ends() {
    assert_eq!(
        end_of("{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}{# <|user|> #}")
            .as_deref(),
        Some("<|user|>")
    );
    assert_eq!(
        end_of("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"),
        None
    );
    assert_eq!(end_of("{{ raise_exception('no') }}"), None);
}
