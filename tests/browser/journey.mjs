// What a person does, in both browsers: load a model by its address, chat, stop, come back without a network.
//
// The built site and the weights are served from two origins, as in life. Every element is found as a screen
// reader finds it. No test asserts a time.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { launch } from './browsers.mjs';
import { fixturesFolder } from './fixtures.mjs';
import { keepScreens } from './screens.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const fixtures = fixturesFolder();

/** What people give that is no model, or does not arrive whole. */
const BAD_ADDRESSES = [
  { what: 'nothing at the address', address: '/real/missing.gguf' },
  { what: 'a page in place of a file', address: '/real/login.gguf', fault: { kind: 'html' } },
  { what: 'a file that is cut off', address: '/malformed/gguf/data-truncated.gguf' },
  { what: 'an architecture nobody knows', address: '/malformed/folder/arch-unknown' },
  { what: 'a file that is no model', address: '/malformed/gguf/bad-magic.gguf' },
  {
    what: 'a connection that breaks in the middle',
    address: '/gguf/stories260K-Q8_0.gguf',
    fault: { kind: 'cut', afterBytes: 100_000 },
  },
];

/** Twice the tolerance of a logit computed in 32 bits on a GPU (README of the fixtures). */
const CLEAR_MARGIN = 2 * 5e-3;

/** The fixture's greedy ids after a prompt, up to the first step that is too close to call. */
async function greedyFixture() {
  const file = path.join(fixtures, 'gguf', 'stories260K-Q8_0.expected.json');
  const [prompt] = JSON.parse(await readFile(file, 'utf8')).prompts;
  assert.deepEqual(prompt.ids, [1, 403, 407, 261, 378], 'the ids of this text');
  const thin = prompt.greedy_exact_margin.findIndex((margin) => margin < CLEAR_MARGIN);
  const greedy = prompt.greedy_exact.slice(0, thin === -1 ? 40 : Math.min(40, thin));
  assert.ok(greedy.length > 8, 'the fixture decides something');
  return { greedy, text: 'Once upon a time' };
}

