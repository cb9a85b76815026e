//! Small changes to a template's source, where Hugging Face's dialect and minijinja's differ.
//!
//! `{% generation %}` marks the assistant's words for training; for rendering it is a block that is always shown.
//! `{% for x in none %}` is an error in Python, and templates rely on it to refuse a conversation without tools;
//! minijinja takes none for an empty list, so what a loop runs over passes through a function that refuses it.

use minijinja::{Error, ErrorKind, Value};

/// The name of the function that loops are sent through; no template defines it.
const LOOP_CHECK: &str = "__inkling_iterable";

/// Registers what rewritten templates call.
pub(super) fn add_to(environment: &mut minijinja::Environment<'_>) {
    environment.add_function(LOOP_CHECK, |value: Value| {
        if value.is_none() {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                "none is not iterable",
            ));
        }
        Ok(value)
    });
}

/// The template in minijinja's dialect.
pub(super) fn rewrite(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 256);
    let mut rest = source;
    let mut in_raw = false;
    while let Some(start) = next_open(rest, in_raw) {
        let (before, tag_on) = rest.split_at(start);
        out.push_str(before);
        let close = match tag_on.get(..2) {
            Some("{{") => "}}",
            Some("{#") => "#}",
            _ => "%}",
        };
        let len = tag_len(tag_on, close);
        let (tag, after) = tag_on.split_at(len);
        rest = after;
        if close != "%}" {
            out.push_str(tag);
            continue;
        }
        match words(tag).next() {
            Some("raw") => in_raw = true,
            Some("endraw") => in_raw = false,
            _ if in_raw => {}
            Some("generation") => {
                out.push_str(&tag.replacen("generation", "if true", 1));
                continue;
            }
            Some("endgeneration") => {
                out.push_str(&tag.replacen("endgeneration", "endif", 1));
                continue;
            }
            Some("for") => {
                out.push_str(&checked_loop(tag).unwrap_or_else(|| tag.to_owned()));
                continue;
            }
            _ => {}
        }
        out.push_str(tag);
    }
    out.push_str(rest);
    out
}

/// Where the next tag, expression or comment begins; in a raw block only tags are looked at.
fn next_open(text: &str, in_raw: bool) -> Option<usize> {
    let opens: &[&str] = if in_raw { &["{%"] } else { &["{{", "{%", "{#"] };
    opens.iter().filter_map(|open| text.find(open)).min()
}

/// Length of the tag that `text` begins with, its closing mark included; strings may hold closing marks.
fn tag_len(text: &str, close: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(2) {
        match quote {
            _ if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if text.get(at..).is_some_and(|rest| rest.starts_with(close)) => {
                return at + close.len();
            }
            None if close != "#}" && (character == '"' || character == '\'') => {
                quote = Some(character)
            }
            None => {}
        }
    }
    text.len()
}

fn words(tag: &str) -> impl Iterator<Item = &str> {
    tag.trim_start_matches("{%")
        .trim_end_matches("%}")
        .trim_matches(['-', '+'])
        .split_whitespace()
}

/// `{% for x in EXPR if COND %}` with EXPR sent through the check.
fn checked_loop(tag: &str) -> Option<String> {
    let start = find_word(tag, 0, "in")? + "in".len();
    let end = ["if", "recursive"]
        .iter()
        .filter_map(|word| find_word(tag, start, word))
        .min()
        .or_else(|| {
            let end = tag.strip_suffix("%}")?;
            Some(end.trim_end_matches(['-', '+']).len())
        })?;
    let (head, expression, tail) = (tag.get(..start)?, tag.get(start..end)?, tag.get(end..)?);
    Some(format!("{head} {LOOP_CHECK}(({expression})) {tail}"))
}

/// Where `word` stands by itself after `from`, outside strings and brackets.
fn find_word(tag: &str, from: usize, word: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut escaped = false;
    let mut before = ' ';
    for (at, character) in tag.char_indices() {
        match quote {
            _ if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None => match character {
                '"' | '\'' => quote = Some(character),
                '(' | '[' | '{' if at > 0 => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ if at >= from && depth == 0 && !is_name(before) => {
                    let after = tag.get(at..).and_then(|rest| rest.strip_prefix(word));
                    if after.is_some_and(|rest| !rest.starts_with(is_name)) {
                        return Some(at);
                    }
                }
                _ => {}
            },
        }
        before = character;
    }
    None
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_are_checked_and_everything_else_stays() {
        for (source, expected) in [
            (
                "{%- for a in b -%}",
                "{%- for a in __inkling_iterable(( b )) -%}",
            ),
            (
                "{% for k, v in m.items() if k in x %}",
                "{% for k, v in __inkling_iterable(( m.items() )) if k in x %}",
            ),
            (
                "{% for a in ['%}', 'if'] %}",
                "{% for a in __inkling_iterable(( ['%}', 'if'] )) %}",
            ),
            (
                "{% for a in b recursive%}",
                "{% for a in __inkling_iterable(( b )) recursive%}",
            ),
            (
                "{# {% for a in b %} #}{{ '{% for a in b %}' }}",
                "{# {% for a in b %} #}{{ '{% for a in b %}' }}",
            ),
            (
                "{% raw %}{% for a in b %}{% endraw %}",
                "{% raw %}{% for a in b %}{% endraw %}",
            ),
            (
                "{% generation %}{%- endgeneration -%}",
                "{% if true %}{%- endif -%}",
            ),
            (
                "{% set generation = 1 %}{% for",
                "{% set generation = 1 %}{% for",
            ),
            ("", ""),
        ] {
            assert_eq!(rewrite(source), expected);
        }
    }
}
