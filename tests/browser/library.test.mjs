// The conversations of this browser: brought in from a file, listed, searched, renamed, pinned, deleted and brought back,
// saved to files again, and followed by a second tab.
//
// No model is needed: everything here is the page and its database. `INKLING_DIST` names another site than `dist/`.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { launch } from './browsers.mjs';
import { StaticServer } from './server.mjs';

const DIST = process.env.INKLING_DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const DAY_MS = 86_400_000;
const WIDTHS = [360, 768, 1280];
const SCHEMES = ['light', 'dark'];

const message = (id, parent, role, text, more = {}) => ({
  id,
  parent,
  role,
  text,
  attachments: [],
  created_ms: 1_790_000_000_000 + id,
  ending: null,
  model: role === 'assistant' ? 'Qwen' : null,
  ...more,
});

const chat = (id, title, updatedMs, messages, more = {}) => ({
  id,
  title,
  is_named: true,
  is_pinned: false,
  created_ms: updatedMs - 1000,
  updated_ms: updatedMs,
  leaf: messages.at(-1)?.id ?? null,
  model: { key: 'https://example.org/qwen.gguf', name: 'Qwen' },
  manner: {
    system_prompt: '',
    sampling: {
      temperature: null,
      top_k: null,
      top_p: null,
      min_p: null,
      repetition_penalty: null,
      max_tokens: null,
      seed: null,
    },
  },
  deleted_ms: null,
  messages: messages.map((each) => ({ ...each, chat: id })),
  ...more,
});

const file = (chats) => JSON.stringify({ format: 'inkling-chats', version: 1, chats });

const today = Date.now();
const CHATS = [
  chat(11, 'Iron gall ink', today, [
    message(1, null, 'user', 'What is ink made of?', {
      attachments: [{ name: 'recipe.txt', text: 'Oak galls.', num_tokens: 4 }],
    }),
    message(2, 1, 'assistant', 'Of soot.', { ending: { ending: 'lost' } }),
    message(3, 1, 'assistant', 'Of **oak galls** and copperas.'),
  ]),
  chat(12, 'Bread', today - DAY_MS, [message(1, null, 'user', 'How long does it rise?')]),
  chat(13, 'A walk', today - 100 * DAY_MS, [message(1, null, 'user', 'Where to?')]),
  chat(14, 'Always at hand', today - 50 * DAY_MS, [message(1, null, 'user', 'Keep this.')], {
    is_pinned: true,
  }),
];

/** Without what an import may change. */
const comparable = (text) => {
  const { format, version, chats } = JSON.parse(text);
  const bare = chats.map(({ id: _, messages, ...others }) => ({
    ...others,
    messages: messages
      .map(({ chat: _, ...message }) => message)
      .sort((a, b) => a.created_ms - b.created_ms),
  }));
  return { format, version, chats: bare.sort((a, b) => a.title.localeCompare(b.title)) };
};

