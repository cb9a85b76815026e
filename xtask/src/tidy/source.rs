//! Rust source with the parts taken out that a rule must not look at.
//!
//! A rule about code would trip over its own description in a comment, so comments and the contents of literals
//! are blanked, line by line in place. This is a scanner and no parser: it knows strings, raw strings,
//! characters, lifetimes and nested comments, which is all that decides where code is.

/// A source file seen as code.
#[derive(Debug)]
pub struct Source {
    /// The file with comments and literal contents blanked; as many lines as the file.
    code: Vec<String>,
    /// Contents of string literals, each with the line where it starts, counted from 1.
    strings: Vec<(usize, String)>,
    /// For each line whether it belongs to an item under `#[cfg(test)]`.
    is_test: Vec<bool>,
}

impl Source {
    pub fn new(text: &str) -> Self {
        let (blanked, strings) = blank(text);
        let code: Vec<String> = blanked.split('\n').map(str::to_owned).collect();
        let is_test = test_lines(&code);
        Self {
            code,
            strings,
            is_test,
        }
    }

    /// A file that is a test module as a whole.
    pub fn of_tests(text: &str) -> Self {
        let mut source = Self::new(text);
        source.is_test.fill(true);
        source
    }

    /// Modules in files of their own that exist only in tests: `#[cfg(test)] mod tests;`.
    pub fn test_modules(&self) -> Vec<&str> {
        self.code
            .iter()
            .zip(&self.is_test)
            .filter(|(_, is_test)| **is_test)
            .filter_map(|(line, _)| {
                let (_, name) = line.strip_suffix(';')?.rsplit_once("mod ")?;
                Some(name.trim())
            })
            .collect()
    }

    /// Lines of code that ship, numbered from 1.
    pub fn shipped_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .iter()
            .zip(&self.is_test)
            .enumerate()
            .filter(|(_, (_, is_test))| !**is_test)
            .map(|(index, (line, _))| (index + 1, line.as_str()))
    }

    /// All lines of code, tests included.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .iter()
            .enumerate()
            .map(|(index, line)| (index + 1, line.as_str()))
    }

    /// String literals outside tests.
    pub fn shipped_strings(&self) -> impl Iterator<Item = (usize, &str)> {
        self.strings
            .iter()
            .filter(|(line, _)| !self.is_test.get(line - 1).copied().unwrap_or(false))
            .map(|(line, text)| (*line, text.as_str()))
    }
}

/// Replaces what is not code by spaces and collects the string literals.
fn blank(text: &str) -> (String, Vec<(usize, String)>) {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut strings = Vec::new();
    let mut line = 1;
    let mut at = 0;
    let mut previous = ' ';
    while let Some(&current) = chars.get(at) {
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        let begins_word = !(previous.is_alphanumeric() || previous == '_');
        let end = match current {
            '/' if next == '/' => end_of_line(&chars, at),
            '/' if next == '*' => end_of_block_comment(&chars, at),
            '"' => end_of_string(&chars, at),
            'r' | 'b' | 'c' if begins_word => match string_start(&chars, at) {
                Some((quote, Some(hashes))) => end_of_raw_string(&chars, quote, hashes),
                Some((quote, None)) => end_of_string(&chars, quote),
                None => at,
            },
            '\'' => end_of_char(&chars, at),
            _ => at,
        };
        if end == at {
            out.push(current);
            line += usize::from(current == '\n');
            previous = current;
            at += 1;
            continue;
        }
        let skipped: String = chars.get(at..end).unwrap_or_default().iter().collect();
        if current != '/' && current != '\'' {
            strings.push((line, skipped.clone()));
        }
        for character in skipped.chars() {
            out.push(if character == '\n' { '\n' } else { ' ' });
            line += usize::from(character == '\n');
        }
        previous = ' ';
        at = end;
    }
    (out, strings)
}

fn end_of_line(chars: &[char], start: usize) -> usize {
    (start..chars.len())
        .find(|at| chars.get(*at) == Some(&'\n'))
        .unwrap_or(chars.len())
}

