// The page never holds up the person: what is wanted is no task of the main thread over 50 ms
// (https://www.w3.org/TR/longtasks-1/) while a model loads and answers and while a long conversation is read, and nothing
// that moves by itself (https://wicg.github.io/layout-instability/) while an answer is written.
//
// A task that is interrupted by another program takes long too, and a build machine computes everything else on the same two
// cores. So the gate is wider than what is wanted, it is given three tries (what the page does itself it does in all of
// them), and the best one's tasks are told.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from './browsers.mjs';
import { fixturesFolder } from './fixtures.mjs';
import { say, scriptEngine } from './scripted_engine.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const fixtures = fixturesFolder();
const TRIES = 3;
const STILL_SMOOTH_MS = 250;

const isSmooth = (tasks) => tasks.every((duration) => duration <= STILL_SMOOTH_MS);

/** Runs `work` until it is smooth, up to three times, and gives the long tasks of the try that had the fewest. */
async function longTasks(page, work, prepare = async () => {}) {
  let fewest = null;
  for (let i = 0; i < TRIES && !(fewest && isSmooth(fewest)); i += 1) {
    await prepare();
    await page.evaluate(() => {
      globalThis.tasks = [];
      globalThis.observer?.disconnect();
      globalThis.observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) globalThis.tasks.push(duration);
      });
      globalThis.observer.observe({ type: 'longtask' });
    });
    await work();
    // What was observed is handed over when the page is idle.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
    const tasks = await page.evaluate(() => globalThis.tasks);
    if (!fewest || tasks.length < fewest.length) fewest = tasks;
  }
  return fewest;
}

function assertSmooth(context, tasks) {
  context.diagnostic(`tasks over 50 ms: ${tasks.map(Math.round).join(', ') || 'none'}`);
  assert.ok(isSmooth(tasks), `tasks of ${tasks.join(', ')} ms`);
}

const NUM_MESSAGES = 1000;

/** A conversation of a thousand messages, each with its number, in the form that is imported (docs/chats.md). */
function longConversation() {
  const begun = Date.now() - 86_400_000;
  const messages = Array.from({ length: NUM_MESSAGES }, (_, index) => {
    const isQuestion = index % 2 === 0;
    return {
      id: index + 1,
      parent: index || null,
      role: isQuestion ? 'user' : 'assistant',
      text: isQuestion
        ? `#${index}: and then?`
        : `#${index}: some *words* of an answer.\n\n- one\n- two with \`code\`\n\n${'A sentence or so. '.repeat(index % 17)}`,
      attachments: [],
      created_ms: begun + index * 1000,
      ending: isQuestion ? null : { ending: 'edited' },
      model: null,
    };
  });
  const nothing = { temperature: null, top_k: null, top_p: null, min_p: null, repetition_penalty: null, max_tokens: null, seed: null };
  const chat = {
    id: 77, title: 'A thousand messages', is_named: true, is_pinned: false, created_ms: begun, updated_ms: begun + NUM_MESSAGES * 1000,
    leaf: NUM_MESSAGES, model: null, manner: { system_prompt: '', sampling: nothing }, deleted_ms: null, messages,
  };
  return JSON.stringify({ format: 'inkling-chats', version: 1, chats: [chat] });
}

