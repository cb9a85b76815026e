// The browser is killed in the middle of a download, at moments that a seed draws: what had arrived is there afterwards,
// but for the chunks in flight.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, chromiumProgram } from './browsers.mjs';
import {
  CHUNKS_IN_FLIGHT,
  CHUNK_BYTES,
  FaultyFile,
  between,
  complaintAfterHealing,
  digestsOfChunks,
  openDriver,
  randomBytes,
  randomFrom,
  startSite,
  storedModel,
} from './downloads.mjs';

const NUM_RUNS = 20;
const FIRST_SEED = Number(process.env.INKLING_SEED ?? 1);
/** More chunks than may be lost, so that losing all of them would be seen. */
const FILE_BYTES = 5 * CHUNK_BYTES + 54_321;

let server;
let profile;
let bytes;

before(async () => {
  server = await startSite();
  profile = await mkdtemp(path.join(tmpdir(), 'inkling-kill-'));
  bytes = randomBytes(7, FILE_BYTES);
});

after(async () => {
  await server?.stop();
  if (profile) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
});

/** A browser of its own process group, with a profile that outlives it. */
async function startBrowser() {
  const options = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
  const child = spawn(chromiumProgram(), [...CHROMIUM_ARGUMENTS, ...options, 'about:blank'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (piece) => {
      said += piece;
      const match = /DevTools listening on (ws:\S+)/.exec(said);
      if (match) resolve(match[1]);
    });
    child.on('exit', () => reject(new Error(`the browser did not start:\n${said}`)));
  });
  const browser = await chromium.connectOverCDP(address);
  const page = await browser.contexts()[0].newPage();
  await page.goto(`${server.origin}/blank.html`);
  await page.evaluate(openDriver);
  const kill = async () => {
    const ended = new Promise((resolve) => child.on('exit', resolve));
    // The whole group: a browser is many processes.
    process.kill(-child.pid, 'SIGKILL');
    await ended;
    await browser.close().catch(() => {});
  };
  return { page, kill };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test(`${NUM_RUNS} downloads in browsers that are killed`, { timeout: 600_000 }, async () => {
  const complaints = [];
  let killedHalfWay = 0;
  let browser = await startBrowser();
  try {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + NUM_RUNS; seed += 1) {
      const random = randomFrom(seed);
      const faults = [];
      const file = new FaultyFile(server, `/kill/${seed}.gguf`, [bytes], { isPublished: false, faults });
      const place = { key: file.url, file: file.urlPath.split('/').pop() };
      // The answer never comes; the page that would hear it is killed.
      browser.page.evaluate((url) => globalThis.download(url), file.url).catch(() => {});
      const killAfterBytes = between(random, 0, FILE_BYTES);
      const killAfterMs = between(random, 0, 100);
      while (file.bytesServed() < killAfterBytes) await pause(5);
      await pause(killAfterMs);
      await browser.kill();
      await pause(50);
      const served = file.bytesServed();
      browser = await startBrowser();
      const found = await storedModel(browser.page, file.url);
      const stored = found?.stored_bytes ?? 0;
      if (served > 1 && stored < FILE_BYTES) killedHalfWay += 1;
      const lost = served - stored;
      if (lost > CHUNKS_IN_FLIGHT * CHUNK_BYTES + 1) complaints.push(`INKLING_SEED=${seed}: lost ${lost} bytes`);
      const answer = await browser.page.evaluate((url) => globalThis.download(url), file.url);
      const wrong = complaintAfterHealing({
        answer,
        stored: await storedModel(browser.page, file.url),
        digest: await browser.page.evaluate((place) => globalThis.digests(place), place),
        expected: digestsOfChunks(bytes),
        missing: FILE_BYTES - stored,
        served: file.bytesServed() - served,
      });
      if (wrong) complaints.push(`INKLING_SEED=${seed}: ${wrong}`);
      await browser.page.evaluate((key) => globalThis.forget(key), file.url);
      file.forget();
    }
  } finally {
    await browser.kill();
  }
  assert.deepEqual(complaints, []);
  assert.ok(killedHalfWay > NUM_RUNS / 4, `${killedHalfWay} kills were in the middle of a download`);
});
