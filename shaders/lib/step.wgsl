// What changes from step to step. One slot of a ring, chosen by a dynamic offset, so that several steps can
// be in flight. The host knows every value before the step starts; the token itself never leaves the GPU.

struct Step {
    num_tokens: u32,
    position: u32,
    head_row: u32,
    ring_slot: u32,
    draw: u32,
    seed_low: u32,
    seed_high: u32,
    temperature: f32,
    top_k: u32,
    top_p: f32,
    min_p: f32,
    repetition_penalty: f32,
    frequency_penalty: f32,
    presence_penalty: f32,
    count_token: u32,
    shift_tokens: u32,
}

@group(0) @binding(1) var<uniform> step: Step;
