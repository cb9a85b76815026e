//! Caches of conversations that wait for their turn: their rows lie in a spare region of the device's memory, and come
//! back by a copy instead of being computed again.
//!
//! The region is made when two conversations first take turns, and holds as many rows as the memory plan allows. Where it
//! cannot be made or has no room, what waits is computed again when its turn comes. Only knows rows and who they belong
//! to; what a cache holds is `window`'s to say.

use std::sync::{Arc, Weak};

use super::window::Cached;
use super::{Generate, Generation, Session};
use crate::error::Result;
use crate::executor::Executor;
use crate::model::cache_layout::CacheLayout;
use crate::plan::{BufferDesc, BufferId, BufferRole, CopyBytes, Slot};

/// Room for rows beside the cache.
#[derive(Debug)]
pub(super) enum Spare {
    /// Nothing has had to wait so far.
    NotNeeded,
    /// The device had no memory for it.
    Refused,
    Made(Region),
}

/// Buffers like those of the cache, of another length.
#[derive(Debug)]
pub(super) struct Region {
    /// Of the first cache; the others' follow.
    first: BufferId,
    capacity_tokens: usize,
    /// The one that was used last stands last.
    parked: Vec<Parked>,
}

/// The rows of one conversation.
#[derive(Debug)]
struct Parked {
    owner: Weak<()>,
    cached: Cached,
    /// The first of its positions in the region.
    start: usize,
}

impl Parked {
    fn end(&self) -> usize {
        self.start + self.cached.num_tokens()
    }

    /// Whether its generation goes on one day.
    fn waits(&self) -> bool {
        self.owner.strong_count() > 0
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Aside,
    Back,
}

impl Region {
    /// The first gap that is wide enough.
    fn gap(&self, num_tokens: usize) -> Option<usize> {
        let mut taken: Vec<_> = self.parked.iter().map(|it| (it.start, it.end())).collect();
        taken.sort_unstable();
        let mut start = 0;
        for (next, end) in taken {
            if next - start >= num_tokens {
                return Some(start);
            }
            start = end;
        }
        (self.capacity_tokens - start >= num_tokens).then_some(start)
    }

    /// A place for so many positions, for which conversations that nobody waits for are forgotten, oldest first.
    fn make_room(&mut self, num_tokens: usize) -> Option<usize> {
        loop {
            let start = self.gap(num_tokens);
            if start.is_some() {
                return start;
            }
            let oldest = self.parked.iter().position(|it| !it.waits())?;
            self.parked.remove(oldest);
        }
    }

    /// Copies between the beginning of the cache and the positions from `start` on.
    fn copies(
        &self,
        layout: &CacheLayout,
        start: usize,
        num_tokens: usize,
        direction: Direction,
    ) -> Vec<CopyBytes> {
        let mut copies = Vec::new();
        for (index, &buffer) in layout.buffers.iter().enumerate() {
            let stride = self.capacity_tokens as u64 * buffer.row_bytes;
            let first = start as u64 * buffer.row_bytes;
            for (head, here) in layout.rows(buffer, num_tokens).enumerate() {
                let aside = Slot {
                    buffer: BufferId(self.first.0 + index as u32),
                    offset_bytes: head as u64 * stride + first,
                    len_bytes: here.len_bytes,
                };
                let (from, to) = match direction {
                    Direction::Aside => (here, aside),
                    Direction::Back => (aside, here),
                };
                copies.push(CopyBytes {
                    from,
                    to: to.buffer,
                    to_offset_bytes: to.offset_bytes,
                });
            }
        }
        copies
    }
}

impl<X: Executor> Session<X> {
    /// Whether conversations that take turns find their keys and values again: not where the device had no memory left.
    pub fn can_park(&self) -> bool {
        !matches!(self.spare, Spare::Refused)
    }

    /// Makes way for another conversation, of which the first `shared_tokens` positions are those in the cache. What the
    /// cache holds is set aside if a generation waits for it, and else if that costs no memory and much would be lost.
    pub(super) async fn make_way(&mut self, shared_tokens: usize) -> Result<()> {
        let num_tokens = self.cached.num_tokens();
        let waits = self.holder.strong_count() > 0;
        if num_tokens == 0 || (!waits && shared_tokens * 2 >= num_tokens) {
            return Ok(());
        }
        if waits && matches!(self.spare, Spare::NotNeeded) {
            self.spare = self.region().await;
        }
        let Spare::Made(region) = &mut self.spare else {
            return Ok(());
        };
        let Some(start) = region.make_room(num_tokens) else {
            return Ok(());
        };
        let copies = region.copies(&self.caches, start, num_tokens, Direction::Aside);
        region.parked.push(Parked {
            owner: self.holder.clone(),
            cached: self.cached.clone(),
            start,
        });
        self.executor.copy(&copies)
    }

