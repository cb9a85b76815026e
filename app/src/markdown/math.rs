//! Formulas between the marks of LaTeX, `\(…\)` and `\[…\]`, which Markdown takes for escaped brackets.
//!
//! Many models write them. They become the marks that the Markdown parser knows. Must not know what a formula says.

use std::borrow::Cow;

/// The same block with `$…$` and `$$…$$`; code stays as it is.
pub fn with_dollars(source: &str) -> Cow<'_, str> {
    if !source.contains("\\(") && !source.contains("\\[") {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find(['\\', '`', '~']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let (taken, formula) = next(from, &out);
        match formula {
            Some(formula) => out.push_str(&formula),
            None => out.push_str(from.get(..taken).unwrap_or(from)),
        }
        rest = from.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// How many bytes are through with what stands at the beginning of `from`, and what it becomes if not itself.
fn next(from: &str, before: &str) -> (usize, Option<String>) {
    let line = before.rsplit('\n').next().unwrap_or_default();
    match from.as_bytes() {
        [b'\\', b'(', ..] => formula(from, "\\)", "$"),
        // In the middle of a sentence brackets are brackets.
        [b'\\', b'[', ..] if line.trim().is_empty() => formula(from, "\\]", "$$"),
        [b'\\', b'\\', ..] => (2, None),
        [b'\\', ..] => (1, None),
        [mark, ..] => {
            let run = from.bytes().take_while(|byte| byte == mark).count();
            let marks = from.get(..run).unwrap_or_default();
            let code = from.get(run..).unwrap_or_default();
            let is_fence = run >= 3 && line.trim().is_empty();
            match code.find(marks) {
                Some(at) if *mark == b'`' || is_fence => (run + at + run, None),
                // A fence that is still open goes to the end.
                None if is_fence => (from.len(), None),
                Some(_) | None => (run, None),
            }
        }
        [] => (0, None),
    }
}

fn formula(from: &str, close: &str, mark: &str) -> (usize, Option<String>) {
    let inner = from
        .get(2..)
        .and_then(|rest| rest.split_once(close))
        .map(|(inner, _)| inner)
        .filter(|inner| !inner.contains("\n\n") && !inner.contains(['$', '`']));
    match inner {
        Some(inner) if !inner.trim().is_empty() => {
            // On one line, where no line of it can be taken for a list.
            let words: Vec<&str> = inner.split_whitespace().collect();
            let formula = format!("{mark}{}{mark}", words.join(" "));
            (2 + inner.len() + close.len(), Some(formula))
        }
        Some(_) | None => (2, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latex_marks_become_dollars() {
        assert_eq!(with_dollars(r"Let \( x_1 \) be."), "Let $x_1$ be.");
        assert_eq!(with_dollars("\\[\n a\n- b\n\\]\n"), "$$a - b$$\n");
    }

    #[test]
    fn what_is_no_formula_stays() {
        for text in [
            r"`\(x\)` is code",
            "```tex\n\\(x\\)\n```",
            "```tex\n\\(x\\)\n",
            "~~~\n\\(x\\)\n~~~\n",
            r"a \\(b\\) c",
            r"see \[1\]",
            r"\(open",
            "\\(a\n\nb\\)",
            r"\(\)",
            "no marks",
            r"\",
        ] {
            assert_eq!(with_dollars(text), text);
        }
        assert_eq!(with_dollars(r"~a~ \(x\) `b"), "~a~ $x$ `b");
    }
}
