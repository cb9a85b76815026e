//! The next token by the CPU sampler, on the recording's buffers.

use super::Call;
use crate::error::Result;
use crate::kernel::sample::SampleParams;
use crate::sample::{SamplingOptions, sample};

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = SampleParams::from_words(call.params);
    let step = call.step;
    let vocab = params.vocab_size as usize;
    let mut logits = call.slots[0].floats()[..vocab].to_vec();
    let counts = &call.slots[1].words()[..vocab];
    // Without one number among the logits the shader's first id stands.
    let id = sample(
        &mut logits,
        counts,
        &SamplingOptions::from_step(step),
        step.draw,
    )
    .unwrap_or(0);
    call.slots[2].words_mut()[0] = id;
    call.slots[3].words_mut()[step.ring_slot as usize] = id;
    if step.count_token == 1 {
        call.slots[1].words_mut()[id as usize] += 1;
    }
    Ok(())
}