fn end_of_block_comment(chars: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at + 1 < chars.len() {
        match (chars.get(at), chars.get(at + 1)) {
            (Some('/'), Some('*')) => {
                depth += 1;
                at += 2;
            }
            (Some('*'), Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    chars.len()
}

/// `start` is the opening quote.
fn end_of_string(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(character) = chars.get(at) {
        match character {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The opening quote after a prefix such as `b`, `r#` or `br##`, with the number of hashes where it is raw.
fn string_start(chars: &[char], start: usize) -> Option<(usize, Option<usize>)> {
    let mut at = start;
    let mut is_raw = false;
    while let Some(prefix @ ('b' | 'c' | 'r')) = chars.get(at) {
        is_raw |= *prefix == 'r';
        at += 1;
        if at - start > 2 {
            return None;
        }
    }
    let mut hashes = 0;
    while is_raw && chars.get(at) == Some(&'#') {
        hashes += 1;
        at += 1;
    }
    (chars.get(at) == Some(&'"')).then_some((at, is_raw.then_some(hashes)))
}

fn end_of_raw_string(chars: &[char], quote: usize, hashes: usize) -> usize {
    let mut at = quote + 1;
    while at < chars.len() {
        let closes = chars.get(at) == Some(&'"')
            && (1..=hashes).all(|hash| chars.get(at + hash) == Some(&'#'));
        if closes {
            return at + hashes + 1;
        }
        at += 1;
    }
    chars.len()
}

/// A character literal, or nothing where the quote begins a lifetime.
fn end_of_char(chars: &[char], start: usize) -> usize {
    match (chars.get(start + 1), chars.get(start + 2)) {
        (Some('\\'), _) => (start + 3..chars.len())
            .find(|at| chars.get(*at) == Some(&'\''))
            .map_or(start, |at| at + 1),
        (Some(_), Some('\'')) => start + 3,
        _ => start,
    }
}

/// Marks the lines of each item that follows `#[cfg(test)]`, to its closing brace or semicolon.
fn test_lines(code: &[String]) -> Vec<bool> {
    let mut is_test = vec![false; code.len()];
    let mut depth = 0_usize;
    let mut inside = false;
    let mut opened = false;
    for (line, marked) in code.iter().zip(&mut is_test) {
        let mut rest = line.as_str();
        if !inside {
            let Some((_, after)) = ["#[cfg(test)]", "#[cfg(all(test,"]
                .iter()
                .find_map(|start| line.split_once(start))
            else {
                continue;
            };
            (inside, opened, depth, rest) = (true, false, 0, after);
        }
        *marked = true;
        for character in rest.chars() {
            match character {
                '{' => {
                    depth += 1;
                    opened = true;
                }
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if (opened || character == ';') && depth == 0 {
                inside = false;
                break;
            }
        }
    }
    is_test
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        Source::new(text).code.join("\n")
    }

    #[test]
    fn comments_and_literals_are_blanked() {
        assert_eq!(code("a // b\nc"), "a     \nc");
        assert_eq!(code("a /* b /* c */ d */ e"), "a                   e");
        assert_eq!(code("f(\"x\\\"y\") + 1"), "f(      ) + 1");
        assert_eq!(code("r#\"a\"b\"# + c"), "         + c");
        assert_eq!(code("b\"ab\" b'c' 'd' '\\'' e"), "      b             e");
        assert_eq!(code("&'a str"), "&'a str");
        assert_eq!(code("for_r\"x\""), "for_r   ");
    }

    #[test]
    fn an_open_literal_runs_to_the_end() {
        assert_eq!(code("a \"b"), "a   ");
        assert_eq!(code("a /* b"), "a     ");
        assert_eq!(code("a r#\"b\""), "a      ");
    }

    #[test]
    fn strings_know_their_line() {
        let source = Source::new("a\n\"b\nc\" \"d\"\n");
        let strings: Vec<(usize, &str)> = source.shipped_strings().collect();
        assert_eq!(strings, [(2, "\"b\nc\""), (3, "\"d\"")]);
    }

    #[test]
    fn test_modules_are_named() {
        let text =
            "mod a;\n#[cfg(test)]\nmod tests;\n#[cfg(test)] pub(crate) mod samples;\nmod b;\n";
        assert_eq!(Source::new(text).test_modules(), ["tests", "samples"]);
        assert_eq!(Source::of_tests(text).shipped_lines().count(), 0);
    }

    #[test]
    fn test_items_do_not_ship() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { \"}\" }\n}\nfn c() {}\n#[cfg(test)]\nuse d;\nfn e() {}\n";
        let source = Source::new(text);
        let shipped: Vec<usize> = source
            .shipped_lines()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, _)| number)
            .collect();
        assert_eq!(shipped, [1, 6, 9]);
    }
}
