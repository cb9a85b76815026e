// The Prompt API that some browsers have built in (`LanguageModel`), for any browser with WebGPU and any model.
//
//   import { installLanguageModel } from "https://…/prompt.js";
//   await installLanguageModel({ model: "org/name:file.gguf" });
//   const session = await LanguageModel.create();
//   console.log(await session.prompt("Hello"));
//
// `<script type="module" src="…/prompt.js?model=org/name">` does the same. The engine is that of inkling.js; the types are
// in prompt.d.ts. See docs/prompt.md.

import { GivenEngine, OwnEngine, orAborted } from "./prompt-engine.js";
import {
  MOST_TEMPERATURE,
  MOST_TOP_K,
  checkExpected,
  constraintFrom,
  errorFrom,
  messagesFrom,
  quotaExceeded,
  samplingFrom,
} from "./prompt-input.js";

/** Of a context, this is kept for the answer. */
const ANSWER_SHARE = 1 / 8;

const OVER = ["nothing", "unavailable", "anything"];

/** A `LanguageModel` with the model of these options, or with an engine that is there. */
export function createLanguageModel({ engine, ...options }) {
  const source = engine ? new GivenEngine(engine) : new OwnEngine(options);
  return class LanguageModel extends Session {
    static create = (options = {}) => begin(LanguageModel, source, options);
    static availability = async (options = {}) => {
      try {
        checkExpected(options);
      } catch (error) {
        if (error.name === "NotSupportedError") return "unavailable";
        throw error;
      }
      return source.availability();
    };
    static params = () => parameters(source);
  };
}

/**
 * Puts it where pages look for it. Over `"nothing"` (where the browser brings none of its own), what is `"unavailable"` on
 * this device, or `"anything"`. Resolves to the one that is there afterwards.
 */
export async function installLanguageModel({ over = "nothing", ...options }) {
  if (!OVER.includes(over)) throw new TypeError(`over is one of ${OVER.join(", ")}, not ${over}`);
  const builtIn = globalThis.LanguageModel;
  const isKept = builtIn && (over === "nothing" || (over === "unavailable" && (await builtIn.availability()) !== "unavailable"));
  if (!isKept) globalThis.LanguageModel = createLanguageModel(options);
  return globalThis.LanguageModel;
}

/** Only who has it can make a session. */
const KEY = Symbol("session");

async function begin(Class, source, options) {
  const { signal, monitor, initialPrompts } = options;
  signal?.throwIfAborted();
  checkExpected(options);
  // Wrong whatever the model recommends; better said before a download.
  samplingFrom(options, { temperature: 1, topK: 1 });
  const initial = initialPrompts === undefined ? [] : messagesFrom([...initialPrompts], { hasBegun: false });
  const tell = progressFrom(monitor);
  tell(0);
  try {
    const engine = await source.acquire(tell, signal);
    try {
      const session = new Class(KEY, { source, engine, initial, sampling: samplingFrom(options, engine.info.sampling) });
      await session[KEY](signal);
      tell(1);
      return session;
    } catch (error) {
      source.release();
      throw error;
    }
  } catch (error) {
    throw errorFrom(error, signal);
  }
}

/** Tells the page's monitor how much has come, as a share; never less than before. */
function progressFrom(monitor) {
  const target = withHandlers(new EventTarget(), ["downloadprogress"]);
  monitor?.call(undefined, target);
  let most = -1;
  return (share) => {
    if (share <= most) return;
    most = share;
    const event = new ProgressEvent("downloadprogress", { lengthComputable: true, total: 1 });
    // Some browsers cut `loaded` to a whole number.
    target.dispatchEvent(Object.defineProperty(event, "loaded", { value: share }));
  };
}

async function parameters(source) {
  if ((await source.availability()) === "unavailable") return null;
  const engine = await source.acquire(() => {});
  source.release();
  const { temperature, topK } = engine.info.sampling;
  return { defaultTopK: topK, maxTopK: MOST_TOP_K, defaultTemperature: temperature, maxTemperature: MOST_TEMPERATURE };
}

