// Every broken model of the fixtures, given to the page's worker: each is refused with a sentence that says what is wrong.
//
// The command line reads the same bytes with the same engine, so its words are what the page must say, up to where the
// file was found. Afterwards the same worker loads a good model.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { fixturesFolder } from './fixtures.mjs';
import { StaticServer } from './server.mjs';

const CLI =
  process.env.INKLING_CLI ?? fileURLToPath(new URL('../../target/checked/inkling', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const fixtures = fixturesFolder();
const root = fixtures && path.join(fixtures, 'malformed');

/** A few of each kind for the second browser: what differs between them is fetching, not parsing. */
const SAMPLE = [
  'safetensors/empty.safetensors',
  'safetensors/header-not-json.safetensors',
  'safetensors/offset-past-end.safetensors',
  'gguf/empty.gguf',
  'gguf/bad-magic.gguf',
  'gguf/data-truncated.gguf',
  'folder/arch-unknown',
  'folder/config-missing',
  'folder/index-wrong-shard',
  'folder/nan-weights',
  'folder/template-syntax',
];

/**
 * Files that are not there: the page says at which address, the command line at which path, and the two systems have
 * words of their own. What both must name is the file. A folder outside the model's is named by both likewise.
 */
const NAMED_BY_BOTH = new Map([
  ['folder/config-missing', 'config.json'],
  ['folder/weights-missing', 'model.safetensors'],
  ['folder/index-missing-shard', 'model-00001-of-00001.safetensors'],
  ['folder/index-traversal', '../valid/model.safetensors'],
]);

/** Broken in two ways with one cause: a size that no 64-bit number holds. */
const SAME_CAUSE = new Set([
  'safetensors/shape-overflow.safetensors',
  'safetensors/shape-overflow-wraps.safetensors',
  'gguf/dim-negative.gguf',
  'gguf/dims-overflow.gguf',
]);

/** What a person or a file can cause. Anything else is the engine's own fault, or says nothing. */
const KINDS = ['bad_file', 'unsupported', 'not_found', 'bad_request'];

const cases = fixtures
  ? JSON.parse(readFileSync(path.join(root, 'manifest.json'), 'utf8')).cases
  : [];

/** The words without the name of the file before them, or its folder. */
export function withoutPlace(message) {
  return message.replace(/^error: /, '').replace(/^\S+\.(gguf|safetensors): /, '');
}

/** What is wrong with an answer, or nothing. */
export function complaint(answer, words, named) {
  if (words === null) return answer.error ? `refused: ${answer.error.message}` : null;
  if (!answer.error) return `loaded, but the command line says: ${words}`;
  const { kind, message } = answer.error;
  if (!KINDS.includes(kind)) return `of the kind ${kind}: ${message}`;
  if (named) return message.includes(named) && words.includes(named) ? null : `names no ${named}: ${message}`;
  return withoutPlace(message) === withoutPlace(words) ? null : `says "${message}" for "${words}"`;
}

/** Names whose messages are those of another cause. */
export function indistinct(messages) {
  const first = new Map();
  return [...messages].filter(([name, message]) => {
    if (SAME_CAUSE.has(name)) return false;
    const isNew = !first.has(message);
    if (isNew) first.set(message, name);
    return !isNew;
  });
}

test('the comparisons can fail', () => {
  const refused = (kind, message) => ({ error: { kind, message } });
  const good = refused('bad_file', 'a.gguf: it is broken');
  assert.equal(complaint(good, 'error: /x/a.gguf: it is broken'), null);
  assert.equal(complaint({}, null), null);
  assert.match(complaint(good, null), /refused/);
  assert.match(complaint({}, 'error: it is broken'), /loaded/);
  assert.match(complaint(good, 'error: it is whole'), /says/);
  assert.match(complaint(refused('internal', 'it is broken'), 'error: it is broken'), /kind/);
  assert.match(complaint(refused(undefined, 'it is broken'), 'error: it is broken'), /kind/);
  assert.match(complaint(good, 'error: no b.json', 'b.json'), /names no/);
  assert.deepEqual(indistinct([['a', 'x'], ['b', 'y']]), []);
  assert.deepEqual(indistinct([['a', 'x'], ['b', 'x']]), [['b', 'x']]);
});

/** The command line's sentence, or nothing where it finds nothing wrong with the file as a model. */
function wordsOfTheCommandLine(model) {
  for (const command of ['inspect', 'info']) {
    const { status, stderr } = spawnSync(CLI, [command, model], { encoding: 'utf8' });
    if (status === 2) return stderr.trim();
    assert.equal(status, 0, `${command} ${model}: ${stderr}`);
  }
  return null;
}

/** In the page: a worker as the app has it, and what it answers to a load and to one message after it. */
function openWorker() {
  const worker = new Worker('./worker.js', { type: 'module' });
  let hear;
  worker.onmessage = (event) => hear(JSON.parse(event.data));
  worker.onerror = (event) => hear({ type: 'failed', error: { message: `worker: ${event.message}` } });
  const ask = (message, ...ends) =>
    new Promise((resolve) => {
      hear = (answer) => {
        if ([...ends, 'failed', 'unsupported'].includes(answer.type)) resolve(answer);
      };
      worker.postMessage({ json: JSON.stringify(message), files: [] });
    });
  let id = 0;
  globalThis.tryModel = async (url) => {
    id += 1;
    const options = { weights: 'keep', kv: 'f32', cold: true };
    const loaded = await ask({ type: 'load', id, source: { from: 'url', url }, options }, 'loaded');
    if (loaded.error) return { error: loaded.error };
    id += 1;
    const input = loaded.model.has_chat_template
      ? { kind: 'messages', messages: [{ role: 'user', content: 'Hello' }] }
      : { kind: 'tokens', tokens: [1] };
    const generate = { type: 'generate', id, input, options: { max_tokens: 2, temperature: 0 } };
    const finished = await ask(generate, 'finished');
    return { error: finished.error, usage: finished.usage };
  };
  return ask({ type: 'start', version: 6, power: 'high_performance' }, 'ready');
}

for (const browserName of BROWSER_NAMES) {
  describe(`broken models in ${browserName}`, { skip: fixtures ? false : 'no fixtures' }, () => {
    let server;
    let page;
    let made;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, 'bench.html')), 'run `cargo xtask build` first');
      made = await mkdtemp(path.join(tmpdir(), 'inkling-malformed-'));
      server = await new StaticServer({ '/': DIST, '/malformed/': root, '/made/': made }).start();
      page = await launch(browserName);
      await page.open(`${server.origin}/bench.html`);
      const ready = await page.evaluate(openWorker);
      assert.equal(ready.type, 'ready', JSON.stringify(ready));
    });

    after(async () => {
      await page?.close();
      await server?.stop();
      if (made) await rm(made, { recursive: true });
    });

    /** Where a case lies on disk and at which address. A page takes no safetensors file alone: it gets a folder round it. */
    async function place(file) {
      if (!file.startsWith('safetensors/')) {
        return { model: path.join(root, file), url: `${server.origin}/malformed/${file}` };
      }
      const name = path.basename(file, '.safetensors');
      const folder = path.join(made, name);
      await cp(path.join(root, 'folder', 'valid'), folder, { recursive: true, mode: 0 });
      await rm(path.join(folder, 'model.safetensors'), { force: true });
      await cp(path.join(root, file), path.join(folder, 'model.safetensors'));
      return { model: folder, url: `${server.origin}/made/${name}` };
    }

    test('each is refused with its own sentence', async () => {
      const chosen = browserName === 'chromium' ? cases : cases.filter(({ file }) => SAMPLE.includes(file));
      assert.ok(browserName !== 'firefox' || chosen.length === SAMPLE.length, 'the sample is there');
      const complaints = [];
      const messages = new Map();
      for (const { file, must, wrong } of chosen) {
        const { model, url } = await place(file);
        const words = wordsOfTheCommandLine(model);
        if (must === 'error') assert.notEqual(words, null, `the command line takes ${file}`);
        const answer = await page.evaluate((url) => globalThis.tryModel(url), url);
        const found = complaint(answer, words, NAMED_BY_BOTH.get(file));
        if (found) complaints.push(`${file} (${wrong}) ${found}`);
        if (answer.error && must === 'error') messages.set(file, withoutPlace(answer.error.message));
      }
      assert.equal(complaints.length, 0, complaints.join('\n'));
      assert.deepEqual(indistinct(messages), [], 'two causes with one sentence');
    });

    test('the same worker then loads a good model', async () => {
      const answer = await page.evaluate(
        (url) => globalThis.tryModel(url),
        `${server.origin}/malformed/folder/valid`,
      );
      assert.equal(answer.error, undefined);
      assert.ok(answer.usage.completion_tokens > 0, JSON.stringify(answer));
      const panics = page.log.filter((line) => /panicked|unreachable/.test(line));
      assert.deepEqual(panics, []);
    });
  });
}
