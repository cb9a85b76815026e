//! What the cache holds of a conversation, and how a longer one is continued from it.
//!
//! Beyond the context the first tokens stay, because attention leans on them (Xiao et al. 2023, "attention sinks"),
//! the recent ones stay, and those between are forgotten. Only arithmetic on positions; must not know how keys and
//! values move.

use super::keeping::Prefix;
use crate::error::{Error, Result};

/// Tokens at the beginning that always stay: with four, perplexity is stable (Xiao et al. 2023, table 2).
const LEAST_SINKS: usize = 4;

/// Tokens of a conversation that the model no longer knows, as a range; empty where it knows all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    pub first: usize,
    pub end: usize,
}

impl Forgotten {
    /// How many they are.
    pub fn num_tokens(self) -> usize {
        self.end - self.first
    }

    pub fn is_empty(self) -> bool {
        self.num_tokens() == 0
    }

    /// Tokens before the gap: all, where there is none.
    fn start(self) -> usize {
        if self.is_empty() {
            usize::MAX
        } else {
            self.first
        }
    }
}

/// How a context that is full goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sliding {
    pub sinks: usize,
    context_tokens: usize,
}

impl Sliding {
    /// Over a context that keeps its first `keep_tokens`, or a few more.
    pub fn new(keep_tokens: usize, context_tokens: usize) -> Self {
        Sliding {
            sinks: keep_tokens.max(LEAST_SINKS),
            context_tokens,
        }
    }

    /// Whether what follows the sinks is worth a conversation: a quarter of the context.
    pub fn leaves_room(self) -> bool {
        let room = self.context_tokens.saturating_sub(self.sinks);
        room >= (self.context_tokens / 4).max(2)
    }

    /// Tokens forgotten at once, so that moving the rest is rare: a quarter of the context, or half of what may go.
    pub fn block(self) -> usize {
        let room = self.context_tokens.saturating_sub(self.sinks);
        (self.context_tokens / 4).min(room / 2).max(1)
    }
}

/// How a prompt is continued from a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approach {
    /// Positions to take out of the cache after the sinks, by moving what follows them.
    pub(super) shift_tokens: usize,
    /// Cached positions that then hold the beginning of the prompt without what is forgotten.
    pub reused_tokens: usize,
    pub forgotten: Forgotten,
}

/// The tokens whose keys and values are in the cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cached {
    /// The conversation, with what was forgotten: keys and values of what followed depend on it.
    conversation: Vec<u32>,
    forgotten: Forgotten,
}

impl Cached {
    /// Positions that are filled.
    pub fn num_tokens(&self) -> usize {
        self.conversation.len() - self.forgotten.num_tokens()
    }

    pub fn prefix(&self) -> Prefix {
        Prefix {
            tokens: self.conversation.clone(),
            forgotten: self.forgotten,
        }
    }

    /// The cache now holds these tokens but for the forgotten ones. A conversation that ends among those left only
    /// its sinks.
    pub fn hold(&mut self, conversation: &[u32], forgotten: Forgotten) {
        let (kept, forgotten) = if conversation.len() > forgotten.end {
            (conversation, forgotten)
        } else {
            let sinks = conversation.len().min(forgotten.first);
            (
                conversation.get(..sinks).unwrap_or_default(),
                Forgotten::default(),
            )
        };
        self.conversation.clear();
        self.conversation.extend_from_slice(kept);
        self.forgotten = forgotten;
    }

    /// The cache now holds the first `num_tokens` of what is left of a conversation.
    pub fn hold_first(&mut self, conversation: &[u32], forgotten: Forgotten, num_tokens: usize) {
        let end = if num_tokens > forgotten.first {
            num_tokens + forgotten.num_tokens()
        } else {
            num_tokens
        };
        self.hold(conversation.get(..end).unwrap_or(conversation), forgotten);
    }

