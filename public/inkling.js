// Inkling's engine for other people's pages: a language model on the visitor's own graphics card, with OpenAI's API.
//
//   import { createEngine } from "https://…/inkling.js";
//   const engine = await createEngine({ model: "org/name:file.gguf", onProgress: ({ loaded, total }) => … });
//   const answer = await engine.chat.completions.create({ messages: [{ role: "user", content: "Hello" }] });
//   await engine.unload();
//
// Everything runs in the worker beside this file, wherever that is: the one that all tabs of the site share, if it has this
// model or none, else one of its own. Requests go there as they are and answers come back as they are: what is checked, and
// how, is written in Rust (openai/). The types are in inkling.d.ts.

// The messages are those of host/src/wire.rs and host/src/api.rs.
import { Line, WIRE_VERSION } from "./engine.js";

// Where this file lies. Under a name of its own, so that bundlers do not take what is only looked up while it runs.
const BESIDE = import.meta.url;

// From the moment a service worker is active, it takes over pages at once.
const CONTROL_PATIENCE_MS = 10_000;

/** A request that was refused, with the fields of OpenAI's errors. */
export class InklingError extends Error {
  name = "InklingError";

  constructor({ message, type = null, param = null, code = null }, status = null) {
    super(message);
    Object.assign(this, { status, type, param, code });
  }
}

/** Loads a model and resolves once it can be asked. */
export async function createEngine({ model, onProgress, signal, contextLength, powerPreference } = {}) {
  const source = sourceOf(model);
  signal?.throwIfAborted();
  const connection = new Connection(powerPreference);
  connection.want({ type: "load", source, options: { context_length: contextLength ?? null }, claim: "share" });
  try {
    const { model: report } = await connection.load(onProgress, signal);
    return new Engine(connection, report);
  } catch (error) {
    connection.end(error);
    throw error;
  }
}

/** Whether a model would run here, and how much of it is stored already. Nothing but its headers is fetched. */
export async function checkModel({ model, signal, powerPreference } = {}) {
  const source = sourceOf(model);
  signal?.throwIfAborted();
  const unfit = (reason) => ({ runs: false, reason, stored: "none", downloadBytes: null, storedBytes: 0, contextLength: null, memoryBytes: null });
  const connection = new Connection(powerPreference);
  try {
    // What fits is known once the adapter is.
    await connection.request(connection.starting, "ready", undefined, signal);
    const { models } = await connection.request({ type: "list_models" }, "models", undefined, signal);
    const storedAs = (key) => models.find((stored) => stored.key === key);
    // What is stored whole has been found to run, and needs no network to be told.
    const known = storedAs(source.url);
    const inspect = { type: "inspect", source: known?.complete ? { from: "stored", key: known.key } : source };
    const { inspection } = await connection.request(inspect, "inspected", undefined, signal);
    const stored = storedAs(inspection.key);
    return {
      runs: inspection.fit.fit === "runs",
      reason: inspection.fit.message ?? null,
      stored: stored?.complete ? "whole" : inspection.stored_bytes > 0 ? "part" : "none",
      downloadBytes: inspection.download_bytes,
      storedBytes: inspection.stored_bytes,
      contextLength: inspection.fit.context_length ?? null,
      memoryBytes: inspection.fit.total_bytes ?? null,
    };
  } catch (error) {
    if (!(error instanceof InklingError)) throw error;
    return unfit(error.message);
  } finally {
    connection.end(new InklingError({ message: "the check is over", type: "server_error" }));
  }
}

/**
 * Has the service worker beside this file, or the copy of it at `serviceWorker`, answer OpenAI's HTTP paths on this origin,
 * by way of a page with an engine. Resolves to what OpenAI's clients call the base URL. The page must lie in or below
 * the folder of that file.
 */
export async function serveHttp({ serviceWorker } = {}) {
  const container = navigator.serviceWorker;
  const script = serviceWorker === undefined ? new URL("./sw.js", BESIDE) : new URL(serviceWorker, document.baseURI);
  const scope = new URL("./", script);
  if (!container) throw new Error("this browser offers service workers only to pages opened over https:// or from localhost");
  if (!location.href.startsWith(scope.href)) {
    throw new Error(
      `only pages below ${scope.href} can be answered over HTTP; this one is ${location.href}. ` +
        "Put a copy of sw.js into the folder of the page or above, and name it: serveHttp({ serviceWorker: \"/sw.js\" })",
    );
  }
  await container.register(script);
  if (!container.controller) {
    await new Promise((resolve, reject) => {
      container.addEventListener("controllerchange", resolve, { once: true });
      // A page that was loaded past its service worker, as browsers do on request, stays without it.
      const reason = "the service worker does not take this page over; reload the page";
      container.ready.then(() => setTimeout(reject, CONTROL_PATIENCE_MS, new Error(reason)));
    });
  }
  return new URL("v1", scope).href;
}

