// What is stored, and what becomes of a download that is interrupted: paused, gone on with, checked, repaired, saved,
// deleted, and done without where there is no room.
//
// The model is random and has five chunks: enough to be interrupted in the middle. No test asserts a time.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { writeRandomModel } from './random_model.mjs';
import { keepScreens } from './screens.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const CHUNK_BYTES = 8 * 1024 * 1024;
const SHAPE = {
  vocabularySize: 12_000,
  hiddenSize: 768,
  feedForwardSize: 2048,
  numLayers: 3,
  numHeads: 12,
  numKvHeads: 4,
  contextLength: 256,
};

for (const browserName of BROWSER_NAMES) {
  describe(`storage in ${browserName}`, () => {
    let folder;
    let size;
    let site;
    let weights;
    let page;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, 'index.html')), 'run `cargo xtask build` first');
      folder = await mkdtemp(path.join(tmpdir(), 'inkling-weights-'));
      size = await writeRandomModel(path.join(folder, 'five.gguf'), SHAPE);
      assert.ok(size > 4 * CHUNK_BYTES && size < 6 * CHUNK_BYTES, `${size} bytes`);
      site = await new StaticServer({ '/': DIST }).start();
      weights = await new StaticServer({ '/': folder }).start();
      page = await launch(browserName);
      await page.open(`${site.origin}/?max_tokens=8`);
    });

    afterEach(() => {
      weights.fault = () => null;
      weights.forgetRequests();
    });

    after(async () => {
      await page?.close();
      await site?.stop();
      await weights?.stop();
      if (folder) await rm(folder, { recursive: true });
    });

    const address = () => `${weights.origin}/five.gguf`;

    async function load() {
      await page.fill('textbox', 'Model address', address());
      await page.click('button', 'Load');
    }

    const said = (text) =>
      page.until(`“${text}”`, () =>
        page.evaluate((text) => document.body.innerText.includes(text), text),
      );

    /** Changes one bit of the first chunk, as a bad disk does. */
    function damage() {
      return page.evaluate(async () => {
        const answer = (request) =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
        const database = await answer(indexedDB.open('inkling'));
        const chunks = database.transaction('chunks', 'readwrite').objectStore('chunks');
        const [key] = await answer(chunks.getAllKeys());
        const chunk = await answer(chunks.get(key));
        chunk.bytes[1000] ^= 4;
        await answer(chunks.put(chunk, key));
        database.close();
      });
    }

    test('a load pauses, and goes on without what has arrived', async () => {
      // The first three chunks come at once and the others hardly at all, so that there is all the time to press the button.
      let requests = 0;
      weights.fault = () => (++requests <= 3 ? null : { kind: 'slow', bytesPerSecond: 50_000 });
      await load();
      await page.waitFor('button', 'Pause');
      await page.until('some chunks', () => weights.bytesSent() > 1.9 * CHUNK_BYTES);
      await page.click('button', 'Pause');
      await page.waitFor('button', 'Resume');
      await keepScreens(page, 'paused');
      await assertAccessible(page);
      weights.fault = () => null;
      weights.forgetRequests();
      await page.click('button', 'Resume');
      await page.waitFor('textbox', 'Message');
      const sent = weights.bytesSent(/five/);
      assert.ok(sent > 0 && sent < size - CHUNK_BYTES / 2, `${sent} of ${size} bytes again`);
    });

    test('the storage page lists the model, and finds it whole', async () => {
      await page.click('button', 'Storage');
      await page.waitFor('heading', 'Storage');
      await page.waitFor('heading', 'five');
      await page.click('button', 'Check five');
      await said('parts are whole.');
      await keepScreens(page, 'storage');
      await assertAccessible(page);
    });

    test('a damaged part is found, and fetched again by itself', async () => {
      await damage();
      await page.click('button', 'Check five');
      await said('1 of 5 parts was damaged and will be fetched again.');
      weights.forgetRequests();
      await page.click('button', 'Continue loading five');
      await page.waitFor('textbox', 'Message');
      const sent = weights.bytesSent(/five/);
      assert.ok(sent >= CHUNK_BYTES && sent < 2 * CHUNK_BYTES, `${sent} bytes for one chunk`);
      await page.click('button', 'Storage');
    });

    if (browserName === 'chromium') {
      test('the model is saved as the file it was', async () => {
        await page.waitFor('heading', 'five');
        const downloading = page.page.waitForEvent('download');
        await page.click('button', 'Save to a file: five');
        const download = await downloading;
        assert.equal(download.suggestedFilename(), 'five.gguf');
        const saved = await readFile(await download.path());
        assert.ok(saved.equals(await readFile(path.join(folder, 'five.gguf'))));
      });
    }

    test('deleting asks first, and then it is gone', async () => {
      await page.click('button', 'Delete five');
      await page.click('button', 'Keep');
      await page.waitForNo('button', 'Yes, delete');
      await page.click('button', 'Delete five');
      await page.click('button', 'Yes, delete');
      await page.waitForNo('heading', 'five');
      await page.waitFor('button', 'Choose a model');
    });

    test('a model is judged by its header, and downloaded without being loaded', async () => {
      await page.click('button', 'Choose a model');
      await page.fill('textbox', 'Model address', address());
      await page.click('button', 'Check first');
      await said('It runs here');
      const sent = weights.bytesSent(/five/);
      assert.ok(sent < size / 2, `${sent} of ${size} bytes for a header`);
      await said('tokens/s');
      await keepScreens(page, 'check');
      await assertAccessible(page);
      await page.click('button', 'Only download');
      await page.until('the end of the download', async () => {
        const loading = await page.isVisible('button', 'Cancel');
        return !loading && (await page.isVisible('button', 'Storage'));
      });
      await page.click('button', 'Storage');
      await page.waitFor('button', 'Chat with five');
      await page.click('button', 'Delete five');
      await page.click('button', 'Yes, delete');
      await page.waitForNo('heading', 'five');
    });

    if (browserName === 'chromium') {
      test('without room a load pauses, and goes on where there is room or without keeping', async () => {
        // A browser and a site of its own: what was deleted before is counted off late, and sometimes twice.
        await page.close();
        await site.stop();
        site = await new StaticServer({ '/': DIST }).start();
        page = await launch(browserName);
        const session = await page.context.newCDPSession(page.page);
        const allow = (bytes) =>
          session.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: bytes });
        await page.open(`${site.origin}/?max_tokens=8`);
        await page.waitFor('textbox', 'Model address');
        await allow(3 * CHUNK_BYTES);
        await load();
        await page.waitFor('button', 'Load without keeping it');
        assert.equal(await page.isVisible('button', 'Continue'), true);
        await keepScreens(page, 'full');
        await assertAccessible(page);
        await page.click('button', 'Load without keeping it');
        await page.waitFor('textbox', 'Message');
        await page.open(`${site.origin}/?max_tokens=8`);
        await load();
        await page.waitFor('button', 'Continue');
        await allow(100 * CHUNK_BYTES);
        await page.click('button', 'Continue');
        await page.waitFor('textbox', 'Message');
        await page.click('button', 'Storage');
        await page.waitFor('button', 'Chat with five');
      });
    }
  });
}
