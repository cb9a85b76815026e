// What answers look like, and what they cannot do: markup, links that run programs, huge tables, open fences, a megabyte.
//
// A script answers in the engine's place; the page, its formatting and its security policy are those that people get.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertAccessible } from './accessibility.mjs';
import { BROWSER_NAMES, launch } from './browsers.mjs';
import { say, scriptEngine } from './scripted_engine.mjs';
import { StaticServer } from './server.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

const HOSTILE = `<script>globalThis.attacked = 1</script>

<img src="x" onerror="globalThis.attacked = 2"> and <svg onload="globalThis.attacked = 3"></svg>

[one](javascript:globalThis.attacked=4) [two](JaVaScRiPt&#58;globalThis.attacked=5) [three](data:text/html,x) [four](https://a.example/ "t\\" onclick=\\"globalThis.attacked=6")

![picture](https://a.example/picture.png)

\`\`\`"><script>globalThis.attacked=7</script>
</code></pre><script>globalThis.attacked = 8</script>
\`\`\`

<iframe src="javascript:parent.attacked=9"></iframe><style>* { display: none }</style><form action="x"><input name="body"></form>

| a | <b onclick=alert(1)>b</b> |
|---|---|
| <math><mi xlink:href="javascript:attacked=10">x</mi></math> | \`<script>\` |

$\\href{javascript:globalThis.attacked=11}{x}$ and $\\class{evil}{x}$

The last words.
`;

const RICH = `## A heading

Some *words* with \`code\`, a [link](https://a.example/) and a formula, $a^2 + b^2 = c^2$.

1. One
2. Two
   - nested

| Name | Value |
|------|------:|
| one  | 1     |

\`\`\`python
def greet(name):
    return f"Hello, {name}"  # politely
\`\`\`

\\[ \\int_0^1 x\\,dx = \\frac{1}{2} \\]

> A quotation.

That is all.
`;

