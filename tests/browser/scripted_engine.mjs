// The engine's part played by a script, so that a test decides what a model answers.
//
// It stands in for the page's worker and speaks its messages (host/src/wire.rs). Everything else is the page as people
// get it. `say` sets what the next question is answered with; `globalThis.asked` is what the engine was given last.

/** Has every page that is opened from now on talk to the script, which may have no GPU. */
export async function scriptEngine(page, { hasGpu = true } = {}) {
  await beforePages(page, play);
  if (!hasGpu) await beforePages(page, () => (globalThis.hasNoGpu = true));
}

/** Runs in every page that is opened from now on, before its own scripts. */
function beforePages({ page: driver }, script) {
  return driver.addInitScript ? driver.addInitScript(script) : driver.evaluateOnNewDocument(script);
}

/** The next answer: its text, in pieces of so many characters, the last held back if it is to stay open. */
export function say(page, text, { piece = 40, stayOpen = false } = {}) {
  return page.evaluate((answer) => (globalThis.nextAnswer = answer), { text, piece, stayOpen });
}

function play() {
  const RealWorker = globalThis.Worker;
  // Without locks each page has an engine of its own: this one.
  Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });

  class ScriptedWorker extends EventTarget {
    onmessage = null;
    onerror = null;
    onmessageerror = null;
    #stopped = 0;

    postMessage({ json }) {
      const message = JSON.parse(json);
      const { id } = message;
      if (message.type === 'start') this.#start(message.version);
      else if (message.type === 'load') this.#load(id, message);
      else if (message.type === 'list_models') this.#send({ type: 'models', id, models: globalThis.storedModels ?? [], space: SPACE });
      else if (message.type === 'generate') {
        globalThis.asked = message.input;
        this.#answer(id);
      } else if (message.type === 'count_tokens') this.#send({ type: 'counted', id, num_tokens: message.text.length });
      else if (message.type === 'cancel') this.#stopped = id;
      else if (message.type === 'unload') this.#send({ type: 'unloaded', id });
    }

    terminate() {
      this.onmessage = null;
    }

    #send(message) {
      setTimeout(() => this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(message) })));
    }

    #start(version) {
      const adapter = {
        name: 'Script', vendor: 'test', backend: 'none', is_fallback: false, f16: true, subgroups: false, max_binding_bytes: 1,
      };
      const unsupported = { type: 'unsupported', reason: 'no_web_gpu', message: 'this browser has no WebGPU' };
      this.#send(globalThis.hasNoGpu ? unsupported : { type: 'ready', version, engine_version: '0', adapter });
    }

    /** A model is called like its file. A test may hold it at a share of its way, or have it fail. */
    #load(id, { source, options }) {
      globalThis.loads = [...(globalThis.loads ?? []), { source, options }];
      const next = globalThis.nextLoad ?? {};
      const progress = { phase: 'weights', bytes_done: 4e8, bytes_total: 1e9, bytes_from_storage: 0, bytes_per_second: 2e7, seconds_left: 30, files_done: 0, files_total: 1 };
      if (next.stays) this.#send({ type: 'progress', id, progress });
      else if (next.error) this.#send({ type: 'failed', id, error: next.error });
      else this.#send({ type: 'loaded', id, model: { ...MODEL, key: source.url, name: source.url.split('/').at(-1).replace('.gguf', '') } });
    }

    async #answer(id) {
      const { text, piece, stayOpen } = globalThis.nextAnswer ?? { text: 'Yes.', piece: 40 };
      this.#send({ type: 'memory', id, forgotten_tokens: 0, forgotten_messages: 0 });
      this.#send({ type: 'prefilled', id, prompt_tokens: 1, reused_tokens: 0, prefill_ms: 1 });
      for (let at = 0; at < text.length && this.#stopped !== id; at += piece) {
        this.#send({ type: 'delta', id, text: text.slice(at, at + piece), tokens: [1] });
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
      while (stayOpen && this.#stopped !== id) await new Promise((resolve) => setTimeout(resolve, 20));
      const reason = this.#stopped === id ? 'stopped' : 'end_of_turn';
      const usage = {
        prompt_tokens: 1, completion_tokens: 1, prefill_ms: 1, decode_ms: 1, context_tokens: 2, wasm_heap_bytes: 1,
      };
      this.#send({ type: 'finished', id, reason, usage });
    }
  }

  const SPACE = { used_bytes: 0, quota_bytes: 1e9, is_persistent: true };
  const MODEL = {
    key: 'script', name: 'Script', architecture: 'llama', num_parameters: 1, context_length: 1_000_000, weights_bytes: 1, kv_bytes: 1,
    total_bytes: 1, has_chat_template: true,
    sampling: { temperature: 0.7 }, conversion_error: null, bytes_fetched: 1, bytes_from_storage: 0, not_stored: null,
    chunks_repaired: 0, wasm_heap_bytes: 1,
  };

  globalThis.Worker = function (address, options) {
    const isEngine = new URL(address, document.baseURI).pathname.endsWith('/worker.js');
    return isEngine ? new ScriptedWorker() : new RealWorker(address, options);
  };
}
