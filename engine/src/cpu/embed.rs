//! x\[t\] = table\[id of t\] × scale.

use super::{Call, weights_row};
use crate::error::Result;
use crate::kernel::embed::EmbedParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = EmbedParams::from_words(call.params);
    let columns = params.blocks_per_row as usize * 32;
    for token in 0..call.step.num_tokens {
        let id = if params.from_position == 1 {
            call.step.position + token
        } else {
            call.slots[2].words()[token as usize]
        };
        if id < params.first_row || id - params.first_row >= params.num_rows {
            continue;
        }
        let row = weights_row(
            &call,
            params.blocks_per_row,
            (id - params.first_row) as usize,
        )?;
        let x = &mut call.slots[3].floats_mut()[token as usize * columns..][..columns];
        for (x, weight) in x.iter_mut().zip(row) {
            let value = weight * params.scale;
            *x = if params.accumulate == 1 {
                *x + value
            } else {
                value
            };
        }
    }
    Ok(())
}
