// The model in the box: from the first button to an answer, also when the very first start has no network.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const GUIDE = 'models/guide/guide.gguf';
const hasGuide = existsSync(fileURLToPath(new URL(`../../public/${GUIDE}`, import.meta.url)));

for (const browserName of BROWSER_NAMES) {
  // A site can be built without the guide; the page then offers none.
  describe(`guide in ${browserName}`, { skip: hasGuide ? false : 'no guide is built in' }, () => {
    let site;
    let page;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, GUIDE)), 'run `cargo xtask build` first');
      site = await new StaticServer({ '/': DIST }).start();
      page = await launch(browserName);
      await page.open(`${site.origin}/?temperature=0`);
    });

    after(async () => {
      await page?.close();
      await site?.stop();
    });

    /** Asks one of the questions to begin with and gives the conversation once the answer has ended. */
    async function askStarter(question) {
      await page.click('button', question);
      await page.until('an answer', async () => {
        if (!(await page.isVisible('region', 'Conversation'))) return false;
        const text = await page.text('region', 'Conversation');
        return /\btokens\b/.test(text) && !(await page.isVisible('button', 'Stop'));
      });
      return page.text('region', 'Conversation');
    }

    test('it is kept for offline use without having been asked for', async () => {
      await page.waitFor('button', 'Chat with the guide');
      await page.until('the guide in the cache', () =>
        page.evaluate(async (address) => Boolean(await caches.match(address)), `${site.origin}/${GUIDE}`),
      );
      // Once more, so that the service worker has seen every file of the page.
      await page.reload();
      await page.waitFor('button', 'Chat with the guide');
    });

    test('the first button chats with it, at the very first start without a network', async () => {
      await site.stop();
      try {
        await page.reload();
        await page.click('button', 'Chat with the guide');
        await page.waitFor('textbox', 'Message');
        await page.waitFor('button', 'Is my chat private?');
        await page.keepScreenshot('guide-welcome');
        await assertAccessible(page);
        const text = await askStarter('Is my chat private?');
        assert.match(text, /leave|device|private|sent|machine/i, text);
        const everything = await page.evaluate(() => document.body.innerText);
        assert.match(everything, /built in/, 'it says what it is');
        await page.keepScreenshot('guide-chat');
      } finally {
        await site.start();
      }
    });

    test('what it does not know it declines, with the way to a larger model', async () => {
      await page.fill('textbox', 'Message', 'What is the capital of France?');
      await page.click('button', 'Send');
      await page.until('an answer', async () => {
        const text = await page.text('region', 'Conversation');
        const answer = text.slice(text.lastIndexOf('France?'));
        return /\btokens\b/.test(answer) && !(await page.isVisible('button', 'Stop'));
      });
      const text = await page.text('region', 'Conversation');
      const answer = text.slice(text.lastIndexOf('France?'));
      assert.doesNotMatch(answer, /Paris/);
      assert.match(answer, /model/i, answer);
    });

    test('the next visit fetches nothing of it', async () => {
      await page.open(`${site.origin}/?temperature=0`);
      await page.waitFor('button', 'Chat with the guide');
      site.forgetRequests();
      await page.click('button', 'Chat with the guide');
      await page.waitFor('textbox', 'Message');
      const sent = site.bytesSent(/guide\.gguf$/);
      assert.ok(sent < 100_000, `${sent} bytes of a guide that has not changed`);
    });
  });
}
