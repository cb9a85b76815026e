// The types of prompt.js: those of the Prompt API proposal, as far as a model of text goes.

import type { Engine, EngineOptions } from "./inkling.js";

export type LanguageModelSource = { engine: Engine } | Pick<EngineOptions, "model" | "contextLength" | "powerPreference">;

export interface InstallOptions {
  /** What of the browser's own is replaced: `"nothing"` where left out, what is `"unavailable"` here, or `"anything"`. */
  over?: "nothing" | "unavailable" | "anything";
}

/** A `LanguageModel` with the model of these options, or with an engine that is there. */
export function createLanguageModel(source: LanguageModelSource): LanguageModelConstructor;

/** Makes it `globalThis.LanguageModel`; resolves to the one that is there afterwards. */
export function installLanguageModel(options: LanguageModelSource & InstallOptions): Promise<LanguageModelConstructor>;

export interface LanguageModelConstructor {
  readonly prototype: LanguageModel;
  create(options?: LanguageModelCreateOptions): Promise<LanguageModel>;
  availability(options?: LanguageModelCreateCoreOptions): Promise<Availability>;
  /** `null` where no model can run. Loads the model if it is not there. */
  params(): Promise<LanguageModelParams | null>;
}

export type Availability = "unavailable" | "downloadable" | "downloading" | "available";

export interface LanguageModelParams {
  readonly defaultTopK: number;
  readonly maxTopK: number;
  readonly defaultTemperature: number;
  readonly maxTemperature: number;
}

export type LanguageModelSamplingMode =
  | "most-predictable"
  | "predictable"
  | "slightly-predictable"
  | "balanced"
  | "slightly-creative"
  | "creative"
  | "most-creative";

export interface LanguageModelExpected {
  /** Others than `"text"` are unavailable. */
  type: "text" | "image" | "audio" | "tool-call" | "tool-response";
  languages?: string[];
}

export interface LanguageModelCreateCoreOptions {
  topK?: number;
  temperature?: number;
  /** Not together with `topK` or `temperature`. */
  samplingMode?: LanguageModelSamplingMode;
  expectedInputs?: LanguageModelExpected[];
  expectedOutputs?: LanguageModelExpected[];
}

export interface LanguageModelCreateOptions extends LanguageModelCreateCoreOptions {
  /** Stops the creation, and afterwards ends the session. */
  signal?: AbortSignal;
  monitor?: (monitor: CreateMonitor) => void;
  initialPrompts?: LanguageModelMessage[];
}

export interface CreateMonitor extends EventTarget {
  ondownloadprogress: ((this: CreateMonitor, event: ProgressEvent) => unknown) | null;
}

export interface LanguageModelMessage {
  role: "system" | "user" | "assistant";
  content: string | { type: "text"; value: string }[];
  /** Of the last message, if it is the assistant's: the answer goes on with it. */
  prefix?: boolean;
}

export type LanguageModelPrompt = string | LanguageModelMessage[];

export interface LanguageModelPromptOptions {
  /** A JSON schema, or a regular expression for the whole answer. */
  responseConstraint?: object;
  /** Accepted with a `responseConstraint`: it is never written into the prompt here. */
  omitResponseConstraintInput?: boolean;
  signal?: AbortSignal;
}

export interface LanguageModel extends EventTarget {
  prompt(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<string>;
  promptStreaming(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): ReadableStream<string>;
  append(input: LanguageModelPrompt, options?: { signal?: AbortSignal }): Promise<undefined>;
  /** In tokens. */
  measureContextUsage(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<number>;
  readonly contextUsage: number;
  readonly contextWindow: number;
  oncontextoverflow: ((this: LanguageModel, event: Event) => unknown) | null;
  /** @deprecated now `measureContextUsage` */
  measureInputUsage(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<number>;
  /** @deprecated now `contextUsage` */
  readonly inputUsage: number;
  /** @deprecated now `contextWindow` */
  readonly inputQuota: number;
  /** @deprecated now `oncontextoverflow` */
  onquotaoverflow: ((this: LanguageModel, event: Event) => unknown) | null;
  readonly topK: number;
  readonly temperature: number;
  /** `null` for a session with `topK` or `temperature` of its own. */
  readonly samplingMode: LanguageModelSamplingMode | null;
  clone(options?: { signal?: AbortSignal }): Promise<LanguageModel>;
  destroy(): void;
}
