//! Whether the page and its message files know the same texts: what the code says exists in English, and every other
//! language has the same texts with the same variables.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};

use crate::state::language::{ENGLISH, LANGUAGES};

/// Variables by text.
type Texts = BTreeMap<String, BTreeSet<String>>;

fn is_id(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

/// The texts of a file. A text begins at the start of a line, and everything indented belongs to it.
fn texts_of(source: &str) -> Texts {
    let mut texts = Texts::new();
    let mut current = None;
    for line in source.lines() {
        if line.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && let Some((id, _)) = line.split_once('=')
        {
            current = Some(id.trim().to_owned());
        } else if line.starts_with('#') {
            current = None;
        }
        if let Some(id) = &current {
            let variables = texts.entry(id.clone()).or_default();
            for found in line.split('$').skip(1) {
                variables.insert(found.chars().take_while(|letter| is_id(*letter)).collect());
            }
        }
    }
    texts
}

/// What the code says: each text with the variables it is given, once for each place.
fn said_in(code: &str) -> Vec<(String, BTreeSet<String>)> {
    let call = "say!(";
    let mut said = Vec::new();
    for (at, _) in code.match_indices(call) {
        let rest = code[at + call.len()..].trim_start();
        if let Some(rest) = rest.strip_prefix('"')
            && let Some((id, arguments)) = rest.split_once('"')
        {
            said.push((id.to_owned(), names_of_arguments(arguments)));
        }
    }
    said
}

/// The names in `, count = n, name = &name)`, up to the closing parenthesis of the call.
fn names_of_arguments(arguments: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut depth = 0;
    let mut is_at_name = false;
    let mut name = String::new();
    for letter in arguments.chars() {
        match letter {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' if depth == 0 => break,
            ')' | '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                is_at_name = true;
                name.clear();
            }
            '=' if is_at_name => {
                names.insert(name.trim().to_owned());
                is_at_name = false;
            }
            _ if is_at_name => name.push(letter),
            _ => {}
        }
    }
    names
}

/// What two files do not have in common, one sentence each.
fn differences(english: &Texts, other: &Texts) -> Vec<String> {
    let missing = english
        .keys()
        .filter(|id| !other.contains_key(*id))
        .map(|id| format!("{id} is missing"));
    let unknown = other
        .keys()
        .filter(|id| !english.contains_key(*id))
        .map(|id| format!("{id} is no text of the page"));
    let variables = english.iter().filter_map(|(id, variables)| {
        let others = other.get(id)?;
        (others != variables).then(|| format!("{id} has {others:?} and not {variables:?}"))
    });
    missing.chain(unknown).chain(variables).collect()
}

/// What goes wrong when the texts are said with each of these numbers in place of every variable.
fn faults(tag: &str, source: &str) -> Vec<String> {
    let resource = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) => resource,
        Err((_, errors)) => return errors.iter().map(ToString::to_string).collect(),
    };
    let mut bundle = FluentBundle::new(vec![tag.parse().unwrap()]);
    if let Err(errors) = bundle.add_resource(resource) {
        return errors.iter().map(ToString::to_string).collect();
    }
    let mut faults = Vec::new();
    for (id, variables) in texts_of(source) {
        for count in [0, 1, 2, 5, 100] {
            let mut arguments = FluentArgs::new();
            for variable in &variables {
                arguments.set(variable.as_str(), count);
            }
            let pattern = bundle.get_message(&id).and_then(|message| message.value());
            let mut errors = Vec::new();
            let text = pattern.map(|pattern| {
                bundle
                    .format_pattern(pattern, Some(&arguments), &mut errors)
                    .into_owned()
            });
            if !errors.is_empty() || text.is_none_or(|text| text.trim().is_empty()) {
                faults.push(format!("{id} with {count}: {errors:?}"));
            }
        }
    }
    faults
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn english() -> Texts {
    texts_of(&fs::read_to_string(folder("messages/en.ftl")).unwrap())
}

