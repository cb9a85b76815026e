// Before `npm pack`: takes from the built site what an application needs of it, and nothing of the page.
//
// Which files those are is not written down twice: it begins with the modules that applications import, and follows what
// they name beside themselves. Must not know what is in them.

import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../', import.meta.url));
const SITE = path.join(REPOSITORY, 'dist');
const ENGINE = fileURLToPath(new URL('./engine/', import.meta.url));

const MODULES = ['inkling.js', 'prompt.js'];
/** An application that wants OpenAI's paths over HTTP puts it among its own files. */
const SERVICE_WORKER = 'sw.js';

/** `import … from "./x.js"`, `import("./x.js")`, `new URL("./x.wasm", import.meta.url)`. */
const NEIGHBOUR = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)["'`](?:\.\/)?([\w-][\w.-]*\.(?:js|wasm))["'`]/g;

await rm(ENGINE, { recursive: true, force: true });
await mkdir(ENGINE);
const names = new Set(MODULES);
// A set hands out what is added while one walks along it.
for (const name of names) {
  const bytes = await readSite(name);
  if (name.endsWith('.js')) {
    for (const [, neighbour] of bytes.toString('utf8').matchAll(NEIGHBOUR)) {
      if (neighbour !== SERVICE_WORKER) names.add(neighbour);
    }
  }
  await cp(path.join(SITE, name), path.join(ENGINE, name));
}
for (const name of MODULES) await copy('public', name.replace(/js$/, 'd.ts'));
// As it is before a build writes the site's files into it: those are not the application's.
await copy('public', SERVICE_WORKER);
for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) await copy('.', licence);

function copy(folder, name) {
  return cp(path.join(REPOSITORY, folder, name), path.join(ENGINE, name));
}

async function readSite(name) {
  try {
    return await readFile(path.join(SITE, name));
  } catch {
    throw new Error(`${path.join(SITE, name)} is missing: run \`cargo xtask build\` first`);
  }
}
