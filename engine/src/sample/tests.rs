//! The sampler against probabilities, bits and edge cases worked out apart from it.

use super::*;

fn options() -> SamplingOptions {
    SamplingOptions {
        temperature: 1.0,
        seed: 0x1234_5678_9ABC_DEF0,
        ..SamplingOptions::default()
    }
}

fn logits_of(probabilities: &[f32]) -> Vec<f32> {
    probabilities
        .iter()
        .map(|probability| probability.ln())
        .collect()
}

fn counts_of(probabilities: &[f32], options: &SamplingOptions, num_draws: u32) -> Vec<u32> {
    let mut counts = vec![0; probabilities.len()];
    for step in 0..num_draws {
        let id = sample(&mut logits_of(probabilities), &[], options, step).unwrap();
        counts[id as usize] += 1;
    }
    counts
}

fn chi_square(counts: &[u32], probabilities: &[f32]) -> f64 {
    let total: u32 = counts.iter().sum();
    counts
        .iter()
        .zip(probabilities)
        .map(|(&count, &probability)| {
            let expected = f64::from(total) * f64::from(probability);
            (f64::from(count) - expected).powi(2) / expected
        })
        .sum()
}

/// 99.9 % of right samplers stay below this with four degrees of freedom; the seed is fixed, so this one always does.
const CHI_SQUARE_LIMIT: f64 = 18.47;

const PROBABILITIES: [f32; 5] = [0.4, 0.3, 0.15, 0.1, 0.05];

#[test]
fn draws_follow_the_probabilities() {
    for seed in [0, 1, u64::MAX, 1 << 32] {
        let counts = counts_of(
            &PROBABILITIES,
            &SamplingOptions { seed, ..options() },
            20_000,
        );
        let statistic = chi_square(&counts, &PROBABILITIES);
        assert!(
            statistic < CHI_SQUARE_LIMIT,
            "seed {seed}: {statistic} {counts:?}"
        );
    }
}

#[test]
fn the_test_of_the_distribution_can_fail() {
    let counts = counts_of(
        &PROBABILITIES,
        &SamplingOptions {
            temperature: 0.9,
            ..options()
        },
        20_000,
    );
    assert!(chi_square(&counts, &PROBABILITIES) > CHI_SQUARE_LIMIT);
}

#[test]
fn uniforms_are_open_even_and_unlike_for_neighbours() {
    let mut bins = [0u32; 16];
    let mut previous = 0.0;
    for id in 0..160_000 {
        let uniform = uniform_from_counter([1, 2], 3, id);
        assert!(uniform > 0.0 && uniform < 1.0);
        assert_ne!(uniform, previous);
        previous = uniform;
        bins[(uniform * 16.0) as usize] += 1;
    }
    assert!(
        bins.iter().all(|&count| count.abs_diff(10_000) < 500),
        "{bins:?}"
    );
    let base = uniform_from_counter([1, 2], 3, 4);
    for other in [
        ([2, 2], 3, 4),
        ([1, 3], 3, 4),
        ([1, 2], 4, 4),
        ([1, 2], 3, 5),
    ] {
        assert_ne!(uniform_from_counter(other.0, other.1, other.2), base);
    }
    assert!(gumbel(uniform_from_counter([1, 2], 3, 4)).is_finite());
}

/// The bits that WGSL must give too; computed apart from this code, in Python.
#[test]
fn the_hash_is_fixed() {
    assert_eq!(
        [pcg(0), pcg(1), pcg(u32::MAX)],
        [129_708_002, 2_831_084_092, 3_861_530_882]
    );
    let scaled = |seed, step, id| uniform_from_counter(seed, step, id) * 16_777_216.0;
    assert_eq!(scaled([1, 2], 3, 4), 6_616_133.0);
    assert_eq!(
        scaled([0xDEAD_BEEF, 0x1234_5678], 100, 151_643),
        10_701_489.0
    );
}

