//! The tokens of a model as bytes: what a constraint needs to know of them.
//!
//! Must not know how a tokenizer spells its tokens.

use std::sync::Arc;

use llguidance::toktrie::{ApproximateTokEnv, TokEnv, TokRxInfo, TokTrie};

use crate::{Error, Result};

/// What each token adds to a text, and which of them end it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// By id; tokens without bytes (control tokens, and ids that stand for nothing) never fit.
    tokens: Vec<Vec<u8>>,
    end_ids: Vec<u32>,
}

impl Vocabulary {
    /// `end_ids` may come where the text may end.
    pub fn new(tokens: Vec<Vec<u8>>, end_ids: Vec<u32>) -> Result<Self> {
        if let Some(id) = end_ids.iter().find(|&&id| id as usize >= tokens.len()) {
            return Err(Error::Vocabulary(format!(
                "the token {id} is to end a text, and there are only {}",
                tokens.len()
            )));
        }
        Ok(Self { tokens, end_ids })
    }

    /// From the bytes of all tokens, one after the other, and the number of bytes of each.
    pub fn from_parts(bytes: &[u8], lens_bytes: &[u32], end_ids: Vec<u32>) -> Result<Self> {
        let mut rest = bytes;
        let tokens: Option<Vec<Vec<u8>>> = lens_bytes
            .iter()
            .map(|&len_bytes| {
                let (token, after) = rest.split_at_checked(len_bytes as usize)?;
                rest = after;
                Some(token.to_vec())
            })
            .collect();
        match tokens {
            Some(tokens) if rest.is_empty() => Self::new(tokens, end_ids),
            Some(_) | None => Err(Error::Vocabulary(
                "its tokens do not have the lengths that were given".into(),
            )),
        }
    }

    pub(crate) fn num_tokens(&self) -> usize {
        self.tokens.len()
    }

    /// As the library takes it. It wants a token that ends a text; where the model has none, one is added that the model
    /// cannot choose.
    pub(crate) fn token_environment(self) -> Result<TokEnv> {
        let Self {
            mut tokens,
            mut end_ids,
        } = self;
        for &id in &end_ids {
            if let Some(token) = tokens.get_mut(id as usize) {
                token.clear();
            }
        }
        if end_ids.is_empty() {
            end_ids.push(tokens.len() as u32);
            tokens.push(Vec::new());
        }
        let too_many = || Error::Vocabulary("it has too many tokens".into());
        let vocab_size = u32::try_from(tokens.len()).map_err(|_| too_many())?;
        let first_end = end_ids.first().copied().ok_or_else(too_many)?;
        let trie = TokTrie::from(&TokRxInfo::new(vocab_size, first_end), &tokens);
        Ok(Arc::new(ApproximateTokEnv::new(
            trie.with_eos_tokens(&end_ids),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_tokens_one_after_the_other() {
        let whole = Vocabulary::new(vec![b"ab".to_vec(), Vec::new(), b"c".to_vec()], vec![1]);
        assert_eq!(Vocabulary::from_parts(b"abc", &[2, 0, 1], vec![1]), whole);
        for (bytes, lens, ends) in [
            (&b"abc"[..], &[2, 0][..], vec![]),
            (b"abc", &[2, 2], vec![]),
            (b"abc", &[3], vec![1]),
        ] {
            assert!(Vocabulary::from_parts(bytes, lens, ends).is_err());
        }
    }
}
