//! Query/key norm, rotary embedding (Su et al. 2021), cache write.

use super::kv_blocks::CacheRows;
use super::{Call, missing};
use crate::error::Result;
use crate::kernel::rope_cache::RopeCacheParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = RopeCacheParams::from_words(call.params);
    let (heads, kv_heads) = (params.num_heads as usize, params.num_kv_heads as usize);
    let head_dim = params.head_dim as usize;
    let kv = call.variant.kv.ok_or_else(|| missing("rope_cache"))?;
    let (keys, values) = CacheRows::of(kv, head_dim);
    for token in 0..call.step.num_tokens as usize {
        let position = call.step.position as usize + token;
        for slot in 0..heads + 2 * kv_heads {
            let first = token * params.row_stride as usize + slot * head_dim;
            let mut head: Vec<f64> = call.slots[0].floats()[first..first + head_dim]
                .iter()
                .map(|&x| f64::from(x))
                .collect();
            let is_value = slot >= heads + kv_heads;
            if !is_value {
                if params.qk_norm == 1 {
                    let gamma = call.slots[if slot < heads { 4 } else { 5 }].floats();
                    let mean_square = head.iter().map(|x| x * x).sum::<f64>() / head_dim as f64;
                    let scale = 1.0 / (mean_square + f64::from(params.epsilon)).sqrt();
                    for (x, &gamma) in head.iter_mut().zip(gamma) {
                        *x *= scale * f64::from(gamma);
                    }
                }
                let pairs = params.rotary_dim as usize / 2;
                for pair in 0..pairs {
                    let (first, second) = if params.interleaved == 1 {
                        (2 * pair, 2 * pair + 1)
                    } else {
                        (pair, pair + pairs)
                    };
                    let at = (position * pairs + pair) * 2;
                    let table = call.slots[1].floats();
                    let (cos, sin) = (f64::from(table[at]), f64::from(table[at + 1]));
                    let (a, b) = (head[first], head[second]);
                    head[first] = a * cos - b * sin;
                    head[second] = b * cos + a * sin;
                }
            }
            if slot < heads {
                for (i, value) in head.iter().enumerate() {
                    call.slots[0].floats_mut()[first + i] = *value as f32;
                }
            } else {
                let kv_head = (slot - heads) % kv_heads;
                let row = kv_head * params.context_tokens as usize + position;
                let head: Vec<f32> = head.iter().map(|&value| value as f32).collect();
                if is_value {
                    values.write(&mut call.slots[3], row, &head);
                } else {
                    keys.write(&mut call.slots[2], row, &head);
                }
            }
        }
    }
    Ok(())
}
