// The benchmark page: the app's worker, spoken to directly, with nothing on the page that costs time.
//
// Scripts use `window.bench`:
//   info()                          → { engine, version, adapter, features }
//   load({ model, cold, … })        → what was loaded, once the GPU is idle; also weights ("keep", "q4"),
//                                     kv ("f32", "f16", "q8", "q4") and context (tokens)
//   generate({ tokens, text }, n)   → { prefillMs, decodeMs, tokens }: exactly `tokens` in a fresh context, then
//                                     exactly `n` greedy tokens, ends of turn ignored
//   roofline({ prompt, decoded })   → { readBytesPerSecond, operationsPerSecond, bytesPerToken }: what this adapter reads and
//                                     computes at most, and what each decoded token of the loaded model reads

import { WIRE_VERSION } from "./engine.js";

// A worker of its own: nobody else is to be measured.
const worker = new Worker("./worker.js", { type: "module", name: "inkling" });
const requests = new Map();
let nextId = 1;
let onProgress = () => {};

const ready = new Promise((resolve, reject) => {
  requests.set(null, {
    on(message) {
      if (message.type === "ready") resolve(message);
      else if (message.type === "unsupported") reject(new Error(message.message));
      else if (message.type === "failed") failAll(message.error);
    },
    reject,
  });
});
// The form shows it; a script that never asks should not see an unhandled rejection.
ready.catch(() => {});

worker.onmessage = (event) => {
  const at = performance.now();
  const message = JSON.parse(event.data);
  requests.get(message.id ?? null)?.on(message, at);
};
worker.onerror = (event) => failAll({ kind: "internal", message: event.message || "the worker could not be loaded" });
post({ type: "start", version: WIRE_VERSION, power: "high_performance" });

function post(message) {
  worker.postMessage({ json: JSON.stringify(message), files: [] });
}

/** Sends a request; `on(message, at)` returns true when the answer is whole. */
function request(message, on) {
  const id = nextId++;
  return new Promise((resolve, reject) => {
    const settle = (action, value) => {
      requests.delete(id);
      action(value);
    };
    requests.set(id, {
      on(answer, at) {
        if (answer.type === "failed") settle(reject, errorFrom(answer.error));
        else if (on(answer, at)) settle(resolve, answer);
      },
      reject: (error) => settle(reject, error),
    });
    post({ ...message, id });
  });
}

/** A failure that belongs to no request ends them all: the device or the worker is gone. */
function failAll(error) {
  for (const waiting of [...requests.values()]) waiting.reject(errorFrom(error));
}

function errorFrom({ kind, message }) {
  return Object.assign(new Error(message), { kind });
}

const GREEDY = {
  temperature: 0,
  repetition_penalty: 1,
  stop: [],
  ignore_eos: true,
  fresh_context: true,
};

window.bench = {
  async info() {
    const { engine_version, adapter } = await ready;
    const features = [adapter.f16 && "shader-f16", adapter.subgroups && "subgroups"].filter(Boolean);
    return { engine: "Inkling", version: engine_version, adapter, features };
  },

  async load({ model, cold = false, weights = "q4", kv = "f16", context = null }) {
    await ready;
    const options = { cold, weights, kv, context_length: context };
    const message = { type: "load", source: { from: "url", url: model }, options };
    const answer = await request(message, (answer) => {
      if (answer.type === "progress") onProgress(answer.progress);
      return answer.type === "loaded";
    });
    return answer.model;
  },

  async generate({ tokens, text }, n) {
    await ready;
    const input = tokens ? { kind: "tokens", tokens: Array.from(tokens) } : { kind: "text", text };
    const generated = [];
    let firstAt = null;
    let lastAt = null;
    const message = { type: "generate", input, options: { ...GREEDY, max_tokens: n } };
    const startedAt = performance.now();
    await request(message, (answer, at) => {
      if (answer.type === "delta" && answer.tokens.length > 0) {
        firstAt ??= at;
        lastAt = at;
        generated.push(...answer.tokens);
      }
      return answer.type === "finished";
    });
    if (generated.length !== n) {
      throw new Error(`${n} tokens were asked for and ${generated.length} came: the context is too short`);
    }
    return { prefillMs: firstAt - startedAt, decodeMs: lastAt - firstAt, tokens: generated };
  },

  async roofline({ prompt, decoded }) {
    await ready;
    const message = { type: "measure_roofline", prompt_tokens: prompt, decode_tokens: decoded };
    const answer = await request(message, ({ type }) => type === "roofline");
    return {
      readBytesPerSecond: answer.read_bytes_per_second,
      operationsPerSecond: answer.operations_per_second,
      bytesPerToken: answer.bytes_per_token,
    };
  },
};

