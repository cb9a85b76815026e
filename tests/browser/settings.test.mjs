// The settings: colours, text size, languages and numbers, kept from visit to visit, by keyboard and for everybody.
//
// What follows in the engine is the reducers' business and tested there; here is what a person sees.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { launch } from './browsers.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

const SCREENS = [
  { width: 360, height: 740, scheme: 'light' },
  { width: 1280, height: 800, scheme: 'light' },
];

describe('settings in chromium', () => {
  let site;
  let page;

  before(async () => {
    assert.ok(existsSync(path.join(DIST, 'index.html')), 'run `cargo xtask build` first');
    site = await new StaticServer({ '/': DIST }).start();
    // What turns the page around is the language, whatever of it is translated.
    if (!existsSync(path.join(DIST, 'languages/ar.ftl'))) {
      const bytes = Buffer.from('settings-title = الإعدادات\nsettings-language = اللغة\n');
      site.contents.set('/languages/ar.ftl', { bytes });
    }
    page = await launch('chromium');
    await page.open(`${site.origin}/`);
  });

  after(async () => {
    await page?.close();
    await site?.stop();
  });

  const open = () => page.click('button', 'Settings');
  const root = (look) => page.evaluate(look);
  const kept = () => root(() => JSON.parse(localStorage.getItem('inkling.preferences')));
  const focused = () => root(() => document.activeElement.textContent.trim());

  /** Another language, by its own name. */
  async function speak(name, tag) {
    await page.page.locator('dialog select').selectOption({ label: name });
    await page.until(`lang="${tag}"`, () => root(() => document.documentElement.lang).then((lang) => lang === tag));
  }

  /** As wide as the window at most: nothing has to be scrolled sideways. */
  async function assertNothingSticksOut(what) {
    const wider = await page.evaluate(() => {
      const dialog = document.querySelector('dialog[open]');
      return [document.documentElement, dialog]
        .filter((element) => element && element.scrollWidth > element.clientWidth)
        .map((element) => `${element.tagName} ${element.scrollWidth} > ${element.clientWidth}`);
    });
    assert.deepEqual(wider, [], what);
  }

  async function keepScreens(name) {
    for (const screen of SCREENS) {
      await page.look(screen);
      await page.keepScreenshot(`settings-${name}-${screen.width}`);
      await assertNothingSticksOut(`${name} at ${screen.width}`);
    }
  }

  test('the dialog opens and closes by keyboard, and gives the focus back', async () => {
    await page.waitFor('button', 'Settings');
    await page.page.getByRole('button', { name: 'Settings', exact: true }).focus();
    await page.page.keyboard.press('Enter');
    await page.waitFor('dialog', 'Settings');
    assert.equal(await root(() => document.activeElement.closest('dialog') !== null), true);
    await page.page.keyboard.press('Escape');
    await page.waitForNo('dialog', 'Settings');
    assert.equal(await focused(), 'Settings');
    await open();
    await page.click('button', 'Close');
    await page.waitForNo('dialog', 'Settings');
    assert.equal(await focused(), 'Settings');
  });

  test('a chosen theme is that of the system in every colour, and there before the page is', async () => {
    const colours = () =>
      page.evaluate(() => {
        // As a browser draws them: what stands in the style sheet says both colours at once.
        const probe = document.body.appendChild(document.createElement('i'));
        const names = ['paper', 'sheet', 'well', 'ink', 'ink-soft', 'rule', 'edge', 'accent', 'accent-deep', 'on-accent'];
        names.push('wash', 'danger', 'danger-wash', 'caution', 'caution-wash');
        probe.style.boxShadow = 'var(--shadow)';
        const drawn = { shadow: getComputedStyle(probe).boxShadow };
        for (const name of names) {
          probe.style.color = `var(--${name})`;
          drawn[name] = getComputedStyle(probe).color;
        }
        probe.remove();
        return drawn;
      });
    const bars = () => root(() => [...document.querySelectorAll('meta[name="theme-color"]')].map((bar) => bar.content));
    await page.look({ width: 1280, height: 800, scheme: 'dark' });
    const dark = await colours();
    await page.look({ width: 1280, height: 800, scheme: 'light' });
    const light = await colours();
    assert.notDeepEqual(dark, light);
    await open();
    await page.click('radio', 'Dark');
    assert.deepEqual(await colours(), dark);
    assert.deepEqual(await bars(), ['#0e1120', '#0e1120']);
    assert.equal((await kept()).theme, 'dark');
    await keepScreens('dark');
    await assertAccessible(page);

    // At the time at which the first script of the body could run, and not only in the end.
    await page.page.addInitScript(() => {
      document.addEventListener('readystatechange', () => {
        globalThis.firstTheme ??= document.documentElement.dataset.theme ?? 'none';
      });
    });
    await page.reload();
    assert.equal(await root(() => globalThis.firstTheme), 'dark');
    await open();
    await page.look({ width: 1280, height: 800, scheme: 'dark' });
    await page.click('radio', 'Light');
    assert.deepEqual(await colours(), light);
    await assertAccessible(page);
    await page.click('radio', 'As the system has them');
    assert.deepEqual(await colours(), dark);
    assert.deepEqual(await bars(), ['#f7f5f0', '#0e1120']);
  });

  test('larger text fits a phone and a zoomed window', async () => {
    const size = () => root(() => getComputedStyle(document.documentElement).fontSize);
    const usual = Number.parseFloat(await size());
    await page.click('radio', 'Larger');
    assert.equal(Number.parseFloat(await size()), 1.375 * usual);
    await keepScreens('larger');
    // A window of 1280 zoomed to 200 % has half of its width.
    await page.look({ width: 640, height: 400, scheme: 'light' });
    await assertNothingSticksOut('zoomed');
    await page.reload();
    await page.look({ width: 360, height: 740, scheme: 'light' });
    await page.waitFor('button', 'Settings');
    assert.equal(Number.parseFloat(await size()), 1.375 * usual);
    await assertNothingSticksOut('the start screen');
    await page.keepScreenshot('start-larger-360');
    await open();
    await page.click('radio', 'Medium');
    assert.equal(Number.parseFloat(await size()), usual);
  });

  test('a number out of its range is told, and what is typed is kept', async () => {
    await page.look({ width: 1280, height: 800, scheme: 'light' });
    await page.fill('textbox', 'Temperature', '9');
    await page.page.keyboard.press('Tab');
    await page.waitFor('alert');
    assert.equal(await page.text('alert'), 'A number from 0 to 2, or nothing.');
    await assertAccessible(page);
    assert.equal((await kept()).sampling.temperature, null);
    await page.fill('textbox', 'Temperature', '0,7');
    await page.page.keyboard.press('Tab');
    await page.waitForNo('alert');
    assert.equal((await kept()).sampling.temperature, 0.7);
    await page.fill('textbox', 'Context', '4096');
    await page.page.keyboard.press('Tab');
    assert.equal((await kept()).context_length, 4096);
    await keepScreens('light');
  });

  test('a language that cannot be fetched is told, and the page goes on', async () => {
    site.fault = (file) => (file.endsWith('/fr.ftl') ? { kind: 'html' } : null);
    await page.page.locator('dialog select').selectOption({ label: 'Français' });
    await page.waitFor('alert');
    assert.match(await page.text('alert'), /could not be fetched/);
    assert.equal(await root(() => document.documentElement.lang), 'en');
    site.fault = () => null;
  });

  test('German is spoken at once, in its own numbers, and at the next visit', async () => {
    await speak('Deutsch', 'de');
    await page.waitFor('dialog', 'Einstellungen');
    assert.equal(await root(() => document.activeElement.tagName), 'SELECT');
    assert.equal(await page.page.getByRole('textbox', { name: 'Temperatur' }).inputValue(), '0,7');
    await keepScreens('german');
    await assertAccessible(page);
    await page.page.keyboard.press('Escape');
    // What opened the dialog was drawn anew in between.
    await page.until('the focus on its opener', async () => (await focused()) === 'Einstellungen');
    await page.reload();
    await page.waitFor('button', 'Laden');
    assert.equal(await root(() => document.documentElement.lang), 'de');
    assert.match(await root(() => document.title), /Sprachmodell/);
    await page.look({ width: 1280, height: 800, scheme: 'light' });
    await page.keepScreenshot('start-german-1280');
    await assertNothingSticksOut('the start screen');
    await page.click('button', 'Einstellungen');
  });

  test('Arabic is written from the right, and the page with it', async () => {
    await speak('العربية', 'ar');
    assert.equal(await root(() => document.documentElement.dir), 'rtl');
    await keepScreens('arabic');
    await assertAccessible(page);
    await page.page.keyboard.press('Escape');
    await page.reload();
    await page.until('Arabic', () => root(() => document.documentElement.dir === 'rtl'));
    for (const screen of SCREENS) {
      await page.look(screen);
      await page.keepScreenshot(`start-arabic-${screen.width}`);
      await assertNothingSticksOut('the start screen');
    }
    await assertAccessible(page);
    await page.page.locator('[data-opens="settings"]').first().click();
    await speak('English', 'en');
    assert.equal(await root(() => document.documentElement.dir), 'ltr');
  });

  test('all of it can be taken back, after a question', async () => {
    await page.click('button', 'Reset to defaults');
    await page.waitFor('button', 'Keep them');
    await page.click('button', 'Yes, reset');
    await page.waitForNo('button', 'Keep them');
    assert.equal(await focused(), 'Reset to defaults');
    const { sampling, context_length, language, theme } = await kept();
    assert.deepEqual(
      [sampling.temperature, context_length, language, theme],
      [null, null, null, 'system'],
    );
    assert.equal(await page.page.getByRole('textbox', { name: 'Temperature' }).inputValue(), '');
  });

  test('without a choice the browser’s language is spoken', async () => {
    const context = await page.browser.newContext({ locale: 'de-AT' });
    const visitor = await context.newPage();
    await visitor.goto(`${site.origin}/`);
    await visitor.getByRole('button', { name: 'Einstellungen' }).waitFor();
    assert.equal(await visitor.evaluate(() => document.documentElement.lang), 'de');
    await context.close();
  });
});
