// The tab that has the engine goes in the middle of another one's answer, which is finished all the same.
//
// Where shared workers have WebGPU no tab has the engine, so they are told that there is none, or pages have no shared workers.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from './browsers.mjs';
import { GUIDE, QUESTION, Tab, newTab, skip, startSite } from './tabs.mjs';

/** Greedy, and long enough to be interrupted. */
const LONG = 'temperature=0&max_tokens=12';

const WAYS = [
  { way: 'put through by a shared worker', site: { hasSharedGpu: false }, hide: null },
  {
    way: 'put through by the service worker',
    site: {},
    hide: () => {
      globalThis.SharedWorker = undefined;
    },
  },
];

for (const { way, site: options, hide } of WAYS) {
  for (const browserName of hide ? ['chromium'] : ['chromium', 'firefox']) {
    describe(`the engine in one of the tabs, ${way}, in ${browserName}`, { skip }, () => {
      let site;
      let page;

      before(async () => {
        site = await startSite(options);
        page = await launch(browserName);
        if (hide) await page.context.addInitScript(hide);
      });

      after(async () => {
        await page?.close();
        await site?.stop();
      });

      test('its tab closes in the middle of an answer, and the other one finishes it', async () => {
        const leader = await new Tab(page.page).open(`${site.origin}/?${LONG}&model=${GUIDE}`);
        await leader.canAsk();
        if (hide) await leader.until('the service worker', async () => Boolean((await navigator.serviceWorker.getRegistration())?.active));
        const tab = await newTab(page);
        await tab.open(`${site.origin}/?${LONG}`);
        await tab.ask(QUESTION);
        const begun = await tab.writing();
        assert.deepEqual([await leader.engines(), await tab.engines()], [1, 0]);
        await leader.page.close();
        await tab.writing(begun.length + 2);
        const whole = await tab.answered();
        assert.ok(whole.startsWith(begun.slice(0, -1)), `${begun} … ${whole}`);
        assert.ok(whole.length > begun.length, whole);
        assert.equal(await tab.engines(), 1);
      });
    });
  }
}
