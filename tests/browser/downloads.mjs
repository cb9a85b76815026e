// Downloads as the tests drive them: files, faults drawn from a seed, the page that asks, and what is held against them.
//
// The worker is the built site's own, talked to as the page talks to it. Its clock runs faster, so that waiting before a
// retry and giving up a silent connection take a tenth of the time; nothing else about it is changed.

import { createCipheriv } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from './hub.mjs';
import { StaticServer } from './server.mjs';

export { sha256 };
export const CHUNK_BYTES = 8 * 1024 * 1024;
export const CHUNKS_IN_FLIGHT = 3;

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const FASTER_CLOCK =
  'const slow = self.setTimeout.bind(self); self.setTimeout = (run, ms, ...rest) => slow(run, ms / 10, ...rest);\n';

/** Numbers between 0 and 1 that the seed decides (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const chunkDigests = new WeakMap();

/** What `digests` in the page says of a file that is stored as it is. */
export function digestsOfChunks(bytes) {
  if (!chunkDigests.has(bytes)) {
    const starts = Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, at) => at * CHUNK_BYTES);
    const list = starts.map((start, at) => `${at}:${sha256(bytes.subarray(start, start + CHUNK_BYTES))}`);
    chunkDigests.set(bytes, list.join(' '));
  }
  return chunkDigests.get(bytes);
}

export const between = (random, low, high) => low + Math.floor(random() * (high - low + 1));
export const oneOf = (random, list) => list[Math.floor(random() * list.length)];

/** Bytes that no compression and no repetition makes alike, decided by the seed. */
export function randomBytes(seed, length) {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed >>> 0);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** A site whose worker's clock is fast, with a blank page to drive it from. */
export async function startSite(mounts = {}) {
  if (!existsSync(path.join(DIST, 'bench.html'))) throw new Error('run `cargo xtask build` first');
  const server = await new StaticServer({ '/': DIST, ...mounts }).start();
  server.route = (url) => {
    if (url.pathname === '/blank.html') {
      return page('<!doctype html><title>Downloads</title>');
    }
    if (url.pathname === '/worker.js') {
      const body = FASTER_CLOCK + readFileSync(path.join(DIST, 'worker.js'), 'utf8');
      return { status: 200, headers: { 'Content-Type': 'text/javascript' }, body };
    }
    return null;
  };
  return server;
}

const page = (body) => ({ status: 200, headers: { 'Content-Type': 'text/html' }, body });

