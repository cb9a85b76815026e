//! Caches of conversations that wait for their turn: their rows lie in a spare region of the device's memory, and come
//! back by a copy instead of being computed again.
//!
//! The region is made when two conversations first take turns, and holds as many rows as the memory plan allows. Where it
//! cannot be made or has no room, what waits is computed again when its turn comes. Only knows rows and who they belong
//! to; what a cache holds is `window`'s to say.

use std::ops::Range;
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

/// Buffers like those of the cache, of another length, and one through which rows go that change places.
#[derive(Debug)]
pub(super) struct Region {
    /// Of the first cache; the others' follow, then that for the exchange.
    first: BufferId,
    capacity_tokens: usize,
    /// The one that was used last stands last.
    parked: Vec<Parked>,
}

/// The rows of one conversation.
#[derive(Debug, Clone)]
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

    /// Copies the beginning of the cache to a place, and other rows from where they are to the beginning of the cache. The
    /// places may be the same.
    fn copies(
        &self,
        layout: &CacheLayout,
        aside: Option<Range<usize>>,
        back: Option<Range<usize>>,
    ) -> Vec<CopyBytes> {
        let between = BufferId(self.first.0 + layout.buffers.len() as u32);
        let mut copies = Vec::new();
        let mut copy = |from: Slot, to: Slot| {
            copies.push(CopyBytes {
                from,
                to: to.buffer,
                to_offset_bytes: to.offset_bytes,
            });
        };
        for (index, &buffer) in layout.buffers.iter().enumerate() {
            let here = BufferId(self.first.0 + index as u32);
            let rows = |buffer_id: BufferId, place: &Range<usize>| {
                let stride = self.capacity_tokens as u64 * buffer.row_bytes;
                let first = place.start as u64 * buffer.row_bytes;
                let len_bytes = place.len() as u64 * buffer.row_bytes;
                (0..layout.num_kv_heads as u64).map(move |head| Slot {
                    buffer: buffer_id,
                    offset_bytes: head * stride + first,
                    len_bytes,
                })
            };
            if let Some(aside) = &aside {
                let first_stop = if back.is_some() { between } else { here };
                let cached = layout.rows(buffer, aside.len());
                for (from, to) in cached.zip(rows(first_stop, aside)) {
                    copy(from, to);
                }
            }
            if let Some(back) = &back {
                for (from, to) in rows(here, back).zip(layout.rows(buffer, back.len())) {
                    copy(from, to);
                }
            }
            if let (Some(aside), Some(_)) = (&aside, &back) {
                for (from, to) in rows(between, aside).zip(rows(here, aside)) {
                    copy(from, to);
                }
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

    /// Makes way for a generation that has begun before, and brings back what was set aside for it. `shared_tokens`
    /// positions of the cache are of use to it as they are.
    pub(super) async fn exchange_for(
        &mut self,
        generation: &Generation,
        shared_tokens: usize,
    ) -> Result<()> {
        let mine = Arc::downgrade(&generation.life);
        let parks = self.is_worth_parking(shared_tokens).await;
        let wanted = match &self.spare {
            Spare::Made(region) => region.parked.iter().position(|it| it.owner.ptr_eq(&mine)),
            Spare::NotNeeded | Spare::Refused => None,
        };
        self.exchange(parks, wanted, &mine)
    }

    /// Makes way for a new conversation, and fetches the rows of another where more of them is of use to its prompt than
    /// the `shared_tokens` of those in the cache.
    pub(super) async fn exchange_for_prompt(
        &mut self,
        prompt: &[u32],
        options: &Generate,
        shared_tokens: usize,
    ) -> Result<()> {
        let parks = self.is_worth_parking(shared_tokens).await;
        let sliding = self.sliding(options);
        let reused_tokens = |it: &Parked| {
            it.cached
                .approach(prompt, self.context_tokens, sliding)
                .map_or(0, |approach| approach.reused_tokens)
        };
        let wanted = match &self.spare {
            Spare::Made(region) if !options.fresh_context => region
                .parked
                .iter()
                .map(reused_tokens)
                .enumerate()
                .max_by_key(|&(_, reused_tokens)| reused_tokens)
                .filter(|&(_, reused_tokens)| reused_tokens > shared_tokens)
                .map(|(index, _)| index),
            Spare::Made(_) | Spare::NotNeeded | Spare::Refused => None,
        };
        self.exchange(parks, wanted, &Weak::new())
    }

    /// Sets aside what a generation waits for, if any, and gives the cache to nobody.
    pub(super) async fn vacate(&mut self) -> Result<()> {
        let parks = self.is_worth_parking(0).await;
        self.exchange(parks, None, &Weak::new())
    }

    /// Whether what the cache holds is to be kept: if a generation waits for it, and else if that costs no memory and much
    /// would be lost.
    async fn is_worth_parking(&mut self, shared_tokens: usize) -> bool {
        let num_tokens = self.cached.num_tokens();
        let waits = self.holder.strong_count() > 0;
        if num_tokens == 0 || (!waits && shared_tokens * 2 >= num_tokens) {
            return false;
        }
        if waits && matches!(self.spare, Spare::NotNeeded) {
            self.spare = self.region().await;
        }
        matches!(self.spare, Spare::Made(_))
    }

    /// Copies rows aside and back. Those that somebody but `mine` waits for stay where they are as well.
    fn exchange(&mut self, parks: bool, wanted: Option<usize>, mine: &Weak<()>) -> Result<()> {
        let Spare::Made(region) = &mut self.spare else {
            return Ok(());
        };
        let wanted = wanted.map(|index| region.parked.remove(index));
        if let Some(wanted) = wanted
            .as_ref()
            .filter(|it| it.waits() && !it.owner.ptr_eq(mine))
        {
            region.parked.push(wanted.clone());
        }
        let num_tokens = self.cached.num_tokens();
        let start = if parks {
            region.make_room(num_tokens)
        } else {
            None
        };
        let aside = start.map(|start| start..start + num_tokens);
        let back = wanted.as_ref().map(|it| it.start..it.end());
        if let Some(start) = start {
            region.parked.push(Parked {
                owner: self.holder.clone(),
                cached: self.cached.clone(),
                start,
            });
        }
        if start.is_some() || back.is_some() {
            let copies = region.copies(&self.caches, aside, back);
            self.executor.copy(&copies)?;
        }
        if let Some(wanted) = wanted {
            self.cached = wanted.cached;
            self.ready_for = Weak::new();
        }
        Ok(())
    }

    /// Memory for rows, as much as the plan says.
    async fn region(&mut self) -> Spare {
        let capacity_tokens = self.spare_tokens;
        let row_bytes: Vec<u64> = self.caches.buffers.iter().map(|it| it.row_bytes).collect();
        let buffers: Vec<BufferDesc> = row_bytes
            .iter()
            .chain(row_bytes.iter().max())
            .enumerate()
            .map(|(index, row_bytes)| BufferDesc {
                label: format!("spare cache {index}"),
                role: BufferRole::KvCache,
                len_bytes: (self.caches.num_kv_heads * capacity_tokens) as u64 * row_bytes,
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
