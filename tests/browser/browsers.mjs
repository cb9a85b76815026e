// Chromium and Firefox behind one small interface.
//
// Chromium is driven by Playwright, Firefox by Puppeteer over WebDriver BiDi: Playwright's Firefox is a build of
// its own, and what people run is the release. Both get a WebGPU adapter in software where there is no GPU.
// Elements are found by role and accessible name only, as a screen reader finds them.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { AXE_SOURCE } from './accessibility.mjs';

/** A GPU in software on two cores needs patience; a time is never what a test is about. */
export const PATIENCE_MS = 120_000;

const LAVAPIPE = '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json';
const SCREENSHOTS = fileURLToPath(new URL('../../target/screenshots/', import.meta.url));
const POLL_MS = 100;

export const BROWSER_NAMES = ['chromium', 'firefox'];

/** Starts a browser with an empty profile. */
export function launch(name) {
  return name === 'firefox' ? FirefoxPage.launch() : ChromiumPage.launch();
}

export const chromiumProgram = () =>
  firstProgram('INKLING_CHROMIUM', [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
  ]);

/** What Chromium needs to have an adapter without a GPU, and to ask nobody else for anything. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

function firstProgram(environmentName, programNames) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found =
    process.env[environmentName] ??
    programNames
      .flatMap((name) => folders.map((folder) => path.join(folder, name)))
      .find((candidate) => existsSync(candidate));
  if (!found) throw new Error(`no browser found; name one in ${environmentName}`);
  return found;
}

/** What both drivers share, on top of the few things that differ. */
class Page {
  /** Messages of the page's console and errors nobody caught, for the report of a failed test. */
  log = [];

  async fill(role, name, text) {
    await this.waitFor(role, name);
    await this.fillNow(role, name, text);
  }

  async click(role, name) {
    await this.waitFor(role, name);
    await this.clickNow(role, name);
  }

  /** Waits until an element of this role and name can be seen. */
  waitFor(role, name) {
    return this.until(`${role} "${name ?? ''}" to appear`, () => this.isVisible(role, name));
  }

  waitForNo(role, name) {
    return this.until(
      `${role} "${name ?? ''}" to go`,
      async () => !(await this.isVisible(role, name)),
    );
  }

