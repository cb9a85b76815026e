// Reads the reference's numbers: f32 tensors of a safetensors file (a JSON header after its length, then bytes).

import { readFile } from 'node:fs/promises';

/** Every f32 tensor by its name, flat. */
export async function rowsFromSafetensors(file) {
  const bytes = await readFile(file);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + headerBytes).toString('utf8'));
  const rows = new Map();
  for (const [name, tensor] of Object.entries(header)) {
    if (tensor.dtype !== 'F32') continue;
    const [from, to] = tensor.data_offsets.map((offset) => 8 + headerBytes + offset);
    const copy = new Uint8Array(bytes.subarray(from, to));
    rows.set(name, new Float32Array(copy.buffer));
  }
  return rows;
}
