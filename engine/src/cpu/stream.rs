//! Sums of every so many groups of four words, wrapping.

use super::Call;
use crate::error::Result;
use crate::kernel::stream::StreamParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = StreamParams::from_words(call.params);
    let stride = params.num_invocations as usize;
    let mut sums = vec![0u32; stride];
    let groups = call.slots[0].words().chunks_exact(4);
    for (i, group) in groups.take(params.num_vec4 as usize).enumerate() {
        for word in group {
            sums[i % stride] = sums[i % stride].wrapping_add(*word);
        }
    }
    call.slots[1].words_mut()[..stride].copy_from_slice(&sums);
    Ok(())
}
