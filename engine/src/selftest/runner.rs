//! Runs cases, many at a time.
//!
//! Waiting for a result is what a case costs: a browser may tell of finished work only every 100 ms. So the cases
//! of a group share their buffers: one for all that is only read, one for the first written slot of each, one for
//! the second and so on, because no command may write to a buffer that it has bound twice. Each case is a
//! recording of its own, and one read per buffer brings all results back.

use super::{Case, Outcome, difference};
use crate::cpu::Cpu;
use crate::error::{Error, Result};
use crate::executor::{Executor, RecordingId};
use crate::kernel::Access;
use crate::plan::{BufferDesc, BufferId, BufferRole, Command, Recording, SLOT_ALIGN_BYTES, Slot};

/// Cases that share a read. Small enough that their buffers never matter, large enough that waiting does not.
const GROUP: usize = 48;

/// The buffer of what kernels only read; written slots follow.
const INPUTS: BufferId = BufferId(0);

/// Runs every case on `executor` and on the reference, and compares; one outcome per case, in order.
///
/// A group that fails as a whole is run again one by one, so that an error names its case and no other.
pub async fn run_all<X: Executor>(executor: &mut X, cases: &[Case]) -> Vec<Result<Outcome>> {
    let mut outcomes = Vec::with_capacity(cases.len());
    for group in cases.chunks(GROUP) {
        match run_group(executor, group).await {
            Ok(all) => outcomes.extend(all.into_iter().map(Ok)),
            Err(error) if group.len() == 1 => outcomes.push(Err(error)),
            Err(_) => {
                for case in group {
                    outcomes.push(run(executor, case).await);
                }
            }
        }
    }
    outcomes
}

/// Runs one case on `executor` and on the reference, and compares.
pub async fn run<X: Executor>(executor: &mut X, case: &Case) -> Result<Outcome> {
    let outcomes = run_group(executor, std::slice::from_ref(case)).await?;
    outcomes
        .into_iter()
        .next()
        .ok_or_else(|| Error::Gpu("a case gave no outcome".into()))
}

async fn run_group<X: Executor>(executor: &mut X, group: &[Case]) -> Result<Vec<Outcome>> {
    let got = results(executor, group).await?;
    let mut outcomes = Vec::with_capacity(group.len());
    for (case, got) in group.iter().zip(&got) {
        let want = results(&mut Cpu::new(), std::slice::from_ref(case)).await?;
        let want = want.first().map(Vec::as_slice).unwrap_or_default();
        let mut outcome = Outcome {
            error: 0.0,
            passed: !want.is_empty() && want.len() == got.len(),
        };
        for ((want, got), &tolerance) in want.iter().zip(got).zip(&case.tolerances) {
            let error = difference(want, got, tolerance);
            outcome.error = outcome.error.max(error);
            outcome.passed &= error <= tolerance.limit();
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// The words of each written slot of each case.
async fn results<X: Executor>(executor: &mut X, group: &[Case]) -> Result<Vec<Vec<Vec<u32>>>> {
    let (places, buffers) = places(group);
    executor.allocate(&buffers).await?;
    let mut recordings = Vec::new();
    for (case, slots) in group.iter().zip(&places) {
        for (slot, words) in slots.iter().zip(&case.slots) {
            executor.write(slot.buffer, slot.offset_bytes, bytemuck::cast_slice(words))?;
        }
        recordings.push(Recording {
            commands: vec![Command {
                label: case.shape.clone(),
                kernel: case.kernel,
                variant: case.variant,
                slots: slots.clone(),
                params: case.params.clone(),
                grid: case.grid,
            }],
        });
    }
    executor.prepare(recordings).await?;
    for (index, case) in group.iter().enumerate() {
        executor.submit(&[RecordingId(index)], &case.step, None)?;
    }
    let mut written = vec![Vec::new()];
    for (id, buffer) in buffers.iter().enumerate().skip(1) {
        let whole = Slot {
            buffer: BufferId(id as u32),
            offset_bytes: 0,
            len_bytes: buffer.len_bytes,
        };
        written.push(executor.read(whole).await?);
    }
    let words_of = |(slot, words): (&Slot, &Vec<u32>)| {
        let from = slot.offset_bytes as usize;
        let bytes = written.get(slot.buffer.0 as usize);
        let bytes = bytes.and_then(|bytes| bytes.get(from..from + words.len() * 4));
        bytemuck::pod_collect_to_vec(bytes.unwrap_or_default())
    };
    Ok(group
        .iter()
        .zip(&places)
        .map(|(case, slots)| {
            let slots = slots.iter().zip(&case.slots);
            slots
                .filter(|(slot, _)| slot.buffer != INPUTS)
                .map(words_of)
                .collect()
        })
        .collect())
}

/// Where each slot of each case lies, and the buffers that takes.
fn places(group: &[Case]) -> (Vec<Vec<Slot>>, Vec<BufferDesc>) {
    let mut sizes = vec![0u64];
    let mut places = Vec::new();
    for case in group {
        let mut slots = Vec::new();
        let mut next_written = 1;
        for (words, bind) in case.slots.iter().zip(case.kernel.binds) {
            let buffer = match bind.access {
                Access::Read => INPUTS,
                Access::ReadWrite => {
                    next_written += 1;
                    BufferId(next_written - 1)
                }
            };
            let index = buffer.0 as usize;
            sizes.resize(sizes.len().max(index + 1), 0);
            let Some(size) = sizes.get_mut(index) else {
                continue;
            };
            // No longer than its content: a kernel may go by the length of what it is given.
            let len_bytes = (words.len().max(4) * 4) as u64;
            slots.push(Slot {
                buffer,
                offset_bytes: *size,
                len_bytes,
            });
            *size += len_bytes.next_multiple_of(SLOT_ALIGN_BYTES);
        }
        places.push(slots);
    }
    let buffers = sizes
        .iter()
        .map(|&size| BufferDesc {
            label: "cases".into(),
            role: BufferRole::Scratch,
            len_bytes: size.max(SLOT_ALIGN_BYTES),
        })
        .collect();
    (places, buffers)
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    /// The reference against itself passes, which says nothing of the GPU but that every case is well formed and
    /// that grouping gives each its own results.
    #[test]
    fn every_case_is_well_formed() {
        let cases = cases();
        let outcomes = pollster::block_on(run_all(&mut Cpu::new(), &cases));
        assert_eq!(outcomes.len(), cases.len());
        for (case, outcome) in cases.iter().zip(outcomes) {
            let name = case.kernel.name;
            let outcome = outcome.unwrap_or_else(|error| panic!("{name} {}: {error}", case.shape));
            assert!(outcome.passed, "{name} {}", case.shape);
        }
    }
}
