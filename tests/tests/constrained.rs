//! Answers held to a constraint: what the device draws is what the reference sampler draws from the same logits, masked.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::ops::ControlFlow;

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::Executor;
use inkling_engine::gpu::Gpu;
use inkling_engine::sample::{SamplingOptions, sample};
use inkling_engine::session::{
    Constraint, Ended, Generate, Generated, Guide, Logprobs, Next, Progress, Session,
};
use inkling_tests::{fixtures, gpu, load_gguf};

const VOCAB: usize = 512;
const PROMPT: [u32; 4] = [1, 44, 300, 17];

/// Lets every third token come, another third after each, and ends after some.
struct Thirds {
    len_tokens: usize,
    came: Vec<u32>,
}

impl Thirds {
    fn new(len_tokens: usize) -> Self {
        Self {
            len_tokens,
            came: Vec::new(),
        }
    }

    fn allows(&self, id: usize) -> bool {
        id % 3 == self.came.len() % 3
    }
}

impl Guide for Thirds {
    fn mask(&mut self, words: &mut [u32]) -> inkling_engine::Result<()> {
        assert_eq!(words.len(), VOCAB / 32);
        words.fill(0);
        for id in (0..VOCAB).filter(|&id| self.allows(id)) {
            words[id / 32] |= 1 << (id % 32);
        }
        Ok(())
    }

    fn accept(&mut self, token: u32) -> inkling_engine::Result<()> {
        assert!(self.allows(token as usize), "{token} after {:?}", self.came);
        self.came.push(token);
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.came.len() == self.len_tokens
    }
}

fn session<X: Executor>(executor: X) -> Option<Session<X>> {
    let bytes = std::fs::read(fixtures()?.join("gguf/stories260K-Q8_0.gguf")).unwrap();
    let limits = executor.limits();
    let session = load_gguf(executor, &bytes, 128, limits).unwrap();
    assert_eq!(session.config().vocab_size, VOCAB);
    Some(session)
}

fn options(max_tokens: usize) -> Generate {
    Generate {
        sampling: SamplingOptions {
            temperature: 1.3,
            top_k: 60,
            top_p: 0.98,
            presence_penalty: 0.5,
            seed: 5,
            ..SamplingOptions::default()
        },
        max_tokens,
        stop_ids: Vec::new(),
        fresh_context: true,
        keep_tokens: None,
    }
}

/// The answer, with what was told of each token; paused after every step where `pauses` is more than none.
fn generate<X: Executor>(
    session: &mut Session<X>,
    options: &Generate,
    constraint: Constraint,
    mut between: impl FnMut(&mut Session<X>) -> Next,
) -> (Generated, Vec<Logprobs>) {
    let mut generation = pollster::block_on(session.begin(&PROMPT, options)).unwrap();
    session.constrain(&mut generation, constraint).unwrap();
    let mut told = Vec::new();
    while generation.ended().is_none() {
        let next = between(session);
        let observe = |progress: Progress<'_>| {
            if let Progress::Token {
                logprobs: Some(logprobs),
                ..
            } = progress
            {
                told.push(logprobs.clone());
            }
            next
        };
        pollster::block_on(session.advance(&mut generation, observe)).unwrap();
    }
    (generation.finish(), told)
}

/// What the reference draws from the same logits: `biases` added, and only what `allows` says.
fn by_hand<X: Executor>(
    session: &mut Session<X>,
    options: &Generate,
    biases: &[(u32, f32)],
    allows: impl Fn(usize, usize) -> bool,
) -> Vec<u32> {
    let mut tokens = PROMPT.to_vec();
    for draw in 0..options.max_tokens {
        let last = tokens.len() - 1;
        let mut logits = pollster::block_on(session.logits(&tokens, &[last]))
            .unwrap()
            .remove(0);
        for (id, bias) in biases {
            logits[*id as usize] += bias;
        }
        for (id, logit) in logits.iter_mut().enumerate() {
            if !allows(draw, id) {
                *logit = f32::NEG_INFINITY;
            }
        }
        let mut counts = vec![0; VOCAB];
        for token in &tokens {
            counts[*token as usize] += 1;
        }
        tokens.push(sample(&mut logits, &counts, &options.sampling, draw as u32).unwrap());
    }
    tokens.split_off(PROMPT.len())
}

fn guided(len_tokens: usize) -> Constraint {
    Constraint {
        guide: Some(Box::new(Thirds::new(len_tokens))),
        ..Constraint::default()
    }
}

