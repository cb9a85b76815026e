//! Answers that are set aside and gone on with: the same tokens as without a pause, wherever it falls and whatever else is
//! generated meanwhile.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::Executor;
use inkling_engine::gpu::Gpu;
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Ended, Generate, Generated, Generation, Next, Progress, Session};
use inkling_tests::{fixtures, gpu, load_gguf};

/// Prompts are computed in batches of 256 tokens: this one takes two.
const LONG_PROMPT: u32 = 300;

fn session<X: Executor>(executor: X, context_tokens: usize) -> Option<Session<X>> {
    let bytes = std::fs::read(fixtures()?.join("gguf/stories260K-Q8_0.gguf")).unwrap();
    let limits = executor.limits();
    Some(load_gguf(executor, &bytes, context_tokens, limits).unwrap())
}

/// Drawn at random, with everything that depends on what came before.
fn options(max_tokens: usize, keep_tokens: Option<usize>) -> Generate {
    Generate {
        sampling: SamplingOptions {
            temperature: 1.1,
            top_p: 0.95,
            repetition_penalty: 1.2,
            frequency_penalty: 0.3,
            presence_penalty: 0.2,
            seed: 77,
            ..SamplingOptions::default()
        },
        max_tokens,
        stop_ids: Vec::new(),
        fresh_context: true,
        keep_tokens,
    }
}

fn prompt(count: u32) -> Vec<u32> {
    (0..count).map(|i| (i * 37 + 11) % 350 + 1).collect()
}

/// Advances a generation by `steps` observations, or to its end.
fn advance<X: Executor>(session: &mut Session<X>, generation: &mut Generation, steps: usize) {
    let mut seen = 0;
    let observe = |_: Progress| {
        seen += 1;
        if seen >= steps {
            Next::Pause
        } else {
            Next::GoOn
        }
    };
    pollster::block_on(session.advance(generation, observe)).unwrap();
}

/// The whole of it in slices of `steps`, with `between` called at each pause. Gives also how many there were.
fn sliced<X: Executor>(
    session: &mut Session<X>,
    prompt: &[u32],
    options: &Generate,
    steps: usize,
    mut between: impl FnMut(&mut Session<X>),
) -> (Generated, usize) {
    let mut generation = pollster::block_on(session.begin(prompt, options)).unwrap();
    let mut pauses = 0;
    while generation.ended().is_none() {
        advance(session, &mut generation, steps);
        between(session);
        pauses += 1;
    }
    (generation.finish(), pauses)
}

fn whole<X: Executor>(session: &mut Session<X>, prompt: &[u32], options: &Generate) -> Generated {
    sliced(session, prompt, options, usize::MAX, |_| {}).0
}

/// Pauses at each single point, then at every point at once.
fn check_cuts<X: Executor>(session: &mut Session<X>, prompt: &[u32], options: &Generate) {
    let want = whole(session, prompt, options);
    let observations = prompt.len().div_ceil(256) + want.tokens.len();
    for cut in 1..=observations {
        let mut generation = pollster::block_on(session.begin(prompt, options)).unwrap();
        advance(session, &mut generation, cut);
        advance(session, &mut generation, usize::MAX);
        assert_eq!(generation.finish(), want, "cut after step {cut}");
    }
    let (got, pauses) = sliced(session, prompt, options, 1, |_| {});
    assert_eq!(got, want);
    assert!(pauses > want.tokens.len() / 2, "{pauses} pauses");
}

fn check_every_cut<X: Executor>(mut session: Session<X>) {
    let answer = options(16, None);
    check_cuts(&mut session, &prompt(5), &answer);
    check_cuts(&mut session, &prompt(LONG_PROMPT), &options(2, None));
    // One that ends by a stop id in the middle of what is in flight.
    let free = whole(&mut session, &prompt(5), &answer);
    let stop = free.tokens[9];
    let first = free.tokens.iter().position(|&token| token == stop).unwrap();
    let stopping = Generate {
        stop_ids: vec![stop],
        ..answer
    };
    check_cuts(&mut session, &prompt(5), &stopping);
    let stopped = whole(&mut session, &prompt(5), &stopping);
    assert_eq!(stopped.ended, Ended::StopToken);
    assert_eq!(stopped.tokens, free.tokens[..first]);
}

