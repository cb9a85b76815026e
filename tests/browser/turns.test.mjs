// Answers that take turns, and what is kept of them: by messages to a worker, as the page sends them.
//
// The order of turns is tested in Rust, and so is that an answer does not change by waiting; here it is whether a real
// engine in a real browser takes turns, stops who is cancelled, and goes on after a reload without reading again.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { StaticServer } from './server.mjs';

const folder = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const DIST = folder('../../dist/');
const GUIDE = 'models/guide/guide.gguf';
const hasGuide = existsSync(folder(`../../public/${GUIDE}`));

/** Greedy, so that an answer says the same whoever else is answered. */
const GREEDY = { temperature: 0 };
const QUESTIONS = ['Is my chat private?', 'Which models can I use?', 'How do I save a conversation?'];
const NUM_TOKENS = 6;

for (const browserName of BROWSER_NAMES) {
  describe(`answers take turns in ${browserName}`, { skip: hasGuide ? false : 'no guide is built in' }, () => {
    let site;
    let page;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, 'worker.js')), 'run `cargo xtask build` first');
      site = await new StaticServer({ '/': DIST, '/static/': folder('static/') }).start();
      page = await launch(browserName);
      await page.open(`${site.origin}/static/blank.html`);
      await startEngine();
    });

    after(async () => {
      await page?.close();
      await site?.stop();
    });

    /** A worker with the guide, in place of the one before. */
    function startEngine() {
      return page.evaluate(async (guide) => {
        const source = await (await fetch('/engine.js')).text();
        const [, version] = /WIRE_VERSION = (\d+)/.exec(source);
        globalThis.worker?.terminate();
        const worker = new Worker('/worker.js', { type: 'module' });
        globalThis.worker = worker;
        const heard = new Map();
        let lastId = 0;
        const post = (message, ports = []) => worker.postMessage({ json: JSON.stringify(message), files: [] }, ports);
        const ready = new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => {
            const message = JSON.parse(typeof data === 'string' ? data : data.json);
            if (message.type === 'ready') resolve();
            if (message.type === 'unsupported') reject(new Error(message.message));
            heard.get(message.id)?.(message);
          };
        });
        /** Asks, tells of every message, and resolves with those that matter. */
        const ask = (request, onMessage = () => {}) => {
          const id = ++lastId;
          const promise = new Promise((resolve, reject) => {
            const answer = { id, text: '' };
            heard.set(id, (message) => {
              onMessage(message);
              if (message.type === 'delta') answer.text += message.text;
              if (message.type === 'prefilled') answer.reused = message.reused_tokens;
              if (message.type === 'failed') reject(new Error(message.error.message));
              if (message.type === 'loaded' || message.type === 'finished') resolve({ ...answer, reason: message.reason });
            });
          });
          post({ ...request, id });
          return { id, promise };
        };
        globalThis.chat = (messages, options, onMessage) =>
          ask({ type: 'generate', input: { kind: 'messages', messages }, options }, onMessage);
        globalThis.cancel = (id) => post({ type: 'cancel', id });
        /** A request of OpenAI's API on a port of its own; the texts of its events, one by one. */
        globalThis.program = (body, onText) =>
          new Promise((resolve) => {
            const { port1, port2 } = new MessageChannel();
            let text = '';
            port1.onmessage = ({ data }) => {
              const told = JSON.parse(data);
              if (told.type === 'answer') resolve(told.body);
              if (told.type === 'done') resolve(text);
              for (const [, json] of (told.text ?? '').matchAll(/^data: (\{.*\})$/gm)) {
                const piece = JSON.parse(json).choices[0]?.delta.content ?? '';
                if (piece) onText?.(piece);
                text += piece;
              }
            };
            post({ type: 'serve', asker: 'client' }, [port2]);
            const request = { method: 'POST', path: '/v1/chat/completions', body: JSON.stringify(body) };
            port1.postMessage(JSON.stringify({ type: 'request', ...request }));
          });
        post({ type: 'start', version: Number(version), power: 'high_performance' });
        await ready;
        const address = new URL(guide, location.origin).href;
        await ask({ type: 'load', source: { from: 'url', url: address }, options: {} }).promise;
        globalThis.model = address;
      }, `/${GUIDE}`);
    }

    test('two programs and a chat are answered at once, each as it is alone', async () => {
      const { alone, together, turns } = await page.evaluate(
        async ({ questions, greedy, count }) => {
          const [first, second, third] = questions.map((content) => [{ role: 'user', content }]);
          const body = (messages) => ({ model: globalThis.model, messages, stream: true, ...greedy, max_tokens: count });
          const turns = [];
          const askAll = (note) => [
            () => globalThis.program(body(first), () => note('a')),
            () => globalThis.program(body(second), () => note('b')),
            async () => {
              const onMessage = ({ type }) => type === 'delta' && note('c');
              return (await globalThis.chat(third, { ...greedy, max_tokens: count }, onMessage).promise).text;
            },
          ];
          const alone = [];
          for (const ask of askAll(() => {})) alone.push(await ask());
          const note = (who) => turns.push(who);
          const together = await Promise.all(
            askAll(note).map(async (ask, index) => {
              const said = await ask();
              turns.push('ABC'[index]);
              return said;
            }),
          );
          return { alone, together, turns: turns.join('') };
        },
        { questions: QUESTIONS, greedy: GREEDY, count: NUM_TOKENS },
      );
      assert.deepEqual(together, alone);
      assert.ok(alone.every((text) => text.length > 4), JSON.stringify(alone));
      // Capitals are ends: before the first of them, all three have begun.
      const firstEnd = turns.search(/[ABC]/);
      for (const who of 'abc') {
        assert.ok(turns.indexOf(who) < firstEnd, `${who} waited for an end: ${turns}`);
      }
    });

    test('who is cancelled makes way at once', { skip: browserName === 'chromium' ? false : 'run in Chromium' }, async () => {
      const { stopped, other } = await page.evaluate(
        async ({ questions, greedy }) => {
          const [first, second] = questions.map((content) => [{ role: 'user', content }]);
          let cancelled = false;
          let after = 0;
          const long = globalThis.chat(first, { ...greedy, max_tokens: 400, ignore_eos: true });
          const other = globalThis.chat(second, { ...greedy, max_tokens: 6 }, ({ type }) => {
            if (type !== 'delta') return;
            if (cancelled) after += 1;
            else globalThis.cancel(long.id);
            cancelled = true;
          });
          const stopped = await long.promise.then((answer) => ({ ...answer, after }));
          return { stopped, other: await other.promise };
        },
        { questions: QUESTIONS, greedy: GREEDY },
      );
      assert.equal(stopped.reason, 'stopped');
      assert.ok(stopped.after <= 17, `${stopped.after} pieces of another answer came before the end`);
      assert.notEqual(other.reason, 'stopped');
      assert.ok(other.text.length > 4);
    });

    describe('after a reload', { skip: browserName === 'chromium' ? false : 'run in Chromium' }, () => {
      let turn;
      let fresh;

      const ask = (messages, options) =>
        page.evaluate(({ messages, options }) => globalThis.chat(messages, options).promise, {
          messages,
          options: { ...GREEDY, max_tokens: NUM_TOKENS, ...options },
        });

      /** Changes or counts what is kept. */
      const kept = (changes) =>
        page.evaluate(async (changes) => {
          const done = (request) =>
            new Promise((resolve, reject) => {
              request.onsuccess = () => resolve(request.result);
              request.onerror = () => reject(request.error);
            });
          const database = await done(indexedDB.open('inkling'));
          const stores = ['prefixes', 'prefix-pieces'];
          const transaction = database.transaction(stores, 'readwrite');
          const [records, pieces] = stores.map((name) => transaction.objectStore(name));
          const counts = [await done(records.count()), await done(pieces.count())];
          if (changes) {
            const [key] = await done(pieces.getAllKeys());
            const piece = await done(pieces.get(key));
            piece.bytes[1000] ^= 4;
            await done(pieces.put(piece, key));
          }
          database.close();
          return counts;
        }, changes);

      before(async () => {
        // The guide reads the last question alone, so that one has to be long.
        const content = `${QUESTIONS.join(' ')} Please say it in short words, one thing after the other.`;
        turn = [{ role: 'user', content }];
        fresh = await ask(turn, { fresh_context: true });
        assert.equal(fresh.reused, 0);
      });

      test('a conversation goes on without being read again', async () => {
        await ask(turn, { keeps: true });
        await page.until('a kept conversation', async () => (await kept(false))[0] > 0);
        await startEngine();
        const again = await ask(turn, { keeps: true });
        assert.ok(again.reused >= 32, `${again.reused} tokens were known`);
        assert.equal(again.text, fresh.text);
      });

      test('what was damaged is not used, and removed', async () => {
        await kept(true);
        await startEngine();
        const again = await ask(turn, { max_tokens: 1, keeps: true });
        // Of what an engine starts with, one token may be the same.
        assert.ok(again.reused <= 1, `${again.reused} tokens were known`);
        assert.ok(fresh.text.startsWith(again.text), again.text);
      });

      test('nothing is kept that is not to be', async () => {
        await page.evaluate(() => {
          globalThis.worker.postMessage({ json: JSON.stringify({ type: 'forget_conversations' }), files: [] });
        });
        await page.until('nothing left', async () => (await kept(false)).every((count) => count === 0));
        await ask(turn, { max_tokens: 2 });
        assert.deepEqual(await kept(false), [0, 0]);
      });
    });
  });
}