    /// How many positions hold the beginning of what is left of a conversation without these tokens.
    pub fn held(&self, conversation: &[u32], forgotten: Forgotten) -> usize {
        let common = self.common(conversation);
        let is_same_gap =
            self.forgotten == forgotten || (self.forgotten.is_empty() && forgotten.is_empty());
        if is_same_gap && common >= forgotten.end {
            common - forgotten.num_tokens()
        } else {
            // What follows either gap was computed from tokens that the other has or lacks.
            common.min(self.forgotten.start()).min(forgotten.start())
        }
    }

    /// Tokens of the conversation that are those of another, from the beginning.
    fn common(&self, conversation: &[u32]) -> usize {
        self.conversation
            .iter()
            .zip(conversation)
            .take_while(|(cached, wanted)| cached == wanted)
            .count()
    }

    /// How to continue `prompt` in a context of `context_tokens`. At least its last token is computed: its logits
    /// are wanted.
    pub fn approach(
        &self,
        prompt: &[u32],
        context_tokens: usize,
        sliding: Option<Sliding>,
    ) -> Result<Approach> {
        let common = self.common(prompt).min(prompt.len().saturating_sub(1));
        // What lies before any gap can be used whatever follows.
        let before_gap = common.min(self.forgotten.start());
        if prompt.len() < context_tokens {
            return Ok(Approach {
                shift_tokens: 0,
                reused_tokens: before_gap,
                forgotten: Forgotten::default(),
            });
        }
        let sliding = sliding.ok_or(Error::ContextFull {
            needed_tokens: prompt.len() + 1,
            context_tokens,
        })?;
        let sinks = sliding.sinks;
        if !sliding.leaves_room() {
            return Err(Error::NothingToForget {
                kept_tokens: sinks,
                context_tokens,
            });
        }
        let same_gap = self.forgotten.first == sinks && common >= self.forgotten.end;
        let (common, already) = if same_gap {
            (common, self.forgotten.num_tokens())
        } else {
            (before_gap, 0)
        };
        let count = if prompt.len() - already < context_tokens {
            already
        } else {
            prompt.len() + sliding.block() - context_tokens
        };
        let forgotten = Forgotten {
            first: sinks,
            end: sinks + count,
        };
        let (shift_tokens, reused_tokens) = if common >= forgotten.end {
            (count - already, common - count)
        } else {
            (0, common.min(sinks))
        };
        Ok(Approach {
            shift_tokens,
            reused_tokens,
            forgotten,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: usize = 16;

    fn tokens(count: u32) -> Vec<u32> {
        (0..count).collect()
    }

    fn gap(first: usize, end: usize) -> Forgotten {
        Forgotten { first, end }
    }

    fn cached(conversation: &[u32], forgotten: Forgotten) -> Cached {
        let mut cached = Cached::default();
        cached.hold(conversation, forgotten);
        cached
    }

    /// Shift, reuse, gap.
    fn approach(cached: &Cached, prompt: &[u32]) -> (usize, usize, Forgotten) {
        let sliding = Some(Sliding::new(0, CONTEXT));
        let approach = cached.approach(prompt, CONTEXT, sliding).unwrap();
        // What is left has room, and something to compute.
        let left = prompt.len() - approach.forgotten.num_tokens();
        assert!(left < CONTEXT && approach.reused_tokens < left);
        (
            approach.shift_tokens,
            approach.reused_tokens,
            approach.forgotten,
        )
    }

    #[test]
    fn a_prompt_that_fits_forgets_nothing() {
        let none = Forgotten::default();
        let cache = cached(&tokens(10), none);
        assert_eq!(approach(&cache, &tokens(15)), (0, 10, none));
        assert_eq!(approach(&cache, &tokens(10)), (0, 9, none));
        assert_eq!(approach(&cache, &[0, 1, 9, 9]), (0, 2, none));
        // After a gap only what lies before it is of use to a prompt that fits.
        let cache = cached(&tokens(18), gap(4, 8));
        assert_eq!(cache.num_tokens(), 14);
        assert_eq!(approach(&cache, &tokens(15)), (0, 4, none));
    }

    #[test]
    fn a_longer_prompt_keeps_its_beginning_and_its_end() {
        let empty = Cached::default();
        // 12 of 16 positions are filled, a quarter is left for what comes.
        assert_eq!(approach(&empty, &tokens(100)), (0, 0, gap(4, 92)));
        // With the cache full of the beginning, 8 positions go and the 3 known ones after them move.
        let cache = cached(&tokens(15), Forgotten::default());
        assert_eq!(approach(&cache, &tokens(20)), (8, 7, gap(4, 12)));
        // Too much has come since: only the sinks are of use.
        assert_eq!(approach(&cache, &tokens(100)), (0, 4, gap(4, 92)));
    }

    #[test]
    fn the_next_turn_goes_on_after_the_gap() {
        let cache = cached(&tokens(18), gap(4, 8));
        assert_eq!(approach(&cache, &tokens(19)), (0, 14, gap(4, 8)));
        // 20 - 4 no longer fits: four more go, and what stays moves by as many.
        assert_eq!(approach(&cache, &tokens(20)), (4, 10, gap(4, 12)));
        // A change among what was forgotten: all that followed was computed from it.
        let mut changed = tokens(19);
        changed[5] = 77;
        assert_eq!(approach(&cache, &changed), (0, 4, gap(4, 11)));
        // A change before the gap.
        changed[1] = 77;
        assert_eq!(approach(&cache, &changed), (0, 1, gap(4, 11)));
        // A longer beginning to be kept than the cache kept.
        let longer = Some(Sliding::new(6, CONTEXT));
        let longer = cache.approach(&tokens(19), CONTEXT, longer).unwrap();
        assert_eq!((longer.reused_tokens, longer.forgotten), (4, gap(6, 13)));
    }

    #[test]
    fn what_is_held_of_a_conversation_depends_on_both_gaps() {
        let none = Forgotten::default();
        let whole = cached(&tokens(10), none);
        assert_eq!(whole.held(&tokens(12), none), 10);
        assert_eq!(whole.held(&tokens(7), none), 7);
        assert_eq!(whole.held(&[0, 1, 9, 9], none), 2);
        assert_eq!(whole.held(&tokens(12), gap(4, 8)), 4);
        let slid = cached(&tokens(12), gap(4, 8));
        assert_eq!(slid.held(&tokens(20), gap(4, 8)), 8);
        assert_eq!(slid.held(&tokens(20), gap(4, 9)), 4);
        assert_eq!(slid.held(&tokens(20), none), 4);
        // A change among what was forgotten.
        let mut changed = tokens(20);
        changed[6] = 77;
        assert_eq!(slid.held(&changed, gap(4, 8)), 4);
        for count in 0..8 {
            let mut part = Cached::default();
            part.hold_first(&tokens(12), gap(4, 8), count);
            assert_eq!(part.num_tokens(), count);
            assert_eq!(part.held(&tokens(12), gap(4, 8)), count);
        }
    }

    #[test]
    fn what_must_stay_may_not_fill_the_context() {
        let approach = |keep| {
            Cached::default().approach(&tokens(20), CONTEXT, Some(Sliding::new(keep, CONTEXT)))
        };
        assert_eq!(approach(12).unwrap().forgotten, gap(12, 18));
        assert_eq!(
            approach(13),
            Err(Error::NothingToForget {
                kept_tokens: 13,
                context_tokens: CONTEXT
            })
        );
        assert_eq!(
            Cached::default().approach(&tokens(20), CONTEXT, None),
            Err(Error::ContextFull {
                needed_tokens: 21,
                context_tokens: CONTEXT
            })
        );
    }

    #[test]
    fn a_conversation_that_ends_among_the_forgotten_left_its_sinks() {
        let cache = cached(&tokens(7), gap(4, 8));
        assert_eq!(cache, cached(&tokens(4), Forgotten::default()));
        assert_eq!(cached(&tokens(2), gap(4, 8)).num_tokens(), 2);
    }
}