#[test]
fn a_pause_changes_nothing_wherever_it_falls() {
    let (Some(cpu), Some(gpu)) = (session(Cpu::new(), 400), session(gpu(true), 400)) else {
        return;
    };
    check_every_cut(cpu);
    check_every_cut(gpu);
}

#[test]
fn a_pause_changes_nothing_where_the_context_slides_or_ends() {
    let (Some(mut cpu), Some(mut gpu)) = (session(Cpu::new(), 32), session(gpu(true), 32)) else {
        return;
    };
    for keep in [Some(6), None] {
        check_cuts(&mut cpu, &prompt(26), &options(20, keep));
        check_cuts(&mut gpu, &prompt(26), &options(20, keep));
    }
    let slid = whole(&mut gpu, &prompt(26), &options(20, Some(6)));
    assert_eq!(slid.forgotten.num_tokens(), 16);
    let full = whole(&mut gpu, &prompt(26), &options(20, None));
    assert_eq!(
        (full.ended, full.tokens.len()),
        (Ended::ContextFull, 32 - 26 + 1)
    );
}

/// What pausing costs on the device.
#[test]
fn going_on_uploads_nothing_that_is_still_there() {
    let Some(mut session) = session(gpu(true), 400) else {
        return;
    };
    let mut uploaded = |steps: usize| {
        let before = Gpu::counters(session.executor());
        let (generated, pauses) =
            sliced(&mut session, &prompt(5), &options(24, None), steps, |_| {});
        let after = session.executor().counters();
        assert_eq!(generated.tokens.len(), 24);
        (
            after.bytes_uploaded - before.bytes_uploaded,
            after.dispatches - before.dispatches,
            pauses,
        )
    };
    let (bytes, dispatches, _) = uploaded(usize::MAX);
    // Of 24 tokens the last is drawn by the step before it, and the prompt's is one more.
    let (cut_bytes, cut_dispatches, pauses) = uploaded(3);
    assert!(pauses > 4);
    // What is in flight past an end that nobody foresaw is the only difference there may be: here there is none.
    assert_eq!((cut_bytes, cut_dispatches), (bytes, dispatches));
}

#[test]
fn what_something_else_takes_away_is_computed_again() {
    let Some(mut session) = session(Cpu::new(), 400) else {
        return;
    };
    let want = whole(&mut session, &prompt(10), &options(8, None));
    for steps in [1, 3] {
        // Looking at logits uses the same cache.
        let between = |session: &mut Session<Cpu>| {
            pollster::block_on(session.logits(&[9, 8, 7, 6], &[3])).unwrap();
        };
        let (got, pauses) = sliced(&mut session, &prompt(10), &options(8, None), steps, between);
        assert_eq!(got, want, "slices of {steps}");
        assert!(pauses > 2);
    }
}

#[test]
fn a_stop_after_a_pause_leaves_what_was_said() {
    let Some(mut session) = session(gpu(true), 400) else {
        return;
    };
    let want = whole(&mut session, &prompt(5), &options(24, None));
    let mut generation = pollster::block_on(session.begin(&prompt(5), &options(24, None))).unwrap();
    advance(&mut session, &mut generation, 8);
    let paused = generation.answer().to_vec();
    assert_eq!(paused, want.tokens[..paused.len()]);
    pollster::block_on(session.advance(&mut generation, |_| Next::Stop)).unwrap();
    assert_eq!(generation.ended(), Some(Ended::Stopped));
    let stopped = generation.finish();
    assert_eq!(stopped.tokens, want.tokens[..paused.len() + 1]);
    // The cache is of use for what follows.
    let mut next = prompt(5);
    next.extend(&stopped.tokens);
    next.push(3);
    let go_on = Generate {
        fresh_context: false,
        ..options(1, None)
    };
    let turn = whole(&mut session, &next, &go_on);
    assert!(turn.reused_tokens >= next.len() - 2, "{turn:?}");
}
