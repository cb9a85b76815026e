//! Which tensors of a GPTQ or AWQ checkpoint make a matrix, and whether they fit each other.
//!
//! A matrix `X.weight` is `X.qweight`, `X.qzeros`, `X.scales` and, for GPTQ, `X.g_idx`. The rest of the model sees
//! one tensor of that name with the matrix's own shape.

use super::quantization::Quantization;
use crate::error::{Error, Result};
use crate::weights::layout::Layout;
use crate::weights::packed::{Packing, Part, Scheme, layout_for};
use crate::weights::{Dtype, TensorInfo};

/// A matrix in several tensors.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedMatrix {
    /// The matrix as one tensor: its name, its shape, and the place and type of its codes.
    pub matrix: TensorInfo,
    pub scheme: Scheme,
    pub layout: Layout,
    pub parts: Vec<(Part, TensorInfo)>,
}

/// Every packed matrix of a checkpoint.
pub(super) fn packed_matrices(
    tensors: &[TensorInfo],
    quantization: Quantization,
) -> Result<Vec<PackedMatrix>> {
    let by_name: std::collections::HashMap<&str, &TensorInfo> =
        tensors.iter().map(|t| (t.name.as_str(), t)).collect();
    let matrices = tensors
        .iter()
        .filter_map(|tensor| Some((tensor.name.strip_suffix(".qweight")?, tensor)))
        .map(|(base, codes)| {
            let part = |suffix: &str| by_name.get(format!("{base}.{suffix}").as_str()).copied();
            packed_matrix(base, codes, quantization, part)
        })
        .collect::<Result<Vec<_>>>()?;
    if matrices.is_empty() {
        return Err(Error::Config(
            "it says that the checkpoint is quantised, and no tensor is (none is named .qweight)"
                .into(),
        ));
    }
    Ok(matrices)
}

fn packed_matrix<'t>(
    base: &str,
    codes: &TensorInfo,
    quantization: Quantization,
    part: impl Fn(&str) -> Option<&'t TensorInfo>,
) -> Result<PackedMatrix> {
    let wrong = |tensor: &TensorInfo, reason: String| {
        Err(Error::Tensor {
            name: tensor.name.clone(),
            reason,
        })
    };
    let &[first, second] = codes.shape.as_slice() else {
        return wrong(
            codes,
            format!(
                "has the shape {:?}, and codes have two dimensions",
                codes.shape
            ),
        );
    };
    // Eight columns of a row share a word in GPTQ, eight rows of a column in AWQ.
    let (rows, cols) = match quantization.packing {
        Packing::Gptq => (Some(second), first.checked_mul(8)),
        Packing::Awq => (second.checked_mul(8), Some(first)),
    };
    let (Some(rows), Some(cols)) = (rows, cols) else {
        return wrong(codes, format!("has the impossible shape {:?}", codes.shape));
    };
    let group_len = quantization.group_len.unwrap_or(cols);
    let Some(layout) = layout_for(group_len, cols).filter(|_| rows.is_multiple_of(8)) else {
        return wrong(
            codes,
            format!(
                "is a matrix of {rows} rows and {cols} columns, which does not divide into groups of {group_len} columns and words of 8 rows"
            ),
        );
    };
    let groups = cols / group_len;
    let mut parts = Vec::new();
    for (kind, suffix, dtype, shape) in [
        (Part::Codes, "qweight", Dtype::I32, vec![first, second]),
        (Part::Zeros, "qzeros", Dtype::I32, vec![groups, rows / 8]),
        (Part::Scales, "scales", Dtype::F16, vec![groups, rows]),
        (Part::Order, "g_idx", Dtype::I32, vec![cols]),
    ] {
        let Some(tensor) = part(suffix) else {
            if kind == Part::Order && !quantization.reordered {
                continue;
            }
            return Err(Error::Tensor {
                name: format!("{base}.{suffix}"),
                reason: format!("is missing, and '{}' cannot be read without it", codes.name),
            });
        };
        if tensor.dtype != dtype || tensor.shape != shape {
            return wrong(
                tensor,
                format!(
                    "is {} of the shape {:?}, and the configuration asks for {dtype} of {shape:?}",
                    tensor.dtype, tensor.shape
                ),
            );
        }
        parts.push((kind, tensor.clone()));
    }
    Ok(PackedMatrix {
        matrix: TensorInfo {
            name: format!("{base}.weight"),
            shape: vec![rows, cols],
            ..codes.clone()
        },
        scheme: Scheme {
            packing: quantization.packing,
            zero_offset: quantization.zero_offset,
            group_len,
            reordered: quantization.reordered,
        },
        layout,
        parts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GPTQ: Quantization = Quantization {
        packing: Packing::Gptq,
        zero_offset: 1,
        group_len: Some(32),
        reordered: true,
    };

    fn tensor(name: &str, dtype: Dtype, shape: &[u64]) -> TensorInfo {
        TensorInfo {
            name: name.into(),
            dtype,
            shape: shape.to_vec(),
            file: 0,
            offset_bytes: 0,
            len_bytes: dtype.bytes_of(shape.iter().product()).unwrap(),
        }
    }

    /// A matrix of 16 rows and 64 columns.
    fn good() -> Vec<TensorInfo> {
        vec![
            tensor("m.g_idx", Dtype::I32, &[64]),
            tensor("m.qweight", Dtype::I32, &[8, 16]),
            tensor("m.qzeros", Dtype::I32, &[2, 2]),
            tensor("m.scales", Dtype::F16, &[2, 16]),
            tensor("norm.weight", Dtype::F16, &[64]),
        ]
    }

    #[test]
    fn parts_make_a_matrix() {
        let [packed] = packed_matrices(&good(), GPTQ).unwrap().try_into().unwrap();
        assert_eq!(packed.matrix.name, "m.weight");
        assert_eq!(packed.matrix.shape, [16, 64]);
        assert_eq!((packed.layout, packed.parts.len()), (Layout::Q4Group32, 4));
        let whole_rows = Quantization {
            group_len: None,
            reordered: false,
            ..GPTQ
        };
        let mut tensors = good();
        tensors[2].shape = vec![1, 2];
        tensors[3].shape = vec![1, 16];
        tensors.remove(0);
        let [packed] = packed_matrices(&tensors, whole_rows)
            .unwrap()
            .try_into()
            .unwrap();
        assert_eq!(
            (packed.layout, packed.scheme.group_len),
            (Layout::Q4Group64, 64)
        );
    }

    #[test]
    fn parts_that_do_not_fit_are_named() {
        type Change = fn(&mut Vec<TensorInfo>);
        let cases: [(Change, &str); 8] = [
            (|t| drop(t.remove(0)), "'m.g_idx': is missing"),
            (|t| drop(t.remove(2)), "'m.qzeros': is missing"),
            (|t| drop(t.remove(3)), "'m.scales': is missing"),
            (|t| t[0].shape = vec![63], "'m.g_idx': is I32"),
            (|t| t[3].dtype = Dtype::BF16, "'m.scales': is BF16"),
            (|t| t[1].shape = vec![9, 16], "does not divide"),
            (|t| t[1].shape = vec![8, 15], "does not divide"),
            (|t| t[1].shape = vec![u64::MAX, 16], "impossible"),
        ];
        for (change, words) in cases {
            let mut tensors = good();
            change(&mut tensors);
            let error = packed_matrices(&tensors, GPTQ).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        assert!(packed_matrices(&good()[4..], GPTQ).is_err());
    }
}
