// A stand-in for a model hub: what the loading code asks of the real one, answered the way the real one does.
//
// `/{org}/{name}/resolve/{revision}/{file}` redirects large files to another origin with an address that expires, and
// says their size and SHA-256 on the way; `/api/models/{org}/{name}/tree/{revision}` lists them. A repository may be
// open only to whoever brings its token. Knows nothing of pages or of how downloads go.

import { createHash } from 'node:crypto';
import { StaticServer } from './server.mjs';

const digests = new WeakMap();

/** The SHA-256 of bytes that never change, computed once. */
export function sha256(bytes) {
  if (!digests.has(bytes)) digests.set(bytes, createHash('sha256').update(bytes).digest('hex'));
  return digests.get(bytes);
}

export class Hub {
  /** Requests to the hub itself: `{ path, status, authorization }`. */
  asked = [];

  /** Addresses that have expired before their first use, so many more times. */
  expiredTickets = 0;

  /** False: the list of files answers 500. */
  lists = true;

  #repositories = new Map();
  #tickets = new Map();

  async start() {
    this.hub = new StaticServer({});
    this.hub.route = (url, request) => this.#answer(url, request);
    // Where the bytes lie: to the browser another origin.
    this.store = new StaticServer({});
    this.store.route = (url, request) => this.#guard(url, request);
    await Promise.all([this.hub.start(), this.store.start()]);
    return this;
  }

  async stop() {
    await Promise.all([this.hub.stop(), this.store.stop()]);
  }

  get base() {
    return `${this.hub.origin}/`;
  }

  /** `files`: name → bytes. Files named in `small` are not redirected and have no digest, as on the real hub. */
  add(repository, files, { token = null, small = [] } = {}) {
    this.#repositories.set(repository, { files: new Map(Object.entries(files)), token, small });
  }

  #answer(url, request) {
    const path = decodeURIComponent(url.pathname);
    const authorization = request.headers.authorization ?? null;
    const answer = this.#resolve(path, authorization) ?? this.#tree(path, authorization);
    const told = answer ?? { status: 404 };
    this.asked.push({ path, status: told.status, authorization });
    return told;
  }

  /** The repository, or the refusal of one that does not open. */
  #open(name, authorization) {
    const repository = this.#repositories.get(name);
    // Whoever may not see a repository is not told whether there is one.
    if (!repository) return { refusal: { status: 401, body: 'Invalid username or password.' } };
    if (repository.token && authorization !== `Bearer ${repository.token}`) {
      return { refusal: { status: authorization ? 403 : 401, body: 'Access to this model is restricted.' } };
    }
    return { repository };
  }

  #resolve(path, authorization) {
    const match = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
    if (!match) return null;
    const [, name, , file] = match;
    const { repository, refusal } = this.#open(name, authorization);
    if (refusal) return refusal;
    const bytes = repository.files.get(file);
    if (!bytes) return { status: 404, body: 'Entry not found' };
    const isSmall = repository.small.includes(file);
    const etag = isSmall ? `"${sha256(bytes).slice(0, 40)}"` : `"${sha256(bytes)}"`;
    if (isSmall) return { status: 200, headers: { ETag: etag }, body: bytes };
    const ticket = String(this.#tickets.size + 1);
    this.#tickets.set(ticket, { isExpired: this.expiredTickets > 0 });
    this.expiredTickets = Math.max(0, this.expiredTickets - 1);
    const place = `/signed/${name}/${file}`;
    this.store.contents.set(place, { bytes, etag });
    const headers = {
      Location: `${this.store.origin}${place}?ticket=${ticket}`,
      'X-Linked-ETag': etag,
      'X-Linked-Size': String(bytes.length),
    };
    return { status: 302, headers };
  }

  #tree(path, authorization) {
    const match = /^\/api\/models\/([^/]+\/[^/]+)\/tree\/([^/]+)(?:\/(.*))?$/.exec(path);
    if (!match) return null;
    if (!this.lists) return { status: 500, body: 'no list today' };
    const { repository, refusal } = this.#open(match[1], authorization);
    if (refusal) return refusal;
    const folder = match[3] ? `${match[3]}/` : '';
    const entries = [...repository.files]
      .filter(([name]) => name.startsWith(folder) && !name.slice(folder.length).includes('/'))
      .map(([name, bytes]) => {
        const entry = { type: 'file', oid: sha256(bytes).slice(0, 40), size: bytes.length, path: name };
        if (repository.small.includes(name)) return entry;
        return { ...entry, lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } };
      });
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(entries) };
  }

  #guard(url, request) {
    const ticket = this.#tickets.get(url.searchParams.get('ticket'));
    // A token that reaches the store has gone to a stranger.
    if (request.headers.authorization) return { status: 400, body: 'two ways of signing in' };
    return !ticket || ticket.isExpired ? { status: 403, body: 'Request has expired' } : null;
  }
}
