// The rules of axe-core, run on whatever the page shows.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

export const AXE_SOURCE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Each violation as one line that names the rule and the first elements that break it. */
export async function violations(page) {
  await page.runScript(AXE_SOURCE);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run();
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .slice(0, 3)
          .map((node) => node.html)
          .join(' | ')}`,
    );
  });
}

export async function assertAccessible(page) {
  assert.deepEqual(await violations(page), []);
}
