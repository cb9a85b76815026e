//! Known-answer tests of the kernels: each against its reference, at ragged shapes, in every variant.
//!
//! A case is one command with its inputs. It runs on any executor, so the same cases serve the test suite, the
//! `kernels` subcommand and whatever else wants to know whether an adapter computes correctly. Inputs are seeded
//! noise; nothing here comes from the executor under test.

mod attention_cases;
mod constrain_cases;
mod expert_cases;
mod linear_cases;
mod roofline_cases;
mod row_cases;
mod runner;
mod sample_cases;
mod shift_cases;

use crate::cpu::kv_blocks::CacheRows;
use crate::kernel::Kernel;
use crate::kernel::kv_blocks::RowFormat;
use crate::plan::{Count, Step, Variant};

pub use runner::{run, run_all};

/// How a result is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// Every word the same: ids, counts.
    Exact,
    /// f32 sums in another order: the largest difference, relative to the largest expected value (at least 1).
    F32Sum,
    /// As `F32Sum` for values stored as f16 pairs, where a tie may round either way.
    F16Stored,
    /// Rows of a quantised cache, in steps of their codes: nearly all values the same, and where one lies between two
    /// codes, the neighbour.
    Codes { format: RowFormat, head_dim: usize },
}

impl Tolerance {
    /// Largest acceptable error. f32 has 2^-24 per operation and the longest sums here have a few thousand terms
    /// of both signs, so 2e-5 is generous; f16 has steps of 2^-10. A scale may be rounded up to the next of its 2^8 in
    /// a power of two, which moves the largest value by half a step, and the value beside it by as much.
    fn limit(self) -> f64 {
        match self {
            Tolerance::Exact => 0.0,
            Tolerance::F32Sum => 2e-5,
            Tolerance::F16Stored => 1.1 / 1024.0,
            Tolerance::Codes { .. } => 1.1,
        }
    }

    /// How a cache of such rows is compared.
    fn of_stored(rows: CacheRows) -> Self {
        let CacheRows { format, head_dim } = rows;
        match format {
            RowFormat::F32 => Tolerance::F32Sum,
            RowFormat::F16 => Tolerance::F16Stored,
            RowFormat::Q8 | RowFormat::Q4 => Tolerance::Codes { format, head_dim },
        }
    }
}

/// One command with its inputs.
pub struct Case {
    pub kernel: &'static Kernel,
    pub variant: Variant,
    /// The shape, for people.
    pub shape: String,
    params: Vec<u32>,
    step: Step,
    grid: [Count; 2],
    /// Initial words of each slot, in the order of the kernel's bindings.
    slots: Vec<Vec<u32>>,
    /// How each written slot is compared, in the order of the bindings that write.
    tolerances: Vec<Tolerance>,
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Largest error over the written slots, each relative to its tolerance's scale.
    pub error: f64,
    pub passed: bool,
}

/// All cases of all kernels.
pub fn cases() -> Vec<Case> {
    let mut cases = row_cases::cases();
    cases.extend(linear_cases::cases());
    cases.extend(shift_cases::cases());
    cases.extend(expert_cases::cases());
    cases.extend(attention_cases::cases());
    cases.extend(constrain_cases::cases());
    cases.extend(sample_cases::cases());
    cases.extend(roofline_cases::cases());
    cases
}

/// Error of `got` against `want`; infinite where a value is not a number or a length differs.
pub fn difference(want: &[u32], got: &[u32], tolerance: Tolerance) -> f64 {
    if want.len() != got.len() {
        return f64::INFINITY;
    }
    let pairs: Vec<(f64, f64)> = match tolerance {
        Tolerance::Exact => {
            let different = want
                .iter()
                .zip(got)
                .filter(|(want, got)| want != got)
                .count();
            return different as f64;
        }
        Tolerance::F32Sum => {
            let value = |word: &u32| f64::from(f32::from_bits(*word));
            want.iter().map(value).zip(got.iter().map(value)).collect()
        }
        Tolerance::F16Stored => {
            let values = |words: &[u32]| -> Vec<f64> {
                bytemuck::cast_slice::<u32, half::f16>(words)
                    .iter()
                    .map(|half| half.to_f64())
                    .collect()
            };
            values(want).into_iter().zip(values(got)).collect()
        }
        Tolerance::Codes { format, head_dim } => {
            return difference_in_steps(want, got, CacheRows { format, head_dim });
        }
    };
    let scale = pairs.iter().map(|(want, _)| want.abs()).fold(1.0, f64::max);
    pairs.iter().fold(0.0, |worst, (want, got)| {
        let error = (want - got).abs() / scale;
        // NaN compares as nothing; it is the worst of errors.
        if error.is_nan() {
            f64::INFINITY
        } else {
            worst.max(error)
        }
    })
}

