//! Names for conversations and messages: numbers that no other tab or import gives, drawn from a seed.
//!
//! SplitMix64 (Steele, Lea and Flood, 2014), cut to the 53 bits that JavaScript counts exactly. The seed comes from the
//! browser's source of randomness, so that the state itself stays a function of its actions.

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    state: u64,
}

impl Ids {
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Never 0, which stands for no name yet.
    pub fn next(&mut self) -> u64 {
        loop {
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = self.state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let id = (mixed ^ (mixed >> 31)) >> 11;
            if id != 0 {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_exact_in_javascript_and_do_not_come_twice() {
        let mut ids = Ids::new(7);
        let drawn: BTreeSet<u64> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(drawn.len(), 10_000);
        assert!(drawn.iter().all(|id| (1..1 << 53).contains(id)));
        assert_ne!(Ids::new(8).next(), Ids::new(7).next());
    }
}
