//! Cases for the kernels that other kernels' speed is compared with.

use super::{Case, Noise, Tolerance};
use crate::kernel::fma::{self, FMA, FmaParams};
use crate::kernel::stream::{self, STREAM, StreamParams};
use crate::plan::{Count, Step, Variant};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    // Less than one round, several and a part of one.
    for (num_vec4, groups) in [(1u32, 1u32), (255, 1), (1000, 2), (4 * 768 + 1, 3)] {
        let mut noise = Noise(u64::from(num_vec4));
        let num_invocations = groups * stream::WORKGROUP;
        cases.push(Case {
            kernel: &STREAM,
            variant: Variant::default(),
            shape: format!("{num_vec4} vec4s by {num_invocations} invocations"),
            params: StreamParams {
                num_vec4,
                num_invocations,
            }
            .words(),
            step: Step::greedy(1, 0),
            grid: [Count::Fixed(groups), Count::Fixed(1)],
            slots: vec![
                (0..4 * num_vec4).map(|_| noise.word()).collect(),
                vec![0; num_invocations as usize],
            ],
            tolerances: vec![Tolerance::Exact],
        });
    }
    for (num_steps, groups) in [(0u32, 1u32), (1, 2), (50, 1)] {
        let mut noise = Noise(u64::from(num_steps));
        let num_invocations = (groups * fma::WORKGROUP) as usize;
        cases.push(Case {
            kernel: &FMA,
            variant: Variant::default(),
            shape: format!("{num_steps} steps by {num_invocations} invocations"),
            params: FmaParams {
                num_steps,
                multiplier: 0.75,
            }
            .words(),
            step: Step::greedy(1, 0),
            grid: [Count::Fixed(groups), Count::Fixed(1)],
            slots: vec![noise.floats(4 * num_invocations), vec![0; num_invocations]],
            tolerances: vec![Tolerance::F32Sum],
        });
    }
    cases
}
