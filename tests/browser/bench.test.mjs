// The benchmark page computes what the reference computed, and within the memory that it may use.
//
// Greedy tokens of a trained model are compared up to the first step at which two candidates are so close that
// another order of summation may part them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { fixturesFolder } from './fixtures.mjs';
import { LARGE, writeRandomModel } from './random_model.mjs';
import { StaticServer } from './server.mjs';

const CLI =
  process.env.INKLING_CLI ?? fileURLToPath(new URL('../../target/checked/inkling', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const GENERATED = fileURLToPath(new URL('../../target/browser-models/', import.meta.url));

/** Twice the tolerance of a logit computed in 32 bits on a GPU (README of the fixtures). */
const CLEAR_MARGIN = 2 * 5e-3;
const MAX_STEPS = 48;
const PROMPTS = ['t0', 't5', 't6'];
const MAX_HEAP_BYTES = 96 * 1024 * 1024;

const fixtures = fixturesFolder();

/** How many leading steps decide clearly. */
export function clearSteps(margins, limit) {
  const thin = margins.findIndex((margin) => margin < CLEAR_MARGIN);
  return Math.min(limit, thin === -1 ? margins.length : thin);
}

test('a thin margin ends the comparison', () => {
  assert.equal(clearSteps([1, 0.5, 0.001, 2], 48), 2);
  assert.equal(clearSteps([1, 0.5], 48), 2);
  assert.equal(clearSteps([1, 1, 1], 2), 2);
});

/** What the command line's reference executor (plain Rust, no GPU) continues with. */
function referenceTokens(model, prompt, count) {
  const output = execFileSync(
    CLI,
    ['generate', model, '--executor', 'cpu', '--weights', 'keep', '--kv', 'f32', '--ignore-eos']
      .concat(['--tokens', prompt.join(','), '--max-tokens', String(count)]),
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(output).tokens;
}

for (const browserName of BROWSER_NAMES) {
  describe(`benchmark page in ${browserName}`, { skip: fixtures ? false : 'no fixtures' }, () => {
    let site;
    let weights;
    let page;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, 'bench.html')), 'run `cargo xtask build` first');
      await mkdir(GENERATED, { recursive: true });
      site = await new StaticServer({ '/': DIST }).start();
      weights = await new StaticServer({
        '/real/': path.join(fixtures, 'real'),
        '/generated/': GENERATED,
      }).start();
      page = await launch(browserName);
      await openBench();
    });

    after(async () => {
      await page?.close();
      await site?.stop();
      await weights?.stop();
    });

    async function openBench() {
      await page.open(`${site.origin}/bench.html`);
      await page.until('window.bench', () => page.evaluate(() => 'bench' in globalThis));
    }

    const load = (request) =>
      page.evaluate(async (request) => {
        const report = await globalThis.bench.load(request);
        return report === undefined ? {} : JSON.parse(JSON.stringify(report));
      }, request);

    const generate = (prompt, count) =>
      page.evaluate(
        async ({ prompt, count }) => {
          const { tokens, ...rest } = await globalThis.bench.generate({ tokens: prompt }, count);
          return { tokens: Array.from(tokens), ...rest };
        },
        { prompt, count },
      );

    async function assertGreedyTokens() {
      const expected = JSON.parse(
        await readFile(path.join(fixtures, 'real', 'stories260K', 'expected.json'), 'utf8'),
      );
      for (const id of PROMPTS) {
        const prompt = expected.prompts.find((candidate) => candidate.id === id);
        const steps = clearSteps(prompt.greedy_margin, MAX_STEPS);
        assert.ok(steps > 4, `prompt ${id} decides nothing`);
        const { tokens } = await generate(prompt.ids, steps);
        assert.deepEqual(tokens, prompt.greedy.slice(0, steps), `prompt ${id}`);
      }
    }

    const exact = { weights: 'keep', kv: 'f32' };

    test('says what it runs on', async () => {
      const info = await page.evaluate(async () =>
        JSON.stringify(await globalThis.bench.info()),
      );
      assert.match(info, /inkling/i);
    });

    test('greedy tokens are those of the reference', async () => {
      await load({ model: `${weights.origin}/real/stories260K`, cold: true, ...exact });
      assert.ok(weights.bytesSent(/safetensors$/) > 1_000_000);
      await assertGreedyTokens();
    });

    test('over several tiles and splits of attention the tokens are those of the reference executor', async () => {
      // Beyond 128 positions a split has a second tile, beyond 256 attention has a second split.
      const prompt = [1, 403, 407, 261, 378];
      const reference = referenceTokens(path.join(fixtures, 'real', 'stories260K'), prompt, 300);
      const { tokens } = await generate(prompt, 300);
      assert.deepEqual(tokens, reference);
    });

    test('after a reload the same tokens come without a weight byte', async () => {
      await openBench();
      weights.forgetRequests();
      weights.fault = () => ({ kind: 'refuse' });
      await load({ model: `${weights.origin}/real/stories260K`, ...exact });
      await assertGreedyTokens();
      assert.equal(weights.bytesSent(), 0);
      weights.fault = () => null;
    });

    // Once is enough: both browsers run the same code, and the file costs minutes.
    const onlyChromium = browserName === 'chromium' ? false : 'measured in Chromium';
    test('what the adapter can do at most is measured, and what a token asks of it', { skip: onlyChromium }, async () => {
      const { weights_bytes: weightBytes } = await load({ model: `${weights.origin}/real/stories260K`, ...exact });
      const told = await page.evaluate(() => globalThis.bench.roofline({ prompt: 10, decoded: 1 }));
      assert.ok(told.readBytesPerSecond > 0 && told.operationsPerSecond > 0, JSON.stringify(told));
      // Keys and values of 4 heads of 8 numbers, 32 bits each, in 5 layers, at 11 positions; and every weight once.
      const share = (told.bytesPerToken - 2 * 4 * 8 * 4 * 5 * 11) / weightBytes;
      assert.ok(share > 0.95 && share < 1.05, `${told.bytesPerToken} bytes for a token, ${weightBytes} of weights`);
    });

    test('a model several times the heap fits into it', { skip: onlyChromium }, async () => {
      const file = path.join(GENERATED, 'large.gguf');
      try {
        const fileBytes = await writeRandomModel(file, LARGE);
        assert.ok(fileBytes > 3 * MAX_HEAP_BYTES, `${fileBytes} bytes are not several times`);
        const report = await load({
          model: `${weights.origin}/generated/large.gguf`,
          cold: true,
        });
        const { tokens } = await generate([1, 2, 3, 4], 2);
        assert.equal(tokens.length, 2);
        assert.ok(report.wasm_heap_bytes > 0, `no heap size in ${JSON.stringify(report)}`);
        assert.ok(
          report.wasm_heap_bytes < MAX_HEAP_BYTES,
          `the heap took ${report.wasm_heap_bytes} bytes`,
        );
      } finally {
        await rm(file, { force: true });
      }
    });
  });
}
