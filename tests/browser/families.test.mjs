// One model of every family, and one of every way weights are packed, computes in each browser what transformers
// computed: logits within the tolerance of a GPU in 32 bits.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { fixturesFolder } from './fixtures.mjs';
import { StaticServer } from './server.mjs';
import { recordChecked } from './support.mjs';
import { rowsFromSafetensors } from './truth.mjs';

const folder = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const KERNELS = folder('../../target/kernels-page/');
const fixtures = fixturesFolder();

/** f32 on a GPU: another order of sums, faster exponentials (README of the fixtures). */
const TOLERANCE = 5e-3;

/** Folders by family, then by packing; then GGUF files by block type. */
const MODELS = [
  'models/llama3-tied-gqa',
  'models/llama-yarn-bias',
  'models/mistral-swa',
  'models/qwen2-bias',
  'models/qwen3-qknorm',
  'models/qwen3-moe',
  'models/gemma2-softcap',
  'models/gemma3-text',
  'models/phi3-longrope',
  'models/smollm3-nope',
  'models/olmo2',
  'models/gpt2',
  'gptq_awq/gptq-g32-asym-actorder',
  'gptq_awq/awq-g128',
  'gguf/llama-k256-Q4_K_M',
  'gguf/llama-k256-Q3_K_M',
  'gguf/llama-k256-Q2_K',
  'gguf/llama-k256-Q5_1',
  'gguf/llama-k256-IQ4_XS',
];

/** The longest usable prompt under 100 tokens, and what its logits must be. */
async function expectation(model) {
  const isGguf = model.startsWith('gguf/');
  const stem = path.join(fixtures, model);
  const json = isGguf ? `${stem}.expected.json` : path.join(stem, 'expected.json');
  const expected = JSON.parse(await readFile(json, 'utf8'));
  // The truth of these folders has rotary frequencies rounded to half precision (tests/src/truth.rs says why): only where
  // nothing has turned yet, at the first position, is it the truth of the model as published.
  const longest = model.startsWith('gptq_awq/') ? 1 : 99;
  const prompts = expected.prompts.filter((prompt) => prompt.ids.length <= longest);
  const prompt = prompts.reduce((a, b) => (b.ids.length > a.ids.length ? b : a));
  const rows = await rowsFromSafetensors(json.replace(/json$/, 'safetensors'));
  const want = rows.get(`${prompt.id}.logits`) ?? rows.get(`${prompt.id}.exact`);
  assert.ok(want?.length > 0, `${model} has no logits`);
  const named = isGguf
    ? [`/fixtures/${model}.gguf`]
    : (await readdir(stem))
        .filter((name) => name.startsWith('model') && name.endsWith('.safetensors'))
        .sort()
        .map((name) => `/fixtures/${model}/${name}`);
  const request = {
    config: isGguf ? null : `/fixtures/${model}/config.json`,
    files: named,
    tokens: prompt.ids,
    positions: prompt.positions,
  };
  return { request, want };
}

/** Largest difference; infinite where a value is no number or one is missing. */
export function worstDifference(want, got) {
  if (want.length !== got.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < want.length; i += 1) {
    const error = Math.abs(want[i] - got[i]);
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}

test('the comparison can fail', () => {
  assert.equal(worstDifference([1, 2], [1, 2]), 0);
  assert.equal(worstDifference([1, 2], [1, 2.5]), 0.5);
  assert.equal(worstDifference([1, 2], [1]), Infinity);
  assert.equal(worstDifference([1, 2], [1, NaN]), Infinity);
});

for (const browserName of BROWSER_NAMES) {
  describe(`models in ${browserName}`, { skip: fixtures ? false : 'no fixtures' }, () => {
    let server;
    let page;
    const agreeing = [];

    before(async () => {
      assert.ok(
        existsSync(path.join(KERNELS, 'inkling_kernels_page.js')),
        'run `cargo xtask test site` first',
      );
      server = await new StaticServer({
        '/': folder('static/'),
        '/dist/': folder('../../dist/'),
        '/kernels/': KERNELS,
        '/fixtures/': fixtures,
      }).start();
      page = await launch(browserName);
      await page.open(`${server.origin}/models.html`);
      await page.until('the module', () => page.evaluate(() => 'logitsOf' in globalThis));
    });

    after(async () => {
      await page?.close();
      await server?.stop();
      await recordChecked(browserName, agreeing);
    });

    for (const model of MODELS) {
      test(model, async () => {
        const { request, want } = await expectation(model);
        const got = await page.evaluate((request) => globalThis.logitsOf(request), request);
        const error = worstDifference(want, got);
        assert.ok(error <= TOLERANCE, `${model}: error ${error}`);
        agreeing.push(model);
      });
    }

    // The guide's truth is not a fixture: its training framework wrote it beside the model.
    test('the guide that ships with the page', async () => {
      const golden = JSON.parse(await readFile(folder('../golden/guide.json'), 'utf8'));
      assert.ok(golden.prompts.length > 0);
      for (const prompt of golden.prompts) {
        const request = {
          config: null,
          files: ['/dist/models/guide/guide.gguf'],
          tokens: prompt.ids,
          positions: [prompt.ids.length - 1],
        };
        const got = await page.evaluate((request) => globalThis.logitsOf(request), request);
        const error = worstDifference(prompt.logits, got);
        assert.ok(error <= TOLERANCE, `error ${error}`);
      }
    });
  });
}