// The form, for people.
const element = (id) => document.getElementById(id);
const form = element("form");
const status = element("status");
const progress = element("progress");
const run = element("run");

element("model").value = new URLSearchParams(location.search).get("model") ?? "";

function say(text, isError = false) {
  status.textContent = text;
  status.classList.toggle("error", isError);
}

function perSecond(count, ms) {
  return ms > 0 ? ((count * 1000) / ms).toFixed(1) : "–";
}

function addRow(cells) {
  const row = element("results").insertRow();
  for (const cell of cells) row.insertCell().textContent = cell;
}

onProgress = ({ bytes_done, bytes_total, bytes_per_second }) => {
  progress.hidden = false;
  if (bytes_total) progress.value = bytes_done / bytes_total;
  else progress.removeAttribute("value");
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const total = bytes_total ? ` of ${megabytes(bytes_total)}` : "";
  const rate = bytes_per_second ? `, ${megabytes(bytes_per_second)} MB/s` : "";
  say(`Loading ${megabytes(bytes_done)}${total} MB${rate}`);
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  run.disabled = true;
  try {
    const numPrompt = element("prompt-tokens").valueAsNumber;
    const numDecode = element("decode-tokens").valueAsNumber;
    const startedAt = performance.now();
    const model = await window.bench.load({ model: element("model").value, cold: element("cold").checked });
    const loadSeconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    progress.hidden = true;
    // The same few ids again and again: what they mean costs no time, and every vocabulary has them.
    const tokens = Array.from({ length: numPrompt }, (_, index) => 10 + ((index * 7) % 90));
    let tokensPerSecond = 0;
    for (let round = 1; round <= element("repeat").valueAsNumber; round += 1) {
      say(`Round ${round}: ${numPrompt} prompt tokens, ${numDecode} decoded`);
      const { prefillMs, decodeMs } = await window.bench.generate({ tokens }, numDecode);
      addRow([
        model.name,
        loadSeconds,
        numPrompt,
        prefillMs.toFixed(1),
        perSecond(numPrompt, prefillMs),
        numDecode,
        decodeMs.toFixed(1),
        // The first token belongs to the prefill.
        perSecond(numDecode - 1, decodeMs),
      ]);
      if (decodeMs > 0) tokensPerSecond = Math.max(tokensPerSecond, ((numDecode - 1) * 1000) / decodeMs);
    }
    say("Measuring what this adapter can do at most");
    const { readBytesPerSecond, operationsPerSecond, bytesPerToken } = await window.bench.roofline({ prompt: numPrompt, decoded: numDecode });
    const share = ((bytesPerToken * tokensPerSecond) / readBytesPerSecond) * 100;
    element("roofline").textContent =
      `This adapter reads ${(readBytesPerSecond / 1e9).toFixed(1)} GB/s and computes ${(operationsPerSecond / 1e9).toFixed(1)} GFLOP/s. ` +
      `${model.name} reads ${(bytesPerToken / 1e6).toFixed(1)} MB for each decoded token: at its best, ${share.toFixed(1)} % of the reading rate.`;
    say("Done.");
  } catch (error) {
    progress.hidden = true;
    say(error.message, true);
  } finally {
    run.disabled = false;
  }
});

ready.then(
  ({ adapter, engine_version }) => {
    const features = [adapter.f16 && "f16", adapter.subgroups && "subgroups"].filter(Boolean).join(", ") || "no optional features";
    element("adapter").textContent = `Inkling ${engine_version} on ${adapter.name || adapter.vendor || "a graphics adapter"} (${features})`;
    run.disabled = false;
  },
  (error) => {
    element("adapter").textContent = "The engine cannot run here.";
    say(error.message, true);
  },
);

// A benchmark that was opened once opens offline too. Without it the page works all the same.
navigator.serviceWorker?.register("./sw.js").catch(() => {});
