//! The reference executor: the same recording in plain Rust.
//!
//! Every kernel has a twin here that is mathematics: wide accumulators, no workgroups, the same packed bytes. It
//! proves the GPU kernels and finds the first wrong command of a wrong answer. Slow on purpose, and never part
//! of a shipped page.

mod attention;
mod attention_merge;
mod constrain;
mod embed;
mod expert_down;
mod expert_route;
mod expert_up;
mod fma;
mod gather;
pub(crate) mod kv_blocks;
mod matmul;
mod matvec;
mod norm;
mod rope_cache;
mod rope_shift;
mod sample;
mod stream;

use std::cell::{Ref, RefCell, RefMut};
use std::collections::VecDeque;

use crate::error::{Error, Result};
use crate::executor::{Executor, Limits, RecordingId};
use crate::kernel::Access;
use crate::plan::{BufferDesc, BufferId, Command, CopyBytes, Recording, Slot, Step, Variant};
use crate::weights::WeightSink;

/// Buffers in memory.
#[derive(Debug, Default)]
pub struct Cpu {
    buffers: Vec<RefCell<Vec<u32>>>,
    recordings: Vec<Recording>,
    tokens: VecDeque<u32>,
}

/// One bound slot, as words.
enum Bound<'a> {
    Read(Ref<'a, [u32]>),
    Write(RefMut<'a, [u32]>),
}

impl Bound<'_> {
    fn words(&self) -> &[u32] {
        match self {
            Bound::Read(words) => words,
            Bound::Write(words) => words,
        }
    }

    fn floats(&self) -> &[f32] {
        bytemuck::cast_slice(self.words())
    }

    fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(self.words())
    }

    /// Empty for a read-only binding, which the kernel table rules out.
    fn words_mut(&mut self) -> &mut [u32] {
        match self {
            Bound::Read(_) => &mut [],
            Bound::Write(words) => words,
        }
    }

    fn floats_mut(&mut self) -> &mut [f32] {
        bytemuck::cast_slice_mut(self.words_mut())
    }
}

/// What a reference kernel is given: slots in the order of the kernel's bindings.
struct Call<'a> {
    params: &'a [u32],
    variant: Variant,
    step: &'a Step,
    slots: Vec<Bound<'a>>,
}

impl Cpu {
    /// Empty; buffers come with [`Executor::allocate`].
    pub fn new() -> Self {
        Self::default()
    }

    fn bind(&self, slot: Slot, access: Access) -> Result<Bound<'_>> {
        let buffer = self.buffer(slot.buffer)?;
        let first = (slot.offset_bytes / 4) as usize;
        let last = first + slot.len_bytes.div_ceil(4) as usize;
        let conflict = || {
            Error::Gpu(format!(
                "buffer {} is bound twice, once for writing",
                slot.buffer.0
            ))
        };
        Ok(match access {
            Access::Read => {
                let words = buffer.try_borrow().map_err(|_| conflict())?;
                check_range(first, last, words.len())?;
                Bound::Read(Ref::map(words, |words| &words[first..last]))
            }
            Access::ReadWrite => {
                let words = buffer.try_borrow_mut().map_err(|_| conflict())?;
                check_range(first, last, words.len())?;
                Bound::Write(RefMut::map(words, |words| &mut words[first..last]))
            }
        })
    }

    fn buffer(&self, id: BufferId) -> Result<&RefCell<Vec<u32>>> {
        self.buffers
            .get(id.0 as usize)
            .ok_or_else(|| Error::Gpu(format!("there is no buffer {}", id.0)))
    }

    /// Runs one command. Also used on its own by the kernel tests.
    pub fn execute(&self, command: &Command, step: &Step) -> Result<()> {
        let mut slots = Vec::with_capacity(command.slots.len());
        for (slot, bind) in command.slots.iter().zip(command.kernel.binds) {
            slots.push(self.bind(*slot, bind.access)?);
        }
        let call = Call {
            params: &command.params,
            variant: command.variant,
            step,
            slots,
        };
        match command.kernel.name {
            "embed" => embed::run(call),
            "norm" => norm::run(call),
            "gather" => gather::run(call),
            "matvec" => matvec::run(call),
            "matmul" => matmul::run(call),
            "expert_route" => expert_route::run(call),
            "expert_up" => expert_up::run(call),
            "expert_down" => expert_down::run(call),
            "rope_cache" => rope_cache::run(call),
            "rope_shift" => rope_shift::run(call),
            "attention" => attention::run(call),
            "attention_merge" => attention_merge::run(call),
            "constrain" => constrain::run(call),
            "sample" => sample::run(call),
            "stream" => stream::run(call),
            "fma" => fma::run(call),
            other => Err(Error::Gpu(format!("the kernel '{other}' has no reference"))),
        }
    }
}

