//! How a chat template writes a call of a tool, for whoever has to find calls in what the model writes.
//!
//! Templates say nowhere which format their model was trained on, but they write it: a conversation with a call is
//! rendered, and what stands behind the question is the example. Must not know any format.

use serde_json::json;

use super::template::{ChatInput, ChatTemplate, Now};

const QUESTION: &str = "inklingsquestion";

impl ChatTemplate {
    /// What the template writes for a message that calls the function `name`. `None`: it takes no notice of tools, or
    /// refuses calls.
    pub fn call_example(&self, name: &str) -> Option<String> {
        let question = json!({ "role": "user", "content": QUESTION });
        let tool = json!({ "type": "function", "function": {
            "name": name,
            "description": name,
            "parameters": { "type": "object", "properties": {} },
        }});
        // Some templates insist on ids of nine letters and digits.
        let call = json!({ "role": "assistant", "content": "", "tool_calls": [
            { "id": "inklingid", "type": "function", "function": { "name": name, "arguments": {} } },
        ]});
        let mut input = ChatInput::new(json!([question]), Now::ANY);
        // A template for conversations with tools may refuse one without.
        let without = self.render(&input).ok();
        input.tools = Some(json!([tool]));
        let with = self.render(&input).ok()?;
        if without.is_some_and(|without| without == with) {
            return None;
        }
        input.messages = json!([question, call]);
        input.add_generation_prompt = false;
        let text = self.render(&input).ok()?;
        let (_, behind) = text.rsplit_once(QUESTION)?;
        Some(behind.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::published_templates;

    /// What the example of each template that takes tools must contain, by the beginning of the template's name; as
    /// their publishers describe the formats.
    const FORMATS: [(&str, &str); 13] = [
        ("gpt-oss", "to=functions.look_up<|channel|>"),
        ("granite", "assistant"),
        ("hermes", "<tool_call>\n{\"name\": \"look_up\""),
        ("lfm2", "assistant"),
        ("llama-3.1", "{\"name\": \"look_up\", \"parameters\": {}}"),
        ("llama-3.2", "{\"name\": \"look_up\", \"parameters\": {}}"),
        ("llama-3.3", "{\"name\": \"look_up\", \"parameters\": {}}"),
        ("minicpm5", "<function name=\"look_up\">"),
        ("mistral-nemo", "[TOOL_CALLS][{\"name\": \"look_up\""),
        ("mistral-small", "[TOOL_CALLS]look_up"),
        ("mistral-v3", "[TOOL_CALLS] [{\"name\": \"look_up\""),
        ("qwen", "<tool_call>\n"),
        ("qwq", "<tool_call>\n{\"name\": \"look_up\""),
    ];

    #[test]
    fn every_published_template_shows_how_it_writes_calls() {
        for published in published_templates() {
            let name = &published.name;
            let example = published.template.call_example("look_up");
            let expected = FORMATS.iter().find(|(prefix, _)| name.starts_with(prefix));
            match expected {
                None => assert_eq!(example, None, "{name}"),
                Some((_, part)) => assert!(
                    example.as_ref().is_some_and(|it| it.contains(part)),
                    "{name}: {example:?}"
                ),
            }
        }
    }
}
