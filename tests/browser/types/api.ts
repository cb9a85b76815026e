// What people write against inkling.js, and that its shapes are those of OpenAI's own client. Compiled, never run.

import type OpenAI from 'openai';
import { createEngine, InklingError, serveHttp } from '../../../public/inkling.js';
import type { ChatChunk, ChatCompletion, ChatRequest, Completion, CompletionRequest, ModelList } from '../../../public/inkling.js';

// Whatever comes back can go where an answer of OpenAI's is expected.
export const chat = (answer: ChatCompletion): OpenAI.ChatCompletion => answer;
export const chunk = (piece: ChatChunk): OpenAI.ChatCompletionChunk => piece;
export const completion = (answer: Completion): OpenAI.Completion => answer;
export const models = (list: ModelList): OpenAI.Model[] => list.data;

// A request for inkling.js that names its model is one for OpenAI.
type Named = { model: string };
type Beyond = 'top_k' | 'min_p' | 'repetition_penalty' | 'continue_final_message' | 'structured_outputs';
export const request = (asked: Omit<ChatRequest, Beyond> & Named): OpenAI.ChatCompletionCreateParams => asked;
export const prompt = (asked: Omit<CompletionRequest, Beyond> & Named): OpenAI.CompletionCreateParams => asked;

export async function use(): Promise<string> {
  const engine = await createEngine({ model: 'org/name', onProgress: ({ loaded, total }) => void [loaded, total] });
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  const answer = await engine.chat.completions.create({ messages, temperature: 0 });
  let text = answer.choices[0]?.message.content ?? '';
  const stream = await engine.chat.completions.create({ messages, stream: true }, { signal: new AbortController().signal });
  for await (const piece of stream) text += piece.choices[0]?.delta.content ?? '';
  // @ts-expect-error a stream is no answer
  void stream.choices;
  // @ts-expect-error a message has a role
  await engine.chat.completions.create({ messages: [{ content: 'Hello' }] });
  const schema = { type: 'object', properties: { n: { type: 'integer' } } };
  const held = await engine.chat.completions.create({
    messages,
    response_format: { type: 'json_schema', json_schema: { name: 'thing', strict: true, schema } },
    logprobs: true,
    top_logprobs: 2,
    logit_bias: { 42: -100 },
  });
  text += held.choices[0]?.logprobs?.content[0]?.top_logprobs[1]?.token ?? '';
  await engine.chat.completions.create({ messages, structured_outputs: { regex: '[0-9]+' } });
  // @ts-expect-error an answer is held to one thing
  await engine.chat.completions.create({ messages, structured_outputs: { regex: '[0-9]+', choice: ['a'] } });
  try {
    const { data } = await engine.embeddings.create({ input: ['text'], dimensions: 8 });
    text += data[0]?.embedding[0] ?? '';
  } catch (error) {
    if (error instanceof InklingError) text += `${error.status} ${error.param}`;
  }
  await engine.unload();
  return text + (await serveHttp());
}
