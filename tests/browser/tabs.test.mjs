// One engine for all tabs: loaded once, told to all, and asked by all. Here a shared worker is the engine.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { DIST, GUIDE, QUESTION, Tab, newTab, skip, startSite } from './tabs.mjs';

/** Greedy, so that one question has one answer; a GPU in software writes a few tokens in a second. */
const SHORT = 'temperature=0&max_tokens=8';

for (const browserName of BROWSER_NAMES) {
  // What the engine makes of its clients is the same code in both.
  const onceIsEnough = { skip: browserName === 'firefox' ? 'seen in chromium' : false };
  describe(`one engine for all tabs in ${browserName}`, { skip }, () => {
    let site;
    let page;
    let first;
    let second;

    before(async () => {
      site = await startSite();
      page = await launch(browserName);
      first = await new Tab(page.page).open(`${site.origin}/?${SHORT}&model=${GUIDE}`);
      await first.canAsk();
    });

    after(async () => {
      await page?.close();
      await site?.stop();
    });

    test('a second tab has the model at once, and both answer', async () => {
      second = await newTab(page);
      await second.open(`${site.origin}/?${SHORT}`);
      await second.canAsk();
      await Promise.all([first.ask(QUESTION), second.ask(QUESTION)]);
      const answers = [await first.answered(), await second.answered()];
      assert.equal(answers[0], answers[1]);
      assert.ok(answers[0].length > 10, answers[0]);
      assert.deepEqual([await first.engines(), await second.engines()], [0, 0]);
    });

    test('a program of this origin uses it, and takes it from nobody', async () => {
      const told = await second.page.evaluate(async (model) => {
        const { createEngine } = await import(new URL('inkling.js', document.baseURI).href);
        const engine = await createEngine({ model });
        const asked = { messages: [{ role: 'user', content: 'Is my chat private?' }], temperature: 0, max_tokens: 4 };
        const { choices } = await engine.chat.completions.create(asked);
        await engine.unload();
        return choices[0].message.content;
      }, `${site.origin}/${GUIDE}`);
      assert.ok(told.length > 3, told);
      assert.equal(await second.engines(), 0);
      await first.ask('And you?');
      assert.ok((await first.answered()).length > 4);
    });

    test('a frame of the widget uses it too', onceIsEnough, async () => {
      const shop = await newTab(page);
      await shop.open(`${site.origin}/demo/index.html`);
      await shop.until('the element', () => customElements.get('inkling-chat') !== undefined);
      await shop.page.evaluate((question) => {
        const [chat] = document.querySelectorAll('inkling-chat');
        globalThis.sent = new Promise((resolve) => chat.addEventListener('send', resolve));
        chat.send(question);
      }, QUESTION);
      await shop.page.evaluate(() => globalThis.sent.then(() => true));
      const frame = new Tab(shop.page.frames().find((frame) => frame.url().includes('?embed')));
      await frame.writing();
      assert.equal(await frame.engines(), 0);
      await shop.page.close();
    });

    test('the closed tab’s answer ends, and the other one’s does not', onceIsEnough, async () => {
      const other = await newTab(page);
      await other.open(`${site.origin}/?temperature=2&seed=1&max_tokens=4000`);
      await other.ask('Tell me everything.');
      await other.writing();
      await other.page.close();
      // The engine would be busy for minutes.
      await second.ask(QUESTION);
      assert.ok((await second.answered()).length > 4);
    });

    test('another model in one tab is told in the other', onceIsEnough, async () => {
      const name = 'guide-copy';
      const bytes = readFileSync(path.join(DIST, GUIDE));
      site.contents.set(`/${name}.gguf`, { bytes });
      await second.open(`${site.origin}/?${SHORT}&model=${name}.gguf`);
      await second.canAsk();
      await first.shows('Another tab chose');
      await first.ask(QUESTION);
      assert.ok((await first.answered()).length > 4);
    });
  });
}
