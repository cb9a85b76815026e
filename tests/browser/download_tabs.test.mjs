// What a download shares: the space of the disk, and the model with other tabs. And what becomes of what is stored.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { launch } from './browsers.mjs';
import {
  CHUNK_BYTES,
  FaultyFile,
  digestsOfChunks,
  openDriver,
  openPage,
  randomBytes,
  sha256,
  startSite,
  storedModel,
} from './downloads.mjs';

const SIZE = 3 * CHUNK_BYTES + 4321;
const bytes = randomBytes(3, SIZE);

/** After the first chunk nothing more comes, until the file is healed: nobody is done before a test wants it. */
const holding = () => ({
  kind: 'stall',
  from: 2,
  until: Infinity,
  make: () => ({ kind: 'stall', afterBytes: 100_000 }),
});
/** What held requests send in vain. */
const HELD_BYTES = 3_000_000;

describe('a disk that is full, in chromium', () => {
  let page;
  let server;

  before(async () => {
    // Of its own origin: the browser remembers for half a minute how much room one had.
    server = await startSite();
    page = await launch('chromium');
  });

  after(async () => {
    await page?.close();
    await server?.stop();
  });

  test('a download pauses, and goes on with what is missing', async () => {
    await openPage(page, server);
    const file = new FaultyFile(server, '/full.gguf', [bytes], { isPublished: false, faults: [] });
    const download = () => page.evaluate((url) => globalThis.download(url), file.url);
    const session = await page.context.newCDPSession(page.page);
    const setQuota = (quotaSize) =>
      session.send('Storage.overrideQuotaForOrigin', { origin: server.origin, ...(quotaSize && { quotaSize }) });
    await setQuota(14_000_000);
    const paused = await download();
    assert.equal(paused.error?.kind, 'storage_full', JSON.stringify(paused));
    assert.match(paused.error.message, /needs \d.* MB more/);
    const { stored_bytes: kept, complete } = await storedModel(page, file.url);
    assert.ok(kept > 0 && kept < SIZE && !complete, `${kept} bytes are kept`);

    await setQuota();
    const before = file.bytesServed();
    const answer = await download();
    assert.equal(answer.type, 'downloaded', JSON.stringify(answer));
    const fetched = file.bytesServed() - before;
    assert.ok(fetched <= SIZE - kept + CHUNK_BYTES, `fetched ${fetched} bytes`);
    const place = { key: file.url, file: 'full.gguf' };
    const digests = await page.evaluate((place) => globalThis.digests(place), place);
    assert.equal(digests, digestsOfChunks(bytes));
    assert.deepEqual(await page.evaluate(() => globalThis.strays), []);
  });

  test('what cannot fit is not begun', async () => {
    // The browser keeps the real numbers to itself, so it is made to say some.
    const says = { usage: 1_000_000, quota: 6_000_000 };
    const { route } = server;
    const estimate = `navigator.storage.estimate = async () => (${JSON.stringify(says)});\n`;
    server.route = (url) => {
      const routed = route(url);
      return url.pathname === '/worker.js' ? { ...routed, body: estimate + routed.body } : routed;
    };
    await openPage(page, server);
    const file = new FaultyFile(server, '/large.gguf', [bytes], { isPublished: false, faults: [] });
    const refused = await page.evaluate((url) => globalThis.download(url), file.url);
    assert.equal(refused.error?.kind, 'storage_full', JSON.stringify(refused));
    assert.match(refused.error.message, /26 MB.*5\.0 MB are free/);
    assert.equal(file.bytesServed(), 1, 'the question for its size');
  });
});

