// The conversation as people use it: editing, other answers, branches, going on, deleting, and that a reload loses nothing.
//
// The model knows nothing and answers at random, at length: what is looked at is what becomes of its words.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { fixturesFolder } from './fixtures.mjs';
import { StaticServer } from './server.mjs';

const SEEN_IN = BROWSER_NAMES;
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const fixtures = fixturesFolder();

for (const browserName of SEEN_IN) {
  describe(`chat in ${browserName}`, { skip: fixtures ? false : 'no fixtures' }, () => {
    let site;
    let weights;
    let page;

    before(async () => {
      site = await new StaticServer({ '/': DIST }).start();
      weights = await new StaticServer({ '/models/': path.join(fixtures, 'models') }).start();
      page = await launch(browserName);
      await open('max_tokens=10&temperature=1');
    });

    after(async () => {
      await page?.close();
      await site?.stop();
      await weights?.stop();
    });

    async function open(query) {
      const model = encodeURIComponent(`${weights.origin}/models/smollm3-nope/`);
      await page.open(`${site.origin}/?${query}&model=${model}`);
      await page.waitFor('textbox', 'Message');
    }

    /** What is said, without the buttons and numbers around it. */
    const said = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('.messages article')].map((article) => ({
          who: article.getAttribute('aria-label'),
          text: article.querySelector('.said, .prose-frame > .prose')?.innerText.trim() ?? '',
        })),
      );

    const isWriting = () => page.isVisible('button', 'Stop');

    async function answered(count) {
      await page.until(`${count} messages`, async () => (await said()).length === count && !(await isWriting()));
      return said();
    }

    async function ask(text) {
      const { length } = await said();
      await page.fill('textbox', 'Message', text);
      await page.click('button', 'Send');
      return answered(length + 2);
    }

    /** The tools of one message; they are found by their place because every message has the same. */
    const press = (index, name) =>
      page.evaluate(
        ([at, label]) => {
          const tools = document.querySelectorAll('.messages > li')[at];
          tools.querySelector(`button[aria-label="${label}"]`).click();
        },
        [index, name],
      );

    let first;

    test('a question is answered, and asked differently beside it', async () => {
      [, first] = await ask('Tell me about the sea.');
      assert.equal(first.who, 'Answer');
      await press(0, 'Edit');
      await page.fill('textbox', 'Message text', 'Tell me about the moon.');
      await page.click('button', 'Ask');
      const messages = await answered(2);
      assert.equal(messages[0].text, 'Tell me about the moon.');
      await page.waitFor('button', 'Previous version');
      assert.match(await page.text('region', 'Conversation'), /2 of 2/);
    });

    test('the first wording comes back with its answer', async () => {
      await press(0, 'Previous version');
      await page.until('the first branch', async () => (await said())[0].text === 'Tell me about the sea.');
      assert.deepEqual((await said())[1], first);
    });

    test('another answer stands beside the first', async () => {
      await press(1, 'Another answer');
      await answered(2);
      assert.match(await page.text('region', 'Conversation'), /2 of 2/);
      await press(1, 'Previous version');
      await page.until('the first answer', async () => (await said())[1].text === first.text);
    });

    test('an answer that ended at its limit is gone on with', async () => {
      const before = (await said())[1].text;
      await page.click('button', 'Continue');
      await page.until('more text', async () => {
        const { text } = (await said())[1];
        return text.length > before.length && !(await isWriting());
      });
      assert.ok((await said())[1].text.startsWith(before));
      first = (await said())[1];
    });

    test('an answer rewritten by hand is what the model is told it said', async () => {
      await press(1, 'Edit');
      await page.fill('textbox', 'Message text', 'The sea is **salt** water.');
      await page.click('button', 'Save');
      await page.until('the new text', async () => /salt water/.test((await said())[1].text));
      assert.match(await page.text('region', 'Conversation'), /Written by you/);
    });

    test('what is deleted comes back when it is undone', async () => {
      await ask('And the sky?');
      const before = await said();
      await press(2, 'Delete');
      await page.until('two messages', async () => (await said()).length === 2);
      await page.click('button', 'Undo');
      await page.until('four messages', async () => (await said()).length === 4);
      assert.deepEqual(await said(), before);
    });

    test('a reload loses nothing: the branches, the wording, the title', async () => {
      const before = await said();
      await page.reload();
      await page.waitFor('textbox', 'Message');
      if (!(await page.isVisible('navigation', 'Conversations'))) await page.click('button', 'Show conversations');
      await page.click('button', 'Tell me about the sea.');
      // Text comes first, and its form a moment later.
      await page.until('the conversation as it was', async () => JSON.stringify(await said()) === JSON.stringify(before));
      await press(0, 'Next version');
      await page.until('the other branch', async () => (await said())[0].text === 'Tell me about the moon.');
      await press(0, 'Previous version');
      await page.until('the first branch', async () => (await said()).length === 4);
    });

    test('a page that dies in the middle of an answer keeps all but its last second', async () => {
      await open('temperature=1');
      await page.fill('textbox', 'Message', 'A long story, please.');
      await page.click('button', 'Send');
      await page.until('some text', async () => ((await said())[1]?.text.length ?? 0) > 60);
      const before = (await said())[1].text;
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1000)));
      // Nothing of the page gets to say goodbye.
      await page.reload();
      await page.waitFor('textbox', 'Message');
      if (!(await page.isVisible('navigation', 'Conversations'))) await page.click('button', 'Show conversations');
      await page.click('button', 'A long story, please.');
      await page.until('the conversation', async () => (await said()).length === 2);
      const kept = (await said())[1].text;
      // How a text looks can change with what follows; its letters stay.
      const letters = (text) => text.replace(/[^\p{L}\p{N}]/gu, '');
      assert.ok(letters(kept).startsWith(letters(before).slice(0, 40)), `${kept}\ndoes not begin with\n${before}`);
      assert.match(await page.text('region', 'Conversation'), /Cut off/);
    });

    test('instructions and style belong to the conversation', async () => {
      await page.click('button', 'Instructions and style');
      await page.fill('textbox', 'Instructions', 'Answer like a sailor.');
      await page.click('radio', 'Precise');
      await page.click('button', 'Apply');
      await page.click('button', 'Instructions and style');
      assert.equal(
        await page.evaluate(() => document.querySelector('#manner-system').value),
        'Answer like a sailor.',
      );
      await page.press('Escape');
      await page.waitForNo('textbox', 'Instructions');
    });

    test('everything can be done by keyboard', async () => {
      await open('max_tokens=10&temperature=1');
      await page.press('Alt+Shift+M');
      await page.type('By keyboard');
      await page.press('Enter');
      await answered(2);
      // Backwards from the field: the last of the answer's tools comes first.
      const reached = new Set();
      for (let i = 0; i < 14; i += 1) {
        await page.press('Shift+Tab');
        reached.add(await page.evaluate(() => document.activeElement.getAttribute('aria-label')));
        const isSeen = await page.evaluate(() => {
          const box = document.activeElement.getBoundingClientRect();
          return box.width > 0 && getComputedStyle(document.activeElement).outlineStyle !== 'none';
        });
        assert.ok(isSeen, 'the focus is to be seen');
      }
      for (const name of ['Copy message', 'Edit', 'Another answer', 'Delete']) assert.ok(reached.has(name), `${name}: ${[...reached]}`);
      await page.press('Alt+Shift+K');
      await page.waitFor('dialog', 'Keys');
      if (browserName === 'chromium') await assertAccessible(page);
      await page.press('Escape');
      await page.waitForNo('dialog', 'Keys');
      await page.press('Alt+Shift+O');
      await page.until('an empty conversation', async () => (await said()).length === 0);
    });
  });
}
