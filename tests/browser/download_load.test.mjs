// Downloads of a model that then runs, in both browsers: resumed, checked, and started without any server.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import {
  CHUNK_BYTES,
  FaultyFile,
  digestsOfChunks,
  openPage,
  startSite,
  storedModel,
} from './downloads.mjs';
import { StaticServer } from './server.mjs';
import { writeRandomModel } from './random_model.mjs';

/** Three chunks, most of them words. */
const SHAPE = {
  vocabularySize: 13_000,
  hiddenSize: 512,
  feedForwardSize: 256,
  numLayers: 1,
  numHeads: 4,
  numKvHeads: 2,
  contextLength: 64,
};

const OPTIONS = { weights: 'keep', kv: 'f32' };

let bytes;

before(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'inkling-load-'));
  await writeRandomModel(path.join(folder, 'm.gguf'), SHAPE);
  bytes = await readFile(path.join(folder, 'm.gguf'));
  await rm(folder, { recursive: true });
  assert.ok(bytes.length > 2 * CHUNK_BYTES, `${bytes.length} bytes`);
});

for (const browserName of BROWSER_NAMES) {
  describe(`models that were downloaded, in ${browserName}`, () => {
    let site;
    let weights;
    let page;
    let file;

    before(async () => {
      [site, weights] = await Promise.all([startSite(), new StaticServer({}).start()]);
      page = await openPage(await launch(browserName), site);
      const started = await page.evaluate(() =>
        globalThis.ask({ type: 'start', version: 6, power: 'high_performance' }),
      );
      assert.equal(started.type, 'ready', JSON.stringify(started));
    });

    after(async () => {
      await page?.close();
      await Promise.all([site?.stop(), weights?.stop()]);
    });

    const load = (source, options = {}) =>
      page.evaluate((message) => globalThis.ask(message), {
        type: 'load',
        source,
        options: { ...OPTIONS, ...options },
      });
    const fromUrl = () => ({ from: 'url', url: file.url });
    const download = () => page.evaluate((url) => globalThis.download(url), file.url);
    const place = () => ({ key: file.url, file: file.urlPath.split('/').pop() });

    async function assertAnswers() {
      const finished = await page.evaluate(() =>
        globalThis.ask({
          type: 'generate',
          input: { kind: 'tokens', tokens: [1] },
          options: { max_tokens: 2, temperature: 0, ignore_eos: true },
        }),
      );
      assert.equal(finished.usage?.completion_tokens, 2, JSON.stringify(finished));
    }

    test('a download that broke off is taken up where it was', async () => {
      const until = Infinity;
      const faults = [{ kind: 'cut', from: 3, until, make: () => ({ kind: 'cut', afterBytes: 100_000 }) }];
      file = new FaultyFile(weights, '/resumed.gguf', [bytes], { isPublished: true, faults });
      const broken = await download();
      assert.equal(broken.error?.kind, 'network', JSON.stringify(broken));
      const kept = (await storedModel(page, file.url)).stored_bytes;
      assert.ok(kept >= CHUNK_BYTES && kept < bytes.length, `${kept} bytes are kept`);
      file.heal();
      const before = file.bytesServed();
      const answer = await download();
      assert.equal(answer.type, 'downloaded', JSON.stringify(answer));
      const fetched = file.bytesServed() - before;
      assert.ok(fetched <= bytes.length - kept + CHUNK_BYTES, `fetched ${fetched} bytes`);
      const digests = await page.evaluate((place) => globalThis.digests(place), place());
      assert.equal(digests, digestsOfChunks(bytes));
    });

    test('damage is found, and mended by loading', async () => {
      const damage = () => page.evaluate((place) => globalThis.damage(place), { ...place(), chunk: 1 });
      await damage();
      const found = await page.evaluate((key) => globalThis.verify(key), file.url);
      assert.equal(found.chunks_damaged, 1, JSON.stringify(found));
      assert.equal((await storedModel(page, file.url)).complete, false);
      assert.equal((await download()).type, 'downloaded');
      await damage();
      const before = file.bytesServed();
      const loaded = await load({ from: 'stored', key: file.url });
      assert.equal(loaded.model?.chunks_repaired, 1, JSON.stringify(loaded));
      assert.equal(file.bytesServed() - before, CHUNK_BYTES);
      assert.equal((await storedModel(page, file.url)).complete, true);
    });

    test('with the server gone, it starts from what is stored', async () => {
      await weights.stop();
      try {
        // Downloading it again asks nobody either.
        assert.equal((await download()).bytes_fetched, 0);
        const loaded = await load({ from: 'stored', key: file.url });
        assert.equal(loaded.type, 'loaded', JSON.stringify(loaded));
        assert.equal(loaded.model.bytes_fetched, 0);
        assert.equal(loaded.model.bytes_from_storage, bytes.length);
        await assertAnswers();
      } finally {
        await weights.start();
      }
    });

    // What follows is the worker's own arithmetic; the browsers do not differ in it.
    if (browserName !== 'chromium') return;

    test('a load that was given another file than the published one begins again', async () => {
      let flips = 1;
      const make = () => (flips-- > 0 ? { kind: 'flip' } : null);
      const faults = [{ kind: 'flip', from: 2, until: Infinity, make }];
      file = new FaultyFile(weights, '/flipped.gguf', [bytes], { isPublished: true, faults });
      const loaded = await load(fromUrl());
      assert.equal(loaded.type, 'loaded', JSON.stringify(loaded));
      assert.ok(file.bytesServed() > bytes.length);
      const digests = await page.evaluate((place) => globalThis.digests(place), place());
      assert.equal(digests, digestsOfChunks(bytes));
    });

    test('a model that is not to be stored runs all the same', async () => {
      file = new FaultyFile(weights, '/passing.gguf', [bytes], { isPublished: false, faults: [] });
      const loaded = await load(fromUrl(), { without_storing: true });
      assert.equal(loaded.type, 'loaded', JSON.stringify(loaded));
      assert.ok(loaded.model.not_stored, 'and says so');
      assert.equal(loaded.model.bytes_fetched, bytes.length);
      assert.equal(await storedModel(page, file.url), null);
    });

    test('a full disk ends a load, and what has arrived is kept', async () => {
      file = new FaultyFile(weights, '/full.gguf', [bytes], { isPublished: false, faults: [] });
      const other = await openPage(await launch('chromium'), site);
      try {
        await other.evaluate(() => globalThis.ask({ type: 'start', version: 6, power: 'high_performance' }));
        const session = await other.context.newCDPSession(other.page);
        await session.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 14_000_000 });
        const message = { type: 'load', source: fromUrl(), options: OPTIONS };
        const paused = await other.evaluate((message) => globalThis.ask(message), message);
        assert.equal(paused.error?.kind, 'storage_full', JSON.stringify(paused));
        assert.ok((await storedModel(other, file.url)).stored_bytes >= CHUNK_BYTES);
        await session.send('Storage.overrideQuotaForOrigin', { origin: site.origin });
        const answer = await other.evaluate((url) => globalThis.download(url), file.url);
        assert.equal(answer.type, 'downloaded', JSON.stringify(answer));
        assert.ok(answer.bytes_fetched <= bytes.length - CHUNK_BYTES);
      } finally {
        await other.close();
      }
    });
  });
}
