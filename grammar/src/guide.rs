//! Following a constraint token by token.
//!
//! A vocabulary is prepared once for each model, a guide made for each answer. Must not know who samples.

use llguidance::api::ParserLimits;
use llguidance::toktrie::InferenceCapabilities;
use llguidance::{Matcher, ParserFactory};

use crate::{Constraint, Error, Result, Vocabulary};

/// A vocabulary that constraints can be held against.
pub struct Grammars {
    factory: ParserFactory,
    num_tokens: usize,
}

impl Grammars {
    pub fn new(vocabulary: Vocabulary) -> Result<Self> {
        let num_tokens = vocabulary.num_tokens();
        let environment = vocabulary.token_environment()?;
        let slices = llguidance::earley::SlicedBiasComputer::general_slices();
        let mut factory =
            ParserFactory::new(&environment, InferenceCapabilities::default(), &slices)
                .map_err(|error| Error::Vocabulary(error.to_string()))?;
        factory.quiet();
        *factory.limits_mut() = ParserLimits {
            // Of parser states nobody can make sense.
            verbose_errors: false,
            ..ParserLimits::default()
        };
        Ok(Self {
            factory,
            num_tokens,
        })
    }

    /// At the beginning of a text.
    pub fn guide(&self, constraint: &Constraint) -> Result<Guide> {
        let parser = self.factory.create_parser(constraint.grammar()?);
        let mut matcher = Matcher::new(parser);
        if let Some(reason) = matcher.get_error() {
            return Err(Error::Constraint(in_one_line(&reason)));
        }
        // What no text fits is told now and not after the prompt has been computed.
        let first = matcher
            .compute_mask_or_eos()
            .map_err(|error| Error::Constraint(in_one_line(&error.to_string())))?;
        if first.is_zero() {
            return Err(Error::Constraint(
                "no token of this model can begin a text that fits it".into(),
            ));
        }
        Ok(Guide {
            matcher,
            num_tokens: self.num_tokens,
        })
    }
}

/// Where an answer is in its constraint.
pub struct Guide {
    matcher: Matcher,
    num_tokens: usize,
}

impl Guide {
    /// Sets the bits of the tokens that may come next and clears all others: token `id` is bit `id % 32` of word `id / 32`.
    pub fn mask(&mut self, words: &mut [u32]) -> Result<()> {
        let mask = self.matcher.compute_mask_or_eos().map_err(stuck)?;
        words.fill(0);
        for (word, bits) in words.iter_mut().zip(mask.as_slice()) {
            *word = *bits;
        }
        // The end that was added to a vocabulary without one.
        if let Some(last) = words.get_mut(self.num_tokens / 32) {
            *last &= (1u32 << (self.num_tokens % 32)) - 1;
        }
        if words.iter().all(|word| *word == 0) && !self.is_complete() {
            return Err(Error::Stuck(
                "none of this model's tokens fits what has been written".into(),
            ));
        }
        Ok(())
    }

    /// Goes on with a token that the mask allowed.
    pub fn accept(&mut self, token: u32) -> Result<()> {
        self.matcher.consume_token(token).map_err(stuck)
    }

    /// Whether nothing can follow but the end.
    pub fn is_complete(&self) -> bool {
        self.matcher.is_stopped()
    }

    /// Whether the text may end here.
    pub fn may_end(&mut self) -> Result<bool> {
        if self.is_complete() {
            return Ok(true);
        }
        self.matcher.is_accepting().map_err(stuck)
    }
}

fn stuck(error: impl std::fmt::Display) -> Error {
    Error::Stuck(in_one_line(&error.to_string()))
}

/// The library's reasons have lines of their own.
fn in_one_line(reason: &str) -> String {
    let words: Vec<&str> = reason.split_whitespace().collect();
    words.join(" ")
}
