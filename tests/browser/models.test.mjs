// Another model in the middle of a conversation, and the same one with other settings: the conversation goes on.
//
// A script plays the engine; what it was asked for is looked at.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { say, scriptEngine } from './scripted_engine.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

/** The button that says which model is chosen, with what the script says of its size. */
const chosen = (name) => `Model ${name} 0 k · 1 B`;

for (const browserName of BROWSER_NAMES) {
  describe(`models in one conversation in ${browserName}`, () => {
    let site;
    let page;

    before(async () => {
      site = await new StaticServer({ '/': DIST }).start();
      page = await launch(browserName);
      await scriptEngine(page);
      await page.open(`${site.origin}/?model=${encodeURIComponent(`${site.origin}/first.gguf`)}`);
      await page.waitFor('textbox', 'Message');
    });

    after(async () => {
      await page?.close();
      await site?.stop();
    });

    async function ask(question, answer) {
      await say(page, answer);
      await page.fill('textbox', 'Message', question);
      await page.click('button', 'Send');
      await page.until('the answer', async () => (await page.text('region', 'Conversation')).includes(answer));
      await page.waitForNo('button', 'Stop');
    }

    const loads = () => page.evaluate(() => globalThis.loads.map(({ source, options }) => [source.url.split('/').at(-1), options.context_length]));

    test('another model answers the same conversation, and each answer says whose it is', async () => {
      await ask('Who are you?', 'The first.');
      await page.click('button', chosen('first'));
      await page.fill('textbox', 'Model address', `${site.origin}/second.gguf`);
      await page.click('button', 'Load');
      await page.waitFor('button', chosen('second'));
      await ask('And you?', 'The second.');
      const told = await page.evaluate(() => globalThis.asked.messages.map(({ content }) => content));
      assert.deepEqual(told, ['Who are you?', 'The first.', 'And you?']);
      const authors = await page.evaluate(() => [...document.querySelectorAll('.stat-model')].map((item) => item.textContent));
      assert.deepEqual(authors, ['first', 'second']);
      assert.deepEqual(await loads(), [['first.gguf', null], ['second.gguf', null]]);
    });

    test('a model that cannot be loaded leaves the conversation and the way back', async () => {
      await page.evaluate(() => (globalThis.nextLoad = { error: { kind: 'not_found', message: 'There is nothing there.' } }));
      await page.click('button', chosen('second'));
      await page.fill('textbox', 'Model address', `${site.origin}/third.gguf`);
      await page.click('button', 'Load');
      await page.until('the sentence', () => page.evaluate(() => document.body.innerText.includes('There is nothing there.')));
      await page.evaluate(() => (globalThis.nextLoad = {}));
      await page.fill('textbox', 'Model address', `${site.origin}/second.gguf`);
      await page.click('button', 'Load');
      await page.waitFor('button', chosen('second'));
      assert.match(await page.text('region', 'Conversation'), /The second\./);
    });

    test('another context holds once the model is loaded again, which is offered beside it', async () => {
      await page.click('button', 'Settings');
      await page.fill('textbox', 'Context', '4096');
      await page.press('Tab');
      await page.click('button', 'Load the model again');
      await page.until('a load with it', async () => {
        const last = (await loads()).at(-1);
        return last[0] === 'second.gguf' && last[1] === 4096;
      });
      await page.press('Escape');
      await page.waitForNo('dialog', 'Settings');
      await page.waitFor('button', chosen('second'));
      await ask('Still there?', 'Still here.');
    });

    test('the panel of the performance comes and goes, and tells of the last answer', async () => {
      assert.equal(await page.isVisible('complementary', 'Performance'), false);
      await page.click('button', 'Settings');
      await page.click('checkbox', 'Show speed and memory while chatting');
      await page.press('Escape');
      await page.waitFor('complementary', 'Performance');
      const told = await page.text('complementary', 'Performance');
      assert.match(told, /Last answer/);
      assert.match(told, /1[,.]?000(\.0)? tok\/s/);
      await page.click('button', 'Settings');
      await page.click('checkbox', 'Show speed and memory while chatting');
      await page.press('Escape');
      await page.waitForNo('complementary', 'Performance');
    });
  });
}
