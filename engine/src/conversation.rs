//! Where the messages of a conversation lie among its tokens.
//!
//! A context that slides has to know what must stay, and people what was forgotten. Both are found by rendering less of
//! the conversation, because a template is a program and says nowhere what it does with a message. Must not know how
//! much a context holds.

use serde_json::Value;

use crate::text::{ChatInput, ChatTemplate, Tokenizer};

/// A conversation as a model reads it.
pub struct Conversation<'a> {
    pub template: &'a ChatTemplate,
    pub tokenizer: &'a Tokenizer,
    pub input: &'a ChatInput,
}

impl Conversation<'_> {
    /// Tokens before the first thing that a person said: the system message, whoever supplied it, and the opening of
    /// the first turn. None where the template says nothing of a beginning.
    pub fn beginning_tokens(&self) -> usize {
        let messages = self.messages();
        let system = messages.get(..self.num_system_messages()).unwrap_or(&[]);
        // What two conversations have in common that differ in the first word.
        let with_first_word = |word: &str| {
            let mut messages = system.to_vec();
            messages.push(serde_json::json!({ "role": "user", "content": word }));
            self.tokens_of(messages)
        };
        let (Some(one), Some(other)) = (with_first_word("a"), with_first_word("1")) else {
            return 0;
        };
        one.iter()
            .zip(&other)
            .take_while(|(one, other)| one == other)
            .count()
    }

    /// How many messages, counted from the first after the system's, begin before token `end`: those and no others
    /// have lost something if what comes before `end` is forgotten.
    pub fn messages_before(&self, end: usize) -> usize {
        let messages = self.messages();
        let system = self.num_system_messages();
        let mut known = system;
        let mut unknown = messages.len();
        while known < unknown {
            let middle = known + (unknown - known) / 2;
            let before = messages.get(..middle).unwrap_or(&[]).to_vec();
            // A template that cannot render the part (some insist on a question) leaves it open where the message
            // begins; it is better to say too little of what is remembered than too much.
            let begins = match self.tokens_of(before) {
                _ if middle == system => 0,
                Some(tokens) => tokens.len(),
                None => 0,
            };
            if begins < end {
                known = middle + 1;
            } else {
                unknown = middle;
            }
        }
        known - system
    }

    fn messages(&self) -> &[Value] {
        self.input.messages.as_array().map_or(&[], Vec::as_slice)
    }

    fn num_system_messages(&self) -> usize {
        self.messages()
            .iter()
            .take_while(|message| message.get("role").and_then(Value::as_str) == Some("system"))
            .count()
    }

    fn tokens_of(&self, messages: Vec<Value>) -> Option<Vec<u32>> {
        let input = ChatInput {
            messages: Value::Array(messages),
            add_generation_prompt: false,
            ..self.input.clone()
        };
        let rendered = self.template.render_for(&input, self.tokenizer).ok()?;
        self.tokenizer.encode_chat(&rendered).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::text::fixtures::read;
    use crate::text::{Now, TemplateConfig};

    const NOW: Now = Now {
        year: 2026,
        month: 1,
        day: 2,
        hour: 3,
        minute: 4,
        second: 5,
    };
    const CHATML: &str = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
    /// No place for a system message, and a question at the end.
    const STRICT: &str = "{% if messages[-1].role != 'user' %}{{ raise_exception('no question') }}{% endif %}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";

    fn template(source: &str) -> ChatTemplate {
        ChatTemplate::from_config(TemplateConfig::from_source(source.to_owned(), None, None))
            .unwrap()
            .unwrap()
    }

    fn input(messages: Value) -> ChatInput {
        ChatInput::new(messages, NOW)
    }

    #[test]
    fn the_beginning_is_the_system_message_and_the_opening_of_a_turn() {
        let Some(json) = read("tokenizers/smollm2.tokenizer.json.gz") else {
            return;
        };
        let tokenizer = Tokenizer::from_json(&json).unwrap();
        let template = template(CHATML);
        let beginning = |messages: Value| {
            let input = input(messages);
            let conversation = Conversation {
                template: &template,
                tokenizer: &tokenizer,
                input: &input,
            };
            let tokens = conversation.tokens_of(conversation.messages().to_vec());
            let count = conversation.beginning_tokens();
            tokenizer.decode(&tokens.unwrap()[..count], false)
        };
        assert_eq!(
            beginning(json!([
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": "Hello there" },
            ])),
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n"
        );
        assert_eq!(
            beginning(json!([{ "role": "user", "content": "Hello there" }])),
            "<|im_start|>user\n"
        );
    }

    #[test]
    fn messages_are_found_among_the_tokens() {
        let Some(json) = read("tokenizers/smollm2.tokenizer.json.gz") else {
            return;
        };
        let tokenizer = Tokenizer::from_json(&json).unwrap();
        let input = input(json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "one" },
            { "role": "assistant", "content": "two" },
            { "role": "user", "content": "three" },
        ]));
        let before = |source: &str| {
            let template = template(source);
            let conversation = Conversation {
                template: &template,
                tokenizer: &tokenizer,
                input: &input,
            };
            let all = conversation.messages();
            let starts: Vec<usize> = (1..4)
                .map(|count| {
                    conversation
                        .tokens_of(all[..count].to_vec())
                        .map_or(0, |t| t.len())
                })
                .collect();
            let count = |end| conversation.messages_before(end);
            (
                starts.clone(),
                [
                    count(0),
                    count(starts[1]),
                    count(starts[1] + 1),
                    count(starts[2] + 1),
                    count(10_000),
                ],
            )
        };
        let (starts, counts) = before(CHATML);
        assert!(starts[0] < starts[1] && starts[1] < starts[2], "{starts:?}");
        assert_eq!(counts, [0, 1, 2, 3, 3]);
        // Where the template refuses a part, the message after it counts as forgotten with the one before.
        let (starts, counts) = before(STRICT);
        assert_eq!((starts[0], starts[2]), (0, 0));
        assert_eq!((counts[2], counts[4]), (3, 3));
    }
}