/// The largest difference between rows in steps of their blocks. Where more than one value in 200 differs at all, that
/// is no tie: their number.
fn difference_in_steps(want: &[u32], got: &[u32], rows: CacheRows) -> f64 {
    let row_words = rows.format.row_words(rows.head_dim);
    let (mut worst, mut num_different, mut num_values) = (0f64, 0usize, 0usize);
    for (want, got) in want
        .chunks_exact(row_words)
        .zip(got.chunks_exact(row_words))
    {
        let (want, got, steps) = (rows.values(want), rows.values(got), rows.steps(want));
        for ((want, got), step) in want.iter().zip(got).zip(steps) {
            let error = f64::from((want - got).abs());
            // Also where the step is 0 and the value is not.
            let error = if error == 0.0 {
                0.0
            } else {
                error / f64::from(step)
            };
            if error.is_nan() {
                return f64::INFINITY;
            }
            worst = worst.max(error);
            num_different += usize::from(error > 0.6);
            num_values += usize::from(*want != 0.0);
        }
    }
    if num_different > 1 + num_values / 200 {
        worst.max(num_different as f64)
    } else {
        worst
    }
}

/// Seeded noise: SplitMix64 (Steele et al. 2014).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn word(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }

    /// Uniform in -1..1.
    fn float(&mut self) -> f32 {
        (self.word() >> 8) as f32 / 8_388_608.0 - 1.0
    }

    fn floats(&mut self, count: usize) -> Vec<u32> {
        (0..count).map(|_| self.float().to_bits()).collect()
    }

    /// Pairs of f16 of magnitude up to `scale`, never infinite or NaN.
    fn half_pairs(&mut self, count: usize, scale: f32) -> Vec<u32> {
        let mut half = || u32::from(half::f16::from_f32(self.float() * scale).to_bits());
        (0..count).map(|_| half() | half() << 16).collect()
    }

    /// A cache of `num_rows` rows. Any code may stand in one; scales and minima are of either sign, and small.
    fn cache(&mut self, rows: CacheRows, num_rows: usize) -> Vec<u32> {
        let code_words = rows.format.code_words(rows.head_dim);
        let scale_words = rows.format.row_words(rows.head_dim) - code_words;
        match rows.format {
            RowFormat::F32 => self.floats(num_rows * code_words),
            RowFormat::F16 => self.half_pairs(num_rows * code_words, 1.0),
            RowFormat::Q8 | RowFormat::Q4 => (0..num_rows)
                .flat_map(|_| {
                    let codes: Vec<u32> = (0..code_words).map(|_| self.word()).collect();
                    // Two upper halves of f32 between 2^-7 and 2^-6.
                    let scales: Vec<u32> = (0..scale_words)
                        .map(|_| self.word() & 0x807f_807f | 0x3c00_3c00)
                        .collect();
                    [codes, scales].concat()
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn difference_notices_one_wrong_value() {
        let want: Vec<u32> = (0..64).map(|i| (i as f32).to_bits()).collect();
        for tolerance in [Tolerance::Exact, Tolerance::F32Sum] {
            assert!(difference(&want, &want, tolerance) <= tolerance.limit());
            let mut got = want.clone();
            got[63] = 62.0f32.to_bits();
            assert!(difference(&want, &got, tolerance) > tolerance.limit());
            got[63] = f32::NAN.to_bits();
            assert!(difference(&want, &got, tolerance) > tolerance.limit());
            assert!(difference(&want, &want[1..], tolerance) > tolerance.limit());
        }
        let one = u32::from(half::f16::from_f32(1.0).to_bits());
        let more = u32::from(half::f16::from_f32(1.01).to_bits());
        assert!(difference(&[one], &[more], Tolerance::F16Stored) > Tolerance::F16Stored.limit());
    }

    #[test]
    fn difference_notices_wrong_codes_and_scales() {
        for format in [RowFormat::Q8, RowFormat::Q4] {
            let rows = CacheRows {
                format,
                head_dim: 80,
            };
            let want = Noise(7).cache(rows, 3);
            let tolerance = Tolerance::of_stored(rows);
            let passes = |got: &[u32]| difference(&want, got, tolerance) <= tolerance.limit();
            assert!(passes(&want));
            // One code beside the right one is a tie, two steps are not, nor are many ties.
            let off = |words: usize, by: u32| {
                let mut got = want.clone();
                for word in got.iter_mut().take(words) {
                    // The lowest code of the word, down or up, whichever it can.
                    let low = *word & 15;
                    *word = *word & !15 | if low >= by { low - by } else { low + by };
                }
                got
            };
            assert!(passes(&off(1, 1)), "{format:?}");
            assert!(!passes(&off(1, 2)), "{format:?}");
            assert!(!passes(&off(8, 1)), "{format:?}");
            // A scale of the wrong size, or of the wrong block.
            let scales = format.code_words(80);
            let mut got = want.clone();
            got[scales] ^= 0x0080;
            assert!(!passes(&got), "{format:?}");
            got[scales] = want[scales].rotate_left(16);
            assert!(!passes(&got), "{format:?}");
        }
    }
}
