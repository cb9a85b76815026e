// The types of inkling.js. Requests and answers have OpenAI's shapes; a test compares them with those of the `openai`
// package.

export interface EngineOptions {
  /** The address of a .gguf file or of a model folder, or a repository: `org/name`, `org/name:file.gguf`. */
  model: string;
  onProgress?: (progress: LoadProgress) => void;
  /** Stops loading; what has arrived stays stored. */
  signal?: AbortSignal;
  /** In tokens. Left out: chosen from the memory there is. */
  contextLength?: number;
  /** With one the engine is not shared with other pages. */
  powerPreference?: "high-performance" | "low-power";
}

export interface LoadProgress {
  phase: "other_tab" | "reading_header" | "weights" | "warming";
  /** In bytes. */
  loaded: number;
  /** `null` while it is unknown. */
  total: number | null;
  bytesPerSecond: number | null;
  secondsLeft: number | null;
}

export interface ModelInfo {
  address: string;
  architecture: string;
  parameters: number;
  contextLength: number;
  memoryBytes: number;
  /** Without one the model continues text and knows no conversation. */
  hasChatTemplate: boolean;
  /** What chats are sampled with where a request says nothing. */
  sampling: { temperature: number; topK: number; topP: number; minP: number; repetitionPenalty: number };
}

/** What can be said of a model before it is loaded. */
export interface ModelCheck {
  runs: boolean;
  /** Why it does not, in a sentence. */
  reason: string | null;
  stored: "whole" | "part" | "none";
  /** Of all its files; `null` where the server does not tell. */
  downloadBytes: number | null;
  storedBytes: number;
  /** In tokens, as chosen from the memory there is. */
  contextLength: number | null;
  memoryBytes: number | null;
}

export interface RequestOptions {
  /** Stops the model within a step. */
  signal?: AbortSignal;
}

export function createEngine(options: EngineOptions): Promise<Engine>;

/** Whether a model would run here, and how much of it is stored already. Nothing but its headers is fetched. */
export function checkModel(options: Pick<EngineOptions, "model" | "signal" | "powerPreference">): Promise<ModelCheck>;

export interface HttpOptions {
  /** Where a copy of `sw.js` lies that is not beside `inkling.js`, as in a bundled application. */
  serviceWorker?: string | URL;
}

/** Has the service worker answer OpenAI's HTTP paths; resolves to the base URL for OpenAI's clients. */
export function serveHttp(options?: HttpOptions): Promise<string>;

export interface Engine {
  /** What requests call the model; those that name none mean it. */
  readonly model: string;
  readonly info: ModelInfo;
  readonly chat: {
    readonly completions: {
      create(request: ChatRequest & { stream: true }, options?: RequestOptions): Promise<AsyncIterable<ChatChunk>>;
      create(request: ChatRequest & { stream?: false | null }, options?: RequestOptions): Promise<ChatCompletion>;
      create(request: ChatRequest, options?: RequestOptions): Promise<ChatCompletion | AsyncIterable<ChatChunk>>;
    };
  };
  readonly completions: {
    create(request: CompletionRequest & { stream: true }, options?: RequestOptions): Promise<AsyncIterable<Completion>>;
    create(request: CompletionRequest & { stream?: false | null }, options?: RequestOptions): Promise<Completion>;
    create(request: CompletionRequest, options?: RequestOptions): Promise<Completion | AsyncIterable<Completion>>;
  };
  readonly embeddings: {
    /** Vectors of length one: the mean of the last hidden states. `float` unless base64 is asked for. */
    create(request: EmbeddingRequest, options?: RequestOptions): Promise<Embeddings>;
  };
  readonly models: { list(): Promise<ModelList> };
  /** The tokens of the prompt that a request would have; nothing is generated. As vLLM has it. */
  tokenize(request: ChatRequest, options?: RequestOptions): Promise<Tokenized>;
  /** Frees the graphics memory. */
  unload(): Promise<void>;
}

export interface EmbeddingRequest {
  model?: string;
  input: string | string[] | number[] | number[][];
  encoding_format?: "float" | "base64";
  /** The first so many numbers, again of length one. */
  dimensions?: number;
  user?: string;
}

export interface Embeddings {
  object: "list";
  data: { object: "embedding"; index: number; embedding: number[] }[];
  model: string;
  usage: { prompt_tokens: number; total_tokens: number };
}

/** A request that was refused, or could not be answered. */
export class InklingError extends Error {
  /** As over HTTP; `null` where no request was answered. */
  readonly status: number | null;
  readonly type: string | null;
  /** The parameter that is meant. */
  readonly param: string | null;
  readonly code: string | null;
}

