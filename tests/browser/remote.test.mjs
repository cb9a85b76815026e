// Answers from another machine: chosen by the person, marked wherever one looks, never more than was agreed to.
//
// A script plays the engine and a stand-in the server. Against a real one: `cargo xtask test --remote`.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { OpenAiServer } from './openai_server.mjs';
import { keepScreens } from './screens.mjs';
import { say, scriptEngine } from './scripted_engine.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

for (const browserName of BROWSER_NAMES) {
  describe(`another machine in ${browserName}`, () => {
    let site;
    let server;
    let page;

    before(async () => {
      [site, server] = await Promise.all([new StaticServer({ '/': DIST }).start(), new OpenAiServer().start()]);
      page = await launch(browserName);
      await scriptEngine(page);
    });

    beforeEach(() => {
      Object.assign(server, { key: null, allowsPages: true, ending: 'whole' });
    });

    after(async () => {
      await page?.close();
      await Promise.all([site?.stop(), server?.stop()]);
    });

    const questions = () => server.asked.filter(({ path }) => path.endsWith('/chat/completions'));
    const conversation = () => page.text('region', 'Conversation');
    const words = () => page.evaluate(() => document.body.innerText);
    const until = (text) => page.until(text, async () => (await words()).includes(text));

    async function connect(key = '') {
      await page.click('button', 'Use a server…');
      await page.waitFor('dialog', 'Answers from a server');
      await page.fill('textbox', 'Address of the server', server.host);
      if (key !== '') await page.page.locator('#server-key').fill(key);
      await page.click('button', 'Connect');
    }

    /** Nothing sticks out sideways, and axe finds nothing. */
    async function assertInOrder({ width }) {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - globalThis.innerWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide at ${width}`);
      await assertAccessible(page);
    }

    async function ask(question) {
      await page.fill('textbox', 'Message', question);
      await page.click('button', 'Send');
    }

    test('a server is asked for its models, and one of them answers in the same chat', async () => {
      await page.open(`${site.origin}/`);
      await connect();
      await page.waitFor('button', 'Chat with it');
      await keepScreens(page, 'server-dialog', assertInOrder);
      assert.deepEqual(questions(), [], 'nothing is sent by choosing');
      await page.click('button', 'Chat with it');
      await until(`What you write is sent to ${server.host}.`);
      await ask('Who answers?');
      await page.until('the answer', async () => (await conversation()).includes('The answer of another machine.'));
      await page.waitForNo('button', 'Stop');
      const [{ body, cookie, authorization }] = questions();
      assert.deepEqual(body.messages, [{ role: 'user', content: 'Who answers?' }]);
      assert.equal(body.model, 'large');
      assert.deepEqual([cookie, authorization], [null, null]);
      assert.match(await conversation(), new RegExp(`large · ${server.host}`));
      assert.match(await conversation(), /5 tokens/);
      await keepScreens(page, 'server-chat', assertInOrder);
    });

    test('stopping ends the answer where it is, there too', async () => {
      server.ending = 'open';
      const before = server.abandoned;
      await ask('Something long');
      await page.until('the beginning', async () => (await conversation()).split('The answer').length > 2);
      await page.click('button', 'Stop');
      await page.waitForNo('button', 'Stop');
      await page.until('the server to hear of it', async () => server.abandoned > before);
    });

    test('an answer that breaks off says so and keeps what came', async () => {
      server.ending = 'cut';
      await ask('Will you finish?');
      await until('was lost during the answer');
      assert.ok((await conversation()).includes('The answer'));
      server.ending = 'error';
      await page.click('button', 'Ask again');
      await until('CUDA out of memory');
    });

    test('what was said on this device is shown before it is sent', async () => {
      await page.open(`${site.origin}/?model=${encodeURIComponent(`${site.origin}/here.gguf`)}`);
      await page.waitFor('textbox', 'Message');
      await say(page, 'Kept here.');
      await ask('A secret');
      await page.until('the answer', async () => (await conversation()).includes('Kept here.'));
      await page.waitForNo('button', 'Stop');
      const before = questions().length;
      await page.click('button', 'Model here 0 k · 1 B');
      await page.click('button', 'Use a server…');
      await page.click('button', 'Chat with it');
      await until(`Send this conversation to ${server.host}?`);
      await page.evaluate(() => document.querySelector('.agreement summary').click());
      assert.match(await words(), /You\s+A secret/);
      await keepScreens(page, 'server-agreement', assertInOrder);
      await page.fill('textbox', 'Message', 'And now?');
      assert.equal(await page.isEnabled('button', 'Send'), false);
      assert.equal(questions().length, before);
      await page.click('button', 'Send it and go on');
      await page.click('button', 'Send');
      await page.until('the answer', async () => (await conversation()).includes('The answer of another machine.'));
      const told = questions().at(-1).body.messages.map(({ content }) => content);
      assert.deepEqual(told, ['A secret', 'Kept here.', 'And now?']);
    });

    test('the next visit begins on this device', async () => {
      await page.open(`${site.origin}/`);
      await page.waitFor('button', 'Use a server…');
      assert.doesNotMatch(await words(), /is sent to/);
      const before = server.asked.length;
      await page.click('button', 'Use a server…');
      await page.waitFor('button', 'Chat with it');
      assert.equal(server.asked.length, before + 1, 'the list is asked for again, by opening the window');
      await page.click('button', 'Forget this server');
      await page.waitForNo('button', 'Chat with it');
      assert.equal(await page.evaluate(() => localStorage.getItem('inkling.server')), null);
    });

    test('a server that refuses, is not there or lets no page ask says what to do', async () => {
      await page.open(`${site.origin}/`);
      server.key = 'sk-1';
      await connect();
      await until('asks for a key');
      await page.page.locator('#server-key').fill('sk-wrong');
      await page.click('button', 'Connect');
      await until('does not accept the key');
      await page.page.locator('#server-key').fill('sk-1');
      await page.click('button', 'Connect');
      await page.waitFor('button', 'Chat with it');
      server.allowsPages = false;
      await page.click('button', 'Connect');
      await until('does not let this page ask it');
      await page.fill('textbox', 'Address of the server', 'localhost:9');
      await page.click('button', 'Connect');
      await until('The server localhost:9 does not answer');
      await page.fill('textbox', 'Address of the server', 'nonsense at all');
      await page.click('button', 'Connect');
      await until('such as http://localhost:8080/v1');
      assert.ok(!JSON.stringify(await page.evaluate(() => document.body.innerHTML)).includes('sk-1'), 'a key is never shown');
    });

    test('without WebGPU the page offers another machine', async () => {
      const bare = await launch(browserName);
      try {
        await scriptEngine(bare, { hasGpu: false });
        await bare.open(`${site.origin}/`);
        await bare.waitFor('button', 'Use a server…');
        await bare.click('button', 'Use a server…');
        await bare.fill('textbox', 'Address of the server', server.host);
        await bare.click('button', 'Connect');
        await bare.click('button', 'Chat with it');
        await bare.fill('textbox', 'Message', 'Hello');
        await bare.click('button', 'Send');
        await bare.until('the answer', async () =>
          (await bare.text('region', 'Conversation')).includes('The answer of another machine.'));
      } finally {
        await bare.close();
      }
    });
  });
}
