// Downloads through faults: each ends with the file as it is or with a clear error, and what has arrived is not fetched
// again once the fault is gone. Every draw comes from a seed, which a failure prints.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from './browsers.mjs';
import {
  CHUNK_BYTES,
  FaultyFile,
  between,
  complaint,
  complaintAfterHealing,
  digestsOfChunks,
  drawFault,
  openPage,
  randomBytes,
  randomFrom,
  sha256,
  startSite,
  storedModel,
} from './downloads.mjs';
import { Hub } from './hub.mjs';

const NUM_RUNS = 100;
const RUNS_AT_A_TIME = 6;
const FIRST_SEED = Number(process.env.INKLING_SEED ?? 1);

test('the comparisons can fail', () => {
  const [old, now] = [randomBytes(1, 3000), randomBytes(2, 3000)];
  const mixed = Buffer.concat([old.subarray(0, 1500), now.subarray(1500)]);
  const answer = { type: 'downloaded' };
  const stored = { complete: true };
  const good = { answer, stored, digest: sha256(now), expected: sha256(now), missing: 0, served: 0 };
  assert.equal(complaint(good), null);
  assert.equal(complaintAfterHealing(good), null);
  assert.match(complaint({ ...good, digest: sha256(mixed) }), /stored is/);
  assert.match(complaint({ ...good, digest: sha256(old) }), /stored is/);
  assert.match(complaint({ ...good, stored: { complete: false } }), /not listed/);
  assert.match(complaintAfterHealing({ ...good, served: CHUNK_BYTES + 1 }), /fetched/);
  const failed = (kind, message) => ({ type: 'failed', error: { kind, message } });
  const clear = failed('network', 'the server is in trouble; try again');
  assert.equal(complaint({ answer: clear, stored: null }), null);
  assert.match(complaint({ answer: clear, stored }), /listed as whole/);
  assert.match(complaint({ answer: failed('internal', 'a sentence that is long') }), /internal/);
  assert.match(complaint({ answer: failed('network', 'no') }), /sentence/);
  assert.match(complaintAfterHealing({ ...good, answer: clear }), /still fails/);
});

describe('downloads in chromium', () => {
  let server;
  let page;
  let files;

  before(async () => {
    server = await startSite();
    // Three and four chunks, the last of them whole or not.
    const sizes = [17_800_000, 20_000_001, 3 * CHUNK_BYTES, 25_170_000];
    files = sizes.map((size, seed) => randomBytes(seed, size));
    page = await openPage(await launch('chromium'), server);
  });

  after(async () => {
    await page?.close();
    await server?.stop();
  });

  const digestsOf = (key) =>
    page.evaluate((place) => globalThis.digests(place), { key, file: key.split('/').pop() });
  const download = (url) => page.evaluate((url) => globalThis.download(url), url);

  /** One run: what is wrong with it, or nothing. */
  async function run(seed) {
    const random = randomFrom(seed);
    const faults = Array.from({ length: between(random, 1, 3) }, () => drawFault(random));
    const kinds = faults.map((fault) => fault.kind);
    // A flipped bit can only be noticed where a digest is published, and so can a length that is always wrong.
    const isAlwaysShort = kinds.filter((kind) => kind === 'wrongTotal').length > 1;
    const isPublished = kinds.includes('flip') || isAlwaysShort || random() < 0.3;
    const first = between(random, 0, files.length - 1);
    const versions = [files[first], files[(first + 1) % files.length]];
    const file = new FaultyFile(server, `/runs/${seed}.gguf`, versions, { isPublished, faults });
    try {
      return await runWith(file);
    } finally {
      await page.evaluate((key) => globalThis.forget(key), file.url);
      file.forget();
    }
  }

  async function runWith(file) {
    const answer = await download(file.url);
    const stored = await storedModel(page, file.url);
    const expected = digestsOfChunks(file.bytes);
    const isDown = answer.type === 'downloaded';
    const digest = isDown ? await digestsOf(file.url) : null;
    const wrong = complaint({ answer, stored, digest, expected });
    outcomes[isDown ? 'downloaded' : answer.error?.kind] ??= 0;
    outcomes[isDown ? 'downloaded' : answer.error?.kind] += 1;
    if (wrong) return wrong;
    if (isDown) return null;
    file.heal();
    const missing = file.bytes.length - (stored?.stored_bytes ?? 0);
    const before = file.bytesServed();
    const again = await download(file.url);
    return complaintAfterHealing({
      answer: again,
      stored: await storedModel(page, file.url),
      digest: await digestsOf(file.url),
      expected: digestsOfChunks(file.bytes),
      missing,
      // A flipped bit shows only in the whole file, and so does a length that was not true: all of it is in doubt then.
      wrong: file.isInDoubt ? file.bytes.length : 0,
      served: file.bytesServed() - before,
    });
  }

  const outcomes = {};

  test(`${NUM_RUNS} runs through one to three faults each`, async () => {
    const complaints = [];
    const seeds = Array.from({ length: NUM_RUNS }, (_, index) => FIRST_SEED + index);
    const worker = async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const wrong = await run(seed);
        if (wrong) complaints.push(`INKLING_SEED=${seed}: ${wrong}`);
      }
    };
    await Promise.all(Array.from({ length: RUNS_AT_A_TIME }, worker));
    console.log(`ends before healing: ${JSON.stringify(outcomes)}`);
    assert.deepEqual(complaints, []);
    assert.deepEqual(await page.evaluate(() => globalThis.strays), []);
    assert.ok(outcomes.downloaded > NUM_RUNS / 4, 'some faults are overcome');
    assert.ok(outcomes.downloaded < NUM_RUNS, 'some are not');
  });
});
