// The AI SDK as one module: its packages name each other, which browsers do not follow.

export { createOpenAICompatible } from '@ai-sdk/openai-compatible';
export { generateText, streamText } from 'ai';
