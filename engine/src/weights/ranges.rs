//! Where tensors may lie: inside their file and not over each other.

use super::{Dtype, TensorInfo};
use crate::error::{Error, Result};

/// Offsets past this are nonsense rather than the end of a cut-off download.
const IMPLAUSIBLE_BYTES: u64 = 1 << 44;

/// Bytes of a tensor whose rows are whole blocks; `None` when the size overflows.
pub fn len_bytes(dtype: Dtype, shape: &[u64]) -> Option<u64> {
    // A zero dimension must not hide an overflow of the others.
    let mut all = 1u64;
    let mut has_zero = false;
    for &dimension in shape {
        if dimension == 0 {
            has_zero = true;
        } else {
            all = all.checked_mul(dimension)?;
        }
    }
    let bytes = dtype.bytes_of(all.checked_next_multiple_of(dtype.block_len())?)?;
    Some(if has_zero { 0 } else { bytes })
}

fn end(format: &'static str, tensor: &TensorInfo) -> Result<u64> {
    tensor
        .offset_bytes
        .checked_add(tensor.len_bytes)
        .filter(|&end| end < IMPLAUSIBLE_BYTES)
        .ok_or_else(|| Error::Malformed {
            format,
            reason: format!("the place of tensor '{}' is not possible", tensor.name),
        })
}

/// Tensors in the order they lie in the file.
fn in_order(tensors: &[TensorInfo]) -> Vec<&TensorInfo> {
    let mut order: Vec<_> = tensors.iter().filter(|t| t.len_bytes > 0).collect();
    order.sort_by_key(|t| t.offset_bytes);
    order
}

pub fn check_disjoint(format: &'static str, tensors: &[TensorInfo]) -> Result<()> {
    for tensor in tensors {
        end(format, tensor)?;
    }
    let order = in_order(tensors);
    for pair in order.windows(2) {
        if let [a, b] = pair
            && end(format, a)? > b.offset_bytes
        {
            return Err(Error::Malformed {
                format,
                reason: format!("tensors '{}' and '{}' overlap", a.name, b.name),
            });
        }
    }
    Ok(())
}

pub fn check_within(
    format: &'static str,
    tensors: &[TensorInfo],
    file_len_bytes: u64,
) -> Result<()> {
    let mut last = 0;
    for tensor in tensors {
        last = last.max(end(format, tensor)?);
    }
    if last > file_len_bytes {
        return Err(Error::Truncated {
            expected_bytes: last,
            actual_bytes: file_len_bytes,
        });
    }
    Ok(())
}

/// Safetensors allows no byte that belongs to no tensor.
pub fn check_gapless(
    format: &'static str,
    tensors: &[TensorInfo],
    start_bytes: u64,
    end_bytes: Option<u64>,
) -> Result<()> {
    let mut at = start_bytes;
    for tensor in in_order(tensors) {
        if tensor.offset_bytes != at {
            return Err(Error::Malformed {
                format,
                reason: format!(
                    "the bytes before tensor '{}' belong to no tensor",
                    tensor.name
                ),
            });
        }
        at = end(format, tensor)?;
    }
    match end_bytes {
        Some(file) if file != at => Err(Error::Malformed {
            format,
            reason: format!("{} bytes follow the last tensor", file.saturating_sub(at)),
        }),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_dimension_hides_no_overflow() {
        assert_eq!(len_bytes(Dtype::F32, &[0, 4]), Some(0));
        assert_eq!(len_bytes(Dtype::F32, &[]), Some(4));
        assert_eq!(len_bytes(Dtype::F32, &[1 << 32, 1 << 32]), None);
        assert_eq!(len_bytes(Dtype::F32, &[0, 1 << 32, 1 << 32]), None);
    }
}
