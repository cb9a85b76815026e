// Answers that have to fit something, from a model that says nothing sensible: whatever fits, fits because it must.
//
// What fits is judged here by the browser's own JSON and RegExp. That a hundred of a hundred texts fit, and which schemas
// there are, is tested in Rust; here it is whether the parts meet: page, service worker, engine and the grammar's module.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { writeRandomModel } from './random_model.mjs';
import { StaticServer } from './server.mjs';

const folder = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const DIST = folder('../../dist/');

/** Its template writes calls as Hermes and Qwen do. */
const MODEL = {
  vocabularySize: 600,
  hiddenSize: 64,
  feedForwardSize: 96,
  numLayers: 2,
  numHeads: 4,
  numKvHeads: 2,
  contextLength: 2048,
  chatTemplate: `{%- if tools %}{{ 'tools: ' + (tools | tojson) + '\\n' }}{% endif -%}
{%- for message in messages -%}
{{ message.role + ': ' + (message.content or '') }}
{%- for call in message.tool_calls or [] -%}
{{ '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + '}\\n</tool_call>' }}
{%- endfor -%}
{{ '\\n' }}
{%- endfor -%}
{%- if add_generation_prompt %}{{ 'assistant: ' }}{% endif -%}`,
};

const COLOURS = ['red', 'green', '日本'];

const SCHEMA = {
  type: 'object',
  properties: {
    colour: { enum: COLOURS },
    count: { type: 'integer', minimum: 0, maximum: 99 },
    name: { type: 'string', minLength: 1, maxLength: 5 },
    inner: {
      type: 'object',
      properties: { flags: { type: 'array', items: { type: 'boolean' }, minItems: 1, maxItems: 3 } },
      required: ['flags'],
      additionalProperties: false,
    },
  },
  required: ['colour', 'count', 'name', 'inner'],
  additionalProperties: false,
};

function assertFits(text) {
  const { colour, count, name, inner, ...rest } = JSON.parse(text);
  assert.deepEqual(rest, {}, text);
  assert.ok(COLOURS.includes(colour), text);
  assert.ok(Number.isInteger(count) && count >= 0 && count <= 99, text);
  assert.ok([...name].length >= 1 && [...name].length <= 5, text);
  assert.deepEqual(Object.keys(inner), ['flags'], text);
  assert.ok(inner.flags.length >= 1 && inner.flags.length <= 3, text);
  assert.ok(inner.flags.every((flag) => typeof flag === 'boolean'), text);
}

const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'paint',
      description: 'Paints something.',
      parameters: {
        type: 'object',
        properties: { colour: { enum: COLOURS }, coats: { type: 'integer', minimum: 1, maximum: 9 } },
        required: ['colour', 'coats'],
        additionalProperties: false,
      },
    },
  },
  { type: 'function', function: { name: 'stop' } },
];

function assertCall({ finish_reason: reason, message }, names) {
  assert.equal(reason, 'tool_calls');
  assert.equal(message.content, null, JSON.stringify(message));
  assert.equal(message.tool_calls.length, 1);
  const [{ id, type, function: called }] = message.tool_calls;
  assert.match(id, /^call_/);
  assert.equal(type, 'function');
  assert.ok(names.includes(called.name), called.name);
  const sent = JSON.parse(called.arguments);
  if (called.name === 'stop') return assert.deepEqual(sent, {});
  assert.deepEqual(Object.keys(sent).sort(), ['coats', 'colour']);
  assert.ok(COLOURS.includes(sent.colour) && sent.coats >= 1 && sent.coats <= 9, called.arguments);
}

