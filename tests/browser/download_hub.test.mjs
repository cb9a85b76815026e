// Repositories of a hub: which file is meant, redirects whose addresses expire, published digests, and tokens.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { launch } from './browsers.mjs';
import {
  CHUNK_BYTES,
  digestsOfChunks,
  openPage,
  randomBytes,
  startSite,
  storedModel,
} from './downloads.mjs';
import { Hub } from './hub.mjs';

const large = randomBytes(11, CHUNK_BYTES + 4321);
const other = randomBytes(12, 5000);
const TOKEN = 'hf_only_for_friends';

describe('a model hub in chromium', () => {
  let server;
  let page;
  let hub;

  before(async () => {
    server = await startSite();
    page = await openPage(await launch('chromium'), server);
  });

  after(async () => {
    await page?.close();
    await server?.stop();
  });

  afterEach(() => hub.stop());

  /** Every test has a hub of its own: another origin, other keys. */
  async function openHub(token = null) {
    hub = await new Hub().start();
    const message = { type: 'hub', base: hub.base, token };
    await page.evaluate((message) => globalThis.tell(message), message);
  }

  const download = (name) => page.evaluate((name) => globalThis.download(name), name);
  const sentFor = (file) => hub.store.bytesSent(new RegExp(`/${file}$`));

  async function assertStored(key, file, bytes) {
    const place = { key, file };
    const digests = await page.evaluate((place) => globalThis.digests(place), place);
    assert.equal(digests, digestsOfChunks(bytes));
    assert.equal((await storedModel(page, key)).complete, true);
    await page.evaluate((key) => globalThis.forget(key), key);
  }

  test('a repository without a folder of tensors: the file that most people want', async () => {
    await openHub();
    const files = { 'm-Q8_0.gguf': other, 'm-Q4_K_M.gguf': large, 'README.md': other };
    hub.add('org/m-GGUF', files, { small: ['README.md'] });
    const answer = await download('org/m-GGUF');
    assert.equal(answer.type, 'downloaded', JSON.stringify(answer));
    assert.equal(answer.name, 'm-GGUF');
    assert.equal(answer.key, `${hub.base}org/m-GGUF/resolve/main/`);
    assert.ok(hub.asked.every(({ path }) => !path.endsWith('config.json')), 'the list said it is not there');
    await assertStored(answer.key, 'm-Q4_K_M.gguf', large);
    // The page of the usual hub means this one.
    const again = await download('https://huggingface.co/org/m-GGUF/blob/v2/m-Q8_0.gguf');
    assert.equal(again.key, `${hub.base}org/m-GGUF/resolve/v2/m-Q8_0.gguf`);
    await assertStored(again.key, 'm-Q8_0.gguf', other);
  });

  test('a folder of tensors: every file of it', async () => {
    await openHub();
    const small = ['config.json', 'tokenizer_config.json'];
    const text = Buffer.from('{}');
    const files = { 'config.json': text, 'tokenizer_config.json': text, 'tokenizer.json': other };
    hub.add('org/m', { ...files, 'model.safetensors': large, 'm.gguf': other }, { small });
    const answer = await download('org/m@v1.0');
    assert.equal(answer.type, 'downloaded', JSON.stringify(answer));
    const { files: stored } = await storedModel(page, answer.key);
    assert.deepEqual(
      stored.map(({ name }) => name).sort(),
      ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'],
    );
    assert.equal(answer.last.files_total, 4);
    await assertStored(answer.key, 'model.safetensors', large);
  });

  test('addresses that have expired are asked for again', async () => {
    await openHub();
    hub.add('org/m', { 'm.gguf': large });
    hub.expiredTickets = 2;
    const answer = await download('org/m:m.gguf');
    assert.equal(answer.type, 'downloaded', JSON.stringify(answer));
    assert.equal(hub.expiredTickets, 0);
    await assertStored(answer.key, 'm.gguf', large);
  });

  test('a hub that does not list its files', async () => {
    await openHub();
    hub.add('org/m', { 'm.gguf': large });
    hub.lists = false;
    const answer = await download('org/m:m.gguf');
    assert.equal(answer.type, 'downloaded', JSON.stringify(answer));
    await assertStored(answer.key, 'm.gguf', large);
    const nowhere = await download('org/m');
    assert.equal(nowhere.error?.kind, 'not_found', JSON.stringify(nowhere));
  });

  test('a file that is not what the hub announces is fetched twice and never kept', async () => {
    await openHub();
    hub.add('org/m', { 'm.gguf': large });
    hub.store.fault = (urlPath, request) => (request.headers.range === 'bytes=0-0' ? null : { kind: 'flip' });
    const refused = await download('org/m:m.gguf');
    assert.equal(refused.error?.kind, 'bad_file', JSON.stringify(refused));
    assert.match(refused.error.message, /SHA-256/);
    assert.equal(sentFor('m.gguf'), 2 * large.length + 1);
    assert.equal(await storedModel(page, `${hub.base}org/m/resolve/main/m.gguf`), null);

    // Once is not twice.
    let flips = 1;
    hub.store.fault = (urlPath, { headers }) =>
      headers.range !== 'bytes=0-0' && flips-- > 0 ? { kind: 'flip' } : null;
    const answer = await download('org/m:m.gguf');
    assert.equal(answer.type, 'downloaded', JSON.stringify(answer));
    await assertStored(answer.key, 'm.gguf', large);
  });

  test('a repository for some', async () => {
    await openHub();
    hub.add('org/private', { 'm.gguf': large }, { token: TOKEN });
    const closed = await download('org/private:m.gguf');
    assert.equal(closed.error?.kind, 'forbidden', JSON.stringify(closed));
    assert.match(closed.error.message, /access token/);
    const tell = (token) =>
      page.evaluate((message) => globalThis.tell(message), { type: 'hub', base: hub.base, token });
    await tell('hf_of_somebody_else');
    const refused = await download('org/private:m.gguf');
    assert.equal(refused.error?.kind, 'forbidden', JSON.stringify(refused));
    assert.match(refused.error.message, /licence/);
    await tell(TOKEN);
    const answer = await download('org/private:m.gguf');
    assert.equal(answer.type, 'downloaded', JSON.stringify(answer));
    await assertStored(answer.key, 'm.gguf', large);
  });

  test('the token goes to nobody but the hub', async () => {
    await openHub(TOKEN);
    hub.add('org/m', { 'm.gguf': other });
    const heard = [];
    hub.store.fault = (urlPath, request) => {
      heard.push(request.headers.authorization ?? null);
      return null;
    };
    assert.equal((await download('org/m:m.gguf')).type, 'downloaded');
    // Elsewhere at once, without a redirect.
    hub.store.route = () => null;
    hub.store.contents.set('/else.gguf', { bytes: other, etag: '"1"' });
    assert.equal((await download(`${hub.store.origin}/else.gguf`)).type, 'downloaded');
    assert.ok(heard.length >= 3);
    assert.deepEqual([...new Set(heard)], [null]);
    assert.ok(hub.asked.some(({ authorization }) => authorization === `Bearer ${TOKEN}`));
  });
});