/** In the page: a worker, and `ask`, which resolves with what ends a request and the phases seen before. */
export function openDriver() {
  const worker = new Worker('./worker.js', { type: 'module' });
  const waiting = new Map();
  const ends = ['downloaded', 'loaded', 'models', 'verified', 'exported', 'finished', 'failed'];
  globalThis.strays = [];
  worker.onerror = (event) => globalThis.strays.push({ error: event.message });
  worker.onmessage = ({ data }) => {
    const answer = JSON.parse(typeof data === 'string' ? data : data.json);
    if (answer.type === 'ready' || answer.type === 'unsupported') answer.id = 0;
    const request = waiting.get(answer.id);
    if (!request) return globalThis.strays.push(answer);
    if (answer.type === 'progress') request.seen.push(answer.progress);
    if (!ends.includes(answer.type) && answer.id !== 0) return;
    waiting.delete(answer.id);
    const phases = [...new Set(request.seen.map((progress) => progress.phase))];
    const last = request.seen.at(-1) ?? null;
    request.resolve({ ...answer, phases, last, blob: typeof data === 'string' ? null : data.files[0] });
  };
  let lastId = 0;
  /** Without an answer: `hub`, `cancel`. */
  globalThis.tell = (message) => worker.postMessage({ json: JSON.stringify(message), files: [] });
  globalThis.begin = (message) => {
    const id = message.type === 'start' ? 0 : (lastId += 1);
    const seen = [];
    const ended = new Promise((resolve) => waiting.set(id, { resolve, seen }));
    globalThis.tell({ ...message, id });
    return { id, ended, seen };
  };
  const plain = ({ blob, ...answer }) => answer;
  globalThis.ask = async (message) => plain(await globalThis.begin(message).ended);
  globalThis.download = (url) => globalThis.ask({ type: 'download', source: { from: 'url', url } });
  globalThis.list = async () => (await globalThis.ask({ type: 'list_models' })).models;
  globalThis.forget = (key) => globalThis.ask({ type: 'delete_model', key });
  globalThis.verify = (key) => globalThis.ask({ type: 'verify_model', key });
  const digestOf = async (bytes) => {
    const hashed = await crypto.subtle.digest('SHA-256', bytes);
    return [...new Uint8Array(hashed)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  /** Of a file as it is handed out. */
  globalThis.exported = async ({ key, file }) => {
    const answer = await globalThis.begin({ type: 'export_file', key, file }).ended;
    if (!answer.blob) return answer.error;
    return { digest: await digestOf(await answer.blob.arrayBuffer()), size: answer.blob.size };
  };
  const database = () =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open('inkling');
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => resolve(opening.result);
    });
  const result = (request) =>
    new Promise((resolve, reject) => {
      request.onerror = () => reject(request.error);
      request.onsuccess = () => resolve(request.result);
    });
  /** Of each stored chunk of a file, in order, read behind the worker's back. */
  globalThis.digests = async ({ key, file }) => {
    const opened = await database();
    const range = IDBKeyRange.bound([key, file], [key, file, []]);
    const chunks = () => opened.transaction('chunks').objectStore('chunks');
    const found = [];
    for (const place of await result(chunks().getAllKeys(range))) {
      found.push(`${place[2]}:${await digestOf((await result(chunks().get(place))).bytes)}`);
    }
    opened.close();
    return found.join(' ');
  };
  /** Flips one bit of a stored chunk behind the worker's back. */
  globalThis.damage = async ({ key, file, chunk }) => {
    const opened = await database();
    const chunks = opened.transaction('chunks', 'readwrite').objectStore('chunks');
    const value = await result(chunks.get([key, file, chunk]));
    value.bytes[1234] ^= 1;
    await result(chunks.put(value, [key, file, chunk]));
    opened.close();
  };
}

/** Opens the blank page of a site in a browser's page and its driver in that. */
export async function openPage(page, server) {
  await page.open(`${server.origin}/blank.html`);
  await page.evaluate(openDriver);
  return page;
}

export const storedModel = async (page, key) =>
  (await page.evaluate(() => globalThis.list())).find((model) => model.key === key) ?? null;

/** Kinds of a failure that a server or a file can cause; anything else is the worker's own fault. */
const KINDS = ['network', 'forbidden', 'not_found', 'bad_file'];

/** What is wrong with the end of a download through faults, or nothing. `digest` is of what is stored. */
export function complaint({ answer, stored, digest, expected }) {
  if (answer.type === 'downloaded') {
    if (!stored?.complete) return 'downloaded, but not listed as whole';
    return digest === expected ? null : `downloaded, but stored is ${digest} and not ${expected}`;
  }
  if (answer.type !== 'failed') return `ended with ${answer.type}`;
  if (!KINDS.includes(answer.error.kind)) return `failed as ${answer.error.kind}: ${answer.error.message}`;
  if (answer.error.message.length < 20) return `failed without a sentence: ${answer.error.message}`;
  return stored?.complete ? 'failed, and yet listed as whole' : null;
}

/**
 * What is wrong with the download after the faults are gone, or nothing. `wrong` counts bytes that were stored as they
 * came and were not the file's: those are fetched again, once the whole file has been held against its digest.
 */
export function complaintAfterHealing({ answer, stored, digest, expected, missing, wrong = 0, served }) {
  if (answer.type !== 'downloaded') return `still fails: ${JSON.stringify(answer.error)}`;
  if (served > missing + wrong + CHUNK_BYTES) return `fetched ${served} bytes where ${missing} were missing`;
  return complaint({ answer, stored, digest, expected });
}

