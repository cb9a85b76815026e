// Keeps the app's own files for offline use, one version of all of them at a time. Model files are never touched: they
// live in IndexedDB, in chunks, and a second copy here would double the largest thing this site stores.
//
// A newer version is fetched beside the one that runs and waits until the page asks for it: files of two versions
// never meet in one page. Everything is relative to this script's own folder, so a site works from any sub-path.
//
// And it gives OpenAI's HTTP paths to the pages of this site, answered by whichever of them has an engine.

// The build writes this line: a name for the content of all files, and which they are. A site that was put together
// without it works, and needs the network.
const SHELL = { version: "", files: [], onDemand: [], guide: null };

const SCOPE = new URL("./", self.location.href);
const PREFIX = "inkling-shell-";
const CACHE = PREFIX + SHELL.version;

// Whoever hosts the page may change these at any time, without another version of it. In an application that only wants
// the API they are the application's, should it have any.
const HOSTS_OWN = SHELL.version === "" ? [] : ["catalog.json", "inkling.json"];

// Below this, programs find OpenAI's API.
const API = "v1/";

// A page that has an engine says so at once, unless it is busy drawing; other pages of this origin say nothing.
const ENGINE_PATIENCE_MS = 3000;

// How often to ask whether an engine still answers.
const ENGINE_CHECK_MS = 1000;

// An engine answers between two steps of a model; the longest step on the slowest adapter is shorter.
const ENGINE_SILENCE_MS = 60_000;

// The page waits for the host's own files; on a network that does not answer it gets those of the last visit.
const PATIENCE_MS = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("message", (event) => {
  if (event.data?.type === "skip-waiting") self.skipWaiting();
  else if (event.data?.type === "call-engine") event.waitUntil(putThrough(event.data, event.ports[0]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const api = apiPathOf(request);
  if (api !== null) {
    event.respondWith(askEngine(event, api));
    return;
  }
  if (isGuide(request)) {
    event.respondWith(guide(request));
    return;
  }
  const path = pathOf(request);
  if (path === null) return;
  if (HOSTS_OWN.includes(path)) event.respondWith(fresh(request));
  else if (SHELL.files.includes(path)) event.respondWith(kept(request, path));
  else if (SHELL.onDemand.includes(path)) event.respondWith(used(path));
  else if (request.mode === "navigate" && /(^|\/)[^/.]*$/.test(path)) event.respondWith(page(request));
});

/** All files or none: what is missing here would be missing offline. */
async function install() {
  const cache = await caches.open(CACHE);
  await Promise.all(SHELL.files.map((path) => add(cache, path)));
  // A site may do without these.
  const others = SHELL.guide ? [...HOSTS_OWN, SHELL.guide] : HOSTS_OWN;
  await Promise.allSettled(others.map((path) => add(cache, path)));
  // What the version before was used for works without a network in this one too.
  await Promise.allSettled(
    SHELL.onDemand.map(async (path) => {
      if (await caches.match(new URL(path, SCOPE))) await add(cache, path);
    }),
  );
}

async function add(cache, path) {
  const url = new URL(path, SCOPE);
  // A name with a hash always means the same bytes; of any other the browser may have old ones.
  const response = await fetch(url, { cache: hasHash(path) ? "default" : "no-cache" });
  if (response.status !== 200) throw new Error(`${url.href} answers with ${response.status}`);
  // Some hosts send a page elsewhere; what was redirected may not answer a navigation.
  const { status, headers } = response;
  await cache.put(url, response.redirected ? new Response(response.body, { status, headers }) : response);
}

/** The first version takes the page that registered it; a later one comes here only when it was asked for. */
async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Where a request for a file of this site points to, from this script's folder; `null` for all others. */
function pathOf(request) {
  if (request.method !== "GET" || request.headers.has("range")) return null;
  const url = new URL(request.url);
  if (url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return null;
  // A page is the same file whatever its query says.
  if (url.search && request.mode !== "navigate") return null;
  const path = url.pathname.slice(SCOPE.pathname.length);
  return path === "index.html" ? "" : path;
}

/** Trunk puts a hash of the content into a name; such a file never changes. */
function hasHash(path) {
  return /-[0-9a-f]{12,}(_bg)?\.\w+$/.test(path);
}

async function kept(request, path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(new URL(path, SCOPE))) ?? fetch(request);
}

/** A file that few visits need: kept from its first use on. */
async function used(path) {
  const cache = await caches.open(CACHE);
  const url = new URL(path, SCOPE);
  const stored = await cache.match(url);
  if (stored) return stored;
  // Its name says nothing of its version, and the browser may have an old one.
  const response = await fetch(url, { cache: "no-cache" });
  // A full disk must not keep it from being used.
  if (response.status === 200 && !response.redirected) await cache.put(url, response.clone()).catch(() => {});
  return response;
}

/** A page that is not one of this version's files; without a network, the app in its place. */
async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const cache = await caches.open(CACHE);
    const app = await cache.match(SCOPE);
    if (!app) throw error;
    return app;
  }
}

