// The npm package: packed from the built site, installed into an application, bundled by Vite, and asked in a browser.
//
// The application is the example of docs/api.md, so what is written there has been run.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launch } from './browsers.mjs';
import { buildApplication } from './bundle.mjs';
import { StaticServer } from './server.mjs';

const run = promisify(execFile);
const folder = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const PACKAGE = folder('../../npm/');
const NAME = '@inkling-chat/engine';
const MODELS = folder('../../public/models/');
const hasGuide = existsSync(path.join(MODELS, 'guide/guide.gguf'));

/** After the example, the rest of what an application can do; it says so on the page. */
const MORE = `
import { serveHttp } from "${NAME}";
import { createLanguageModel } from "${NAME}/prompt";
const session = await createLanguageModel({ engine }).create();
const baseURL = await serveHttp({ serviceWorker: "/sw.js" });
const models = await (await fetch(baseURL + "/models")).json();
document.title = JSON.stringify({ baseURL, ids: models.data.map(({ id }) => id), window: session.contextWindow, said: answer.choices[0].message.content });
`;

const TYPES = `
import { createEngine, type ChatCompletion } from "${NAME}";
import { installLanguageModel, type LanguageModel } from "${NAME}/prompt";
export async function ask(): Promise<ChatCompletion> {
  const engine = await createEngine({ model: "org/name" });
  // @ts-expect-error a question is no number
  await engine.chat.completions.create({ messages: 1 });
  return engine.chat.completions.create({ messages: [{ role: "user", content: "Hello" }] });
}
export const session = async (): Promise<LanguageModel> => (await installLanguageModel({ model: "org/name" })).create();
`;

describe('the npm package', () => {
  let application;
  let installed;

  before(async () => {
    assert.ok(existsSync(folder('../../dist/inkling.js')), 'run `cargo xtask build` first');
    application = await mkdtemp(path.join(tmpdir(), 'inkling-application-'));
    const npm = (cwd, ...options) => run('npm', [...options, '--offline', '--no-audit', '--no-fund', '--loglevel', 'error'], { cwd });
    await npm(PACKAGE, 'pack', '--pack-destination', application);
    const [tarball] = (await readdir(application)).filter((name) => name.endsWith('.tgz'));
    await writeFile(path.join(application, 'package.json'), '{ "name": "application", "private": true, "type": "module" }');
    await npm(application, 'install', `./${tarball}`);
    installed = path.join(application, 'node_modules', NAME);
  });

  after(() => application && rm(application, { recursive: true }));

  test('holds the engine and what it needs, and nothing of the page', async () => {
    const names = await readdir(path.join(installed, 'engine'));
    for (const name of ['inkling.js', 'inkling.d.ts', 'worker.js', 'inkling-worker.js', 'inkling-worker_bg.wasm', 'prompt.js', 'prompt.d.ts', 'LICENSE-MIT', 'LICENSE-APACHE']) {
      assert.ok(names.includes(name), `${name} among ${names}`);
    }
    assert.deepEqual(names.filter((name) => /app|boot|\.html|\.css|gguf/.test(name)), []);
    assert.ok((await readdir(installed)).includes('README.md'));
    // Not the built one, which keeps the files of a site that is not there.
    assert.match(await readFile(path.join(installed, 'engine/sw.js'), 'utf8'), /const SHELL = \{ version: "", files: \[\]/);
    const workspace = await readFile(folder('../../Cargo.toml'), 'utf8');
    const { version } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    assert.equal(version, /^version = "(.*)"$/m.exec(workspace)?.[1], 'the version of the workspace');
  });

  test('its types are what an application needs', async () => {
    await writeFile(path.join(application, 'types.ts'), TYPES);
    // The strictest way to find a package's types.
    const options = ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023,dom,dom.iterable,dom.asynciterable', '--module', 'nodenext'];
    try {
      await run(process.execPath, [folder('node_modules/typescript/bin/tsc'), ...options, 'types.ts'], { cwd: application });
    } catch (error) {
      assert.fail(error.stdout || error.message);
    }
  });

  test('an application built by Vite has the guide answer', { skip: hasGuide ? false : 'no guide is built in' }, async () => {
    const text = await readFile(folder('../../docs/api.md'), 'utf8');
    const [example, ...others] = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code).filter((code) => code.includes(NAME));
    assert.ok(example && others.length === 0);
    // A GPU in software writes a few tokens in a second.
    const short = example.replace('\n});', '\n  max_tokens: 6,\n});');
    assert.notEqual(short, example);
    await mkdir(path.join(application, 'public'));
    await cp(path.join(installed, 'engine/sw.js'), path.join(application, 'public/sw.js'));
    await writeFile(path.join(application, 'main.js'), short + MORE);
    const html = '<!doctype html><title></title><link rel="icon" href="data:," /><script type="module" src="/main.js"></script>';
    await writeFile(path.join(application, 'index.html'), html);
    await buildApplication(application);

    const site = await new StaticServer({ '/': path.join(application, 'dist'), '/models/': MODELS }).start();
    const page = await launch('chromium');
    try {
      await page.open(`${site.origin}/index.html`);
      const title = await page.until('the answer', () => page.evaluate(() => document.title));
      const told = JSON.parse(title);
      assert.match(told.said, /chat|private/i);
      assert.equal(told.baseURL, `${site.origin}/v1`);
      assert.equal(told.ids.length, 1);
      assert.ok(told.window > 0);
      assert.ok(page.log.some((line) => line.includes(told.said)), 'the example has logged it');
      const missing = site.requests.filter(({ status, path: file }) => status === 404 && !file.includes('/models/'));
      assert.deepEqual(missing, []);
    } finally {
      await page.close();
      await site.stop();
    }
  });
});
