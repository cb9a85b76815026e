//! What a cache holds is kept as bytes, and serves another session of the same model.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::ops::ControlFlow;

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::Executor;
use inkling_engine::kernel::KvPrecision;
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Forgotten, Generate, Generated, Prefix, Session};
use inkling_tests::{fixtures, gpu, load_gguf_with};

fn session<X: Executor>(executor: X, context_tokens: usize, kv: KvPrecision) -> Option<Session<X>> {
    let bytes = std::fs::read(fixtures()?.join("gguf/stories260K-Q8_0.gguf")).unwrap();
    let limits = executor.limits();
    Some(load_gguf_with(executor, &bytes, context_tokens, limits, kv).unwrap())
}

fn generate<X: Executor>(
    session: &mut Session<X>,
    prompt: &[u32],
    keep_tokens: Option<usize>,
) -> Generated {
    let options = Generate {
        sampling: SamplingOptions {
            temperature: 1.0,
            seed: 3,
            ..SamplingOptions::default()
        },
        max_tokens: 12,
        stop_ids: Vec::new(),
        fresh_context: false,
        keep_tokens,
    };
    pollster::block_on(session.generate(prompt, &options, |_| ControlFlow::Continue(()))).unwrap()
}

fn prompt(count: u32) -> Vec<u32> {
    (0..count).map(|i| (i * 37 + 11) % 350 + 1).collect()
}

type Kept = (Prefix, Vec<Vec<u8>>);

fn keep<X: Executor>(session: &mut Session<X>) -> Kept {
    let prefix = session.prefix();
    let positions = prefix.num_positions();
    let pieces: Vec<Vec<u8>> = (0..session.num_pieces(positions))
        .map(|piece| pollster::block_on(session.read_piece(positions, piece)).unwrap())
        .collect();
    let len_bytes: usize = pieces.iter().map(Vec::len).sum();
    assert_eq!(len_bytes as u64, session.prefix_bytes(positions));
    (prefix, pieces)
}

fn bring_back<X: Executor>(session: &mut Session<X>, (prefix, pieces): &Kept) {
    pollster::block_on(session.clear()).unwrap();
    for (index, piece) in pieces.iter().enumerate() {
        session
            .write_piece(prefix.num_positions(), index, piece)
            .unwrap();
    }
    session.hold(prefix).unwrap();
}

/// A conversation of two turns, the second of which is asked again of a new session.
fn check<X: Executor>(new: impl Fn() -> X, kv: KvPrecision, slides: bool) {
    let (context_tokens, keep_tokens) = if slides { (24, Some(6)) } else { (64, None) };
    let Some(mut first) = session(new(), context_tokens, kv) else {
        return;
    };
    let mut conversation = prompt(20);
    conversation.extend(generate(&mut first, &conversation, keep_tokens).tokens);
    let kept = keep(&mut first);
    assert_eq!(kept.0.forgotten.is_empty(), !slides);
    conversation.extend([7, 8]);
    let want = generate(&mut first, &conversation, keep_tokens);

    let mut second = session(new(), context_tokens, kv).unwrap();
    assert_eq!(first.rows_name(), second.rows_name());
    bring_back(&mut second, &kept);
    let got = generate(&mut second, &conversation, keep_tokens);
    assert_eq!(got, want, "{kv:?}");
    // All but the last answer's last token and the two new ones.
    assert_eq!(got.reused_tokens, conversation.len() - 3 - got_gap(&kept));
}

fn got_gap((prefix, _): &Kept) -> usize {
    prefix.forgotten.num_tokens()
}

#[test]
fn a_new_session_goes_on_as_the_old_one() {
    for kv in KvPrecision::ALL {
        check(Cpu::new, kv, false);
        check(|| gpu(true), kv, false);
    }
    check(|| gpu(true), KvPrecision::F16, true);
}

#[test]
fn other_rows_have_another_name() {
    let Some(one) = session(Cpu::new(), 64, KvPrecision::F16) else {
        return;
    };
    for (context_tokens, kv) in [(65, KvPrecision::F16), (64, KvPrecision::Q8)] {
        let other = session(Cpu::new(), context_tokens, kv).unwrap();
        assert_ne!(one.rows_name(), other.rows_name());
    }
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_held() {
    let Some(mut one) = session(Cpu::new(), 64, KvPrecision::F16) else {
        return;
    };
    generate(&mut one, &prompt(20), None);
    let (prefix, pieces) = keep(&mut one);
    pollster::block_on(one.clear()).unwrap();
    let positions = prefix.num_positions();
    let short = &pieces[0][..pieces[0].len() - 4];
    assert!(one.write_piece(positions, 0, short).is_err());
    assert!(
        one.write_piece(positions, pieces.len(), &pieces[0])
            .is_err()
    );
    assert!(one.write_piece(65, 0, &pieces[0]).is_err());
    assert_eq!(one.cached_tokens(), 0);
    let wrong = [
        Prefix {
            tokens: vec![1; 65],
            forgotten: Forgotten::default(),
        },
        Prefix {
            tokens: vec![600],
            forgotten: Forgotten::default(),
        },
        Prefix {
            tokens: vec![1; 9],
            forgotten: Forgotten { first: 8, end: 20 },
        },
    ];
    for prefix in wrong {
        assert!(one.hold(&prefix).is_err());
        assert_eq!(one.cached_tokens(), 0);
    }
}