/** From the network; what is stored where there is none, or none that answers. */
async function fresh(request) {
  const cache = await caches.open(CACHE);
  const stored = await cache.match(request.url);
  const asked = fetch(request).then(async (response) => {
    // A full disk must not keep the answer from being used.
    if (response.status === 200) await cache.put(request.url, response.clone()).catch(() => {});
    return response;
  });
  if (!stored) return asked;
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, stored));
  return Promise.race([asked.catch(() => stored), patience]);
}

// The model that comes with the page is kept too, so that even the first start without a network can talk. The one
// model file here: it is part of the page.

function isGuide(request) {
  const isAsked = request.method === "GET" || request.method === "HEAD";
  return isAsked && SHELL.guide !== null && request.url === new URL(SHELL.guide, SCOPE).href;
}

/** From the network, whose ranges and headers say whether it has changed; without one, from the cache. */
async function guide(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const cache = await caches.open(CACHE);
    const stored = await cache.match(request.url);
    if (!stored) throw error;
    return rangeOf(stored, request.headers.get("range"));
  }
}

/** The part of a stored file that a `Range: bytes=first-last` asks for, as a server would answer it. */
async function rangeOf(stored, range) {
  const wanted = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  if (!wanted) return stored;
  const bytes = await stored.arrayBuffer();
  const first = Number(wanted[1]);
  const last = Math.min(wanted[2] === "" ? Infinity : Number(wanted[2]), bytes.byteLength - 1);
  const headers = new Headers(stored.headers);
  if (first > last) {
    headers.set("content-range", `bytes */${bytes.byteLength}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set("content-range", `bytes ${first}-${last}/${bytes.byteLength}`);
  headers.set("content-length", String(last - first + 1));
  return new Response(bytes.slice(first, last + 1), { status: 206, headers });
}

// OpenAI's API on this origin. The answers are made by the engine of an open page, to which this worker speaks on a port
// (the messages are those of host/src/api.rs); here they only become a response.

/** What is asked of the API, as `/v1/…`; `null` for all other requests. */
function apiPathOf(request) {
  if (request.mode === "navigate") return null;
  const url = new URL(request.url);
  if (url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname + API)) return null;
  return `/${decodeURIComponent(url.pathname.slice(SCOPE.pathname.length))}`;
}

/** Where browsers have no shared workers: whoever looks for the site's engine gets a port to the page that has it. */
async function putThrough({ name, life }, port) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const host = await new Promise((resolve) => {
    setTimeout(resolve, ENGINE_PATIENCE_MS, null);
    for (const page of pages) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(page);
      page.postMessage({ type: "who-hosts", name }, [port2]);
    }
  });
  host?.postMessage({ type: "connect-engine", name, life }, [port]);
}

async function askEngine(event, path) {
  const { request } = event;
  const body = await request.text();
  const engine = await findEngine(modelOf(body));
  if (engine) return relay(event, engine, { method: request.method, path, body });
  return apiError(
    503,
    `No page with a model is open. Open ${SCOPE.href} in a tab of this browser, load a model there, and ask again.`,
  );
}

function modelOf(body) {
  try {
    return JSON.parse(body).model;
  } catch {
    // The engine says what is wrong with it.
    return undefined;
  }
}

/** A port to an engine with a model, if possible the one of that name; `null` where no page has any. */
async function findEngine(name) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return new Promise((resolve) => {
    const ports = [];
    let best = null;
    let numSilent = pages.length;
    const finish = () => {
      for (const port of ports.filter((port) => port !== best?.port)) {
        port.postMessage('{"type":"cancel"}');
        port.close();
      }
      resolve(best);
    };
    if (numSilent === 0) return finish();
    setTimeout(finish, ENGINE_PATIENCE_MS);
    for (const page of pages) {
      const { port1: port, port2 } = new MessageChannel();
      ports.push(port);
      let life = null;
      port.onmessage = ({ data }) => {
        const told = JSON.parse(data);
        // The page says whose lock it is that the engine holds, and hands the port on.
        if (told.type === "life") {
          life = told.life;
          return;
        }
        const { names } = told;
        const isMeant = names.includes(name);
        if (isMeant || (names.length > 0 && !best)) best = { port, life };
        numSilent -= 1;
        // Who has another model is asked only if nobody has this one; the others need no more time than it did.
        if (isMeant || numSilent === 0) finish();
        else if (best) setTimeout(finish, 100);
      };
      page.postMessage({ type: "serve-api" }, [port2]);
      port.postMessage('{"type":"standing"}');
    }
  });
}

/** Has an engine answer, and passes on what comes: one object, or a stream of events. */
function relay(event, { port, life }, asked) {
  let done;
  // The browser must not end this worker while an answer is on its way.
  event.waitUntil(new Promise((resolve) => (done = resolve)));
  return new Promise((resolve) => {
    let stream = null;
    const ended = new AbortController();
    const end = () => {
      clearInterval(check);
      ended.abort();
      port.close();
      done();
    };
    const stop = () => {
      port.postMessage('{"type":"cancel"}');
      end();
      // Nobody waits for it, but the event does.
      resolve(Response.error());
    };
    const encoder = new TextEncoder();
    const fail = (reason) => {
      if (ended.signal.aborted) return;
      if (stream) {
        stream.enqueue(encoder.encode(`data: ${errorJson(reason)}\n\n`));
        stream.close();
      } else resolve(apiError(503, reason));
      end();
    };
    let heardAt = Date.now();
    const check = setInterval(() => {
      port.postMessage('{"type":"standing"}');
      if (Date.now() - heardAt >= ENGINE_SILENCE_MS) fail("The engine that was answering has stopped. Ask again.");
    }, ENGINE_CHECK_MS);
    // Free once the engine is gone: a port does not say so.
    navigator.locks
      .request(life, { mode: "shared", signal: ended.signal }, () => fail("The tab with the engine has been closed. Ask again."))
      .catch(() => {});
    port.onmessage = ({ data }) => {
      const told = JSON.parse(data);
      heardAt = Date.now();
      if (told.type === "answer") {
        resolve(jsonResponse(told.status, told.body));
        end();
      } else if (told.type === "events") {
        if (!stream) {
          const body = new ReadableStream({ start: (controller) => (stream = controller), cancel: stop });
          const headers = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" };
          resolve(new Response(body, { headers }));
        }
        stream.enqueue(encoder.encode(told.text));
      } else if (told.type === "done") {
        stream?.close();
        end();
      }
    };
    event.request.signal.addEventListener("abort", stop);
    port.postMessage(JSON.stringify({ type: "request", ...asked }));
  });
}

function apiError(status, message) {
  return jsonResponse(status, errorJson(message));
}

function errorJson(message) {
  return JSON.stringify({ error: { message, type: "server_error", param: null, code: null } });
}

function jsonResponse(status, body) {
  return new Response(body, { status, headers: { "content-type": "application/json", "cache-control": "no-store" } });
}