    /// Fetches the rows of a generation, if they were set aside.
    pub(super) fn bring_back(&mut self, generation: &Generation) -> Result<()> {
        let wanted = Arc::downgrade(&generation.life);
        let Spare::Made(region) = &mut self.spare else {
            return Ok(());
        };
        let mine = |it: &Parked| it.owner.ptr_eq(&wanted);
        match region.parked.iter().position(mine) {
            Some(index) => {
                let parked = region.parked.remove(index);
                self.fetch(&parked)
            }
            None => Ok(()),
        }
    }

    /// Fetches the rows of another conversation where more of them is of use to a prompt than of those in the cache.
    /// Those that somebody waits for stay where they are as well.
    pub(super) fn bring_best(
        &mut self,
        prompt: &[u32],
        options: &Generate,
        shared_tokens: usize,
    ) -> Result<()> {
        let sliding = self.sliding(options);
        let Spare::Made(region) = &mut self.spare else {
            return Ok(());
        };
        let reused = |it: &Parked| {
            it.cached
                .approach(prompt, self.context_tokens, sliding)
                .map_or(0, |approach| approach.reused_tokens)
        };
        let best = region
            .parked
            .iter()
            .map(reused)
            .enumerate()
            .max_by_key(|&(_, reused_tokens)| reused_tokens);
        match best {
            Some((index, reused_tokens)) if reused_tokens > shared_tokens => {
                let parked = region.parked.remove(index);
                self.fetch(&parked)?;
                if let Spare::Made(region) = &mut self.spare
                    && parked.waits()
                {
                    region.parked.push(parked);
                }
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    fn fetch(&mut self, parked: &Parked) -> Result<()> {
        let Spare::Made(region) = &self.spare else {
            return Ok(());
        };
        let num_tokens = parked.cached.num_tokens();
        let copies = region.copies(&self.caches, parked.start, num_tokens, Direction::Back);
        self.executor.copy(&copies)?;
        self.cached = parked.cached.clone();
        self.ready_for = Weak::new();
        Ok(())
    }

    /// Memory for rows, as much as the plan says.
    async fn region(&mut self) -> Spare {
        let capacity_tokens = self.spare_tokens;
        let buffers: Vec<BufferDesc> = self
            .caches
            .buffers
            .iter()
            .enumerate()
            .map(|(index, buffer)| BufferDesc {
                label: format!("spare cache {index}"),
                role: BufferRole::KvCache,
                len_bytes: (self.caches.num_kv_heads * capacity_tokens) as u64 * buffer.row_bytes,
            })
            .collect();
        // What cannot be had now may be had by another model; this one goes on without.
        match self.executor.add_buffers(&buffers).await {
            Ok(first) => Spare::Made(Region {
                first,
                capacity_tokens,
                parked: Vec::new(),
            }),
            Err(_) => Spare::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Forgotten;

    fn parked(start: usize, num_tokens: u32, owner: &Arc<()>) -> Parked {
        let mut cached = Cached::default();
        let tokens: Vec<u32> = (0..num_tokens).collect();
        cached.hold(&tokens, Forgotten::default());
        Parked {
            owner: Arc::downgrade(owner),
            cached,
            start,
        }
    }

    #[test]
    fn room_is_found_in_gaps_and_made_where_nobody_waits() {
        let (waiting, gone) = (Arc::new(()), Arc::new(()));
        let mut region = Region {
            first: BufferId(9),
            capacity_tokens: 100,
            parked: vec![
                parked(60, 20, &waiting),
                parked(10, 30, &gone),
                parked(40, 10, &waiting),
            ],
        };
        let mut room = |num_tokens| region.make_room(num_tokens);
        assert_eq!(room(10), Some(0));
        assert_eq!(room(20), Some(80));
        assert_eq!(room(21), None);
        drop(gone);
        assert_eq!(room(20), Some(80));
        assert_eq!(room(40), Some(0));
        assert_eq!(region.parked.len(), 2);
        assert_eq!(region.make_room(41), None);
        assert_eq!(region.parked.len(), 2);
    }
}
