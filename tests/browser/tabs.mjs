// Tabs of one browser, as a person sees them, and a site whose shared workers can be made to lack WebGPU.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { StaticServer } from './server.mjs';

const folder = (relative) => fileURLToPath(new URL(relative, import.meta.url));
export const DIST = folder('../../dist/');
export const GUIDE = 'models/guide/guide.gguf';
export const skip = existsSync(folder(`../../public/${GUIDE}`)) ? false : 'no guide is built in';

export const QUESTION = 'Is my chat private?';
const NO_GPU = "Object.defineProperty(navigator, 'gpu', { value: undefined });\n";

/** The site; `hasSharedGpu` false leaves shared workers without WebGPU. */
export async function startSite({ hasSharedGpu = true } = {}) {
  assert.ok(existsSync(path.join(DIST, 'engine.js')), 'run `cargo xtask build` first');
  const site = await new StaticServer({ '/': DIST }).start();
  if (!hasSharedGpu) {
    const body = NO_GPU + readFileSync(path.join(DIST, 'exchange.js'), 'utf8');
    const answer = { status: 200, headers: { 'Content-Type': 'text/javascript' }, body };
    site.route = (url) => (url.pathname === '/exchange.js' ? answer : null);
  }
  return site;
}

/** What a person sees of a tab, and does in it. Works for a page of either driver. */
export class Tab {
  constructor(page) {
    this.page = page;
  }

  async open(url) {
    await this.page.goto(url);
    return this;
  }

  async until(what, condition, argument) {
    const giveUp = Date.now() + 60_000;
    for (;;) {
      const value = await this.page.evaluate(condition, argument).catch(() => null);
      if (value) return value;
      if (Date.now() > giveUp) {
        const shown = await this.page.evaluate(() => document.body.innerText).catch((error) => error.message);
        throw new Error(`waited in vain for ${what}; the page shows:\n${shown}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  canAsk() {
    return this.until('a model', () => document.querySelector('#message') !== null);
  }

  async ask(text) {
    await this.canAsk();
    await this.page.evaluate((text) => {
      const field = document.querySelector('#message');
      field.value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }, text);
    await this.until('the button', () => {
      const button = document.querySelector('button[aria-label="Send"]');
      if (!button || button.disabled) return false;
      button.click();
      return true;
    });
  }

  answer() {
    return this.page.evaluate(() => [...document.querySelectorAll('.messages .answer .prose')].at(-1)?.innerText ?? '');
  }

  /** Some of an answer is there, more than so many characters. */
  async writing(length = 4) {
    const isLonger = (length) => ([...document.querySelectorAll('.messages .answer .prose')].at(-1)?.innerText ?? '').length > length;
    await this.until('some of an answer', isLonger, length);
    return this.answer();
  }

  async answered() {
    await this.until('the end of an answer', () => {
      const text = [...document.querySelectorAll('.messages .answer .prose')].at(-1)?.innerText ?? '';
      const isThere = (name) => Boolean(document.querySelector(`button[aria-label="${name}"]`)?.checkVisibility());
      return text.length > 4 && isThere('Send') && !isThere('Stop');
    });
    // The last words are drawn a few frames later, of which a tab behind another has none.
    await this.page.bringToFront?.();
    for (let before = null; ; ) {
      const text = await this.answer();
      if (text === before) return text;
      before = text;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  /** How many engines this page has started for itself. */
  engines() {
    return this.page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/worker.js')).length);
  }

  shows(text) {
    return this.until(`“${text}”`, (text) => document.body.innerText.includes(text), text);
  }
}

export const newTab = async (page) => {
  const context = page.context ?? page.browser;
  return new Tab(await context.newPage());
};
