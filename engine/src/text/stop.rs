//! Stop strings: ending an answer where a given text begins.
//!
//! The text arrives in pieces that may cut a stop string anywhere, so the end of the text is held back as long as
//! it could still become one.

/// Watches an answer for stop strings.
#[derive(Debug, Clone)]
pub struct StopMatcher {
    stops: Vec<String>,
    held: String,
    stopped: bool,
}

impl StopMatcher {
    /// Empty strings are ignored: they would stop everything.
    pub fn new(stops: impl IntoIterator<Item = String>) -> Self {
        Self {
            stops: stops.into_iter().filter(|stop| !stop.is_empty()).collect(),
            held: String::new(),
            stopped: false,
        }
    }

    /// Whether a stop string has been seen. Nothing more comes out after that.
    pub fn has_stopped(&self) -> bool {
        self.stopped
    }

    /// Takes the next text; gives what can be shown, which never includes a stop string.
    pub fn push(&mut self, text: &str) -> String {
        if self.stopped {
            return String::new();
        }
        self.held.push_str(text);
        let found = self
            .stops
            .iter()
            .filter_map(|stop| self.held.find(stop.as_str()))
            .min();
        if let Some(start) = found {
            self.stopped = true;
            let mut shown = std::mem::take(&mut self.held);
            shown.truncate(start);
            return shown;
        }
        let keep_from = self.held.len() - self.possible_stop_len();
        let kept = self.held.split_off(keep_from);
        std::mem::replace(&mut self.held, kept)
    }

    /// No more text comes: what was held back was no stop string.
    pub fn finish(self) -> String {
        self.held
    }

    /// Length of the longest end of the held text that some stop string begins with.
    fn possible_stop_len(&self) -> usize {
        let longest = self
            .stops
            .iter()
            .map(|stop| stop.len() - 1)
            .max()
            .unwrap_or(0);
        let first = self.held.len().saturating_sub(longest);
        (first..self.held.len())
            .filter_map(|start| self.held.get(start..))
            .find(|end| self.stops.iter().any(|stop| stop.starts_with(end)))
            .map_or(0, str::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(stops: &[&str], pieces: &[&str]) -> (String, bool) {
        let mut matcher = StopMatcher::new(stops.iter().map(|stop| (*stop).to_owned()));
        let mut shown: String = pieces.iter().map(|piece| matcher.push(piece)).collect();
        let stopped = matcher.has_stopped();
        shown.push_str(&matcher.finish());
        (shown, stopped)
    }

    #[test]
    fn stops_across_pieces_and_lets_near_misses_through() {
        assert_eq!(
            run(&["END"], &["text E", "N", "D more"]),
            ("text ".into(), true)
        );
        assert_eq!(
            run(&["END"], &["text E", "N", "d more"]),
            ("text ENd more".into(), false)
        );
        assert_eq!(run(&["END"], &["text EN"]), ("text EN".into(), false));
        assert_eq!(run(&[""], &["text"]), ("text".into(), false));
        assert_eq!(run(&["b", "ab"], &["xa", "b"]), ("x".into(), true));
    }

    #[test]
    fn holds_back_only_what_could_become_a_stop_string() {
        let mut matcher = StopMatcher::new(["\n\nUser:".to_owned()]);
        assert_eq!(matcher.push("hello"), "hello");
        assert_eq!(matcher.push(" é\n"), " é");
        assert_eq!(matcher.push("\nnext"), "\n\nnext");
    }

    proptest! {
        #[test]
        fn the_cuts_do_not_matter(pieces in proptest::collection::vec("[abé]{0,4}", 0..8), stop in "[abé]{1,4}") {
            let whole = pieces.concat();
            let expected = match whole.find(&stop) {
                Some(start) => (whole[..start].to_owned(), true),
                None => (whole, false),
            };
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            prop_assert_eq!(run(&[&stop], &pieces), expected);
        }
    }
}
