// The page never holds up the person: what is wanted is no task of the main thread over 50 ms
// (https://www.w3.org/TR/longtasks-1/) while a model loads and answers, and while a conversation of 1,000 messages is opened
// and scrolled.
//
// A task that is interrupted by another program takes long too, and a build machine computes everything else on the same two
// cores. So the gate is wider than what is wanted, each is given three tries (what the page does itself it does in all of
// them), and the best one's tasks are told.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from './browsers.mjs';
import { fixturesFolder } from './fixtures.mjs';
import { scriptEngine } from './scripted_engine.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const fixtures = fixturesFolder();
const TRIES = 3;
const NUM_MESSAGES = 1000;
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

  test('a conversation of 1,000 messages opens and scrolls', async (context) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'inkling-chats-'));
    try {
      await scriptEngine(page);
      await page.open(`${site.origin}/?model=https://example.org/script.gguf`);
      await page.waitFor('textbox', 'Message');
      const file = path.join(folder, 'long.json');
      await writeFile(file, JSON.stringify(longChat()));
      await page.chooseFiles('button', 'Import', [file]);
      await page.waitFor('button', 'A long one');
      const tasks = await longTasks(page, async () => {
        await page.click('button', 'New chat');
        await page.click('button', 'A long one');
        await page.until('every message', () =>
          page.evaluate((count) => document.querySelectorAll('.messages > li').length === count, NUM_MESSAGES),
        );
        await page.evaluate(async () => {
          const scroller = document.querySelector('.conversation');
          for (let at = scroller.scrollHeight; at > 0; at -= scroller.scrollHeight / 40) {
            scroller.scrollTop = at;
            await new Promise((resolve) => requestAnimationFrame(resolve));
          }
        });
      });
      assertSmooth(context, tasks);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function longChat() {
  const text = (i) =>
    i % 2 === 0
      ? `Question ${i}: how does this go on?`
      : `Answer ${i}.\n\n- one *thing*\n- another, with \`code\`\n\n| a | b |\n| --- | --- |\n| ${i} | x |\n`;
  const messages = Array.from({ length: NUM_MESSAGES }, (_, i) => ({
    id: i + 1,
    chat: 1,
    parent: i === 0 ? null : i,
    role: i % 2 === 0 ? 'user' : 'assistant',
    text: text(i),
    attachments: [],
    created_ms: 1_790_000_000_000 + i,
    ending: null,
    model: null,
  }));
  const chat = {
    id: 1,
    title: 'A long one',
    is_named: true,
    is_pinned: false,
    created_ms: 1_790_000_000_000,
    updated_ms: 1_790_000_001_000,
    leaf: NUM_MESSAGES,
    model: null,
    manner: { system_prompt: '', sampling: {} },
    deleted_ms: null,
    messages,
  };
  return { format: 'inkling-chats', version: 1, chats: [chat] };
}
