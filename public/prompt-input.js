// What the Prompt API takes, checked and in the form that the engine takes: messages, options of a session, constraints.
//
// The rules and the names of the errors are those of the proposal (https://webmachinelearning.github.io/prompt-api/).
// Must not know sessions, nor the engine.

export const MOST_TEMPERATURE = 2;
export const MOST_TOP_K = 128;

const ROLES = ["system", "user", "assistant"];

/** How much livelier or drier than the model's own temperature each mode is. */
const MODES = {
  "most-predictable": 0,
  predictable: 0.5,
  "slightly-predictable": 0.75,
  balanced: 1,
  "slightly-creative": 1.15,
  creative: 1.3,
  "most-creative": 1.5,
};

/** A text, or a list of messages, as messages with one text each. `hasBegun`: a system's message comes too late. */
export function messagesFrom(input, { hasBegun }) {
  const given = Symbol.iterator in Object(input) && typeof input !== "string" ? [...input] : [{ role: "user", content: `${input}` }];
  if (given.length === 0) return [{ role: "user", content: "" }];
  return given.map((message, index) => {
    const { role, content, prefix = false } = Object(message);
    if (!ROLES.includes(role)) throw new TypeError(`a message has one of the roles ${ROLES.join(", ")}, not ${role}`);
    if (content === undefined) throw new TypeError("a message needs its content");
    if (role === "system" && (hasBegun || index > 0)) {
      throw new TypeError("the system's message must be the first of the session");
    }
    if (!prefix) return { role, content: textFrom(content) };
    if (role !== "assistant" || index !== given.length - 1) {
      throw new DOMException("a prefix is the beginning of the answer: the last message, of the role assistant", "SyntaxError");
    }
    return { role, content: textFrom(content), prefix: true };
  });
}

/** Parts of a message stand one behind the other, with nothing between them. */
function textFrom(content) {
  if (!(Symbol.iterator in Object(content)) || typeof content === "string") return `${content}`;
  const texts = [...content].map((part) => {
    const { type, value } = Object(part);
    if (type !== "text") throw notSupported(`parts of a message must be of the type text; this model takes no ${type}`);
    if (typeof value !== "string") throw new TypeError("the value of a part of the type text must be a string");
    return value;
  });
  return texts.join("");
}

/** Refuses what no model here reads or writes. Which languages a model knows, nobody but its makers can say. */
export function checkExpected({ expectedInputs = [], expectedOutputs = [], tools = [] }) {
  for (const { type, languages = [] } of [...expectedInputs, ...expectedOutputs]) {
    // Throws for what is no language.
    Intl.getCanonicalLocales([...languages]);
    if (type !== "text") throw notSupported(`this model reads and writes text only, not ${type}`);
  }
  if (tools.length > 0) throw notSupported("tools are not supported here; inkling.js has them, in OpenAI's form");
}

/** How a session chooses tokens, from what is asked for and what the model recommends. */
export function samplingFrom({ temperature, topK, samplingMode }, recommended) {
  const isRaw = temperature !== undefined || topK !== undefined;
  if (isRaw && samplingMode !== undefined) throw new TypeError("either samplingMode or temperature and topK can be given");
  const mode = samplingMode ?? "balanced";
  if (!Object.hasOwn(MODES, mode)) throw new TypeError(`samplingMode is one of ${Object.keys(MODES).join(", ")}, not ${mode}`);
  if (temperature !== undefined && !(temperature >= 0)) throw new RangeError("temperature must be 0 or more");
  if (topK !== undefined && !(topK >= 1)) throw new RangeError("topK must be 1 or more");
  return {
    samplingMode: isRaw ? null : mode,
    temperature: Math.min(temperature ?? recommended.temperature * MODES[mode], MOST_TEMPERATURE),
    topK: topK === undefined ? recommended.topK : Math.min(Math.floor(topK), MOST_TOP_K),
  };
}

/** The fields of a request that hold an answer to a JSON schema or a regular expression. */
export function constraintFrom({ responseConstraint, omitResponseConstraintInput = false }) {
  if (responseConstraint === undefined || responseConstraint === null) {
    if (omitResponseConstraintInput) throw new TypeError("omitResponseConstraintInput is for a responseConstraint");
    return {};
  }
  if (responseConstraint instanceof RegExp) {
    const { source, flags } = responseConstraint;
    // These say how a pattern is searched for, or what text is; only what a match is would change the answer.
    if (/[^dguv]/.test(flags)) throw notSupported(`regular expressions with the flags ${flags} cannot be kept to`);
    // The whole answer is matched, which is what these say.
    const pattern = source.replace(/^\^/, "").replace(/(^|[^\\])((?:\\\\)*)\$$/, "$1$2");
    return { structured_outputs: { regex: pattern } };
  }
  if (typeof responseConstraint !== "object") throw new TypeError("responseConstraint must be a JSON schema or a RegExp");
  const schema = JSON.parse(JSON.stringify(responseConstraint));
  return { response_format: { type: "json_schema", json_schema: { name: "answer", schema } } };
}

export function notSupported(message) {
  return new DOMException(message, "NotSupportedError");
}

/** The context does not hold what was asked. Newer browsers have a class of its own for it. */
export function quotaExceeded(requested, quota) {
  const message = `${requested} tokens are needed and the context has room for ${quota}`;
  if (typeof globalThis.QuotaExceededError === "function") return new globalThis.QuotaExceededError(message, { requested, quota });
  const error = new DOMException(message, "QuotaExceededError");
  return Object.defineProperties(error, { requested: { value: requested }, quota: { value: quota } });
}

/** What a failure of the engine is called here. `stopped` is the signal of whoever may have stopped the work. */
export function errorFrom(error, stopped) {
  if (stopped?.aborted) return stopped.reason;
  if (error?.name !== "InklingError") return error;
  const { code, message, status } = error;
  if (code === "context_length_exceeded") return new DOMException(message, "QuotaExceededError");
  if (status === 400 || status === 404) return notSupported(message);
  if (["unsupported", "no_web_gpu", "no_adapter", "no_storage", "old_version"].includes(code)) return notSupported(message);
  if (["network", "not_found", "forbidden"].includes(code)) return new DOMException(message, "NetworkError");
  return new DOMException(message, code === "out_of_memory" ? "OperationError" : "UnknownError");
}
