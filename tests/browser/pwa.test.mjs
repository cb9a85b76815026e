// The page as a program: it can be installed, opens without a network, and changes its version only when asked.
//
// Two versions are one site before and after its files are replaced, as on a host. What a browser asks of a page before
// it offers to install it (https://web.dev/articles/install-criteria) is checked field by field.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { fixturesFolder } from './fixtures.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const fixtures = fixturesFolder();

/** Width and height of a PNG, which stand at fixed places in its first chunk (PNG specification, section 11.2.2). */
function sizeOfPng(bytes) {
  assert.equal(bytes.subarray(1, 4).toString('latin1'), 'PNG');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

test('the manifest has all that installing asks for', async () => {
  const manifest = JSON.parse(await readFile(path.join(DIST, 'manifest.webmanifest'), 'utf8'));
  for (const field of ['id', 'name', 'short_name', 'description', 'start_url', 'scope', 'lang']) {
    assert.ok(manifest[field], field);
  }
  assert.equal(manifest.display, 'standalone');
  for (const field of ['background_color', 'theme_color']) {
    assert.match(manifest[field], /^#[0-9a-f]{6}$/, field);
  }
  // Relative, so that the site can be installed from any sub-path.
  for (const field of ['id', 'start_url', 'scope']) assert.match(manifest[field], /^\.\//, field);
  const purposes = new Set();
  for (const { src, sizes, type, purpose = 'any' } of manifest.icons) {
    const bytes = await readFile(path.join(DIST, src));
    if (type === 'image/png') assert.equal(sizeOfPng(bytes).join('x'), sizes, src);
    else assert.match(bytes.toString('utf8'), /<svg/, src);
    purposes.add(`${type} ${sizes} ${purpose}`);
  }
  for (const wanted of ['image/png 192x192 any', 'image/png 512x512 any', 'image/png 512x512 maskable', 'image/svg+xml any any']) {
    assert.ok(purposes.has(wanted), `${wanted} among ${[...purposes]}`);
  }
});

for (const browserName of BROWSER_NAMES) {
  describe(`the page as a program in ${browserName}`, { skip: fixtures ? false : 'no fixtures' }, () => {
    let folder;
    let site;
    let weights;
    let page;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, 'index.html')), 'run `cargo xtask build` first');
      folder = await mkdtemp(path.join(tmpdir(), 'inkling-site-'));
      await cp(DIST, folder, { recursive: true });
      site = await new StaticServer({ '/': folder }).start();
      weights = await new StaticServer({ '/real/': path.join(fixtures, 'real') }).start();
      page = await launch(browserName);
      await page.open(start());
      await page.waitFor('heading', 'Inkling');
    });

    after(async () => {
      await page?.close();
      await site?.stop();
      await weights?.stop();
      if (folder) await rm(folder, { recursive: true });
    });

    const start = () => `${site.origin}/?max_tokens=20&temperature=0`;

    /** Replaces the site's files by those of another build, which says so in its page. */
    async function publish(name) {
      const index = path.join(folder, 'index.html');
      const html = await readFile(path.join(DIST, 'index.html'), 'utf8');
      await writeFile(index, html.replace('<head>', `<head><meta name="release" content="${name}">`));
      const script = path.join(folder, 'sw.js');
      const text = await readFile(path.join(DIST, 'sw.js'), 'utf8');
      const next = text.replace(/"version":"[0-9a-f]+"/, `"version":"${name}"`);
      assert.notEqual(next, text, 'the build names its version');
      await writeFile(script, next);
    }

    const release = () =>
      page.evaluate(() => document.querySelector('meta[name="release"]')?.content ?? 'first');

    const lookForUpdate = () =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        await registration.update();
      });

    async function ask(message) {
      await page.fill('textbox', 'Message', message);
      await page.click('button', 'Send');
      await page.until('an answer', async () => {
        if (await page.isVisible('button', 'Stop')) return false;
        const text = await page.text('region', 'Conversation');
        return /\btokens\b/.test(text.slice(text.lastIndexOf(message)));
      });
    }

    test('one visit is enough for the service worker to be in charge', async () => {
      await page.until('a service worker in charge', () =>
        page.evaluate(() => Boolean(navigator.serviceWorker.controller)),
      );
      const kept = await page.evaluate(async () => {
        const requests = [];
        for (const name of await caches.keys()) {
          requests.push(...(await (await caches.open(name)).keys()));
        }
        return requests.map((request) => new URL(request.url).pathname);
      });
      assert.ok(kept.includes('/'), `${kept}`);
      assert.ok(kept.some((file) => file.endsWith('inkling-worker_bg.wasm')), `${kept}`);
      const weightFiles = kept.filter((file) => /\.(gguf|safetensors)$/.test(file));
      assert.deepEqual(weightFiles.filter((file) => !file.endsWith('/guide.gguf')), []);
    });

    if (browserName === 'chromium') {
      test('the browser finds nothing wrong with the manifest', async () => {
        const session = await page.context.newCDPSession(page.page);
        const { url, errors } = await session.send('Page.getAppManifest');
        assert.match(url, /manifest\.webmanifest$/);
        assert.deepEqual(errors, []);
      });
    }

    test('the start page answers without a network', async () => {
      await site.stop();
      try {
        await page.reload();
        await page.waitFor('textbox', 'Model address');
      } finally {
        await site.start();
      }
    });

    test('installing is offered after the first answer, not before', async () => {
      await page.open(start());
      await page.waitFor('textbox', 'Model address');
      await page.evaluate(() => {
        const offer = new Event('beforeinstallprompt', { cancelable: true });
        offer.prompt = () => {
          globalThis.asked = (globalThis.asked ?? 0) + 1;
        };
        globalThis.dispatchEvent(offer);
        globalThis.wasHeld = offer.defaultPrevented;
      });
      assert.equal(await page.evaluate(() => globalThis.wasHeld), true);
      assert.equal(await page.isVisible('button', 'Install Inkling'), false);
      await page.fill('textbox', 'Model address', `${weights.origin}/real/stories260K`);
      await page.click('button', 'Load');
      await page.waitFor('textbox', 'Message');
      await ask('Once upon a time');
      await page.click('button', 'Storage');
      await page.waitFor('button', 'Install Inkling');
      await page.click('button', 'Install Inkling');
      assert.equal(await page.evaluate(() => globalThis.asked), 1);
      await page.waitForNo('button', 'Install Inkling');
      await page.click('button', 'Back to the chat');
    });

    test('a new version waits beside a running chat, and comes when it is asked for', async () => {
      await page.waitFor('textbox', 'Message');
      await publish('second');
      await lookForUpdate();
      await page.waitFor('button', 'Update now');
      await page.look({ width: 360, height: 740, scheme: 'dark' });
      await page.keepScreenshot('update-360');
      await page.look({ width: 1280, height: 800, scheme: 'light' });
      await page.keepScreenshot('update-1280');
      await assertAccessible(page);
      // The old one goes on, and is what a reload gives.
      await ask('The sun is');
      assert.equal(await release(), 'first');
      await page.click('button', 'Later');
      await page.waitForNo('button', 'Update now');
      await page.reload();
      await page.waitFor('button', 'Update now');
      assert.equal(await release(), 'first');
      await page.click('button', 'Update now');
      await page.until('the new version', async () => {
        try {
          return (await release()) === 'second';
        } catch {
          return false; // Asked in the middle of the reload.
        }
      });
      await page.waitFor('textbox', 'Model address');
      assert.equal(await page.isVisible('button', 'Update now'), false);
      const caches = await page.evaluate(() => globalThis.caches.keys());
      assert.deepEqual(caches, ['inkling-shell-second']);
    });

    test('the new version opens without a network, and its models answer', async () => {
      await site.stop();
      await weights.stop();
      try {
        await page.open(start());
        await page.waitFor('textbox', 'Model address');
        assert.equal(await release(), 'second');
        await page.fill('textbox', 'Model address', `${weights.origin}/real/stories260K`);
        await page.click('button', 'Load');
        await page.waitFor('textbox', 'Message');
        await ask('Tim had a red ball.');
      } finally {
        await site.start();
        await weights.start();
      }
    });
  });
}
