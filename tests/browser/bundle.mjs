// Bundles by Vite, as applications do.
//
// What is built lies in a folder of its own, which whoever asked for it removes. Must not know what is bundled.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** A script of `static/` with all that it imports, as one module of the same name. */
export async function bundle(script) {
  const folder = await mkdtemp(path.join(tmpdir(), 'inkling-bundle-'));
  await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('.', import.meta.url)),
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: folder,
      emptyOutDir: true,
      lib: { entry: fileURLToPath(new URL(`static/${script}`, import.meta.url)), formats: ['es'], fileName: () => script },
    },
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** An application's folder, built as its own settings say. */
export async function buildApplication(root) {
  await build({ root, configFile: false, logLevel: 'error' });
}
