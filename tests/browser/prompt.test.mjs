// The Prompt API (`LanguageModel`): its rules on an engine played by a script, and what it says with the guide.
//
// The rules are those of the proposal: https://webmachinelearning.github.io/prompt-api/

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { runExample } from './examples.mjs';
import { StaticServer } from './server.mjs';

const folder = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const DIST = folder('../../dist/');
const GUIDE = 'models/guide/guide.gguf';
const hasGuide = existsSync(folder(`../../public/${GUIDE}`));

/** Runs in the page: an engine whose tokens are words, and which answers with how many messages it was sent. */
function playEngine() {
  const wordsOf = (messages) => messages.flatMap(({ content }) => content.split(/\s+/).filter(Boolean));
  globalThis.requests = [];
  globalThis.playedEngine = {
    model: 'script',
    info: { contextLength: 16, sampling: { temperature: 0.8, topK: 40, topP: 1, minP: 0, repetitionPenalty: 1 } },
    tokenize: async ({ messages }) => ({ count: wordsOf(messages).length }),
    chat: {
      completions: {
        async *stream(request, { signal }) {
          const answer = globalThis.nextAnswer ?? `${request.messages.length} messages`;
          for (const content of answer.match(/\S+\s*/g)) {
            await new Promise((resolve) => setTimeout(resolve, 20));
            signal.throwIfAborted();
            yield { choices: [{ delta: { content } }], usage: null };
          }
          yield { choices: [], usage: { total_tokens: wordsOf(request.messages).length + wordsOf([{ content: answer }]).length } };
        },
        async create(request, options) {
          globalThis.requests.push(request);
          if (globalThis.nextError) throw Object.assign(new Error('no'), { name: 'InklingError', ...globalThis.nextError });
          return this.stream(request, options);
        },
      },
    },
  };
  globalThis.errorOf = async (work) => {
    try {
      await work();
      return null;
    } catch (error) {
      const { name, requested, quota } = error;
      return { name, isDom: error instanceof DOMException, requested, quota };
    }
  };
}

