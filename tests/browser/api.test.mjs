// OpenAI's API: by inkling.js in a page of another origin, and over HTTP with OpenAI's own client and with the AI SDK,
// unmodified.
//
// What the requests mean is tested in Rust; here it is whether they arrive, and what they do to an engine.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { bundle } from './bundle.mjs';
import { runExample } from './examples.mjs';
import { StaticServer } from './server.mjs';

const folder = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const DIST = folder('../../dist/');
const GUIDE = 'models/guide/guide.gguf';
const hasGuide = existsSync(folder(`../../public/${GUIDE}`));

/** A conversation whose answer is always the same, and short: a GPU in software writes a few tokens in a second. */
const ASKED = { messages: [{ role: 'user', content: 'Is my chat private?' }], temperature: 0, max_tokens: 6 };

for (const browserName of BROWSER_NAMES) {
  describe(`OpenAI's API in ${browserName}`, { skip: hasGuide ? false : 'no guide is built in' }, () => {
    // What a request means is the same in both; Firefox's adapter in software is the faster one.
    const onceIsEnough = browserName === 'firefox' ? false : 'run in Firefox';
    // A site runs at the root of a host, and in a folder of one, as at GitHub Pages.
    const root = browserName === 'firefox' ? '/inkling/' : '/';
    let clients;
    let site;
    let home;
    let elsewhere;
    let page;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, 'inkling.js')), 'run `cargo xtask build` first');
      if (!onceIsEnough) clients = await bundle('ai_sdk.js');
      const mounts = { [root]: DIST, '/openai/': folder('node_modules/openai/') };
      site = await new StaticServer(clients ? { ...mounts, '/clients/': clients.folder } : mounts).start();
      home = `${site.origin}${root}`;
      elsewhere = await new StaticServer({ '/': folder('static/') }).start();
      page = await launch(browserName);
    });

    after(async () => {
      await page?.close();
      await site?.stop();
      await elsewhere?.stop();
      await clients?.remove();
    });

    describe('inkling.js in a page of another origin', () => {
      before(async () => {
        await page.open(`${elsewhere.origin}/blank.html`);
        const loaded = await page.evaluate(
          async ({ library, model }) => {
            const { createEngine } = await import(library);
            const phases = [];
            globalThis.engine = await createEngine({ model, onProgress: ({ phase }) => phases.push(phase) });
            globalThis.errorOf = async (work) => {
              try {
                await work();
                return null;
              } catch ({ name, message, status, type, param, code }) {
                return { name, message, status, type, param, code };
              }
            };
            return { phases, model: globalThis.engine.model, info: globalThis.engine.info };
          },
          { library: `${home}inkling.js`, model: `${home}${GUIDE}` },
        );
        assert.ok(loaded.phases.includes('weights'), JSON.stringify(loaded));
        assert.ok(loaded.info.hasChatTemplate);
      });

      test('an answer, whole and in pieces, is the same', async () => {
        const { whole, again, chunks } = await page.evaluate(async (asked) => {
          const create = (more) => globalThis.engine.chat.completions.create({ ...asked, ...more });
          const whole = await create({});
          const again = await create({ n: 2, stop: 'zzz' });
          const chunks = [];
          const options = { stream: true, stream_options: { include_usage: true } };
          for await (const chunk of await create(options)) chunks.push(chunk);
          return { whole, again, chunks };
        }, ASKED);
        const [choice] = whole.choices;
        assert.equal(whole.object, 'chat.completion');
        assert.ok(choice.message.content.length > 10, JSON.stringify(whole));
        assert.equal(whole.usage.completion_tokens, 6);
        assert.equal(whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens);
        const content = (choices) => choices.map(({ message }) => message.content);
        assert.deepEqual(content(again.choices), [choice.message.content, choice.message.content]);
        assert.ok(again.usage.prompt_tokens_details.cached_tokens > 0, 'the prompt was known already');
        const said = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
        assert.equal(said, choice.message.content);
        assert.equal(chunks.at(-2).choices[0].finish_reason, choice.finish_reason);
        assert.equal(chunks.at(-1).usage.completion_tokens, whole.usage.completion_tokens);
      });

      test('sampling does as it is told', { skip: onceIsEnough }, async () => {
        const answers = await page.evaluate(async (asked) => {
          const said = async (more) => {
            const { choices } = await globalThis.engine.chat.completions.create({ ...asked, ...more });
            return { text: choices[0].message.content, reason: choices[0].finish_reason };
          };
          const greedy = await said({});
          const word = greedy.text.trim().split(' ')[1];
          const hot = { temperature: 2, max_tokens: 4 };
          return {
            greedy,
            word,
            stopped: await said({ stop: [word] }),
            short: await said({ max_completion_tokens: 2, max_tokens: undefined }),
            seeds: [await said({ ...hot, seed: 5 }), await said({ ...hot, seed: 5 }), await said({ ...hot, seed: 6 })],
          };
        }, ASKED);
        assert.equal(answers.stopped.reason, 'stop');
        assert.equal(answers.stopped.text, answers.greedy.text.slice(0, answers.greedy.text.indexOf(answers.word)));
        assert.equal(answers.short.reason, 'length');
        assert.equal(answers.seeds[0].text, answers.seeds[1].text);
        assert.notEqual(answers.seeds[0].text, answers.seeds[2].text);
      });

      test('text is continued, and models are listed', async () => {
        const { completion, list, model } = await page.evaluate(async () => ({
          completion: await globalThis.engine.completions.create({ prompt: ['The page', [1, 2, 3]], max_tokens: 2 }),
          list: await globalThis.engine.models.list(),
          model: globalThis.engine.model,
        }));
        assert.equal(completion.object, 'text_completion');
        assert.equal(completion.choices.length, 2);
        assert.deepEqual(list.data.map(({ id }) => id), [model]);
      });

      test('an answer that has begun goes on, and prompts can be counted', async () => {
        const { whole, again, counted } = await page.evaluate(async (asked) => {
          const { engine } = globalThis;
          const begin = (content) => ({
            messages: [...asked.messages, { role: 'assistant', content }], continue_final_message: true,
          });
          const whole = await engine.chat.completions.create(asked);
          const again = await engine.chat.completions.create({ ...asked, ...begin('') });
          const counted = [await engine.tokenize({ messages: asked.messages }), await engine.tokenize(begin('Your chat'))];
          return { whole, again, counted };
        }, ASKED);
        assert.equal(again.choices[0].message.content, whole.choices[0].message.content, 'nothing was begun yet');
        assert.deepEqual(again.usage.prompt_tokens, whole.usage.prompt_tokens);
        const [closed, begun] = counted;
        assert.deepEqual([closed.count, closed.tokens.length], [whole.usage.prompt_tokens, whole.usage.prompt_tokens]);
        // What was begun stands where the answer would, and nothing behind it.
        assert.deepEqual(begun.tokens.slice(0, closed.count), closed.tokens);
        assert.ok(begun.count > closed.count && begun.count < closed.count + 5, JSON.stringify(counted));
        assert.ok(begun.max_model_len > begun.count);
      });

      test('a model can be judged before it is loaded', { skip: onceIsEnough }, async () => {
        const [guide, none] = await page.evaluate(async ({ library, models }) => {
          const { checkModel } = await import(library);
          const checks = [];
          for (const model of models) checks.push(await checkModel({ model }));
          return checks;
        }, { library: `${home}inkling.js`, models: [`${home}${GUIDE}`, `${home}models/none.gguf`] });
        assert.deepEqual([guide.runs, guide.reason, guide.stored], [true, null, 'whole']);
        assert.ok(guide.contextLength > 0 && guide.memoryBytes > guide.storedBytes / 2, JSON.stringify(guide));
        assert.equal(none.runs, false);
        assert.match(none.reason, /none\.gguf/);
      });

      test('what cannot be done is refused by its name', async () => {
        const errors = await page.evaluate(async (asked) => {
          const { engine, errorOf } = globalThis;
          const refused = (more) => errorOf(() => engine.chat.completions.create({ ...asked, ...more }));
          const tool = { type: 'function', function: { name: 'f' } };
          return {
            store: await refused({ store: true }),
            temperature: await refused({ temperature: 3, stream: true }),
            tools: await refused({ tools: [tool] }),
            colour: await refused({ colour: 'green' }),
            model: await refused({ model: 'other' }),
            prompt: await errorOf(() => engine.completions.create({ prompt: Array(100_000).fill(1) })),
            dimensions: await errorOf(() => engine.embeddings.create({ input: 'a', dimensions: 100_000 })),
          };
        }, ASKED);
        for (const param of ['store', 'temperature', 'tools', 'colour', 'model', 'prompt', 'dimensions']) {
          assert.equal(errors[param]?.param, param, JSON.stringify(errors[param]));
          assert.equal(errors[param].type, 'invalid_request_error');
        }
        assert.equal(errors.model.status, 404);
        assert.equal(errors.prompt.code, 'context_length_exceeded');
        assert.equal(errors.dimensions.name, 'InklingError');
      });

      test('texts become vectors, the same ones alone and together', async () => {
        const { together, alone, short, bytes } = await page.evaluate(async () => {
          const create = (request) => globalThis.engine.embeddings.create(request);
          const together = await create({ input: ['How does it work?', 'Is it private?'] });
          const alone = await create({ input: 'Is it private?' });
          const short = await create({ input: 'Is it private?', dimensions: 8 });
          const coded = await create({ input: 'Is it private?', encoding_format: 'base64' });
          const bytes = atob(coded.data[0].embedding).length;
          return { together, alone, short, bytes };
        });
        const [first, second] = together.data.map(({ embedding }) => embedding);
        assert.deepEqual(together.data.map(({ index }) => index), [0, 1]);
        assert.deepEqual(alone.data[0].embedding, second);
        const product = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
        assert.ok(Math.abs(product(first, first) - 1) < 1e-3);
        assert.ok(product(first, second) < 0.999, 'another text, another vector');
        assert.equal(bytes, 4 * second.length);
        assert.equal(short.data[0].embedding.length, 8);
        assert.ok(together.usage.prompt_tokens > alone.usage.prompt_tokens && alone.usage.prompt_tokens > 1);
      });

      test('who stops an answer can ask the next question at once', async () => {
        const result = await page.evaluate(async (asked) => {
          const { engine, errorOf } = globalThis;
          const long = { ...asked, max_tokens: 4000, stream: true, temperature: 2, seed: 1, stop: null };
          // By leaving the loop, by the signal in the middle, and by the signal before the first word.
          for await (const { choices } of await engine.chat.completions.create(long)) if (choices[0].delta.content) break;
          const during = new AbortController();
          const stopped = await errorOf(async () => {
            for await (const { choices } of await engine.chat.completions.create(long, { signal: during.signal })) {
              if (choices[0].delta.content) during.abort();
            }
          });
          const before = new AbortController();
          const whole = engine.chat.completions.create({ ...long, stream: false }, { signal: before.signal });
          before.abort();
          const early = await errorOf(() => whole);
          const next = await engine.chat.completions.create({ ...asked, max_tokens: 3 });
          return { stopped, early, tokens: next.usage.completion_tokens };
        }, ASKED);
        assert.equal(result.stopped?.name, 'AbortError');
        assert.equal(result.early?.name, 'AbortError');
        assert.equal(result.tokens, 3);
      });

      test('after unloading every question is an error', async () => {
        const error = await page.evaluate(async (asked) => {
          const { engine, errorOf } = globalThis;
          const running = errorOf(() => engine.chat.completions.create({ ...asked, max_tokens: 500 }));
          await engine.unload();
          return [await running, await errorOf(() => engine.models.list())];
        }, ASKED);
        for (const { message } of error) assert.match(message, /unloaded/);
      });
    });

    describe("OpenAI's client over HTTP", () => {
      /** Puts the client of the npm package on the page, as it is. */
      const addClient = () =>
        page.evaluate(async () => {
          const { OpenAI } = await import(new URL('/openai/index.mjs', document.baseURI).href);
          const { serveHttp } = await import(new URL('inkling.js', document.baseURI).href);
          const baseURL = await serveHttp();
          globalThis.client = new OpenAI({ baseURL, apiKey: 'none', dangerouslyAllowBrowser: true, maxRetries: 0 });
          globalThis.errorOf = async (work) => {
            try {
              await work();
              return null;
            } catch ({ status, error, param, code }) {
              return { status, message: error?.message, param, code };
            }
          };
          return baseURL;
        });

      test('without a model there is an error that says what to do', async () => {
        await page.open(`${home}bench.html`);
        assert.equal(await addClient(), `${home}v1`);
        const error = await page.evaluate(() => globalThis.errorOf(() => globalThis.client.models.list()));
        assert.equal(error.status, 503);
        assert.match(error.message, /Open .* load a model/);
      });

      test('the examples of the documentation work', { skip: onceIsEnough }, async () => {
        const text = await readFile(folder('../../docs/api.md'), 'utf8');
        const examples = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
        const modules = {
          './inkling.js': `${home}inkling.js`,
          openai: `${site.origin}/openai/index.mjs`,
          ai: `${site.origin}/clients/ai_sdk.js`,
          '@ai-sdk/openai-compatible': `${site.origin}/clients/ai_sdk.js`,
        };
        // The one of the package is run as a package (package.test.mjs).
        const inPages = examples.filter((code) => code.includes('./inkling.js'));
        assert.deepEqual([examples.length, inPages.length], [5, 4]);
        for (const example of inPages) {
          const said = await runExample(page, example, modules);
          assert.match(said.join(''), /leave|device|private|sent|machine/i);
          // The engines of two of them are still there.
          await page.open(`${home}bench.html`);
          await addClient();
        }
      });

      test('the page of the chat answers with the model it has', async () => {
        await page.open(`${home}?model=${GUIDE}`);
        await page.waitFor('textbox', 'Message');
        await addClient();
        const { whole, said, usage } = await page.evaluate(async (asked) => {
          const { client } = globalThis;
          const [{ id: model }] = (await client.models.list()).data;
          globalThis.asked = { ...asked, model };
          const whole = await client.chat.completions.create(globalThis.asked);
          let said = '';
          let usage = null;
          const options = { stream: true, stream_options: { include_usage: true } };
          for await (const chunk of await client.chat.completions.create({ ...globalThis.asked, ...options })) {
            said += chunk.choices[0]?.delta.content ?? '';
            usage = chunk.usage ?? usage;
          }
          return { whole, said, usage };
        }, ASKED);
        assert.ok(whole.choices[0].message.content.length > 10);
        assert.equal(said, whole.choices[0].message.content);
        assert.equal(usage.completion_tokens, whole.usage.completion_tokens);
      });

      test('refusals arrive, and an answer that nobody reads on ends', async () => {
        const { refused, missing, path, tokens } = await page.evaluate(async () => {
          const { client, errorOf, asked } = globalThis;
          const create = (more) => client.chat.completions.create({ ...asked, ...more });
          const refused = await errorOf(() => create({ logit_bias: { 1: 500 } }));
          const missing = await errorOf(() => create({ model: 'gpt' }));
          const path = await errorOf(() => client.images.generate({ prompt: 'a' }));
          const stream = await create({ temperature: 2, max_tokens: 4000, stream: true });
          for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
          const next = await create({ max_tokens: 3 });
          return { refused, missing, path, tokens: next.usage.completion_tokens };
        });
        assert.equal(refused.status, 400);
        assert.equal(refused.param, 'logit_bias');
        assert.equal(missing.code, 'model_not_found');
        assert.equal(path.status, 404);
        assert.equal(tokens, 3);
      });

      test('the AI SDK gets the same answers, whole and as a stream', { skip: onceIsEnough }, async () => {
        const result = await page.evaluate(async (asked) => {
          const { createOpenAICompatible, generateText, streamText } = await import('/clients/ai_sdk.js');
          const baseURL = new URL('v1', document.baseURI).href;
          const name = globalThis.asked.model;
          const model = createOpenAICompatible({ name: 'inkling', baseURL, includeUsage: true })(name);
          const messages = [
            { role: 'system', content: 'You are the guide.' },
            { role: 'user', content: [{ type: 'text', text: asked.messages[0].content }] },
          ];
          const settings = { model, messages, temperature: 0, maxOutputTokens: 6, maxRetries: 0 };
          const whole = await generateText(settings);
          const streamed = streamText(settings);
          const pieces = [];
          for await (const piece of streamed.textStream) pieces.push(piece);
          // What the other client gets for the same question.
          const { choices } = await globalThis.client.chat.completions.create({
            model: name, max_tokens: 6, temperature: 0, messages: [messages[0], ...asked.messages],
          });
          let refusal = null;
          try {
            await generateText({ ...settings, topP: 7 });
          } catch ({ statusCode, message }) {
            refusal = { statusCode, message };
          }
          const { text, finishReason, usage } = whole;
          const again = { text: pieces.join(''), finishReason: await streamed.finishReason, usage: await streamed.usage };
          const counts = ({ inputTokens, outputTokens }) => [inputTokens, outputTokens];
          return {
            expected: choices[0].message.content, refusal, numPieces: pieces.length,
            whole: [text, finishReason, ...counts(usage)], again: [again.text, again.finishReason, ...counts(again.usage)],
          };
        }, ASKED);
        assert.ok(result.expected.length > 10);
        assert.deepEqual(result.whole.slice(0, 2), [result.expected, 'length']);
        assert.equal(result.whole[3], 6);
        assert.deepEqual(result.again, result.whole);
        assert.ok(result.numPieces > 1);
        assert.equal(result.refusal.statusCode, 400);
        assert.match(result.refusal.message, /top_p/);
      });
    });
  });
}
