// What people write against prompt.js. Compiled, never run.

import { createEngine } from '../../../public/inkling.js';
import { createLanguageModel, installLanguageModel } from '../../../public/prompt.js';
import type { LanguageModel, LanguageModelConstructor } from '../../../public/prompt.js';

export async function use(): Promise<string> {
  const Model: LanguageModelConstructor = await installLanguageModel({ model: 'org/name', over: 'unavailable' });
  if ((await Model.availability({ expectedInputs: [{ type: 'text', languages: ['en'] }] })) === 'unavailable') return '';
  const session: LanguageModel = await Model.create({
    initialPrompts: [{ role: 'system', content: 'Be brief.' }],
    monitor: (monitor) => monitor.addEventListener('downloadprogress', () => {}),
    samplingMode: 'creative',
  });
  session.oncontextoverflow = ({ type }) => void type;
  let text = await session.prompt('Hello', { responseConstraint: /a+/, signal: new AbortController().signal });
  for await (const piece of session.promptStreaming([{ role: 'user', content: [{ type: 'text', value: 'Hello' }] }])) text += piece;
  // @ts-expect-error parts are of text
  await session.append([{ role: 'user', content: [{ type: 'image', value: 'x' }] }]);
  // @ts-expect-error a mode that there is not
  await Model.create({ samplingMode: 'wild' });
  const own = createLanguageModel({ engine: await createEngine({ model: 'org/name' }) });
  const { maxTemperature } = (await own.params()) ?? { maxTemperature: 0 };
  const clone = await session.clone();
  clone.destroy();
  return `${text} ${maxTemperature} ${session.contextUsage} ${await session.measureContextUsage('a')}`;
}
