// The page never holds up the person: what is wanted is no task of the main thread over 50 ms
// (https://www.w3.org/TR/longtasks-1/) while a model loads and answers.
//
// A task that is interrupted by another program takes long too, and a build machine computes everything else on the same two
// cores. So the gate is wider than what is wanted, it is given three tries (what the page does itself it does in all of
// them), and the best one's tasks are told.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from './browsers.mjs';
import { fixturesFolder } from './fixtures.mjs';
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
});
