//! Why a command failed: a sentence for the person who typed it.

use std::fmt;

/// Printed after `error: `, on one line. Not an error type of its own: nothing here reacts to what it says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.split_whitespace().collect();
        f.write_str(&words.join(" "))
    }
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Failure(sentence)
    }
}

impl From<&str> for Failure {
    fn from(sentence: &str) -> Self {
        Failure(sentence.to_owned())
    }
}

impl From<inkling_engine::Error> for Failure {
    fn from(error: inkling_engine::Error) -> Self {
        Failure(error.to_string())
    }
}
