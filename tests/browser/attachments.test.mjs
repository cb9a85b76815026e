// Files that come along with a question: chosen, counted, refused with a reason, and told to the model.
//
// A script answers in the engine's place and tells what it was given. The PDF is written here, byte by byte.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { scriptEngine } from './scripted_engine.mjs';
import { StaticServer } from './server.mjs';

const SEEN_IN = BROWSER_NAMES;
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

/** One page with one line of text (ISO 32000-1, 7.5). */
function pdfOf(line) {
  const stream = `BT /F1 24 Tf 72 700 Td (${line}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  return `${file}xref\n0 6\n0000000000 65535 f \n${table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
}

for (const browserName of SEEN_IN) {
  describe(`attachments in ${browserName}`, () => {
    let folder;
    let site;
    let page;

    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'inkling-attached-'));
      site = await new StaticServer({ '/': DIST }).start();
      page = await launch(browserName);
      await scriptEngine(page);
      await page.open(`${site.origin}/?model=https://example.org/script.gguf`);
      await page.waitFor('textbox', 'Message');
    });

    after(async () => {
      await page?.close();
      await site?.stop();
      if (folder) await rm(folder, { recursive: true });
    });

    async function attach(name, bytes) {
      const file = path.join(folder, name);
      await writeFile(file, bytes);
      await page.chooseFiles('button', 'Attach files', [file]);
    }

    const shown = () => page.evaluate(() => document.querySelector('.attachments').innerText);

    test('a text is listed with its tokens, and told to the model before the question', async () => {
      await attach('notes.md', 'The ferry leaves at nine.\n');
      await page.until('the tokens', async () => /notes\.md[\s\S]*26 tokens/.test(await shown()));
      if (browserName === 'chromium') await assertAccessible(page);
      await page.fill('textbox', 'Message', 'When does it leave?');
      await page.click('button', 'Send');
      const input = await page.until('the request', () => page.evaluate(() => globalThis.asked));
      const { content } = input.messages.at(-1);
      assert.match(content, /notes\.md[\s\S]*The ferry leaves at nine\.[\s\S]*When does it leave\?$/);
      await page.waitFor('group', 'Actions');
      assert.match(await page.text('region', 'Conversation'), /notes\.md/);
    });

    test('a PDF is read by its text', async () => {
      await attach('letter.pdf', pdfOf('The key lies under the mat'));
      await page.until('the file', async () => /letter\.pdf[\s\S]*tokens/.test(await shown()));
      await page.fill('textbox', 'Message', 'Where is it?');
      await page.click('button', 'Send');
      await page.until('the request', () =>
        page.evaluate(() => globalThis.asked.messages.at(-1).content.includes('The key lies under the mat')),
      );
    });

    test('what cannot be read is refused with a reason, and can be taken back', async () => {
      await attach('picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47]));
      await page.waitFor('alert');
      assert.match(await page.text('alert'), /picture\.png is a picture/);
      await attach('more.txt', 'More.');
      await page.click('button', 'Remove more.txt');
      await page.waitForNo('button', 'Remove more.txt');
    });
  });
}
