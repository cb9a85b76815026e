// Finds the engine of this site: one for all its tabs, frames and programs.
//
// A shared worker is the engine where such workers have WebGPU. Where they have not, one tab has it: the one that holds a
// lock; when it goes the next one gets the lock, and starts an engine of its own. The others get a port to it, put through by
// the shared worker, or by the service worker where there are no shared ones. Where there are neither, each tab has its own.
//
// Who lives is told by locks, because a port does not say that its other end is gone: whoever uses an engine holds one, and
// whoever has an engine another.

// The messages are those of host/src/wire.rs; the worker refuses another version.
export const WIRE_VERSION = 6;

// Where this file lies. Under a name of its own, so that bundlers do not take what is only looked up while it runs.
const BESIDE = import.meta.url;
const FOLDER = new URL("./", BESIDE);

// A bundle has another name, or leaves a path of another machine here. It has the worker, but not what is shared.
const IS_BUNDLED = !/^https?:[^?#]*\/engine\.js(?:[?#]|$)/.test(BESIDE);

// Another version of the messages is another engine, and so is another copy of the site on this origin.
const NAME = `inkling ${WIRE_VERSION} ${FOLDER.href}`;

// Whoever puts through answers at once; a call that was lost with a closed tab is made again.
const CALL_AGAIN_MS = 1000;

// On a first visit the service worker is still fetching the site.
const SERVICE_PATIENCE_MS = 5000;

const uniqueName = (what) => `${NAME} ${what} ${Date.now()} ${Math.random()}`;

/** All that are open in this page. */
const lines = new Set();

/** A way to an engine, used like a worker. What is posted before it is found waits. Says `moved` when another one answers. */
export class Line {
  onmessage = null;
  onerror = null;
  #life = uniqueName("client");
  #ended = new AbortController();
  /** A port to the engine, or the worker that is it; and the lock that is free when it is gone. */
  #engine = null;
  #engineLife = null;
  #waiting = [];
  #hurry = () => {};

  /** `own`: an engine that nobody else uses. */
  constructor({ own = false } = {}) {
    lines.add(this);
    this.#open(own);
  }

  postMessage(message, transfer = []) {
    if (this.#engine) this.#engine.postMessage(message, transfer);
    else this.#waiting.push([message, transfer]);
  }

  /** Has the engine answer requests of OpenAI's API on a port: the client's own, or another's who gave it the port. */
  serve(port, asker) {
    if (asker === "another") {
      if (!this.#engine) return port.postMessage('{"type":"standing","names":[]}');
      // Whoever asks has to know on whose life the answer depends.
      port.postMessage(JSON.stringify({ type: "life", life: this.#engineLife }));
    }
    this.postMessage({ json: JSON.stringify({ type: "serve", asker }), files: [] }, [port]);
  }

  /** Ends whatever was asked, and an engine that nobody else uses. */
  end() {
    lines.delete(this);
    this.#ended.abort();
    this.#engine?.terminate?.();
    this.#engine?.close?.();
    this.#engine = null;
  }

  /** There may be an engine now. */
  hurry() {
    this.#hurry();
  }

  async #open(own) {
    const isKnown = await hold(this.#life, this.#ended.signal);
    // Scripts of another origin share nothing with this page.
    if (own || !isKnown || IS_BUNDLED || FOLDER.origin !== location.origin) this.#startOwn();
    else await this.#call();
  }

  async #call() {
    while (!this.#engine && !this.#ended.signal.aborted) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (event) => this.#hear(port1, event);
      let way = null;
      try {
        way = exchange();
        await way.call(this.#life, port2);
      } catch {
        if (way === found) return this.#startOwn();
        continue;
      }
      const again = new Promise((resolve) => (this.#hurry = resolve));
      if (!this.#engine) await Promise.race([again, sleep(CALL_AGAIN_MS)]);
    }
  }

  #hear(port, event) {
    if (port === this.#engine) return this.onmessage?.(event);
    if (event.data?.type !== "answering") return;
    // A call that was made again may be answered twice.
    if (this.#engine || this.#ended.signal.aborted) return port.close();
    this.#answer(port, event.data.life);
    onceFree(event.data.life, this.#ended.signal, () => this.#move(port));
  }

  #answer(engine, life) {
    this.#engine = engine;
    this.#engineLife = life;
    for (const [message, transfer] of this.#waiting.splice(0)) engine.postMessage(message, transfer);
    this.#hurry();
  }

  #move(port) {
    if (port !== this.#engine) return;
    port.close();
    this.#engine = null;
    this.onmessage?.(new MessageEvent("message", { data: '{"type":"moved"}' }));
    this.#call();
  }

  #startOwn() {
    if (this.#ended.signal.aborted) return;
    try {
      const worker = startWorker();
      worker.onmessage = (event) => this.onmessage?.(event);
      worker.onerror = worker.onmessageerror = (event) => this.onerror?.(event);
      this.#answer(worker, this.#life);
    } catch (error) {
      this.onerror?.(new ErrorEvent("error", { message: error.message }));
    }
  }
}

/** Who puts calls through. */
let found = null;

function exchange() {
  return (found ??= globalThis.SharedWorker ? new SharedExchange() : new ServiceExchange());
}

class SharedExchange {
  #port;
  /** Whether it is the engine itself. */
  #isEngine;

  constructor() {
    const worker = new SharedWorker(new URL("./exchange.js", FOLDER), { type: "module", name: NAME });
    this.#port = worker.port;
    this.#isEngine = new Promise((resolve, reject) => {
      this.#port.onmessage = ({ data, ports }) => {
        if (data.type === "connect") return host?.connect(data.life, ports[0]);
        onceFree(data.life, undefined, () => this.#end());
        resolve(data.isEngine);
      };
      worker.onerror = () => {
        found = new ServiceExchange();
        reject(new Error("the shared worker does not start"));
      };
    });
  }

  async call(life, port) {
    if (!(await this.#isEngine)) {
      stand();
      if (host) return host.connect(life, port);
    }
    this.#port.postMessage({ type: "call", life }, [port]);
  }

  announce() {
    this.#port.postMessage({ type: "host" });
  }

  /** It may have gone with a tab in whose process it was, and the next one does not know who has the engine. */
  #end() {
    if (found === this) found = null;
    if (host) exchange().announce();
  }
}

class ServiceExchange {
  #container = navigator.serviceWorker;

  constructor() {
    this.#container.addEventListener("message", ({ data, ports }) => {
      if (data?.name !== NAME || !host) return;
      if (data.type === "who-hosts") ports[0].postMessage("this page");
      else if (data.type === "connect-engine") host.connect(data.life, ports[0]);
    });
    this.#container.startMessages();
  }

  async call(life, port) {
    // The first one needs nobody who puts through.
    await Promise.race([stand(), this.#container.ready, sleep(SERVICE_PATIENCE_MS)]);
    if (host) return host.connect(life, port);
    const registration = await this.#container.getRegistration(FOLDER);
    if (!registration?.active) throw new Error("there is no service worker");
    registration.active.postMessage({ type: "call-engine", name: NAME, life }, [port]);
  }

  /** The service worker asks who it is, because it is ended and started at any time and would forget. */
  announce() {}
}

/** The engine for all tabs, while this page has it. */
let host = null;
let standing = null;

/** Waits for the lock of who has the engine; resolves once this page has it. */
function stand() {
  standing ??= new Promise((elected) => {
    const serve = async () => {
      const ending = new AbortController();
      const life = uniqueName("engine");
      await hold(life, ending.signal);
      host = new Host(life, ending);
      exchange().announce();
      elected();
      for (const line of lines) line.hurry();
      await new Promise((resolve) => ending.signal.addEventListener("abort", resolve));
    };
    navigator.locks.request(`${NAME} host`, serve).catch(() => {});
  });
  return standing;
}

class Host {
  #worker = null;
  #life;
  #ending;

  constructor(life, ending) {
    this.#life = life;
    this.#ending = ending;
  }

  connect(life, port) {
    this.#worker ??= this.#start();
    port.postMessage({ type: "answering", life: this.#life });
    this.#worker.postMessage({ json: JSON.stringify({ type: "connect", life }), files: [] }, [port]);
  }

  #start() {
    const worker = startWorker();
    // All that it says to this page: that it has stopped for good. Whoever starts again gets another.
    worker.onmessage = () => {
      worker.terminate();
      this.#worker = null;
    };
    // It could not even begin. The others find out for themselves.
    worker.onerror = (event) => {
      host = null;
      standing = null;
      this.#ending.abort();
      for (const line of lines) line.onerror?.(event);
    };
    return worker;
  }
}

/** Holds a lock until the signal; resolves to false where that cannot be. */
function hold(name, signal) {
  return new Promise((resolve) => {
    const held = () => {
      resolve(true);
      if (signal.aborted) return undefined;
      return new Promise((release) => signal.addEventListener("abort", release));
    };
    if (navigator.locks) navigator.locks.request(name, held).catch(() => resolve(false));
    else resolve(false);
  });
}

function onceFree(name, signal, then) {
  // Refused only to those who no longer wait.
  navigator.locks.request(name, { mode: "shared", signal }, then).catch(() => {});
}

function sleep(delayMs) {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

function startWorker() {
  const url = new URL("./worker.js", BESIDE);
  // A bundler may leave a path of its own machine here; then the worker is where it put it.
  const isElsewhere = /^https?:$/.test(url.protocol) && url.origin !== location.origin;
  // Bundlers look for exactly these words, and take the worker and what it needs along.
  if (!isElsewhere) return new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "inkling" });
  // Browsers start workers of the page's own origin only; one that imports another is its own.
  const script = URL.createObjectURL(new Blob([`import ${JSON.stringify(url.href)};`], { type: "text/javascript" }));
  const worker = new Worker(script, { type: "module", name: "inkling" });
  worker.addEventListener("message", () => URL.revokeObjectURL(script), { once: true });
  return worker;
}