for (const browserName of BROWSER_NAMES) {
  describe(`prose in ${browserName}`, () => {
    let site;
    let page;

    before(async () => {
      assert.ok(existsSync(path.join(DIST, 'vendor/purify.js')), 'run `cargo xtask build` first');
      site = await new StaticServer({ '/': DIST }).start();
      page = await launch(browserName);
      await scriptEngine(page);
      await open();
    });

    after(async () => {
      await page?.close();
      await site?.stop();
    });

    async function open() {
      await page.open(`${site.origin}/?model=${encodeURIComponent(`${site.origin}/script.gguf`)}`);
      await page.waitFor('textbox', 'Message');
    }

    /** Asks, and gives what `find` finds in the conversation once the answer has ended with `ending`. */
    async function ask(text, ending, options) {
      await say(page, text, options);
      await page.fill('textbox', 'Message', 'Go on.');
      await page.click('button', 'Send');
      await page.until(`an answer with “${ending}”`, () =>
        page.evaluate(
          (end) => ([...document.querySelectorAll('.prose')].at(-1)?.textContent ?? '').includes(end),
          ending,
        ),
      );
      if (!options?.stayOpen) await page.waitForNo('button', 'Stop');
    }

    const complaints = () => page.log.filter((line) => /uncaught|Security Policy|Refused to|panicked/i.test(line));

    test('nothing is loaded for code or formulas before there are any', async () => {
      await ask('Just words.', 'Just words.');
      assert.ok(site.requests.some(({ path }) => path.endsWith('/vendor/purify.js')));
      assert.deepEqual(site.requests.filter(({ path }) => /highlight|temml|pdf/.test(path)), []);
    });

    test('a hostile answer is harmless text', async () => {
      await ask(HOSTILE, 'The last words.');
      const found = await page.evaluate(() => {
        const answer = [...document.querySelectorAll('.prose')].at(-1);
        const elements = [...answer.querySelectorAll('*')];
        return {
          attacked: globalThis.attacked ?? null,
          tags: elements.map((element) => element.localName),
          handlers: elements.flatMap(({ attributes }) => [...attributes].map(({ name }) => name)).filter((name) => /^on|^src|^style$/.test(name)),
          links: [...answer.querySelectorAll('[href], [*|href]')].map((link) => [link.getAttribute('href'), link.rel, link.target]),
          text: answer.textContent,
        };
      });
      assert.equal(found.attacked, null);
      for (const tag of ['script', 'img', 'svg', 'iframe', 'style', 'form', 'input', 'object']) {
        assert.ok(!found.tags.includes(tag), `a ${tag} came through`);
      }
      assert.deepEqual(found.handlers.filter((name) => name !== 'style'), []);
      const rel = 'noopener noreferrer nofollow';
      assert.deepEqual(found.links, [
        ['https://a.example/', rel, '_blank'],
        ['https://a.example/picture.png', rel, '_blank'],
      ]);
      assert.match(found.text, /<script>globalThis\.attacked = 1<\/script>/);
      assert.deepEqual(site.requests.filter(({ path }) => /picture|\/x$/.test(path)), []);
      assert.deepEqual(complaints(), []);
    });

    test('code is coloured, formulas are set, and all of it is accessible', async () => {
      await ask(RICH, 'That is all.');
      await page.until('colours and formulas', () =>
        page.evaluate(() => {
          const answer = [...document.querySelectorAll('.prose')].at(-1);
          return answer.querySelector('code .hljs-keyword') && answer.querySelectorAll('math').length === 2;
        }),
      );
      const paths = site.requests.map(({ path }) => path);
      assert.ok(paths.some((file) => file.endsWith('/vendor/highlight.js')));
      assert.ok(paths.some((file) => file.endsWith('/vendor/temml.js')));
      assert.deepEqual(complaints(), []);
      for (const screen of [
        { width: 360, height: 740, scheme: 'light' },
        { width: 1280, height: 800, scheme: 'light' },
        { width: 1280, height: 800, scheme: 'dark' },
      ]) {
        await page.look(screen);
        await page.keepScreenshot(`prose-${screen.width}-${screen.scheme}`);
        await assertAccessible(page);
      }
    });

    test('code is copied by its button, which says so', async () => {
      await page.evaluate(() => {
        navigator.clipboard.writeText = async (text) => {
          globalThis.copied = text;
        };
        [...document.querySelectorAll('figure.code')].slice(0, -1).forEach((figure) => figure.remove());
      });
      await page.click('button', 'Copy');
      await page.waitFor('button', 'Copied');
      assert.match(await page.evaluate(() => globalThis.copied), /^def greet\(name\):\n {4}return .*politely\n$/);
      await page.waitFor('button', 'Copy');
    });

    test('reasoning is folded, also while it is being written', async () => {
      await ask('<think>\nFirst a thought about **it**.', '', { stayOpen: true });
      await page.until('a folded thought', () =>
        page.evaluate(() => {
          const fold = [...document.querySelectorAll('details')].at(-1);
          return fold && !fold.hidden && !fold.open && fold.querySelector('summary').innerText.includes('Thinking');
        }),
      );
      await page.evaluate(() => [...document.querySelectorAll('details summary')].at(-1).click());
      await page.until('the thought', () =>
        page.evaluate(() => [...document.querySelectorAll('details')].at(-1).innerText.includes('First a thought about it.')),
      );
      await page.click('button', 'Stop');
      await page.waitForNo('button', 'Stop');
      assert.match(await page.evaluate(() => [...document.querySelectorAll('details')].at(-1).innerText), /Thought/);
    });

    test('an open fence is code that grows', async () => {
      await ask('Here:\n\n```js\nlet a = "<b>";\n\n# no heading\n', 'no heading', { stayOpen: true });
      const code = await page.evaluate(() => [...document.querySelectorAll('figure.code code')].at(-1).textContent);
      assert.equal(code, 'let a = "<b>";\n\n# no heading\n');
      await page.click('button', 'Stop');
      await page.waitForNo('button', 'Stop');
    });

    const huge = {
      'a huge table': `| a | b | c |\n|---|---|---|\n${'| one | two | three |\n'.repeat(15_000)}\nThe end of it.`,
      'huge code': `\`\`\`js\n${'let a = "a line of code";\n'.repeat(20_000)}\`\`\`\n\nThe end of it.`,
      'a megabyte of words': `${'A sentence of *some* words, `code` and more. '.repeat(20)}\n\n`.repeat(1200) + 'The end of it.',
      'a megabyte in one line': `${'word '.repeat(200_000)}The end of it.`,
      'a megabyte of brackets': `${'[*_`<'.repeat(200_000)}The end of it.`,
    };
    // Firefox's driver walks the whole page for each question it is asked, which takes a minute on these.
    const tooLong = { skip: browserName === 'firefox' ? 'seen in chromium' : false };
    for (const [what, text] of Object.entries(huge)) {
      test(`${what} is shown to its end`, tooLong, async (context) => {
        await open();
        await page.evaluate(() => {
          globalThis.longest = 0;
          globalThis.beat = performance.now();
          globalThis.beating = setInterval(() => {
            const now = performance.now();
            globalThis.longest = Math.max(globalThis.longest, now - globalThis.beat);
            globalThis.beat = now;
          }, 5);
        });
        await ask(text, 'The end of it.', { piece: 20_000 });
        await page.until('all of it formatted', () => page.evaluate(() => !document.querySelector('.waiting-text')));
        const { shown, blocks, longest } = await page.evaluate(() => {
          clearInterval(globalThis.beating);
          const answer = [...document.querySelectorAll('.prose')].at(-1);
          return { shown: answer.textContent.length, blocks: answer.children.length, longest: globalThis.longest };
        });
        assert.ok(shown > text.length / 2, `${shown} characters of ${text.length}`);
        context.diagnostic(`${text.length} characters, ${blocks} blocks, longest pause ${Math.round(longest)} ms`);
        assert.deepEqual(complaints(), []);
      });
    }

    test('what was used once works without a network', async () => {
      await page.until('a service worker in charge', () => page.evaluate(() => Boolean(navigator.serviceWorker.controller)));
      await open();
      await ask(RICH, 'That is all.');
      const coloured = () =>
        page.until('colours', () => page.evaluate(() => Boolean(document.querySelector('code .hljs-keyword'))));
      await coloured();
      await site.stop();
      try {
        await open();
        await ask(RICH, 'That is all.');
        await coloured();
      } finally {
        await site.start();
      }
    });
  });
}
