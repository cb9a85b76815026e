// Every screen in every size: nothing sticks out, nothing is too small to touch, and axe finds nothing, in both themes.
//
// Also at 200 % zoom, which halves the window, and in a window of 320 pixels, to which text must still flow (WCAG 2.2, 1.4.10).
// A script plays the engine, so that each screen stands still. The pictures are kept under target/screenshots/.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { launch } from './browsers.mjs';
import { say, scriptEngine } from './scripted_engine.mjs';
import { keepScreens } from './screens.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
/** CSS pixels (WCAG 2.2, 2.5.8). */
const SMALLEST_TARGET = 24;
const ANSWER = `<think>
First the sea, then the salt.
</think>

The sea is **salt** because rivers bring it minerals. See [a source](https://a.example/).

| Sea | Salt, g/kg |
|-----|-----------:|
| Baltic | 8 |
| Red | 41 |

\`\`\`python
def salt(sea):
    return {"Baltic": 8, "Red": 41}[sea]  # a long comment, to see what a line does that is wider than its place
\`\`\`

$c = \\frac{m}{V}$
`;

describe('screens in chromium', () => {
  let site;
  let page;
  let script;

  before(async () => {
    site = await new StaticServer({ '/': DIST }).start();
    script = `${site.origin}/script.gguf`;
    page = await launch('chromium');
    await scriptEngine(page);
  });

  after(async () => {
    await page?.close();
    await site?.stop();
  });

  const chat = async () => {
    await page.look({ width: 1280, height: 800, scheme: 'light' });
    await page.open(`${site.origin}/?model=${encodeURIComponent(script)}`);
    await page.waitFor('textbox', 'Message');
  };

  async function ask(question, answer) {
    await say(page, answer, { piece: 400 });
    await page.fill('textbox', 'Message', question);
    await page.click('button', 'Send');
    await page.waitForNo('button', 'Stop');
  }

  /** What is wider than the window, and what is smaller than a finger. */
  const misfits = () =>
    page.evaluate((smallest) => {
      const found = [];
      const open = document.querySelector('dialog[open]');
      for (const element of [document.documentElement, open]) {
        if (element && element.scrollWidth > element.clientWidth + 1) {
          found.push(`${element.tagName} is ${element.scrollWidth} wide in ${element.clientWidth}`);
        }
      }
      const targets = (open ?? document).querySelectorAll('button, select, summary, input, textarea, a[href]');
      for (const target of targets) {
        const box = target.getBoundingClientRect();
        // A link within a sentence is as high as its line; what cannot be seen cannot be touched, and its label is in its place.
        const isExcepted = target.matches('p a, li a, td a') || !target.checkVisibility({ visibilityProperty: true, opacityProperty: true });
        const place = target.closest('label')?.getBoundingClientRect() ?? box;
        if (isExcepted || box.width <= 1) continue;
        if (Math.max(place.width, box.width) < smallest - 0.5 || Math.max(place.height, box.height) < smallest - 0.5) {
          found.push(`${target.tagName} "${target.getAttribute('aria-label') ?? target.textContent.trim().slice(0, 20)}" is ${Math.round(box.width)} × ${Math.round(box.height)}`);
        }
      }
      return found;
    }, SMALLEST_TARGET);

  /** A window that was just resized, or a part that just came, has a moment to settle. */
  async function assertFits(what) {
    let found = await misfits();
    for (let tries = 0; found.length > 0 && tries < 30; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      found = await misfits();
    }
    assert.deepEqual(found, [], what);
  }

  async function look(name) {
    for (const [what, size] of [
      ['a small phone', { width: 320, height: 640, scheme: 'light' }],
      ['a window at 200 %', { width: 640, height: 400, scheme: 'dark' }],
    ]) {
      await page.look(size);
      await assertFits(`${name} on ${what}`);
    }
    await assertAccessible(page);
    await keepScreens(page, name, async ({ width }) => {
      await assertFits(`${name} at ${width}`);
      await assertAccessible(page);
    });
  }

  test('a button that is too small and a line that is too long are noticed', async () => {
    await page.open(`${site.origin}/`);
    await page.waitFor('textbox', 'Model address');
    assert.deepEqual(await misfits(), []);
    await page.evaluate(() => {
      const small = document.createElement('button');
      small.style.cssText = 'all: unset; width: 9px; height: 9px; display: block';
      const long = document.createElement('div');
      long.style.width = '3000px';
      long.textContent = 'long';
      document.querySelector('main').append(small, long);
    });
    assert.equal((await misfits()).length, 2);
  });

  const screens = {
    start: async () => {
      await page.open(`${site.origin}/`);
      await page.waitFor('textbox', 'Model address');
    },
    welcome: chat,
    answer: async () => {
      await chat();
      await ask('Why is the sea salt?', ANSWER);
      await page.evaluate(() => document.querySelectorAll('.messages details').forEach((fold) => (fold.open = true)));
      await page.until('colours', () => page.evaluate(() => Boolean(document.querySelector('code .hljs-keyword') && document.querySelector('.messages math'))));
    },
    editing: async () => {
      await page.evaluate(() => document.querySelector('.messages button[aria-label="Edit"]').click());
      await page.waitFor('textbox', 'Message text');
    },
    performance: async () => {
      await page.press('Escape');
      await page.evaluate(() => {
        const kept = JSON.parse(localStorage.getItem('inkling.preferences') ?? '{}');
        localStorage.setItem('inkling.preferences', JSON.stringify({ ...kept, shows_performance: true }));
      });
      await chat();
      await ask('Why?', 'Because.');
      await page.waitFor('complementary', 'Performance');
      assert.match(await page.text('complementary', 'Performance'), /Last answer/);
    },
    instructions: async () => {
      await page.evaluate(() => localStorage.removeItem('inkling.preferences'));
      await chat();
      await page.click('button', 'Instructions and style');
      await page.waitFor('textbox', 'Instructions');
    },
    keys: async () => {
      await chat();
      await page.press('Alt+Shift+K');
      await page.waitFor('dialog', 'Keys');
    },
    preferences: async () => {
      await chat();
      await page.click('button', 'Settings');
      await page.waitFor('dialog', 'Settings');
    },
    loading: async () => {
      await page.page.addInitScript(() => (globalThis.nextLoad = { stays: true }));
      await page.open(`${site.origin}/?model=${encodeURIComponent(script)}`);
      await page.waitFor('progressbar');
    },
    failed: async () => {
      const error = { kind: 'not_found', message: 'There is nothing at https://a.example/a/very/long/address/of/a/model/that/is/not/there.gguf: check the address.' };
      await page.page.addInitScript((what) => (globalThis.nextLoad = { error: what }), error);
      await page.open(`${site.origin}/?model=${encodeURIComponent(script)}`);
      await page.waitFor('alert');
    },
    stored: async () => {
      await page.page.addInitScript(() => {
        globalThis.nextLoad = {};
        const model = (key, name, stored_bytes) => ({
          key, name, total_bytes: 1e9, stored_bytes, complete: stored_bytes === 1e9, last_used_ms: Date.now() - 1e8, files: [{ name: `${name}.gguf`, len_bytes: 1e9 }],
        });
        globalThis.storedModels = [model('a', 'Qwen2.5-0.5B-Instruct-Q4_K_M', 1e9), model('b', 'A-model-with-a-name-that-goes-on-and-on-Q8_0', 3e8)];
      });
      await chat();
      await page.click('button', 'Storage');
      await page.until('two models', () => page.evaluate(() => document.body.innerText.includes('goes-on-and-on')));
    },
    unsupported: async () => {
      await page.page.addInitScript(() => (globalThis.hasNoGpu = true));
      await page.open(`${site.origin}/`);
      await page.until('a sentence', () => page.evaluate(() => document.body.innerText.includes('WebGPU')));
    },
  };
  for (const [name, show] of Object.entries(screens)) {
    test(`${name}`, async () => {
      await show();
      await look(`screen-${name}`);
    });
  }
});
