// <inkling-chat> in a page of another origin, with a strict policy and rude styles: opening, asking, events, and what neither side
// may see of the other.
//
// A script plays the engine, but for one conversation with the guide.

import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { scriptEngine } from './scripted_engine.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const MOST_SCRIPT_BYTES = 10_000;

/** The demo as another site would have it: the script and the frame come from where Inkling is. */
async function shopPage(home, change = (page) => page) {
  const page = await readFile(path.join(DIST, 'demo/index.html'), 'utf8');
  const elsewhere = page
    .replaceAll("script-src 'self'; frame-src 'self'", `script-src ${home}; frame-src ${home}`)
    .replaceAll('../widget.js', `${home}/widget.js`)
    .replaceAll('../models/', `${home}/models/`);
  assert.ok(elsewhere.includes(`frame-src ${home}`) && elsewhere.includes(`${home}/widget.js`));
  return { bytes: Buffer.from(change(elsewhere)) };
}

for (const browserName of BROWSER_NAMES) {
  describe(`widget in ${browserName}`, () => {
    let site;
    let shop;
    let page;

    before(async () => {
      site = await new StaticServer({ '/': DIST }).start();
      shop = await new StaticServer({ '/': path.join(DIST, 'demo/') }).start();
      page = await launch(browserName);
    });

    after(async () => {
      await page?.close();
      await site?.stop();
      await shop?.stop();
    });

    /** The shop's page, with its events written down. */
    async function open(change) {
      shop.contents.set('/index.html', await shopPage(site.origin, change));
      await page.open(`${shop.origin}/index.html`);
      await watch();
    }

    async function watch() {
      await page.until('the element', () => page.evaluate(() => Boolean(customElements.get('inkling-chat'))));
      await page.evaluate(() => {
        globalThis.told = [];
        globalThis.chats = [...document.querySelectorAll('inkling-chat')];
        globalThis.chats.forEach((chat, index) => {
          for (const name of ['open', 'close', 'send', 'message', 'error']) {
            chat.addEventListener(name, ({ detail }) => globalThis.told.push([index, name, detail?.text ?? detail?.message ?? null]));
          }
          chat.addEventListener('progress', () => (globalThis.hasProgress = true));
        });
      });
    }

    const told = () => page.evaluate(() => globalThis.told);
    const toldOf = (index, name) => page.until(`“${name}” of ${index}`, async () => (await told()).find(([from, what]) => from === index && what === name));
    /** The frame of an element, as the drivers know it. */
    const frames = () => page.page.frames().filter((frame) => frame.url().startsWith(`${site.origin}/?embed`));

    test('nothing is loaded before it is opened, and the script is small', async () => {
      assert.ok((await stat(path.join(DIST, 'widget.js'))).size < MOST_SCRIPT_BYTES);
      site.forgetRequests();
      await open();
      assert.deepEqual(site.requests.map(({ path: file }) => file).filter((file) => !file.endsWith('.svg')), ['/widget.js']);
    });

    test('the guide answers in another site’s page', async () => {
      await page.evaluate(() => globalThis.chats[0].send('Is my chat private?'));
      const [, , question] = await toldOf(0, 'send');
      assert.equal(question, 'Is my chat private?');
      const [, , answer] = await toldOf(0, 'message');
      assert.ok(answer.length > 20, answer);
      assert.equal(await page.evaluate(() => globalThis.hasProgress), true);
      assert.deepEqual((await told()).filter(([, name]) => name === 'error'), []);
      await page.keepScreenshot('widget-inline');
    });

    test('a bubble opens by keyboard, greets, and is told what the page passed', async () => {
      await scriptEngine(page);
      const model = `${site.origin}/script.gguf`;
      await open((text) => text.replace('title="Ask the shop"', `title="Ask the shop" model="${model}" locale="de"`));
      await page.evaluate(() => globalThis.chats[1].shadowRoot.querySelector('button').focus());
      await page.press('Enter');
      await toldOf(1, 'open');
      await page.until('the frame', () => frames().length === 1);
      const [frame] = frames();
      await page.until('the greeting', async () => {
        try {
          return await frame.evaluate(() => document.body.innerText.includes('What would you like to know?'));
        } catch {
          // The frame is still on its way to the page.
          return false;
        }
      });
      const shown = await frame.evaluate(() => ({
        starters: [...document.querySelectorAll('.starters button')].map((button) => button.innerText),
        language: document.documentElement.lang,
        accent: document.documentElement.style.getPropertyValue('--accent'),
        title: document.querySelector('h1').innerText,
        hasList: Boolean(document.querySelector('.library')),
      }));
      assert.deepEqual(shown, {
        starters: ['When are you open?', 'Do you mend pens?'], language: 'de', accent: '#7a2e1d', title: 'Ask the shop', hasList: false,
      });
      await page.evaluate(() => globalThis.chats[1].send('  When?  '));
      const [, , answer] = await toldOf(1, 'message');
      assert.equal(answer, 'Yes.');
      const asked = await frame.evaluate(() => globalThis.asked.messages.map(({ role, content }) => [role, content]));
      assert.equal(asked.length, 2);
      assert.match(asked[0][1], /^You answer questions of visitors[^]*open from nine to five/);
      assert.deepEqual(asked[1], ['user', 'When?']);
      await page.evaluate(() => {
        globalThis.chats[1].context = 'Closed for ever.';
        globalThis.chats[1].send('And now?');
      });
      await page.until('two answers', async () => (await told()).filter(([, name]) => name === 'message').length === 2);
      assert.match(await frame.evaluate(() => globalThis.asked.messages[0].content), /Closed for ever\.$/);
    });

    test('it is as it should be in rude styles, on a phone too, and for a screen reader', async () => {
      const boxes = () =>
        page.evaluate(() => {
          const root = globalThis.chats[1].shadowRoot;
          const box = (part) => root.querySelector(part).getBoundingClientRect();
          const { opacity, transform } = getComputedStyle(root.querySelector('iframe'));
          return { panel: box('.panel').width, frame: box('iframe').width, height: box('.panel').height, opacity, transform };
        });
      await page.look({ width: 1280, height: 800, scheme: 'light' });
      const wide = await boxes();
      assert.ok(wide.panel === 400 && wide.frame > 390 && wide.height === 640, JSON.stringify(wide));
      assert.deepEqual([wide.opacity, wide.transform], ['1', 'none']);
      await page.keepScreenshot('widget-bubble-1280');
      await page.look({ width: 360, height: 740, scheme: 'light' });
      const narrow = await boxes();
      // All but a scroll bar that takes room.
      const width = await page.evaluate(() => document.documentElement.clientWidth);
      assert.ok(narrow.panel === width && narrow.height === 740, JSON.stringify(narrow));
      await page.keepScreenshot('widget-bubble-360');
      if (browserName === 'chromium') await assertAccessible(page);
      await page.look({ width: 1280, height: 800, scheme: 'light' });
    });

    test('Escape closes it and gives the focus back; what was said is still there', async () => {
      const [frame] = frames();
      await frame.evaluate(() => document.querySelector('#message').focus());
      await page.press('Escape');
      await toldOf(1, 'close');
      assert.equal(await page.evaluate(() => globalThis.chats[1].shadowRoot.activeElement?.textContent), 'Ask the shop');
      await page.evaluate(() => globalThis.chats[1].open());
      assert.equal(await frame.evaluate(() => document.querySelectorAll('.messages .question').length), 2);
    });

    test('nobody else can speak to the frame, or for it', async () => {
      const [frame] = frames();
      const before = await frame.evaluate(() => document.querySelectorAll('.messages > li').length);
      const heard = await page.evaluate(async () => {
        const { contentWindow } = globalThis.chats[1].shadowRoot.querySelector('iframe');
        const { port1, port2 } = new MessageChannel();
        const answers = [];
        port1.onmessage = ({ data }) => answers.push(data);
        // A second port, as another script of the page might try, and the page in the frame's name.
        contentWindow.postMessage({ inkling: 1, type: 'connect' }, '*', [port2]);
        port1.postMessage('{"type":"ask","text":"Who is there?"}');
        contentWindow.postMessage('{"type":"ask","text":"Who is there?"}', '*');
        postMessage({ inkling: 1, type: 'ready' }, '*');
        await new Promise((resolve) => setTimeout(resolve, 500));
        return answers;
      });
      assert.deepEqual(heard, []);
      assert.equal(await frame.evaluate(() => document.querySelectorAll('.messages > li').length), before);
      await page.evaluate(() => globalThis.chats[1].send('x'.repeat(300_000)));
      assert.match((await toldOf(1, 'error'))[2], /300000 characters; 200000 are the most/);
    });

    test('the examples of the documentation work, with the site in a folder of its host', async () => {
      const text = await readFile(fileURLToPath(new URL('../../docs/widget.md', import.meta.url)), 'utf8');
      const written = /```html\n(.*?)```.*?```js\n(.*?)```.*?\n```\n(.*?)```/s.exec(text);
      assert.ok(written, 'an element, a script and a policy');
      const inFolder = await new StaticServer({ '/chat/': DIST }).start();
      try {
        const [element, script, policy] = written.slice(1).map((code) => code.replaceAll('https://chat.example.org', `${inFolder.origin}/chat`));
        // A policy names origins; a path in it would be one file.
        const origins = policy.trim().replaceAll('/chat', '');
        const meta = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ${origins}" />`;
        const html = `<!doctype html><html lang="en"><meta charset="utf-8" />${meta}<title>Shop</title>${element}</html>`;
        shop.contents.set('/documented.html', { bytes: Buffer.from(html) });
        page.log.length = 0;
        await page.open(`${shop.origin}/documented.html`);
        await page.until('the element', () => page.evaluate(() => Boolean(customElements.get('inkling-chat'))));
        await page.runScript(`{ ${script} }`);
        await page.until('the answer', () => page.log.some((line) => /^log: \S/.test(line)));
        assert.ok(page.page.frames().some((frame) => frame.url().startsWith(`${inFolder.origin}/chat/?embed`)));
        // Some browsers look for an icon, which this page has not.
        const refused = page.log.filter((line) => /Content.Security.Policy/i.test(line) && !line.includes('favicon'));
        assert.deepEqual(refused, []);
      } finally {
        await page.open(`${shop.origin}/index.html`);
        await inFolder.stop();
      }
    });

    test('the attributes that are documented are those that there are', async () => {
      const text = await readFile(fileURLToPath(new URL('../../docs/widget.md', import.meta.url)), 'utf8');
      const table = /## Attributes\n(.*?)\n## /s.exec(text)[1];
      const documented = table.split('\n').flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([\w-]+)`/g)].map(([, name]) => name));
      const source = await readFile(path.join(DIST, 'widget.js'), 'utf8');
      const read = [...source.matchAll(/getAttribute\("([\w-]+)"\)/g)].map(([, name]) => name);
      assert.deepEqual([...new Set(documented)].sort(), [...new Set(read)].sort());
    });

    test('what is said in a page is not among the visitor’s own conversations', async () => {
      await page.open(`${site.origin}/demo/index.html`);
      await watch();
      await page.evaluate((model) => {
        globalThis.chats[1].setAttribute('model', model);
        globalThis.chats[1].send('A secret of the shop');
      }, `${site.origin}/script.gguf`);
      await toldOf(1, 'message');
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500)));
      await page.look({ width: 1280, height: 800, scheme: 'light' });
      await page.open(`${site.origin}/`);
      await page.waitFor('navigation', 'Conversations');
      await page.until('an empty list', async () => (await page.text('navigation', 'Conversations')).includes('No conversations yet'));
    });
  });
}
