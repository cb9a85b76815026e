// Another machine, a real one: llama.cpp's server with a trained model. Run by `cargo xtask test --remote`.
//
// INKLING_LLAMA_CPP names a Python that has llama-cpp-python with its server.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from './browsers.mjs';
import { fixturesFolder } from './fixtures.mjs';
import { scriptEngine } from './scripted_engine.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const KEY = 'sk-of-this-test';

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe('llama.cpp answers in the page', () => {
  let site;
  let page;
  let llama;
  let address;
  let output = '';

  before(async () => {
    const python = process.env.INKLING_LLAMA_CPP;
    assert.ok(python, 'run `cargo xtask test --remote`');
    const model = path.join(fixturesFolder(), 'gguf', 'stories260K-Q8_0.gguf');
    const port = await freePort();
    address = `localhost:${port}`;
    const settings = ['--model', model, '--host', '127.0.0.1', '--port', `${port}`, '--n_ctx', '512', '--api_key', KEY, '--model_alias', 'stories'];
    llama = spawn(python, ['-m', 'llama_cpp.server', ...settings]);
    for (const stream of [llama.stdout, llama.stderr]) stream.on('data', (data) => (output += data));
    site = await new StaticServer({ '/': DIST }).start();
    page = await launch('chromium');
    await scriptEngine(page, { hasGpu: false });
    await page.until(`the server to listen\n${output}`, async () => {
      assert.equal(llama.exitCode, null, output);
      const answer = await fetch(`http://${address}/v1/models`, { headers: { authorization: `Bearer ${KEY}` } }).catch(() => null);
      return answer?.ok;
    });
  });

  after(async () => {
    await page?.close();
    await site?.stop();
    llama?.kill();
  });

  const words = () => page.evaluate(() => document.body.innerText);
  const until = (text) => page.until(text, async () => (await words()).includes(text));

  test('a wrong key is refused with what to do', async () => {
    // Its context is short: two answers have to fit.
    await page.open(`${site.origin}/?max_tokens=40`);
    await page.click('button', 'Use a server…');
    await page.fill('textbox', 'Address of the server', address);
    await page.page.locator('#server-key').fill('sk-wrong');
    await page.click('button', 'Connect');
    await until('does not accept the key');
  });

  test('the model of the list answers, in a stream, and the next question brings the answer along', async () => {
    await page.page.locator('#server-key').fill(KEY);
    await page.click('button', 'Connect');
    await page.click('button', 'Chat with it');
    await until(`What you write is sent to ${address}.`);
    for (const question of ['Once upon a time', 'And then?']) {
      const before = await page.page.locator('.stat-model').count();
      await page.fill('textbox', 'Message', question);
      await page.click('button', 'Send');
      await page.until('an answer', async () => (await page.page.locator('.stat-model').count()) > before);
    }
    // Each has a part for thoughts, which this model has none of.
    const parts = await page.evaluate(() => [...document.querySelectorAll('.message:not(.is-question) .prose')].map((it) => it.innerText.trim()));
    const answers = parts.filter((text) => text !== '');
    assert.ok(answers.length === 2 && answers.every((answer) => answer.length > 10), JSON.stringify(parts));
    assert.match(await words(), new RegExp(`stories · ${address}`));
  });
});