for (const browserName of BROWSER_NAMES) {
  describe(`the Prompt API in ${browserName}`, () => {
    let site;
    let page;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, 'prompt.js')), 'run `cargo xtask build` first');
      site = await new StaticServer({ '/': DIST, '/static/': folder('static/') }).start();
      page = await launch(browserName);
      await page.open(`${site.origin}/static/blank.html`);
      await page.evaluate(playEngine);
      await page.evaluate(async () => {
        const { createLanguageModel } = await import('/prompt.js');
        globalThis.Model = createLanguageModel({ engine: globalThis.playedEngine });
      });
    });

    after(async () => {
      await page?.close();
      await site?.stop();
    });

    test('a session remembers what was said, and a clone of it goes its own way', async () => {
      const { answers, usages, requests } = await page.evaluate(async () => {
        globalThis.requests.length = 0;
        const initialPrompts = [{ role: 'system', content: 'be brief' }];
        const session = await globalThis.Model.create({ initialPrompts, temperature: 0.5, topK: 3.7 });
        const usages = [session.contextUsage];
        const answers = [await session.prompt('one')];
        usages.push(session.contextUsage, session.inputUsage, await session.measureContextUsage('a b'), await session.measureInputUsage('a'));
        const clone = await session.clone();
        answers.push(await clone.prompt([{ role: 'user', content: [{ type: 'text', value: 'tw' }, { type: 'text', value: 'o' }] }]));
        await session.append('three');
        usages.push(session.contextUsage);
        const pieces = [];
        for await (const piece of session.promptStreaming('four')) pieces.push(piece);
        answers.push(pieces);
        return { answers, usages, requests: globalThis.requests };
      });
      assert.deepEqual(answers, ['2 messages', '4 messages', ['5 ', 'messages']]);
      // Two words of the system's, one of the question, two of the answer, one appended.
      assert.deepEqual(usages, [2, 5, 5, 2, 1, 6]);
      const said = requests.map(({ messages }) => messages.map(({ content }) => content).join('|'));
      assert.deepEqual(said, ['be brief|one', 'be brief|one|2 messages|two', 'be brief|one|2 messages|three|four']);
      assert.deepEqual([requests[0].temperature, requests[0].top_k], [0.5, 3]);
    });

    test('an answer can be begun, and held to a form', async () => {
      const { answer, requests, afterwards } = await page.evaluate(async () => {
        globalThis.requests.length = 0;
        const session = await globalThis.Model.create();
        globalThis.nextAnswer = 'is blue';
        const begun = [{ role: 'user', content: 'colour?' }, { role: 'assistant', content: 'The sky ', prefix: true }];
        const answer = await session.prompt(begun);
        delete globalThis.nextAnswer;
        const afterwards = await session.prompt('sure?', { responseConstraint: { type: 'object' } });
        await session.prompt('x', { responseConstraint: /^a+\$?$/ });
        return { answer, requests: globalThis.requests, afterwards };
      });
      assert.equal(answer, 'is blue');
      assert.equal(requests[0].continue_final_message, true);
      assert.equal(requests[1].continue_final_message, undefined);
      assert.equal(requests[1].messages[1].content, 'The sky is blue');
      assert.equal(afterwards, '3 messages');
      assert.deepEqual(requests[1].response_format, { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } });
      assert.deepEqual(requests[2].structured_outputs, { regex: 'a+\\$?' });
    });

    test('what was said first is forgotten first, and the initial prompts never', async () => {
      const result = await page.evaluate(async () => {
        globalThis.requests.length = 0;
        const initialPrompts = [{ role: 'system', content: 's s' }, { role: 'user', content: 'u' }, { role: 'assistant', content: 'a' }];
        const session = await globalThis.Model.create({ initialPrompts });
        const events = [];
        session.oncontextoverflow = ({ type }) => events.push(type);
        session.onquotaoverflow = ({ type }) => events.push(type);
        globalThis.nextAnswer = 'x y';
        for (const question of ['q1 q1', 'q2 q2', 'q3 q3 q3']) await session.prompt(question);
        const before = session.contextUsage;
        const tooMuch = await globalThis.errorOf(() => session.prompt('w '.repeat(11)));
        const atOnce = await globalThis.errorOf(() => globalThis.Model.create({ initialPrompts: [{ role: 'user', content: 'w '.repeat(15) }] }));
        delete globalThis.nextAnswer;
        return { events, tooMuch, atOnce, window: [session.contextWindow, session.inputQuota], same: before === session.contextUsage, last: globalThis.requests.at(-1).messages.map(({ content }) => content) };
      });
      // Seven eighths of 16 tokens: 4 + 4 + 4 fit, and then 3 more do not.
      assert.deepEqual(result.window, [14, 14]);
      assert.deepEqual(result.events, ['contextoverflow', 'quotaoverflow']);
      assert.deepEqual(result.last, ['s s', 'u', 'a', 'q2 q2', 'x y', 'q3 q3 q3']);
      for (const [error, requested] of [[result.tooMuch, 15], [result.atOnce, 15]]) {
        assert.deepEqual(error, { name: 'QuotaExceededError', isDom: true, requested, quota: 14 });
      }
      assert.ok(result.same);
    });

    test('mistakes have the names that the proposal gives them', async () => {
      const names = await page.evaluate(async () => {
        const { Model, errorOf } = globalThis;
        const session = await Model.create();
        const begun = await Model.create({ initialPrompts: [{ role: 'user', content: 'a' }] });
        const user = { role: 'user', content: 'a' };
        const nameOf = async (work) => (await errorOf(work))?.name ?? 'none';
        const image = { role: 'user', content: [{ type: 'image', value: 'x' }] };
        const refusing = async (nextError) => {
          globalThis.nextError = nextError;
          const name = await nameOf(() => session.prompt('a'));
          delete globalThis.nextError;
          return name;
        };
        return {
          constructor: await nameOf(async () => new Model()),
          role: await nameOf(() => session.prompt([{ role: 'robot', content: 'a' }])),
          content: await nameOf(() => session.prompt([{ role: 'user' }])),
          lateSystem: await nameOf(() => begun.prompt([{ role: 'system', content: 'a' }])),
          secondSystem: await nameOf(() => session.prompt([user, { role: 'system', content: 'a' }])),
          prefixOfUser: await nameOf(() => session.prompt([{ ...user, prefix: true }])),
          prefixBefore: await nameOf(() => session.prompt([{ role: 'assistant', content: 'a', prefix: true }, user])),
          image: await nameOf(() => session.prompt([image])),
          expectedImage: await nameOf(() => Model.create({ expectedInputs: [{ type: 'image' }] })),
          language: await nameOf(() => Model.create({ expectedOutputs: [{ type: 'text', languages: ['no language'] }] })),
          tools: await nameOf(() => Model.create({ tools: [{}] })),
          temperature: await nameOf(() => Model.create({ temperature: -1 })),
          topK: await nameOf(() => Model.create({ topK: 0 })),
          both: await nameOf(() => Model.create({ topK: 1, samplingMode: 'creative' })),
          mode: await nameOf(() => Model.create({ samplingMode: 'wild' })),
          flags: await nameOf(() => session.prompt('a', { responseConstraint: /a/i })),
          constraint: await nameOf(() => session.prompt('a', { responseConstraint: 'a' })),
          omit: await nameOf(() => session.prompt('a', { omitResponseConstraintInput: true })),
          refused: await refusing({ status: 400, code: null }),
          full: await refusing({ status: 400, code: 'context_length_exceeded' }),
          broken: await refusing({ status: 500, code: null }),
        };
      });
      assert.deepEqual(names, {
        constructor: 'TypeError', role: 'TypeError', content: 'TypeError', lateSystem: 'TypeError', secondSystem: 'TypeError',
        prefixOfUser: 'SyntaxError', prefixBefore: 'SyntaxError', image: 'NotSupportedError', expectedImage: 'NotSupportedError',
        language: 'RangeError', tools: 'NotSupportedError', temperature: 'RangeError', topK: 'RangeError', both: 'TypeError',
        mode: 'TypeError', flags: 'NotSupportedError', constraint: 'TypeError', omit: 'TypeError', refused: 'NotSupportedError',
        full: 'QuotaExceededError', broken: 'UnknownError',
      });
      const { modes, params, availability } = await page.evaluate(async () => {
        const { Model } = globalThis;
        const modes = [];
        for (const options of [{}, { samplingMode: 'most-predictable' }, { temperature: Infinity, topK: Infinity }]) {
          const { samplingMode, temperature, topK } = await Model.create(options);
          modes.push([samplingMode, temperature, topK]);
        }
        const availability = [await Model.availability(), await Model.availability({ expectedInputs: [{ type: 'audio' }] })];
        return { modes, params: await Model.params(), availability };
      });
      assert.deepEqual(modes, [['balanced', 0.8, 40], ['most-predictable', 0, 40], [null, 2, 128]]);
      assert.deepEqual(params, { defaultTopK: 40, maxTopK: 128, defaultTemperature: 0.8, maxTemperature: 2 });
      assert.deepEqual(availability, ['available', 'unavailable']);
    });

    test('what is stopped leaves no trace, waiting or not, and nothing overtakes', async () => {
      const result = await page.evaluate(async () => {
        const { Model, errorOf } = globalThis;
        globalThis.nextAnswer = 'two words';
        const ending = new AbortController();
        const session = await Model.create({ signal: ending.signal });
        const stop = new AbortController();
        const order = [];
        const first = session.prompt('1').then(() => order.push(1));
        const second = errorOf(() => session.prompt('2', { signal: stop.signal }));
        const third = session.prompt('3').then(() => order.push(3));
        stop.abort();
        await Promise.all([first, third]);
        const usage = session.contextUsage;
        const during = new AbortController();
        const running = errorOf(() => session.prompt('4', { signal: during.signal }));
        setTimeout(() => during.abort(new Error('mine')), 10);
        const mine = await running;
        for await (const piece of session.promptStreaming('5')) if (piece) break;
        await session.append([]);
        const kept = session.contextUsage;
        const last = errorOf(() => session.prompt('6'));
        ending.abort();
        const destroyed = [await last, await errorOf(() => session.prompt('7')), await errorOf(() => session.clone())];
        delete globalThis.nextAnswer;
        return { order, second: await second, mine, usage, kept, destroyed };
      });
      assert.deepEqual(result.order, [1, 3]);
      assert.equal(result.second.name, 'AbortError');
      assert.equal(result.mine.name, 'Error');
      assert.equal(result.usage, 6);
      assert.equal(result.kept, result.usage);
      for (const error of result.destroyed) assert.equal(error?.name, 'AbortError');
    });

    test('it takes the browser’s place only where it is asked to', async () => {
      const results = await page.evaluate(async () => {
        const { installLanguageModel } = await import('/prompt.js');
        const engine = globalThis.playedEngine;
        const own = (availability) => ({ availability: async () => availability });
        const isOurs = async (builtIn, over) => {
          if (builtIn) globalThis.LanguageModel = builtIn;
          else delete globalThis.LanguageModel;
          const there = await installLanguageModel({ engine, over });
          if (there !== globalThis.LanguageModel) throw new Error('another one is there');
          return there !== builtIn;
        };
        return [
          await isOurs(null), await isOurs(own('unavailable')), await isOurs(own('unavailable'), 'unavailable'),
          await isOurs(own('downloadable'), 'unavailable'), await isOurs(own('available'), 'anything'),
          (await globalThis.errorOf(() => installLanguageModel({ engine, over: 'all' })))?.name,
        ];
      });
      assert.deepEqual(results, [true, false, true, false, true, 'TypeError']);
    });

    test('with the guide, by the address alone', { skip: hasGuide ? false : 'no guide is built in' }, async () => {
      await page.open(`${site.origin}/static/blank.html`);
      const result = await page.evaluate(async (model) => {
        await import(`/prompt.js?over=anything&model=${encodeURIComponent(model)}`);
        const { LanguageModel } = globalThis;
        const before = await LanguageModel.availability();
        const shares = [];
        const initialPrompts = [{ role: 'system', content: 'You are the guide.' }];
        const monitor = (target) => (target.ondownloadprogress = ({ loaded, total, lengthComputable }) => shares.push(loaded, total, lengthComputable));
        const session = await LanguageModel.create({ initialPrompts, monitor, samplingMode: 'most-predictable' });
        const begun = session.contextUsage;
        let said = '';
        for await (const piece of session.promptStreaming([{ role: 'user', content: 'Is my chat private?' }, { role: 'assistant', content: 'Your chat', prefix: true }])) {
          said += piece;
          if (said.trim() !== '') break;
        }
        const measured = await session.measureContextUsage('Is my chat private?');
        session.destroy();
        const during = await LanguageModel.availability();
        const { createLanguageModel } = await import('/prompt.js');
        const elsewhere = await createLanguageModel({ model }).availability();
        return { before, during, elsewhere, shares, begun, measured, said };
      }, `${site.origin}/${GUIDE}`);
      assert.equal(result.before, 'downloadable');
      assert.equal(result.during, 'available');
      assert.equal(result.elsewhere, 'available', 'it is stored by now');
      assert.deepEqual(result.shares.slice(0, 3), [0, 1, true]);
      assert.deepEqual(result.shares.slice(-3), [1, 1, true]);
      assert.ok(result.begun > 0 && result.measured >= 4, JSON.stringify(result));
      // It goes on with what was begun, and does not say it again.
      assert.match(result.said, /^\s+\w/);
      assert.doesNotMatch(result.said, /Your chat/);
    });

    // Firefox's adapter in software is the faster one.
    const skip = browserName === 'firefox' ? (hasGuide ? false : 'no guide is built in') : 'run in Firefox';
    test('the examples of the documentation work', { skip }, async () => {
      const text = await readFile(folder('../../docs/prompt.md'), 'utf8');
      const examples = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
      assert.equal(examples.length, 2);
      for (const example of examples) {
        await page.open(`${site.origin}/bench.html`);
        const said = await runExample(page, example, { './inkling.js': `${site.origin}/inkling.js`, './prompt.js': `${site.origin}/prompt.js` });
        assert.match(said.join(' '), /leave|device|private|sent|machine|yours/i);
      }
    });
  });
}
