// Keeps the app's own files for offline use. Model files are never touched: they live in IndexedDB, in chunks,
// and a second copy here would double the largest thing this site stores.
//
// Everything is relative to this script's own folder, so a site works from any sub-path.

const CACHE = "inkling-shell-1";
const SCOPE = new URL("./", self.location.href);

// The page, the benchmark and the worker: what one visit to either needs to work without a network. The files
// that the page names (script, style, icons; most carry a hash) are found by reading it.
const SHELL = [
  "./",
  "./bench.html",
  "./bench.js",
  "./worker.js",
  "./subgroups.js",
  "./inkling-worker.js",
  "./inkling-worker_bg.wasm",
  "./manifest.webmanifest",
  "./catalog.json",
];

// The model that comes with the page, so that even the first start without a network can talk. The one model file
// kept here: it is part of the page.
const GUIDE = "./models/guide/guide.gguf";

// The largest file of the shell is the worker's WASM, a few megabytes.
const LARGEST_SHELL_BYTES = 32 * 1024 * 1024;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (isGuide(request)) event.respondWith(guide(event));
  if (!isShell(request)) return;
  event.respondWith(request.mode === "navigate" || !hasHash(request.url) ? fresh(event) : kept(event));
});

async function install() {
  const cache = await caches.open(CACHE);
  // One file that is missing must not keep the others from being there.
  await Promise.allSettled([...SHELL, GUIDE].map((path) => cache.add(new Request(new URL(path, SCOPE), { cache: "no-cache" }))));
  // The page that registered this script loaded its files before anybody kept them.
  await keepWhatThePageNames();
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("inkling-shell-") && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function keepWhatThePageNames() {
  const cache = await caches.open(CACHE);
  const response = await cache.match(SCOPE);
  if (!response) return;
  const quoted = (await response.text()).matchAll(/["']([^"'\s<>]+\.[a-z0-9]+)["']/g);
  const requests = [...quoted]
    .filter(([, address]) => URL.canParse(address, SCOPE))
    .map(([, address]) => new Request(new URL(address, SCOPE)))
    .filter(isShell);
  await Promise.allSettled(
    requests.map(async (request) => {
      if (!(await cache.match(request))) await cache.add(request);
    }),
  );
}

/** A file of this site that a page needs to start, and no part of a model. */
function isShell(request) {
  if (request.method !== "GET" || request.headers.has("range")) return false;
  const url = new URL(request.url);
  if (url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return false;
  // By kind, not by exclusion: a model's files may lie beside ours, and may be opened in a tab to save them.
  if (request.mode === "navigate") return /(\/[^/.]*|\.html)$/.test(url.pathname);
  if (url.href === new URL("./catalog.json", SCOPE).href) return true;
  return /\.(html|js|css|wasm|svg|png|ico|webmanifest|woff2)$/.test(url.pathname);
}

function isGuide(request) {
  return request.method === "GET" && request.url === new URL(GUIDE, SCOPE).href;
}

/** From the network, whose ranges and headers say whether it has changed; without one, from the cache. */
async function guide(event) {
  try {
    return await fetch(event.request);
  } catch (error) {
    const cache = await caches.open(CACHE);
    const stored = await cache.match(event.request.url);
    if (!stored) throw error;
    return rangeOf(stored, event.request.headers.get("range"));
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

/** Trunk puts a hash of the content into a name; such a file never changes. */
function hasHash(address) {
  return /-[0-9a-f]{12,}(_bg)?\.(js|css|wasm|svg|png|woff2)$/.test(new URL(address).pathname);
}

/** From the network, from the cache when there is none: pages and the worker's files must be of one version. */
async function fresh(event) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(event.request);
    await keep(cache, event.request, response);
    return response;
  } catch (error) {
    const stored = await cache.match(event.request, { ignoreSearch: event.request.mode === "navigate" });
    if (stored) return stored;
    const page = event.request.mode === "navigate" && (await cache.match(SCOPE));
    if (page) return page;
    throw error;
  }
}

/** From the cache; from the network once. */
async function kept(event) {
  const cache = await caches.open(CACHE);
  const stored = await cache.match(event.request);
  if (stored) return stored;
  const response = await fetch(event.request);
  await keep(cache, event.request, response);
  return response;
}

async function keep(cache, request, response) {
  const length = Number(response.headers.get("content-length") ?? 0);
  if (response.status !== 200 || response.redirected || length > LARGEST_SHELL_BYTES) return;
  // A page is the same file whatever its query says.
  const url = new URL(request.url);
  if (request.mode === "navigate") url.search = "";
  try {
    await cache.put(url, response.clone());
  } catch {
    // A full disk must not keep the page from opening; it only will not open offline.
  }
}
