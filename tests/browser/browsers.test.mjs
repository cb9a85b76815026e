// The drivers, against a page that needs nothing: if these fail, no other failure means anything.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible, violations } from './accessibility.mjs';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { StaticServer } from './server.mjs';

const STATIC = fileURLToPath(new URL('static/', import.meta.url));

for (const browserName of BROWSER_NAMES) {
  describe(`driver of ${browserName}`, () => {
    let server;
    let page;

    before(async () => {
      server = await new StaticServer({ '/': STATIC }).start();
      page = await launch(browserName);
      await page.open(server.origin);
    });

    after(async () => {
      await page?.close();
      await server?.stop();
    });

    test('finds, fills and clicks by role and name', async () => {
      await page.waitFor('heading', 'Harness');
      assert.equal(await page.isVisible('button', 'Hidden'), false);
      assert.equal(await page.isVisible('button', 'Missing'), false);
      await page.fill('textbox', 'Name', 'first');
      await page.fill('textbox', 'Name', 'Ada');
      await page.click('button', 'Greet');
      assert.equal(await page.text('alert'), 'Hello, Ada');
    });

    test('chooses files', async () => {
      await page.chooseFiles('button', 'Choose', [path.join(STATIC, 'index.html')]);
      await page.until(
        'the name of the file',
        async () => (await page.text('alert')) === 'Files: index.html',
      );
    });

    test('finds what is not accessible, and only that', async () => {
      await assertAccessible(page);
      await page.evaluate(() => {
        const image = document.createElement('img');
        image.src = 'data:,';
        document.querySelector('main').append(image);
      });
      const found = await violations(page);
      assert.equal(found.length, 1);
      assert.match(found[0], /^image-alt/);
    });

    test('gives up on what does not appear', async () => {
      await assert.rejects(
        page.until('nothing', () => false, 1),
        /waited in vain for nothing/,
      );
    });

    test('has a WebGPU adapter that computes', async () => {
      const doubled = await page.evaluate(doubleOnGpu, 21);
      assert.equal(doubled, 42);
    });

    test('has a WebGPU adapter in a worker', async () => {
      const found = await page.evaluate(async () => {
        const source =
          'navigator.gpu.requestAdapter().then((adapter) => postMessage(adapter !== null))';
        const url = URL.createObjectURL(new Blob([source]));
        const worker = new Worker(url);
        return new Promise((resolve) => (worker.onmessage = (event) => resolve(event.data)));
      });
      assert.equal(found, true);
    });

    test('keeps pictures', async () => {
      await page.look({ width: 360, height: 640, scheme: 'dark' });
      assert.equal(await page.evaluate(() => innerWidth), 360);
      await page.keepScreenshot('harness');
    });
  });
}

/** Runs in the page. */
async function doubleOnGpu(value) {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter.requestDevice();
  const module = device.createShaderModule({
    code: `@group(0) @binding(0) var<storage, read_write> numbers: array<u32>;
      @compute @workgroup_size(1) fn main() { numbers[0] = numbers[0] * 2u; }`,
  });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const buffer = device.createBuffer({ size: 4, usage: STORAGE | COPY_SRC | COPY_DST });
  const readable = device.createBuffer({ size: 4, usage: COPY_DST | MAP_READ });
  device.queue.writeBuffer(buffer, 0, new Uint32Array([value]));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer } }],
    }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, readable, 0, 4);
  device.queue.submit([encoder.finish()]);
  await readable.mapAsync(GPUMapMode.READ);
  return new Uint32Array(readable.getMappedRange())[0];
}
