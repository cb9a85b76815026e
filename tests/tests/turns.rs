//! Conversations that take turns in one model: each says what it says alone, and a change of turns is a copy of what the
//! cache holds, not a second prefill.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use inkling_engine::Error;
use inkling_engine::cpu::Cpu;
use inkling_engine::error::Result;
use inkling_engine::executor::{Executor, Limits, RecordingId};
use inkling_engine::gpu::{Counters, Gpu};
use inkling_engine::kernel::KvPrecision;
use inkling_engine::plan::{BufferDesc, BufferId, CopyBytes, Recording, Slot, Step};
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Generate, Generated, Generation, Next, Session};
use inkling_engine::weights::WeightSink;
use inkling_tests::{fixtures, gpu, load_gguf_with};

fn session<X: Executor>(executor: X, context_tokens: usize, kv: KvPrecision) -> Option<Session<X>> {
    let bytes = std::fs::read(fixtures()?.join("gguf/stories260K-Q8_0.gguf")).unwrap();
    let limits = executor.limits();
    Some(load_gguf_with(executor, &bytes, context_tokens, limits, kv).unwrap())
}

fn options(seed: u64, max_tokens: usize, keep_tokens: Option<usize>) -> Generate {
    Generate {
        sampling: SamplingOptions {
            temperature: 1.1,
            repetition_penalty: 1.2,
            frequency_penalty: 0.3,
            seed,
            ..SamplingOptions::default()
        },
        max_tokens,
        stop_ids: Vec::new(),
        fresh_context: true,
        keep_tokens,
    }
}

fn prompt(first: u32, count: u32) -> Vec<u32> {
    (0..count).map(|i| (i * 37 + first) % 350 + 1).collect()
}

/// A prompt with what is asked of it.
type Asked = (Vec<u32>, Generate);

/// The second is longer, so that the first ends in the middle of it.
fn two(keep_tokens: Option<usize>) -> [Asked; 2] {
    [
        (prompt(11, 18), options(5, 12, keep_tokens)),
        (prompt(90, 21), options(6, 17, keep_tokens)),
    ]
}

fn begin<X: Executor>(session: &mut Session<X>, (prompt, options): &Asked) -> Generation {
    pollster::block_on(session.begin(prompt, options)).unwrap()
}

/// To the next token, or to the end.
fn advance<X: Executor>(session: &mut Session<X>, generation: &mut Generation, next: Next) {
    pollster::block_on(session.advance(generation, |_| next)).unwrap();
}

fn alone<X: Executor>(session: &mut Session<X>, asked: &Asked) -> Generated {
    let mut generation = begin(session, asked);
    advance(session, &mut generation, Next::GoOn);
    generation.finish()
}

fn in_turns<X: Executor>(session: &mut Session<X>, asked: &[Asked; 2]) -> [Generated; 2] {
    let mut generations = asked.each_ref().map(|asked| begin(session, asked));
    while generations.iter().any(|it| it.ended().is_none()) {
        for generation in &mut generations {
            advance(session, generation, Next::Pause);
        }
    }
    generations.map(Generation::finish)
}

fn check<X: Executor>(session: &mut Session<X>, keep_tokens: Option<usize>, what: &str) {
    let asked = two(keep_tokens);
    let want = asked.each_ref().map(|asked| alone(session, asked));
    if keep_tokens.is_some() {
        assert!(want.iter().all(|it| !it.forgotten.is_empty()), "{what}");
    }
    assert_eq!(in_turns(session, &asked), want, "{what}");
    assert!(session.can_park());
}

#[test]
fn two_conversations_say_what_each_says_alone() {
    for kv in [KvPrecision::F16, KvPrecision::Q8] {
        for (context_tokens, keep) in [(64, None), (24, Some(6))] {
            let (Some(mut cpu), Some(mut gpu)) = (
                session(Cpu::new(), context_tokens, kv),
                session(gpu(true), context_tokens, kv),
            ) else {
                return;
            };
            check(&mut cpu, keep, &format!("reference {kv:?}, keep {keep:?}"));
            check(&mut gpu, keep, &format!("gpu {kv:?}, keep {keep:?}"));
        }
    }
}

