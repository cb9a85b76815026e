//! What a decoded token costs, exactly: these numbers do not depend on the adapter, and may not grow.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::ops::ControlFlow;

use inkling_engine::executor::Executor as _;
use inkling_engine::gpu::{Counters, Gpu};
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Generate, Session};
use inkling_tests::{fixtures, gpu, load_gguf};

const LAYERS: u64 = 5;

fn session(context_tokens: usize) -> Option<Session<Gpu>> {
    let bytes = std::fs::read(fixtures()?.join("gguf/stories260K-Q8_0.gguf")).unwrap();
    let gpu = gpu(true);
    let limits = gpu.limits();
    let session = load_gguf(gpu, &bytes, context_tokens, limits).unwrap();
    assert_eq!(session.config().num_layers as u64, LAYERS);
    Some(session)
}

/// Counters over a generation of `count` tokens from one token of prompt.
fn counters_of(session: &mut Session<Gpu>, count: usize) -> Counters {
    let before = session.executor().counters();
    let generate = Generate {
        sampling: SamplingOptions::default(),
        max_tokens: count,
        stop_ids: Vec::new(),
        fresh_context: true,
        keep_tokens: Some(0),
    };
    let generated =
        pollster::block_on(session.generate(&[1], &generate, |_| ControlFlow::Continue(())))
            .unwrap();
    assert_eq!(generated.tokens.len(), count);
    let after = session.executor().counters();
    Counters {
        dispatches: after.dispatches - before.dispatches,
        passes: after.passes - before.passes,
        submits: after.submits - before.submits,
        buffers_created: after.buffers_created - before.buffers_created,
        bind_groups_created: after.bind_groups_created - before.bind_groups_created,
        pipelines_created: after.pipelines_created - before.pipelines_created,
        bytes_uploaded: after.bytes_uploaded - before.bytes_uploaded,
        bytes_copied: after.bytes_copied - before.bytes_copied,
    }
}

#[test]
fn a_decoded_token_creates_nothing_and_costs_six_dispatches_a_layer() {
    let Some(mut session) = session(256) else {
        return;
    };
    let short = counters_of(&mut session, 1);
    let long = counters_of(&mut session, 33);
    let per_token = |of: fn(&Counters) -> u64| {
        let total = of(&long) - of(&short);
        assert_eq!(total % 32, 0);
        total / 32
    };
    // Embedding, head and sampler stand outside of the layers.
    assert_eq!(per_token(|c| c.dispatches), 6 * LAYERS + 3);
    assert_eq!(per_token(|c| c.passes), 1);
    assert_eq!(per_token(|c| c.submits), 1);
    assert_eq!(per_token(|c| c.bytes_uploaded), 64);
    assert_eq!(
        long.buffers_created + long.bind_groups_created + long.pipelines_created,
        0
    );
}

#[test]
fn a_context_that_slides_creates_nothing_and_moves_each_layer_in_as_many_steps_as_fit_the_gap() {
    let Some(mut session) = session(32) else {
        return;
    };
    // 32 tokens fill the context exactly; the next one takes 8 positions out of it and moves 20, 8 at a time.
    let full = counters_of(&mut session, 32);
    let slid = counters_of(&mut session, 33);
    assert_eq!(
        slid.dispatches - full.dispatches,
        6 * LAYERS + 3 + 3 * LAYERS
    );
    assert_eq!(slid.submits - full.submits, 1 + 3);
    assert_eq!(slid.bytes_uploaded - full.bytes_uploaded, 64 * (1 + 3));
    assert_eq!(
        slid.buffers_created + slid.bind_groups_created + slid.pipelines_created,
        0
    );
}
