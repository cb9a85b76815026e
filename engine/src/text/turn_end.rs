//! What a chat template puts behind an assistant's words: the token that says the answer is over.
//!
//! Configurations often name another token (or none), and a model then writes the other side's part too. The
//! template knows: a conversation is rendered, and the first control token behind the answer is the one.

use serde_json::json;

use super::template::{ChatInput, ChatTemplate, Now};
use super::tokenizer::Tokenizer;

/// Stands for the answer: no template trims, splits or rewrites it.
const ANSWER: &str = "inklingsanswer";
const QUESTION: &str = "inklingsquestion";
const NEXT_QUESTION: &str = "inklingsnextquestion";

impl ChatTemplate {
    /// The id that ends an answer. `None`: the template ends answers with plain text, or refuses to be asked.
    pub fn turn_end(&self, tokenizer: &Tokenizer) -> Option<u32> {
        let said = |role: &str, content: &str| json!({ "role": role, "content": content });
        let turn = vec![said("user", QUESTION), said("assistant", ANSWER)];
        let mut two_turns = turn.clone();
        two_turns.push(said("user", NEXT_QUESTION));
        // Some templates end a turn only where the next one begins, some are for conversations with tools.
        [turn, two_turns]
            .into_iter()
            .flat_map(|messages| [None, Some(json!([]))].map(|tools| (messages.clone(), tools)))
            .find_map(|(messages, tools)| {
                let mut input = ChatInput::new(messages.into(), Now::ANY);
                input.add_generation_prompt = false;
                input.tools = tools;
                let text = self.render(&input).ok()?;
                let (_, behind) = text.rsplit_once(ANSWER)?;
                let behind = behind.split(NEXT_QUESTION).next()?;
                tokenizer.added_tokens().first_control(behind)
            })
    }
}

#[cfg(test)]
mod tests;