fn check_range(first: usize, last: usize, len: usize) -> Result<()> {
    if first <= last && last <= len {
        Ok(())
    } else {
        Err(Error::Gpu(format!(
            "words {first}..{last} of a buffer of {len}"
        )))
    }
}

fn missing(kernel: &str) -> Error {
    Error::Gpu(format!(
        "the command for '{kernel}' lacks a slot or a variant"
    ))
}

impl WeightSink for Cpu {
    fn write(&mut self, buffer: BufferId, offset_bytes: u64, bytes: &[u8]) -> Result<()> {
        let mut words = self.buffer(buffer)?.borrow_mut();
        let all: &mut [u8] = bytemuck::cast_slice_mut(words.as_mut_slice());
        let first = offset_bytes as usize;
        check_range(first, first + bytes.len(), all.len())?;
        all[first..first + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
}

impl Executor for Cpu {
    fn limits(&self) -> Limits {
        Limits {
            max_binding_bytes: u64::MAX,
            max_buffer_bytes: u64::MAX,
        }
    }

    async fn allocate(&mut self, buffers: &[BufferDesc]) -> Result<()> {
        self.buffers.clear();
        self.add_buffers(buffers).await.map(|_| ())
    }

    async fn add_buffers(&mut self, buffers: &[BufferDesc]) -> Result<BufferId> {
        let first = BufferId(self.buffers.len() as u32);
        for buffer in buffers {
            self.buffers
                .push(RefCell::new(vec![0; buffer.len_bytes.div_ceil(4) as usize]));
        }
        Ok(first)
    }

    async fn prepare(&mut self, recordings: Vec<Recording>) -> Result<()> {
        self.recordings = recordings;
        Ok(())
    }

    fn submit(
        &mut self,
        recordings: &[RecordingId],
        step: &Step,
        token: Option<Slot>,
    ) -> Result<()> {
        for id in recordings {
            for command in self
                .recordings
                .get(id.0)
                .map(|r| r.commands.as_slice())
                .unwrap_or_default()
            {
                if command
                    .grid
                    .iter()
                    .all(|count| count.resolve(step.num_tokens, step.position) > 0)
                {
                    self.execute(command, step)?;
                }
            }
        }
        if let Some(slot) = token {
            let word = self.bind(slot, Access::Read)?.words().first().copied();
            self.tokens.extend(word);
        }
        Ok(())
    }

    fn copy(&mut self, copies: &[CopyBytes]) -> Result<()> {
        for copy in copies {
            let to = Slot {
                buffer: copy.to,
                offset_bytes: copy.to_offset_bytes,
                ..copy.from
            };
            let from = self.bind(copy.from, Access::Read)?;
            self.bind(to, Access::ReadWrite)?
                .words_mut()
                .copy_from_slice(from.words());
        }
        Ok(())
    }

    async fn next_token(&mut self) -> Result<u32> {
        self.tokens
            .pop_front()
            .ok_or_else(|| Error::Gpu("no step with a token is in flight".into()))
    }

    fn tokens_ready(&mut self) -> usize {
        self.tokens.len()
    }

    fn max_steps_in_flight(&self) -> usize {
        1
    }

    async fn idle(&mut self) -> Result<()> {
        Ok(())
    }

    async fn read_all(&mut self, slots: &[Slot]) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for slot in slots {
            bytes.extend_from_slice(self.bind(*slot, Access::Read)?.bytes());
        }
        Ok(bytes)
    }
}

/// Row `row` of a packed matrix as f32, `blocks_per_row × 32` long.
fn weights_row(call: &Call<'_>, blocks_per_row: u32, row: usize) -> Result<Vec<f32>> {
    let layout = call.variant.weights.ok_or_else(|| missing("weights"))?;
    let columns = blocks_per_row as usize * 32;
    let sizes = layout.planes(columns);
    let Some((&codes_bytes, others)) = sizes.split_first() else {
        return Err(missing("weights"));
    };
    let [codes, metadata, ..] = call.slots.as_slice() else {
        return Err(missing("weights"));
    };
    // The planes after the first share the second binding, each for all rows.
    let mut planes = vec![bytes_of_row(codes.bytes(), row, codes_bytes)?];
    let bytes_per_row: usize = others.iter().sum();
    let mut rest = metadata.bytes();
    let num_rows = rest.len() / bytes_per_row.max(1);
    for &size in others {
        let (plane, after) = rest.split_at(num_rows * size);
        planes.push(bytes_of_row(plane, row, size)?);
        rest = after;
    }
    let mut out = vec![0.0; columns];
    crate::weights::pack::unpack_row(layout, columns, &planes, &mut out)?;
    Ok(out)
}

fn bytes_of_row(plane: &[u8], row: usize, bytes_per_row: usize) -> Result<&[u8]> {
    let first = row * bytes_per_row;
    check_range(first, first + bytes_per_row, plane.len())?;
    Ok(&plane[first..first + bytes_per_row])
}
