//! Cached positions move towards the beginning; keys turn back by the distance (Su et al. 2021: rotations compose).

use super::kv_blocks::CacheRows;
use super::{Call, missing};
use crate::error::Result;
use crate::kernel::rope_shift::RopeShiftParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = RopeShiftParams::from_words(call.params);
    let kv = call.variant.kv.ok_or_else(|| missing("rope_shift"))?;
    let head_dim = params.head_dim as usize;
    let (keys, values) = CacheRows::of(kv, head_dim);
    let context_tokens = params.context_tokens as usize;
    let shift = call.step.shift_tokens as usize;
    let pairs = params.rotary_dim as usize / 2;
    let rotation: Vec<(f64, f64)> = (0..pairs)
        .map(|pair| {
            let table = call.slots[0].floats();
            let at = (shift * pairs + pair) * 2;
            // Position 0 has cosine 1: what stands there is the table's magnitude.
            let magnitude = f64::from(table[pair * 2]);
            (
                f64::from(table[at]) / magnitude,
                f64::from(table[at + 1]) / magnitude,
            )
        })
        .collect();
    let heads = call.slots[1].bytes().len() as u64
        / (context_tokens as u64 * keys.format.row_bytes(head_dim));
    for head in 0..heads as usize {
        for token in 0..call.step.num_tokens as usize {
            let to = head * context_tokens + call.step.position as usize + token;
            let from = to + shift;
            let key = keys.read(&call.slots[1], from);
            let mut key: Vec<f64> = key.iter().map(|&key| f64::from(key)).collect();
            for (pair, (cos, sin)) in rotation.iter().enumerate() {
                let (first, second) = if params.interleaved == 1 {
                    (2 * pair, 2 * pair + 1)
                } else {
                    (pair, pair + pairs)
                };
                let (a, b) = (key[first], key[second]);
                key[first] = a * cos + b * sin;
                key[second] = b * cos - a * sin;
            }
            let key: Vec<f32> = key.iter().map(|&key| key as f32).collect();
            keys.write(&mut call.slots[1], to, &key);
            values.copy(&mut call.slots[2], from, to);
        }
    }
    Ok(())
}