/** A conversation. What was said is kept here; the engine still has what it computed of it, if nothing came between. */
class Session extends EventTarget {
  #source;
  #engine;
  #sampling;
  #window;
  #initial;
  /** What has been said since, each with its answer: an overflow takes them one by one. */
  #exchanges = [];
  #usage = 0;
  #last = Promise.resolve();
  #end = new AbortController();

  constructor(key, { source, engine, sampling, initial, exchanges = [], usage = 0 } = {}) {
    if (key !== KEY) throw new TypeError("Illegal constructor: sessions are made by LanguageModel.create()");
    super();
    withHandlers(this, ["contextoverflow", "quotaoverflow"]);
    this.#source = source;
    this.#engine = engine;
    this.#sampling = sampling;
    this.#initial = initial;
    this.#exchanges = exchanges;
    this.#usage = usage;
    this.#window = Math.floor(engine.info.contextLength * (1 - ANSWER_SHARE));
  }

  /** Once, after it was made: what the first messages take, and that the signal ends it. */
  async [KEY](signal) {
    this.#usage = await this.#count(this.#initial);
    if (this.#usage > this.#window) throw quotaExceeded(this.#usage, this.#window);
    signal?.throwIfAborted();
    signal?.addEventListener("abort", () => this.#destroy(signal.reason), { once: true });
  }

  get contextUsage() {
    return this.#usage;
  }

  get contextWindow() {
    return this.#window;
  }

  /** The names that these had before. */
  get inputUsage() {
    return this.contextUsage;
  }

  get inputQuota() {
    return this.contextWindow;
  }

  get topK() {
    return this.#sampling.topK;
  }

  get temperature() {
    return this.#sampling.temperature;
  }

  get samplingMode() {
    return this.#sampling.samplingMode;
  }

  async prompt(input, options = {}) {
    return this.#inTurn(options.signal, (signal) => this.#answer(input, options, signal, () => {}));
  }

  promptStreaming(input, options = {}) {
    const left = new AbortController();
    const signals = [left.signal, ...(options.signal ? [options.signal] : [])];
    return new ReadableStream({
      start: (controller) => {
        const tell = (text) => controller.enqueue(text);
        const answered = this.#inTurn(AbortSignal.any(signals), (signal) => this.#answer(input, options, signal, tell));
        answered.then(
          () => controller.close(),
          (error) => controller.error(error),
        );
      },
      cancel: () => left.abort(),
    });
  }

  async append(input, { signal } = {}) {
    await this.#inTurn(signal, async () => {
      const messages = messagesFrom(input, { hasBegun: this.#hasBegun() });
      this.#usage = await this.#makeRoom(messages);
      this.#exchanges.push(messages.map(({ role, content }) => ({ role, content })));
    });
  }

  async measureContextUsage(input, options = {}) {
    const signal = this.#signalFor(options.signal);
    signal.throwIfAborted();
    constraintFrom(options);
    const messages = messagesFrom(input, { hasBegun: false });
    try {
      // A system's message cannot come after others, but one can ask what it would take.
      const isOfItsOwn = messages[0].role === "system";
      const all = isOfItsOwn ? messages : [...this.#said(), ...messages];
      const count = await orAborted(this.#count(all), signal);
      return isOfItsOwn ? count : Math.max(0, count - this.#usage);
    } catch (error) {
      throw errorFrom(error, signal);
    }
  }

  measureInputUsage(input, options) {
    return this.measureContextUsage(input, options);
  }

  async clone({ signal } = {}) {
    this.#signalFor(signal).throwIfAborted();
    await this.#source.acquire(() => {}, signal);
    return new this.constructor(KEY, {
      source: this.#source,
      engine: this.#engine,
      sampling: this.#sampling,
      initial: this.#initial,
      exchanges: [...this.#exchanges],
      usage: this.#usage,
    });
  }

  destroy() {
    this.#destroy(new DOMException("the session was destroyed", "AbortError"));
  }

  #destroy(reason) {
    if (this.#end.signal.aborted) return;
    this.#end.abort(reason);
    this.#source.release();
  }

  #said() {
    return [...this.#initial, ...this.#exchanges.flat()];
  }

  #hasBegun() {
    return this.#initial.length + this.#exchanges.length > 0;
  }

  #signalFor(signal) {
    return AbortSignal.any(signal ? [this.#end.signal, signal] : [this.#end.signal]);
  }

  /** Does one thing after the other. What is stopped while it waits is never begun, and nothing overtakes. */
  #inTurn(given, work) {
    const signal = this.#signalFor(given);
    const before = this.#last;
    const done = (async () => {
      await orAborted(before, signal);
      try {
        return await work(signal);
      } catch (error) {
        if (error?.name === "InklingError" && error.status === null && error.type === "server_error") {
          this.#source.forget(this.#engine);
        }
        throw errorFrom(error, signal);
      }
    })();
    this.#last = Promise.allSettled([before, done]);
    return done;
  }

  async #answer(input, options, signal, tell) {
    const messages = messagesFrom(input, { hasBegun: this.#hasBegun() });
    const constraint = constraintFrom(options);
    await this.#makeRoom(messages);
    signal.throwIfAborted();
    const begun = messages.at(-1).prefix ? messages.at(-1).content : null;
    const request = {
      ...this.#request([...this.#said(), ...messages]),
      ...constraint,
      temperature: this.#sampling.temperature,
      top_k: this.#sampling.topK,
      stream: true,
      stream_options: { include_usage: true },
    };
    let said = "";
    for await (const { choices, usage } of await this.#engine.chat.completions.create(request, { signal })) {
      const text = choices[0]?.delta.content;
      if (text) {
        said += text;
        tell(text);
      }
      if (usage) this.#usage = usage.total_tokens;
    }
    const asked = begun === null ? messages : messages.slice(0, -1);
    this.#exchanges.push([...asked, { role: "assistant", content: (begun ?? "") + said }]);
    return said;
  }

  /** Forgets the oldest exchanges until these messages fit beside what is left. Resolves to what it all takes then. */
  async #makeRoom(messages) {
    const kept = [...this.#exchanges];
    const needed = () => this.#count([...this.#initial, ...kept.flat(), ...messages]);
    let usage = await needed();
    while (usage > this.#window) {
      // What cannot fit changes nothing.
      if (kept.length === 0) throw quotaExceeded(usage, this.#window);
      kept.shift();
      usage = await needed();
    }
    if (kept.length < this.#exchanges.length) {
      this.#exchanges = kept;
      this.#usage = await this.#count(this.#said());
      for (const name of ["contextoverflow", "quotaoverflow"]) this.dispatchEvent(new Event(name));
    }
    return usage;
  }

  /** In tokens, with all that the model's template writes around them. */
  async #count(messages) {
    if (messages.length === 0) return 0;
    // Templates want somebody to ask; a system's message alone is counted with an empty question.
    const isAsked = messages.some(({ role }) => role !== "system");
    const { count } = await this.#engine.tokenize(this.#request(isAsked ? messages : [...messages, { role: "user", content: "" }]));
    return count;
  }

  #request(messages) {
    return {
      messages: messages.map(({ role, content }) => ({ role, content })),
      ...(messages.at(-1).prefix && { continue_final_message: true }),
    };
  }
}

/** `onNAME` as pages know it of all event targets. */
function withHandlers(target, names) {
  for (const name of names) {
    let handler = null;
    target.addEventListener(name, (event) => handler?.call(target, event));
    Object.defineProperty(target, `on${name}`, {
      get: () => handler,
      set: (value) => (handler = typeof value === "function" ? value : null),
    });
  }
  return target;
}

// By its address alone, for pages that cannot be changed.
const asked = new URL(import.meta.url).searchParams;
if (asked.has("model")) {
  installLanguageModel({ model: asked.get("model"), over: asked.get("over") ?? undefined });
}
