//! Where a model's reasoning ends and its answer begins.
//!
//! Models mark what they think by tags that differ between families; some templates write the first tag themselves, so
//! that an answer shows only the second. Must not know Markdown.

/// The tags of the families, longest names first where one begins like another.
const TAGS: [(&str, &str); 6] = [
    ("<thinking>", "</thinking>"),
    ("<think>", "</think>"),
    ("<seed:think>", "</seed:think>"),
    ("<reasoning>", "</reasoning>"),
    ("<|channel>thought", "<channel|>"),
    (
        "<|channel|>analysis<|message|>",
        "<|channel|>final<|message|>",
    ),
];

/// A text in two, either of them empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts<'text> {
    pub reasoning: &'text str,
    pub answer: &'text str,
    /// The reasoning has not ended.
    pub is_thinking: bool,
}

/// Divides what has arrived so far. The beginning of a tag is neither: the rest of it is on its way.
pub fn parts(text: &str) -> Parts<'_> {
    let begun = text.trim_start();
    for (open, close) in TAGS {
        if let Some(rest) = begun.strip_prefix(open) {
            return divided(rest, close);
        }
        if !begun.is_empty() && open.starts_with(begun) {
            return Parts::default();
        }
    }
    for (_, close) in TAGS {
        if let Some(at) = closing_line(text, close) {
            return closed(text, at, close);
        }
    }
    Parts {
        answer: text,
        ..Parts::default()
    }
}

fn divided<'text>(rest: &'text str, close: &str) -> Parts<'text> {
    match rest.find(close) {
        Some(at) => closed(rest, at, close),
        None => Parts {
            reasoning: trimmed(without_begun(rest, close)),
            answer: "",
            is_thinking: true,
        },
    }
}

fn closed<'text>(text: &'text str, at: usize, close: &str) -> Parts<'text> {
    Parts {
        reasoning: trimmed(text.get(..at).unwrap_or_default()),
        answer: text
            .get(at + close.len()..)
            .unwrap_or_default()
            .trim_start(),
        is_thinking: false,
    }
}

/// Where a closing tag has the beginning or the end of a line to itself; one in the middle of a sentence is spoken of.
fn closing_line(text: &str, close: &str) -> Option<usize> {
    text.match_indices(close).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        let after = text.get(at + close.len()..).unwrap_or_default();
        before.is_empty() || before.ends_with('\n') || after.starts_with('\n')
    })
}

/// Without the beginning of a tag at the end.
fn without_begun<'text>(text: &'text str, close: &str) -> &'text str {
    let begun = (1..close.len())
        .rev()
        .filter_map(|len| close.get(..len))
        .find(|begun| text.ends_with(begun));
    begun
        .and_then(|begun| text.strip_suffix(begun))
        .unwrap_or(text)
}

/// Without blank lines before and after; a first line keeps its indentation.
fn trimmed(text: &str) -> &str {
    let text = text.trim_end();
    let indented = text.trim_start_matches(['\n', '\r']);
    if indented.trim().is_empty() {
        ""
    } else {
        indented
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_answer_without_tags_is_all_answer() {
        let text = "Hello.\n\nUse `</think>` to end it.";
        assert_eq!(parts(text).answer, text);
        assert_eq!(parts("a < b").answer, "a < b");
        assert_eq!(parts(""), Parts::default());
    }

    #[test]
    fn reasoning_is_divided_from_the_answer() {
        for (open, close) in TAGS {
            let text = format!("\n{open}\nWell.\n\nHm.\n{close}\n\nYes.\n");
            let parts = parts(&text);
            assert_eq!(parts.reasoning, "Well.\n\nHm.", "{open}");
            assert_eq!(parts.answer, "Yes.\n", "{open}");
            assert!(!parts.is_thinking);
        }
    }

    #[test]
    fn an_open_tag_means_that_it_is_still_thinking() {
        assert!(parts("<think>").is_thinking);
        let open = parts("<think>\nWell, </thi");
        assert!(open.is_thinking);
        assert_eq!(open.reasoning, "Well,");
        assert_eq!(open.answer, "");
    }

    #[test]
    fn no_reasoning_leaves_none() {
        let none = parts("<think>\n\n</think>\n\nYes.");
        assert_eq!((none.reasoning, none.answer), ("", "Yes."));
    }

    #[test]
    fn a_template_may_have_written_the_first_tag() {
        let closed = parts("Well.\n</think>\n\nYes.");
        assert_eq!((closed.reasoning, closed.answer), ("Well.", "Yes."));
    }

    proptest! {
        /// While it arrives, nothing is shown that has to be taken back.
        #[test]
        fn what_is_shown_only_grows(
            thought in "[a-z \n<>/]{0,40}",
            answer in "[a-z \n]{0,40}",
            cut in 0_usize..120,
        ) {
            let text = format!("<think>\n{thought}\n</think>\n\nA{answer}");
            let whole = parts(&text);
            let so_far = parts(text.get(..cut.min(text.len())).unwrap_or(&text));
            prop_assert!(whole.reasoning.starts_with(so_far.reasoning));
            prop_assert!(whole.answer.starts_with(so_far.answer));
        }
    }
}