#[test]
fn a_change_of_turns_computes_nothing_again() {
    let Some(mut session) = session(gpu(true), 64, KvPrecision::F16) else {
        return;
    };
    let counted = |session: &Session<Gpu>| Gpu::counters(session.executor());
    let of = |after: Counters, before: Counters| {
        (
            after.dispatches - before.dispatches,
            after.bytes_copied - before.bytes_copied,
            after.buffers_created - before.buffers_created,
        )
    };
    // One step in flight, as in turns of one token: how many are is seen in what lies past an end.
    let asked = two(None);
    let start = counted(&session);
    for asked in &asked {
        let mut generation = begin(&mut session, asked);
        while generation.ended().is_none() {
            advance(&mut session, &mut generation, Next::Pause);
        }
    }
    let apart = counted(&session);
    let (dispatches, copied, created) = of(apart, start);
    assert_eq!((copied, created), (0, 0));
    in_turns(&mut session, &asked);
    let together = of(counted(&session), apart);
    assert_eq!(together.0, dispatches);
    // 5 layers of keys and values, and one to exchange them.
    assert_eq!(together.2, 11);
    // Each change takes rows aside and back: of 5 layers, 4 heads, keys and values, 8 values of 2 bytes.
    let row_bytes = 5 * 4 * 2 * 8 * 2;
    assert_eq!(together.1 % row_bytes, 0);
    let rows = together.1 / row_bytes;
    // Two steps are in flight in each of some seven turns apiece.
    assert!((10 * 18..80 * 38).contains(&rows), "{rows} rows");
    // Made once.
    in_turns(&mut session, &asked);
    assert_eq!(
        counted(&session).buffers_created,
        apart.buffers_created + 11
    );
}

#[test]
fn what_was_set_aside_serves_the_next_turn() {
    let Some(mut session) = session(gpu(true), 128, KvPrecision::F16) else {
        return;
    };
    let asked = two(None);
    let [first, second] = in_turns(&mut session, &asked);
    for ((prompt, options), said) in asked.iter().zip([first, second]) {
        let mut next = prompt.clone();
        next.extend(&said.tokens);
        next.push(3);
        let options = Generate {
            fresh_context: false,
            ..options.clone()
        };
        let options = Generate {
            max_tokens: 2,
            ..options
        };
        let turn = alone(&mut session, &(next.clone(), options));
        assert!(turn.reused_tokens >= next.len() - 3, "{turn:?}");
    }
}

/// A device without memory for anything but the model.
struct Full(Cpu);

impl WeightSink for Full {
    fn write(&mut self, buffer: BufferId, offset_bytes: u64, bytes: &[u8]) -> Result<()> {
        self.0.write(buffer, offset_bytes, bytes)
    }
}

impl Executor for Full {
    fn limits(&self) -> Limits {
        self.0.limits()
    }

    async fn allocate(&mut self, buffers: &[BufferDesc]) -> Result<()> {
        self.0.allocate(buffers).await
    }

    async fn add_buffers(&mut self, _: &[BufferDesc]) -> Result<BufferId> {
        Err(Error::OutOfMemory("there is no more".into()))
    }

    async fn prepare(&mut self, recordings: Vec<Recording>) -> Result<()> {
        self.0.prepare(recordings).await
    }

    fn submit(
        &mut self,
        recordings: &[RecordingId],
        step: &Step,
        token: Option<Slot>,
    ) -> Result<()> {
        self.0.submit(recordings, step, token)
    }

    fn copy(&mut self, copies: &[CopyBytes]) -> Result<()> {
        self.0.copy(copies)
    }

    async fn next_token(&mut self) -> Result<u32> {
        self.0.next_token().await
    }

    fn tokens_ready(&mut self) -> usize {
        self.0.tokens_ready()
    }

    fn max_steps_in_flight(&self) -> usize {
        self.0.max_steps_in_flight()
    }

    async fn idle(&mut self) -> Result<()> {
        self.0.idle().await
    }

    async fn read_all(&mut self, slots: &[Slot]) -> Result<Vec<u8>> {
        self.0.read_all(slots).await
    }
}

#[test]
fn without_memory_to_spare_what_waited_is_computed_again() {
    let Some(mut session) = session(Full(Cpu::new()), 64, KvPrecision::F32) else {
        return;
    };
    let asked = two(None);
    let want = asked.each_ref().map(|asked| alone(&mut session, asked));
    assert!(session.can_park());
    assert_eq!(in_turns(&mut session, &asked), want);
    assert!(!session.can_park());
}
