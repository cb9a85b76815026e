// Every kernel against its reference, in each browser: their shader compilers are not the ones the native tests use.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { StaticServer } from './server.mjs';

const folder = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const KERNELS = folder('../../target/kernels-page/');

for (const browserName of BROWSER_NAMES) {
  describe(`kernels in ${browserName}`, () => {
    test('agree with their references', async () => {
      assert.ok(
        existsSync(path.join(KERNELS, 'inkling_kernels_page.js')),
        'run `cargo xtask test site` first',
      );
      const server = await new StaticServer({
        '/': folder('static/'),
        '/dist/': folder('../../dist/'),
        '/kernels/': KERNELS,
      }).start();
      const page = await launch(browserName);
      try {
        await page.open(`${server.origin}/kernels.html`);
        await page.until('the cases', () => page.evaluate(() => 'kernels' in globalThis), 600_000);
        const answers = await page.evaluate(() => globalThis.kernels);
        assert.ok(answers.length >= 1);
        if (browserName === 'chromium') assert.equal(answers.length, 2, 'SwiftShader has subgroups');
        for (const [index, answer] of answers.entries()) {
          const [adapter, count, ...failures] = answer.split('\n');
          assert.ok(Number(count) > (index === 0 ? 400 : 200), `${adapter}: ${count} cases`);
          assert.deepEqual(failures, [], adapter);
        }
      } finally {
        await page.close();
        await server.stop();
      }
    });
  });
}
