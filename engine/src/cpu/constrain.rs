//! Logits of what may not come are out of reach; biases are added to the others.

use super::{Call, check_range};
use crate::error::Result;
use crate::kernel::constrain::ConstrainParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = ConstrainParams::from_words(call.params);
    let vocab = params.vocab_size as usize;
    let mask = call.slots[1].words().to_vec();
    check_range(0, vocab.div_ceil(32), mask.len())?;
    let may_come = |id: usize| id < vocab && mask[id / 32] >> (id % 32) & 1 == 1;
    let list = call.slots[2].words().to_vec();
    let num_biases = list.first().copied().unwrap_or(0) as usize;
    check_range(0, 1 + 2 * num_biases, list.len())?;
    let logits = call.slots[0].floats_mut();
    for (id, logit) in logits[..vocab].iter_mut().enumerate() {
        if !may_come(id) {
            *logit = params.masked;
        }
    }
    for pair in list[1..1 + 2 * num_biases].chunks_exact(2) {
        if may_come(pair[0] as usize) {
            logits[pair[0] as usize] += f32::from_bits(pair[1]);
        }
    }
    Ok(())
}