describe('conversations in chromium', () => {
  let folder;
  let site;
  let browser;
  let page;

  before(async () => {
    assert.ok(existsSync(path.join(DIST, 'index.html')), 'run `cargo xtask build` first');
    folder = await mkdtemp(path.join(tmpdir(), 'inkling-chats-'));
    site = await new StaticServer({ '/': DIST }).start();
    browser = await launch('chromium');
    page = browser.page;
    await browser.look({ width: 1280, height: 800, scheme: 'light' });
    await browser.open(site.origin);
  });

  after(async () => {
    await browser?.close();
    await site?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  const list = (at = page) => at.getByRole('navigation', { name: 'Conversations' });
  const row = (title, at = page) => list(at).getByRole('button', { name: title, exact: true });
  const button = (name, at = page) => at.getByRole('button', { name, exact: true });

  async function importText(text, name = 'chats.json', at = page) {
    const chosen = path.join(folder, name);
    await writeFile(chosen, text);
    const choosing = at.waitForEvent('filechooser');
    await list(at).getByRole('button', { name: 'Import' }).click();
    await (await choosing).setFiles(chosen);
  }

  async function choose(title, item, at = page) {
    await row(title, at).hover();
    await button(`More for “${title}”`, at).click();
    await at.getByRole('menuitem', { name: item, exact: true }).click();
  }

  async function saved(press, at = page) {
    const downloading = at.waitForEvent('download');
    await press();
    const download = await downloading;
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
  }

  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');

  test('a browser without conversations says where they will be', async () => {
    await list().getByText('No conversations yet.').waitFor();
    assert.equal(await button('Export all').isDisabled(), true);
    await assertAccessible(browser);
  });

  test('a file is imported, and listed by day', async () => {
    await importText(file(CHATS));
    await page.getByText('4 conversations were imported.').waitFor();
    const headings = await list().getByRole('heading').allInnerTexts();
    assert.deepEqual(headings.slice(0, 3), ['Pinned', 'Today', 'Yesterday']);
    assert.equal(headings.length, 4, headings.join());
    assert.match(headings[3], /^[A-Z][a-z]+ 20\d\d$/);
    await button('Dismiss').click();
  });

  test('what cannot be imported is refused with its place', async () => {
    await importText(file([chat(1, 'Lost', today, [message(2, 1, 'user', 'x')])]));
    await page.getByText('conversation 1 (“Lost”), message 1: its parent 1 is not there').waitFor();
    await importText('<html>');
    await page.getByText('it is not JSON').waitFor();
    await importText(JSON.stringify({ format: 'inkling-chats', version: 2, chats: [] }));
    await page.getByText('update the page').waitFor();
    await button('Dismiss').click();
    assert.equal(await list().getByRole('heading').count(), 4);
  });

  test('titles and texts are found, whatever their case', async () => {
    const search = page.getByRole('searchbox', { name: 'Search conversations' });
    await search.fill('BREAD');
    await row('Iron gall ink').waitFor({ state: 'detached' });
    await row('Bread').waitFor();
    await search.fill('oak GALLS');
    await row('Iron gall ink').waitFor();
    assert.equal(await row('Bread').count(), 0);
    await page.getByText('1 conversation found').waitFor();
    await search.fill('no such words');
    await list().getByText('Nothing found for “no such words”.').waitFor();
    await search.fill('');
    await row('A walk').waitFor();
  });

  test('a conversation is opened, and marked in the list', async () => {
    await row('Bread').click();
    await page.waitForFunction(() => document.querySelector('[aria-current="true"]'));
    assert.equal(await row('Bread').getAttribute('aria-current'), 'true');
    assert.equal(await row('A walk').getAttribute('aria-current'), null);
  });

  test('the menu is worked by keyboard alone, and gives the focus back', async () => {
    await button('More for “Bread”').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
    assert.equal(await focused(), 'Rename');
    await page.keyboard.press('ArrowUp');
    assert.equal(await focused(), 'Delete');
    await page.keyboard.press('Home');
    await page.keyboard.press('p');
    assert.equal(await focused(), 'Pin');
    await assertAccessible(browser);
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await page.waitForFunction(() =>
      document.activeElement?.getAttribute('aria-label')?.includes('Bread'),
    );
  });

  test('renaming ends with Enter, and not with Escape', async () => {
    await choose('Bread', 'Rename');
    const field = page.getByRole('textbox', { name: 'New title' });
    await field.fill('Never');
    await page.keyboard.press('Escape');
    await row('Bread').waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === 'Bread');
    await choose('Bread', 'Rename');
    await field.fill('Sourdough');
    await page.keyboard.press('Enter');
    await row('Sourdough').waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === 'Sourdough');
  });

  test('pinning moves it to the top', async () => {
    await choose('Sourdough', 'Pin');
    await page.waitForFunction(() => !document.body.innerText.includes('Yesterday'));
    await choose('Sourdough', 'Unpin');
    await list().getByRole('heading', { name: 'Yesterday' }).waitFor();
  });

  test('a deleted one comes back, or goes for good', async () => {
    await choose('A walk', 'Delete');
    await row('A walk').waitFor({ state: 'detached' });
    await page.getByText('“A walk” was deleted.').waitFor();
    await button('Undo').click();
    await row('A walk').waitFor();
    await choose('A walk', 'Delete');
    await button('Dismiss').click();
    const left = () => page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open('inkling-chats');
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const store = opening.result.transaction('messages').objectStore('messages');
            const keys = store.getAllKeys();
            keys.onsuccess = () => {
              opening.result.close();
              resolve(keys.result.filter(([chat]) => chat === 13).length);
            };
          };
        }),
    );
    // A page that goes away before that leaves them for the next visit to remove.
    await browser.until('its messages to be gone as well', async () => (await left()) === 0);
    await browser.reload();
    await row('Sourdough').waitFor();
    assert.equal(await row('A walk').count(), 0);
  });

  test('another tab sees every change', async () => {
    const other = await browser.context.newPage();
    await other.setViewportSize({ width: 1280, height: 800 });
    await other.goto(site.origin);
    await row('Sourdough', other).waitFor();
    await choose('Sourdough', 'Rename');
    await page.getByRole('textbox', { name: 'New title' }).fill('Rye');
    await page.keyboard.press('Enter');
    await row('Rye', other).waitFor();
    await choose('Rye', 'Delete', other);
    await row('Rye').waitFor({ state: 'detached' });
    await button('Undo', other).click();
    await row('Rye').waitFor();
    await importText(file([chat(21, 'From the other', today, [])]), 'other.json', other);
    await row('From the other').waitFor();
    await choose('From the other', 'Delete', other);
    await button('Dismiss', other).click();
    await row('From the other').waitFor({ state: 'detached' });
    await other.close();
  });

  test('what is exported is what was imported', async () => {
    const one = await saved(() => choose('Iron gall ink', 'Export as JSON'));
    assert.equal(one.name, 'Iron gall ink.json');
    assert.deepEqual(comparable(one.text), comparable(file([CHATS[0]])));
    const all = await saved(() => button('Export all').click());
    assert.equal(all.name, 'Inkling conversations.json');
    assert.equal(JSON.parse(all.text).chats.length, 3);

    const elsewhere = await browser.browser.newContext({ viewport: { width: 1280, height: 800 } });
    const fresh = await elsewhere.newPage();
    await fresh.goto(site.origin);
    await list(fresh).getByText('No conversations yet.').waitFor();
    await importText(all.text, 'all.json', fresh);
    await row('Rye', fresh).waitFor();
    const again = await saved(() => button('Export all', fresh).click(), fresh);
    assert.deepEqual(comparable(again.text), comparable(all.text));
    // The same file again writes over nothing.
    await importText(all.text, 'all.json', fresh);
    await fresh.waitForFunction(() => document.querySelectorAll('li .library-chat').length === 6);
    await elsewhere.close();
  });

  test('Markdown holds the branch that is shown', async () => {
    const { name, text } = await saved(() => choose('Iron gall ink', 'Export as Markdown'));
    assert.equal(name, 'Iron gall ink.md');
    assert.match(text, /^# Iron gall ink\n\n.* · Qwen\n\n## You\n\nWhat is ink made of\?/);
    assert.ok(text.includes('Attached: recipe.txt'));
    assert.ok(text.includes('## Answer\n\nOf **oak galls** and copperas.'));
    assert.ok(!text.includes('soot'));
  });

  test('nothing is wrong for a screen reader, at any width and in either theme', async () => {
    for (const width of WIDTHS) {
      for (const scheme of SCHEMES) {
        await browser.look({ width, height: 800, scheme });
        if (width < 1024) await button('Show conversations').click();
        await row('Rye').waitFor();
        await assertAccessible(browser);
        await browser.keepScreenshot(`library-${width}-${scheme}`);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`);
        if (width < 1024) {
          await page.keyboard.press('Escape');
          await page.getByRole('dialog').waitFor({ state: 'hidden' });
          assert.equal(
            await page.evaluate(() => document.activeElement?.id),
            'library-handle',
            'the focus is back on the button',
          );
        }
      }
    }
  });

  test('on a phone, a deletion is undone inside the drawer, and choosing closes it', async () => {
    await browser.look({ width: 360, height: 740, scheme: 'light' });
    await button('Show conversations').click();
    await choose('Rye', 'Delete');
    await browser.keepScreenshot('library-360-deleted');
    await button('Undo').click();
    await row('Rye').waitFor();
    await row('Rye').click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await browser.look({ width: 1280, height: 800, scheme: 'light' });
  });

  test('the column stays away once it was put away', async () => {
    await button('Hide conversations').click();
    await list().waitFor({ state: 'detached' });
    await browser.reload();
    await button('Show conversations').click();
    await row('Rye').waitFor();
  });

  test('a thousand conversations come as they are scrolled to', async () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      chat(1000 + index, `Number ${index}`, today - index * 60_000, [
        message(1, null, 'user', index === 700 ? 'A needle.' : 'Hay.'),
      ]),
    );
    await importText(file(many), 'many.json');
    await page.getByText('1,000 conversations were imported.').waitFor();
    const rows = () => page.evaluate(() => document.querySelectorAll('li .library-chat').length);
    assert.ok((await rows()) < 100, `${await rows()} rows at once`);
    await button('Show more').click();
    await browser.until('more rows', async () => (await rows()) > 100);
    const search = page.getByRole('searchbox', { name: 'Search conversations' });
    await search.fill('needle');
    await row('Number 700').waitFor();
    await search.fill('');
  });

  test('on another site’s page there is no list', async () => {
    await browser.open(`${site.origin}/?embed`);
    await page.getByRole('heading', { name: 'Inkling' }).first().waitFor();
    assert.equal(await button('Show conversations').count(), 0);
    assert.equal(await list().count(), 0);
  });

  test('where nothing can be kept, it is said once and the page goes on', async () => {
    const context = await browser.browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.addInitScript(() => {
      Object.defineProperty(globalThis, 'indexedDB', { value: undefined });
    });
    const bare = await context.newPage();
    await bare.goto(site.origin);
    await bare.getByRole('status').getByText('Conversations are not being kept').waitFor();
    await button('Dismiss', bare).click();
    await list(bare).getByText('Conversations are not being kept').waitFor();
    await button('New chat', bare).first().click();
    assert.equal(await button('Dismiss', bare).count(), 0);
    await context.close();
  });
});