/** A fault that some requests for a file meet: those numbered `from` to below `until`. */
export function drawFault(random) {
  const kind = oneOf(random, Object.keys(FAULTS));
  const from = between(random, 0, 5);
  const times = random() < 0.3 && !ONCE.includes(kind) ? Infinity : between(random, 1, 2);
  return { kind, from, until: from + times, make: FAULTS[kind](random) };
}

/** Kinds that are not worth the time again and again, or that nothing could notice if they never ended. */
const ONCE = ['stall', 'change', 'wrongTotal'];

/** What each kind does to a request. */
const FAULTS = {
  cut: (random) => {
    const afterBytes = between(random, 0, CHUNK_BYTES);
    return () => ({ kind: 'cut', afterBytes });
  },
  stall: (random) => {
    const afterBytes = between(random, 0, CHUNK_BYTES / 2);
    return () => ({ kind: 'stall', afterBytes });
  },
  short: (random) => {
    const byBytes = between(random, 1, CHUNK_BYTES);
    return () => ({ kind: 'short', byBytes });
  },
  refuse: () => () => ({ kind: 'refuse' }),
  status: (random) => {
    const status = oneOf(random, [403, 404, 429, 500, 502, 503]);
    const retryAfter = random() < 0.5 ? 1 : undefined;
    return () => ({ kind: 'status', status, retryAfter });
  },
  wrongStart: () => () => ({ kind: 'wrongStart' }),
  wrongTotal: (random) => {
    const byBytes = oneOf(random, [-5_000_000, -1, 1, 5_000_000]);
    return () => ({ kind: 'wrongTotal', byBytes });
  },
  noRange: () => () => ({ kind: 'noRange' }),
  noLength: () => () => ({ kind: 'noLength' }),
  html: () => () => ({ kind: 'html' }),
  flip: () => () => ({ kind: 'flip' }),
  // The file itself becomes another one.
  change: () => (file) => {
    file.change();
    return null;
  },
};

/** A file that a server serves from memory, with the faults that its requests meet. */
export class FaultyFile {
  requests = 0;

  constructor(server, urlPath, versions, { isPublished, faults }) {
    Object.assign(this, { server, urlPath, versions, isPublished, faults });
    this.kinds = faults.map((fault) => fault.kind);
    this.version = 0;
    this.#serve();
    // Several files of one server each meet their own faults.
    const others = server.fault;
    server.fault = (path, request) => (path === urlPath ? this.next() : others(path, request));
  }

  get isInDoubt() {
    return this.kinds.includes('flip') || this.kinds.includes('wrongTotal');
  }

  get bytes() {
    return this.versions[this.version];
  }

  get url() {
    return `${this.server.origin}${this.urlPath}`;
  }

  change() {
    if (this.version + 1 >= this.versions.length) return;
    this.version += 1;
    this.#serve();
  }

  heal() {
    this.faults = [];
  }

  /** The fault of the next request. */
  next() {
    const number = this.requests;
    this.requests += 1;
    for (const fault of this.faults) {
      if (number < fault.from || number >= fault.until) continue;
      const found = fault.make(this);
      if (found) return found;
    }
    return null;
  }

  bytesServed() {
    const ours = this.server.requests.filter((request) => request.path === this.urlPath);
    return ours.reduce((sum, request) => sum + request.bytesSent, 0);
  }

  forget() {
    this.faults = [];
    this.server.contents.delete(this.urlPath);
    this.server.requests = this.server.requests.filter((request) => request.path !== this.urlPath);
  }

  #serve() {
    const headers = this.isPublished ? { 'X-Linked-ETag': `"${sha256(this.bytes)}"` } : {};
    const etag = `"version-${this.version}"`;
    this.server.contents.set(this.urlPath, { bytes: this.bytes, etag, headers });
  }
}