class Engine {
  #connection;

  constructor(connection, report) {
    this.#connection = connection;
    this.model = report.name;
    this.info = {
      address: report.key,
      architecture: report.architecture,
      parameters: report.num_parameters,
      contextLength: report.context_length,
      memoryBytes: report.total_bytes,
      hasChatTemplate: report.has_chat_template,
      sampling: {
        temperature: report.sampling.temperature,
        topK: report.sampling.top_k,
        topP: report.sampling.top_p,
        minP: report.sampling.min_p,
        repetitionPenalty: report.sampling.repetition_penalty,
      },
    };
    const post = (path) => ({
      create: (request, { signal } = {}) => {
        const body = JSON.stringify({ model: this.model, ...request });
        return connection.ask({ method: "POST", path, body }, signal);
      },
    });
    this.chat = { completions: post("/v1/chat/completions") };
    this.completions = post("/v1/completions");
    this.embeddings = post("/v1/embeddings");
    this.models = { list: () => connection.ask({ method: "GET", path: "/v1/models", body: "" }) };
    this.tokenize = post("/v1/tokenize").create;
  }

  /** Leaves the engine; with the last who uses it, the graphics memory is free. Whatever is running ends with an error. */
  async unload() {
    this.#connection.end(new InklingError({ message: "the engine was unloaded", type: "server_error" }));
  }
}

/** A way to an engine with the model, and everybody who waits for something of it. */
class Connection {
  /** The first message of all. */
  starting;
  /** What has the model loaded. */
  #wanted = null;
  #line = null;
  #failure = null;
  /** What each of those who wait is to be told when the engine is gone. */
  #waiting = new Set();
  #onMessage = () => {};
  #numRequests = 0;
  #isAsking = false;
  /** Where the model is kept, once it is loaded. */
  #key = null;
  /** Whether the model is there; questions wait for it. */
  #ready = null;

  constructor(powerPreference) {
    this.starting = startWith(powerPreference);
    // An adapter that is asked for may not be the one that the others use.
    this.#open(powerPreference !== undefined);
    navigator.serviceWorker?.addEventListener("message", this.#serve);
    navigator.serviceWorker?.startMessages();
  }

  post(message, transfer = []) {
    this.#line.postMessage({ json: JSON.stringify(message), files: [] }, transfer);
  }

  /** Leaves the engine, and with it whatever was asked of it. */
  end(error) {
    this.#failure ??= error;
    this.#line.end();
    navigator.serviceWorker?.removeEventListener("message", this.#serve);
    this.#failAll(this.#failure);
  }

  want(wanted) {
    this.#wanted = wanted;
  }

  /** Resolves to the message that says what was loaded. */
  load(onProgress, signal) {
    this.#ready = this.#load(onProgress, signal);
    return this.#ready;
  }

  async #load(onProgress, signal) {
    try {
      return await this.#loadOnce(onProgress, signal);
    } catch (error) {
      if (error.code !== "occupied") throw error;
      // Nobody is to lose the model that they use.
      this.#open(true);
      return this.#loadOnce(onProgress, signal);
    }
  }

  async #loadOnce(onProgress, signal) {
    this.#start();
    const loaded = await this.request(this.#wanted, "loaded", onProgress, signal);
    this.#key = loaded.model.key;
    return loaded;
  }

  #open(own) {
    this.#line?.end();
    const line = new Line({ own });
    this.#line = line;
    line.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    line.onerror = (event) => {
      this.end(new InklingError({ message: event.message || "the engine's worker could not be loaded", type: "server_error" }));
    };
  }

