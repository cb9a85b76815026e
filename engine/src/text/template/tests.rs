//! Templates against what transformers renders.

use super::super::fixtures::{fixtures, read_json};
use super::*;
use serde_json::json;
use std::time::{Duration, Instant};

pub(super) const NOW: Now = Now {
    year: 2025,
    month: 3,
    day: 14,
    hour: 9,
    minute: 26,
    second: 53,
};

fn template(source: &str) -> ChatTemplate {
    let config =
        TemplateConfig::from_source(source.into(), Some("<s>".into()), Some("</s>".into()));
    ChatTemplate::from_config(config).unwrap().unwrap()
}

fn render(source: &str) -> Result<String> {
    let messages =
        json!([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes"}]);
    template(source).render(&ChatInput::new(messages, NOW))
}

#[test]
fn published_templates_render_as_transformers_does() {
    let Some(root) = fixtures() else { return };
    let vectors = read_json("chat/vectors.json").unwrap();
    let templates = read_json("chat/templates.json").unwrap();
    let conversations = vectors["conversations"].as_array().unwrap();
    let mut failures = Vec::new();
    let cases = vectors["cases"].as_array().unwrap();
    for case in cases {
        let (name, id) = (case["template"].as_str().unwrap(), &case["conversation"]);
        let meta = &templates[name];
        let conversation = conversations
            .iter()
            .find(|conversation| conversation["id"] == *id)
            .unwrap();
        let source =
            std::fs::read_to_string(root.join("chat").join(meta["file"].as_str().unwrap()))
                .unwrap();
        let token = |key: &str| meta[key].as_str().map(str::to_owned);
        let config = TemplateConfig::from_source(source, token("bos_token"), token("eos_token"));
        let template = ChatTemplate::from_config(config).unwrap().unwrap();
        let mut input = ChatInput::new(conversation["messages"].clone(), NOW);
        input.tools = conversation
            .get("tools")
            .filter(|tools| !tools.is_null())
            .cloned();
        input.options = case["options"].as_object().cloned().unwrap_or_default();
        let prompt = input.options.shift_remove("add_generation_prompt");
        input.add_generation_prompt = prompt == Some(Json::Bool(true));
        match (template.render(&input), case["rendered"].as_str()) {
            (Ok(text), Some(expected)) if text == expected => {}
            (Err(_), None) => {}
            (got, expected) => {
                failures.push(format!("{name} {id}:\n got {got:?}\nwant {expected:?}"))
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} differ\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
    assert!(cases.len() > 400);
}

#[test]
fn hostile_templates_end_quickly_with_an_error() {
    for source in [
        "{% for i in range(1000000000) %}{% for j in range(1000000000) %}x{% endfor %}{% endfor %}",
        "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 1000000000000 }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ raise_exception('no') }}",
        "{% include 'default' %}",
        "{{ messages.foo.bar }}",
        "{% for tool in tools %}{% endfor %}",
        "{{ messages[0].content.nothing() }}",
    ] {
        let start = Instant::now();
        assert!(render(source).is_err(), "{source}");
        // Without a limit it would be hours or more memory than there is; a busy machine may take its time.
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{source} took {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn a_template_that_does_not_parse_is_refused() {
    let config = TemplateConfig::from_source("{% for m in messages %}".into(), None, None);
    assert!(ChatTemplate::from_config(config).is_err());
}

#[test]
fn generation_tags_show_what_they_hold() {
    let source = "{% for m in messages %}{%- if m.role == 'assistant' -%}{%- generation -%} {{ m.content }} {%- endgeneration -%}{% endif %}{% endfor %}";
    assert_eq!(render(source).unwrap(), "Yes");
    assert_eq!(
        render("{{ add_generation_prompt }} generation {% raw %}{% x %}{% endraw %}").unwrap(),
        "True generation {% x %}"
    );
}

#[test]
fn a_list_of_templates_is_chosen_from_by_tools() {
    let config = br#"{"chat_template":[{"name":"default","template":"plain"},{"name":"tool_use","template":"tools"}],
        "bos_token":{"content":"<s>"},"eos_token":"</s>"}"#;
    let config = TemplateConfig::from_json(config).unwrap();
    assert_eq!(config.special_token("bos_token"), Some("<s>"));
    let template = ChatTemplate::from_config(config).unwrap().unwrap();
    let mut input = ChatInput::new(json!([]), NOW);
    assert_eq!(template.render(&input).unwrap(), "plain");
    input.tools = Some(json!([]));
    assert_eq!(template.render(&input).unwrap(), "tools");
    assert!(
        ChatTemplate::from_config(TemplateConfig::default())
            .unwrap()
            .is_none()
    );
}