#[test]
fn greedy_takes_the_lowest_id_of_equals_and_no_nan() {
    let greedy = SamplingOptions::default();
    assert_eq!(sample(&mut [1.0, 3.0, 3.0], &[], &greedy, 0), Some(1));
    assert_eq!(sample(&mut [f32::NAN, -1.0], &[], &greedy, 0), Some(1));
    assert_eq!(sample(&mut [f32::NAN], &[], &greedy, 0), None);
    assert_eq!(sample(&mut [], &[], &greedy, 0), None);
    assert_eq!(sample(&mut [f32::NEG_INFINITY], &[], &greedy, 0), Some(0));
}

fn drawn(logits: &[f32], options: SamplingOptions) -> Vec<u32> {
    let mut ids: Vec<u32> = (0..400)
        .map(|step| sample(&mut logits.to_vec(), &[], &options, step).unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[test]
fn filters_keep_what_they_should_and_ties_stay_together() {
    let logits = logits_of(&PROBABILITIES);
    let with = |change: fn(&mut SamplingOptions)| {
        let mut options = options();
        change(&mut options);
        options
    };
    assert_eq!(drawn(&logits, with(|o| o.top_k = 2)), [0, 1]);
    assert_eq!(drawn(&logits, with(|o| o.top_k = 1)), [0]);
    assert_eq!(drawn(&logits, with(|o| o.top_k = 99)), [0, 1, 2, 3, 4]);
    assert_eq!(
        drawn(&[1.0, 1.0, 1.0, 0.0], with(|o| o.top_k = 2)),
        [0, 1, 2]
    );
    assert_eq!(drawn(&logits, with(|o| o.min_p = 0.5)), [0, 1]);
    assert_eq!(drawn(&logits, with(|o| o.min_p = 1.0)), [0]);
    assert_eq!(drawn(&logits, with(|o| o.top_p = 0.65)), [0, 1]);
    assert_eq!(drawn(&logits, with(|o| o.top_p = 0.75)), [0, 1, 2]);
    assert_eq!(drawn(&logits, with(|o| o.top_p = 0.0)), [0]);
    assert_eq!(drawn(&[0.0, 0.0, -9.0], with(|o| o.top_p = 0.1)), [0, 1]);
    // Of the three that top-k keeps, the first two have 0.7 / 0.85 of the probability.
    assert_eq!(
        drawn(&logits, with(|o| (o.top_k, o.top_p) = (3, 0.8))),
        [0, 1]
    );
}

#[test]
fn penalties_follow_their_definitions() {
    let options = SamplingOptions {
        repetition_penalty: 2.0,
        frequency_penalty: 0.5,
        presence_penalty: 0.25,
        ..SamplingOptions::default()
    };
    let mut logits = [4.0, -4.0, 1.0, 1.0];
    apply_penalties(&mut logits, &[1, 2, 0], &options);
    assert_eq!(logits, [2.0 - 0.75, -8.0 - 1.25, 1.0, 1.0]);
}

#[test]
fn the_same_seed_gives_the_same_tokens_and_another_does_not() {
    let run = |seed| -> Vec<u32> {
        let options = SamplingOptions { seed, ..options() };
        (0..64)
            .map(|step| sample(&mut logits_of(&PROBABILITIES), &[], &options, step).unwrap())
            .collect()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
    assert_ne!(run(7), run(7 + (1 << 32)));
}

#[test]
fn a_models_defaults_are_taken_over() {
    assert_eq!(
        SamplingOptions::from_defaults(GenerationDefaults::default()),
        SamplingOptions::default()
    );
    let defaults = GenerationDefaults {
        temperature: Some(0.6),
        top_k: Some(20),
        do_sample: Some(true),
        ..GenerationDefaults::default()
    };
    let options = SamplingOptions::from_defaults(defaults);
    assert_eq!(
        (options.temperature, options.top_k, options.top_p),
        (0.6, 20, 1.0)
    );
    assert!(options.validate().is_ok());
    assert!(
        SamplingOptions {
            top_p: f32::NAN,
            ..options
        }
        .validate()
        .is_err()
    );
    assert!(
        SamplingOptions {
            temperature: -1.0,
            ..options
        }
        .validate()
        .is_err()
    );
}