/** The numbers of the messages that can be seen, and how many are in the page. */
const readMessages = (page) =>
  page.evaluate(() => {
    const frame = document.querySelector('.conversation').getBoundingClientRect();
    const all = [...document.querySelectorAll('.messages > li')];
    const seen = all.filter((item) => {
      const box = item.getBoundingClientRect();
      return box.bottom > frame.top && box.top < frame.bottom;
    });
    const numbers = seen.map((item) => Number(/#(\d+):/.exec(item.textContent)?.[1] ?? NaN)).filter((number) => !Number.isNaN(number));
    return { first: numbers[0], last: numbers.at(-1), mounted: all.length };
  });

describe('smoothness in chromium', () => {
  let page;
  let site;

  before(async () => {
    site = await new StaticServer({ '/': DIST }).start();
    page = await launch('chromium');
  });

  after(async () => {
    await page?.close();
    await site?.stop();
  });

  test('a task that takes long is noticed', async () => {
    await page.open(`${site.origin}/bench.html`);
    const tasks = await longTasks(page, () =>
      page.evaluate(
        () =>
          new Promise((resolve) => {
            setTimeout(() => {
              const until = performance.now() + 80;
              while (performance.now() < until);
              setTimeout(resolve);
            });
          }),
      ),
    );
    assert.ok(tasks.length > 0);
  });

  test('a model loads and answers without holding up the page', { skip: fixtures ? false : 'no fixtures' }, async (context) => {
    const weights = await new StaticServer({ '/real/': path.join(fixtures, 'real') }).start();
    try {
      const start = async () => {
        await page.open(`${site.origin}/?max_tokens=60&temperature=0`);
        await page.waitFor('textbox', 'Model address');
      };
      const tasks = await longTasks(
        page,
        async () => {
          await page.fill('textbox', 'Model address', `${weights.origin}/real/stories260K`);
          await page.click('button', 'Load');
          await page.waitFor('textbox', 'Message');
          await page.fill('textbox', 'Message', 'Once upon a time');
          await page.click('button', 'Send');
          await page.until('an answer', () => page.evaluate(() => document.querySelector('.answer .stats') !== null));
        },
        start,
      );
      assertSmooth(context, tasks);
    } finally {
      await weights.stop();
    }
  });

  describe('with a scripted engine', () => {
    let folder;

    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'inkling-smooth-'));
      await scriptEngine(page);
      await page.open(`${site.origin}/?model=${encodeURIComponent(`${site.origin}/script.gguf`)}`);
      await page.waitFor('textbox', 'Message');
    });

    after(() => rm(folder, { recursive: true, force: true }));

    /** How far things moved by themselves while `work` ran, as the browser scores it. */
    async function layoutShift(work) {
      await page.evaluate(() => {
        globalThis.shift = 0;
        globalThis.shiftObserver?.disconnect();
        globalThis.shiftObserver = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
        });
        globalThis.shiftObserver.observe({ type: 'layout-shift' });
      });
      await work();
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
      return page.evaluate(() => globalThis.shift);
    }

    async function ask(text) {
      await say(page, text, { piece: 12 });
      await page.fill('textbox', 'Message', 'Go on.');
      await page.click('button', 'Send');
      await page.waitForNo('button', 'Stop');
    }

    test('a thing that moves is noticed', async () => {
      const shift = await layoutShift(() =>
        page.evaluate(
          () =>
            // What follows input within half a second does not count, so it is waited for.
            new Promise((resolve) => setTimeout(() => {
              document.querySelector('.chat-main').style.marginTop = '120px';
              setTimeout(() => {
                document.querySelector('.chat-main').style.marginTop = '';
                setTimeout(resolve, 100);
              }, 100);
            }, 600)),
        ),
      );
      assert.ok(shift > 0.05, `${shift}`);
    });

    test('nothing moves under the eyes of who reads while an answer is written', async (context) => {
      const text = '## A heading\n\nSome words, and *more*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet a = 1;\n```\n\n$a^2$ is it.\n\n';
      await ask(text.repeat(4));
      await say(page, text.repeat(30), { piece: 12 });
      await page.fill('textbox', 'Message', 'Go on.');
      await page.click('button', 'Send');
      await page.until('the beginning of an answer', () =>
        page.evaluate(() => document.querySelectorAll('.messages > li:last-child h3, .messages > li:last-child h2').length > 3),
      );
      await page.evaluate(() => document.querySelector('.conversation').scrollBy(0, -500));
      const lengthOf = () => page.evaluate(() => document.querySelector('.messages').textContent.length);
      const before = await lengthOf();
      const shift = await layoutShift(() => page.waitForNo('button', 'Stop'));
      assert.ok((await lengthOf()) > before + 1000, 'the answer was still being written');
      context.diagnostic(`layout shift ${shift.toFixed(4)}`);
      assert.ok(shift < 0.01, `${shift}`);
      await page.click('button', 'Go to the end');
    });

    test('who is at the end stays there while an answer is written', async () => {
      await page.evaluate(() => {
        globalThis.gaps = [];
        const conversation = document.querySelector('.conversation');
        // Told after layout and before the picture: what is left below then is what a person would miss.
        globalThis.gapWatch = new ResizeObserver(() =>
          globalThis.gaps.push(conversation.scrollHeight - conversation.clientHeight - conversation.scrollTop),
        );
        globalThis.gapWatch.observe(document.querySelector('.messages'));
      });
      await ask('A line of words.\n\n'.repeat(60));
      const gaps = await page.evaluate(() => {
        globalThis.gapWatch.disconnect();
        return globalThis.gaps;
      });
      assert.ok(gaps.length > 10, `${gaps}`);
      // The page's own watch was there first.
      assert.ok(Math.max(...gaps) <= 1, `${gaps}`);
    });

    test('a thousand messages open and scroll, and none is left out', async (context) => {
      const file = path.join(folder, 'long.json');
      await writeFile(file, longConversation());
      await page.chooseFiles('button', 'Import', [file]);
      await page.waitFor('button', 'A thousand messages');
      const opening = await longTasks(
        page,
        async () => {
          await page.click('button', 'A thousand messages');
          await page.until('the last message', async () => (await readMessages(page)).last === NUM_MESSAGES - 1);
        },
        () => page.click('button', 'New chat'),
      );
      assertSmooth(context, opening);
      assert.ok((await readMessages(page)).mounted < 60);
      const numbers = [];
      const scrolling = await longTasks(page, async () => {
        for (let step = 0; step < 80; step += 1) {
          numbers.push((await readMessages(page)).first);
          await page.evaluate(
            () =>
              new Promise((resolve) => {
                document.querySelector('.conversation').scrollBy(0, -300);
                setTimeout(resolve, 60);
              }),
          );
        }
      });
      assertSmooth(context, scrolling);
      context.diagnostic(`read from message ${numbers[0]} to ${numbers.at(-1)}`);
      assert.ok(numbers[0] - numbers.at(-1) > 80, `${numbers}`);
      // What comes in above does not move what is read: a step never goes back, and skips nothing.
      for (let at = 1; at < numbers.length; at += 1) {
        assert.ok(numbers[at] <= numbers[at - 1] && numbers[at] > numbers[at - 1] - 8, `${numbers}`);
      }
      await page.click('button', 'Go to the end');
      await page.until('the end', async () => (await readMessages(page)).last === NUM_MESSAGES - 1);
    });
  });
});