/// The code of the page, without what stands in tests.
fn code_below(folder: &Path, code: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            code_below(&path, code);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let tests = text.find("#[cfg(test)]\nmod tests {");
            let without_tests = text[..tests.unwrap_or(text.len())].lines();
            let lines = without_tests.filter(|line| !line.trim_start().starts_with("//"));
            code.push((path, lines.collect::<Vec<_>>().join("\n")));
        }
    }
}

#[test]
fn what_the_page_says_is_what_the_english_file_has() {
    let english = english();
    let mut code = Vec::new();
    code_below(&folder("src"), &mut code);
    assert!(code.len() > 20, "the code is not where it was");
    let mut said = BTreeSet::new();
    let mut wrong = Vec::new();
    for (path, text) in &code {
        for (id, given) in said_in(text) {
            match english.get(&id) {
                None => wrong.push(format!("{}: {id} is no text", path.display())),
                Some(variables) if !variables.is_subset(&given) => wrong.push(format!(
                    "{}: {id} is given {given:?} and has {variables:?}",
                    path.display()
                )),
                Some(_) => {}
            }
            said.insert(id);
        }
    }
    let never_said = english.keys().filter(|id| !said.contains(*id));
    wrong.extend(never_said.map(|id| format!("{id} is never said")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_language_says_the_same() {
    let english_source = fs::read_to_string(folder("messages/en.ftl")).unwrap();
    let english = texts_of(&english_source);
    let mut wrong: Vec<String> = faults(ENGLISH.tag, &english_source);
    let mut tags = BTreeSet::new();
    for entry in fs::read_dir(folder("../public/languages")).unwrap() {
        let path = entry.unwrap().path();
        let tag = path.file_stem().unwrap().to_string_lossy().into_owned();
        let source = fs::read_to_string(&path).unwrap();
        let found = differences(&english, &texts_of(&source))
            .into_iter()
            .chain(faults(&tag, &source));
        wrong.extend(found.map(|what| format!("{tag}: {what}")));
        tags.insert(tag);
    }
    let offered = LANGUAGES.iter().filter(|language| ***language != ENGLISH);
    for language in offered {
        if !tags.remove(language.tag) {
            wrong.push(format!("{} is offered without a file", language.tag));
        }
    }
    wrong.extend(
        tags.iter()
            .map(|tag| format!("{tag} has a file and is not offered")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_comparison_can_fail() {
    let english = texts_of("a = A { $x }\n# $comment\nb = { $n ->\n   *[other] { $m }\n  }\n");
    assert_eq!(english["b"].iter().collect::<Vec<_>>(), ["m", "n"]);
    assert_eq!(english["a"].len(), 1);
    assert_eq!(differences(&english, &english), Vec::<String>::new());
    for (other, says) in [
        ("a = A { $x }", "b is missing"),
        ("a = A { $x }\nb = { $n } { $m }\nc = C", "c is no text"),
        ("a = A\nb = { $n } { $m }", "a has {}"),
        ("a = A { $y }\nb = { $n } { $m }", "a has {\"y\"}"),
    ] {
        let found = differences(&english, &texts_of(other));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(says), "{found:?}");
    }
}

#[test]
fn a_file_that_cannot_be_said_is_noticed() {
    assert_eq!(faults("de", "a = A { $x }\n"), Vec::<String>::new());
    assert!(!faults("de", "a = A { $x\n").is_empty());
    assert!(!faults("de", "a = { other }\n").is_empty());
    assert!(!faults("de", "a = A\na = B\n").is_empty());
}

#[test]
fn what_is_said_is_found_in_the_code() {
    let code = "say!(\"a\") + &say!(\n    \"b-c\",\n    name = f(x, y = 2),\n    size = 3,\n) + x";
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(
        said_in(code),
        vec![
            ("a".to_owned(), names(&[])),
            ("b-c".to_owned(), names(&["name", "size"])),
        ]
    );
}