describe('stored models in chromium', () => {
  let server;
  let page;
  let number = 0;
  let file;

  before(async () => {
    server = await startSite();
    page = await openPage(await launch('chromium'), server);
  });

  after(async () => {
    await page?.close();
    await server?.stop();
  });

  afterEach(async () => {
    assert.deepEqual(await page.evaluate(() => globalThis.strays), []);
    await page.evaluate((key) => globalThis.forget(key), file.url);
    file.forget();
  });

  function serve(faults = [], isPublished = false) {
    number += 1;
    file = new FaultyFile(server, `/kept/${number}.gguf`, [bytes], { isPublished, faults });
    return file;
  }

  const download = (on = page) => on.evaluate((url) => globalThis.download(url), file.url);
  const place = () => ({ key: file.url, file: file.urlPath.split('/').pop() });
  const until = (condition) => page.until('the download to get there', condition);

  /** A second tab of the same browser. */
  async function openTab() {
    const tab = await page.context.newPage();
    await tab.goto(`${server.origin}/blank.html`);
    await tab.evaluate(openDriver);
    return tab;
  }

  async function assertWhole(on = page) {
    const digests = await on.evaluate((place) => globalThis.digests(place), place());
    assert.equal(digests, digestsOfChunks(bytes));
  }

  for (const isPublished of [false, true]) {
    test(`a damaged chunk is found and fetched again, digest ${isPublished ? '' : 'not '}published`, async () => {
      serve([], isPublished);
      assert.equal((await download()).type, 'downloaded');
      const damage = () =>
        page.evaluate((place) => globalThis.damage(place), { ...place(), chunk: 1 });
      const verify = () => page.evaluate((key) => globalThis.verify(key), file.url);
      const sound = await verify();
      assert.deepEqual([sound.chunks_checked, sound.chunks_damaged], [4, 0]);

      await damage();
      const found = await verify();
      assert.deepEqual([found.chunks_checked, found.chunks_damaged], [4, 1]);
      const listed = await storedModel(page, file.url);
      assert.equal(listed.complete, false);
      assert.equal(listed.stored_bytes, SIZE - CHUNK_BYTES);
      let before = file.bytesServed();
      assert.equal((await download()).type, 'downloaded');
      assert.ok(file.bytesServed() - before <= CHUNK_BYTES + 1, 'one chunk and one question');
      await assertWhole();

      // Without a check before, the download itself notices.
      await damage();
      before = file.bytesServed();
      const again = await download();
      assert.equal(again.chunks_repaired, 1);
      assert.equal(file.bytesServed() - before, CHUNK_BYTES);
      assert.equal((await storedModel(page, file.url)).complete, true);
      await assertWhole();
      assert.equal((await verify()).chunks_damaged, 0);
    });
  }

  test('a file is handed out as it was, and not at all where a part is missing', async () => {
    serve();
    await download();
    const exported = await page.evaluate((place) => globalThis.exported(place), place());
    assert.deepEqual(exported, { digest: sha256(bytes), size: SIZE });
    await page.evaluate((place) => globalThis.damage(place), { ...place(), chunk: 2 });
    const refused = await page.evaluate((place) => globalThis.exported(place), place());
    assert.equal(refused.kind, 'bad_file');
  });

  /** Starts a download, and comes back once it has told how far it, or somebody else, is. */
  async function begin(tab) {
    await tab.evaluate((url) => {
      globalThis.running = globalThis.begin({ type: 'download', source: { from: 'url', url } });
    }, file.url);
    await until(() => tab.evaluate(() => globalThis.running.seen.length > 0));
  }

  const end = (tab) =>
    tab.evaluate(async () => {
      const { type, error, phases } = await globalThis.running.ended;
      return { type, error, phases };
    });
  const hasFirstChunk = async () => ((await storedModel(page, file.url))?.stored_bytes ?? 0) > 0;

  test('two tabs, one download', async () => {
    serve([holding()]);
    const tab = await openTab();
    await begin(page);
    await until(hasFirstChunk);
    await begin(tab);
    file.heal();
    const [one, other] = await Promise.all([end(page), end(tab)]);
    assert.equal(one.type, 'downloaded', JSON.stringify(one));
    assert.ok(!one.phases.includes('other_tab'));
    assert.equal(other.type, 'downloaded', JSON.stringify(other));
    assert.ok(other.phases.includes('other_tab'), 'the second saw how far the first was');
    const sent = file.bytesServed();
    assert.ok(sent <= SIZE + HELD_BYTES, `${sent} bytes were sent`);
    await assertWhole(tab);
    await tab.close();
  });

  test('a tab that waits can be told to stop, and the other goes on', async () => {
    serve([holding()]);
    const tab = await openTab();
    await begin(page);
    await until(hasFirstChunk);
    await begin(tab);
    await tab.evaluate(() => globalThis.tell({ type: 'cancel', id: globalThis.running.id }));
    const stopped = await end(tab);
    assert.equal(stopped.error?.kind, 'cancelled');
    assert.deepEqual(stopped.phases, ['other_tab']);
    file.heal();
    assert.equal((await end(page)).type, 'downloaded');
    await tab.close();
  });

  test('the tab that downloads is closed, and the other goes on', async () => {
    serve([holding()]);
    const tab = await openTab();
    await begin(tab);
    await until(hasFirstChunk);
    await begin(page);
    await tab.close();
    file.heal();
    const answer = await end(page);
    assert.equal(answer.type, 'downloaded', JSON.stringify(answer));
    assert.ok(answer.phases.includes('other_tab'));
    const sent = file.bytesServed();
    assert.ok(sent <= SIZE + HELD_BYTES, `it did not begin again: ${sent} bytes were sent`);
    await assertWhole();
  });
});