interface Sampling {
  /** Left out: the engine's model. */
  model?: string;
  max_tokens?: number | null;
  temperature?: number | null;
  top_p?: number | null;
  frequency_penalty?: number | null;
  presence_penalty?: number | null;
  n?: number | null;
  seed?: number | null;
  stop?: string | string[] | null;
  stream?: boolean | null;
  stream_options?: { include_usage?: boolean } | null;
  user?: string;
  /** By the ids of tokens: from -100, never, to 100, always. */
  logit_bias?: Record<string, number> | null;
  /** Beyond OpenAI's: keep the k most likely tokens; 0 keeps all. */
  top_k?: number | null;
  /** Beyond OpenAI's: keep tokens at least this likely relative to the most likely. */
  min_p?: number | null;
  /** Beyond OpenAI's: 1 is off. */
  repetition_penalty?: number | null;
  /** Beyond OpenAI's, as in vLLM: what the text has to be. Not together with `response_format`. */
  structured_outputs?: StructuredOutputs | null;
}

/** One of five; the others absent. */
export type StructuredOutputs = OneOf<{
  /** A JSON schema. */
  json: Record<string, unknown> | string;
  json_object: true;
  /** In the syntax of Rust's `regex`, matched by the whole text. */
  regex: string;
  choice: string[];
  /** EBNF in the syntax of Lark, as llguidance reads it. */
  grammar: string;
}>;

type OneOf<All> = {
  [Name in keyof All]: Pick<All, Name> & { [Other in Exclude<keyof All, Name>]?: never };
}[keyof All];

export interface ChatRequest extends Sampling {
  messages: ChatMessage[];
  max_completion_tokens?: number | null;
  /** Beyond OpenAI's: the last message is the beginning of the answer, which goes on with it. */
  continue_final_message?: boolean | null;
  tools?: Tool[];
  tool_choice?: "none" | "auto" | "required" | { type: "function"; function: { name: string } };
  parallel_tool_calls?: boolean;
  response_format?:
    | { type: "text" }
    | { type: "json_object" }
    | {
        type: "json_schema";
        json_schema: { name: string; description?: string; schema: Record<string, unknown>; strict?: boolean | null };
      };
  logprobs?: boolean | null;
  /** Up to 20; with `logprobs`. */
  top_logprobs?: number | null;
}

export interface CompletionRequest extends Sampling {
  prompt: string | string[] | number[] | number[][];
  /** How many of the likeliest are told with each token, up to 5. */
  logprobs?: number | null;
}

export interface TokenLogprob {
  token: string;
  logprob: number;
  bytes: number[];
}

export interface ChatLogprobs {
  content: (TokenLogprob & { top_logprobs: TokenLogprob[] })[];
  refusal: null;
}

export interface TextLogprobs {
  tokens: string[];
  token_logprobs: number[];
  top_logprobs: Record<string, number>[];
  text_offset: number[];
}

export type Content = string | { type: "text"; text: string }[];

export type ChatMessage =
  | { role: "system" | "developer" | "user"; content: Content; name?: string }
  | { role: "assistant"; content?: Content | null; name?: string; refusal?: null; tool_calls?: ToolCall[] }
  | { role: "tool"; content: Content; tool_call_id: string };

export interface Tool {
  type: "function";
  function: { name: string; description?: string; parameters?: Record<string, unknown>; strict?: boolean | null };
}

export interface ToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
}

export interface ChatCompletion {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  system_fingerprint: string;
  choices: {
    index: number;
    message: { role: "assistant"; content: string | null; refusal: null; tool_calls?: ToolCall[] };
    logprobs: ChatLogprobs | null;
    finish_reason: "stop" | "length" | "tool_calls";
  }[];
  usage: Usage;
}

export interface ChatChunk {
  id: string;
  object: "chat.completion.chunk";
  created: number;
  model: string;
  system_fingerprint: string;
  choices: {
    index: number;
    delta: { role?: "assistant"; content?: string; tool_calls?: (ToolCall & { index: number })[] };
    logprobs: ChatLogprobs | null;
    finish_reason: "stop" | "length" | "tool_calls" | null;
  }[];
  /** In the last chunk, where `stream_options.include_usage` asks for it. */
  usage?: Usage | null;
}

export interface Completion {
  id: string;
  object: "text_completion";
  created: number;
  model: string;
  system_fingerprint: string;
  choices: { index: number; text: string; logprobs: TextLogprobs | null; finish_reason: "stop" | "length" }[];
  usage?: Usage;
}

export interface Tokenized {
  count: number;
  /** The tokens that the context holds. */
  max_model_len: number;
  tokens: number[];
}

export interface ModelList {
  object: "list";
  data: { id: string; object: "model"; created: number; owned_by: string }[];
}