for (const browserName of BROWSER_NAMES) {
  describe(`answers that have to fit, in ${browserName}`, () => {
    // Waiting for each token takes Firefox 100 ms; one answer of a kind shows that it works there.
    const numAnswers = browserName === 'firefox' ? 1 : 3;
    const onceIsEnough = browserName === 'firefox' ? 'run in Chromium' : false;
    let models;
    let site;
    let page;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, 'inkling-grammar_bg.wasm')), 'run `cargo xtask build` first');
      models = await mkdtemp(path.join(os.tmpdir(), 'inkling-constrained-'));
      await writeRandomModel(path.join(models, 'random.gguf'), MODEL);
      const mounts = { '/': DIST, '/random/': models, '/openai/': folder('node_modules/openai/') };
      site = await new StaticServer(mounts).start();
      page = await launch(browserName);
      await page.open(`${site.origin}/bench.html`);
      await page.evaluate(async () => {
        const { createEngine, serveHttp } = await import(new URL('inkling.js', document.baseURI).href);
        const model = new URL('random/random.gguf', document.baseURI).href;
        globalThis.engine = await createEngine({ model });
        const { OpenAI } = await import(new URL('openai/index.mjs', document.baseURI).href);
        const baseURL = await serveHttp();
        globalThis.client = new OpenAI({ baseURL, apiKey: 'none', dangerouslyAllowBrowser: true, maxRetries: 0 });
        globalThis.ask = (more) =>
          globalThis.engine.chat.completions.create({
            messages: [{ role: 'user', content: 'Hello' }],
            temperature: 1,
            max_tokens: 400,
            ...more,
          });
        globalThis.errorOf = async (work) => {
          try {
            await work();
            return null;
          } catch ({ status, message, param }) {
            return { status, message, param };
          }
        };
      });
    });

    after(async () => {
      await page?.close();
      await site?.stop();
      if (models) await rm(models, { recursive: true });
    });

    test('the grammar is fetched by who has a constraint, and every document fits its schema', async () => {
      const free = await page.evaluate(() => globalThis.ask({ max_tokens: 3, logit_bias: { 65: 100 }, temperature: 0 }));
      assert.equal(free.choices[0].message.content, 'AAA', 'one token is likelier than all others');
      assert.equal(site.bytesSent(/inkling-grammar/), 0);
      const format = { type: 'json_schema', json_schema: { name: 'thing', strict: true, schema: SCHEMA } };
      const whole = await page.evaluate(
        ({ format, n }) => globalThis.ask({ response_format: format, n }),
        { format, n: numAnswers },
      );
      assert.ok(site.bytesSent(/inkling-grammar/) > 0);
      assert.equal(whole.choices.length, numAnswers);
      for (const { message, finish_reason: reason } of whole.choices) {
        assert.equal(reason, 'stop');
        assertFits(message.content);
      }
      const texts = new Set(whole.choices.map(({ message }) => message.content));
      assert.equal(texts.size, numAnswers, 'each is another');
    });

    test('a call that must come is a call, whole and in pieces', async () => {
      const [whole, chunks] = await page.evaluate(async (tools) => {
        const whole = await globalThis.ask({ tools, tool_choice: 'required', parallel_tool_calls: false });
        const chunks = [];
        const tool_choice = { type: 'function', function: { name: 'paint' } };
        const more = { tools, tool_choice, parallel_tool_calls: false, stream: true };
        for await (const chunk of await globalThis.ask(more)) chunks.push(chunk);
        return [whole, chunks];
      }, TOOLS);
      assertCall(whole.choices[0], ['paint', 'stop']);
      const choices = chunks.map(({ choices }) => choices[0]);
      const calls = choices.flatMap(({ delta }) => delta.tool_calls ?? []);
      assert.equal(calls[0].index, 0);
      const content = choices.map(({ delta }) => delta.content ?? '').join('') || null;
      assertCall({ finish_reason: choices.at(-1).finish_reason, message: { content, tool_calls: calls } }, ['paint']);
    });

    test("OpenAI's client gets a call and a document over HTTP", { skip: onceIsEnough }, async () => {
      const [call, document] = await page.evaluate(
        async ({ tools, schema }) => {
          const { client, engine } = globalThis;
          const common = { model: engine.model, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 400 };
          const create = (more) => client.chat.completions.create({ ...common, ...more });
          const call = await create({ tools, tool_choice: 'required', parallel_tool_calls: false });
          let document = '';
          const format = { type: 'json_schema', json_schema: { name: 'thing', schema } };
          for await (const chunk of await create({ response_format: format, stream: true })) {
            document += chunk.choices[0]?.delta.content ?? '';
          }
          return [call, document];
        },
        { tools: TOOLS, schema: SCHEMA },
      );
      assertCall(call.choices[0], ['paint', 'stop']);
      assertFits(document);
    });

    test('regular expressions, grammars and choices are followed', { skip: onceIsEnough }, async () => {
      const texts = await page.evaluate(async () => {
        const said = async (structured_outputs) => {
          const { choices } = await globalThis.ask({ structured_outputs });
          return choices[0].message.content;
        };
        return {
          regex: await said({ regex: '[a-f]{2,4}-\\d{3}' }),
          grammar: await said({ grammar: 'start: "(" INNER ")"\nINNER: /[xy]{1,5}/' }),
          choice: await said({ choice: ['yes', 'no', 'perhaps'] }),
          completion: (
            await globalThis.engine.completions.create({ prompt: 'a', structured_outputs: { regex: 'b{3}' } })
          ).choices[0].text,
        };
      });
      assert.match(texts.regex, /^[a-f]{2,4}-\d{3}$/);
      assert.match(texts.grammar, /^\([xy]{1,5}\)$/);
      assert.match(texts.choice, /^(yes|no|perhaps)$/);
      assert.equal(texts.completion, 'bbb');
    });

    test('each token is told with its probability', { skip: onceIsEnough }, async () => {
      const { content, text } = await page.evaluate(async () => {
        const chat = await globalThis.ask({ max_tokens: 4, logprobs: true, top_logprobs: 3, temperature: 0 });
        const completion = await globalThis.engine.completions.create({ prompt: 'a', max_tokens: 3, logprobs: 2 });
        return { content: chat.choices[0].logprobs.content, text: completion.choices[0].logprobs };
      });
      assert.ok(content.length >= 1 && content.length <= 4);
      for (const { token, logprob, bytes, top_logprobs: top } of content) {
        assert.equal(top.length, 3);
        // Greedily, what came is what is likeliest.
        assert.deepEqual([top[0].token, top[0].logprob], [token, logprob]);
        assert.ok(logprob < 0 && top[0].logprob >= top[1].logprob && top[1].logprob >= top[2].logprob);
        assert.ok(bytes.length > 0);
      }
      assert.equal(text.tokens.length, text.token_logprobs.length);
      assert.equal(text.text_offset[0], 0);
    });

    test('what cannot be followed is refused with its reason', { skip: onceIsEnough }, async () => {
      const errors = await page.evaluate(async (tools) => {
        const refused = (more) => globalThis.errorOf(() => globalThis.ask(more));
        const schema = (schema) => ({ response_format: { type: 'json_schema', json_schema: { name: 'n', schema } } });
        return {
          unsupported: await refused(schema({ type: 'array', uniqueItems: true })),
          regex: await refused({ structured_outputs: { regex: '(' } }),
          bias: await refused({ logit_bias: { 600: 1 } }),
          parameters: await refused({
            tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', not: {} } } }],
            tool_choice: 'required',
          }),
          after: await globalThis.ask({ tools, tool_choice: 'required', max_tokens: 2 }),
        };
      }, TOOLS);
      assert.deepEqual([errors.unsupported.status, errors.unsupported.param], [400, 'response_format']);
      assert.match(errors.unsupported.message, /uniqueItems/);
      assert.deepEqual([errors.regex.status, errors.regex.param], [400, 'structured_outputs']);
      assert.deepEqual([errors.bias.status, errors.bias.param], [400, 'logit_bias']);
      assert.deepEqual([errors.parameters.status, errors.parameters.param], [400, 'tools']);
      // An answer that is cut off says so.
      assert.equal(errors.after.choices[0].finish_reason, 'length');
    });
  });
}