  #start() {
    this.post(this.starting);
  }

  /** Resolves to the message of the type `answer`. One request at a time. */
  request(message, answer, onProgress, signal) {
    const id = (this.#numRequests += 1);
    return new Promise((resolve, reject) => {
      const settle = (action, value) => {
        this.#onMessage = () => {};
        this.#isAsking = false;
        this.#waiting.delete(fail);
        signal?.removeEventListener("abort", stop);
        action(value);
      };
      const fail = (error) => settle(reject, error);
      const stop = () => fail(signal.reason);
      const ask = () => this.post({ ...message, id });
      this.#waiting.add(fail);
      signal?.addEventListener("abort", stop);
      this.#isAsking = true;
      this.#onMessage = (message) => {
        if (message.type === "moved") {
          this.#start();
          return ask();
        }
        if (message.type === "unsupported") return fail(new InklingError({ message: message.message, code: message.reason }));
        // Of the engine itself, or of this request.
        if ((message.id ?? id) !== id) return;
        if (message.type === "failed") fail(new InklingError({ message: message.error.message, code: message.error.kind }));
        else if (message.type === answer) settle(resolve, message);
        else if (message.type === "progress") onProgress?.(progressFrom(message.progress));
      };
      ask();
    });
  }

  /** The engine has become another's, or is gone with its tab: what waits ends, and the model is loaded again. */
  #loadAgain(reason, own) {
    this.#failAll(new InklingError({ message: reason, type: "server_error" }));
    if (own) this.#open(true);
    this.load().catch((error) => this.end(error));
  }

  #failAll(error) {
    for (const fail of [...this.#waiting]) fail(error);
  }

  /** Resolves to the object of an answer, or to the iterable of a stream once it has begun. */
  async ask(request, signal) {
    if (this.#failure) throw this.#failure;
    await this.#ready;
    return new Promise((resolve, reject) => {
      if (this.#failure) throw this.#failure;
      signal?.throwIfAborted();
      const port = this.#openPort();
      let stream = null;
      const end = () => {
        this.#waiting.delete(fail);
        signal?.removeEventListener("abort", stop);
        port.close();
      };
      const fail = (error) => {
        end();
        reject(error);
        stream?.fail(error);
      };
      const cancel = () => {
        port.postMessage('{"type":"cancel"}');
        end();
      };
      const stop = () => {
        cancel();
        fail(signal.reason);
      };
      this.#waiting.add(fail);
      signal?.addEventListener("abort", stop);
      port.onmessage = ({ data }) => {
        const told = JSON.parse(data);
        if (told.type === "answer") {
          const body = JSON.parse(told.body);
          if (told.status !== 200) return fail(new InklingError(body.error, told.status));
          end();
          resolve(body);
        } else if (told.type === "events") {
          stream ??= new Stream(cancel);
          resolve(stream);
          for (const event of told.text.split("\n\n")) {
            const chunk = event.slice("data: ".length);
            if (chunk === "" || chunk === "[DONE]") continue;
            const object = JSON.parse(chunk);
            if (object.error) return fail(new InklingError(object.error));
            stream.push(object);
          }
        } else if (told.type === "done") {
          end();
          stream?.end();
        }
      };
      port.postMessage(JSON.stringify({ type: "request", ...request }));
    });
  }

  /** One end of a channel whose other end the engine has. */
  #openPort() {
    const { port1, port2 } = new MessageChannel();
    this.#line.serve(port2, "client");
    return port1;
  }

  /** The service worker looks for an engine. */
  #serve = (event) => {
    if (event.data?.type === "serve-api" && event.ports[0]) this.#line.serve(event.ports[0], "another");
  };

  #receive(message) {
    if (message.type === "moved" && !this.#isAsking) {
      this.#loadAgain("The tab with the engine has been closed. Ask again.", false);
    } else if (message.type === "model" && this.#key !== null && message.model?.key !== this.#key) {
      // Somebody chose another model in the chat; this one goes on with an engine of its own.
      this.#loadAgain("Another model was chosen for the engine of this site. Ask again.", true);
    } else {
      this.#onMessage(message);
    }
    // A failure that belongs to no request is the end of the engine.
    if (message.type === "failed" && message.id === null) {
      this.end(new InklingError({ message: message.error.message, type: "server_error", code: message.error.kind }));
    }
  }
}

/** The pieces of an answer as they come. To leave the loop is to stop the model. */
class Stream {
  #ready = [];
  #wanted = null;
  #ended = false;
  #error = null;
  #cancel;

  constructor(cancel) {
    this.#cancel = cancel;
  }

  push(chunk) {
    this.#ready.push(chunk);
    this.#wanted?.();
  }

  end() {
    this.#ended = true;
    this.#wanted?.();
  }

  fail(error) {
    this.#error = error;
    this.end();
  }

  async *[Symbol.asyncIterator]() {
    try {
      for (;;) {
        while (this.#ready.length > 0) yield this.#ready.shift();
        if (this.#error) throw this.#error;
        if (this.#ended) return;
        await new Promise((resolve) => (this.#wanted = resolve));
      }
    } finally {
      if (!this.#ended) this.#cancel();
      this.#ended = true;
    }
  }
}

function startWith(powerPreference) {
  const named = { "low-power": "low_power", "high-performance": "high_performance" };
  const power = powerPreference === undefined ? null : (named[powerPreference] ?? "high_performance");
  return { type: "start", version: WIRE_VERSION, power };
}

function progressFrom({ phase, bytes_done, bytes_total, bytes_per_second, seconds_left }) {
  return { phase, loaded: bytes_done, total: bytes_total, bytesPerSecond: bytes_per_second, secondsLeft: seconds_left };
}

/** The worker takes relative addresses from its own place, people mean that of their page. */
function sourceOf(model) {
  if (typeof model !== "string" || model.trim() === "") {
    throw new TypeError("a model is needed: the address of a .gguf file or of a model folder, or org/name");
  }
  return { from: "url", url: /^\.{0,2}\//.test(model) ? new URL(model, document.baseURI).href : model };
}
