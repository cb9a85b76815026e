// The generated model is checked by reading it back: a broken file would make the memory test mean nothing.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { writeRandomModel } from './random_model.mjs';

const SMALL = {
  vocabularySize: 1000,
  hiddenSize: 64,
  feedForwardSize: 96,
  numLayers: 2,
  numHeads: 4,
  numKvHeads: 2,
  contextLength: 64,
};

test('the file is as long as its header says, and starts as GGUF does', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'inkling-model-'));
  try {
    const file = path.join(folder, 'small.gguf');
    const length = await writeRandomModel(file, SMALL);
    const bytes = await readFile(file);
    assert.equal(bytes.length, length);
    assert.equal(bytes.subarray(0, 4).toString(), 'GGUF');
    assert.equal(bytes.readUInt32LE(4), 3);
    // Embedding, nine per layer, last norm, output.
    assert.equal(bytes.readBigUInt64LE(8), BigInt(1 + 9 * SMALL.numLayers + 2));
    assert.ok(bytes.length > SMALL.vocabularySize * SMALL.hiddenSize * 2);
    assert.equal(bytes.length % 32, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
