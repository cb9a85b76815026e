//! Known-answer tests of the kernels: each against its reference, at ragged shapes, in every variant.
//!
//! A case is one command with its inputs. It runs on any executor, so the same cases serve the test suite, the
//! `kernels` subcommand and whatever else wants to know whether an adapter computes correctly. Inputs are seeded
//! noise; nothing here comes from the executor under test.

mod attention_cases;
mod expert_cases;
mod linear_cases;
mod row_cases;
mod runner;
mod sample_cases;
mod shift_cases;

use crate::kernel::Kernel;
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
}

impl Tolerance {
    /// Largest acceptable error. f32 has 2^-24 per operation and the longest sums here have a few thousand terms
    /// of both signs, so 2e-5 is generous; f16 has steps of 2^-10.
    fn limit(self) -> f64 {
        match self {
            Tolerance::Exact => 0.0,
            Tolerance::F32Sum => 2e-5,
            Tolerance::F16Stored => 1.1 / 1024.0,
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
    cases.extend(sample_cases::cases());
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
}
