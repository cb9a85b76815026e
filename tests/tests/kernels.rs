//! Every kernel against its reference on the GPU, at ragged shapes, with and without the optional features.

#![allow(clippy::panic, reason = "tests")]

use inkling_engine::kernel::KERNELS;
use inkling_engine::selftest;
use inkling_tests::gpu;

fn check(name: &str) {
    for optional_features in [true, false] {
        let mut gpu = gpu(optional_features);
        let mut failures = Vec::new();
        let mut count = 0;
        let mut cases = selftest::cases();
        cases.retain(|case| case.kernel.name == name);
        let outcomes = pollster::block_on(selftest::run_all(&mut gpu, &cases));
        for (case, outcome) in cases.iter().zip(outcomes) {
            match outcome {
                Ok(outcome) if outcome.passed => {}
                Ok(outcome) => {
                    failures.push(format!("{}: error {:.2e}", case.shape, outcome.error))
                }
                Err(error) => panic!("{name}, {}: {error}", case.shape),
            }
            count += 1;
        }
        assert!(count > 0, "no case for {name}");
        assert!(
            failures.is_empty(),
            "{name}, optional features {optional_features}: {} of {count}:\n{}",
            failures.len(),
            failures.join("\n")
        );
    }
}

#[test]
fn embed() {
    check("embed");
}

#[test]
fn norm() {
    check("norm");
}

#[test]
fn matvec() {
    check("matvec");
}

#[test]
fn matmul() {
    check("matmul");
}

#[test]
fn experts() {
    check("expert_route");
    check("expert_up");
    check("expert_down");
}

#[test]
fn rope_cache() {
    check("rope_cache");
}

#[test]
fn rope_shift() {
    check("rope_shift");
}

#[test]
fn attention() {
    check("attention");
}

#[test]
fn attention_merge() {
    check("attention_merge");
}

#[test]
fn sample() {
    check("sample");
}

#[test]
fn roofline() {
    check("stream");
    check("fma");
}

#[test]
fn every_kernel_has_cases() {
    let cases = selftest::cases();
    for kernel in KERNELS {
        assert!(
            cases.iter().any(|case| case.kernel.name == kernel.name),
            "{}",
            kernel.name
        );
    }
}
