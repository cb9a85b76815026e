//! The next token by the CPU sampler, on the recording's buffers.

use super::Call;
use crate::error::Result;
use crate::kernel::sample::SampleParams;
use crate::sample::{Draw, SamplingOptions, choose};

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = SampleParams::from_words(call.params);
    let step = call.step;
    let vocab = params.vocab_size as usize;
    let options = SamplingOptions::from_step(step);
    let draw = Draw { seed: step.seed, number: step.draw };
    let id = choose(&call.slots[0].floats()[..vocab], &call.slots[1].words()[..vocab], &options, draw);
    call.slots[2].words_mut()[0] = id;
    call.slots[3].words_mut()[step.ring_slot as usize] = id;
    if step.count_token == 1 {
        call.slots[1].words_mut()[id as usize] += 1;
    }
    Ok(())
}