fn check<X: Executor>(executor: X) {
    let Some(mut session) = session(executor) else {
        return;
    };
    let count = 12;
    let wanted = by_hand(&mut session, &options(count), &[], |draw, id| {
        id % 3 == draw % 3
    });
    let (masked, _) = generate(&mut session, &options(count), guided(100), |_| Next::GoOn);
    assert_eq!(masked.tokens, wanted);
    assert_eq!(masked.ended, Ended::Length);
    // The comparison can fail.
    let (free, _) = generate(&mut session, &options(count), Constraint::default(), |_| {
        Next::GoOn
    });
    assert_ne!(free.tokens, wanted);

    // Set aside after every step, with another answer that has a constraint of its own between.
    let (paused, _) = generate(&mut session, &options(count), guided(100), |session| {
        let banned = Constraint {
            biases: vec![(wanted[0], -100.0), (3, 100.0)],
            ..guided(2)
        };
        generate(session, &options(2), banned, |_| Next::GoOn);
        Next::Pause
    });
    assert_eq!(paused.tokens, wanted);

    let (ended, _) = generate(&mut session, &options(count), guided(5), |_| Next::GoOn);
    assert_eq!(ended.tokens, wanted[..5]);
    assert_eq!(ended.ended, Ended::StopToken);

    let biases = [
        (7, 6.0),
        (wanted[0], -100.0),
        (free.tokens[0], -100.0),
        (400, 2.5),
    ];
    let biased = |guide| Constraint {
        guide,
        biases: biases.to_vec(),
        ..Constraint::default()
    };
    let wanted = by_hand(&mut session, &options(count), &biases, |_, _| true);
    assert_ne!(wanted, free.tokens);
    let (got, _) = generate(&mut session, &options(count), biased(None), |_| Next::GoOn);
    assert_eq!(got.tokens, wanted);
    let wanted = by_hand(&mut session, &options(count), &biases, |draw, id| {
        id % 3 == draw % 3
    });
    let both = biased(Some(Box::new(Thirds::new(100))));
    let (got, _) = generate(&mut session, &options(count), both, |_| Next::GoOn);
    assert_eq!(got.tokens, wanted);
}

#[test]
fn the_reference_draws_what_may_come() {
    check(Cpu::new());
}

#[test]
fn the_gpu_draws_what_may_come() {
    check(gpu(true));
}

/// By the logits as the model gives them, whatever the answer is held to.
#[test]
fn probabilities_are_those_of_the_model() {
    let Some(mut session) = session(gpu(true)) else {
        return;
    };
    let constraint = Constraint {
        biases: vec![(7, 50.0)],
        top_logprobs: Some(4),
        ..guided(100)
    };
    let (generated, told) = generate(&mut session, &options(6), constraint, |_| Next::GoOn);
    assert_eq!(told.len(), generated.tokens.len());
    let mut tokens = PROMPT.to_vec();
    for (token, told) in generated.tokens.iter().zip(&told) {
        let last = tokens.len() - 1;
        let logits = pollster::block_on(session.logits(&tokens, &[last]))
            .unwrap()
            .remove(0);
        let sum: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
        let logprob = |id: u32| f64::from(logits[id as usize]) - sum.ln();
        assert!((f64::from(told.of_token) - logprob(*token)).abs() < 1e-3);
        assert_eq!(told.top.len(), 4);
        for pair in told.top.windows(2) {
            assert!(pair[0].1 >= pair[1].1);
        }
        for (id, of) in &told.top {
            assert!((f64::from(*of) - logprob(*id)).abs() < 1e-3);
        }
        let likelier = logits
            .iter()
            .filter(|logit| **logit > logits[told.top[3].0 as usize]);
        assert!(likelier.count() <= 3);
        tokens.push(*token);
    }
}

/// One dispatch more where logits change; a second submit and the mask where a guide is asked; else nothing.
#[test]
fn a_constraint_costs_what_it_says() {
    let Some(mut session) = session(gpu(true)) else {
        return;
    };
    let per_token = |session: &mut Session<Gpu>, constraint: fn() -> Constraint| {
        let mut costs = Vec::new();
        for count in [4, 20] {
            let before = session.executor().counters();
            generate(session, &options(count), constraint(), |_| Next::GoOn);
            let after = session.executor().counters();
            costs.push([
                after.dispatches - before.dispatches,
                after.submits - before.submits,
                after.bind_groups_created - before.bind_groups_created,
                after.buffers_created - before.buffers_created,
            ]);
        }
        [0, 1, 2, 3].map(|i| (costs[1][i] - costs[0][i]) / 16)
    };
    let [dispatches, submits, groups, buffers] = per_token(&mut session, Constraint::default);
    assert_eq!([submits, groups, buffers], [1, 0, 0]);
    let biased = || Constraint {
        biases: vec![(1, 1.0)],
        ..Constraint::default()
    };
    assert_eq!(per_token(&mut session, biased), [dispatches + 1, 1, 0, 0]);
    assert_eq!(
        per_token(&mut session, || guided(100)),
        [dispatches + 1, 2, 0, 0]
    );
}

#[test]
fn biases_of_tokens_that_are_not_there_are_refused() {
    let Some(mut session) = session(Cpu::new()) else {
        return;
    };
    for biases in [vec![(VOCAB as u32, 1.0)], vec![(1, f32::NAN)]] {
        let mut generation = pollster::block_on(session.begin(&PROMPT, &options(1))).unwrap();
        let constraint = Constraint {
            biases,
            ..Constraint::default()
        };
        assert!(session.constrain(&mut generation, constraint).is_err());
    }
    // Without one everything is as it was.
    let free = options(3);
    let plain = session.generate(&PROMPT, &free, |_| ControlFlow::Continue(()));
    assert_eq!(pollster::block_on(plain).unwrap().tokens.len(), 3);
}
