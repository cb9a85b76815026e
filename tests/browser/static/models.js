// Gives `globalThis.logitsOf({ config, files, tokens, positions })`: addresses in, rows of logits out.

import '/dist/subgroups.js';
import init, { logits } from '/kernels/inkling_kernels_page.js';

await init();

async function bytesOf(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

globalThis.logitsOf = async ({ config, files, tokens, positions }) => {
  const parts = await Promise.all(files.map(bytesOf));
  const configBytes = config ? await bytesOf(config) : undefined;
  const rows = await logits(configBytes, parts, Uint32Array.from(tokens), Uint32Array.from(positions));
  return Array.from(rows);
};