  /** Polls until the condition gives something true, and returns it. */
  async until(what, condition, patienceMs = PATIENCE_MS) {
    const giveUp = Date.now() + patienceMs;
    for (;;) {
      const value = await condition();
      if (value) return value;
      if (Date.now() > giveUp) {
        throw new Error(`waited in vain for ${what}\n${this.log.slice(-20).join('\n')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Keys as in `Alt+Shift+M`, held in this order, to whatever has the focus. */
  async press(keys) {
    const names = keys.split('+');
    const { keyboard } = this.page;
    // Letters by their place: what they write depends on what is held.
    const key = (name) => (/^[A-Z]$/.test(name) ? `Key${name}` : name);
    for (const name of names) await keyboard.down(key(name));
    for (const name of names.reverse()) await keyboard.up(key(name));
  }

  /** Types into whatever has the focus. */
  type(text) {
    return this.page.keyboard.type(text);
  }

  /** Keeps a picture under target/screenshots/. */
  async keepScreenshot(name) {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.screenshot(path.join(SCREENSHOTS, `${this.browserName}-${name}.png`));
  }
}

class ChromiumPage extends Page {
  browserName = 'chromium';

  static async launch() {
    const page = new ChromiumPage();
    page.browser = await chromium.launch({
      executablePath: chromiumProgram(),
      args: CHROMIUM_ARGUMENTS,
    });
    page.context = await page.browser.newContext({ reducedMotion: 'reduce' });
    page.context.setDefaultTimeout(PATIENCE_MS);
    page.page = await page.context.newPage();
    page.page.on('console', (message) => page.log.push(`${message.type()}: ${message.text()}`));
    page.page.on('pageerror', (error) => page.log.push(`uncaught: ${error.message}`));
    return page;
  }

  async open(url) {
    await this.page.goto(url);
  }

  async reload() {
    await this.page.reload();
  }

  #find(role, name) {
    const options = name === undefined ? {} : { name, exact: true };
    return this.page.getByRole(role, options).first();
  }

  isVisible(role, name) {
    return this.#find(role, name).isVisible();
  }

  isEnabled(role, name) {
    return this.#find(role, name).isEnabled();
  }

  fillNow(role, name, text) {
    return this.#find(role, name).fill(text);
  }

  clickNow(role, name) {
    return this.#find(role, name).click();
  }

  text(role, name) {
    return this.#find(role, name).innerText();
  }

  evaluate(run, argument) {
    return this.page.evaluate(run, argument);
  }

  async chooseFiles(role, name, paths) {
    const choosing = this.page.waitForEvent('filechooser');
    await this.click(role, name);
    await (await choosing).setFiles(paths);
  }

  async look({ width, height, scheme }) {
    await this.page.setViewportSize({ width, height });
    await this.page.emulateMedia({ colorScheme: scheme });
  }

  screenshot(file) {
    return this.page.screenshot({ path: file });
  }

  /** Runs a script that the page's own security policy would not let in. */
  async runScript(source) {
    await this.page.evaluate(`${source}\n;void 0`);
  }

  close() {
    return this.browser.close();
  }
}

/** Runs in the page. The driver's own search asks the browser element by element and takes seconds; axe knows roles and names too. */
function findByRole(role, name) {
  const { axe } = globalThis;
  const { getRole } = axe.commons.aria;
  const canBeSeen = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const normal = (text) => text.replace(/\s+/g, ' ').trim();
  axe.setup(document.documentElement);
  try {
    return (
      [...document.querySelectorAll('*')].find(
        (element) =>
          getRole(element) === role &&
          canBeSeen(element) &&
          (name === null || normal(axe.commons.text.accessibleText(element)) === name),
      ) ?? null
    );
  } finally {
    axe.teardown();
  }
}

class FirefoxPage extends Page {
  browserName = 'firefox';

  static async launch() {
    const page = new FirefoxPage();
    const environment = { ...process.env };
    if (existsSync(LAVAPIPE)) environment.VK_ICD_FILENAMES ??= LAVAPIPE;
    page.browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firstProgram('INKLING_FIREFOX', ['firefox-esr', 'firefox']),
      headless: true,
      env: environment,
      protocolTimeout: 8 * PATIENCE_MS,
      extraPrefsFirefox: {
        'dom.webgpu.enabled': true,
        'gfx.webgpu.ignore-blocklist': true,
        'ui.prefersReducedMotion': 1,
        // A slow GPU in software is not a script that hangs.
        'dom.max_script_run_time': 0,
      },
    });
    page.page = await page.browser.newPage();
    page.page.setDefaultTimeout(PATIENCE_MS);
    page.page.on('console', (message) => page.log.push(`${message.type()}: ${message.text()}`));
    page.page.on('pageerror', (error) => page.log.push(`uncaught: ${error.message}`));
    return page;
  }

  async open(url) {
    await this.page.goto(url);
  }

  async reload() {
    await this.page.reload();
  }

  /** The first element of this role and name that can be seen, as a handle, or null. */
  async #find(role, name) {
    if (!(await this.page.evaluate(() => Boolean(globalThis.axe)))) await this.runScript(AXE_SOURCE);
    const handle = await this.page.evaluateHandle(findByRole, role, name ?? null);
    const element = handle.asElement();
    if (!element) await handle.dispose();
    return element;
  }

  async #mustFind(role, name) {
    const element = await this.#find(role, name);
    if (!element) throw new Error(`no ${role} "${name ?? ''}"`);
    return element;
  }

  async isVisible(role, name) {
    try {
      const element = await this.#find(role, name);
      await element?.dispose();
      return element !== null;
    } catch (error) {
      // The page was replaced while it was being asked; the next question gets an answer.
      this.log.push(`asking for ${role}: ${error.message}`);
      return false;
    }
  }

  async isEnabled(role, name) {
    const element = await this.#mustFind(role, name);
    return element.evaluate(
      (node) => !node.disabled && node.getAttribute('aria-disabled') !== 'true',
    );
  }

  async fillNow(role, name, text) {
    const element = await this.#mustFind(role, name);
    await element.evaluate((node) => {
      node.focus();
      node.select?.();
    });
    await this.page.keyboard.press('Backspace');
    await element.type(text);
  }

  async clickNow(role, name) {
    await this.until(`${role} "${name}" to be enabled`, () => this.isEnabled(role, name));
    await this.until(`${role} "${name}" to be pressed`, async () => {
      try {
        await (await this.#mustFind(role, name)).click();
        return true;
      } catch (error) {
        // Drawn anew between being found and being pressed: it was not pressed, and is there again.
        if (/not clickable|no such node|stale|detached|^no /i.test(error.message)) return false;
        throw error;
      }
    });
  }

  async text(role, name) {
    return (await this.#mustFind(role, name)).evaluate((node) => node.innerText);
  }

  evaluate(run, argument) {
    return this.page.evaluate(run, argument);
  }

  async chooseFiles(role, name, paths) {
    const choosing = this.page.waitForFileChooser();
    await this.click(role, name);
    await (await choosing).accept(paths);
  }

  /** The colour scheme cannot be emulated in this browser; the width can. */
  async look({ width, height }) {
    await this.page.setViewport({ width, height });
  }

  screenshot(file) {
    return this.page.screenshot({ path: file });
  }

  /** Runs a script that the page's own security policy would not let in. */
  async runScript(source) {
    await this.page.evaluate(`${source}\n;void 0`);
  }

  close() {
    return this.browser.close();
  }
}
