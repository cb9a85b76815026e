// A static file server with faults that a test can switch on.
//
// It stands for both the host of the page and the host of the weights: byte ranges, validators and permission
// for other origins, as real hosts give them. It counts what it sends, so that a test can say that nothing was
// fetched. Files may lie in memory instead of on the disk, and a route may answer before either; what a model hub
// answers is made of that in hub.mjs. Knows nothing of the page or of models.

import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const MEDIA_TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Serves folders under URL prefixes: `{ '/': 'dist', '/models/': 'fixtures/models' }`. */
export class StaticServer {
  #mounts;
  #http = null;
  #sockets = new Set();
  #port = 0;

  /** Each request that was answered: `{ method, path, status, bytesSent, range }`. */
  requests = [];

  /**
   * What goes wrong, decided for each request: a function from the URL's path to nothing, or to one of
   * `{ kind: 'refuse' }` (the connection is closed without an answer), `{ kind: 'status', status }`,
   * with `retryAfter` in seconds if wanted, `{ kind: 'html' }` (a page with status 200, as hosts answer for a missing
   * file), `{ kind: 'cut', afterBytes }` (the connection closes in the middle of the body, whose length was announced),
   * `{ kind: 'stall', afterBytes }` (the body stops and the connection stays), `{ kind: 'short', byBytes }` (the body
   * ends early, and so says its length, but not the range), `{ kind: 'wrongStart' }` and
   * `{ kind: 'wrongTotal', byBytes }` (a range that is not the one asked for, or of a file of another size),
   * `{ kind: 'flip' }` (one bit in the middle of the body), `{ kind: 'noRange' }` (ranges are ignored),
   * `{ kind: 'noLength' }` (no length is announced, nor are ranges) and `{ kind: 'slow', bytesPerSecond }`.
   */
  fault = () => null;

  /** Files in memory, by their URL's path: `{ bytes, etag, headers }`. They come before those on the disk. */
  contents = new Map();

  /** Answers of another kind: from the URL and the request to nothing or `{ status, headers, body }`. */
  route = () => null;

  constructor(mounts) {
    // The longest prefix wins.
    this.#mounts = Object.entries(mounts).sort(([a], [b]) => b.length - a.length);
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts on any free port, and after `stop` on the same one: to the page it is the same host. */
  async start() {
    this.#http = http.createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = this.#http.address().port;
    return this;
  }

  /** Closes open connections too: afterwards nobody is there. */
  async stop() {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Bytes of bodies sent for paths that match. */
  bytesSent(pattern = /./) {
    return this.requests
      .filter((request) => pattern.test(request.path))
      .reduce((sum, request) => sum + request.bytesSent, 0);
  }

  forgetRequests() {
    this.requests = [];
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.origin);
    const fault = this.fault(url.pathname, request) ?? { kind: 'none' };
    const entry = {
      method: request.method,
      path: url.pathname,
      status: 0,
      bytesSent: 0,
      range: request.headers.range ?? null,
    };
    this.requests.push(entry);
    response.on('finish', () => (entry.status = response.statusCode));

    if (fault.kind === 'refuse') {
      request.socket.destroy();
      return;
    }
    // Weight hosts allow other origins to read, ranges and lengths included.
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader(
      'Access-Control-Allow-Headers',
      'Range, If-Range, If-None-Match, Authorization',
    );
    response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, OPTIONS');
    response.setHeader(
      'Access-Control-Expose-Headers',
      'Accept-Ranges, Content-Length, Content-Range, ETag, Retry-After, X-Linked-ETag, X-Linked-Size',
    );
    if (request.method === 'OPTIONS') return this.#send(response, entry, 204, '');
    if (!['GET', 'HEAD'].includes(request.method)) return this.#send(response, entry, 405, '');
    if (fault.kind === 'status') {
      if (fault.retryAfter !== undefined) response.setHeader('Retry-After', fault.retryAfter);
      return this.#send(response, entry, fault.status, 'no');
    }
    if (fault.kind === 'html') {
      response.setHeader('Content-Type', MEDIA_TYPES['.html']);
      return this.#send(response, entry, 200, '<!doctype html><title>Sign in</title><p>Sign in</p>');
    }
    const routed = await this.route(url, request);
    if (routed) {
      for (const [name, value] of Object.entries(routed.headers ?? {})) response.setHeader(name, value);
      return this.#send(response, entry, routed.status, routed.body ?? '');
    }
    const file = this.#inMemory(url.pathname) ?? (await this.#find(url.pathname));
    if (!file) return this.#send(response, entry, 404, 'not found');
    await this.#sendFile(request, response, entry, file, fault);
  }

  #inMemory(urlPath) {
    const content = this.contents.get(urlPath);
    if (!content) return null;
    const { bytes, etag, headers = {} } = content;
    return {
      path: urlPath,
      size: bytes.length,
      etag,
      headers,
      read: (start, end) => Readable.from(pieces(bytes, start, end)),
    };
  }

