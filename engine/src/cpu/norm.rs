//! RMS norm (Zhang and Sennrich 2019) and LayerNorm (Ba et al. 2016), in f64.

use super::Call;
use crate::error::Result;
use crate::kernel::norm::NormParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = NormParams::from_words(call.params);
    let columns = params.columns as usize;
    let rows = if params.use_head_row == 1 {
        1
    } else {
        call.step.num_tokens as usize
    };
    for row in 0..rows {
        let x_row = if params.use_head_row == 1 {
            call.step.head_row as usize
        } else {
            row
        };
        let first = x_row * params.x_stride as usize + params.x_offset as usize;
        let x: Vec<f64> = call.slots[0].floats()[first..first + columns]
            .iter()
            .map(|&x| f64::from(x))
            .collect();
        let gamma = call.slots[1].floats()[..columns].to_vec();
        let beta = if params.subtract_mean == 1 {
            call.slots[2].floats()[..columns].to_vec()
        } else {
            vec![]
        };
        let count = columns as f64;
        let mean = if params.subtract_mean == 1 {
            x.iter().sum::<f64>() / count
        } else {
            0.0
        };
        let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
        let scale = 1.0 / (variance + f64::from(params.epsilon)).sqrt();
        let first = row * params.y_stride as usize + params.y_offset as usize;
        let y = &mut call.slots[3].floats_mut()[first..first + columns];
        for i in 0..columns {
            let mut value = (x[i] - mean) * scale * f64::from(gamma[i]);
            value += beta.get(i).map_or(0.0, |&beta| f64::from(beta));
            if params.accumulate == 1 {
                value += f64::from(y[i]);
            }
            y[i] = value as f32;
        }
    }
    Ok(())
}