export function journey(browserName) {
  describe(`journey in ${browserName}`, { skip: fixtures ? false : 'no fixtures' }, () => {
    let site;
    let weights;
    let page;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, 'index.html')), 'run `cargo xtask build` first');
      site = await new StaticServer({ '/': DIST }).start();
      weights = await new StaticServer({
        '/real/': path.join(fixtures, 'real'),
        '/gguf/': path.join(fixtures, 'gguf'),
        '/models/': path.join(fixtures, 'models'),
        '/malformed/': path.join(fixtures, 'malformed'),
      }).start();
      page = await launch(browserName);
      await page.open(start());
    });

    afterEach(() => {
      weights.fault = () => null;
      weights.forgetRequests();
    });

    after(async () => {
      await page?.close();
      await site?.stop();
      await weights?.stop();
    });

    const model = () => `${weights.origin}/real/stories260K`;

    /** Short answers: the adapter is a processor. */
    const start = () => `${site.origin}/?max_tokens=40&temperature=0`;

    async function load(address) {
      await page.fill('textbox', 'Model address', address);
      await page.click('button', 'Load');
    }

    async function loadToChat(address) {
      await load(address);
      await page.waitFor('textbox', 'Message');
    }

    /** Sends a message and gives the conversation once the answer has ended. */
    async function ask(message) {
      await page.fill('textbox', 'Message', message);
      await page.click('button', 'Send');
      await page.until('an answer', async () => {
        const text = await conversation();
        const answer = text.slice(text.lastIndexOf(message) + message.length);
        const writing = await page.isVisible('button', 'Stop');
        return text.includes(message) && answer.trim().length > 0 && !writing;
      });
      return conversation();
    }

    /**
     * From now on, keeps the ids that the worker sends, because the page shows only text, and has models loaded
     * without rounding, because the fixture's ids are those of the exact weights. All else is the page's own.
     */
    function listenIn() {
      return page.evaluate(() => {
        const heard = new WeakSet();
        // The page speaks to the engine of all tabs on a port.
        const { postMessage } = MessagePort.prototype;
        globalThis.sampledTokens = [];
        MessagePort.prototype.postMessage = function (sent, transfer = []) {
          if (!sent.json) return postMessage.call(this, sent, transfer);
          if (!heard.has(this)) {
            heard.add(this);
            this.addEventListener('message', (event) => {
              const { type, tokens } = JSON.parse(event.data);
              if (type === 'delta') globalThis.sampledTokens.push(...tokens);
            });
          }
          const message = JSON.parse(sent.json);
          if (message.type === 'load') Object.assign(message.options, { weights: 'keep', kv: 'f32' });
          return postMessage.call(this, { ...sent, json: JSON.stringify(message) }, transfer);
        };
      });
    }

    async function conversation() {
      return (await page.isVisible('region', 'Conversation'))
        ? page.text('region', 'Conversation')
        : '';
    }

    test('the start screen offers a model', async () => {
      await page.waitFor('heading', 'Inkling');
      await page.waitFor('textbox', 'Model address');
      await page.waitFor('button', 'Choose files');
      await page.waitFor('heading', 'Models to try');
      await assertAccessible(page);
    });

    // Firefox walks the whole page each time it is asked for a role: without the catalogue's offers, which the first
    // test has looked at, everything below takes half the time there.
    if (browserName === 'firefox') {
      test('without a catalogue the page offers the rest', async () => {
        site.fault = (file) => (file.endsWith('/catalog.json') ? { kind: 'status', status: 404 } : null);
        await page.open(start());
        await page.waitFor('textbox', 'Model address');
        assert.equal(await page.isVisible('heading', 'Models to try'), false);
      });
    }

    // Each takes ten times as long in Firefox, and is refused by the same code.
    const badAddresses = browserName === 'firefox' ? BAD_ADDRESSES.slice(0, 2) : BAD_ADDRESSES;
    for (const { what, address, fault } of badAddresses) {
      test(`${what} gets a sentence, and the page goes on`, async () => {
        if (fault) weights.fault = () => fault;
        // A fresh page: the alert that appears is this one's.
        await page.open(start());
        await load(weights.origin + address);
        await page.waitFor('alert');
        const text = await page.text('alert');
        assert.ok(text.split(/\s+/).length >= 6, `no sentence: ${text}`);
        assert.doesNotMatch(text, /undefined|\[object|panicked|RuntimeError/, text);
        assert.equal(await page.isVisible('textbox', 'Model address'), true);
      });
    }

    test('a model loads by its address and answers', async () => {
      await loadToChat(model());
      assert.ok(weights.bytesSent(/safetensors$/) > 1_000_000);
      const text = await ask('Once upon a time');
      assert.match(text, /Once upon a time/);
      await keepScreens(page, 'chat');
      await assertAccessible(page);
    });

    test('a greedy chat gives the ids of the fixture, on this visit and on the next', async () => {
      const address = `${weights.origin}/gguf/stories260K-Q8_0.gguf`;
      const { greedy, text } = await greedyFixture();
      for (const visit of ['first', 'next']) {
        await page.open(start());
        if (visit === 'next') {
          weights.forgetRequests();
          weights.fault = () => ({ kind: 'refuse' });
        }
        await listenIn();
        await loadToChat(address);
        await ask(text);
        const tokens = await page.evaluate(() => globalThis.sampledTokens);
        assert.deepEqual(tokens.slice(0, greedy.length), greedy, `${visit} visit`);
        if (visit === 'next') assert.equal(weights.bytesSent(), 0);
      }
    });

    test('an answer can be stopped, and a new chat begun', async () => {
      // Without a limit the answer goes on for as many tokens as the context holds, which leaves time to stop it.
      await page.open(`${site.origin}/`);
      await loadToChat(model());
      await page.fill('textbox', 'Message', 'One day, a big');
      // Pressed from within: between finding the button from outside and pressing it an answer can end.
      await page.evaluate(() => {
        const timer = setInterval(() => {
          const stop = document.querySelector('button[aria-label="Stop"]');
          if (stop?.checkVisibility() && !stop.disabled) {
            clearInterval(timer);
            stop.click();
          }
        }, 100);
      });
      await page.click('button', 'Send');
      await page.until('a stopped answer', async () => (await conversation()).includes('Stopped'));
      await page.waitForNo('button', 'Stop');
      await page.click('button', 'New chat');
      await page.until('an empty conversation', async () => {
        const text = await conversation();
        return !text.includes('One day, a big');
      });
    });

    // Two minutes on a processor. What slides is the engine, which native tests hold to the truth; the line is the page's,
    // and the same in both.
    const outgrows = { skip: browserName === 'firefox' ? 'seen in chromium' : false };
    test('a chat that outgrows the context goes on, with a line where the memory begins', outgrows, async () => {
      // A short context, and a model that answers at length because it knows nothing.
      await page.evaluate(() => localStorage.setItem('inkling.preferences', JSON.stringify({ context_length: 256 })));
      await page.open(`${site.origin}/?max_tokens=80&temperature=1&seed=7`);
      await loadToChat(`${weights.origin}/models/smollm3-nope/`);
      const isForgetful = async () => (await conversation()).includes('memory begins here');
      let questions = 0;
      while (!(await isForgetful())) {
        questions += 1;
        assert.ok(questions <= 8, 'eight answers fit into 256 tokens');
        await ask(`Question ${questions}: tell a story about a file, a class and a function, please.`);
      }
      assert.ok(questions >= 2, 'the first question fits');
      await ask('And what happened then?');
      assert.ok(await isForgetful(), 'the line stays');
      await keepScreens(page, 'memory');
      await assertAccessible(page);
      await page.evaluate(() => localStorage.removeItem('inkling.preferences'));
    });

    // What the greedy chat has seen in the second browser already.
    const seenBefore = { skip: browserName === 'firefox' ? 'seen in chromium' : false };
    test('after a reload no weight is fetched again', seenBefore, async () => {
      await page.open(start());
      await page.reload();
      weights.forgetRequests();
      weights.fault = () => ({ kind: 'refuse' });
      await loadToChat(model());
      await ask('The sun is');
      assert.equal(weights.bytesSent(), 0);
    });

    test('with the network off the page starts, loads and answers', async () => {
      await page.until('the service worker', () =>
        page.evaluate(async () => {
          const registration = await navigator.serviceWorker.getRegistration();
          return Boolean(registration?.active);
        }),
      );
      // Once more, so that the worker has seen every file of the page.
      await page.reload();
      await page.waitFor('heading', 'Inkling');
      const address = model();
      await site.stop();
      await weights.stop();
      try {
        await page.reload();
        await loadToChat(address);
        await ask('Tim had a red ball.');
      } finally {
        await site.start();
        await weights.start();
      }
    });

    test('a local file is a model too', async () => {
      await page.open(start());
      await page.chooseFiles('button', 'Choose files', [
        path.join(fixtures, 'gguf', 'stories260K-Q8_0.gguf'),
      ]);
      await page.waitFor('textbox', 'Message');
      await ask('A girl named Sue');
    });

    test('an address in the link loads at once', seenBefore, async () => {
      await page.open(`${start()}&model=${encodeURIComponent(model())}`);
      await page.waitFor('textbox', 'Message');
    });
  });
}