  /** The file that a URL's path names, if it lies below its mount. */
  async #find(urlPath) {
    let decoded;
    try {
      decoded = decodeURIComponent(urlPath);
    } catch {
      return null;
    }
    const mount = this.#mounts.find(([prefix]) => decoded.startsWith(prefix));
    if (!mount || decoded.includes('\0')) return null;
    const [prefix, folder] = mount;
    try {
      const root = await realpath(folder);
      let real = await realpath(path.join(root, decoded.slice(prefix.length)));
      if ((await stat(real)).isDirectory()) real = path.join(real, 'index.html');
      const info = await stat(real);
      if (!real.startsWith(root + path.sep) || !info.isFile()) return null;
      return {
        path: real,
        size: info.size,
        etag: `"${info.size.toString(16)}-${Math.trunc(info.mtimeMs).toString(16)}"`,
        headers: {},
        read: (start, end) => createReadStream(real, { start, end: end - 1 }),
      };
    } catch {
      return null;
    }
  }

  async #sendFile(request, response, entry, file, fault) {
    const { size, etag } = file;
    for (const [name, value] of Object.entries(file.headers)) response.setHeader(name, value);
    if (etag) response.setHeader('ETag', etag);
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader(
      'Content-Type',
      MEDIA_TYPES[path.extname(file.path)] ?? 'application/octet-stream',
    );
    if (etag && request.headers['if-none-match'] === etag) return this.#send(response, entry, 304, null);

    let range = null;
    if (!['noRange', 'noLength'].includes(fault.kind)) {
      response.setHeader('Accept-Ranges', 'bytes');
      const stale = request.headers['if-range'] && request.headers['if-range'] !== etag;
      range = stale ? null : rangeFromHeader(request.headers.range, size);
    }
    if (range === 'impossible') {
      response.setHeader('Content-Range', `bytes */${size}`);
      return this.#send(response, entry, 416, '');
    }
    let { start, end } = range ?? { start: 0, end: size };
    response.statusCode = range ? 206 : 200;
    if (range) {
      if (fault.kind === 'wrongStart') [start, end] = start > 0 ? [start - 1, end - 1] : [1, end];
      const total = fault.kind === 'wrongTotal' ? size + fault.byBytes : size;
      response.setHeader('Content-Range', `bytes ${start}-${end - 1}/${total}`);
    }
    if (fault.kind === 'short') end = Math.max(start, end - fault.byBytes);
    if (fault.kind !== 'noLength') response.setHeader('Content-Length', end - start);
    if (request.method === 'HEAD' || start === end) {
      response.end();
      return;
    }
    const endsEarly = ['cut', 'stall'].includes(fault.kind);
    const cutAt = endsEarly ? Math.min(end, start + fault.afterBytes) : end;
    if (cutAt > start) {
      const source = file.read(start, cutAt);
      await pipeline(source, counted(entry, fault), response, { end: cutAt === end });
    } else {
      response.flushHeaders();
    }
    if (cutAt < end && fault.kind === 'cut') request.socket.destroy();
  }

  #send(response, entry, status, body) {
    response.statusCode = status;
    if (body !== null) entry.bytesSent += Buffer.byteLength(body);
    response.end(body ?? undefined);
  }
}

/** Passes bytes on, counting them and, where the fault says so, taking its time. */
function counted(entry, fault) {
  let isFlipped = fault.kind !== 'flip';
  return async function* (source) {
    for await (let bytes of source) {
      if (!isFlipped) {
        bytes = Buffer.from(bytes);
        bytes[bytes.length >> 1] ^= 4;
        isFlipped = true;
      }
      if (fault.kind === 'slow') {
        await new Promise((resolve) =>
          setTimeout(resolve, (1000 * bytes.length) / fault.bytesPerSecond),
        );
      }
      entry.bytesSent += bytes.length;
      yield bytes;
    }
  };
}

/** A part of a file in memory, as a disk would give it. */
function* pieces(bytes, start, end) {
  const most = 256 * 1024;
  for (let at = start; at < end; at += most) yield bytes.subarray(at, Math.min(end, at + most));
}

/** `null` for the whole file (RFC 9110 section 14), 'impossible', or the part with its end exclusive. */
export function rangeFromHeader(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  let start = Number(match[1]);
  let end = match[2] === '' ? size : Math.min(Number(match[2]) + 1, size);
  if (match[1] === '') {
    start = Math.max(0, size - Number(match[2]));
    end = size;
  } else if (match[2] !== '' && Number(match[2]) < start) {
    return null;
  }
  return start < end ? { start, end } : 'impossible';
}
