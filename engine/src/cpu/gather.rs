//! y\[t\]\[i\] = x\[t\]\[order\[i\]\].

use super::{Call, check_range};
use crate::error::Result;
use crate::kernel::gather::GatherParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = GatherParams::from_words(call.params);
    let columns = params.columns as usize;
    for token in 0..call.step.num_tokens as usize {
        let x = &call.slots[0].floats()[token * params.x_stride as usize..];
        let mut row = Vec::with_capacity(columns);
        for &column in &call.slots[1].words()[..columns] {
            check_range(0, column as usize + 1, x.len())?;
            row.push(x[column as usize]);
        }
        let first = token * params.y_stride as usize;
        call.slots[2].floats_mut()[first..first + columns].copy_from_slice(&row);
    }
    Ok(())
}
