// The types of inkling.js fit how people use it, and OpenAI's own.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));

test('what people write against inkling.js is well typed', async () => {
  try {
    await run('node_modules/.bin/tsc', ['-p', 'types'], { cwd: HERE });
  } catch (error) {
    assert.fail(error.stdout || error.message);
  }
});
