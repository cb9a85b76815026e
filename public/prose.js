// Puts formatted text into the page. A sanitizer looks at everything on its way in; the libraries that colour code and
// set formulas are loaded when the first answer needs them. What a text means is decided before it comes here
// (app/src/markdown); when and how much at a time is app/src/browser/prose.rs's business.

/** Relative to this file, so that a site works from any sub-path. */
const vendor = async (name) => (await import(new URL(`vendor/${name}`, import.meta.url))).default;

const ATTRIBUTES = ["aria-label", "class", "dir", "rel", "role", "scope", "start", "tabindex", "target", "type"];

/** What app/src/markdown/html.rs writes, and nothing beyond it. */
const RULES = {
  ALLOWED_TAGS: (
    "a blockquote br button code del div em figcaption figure h2 h3 h4 h5 h6 hr li ol p pre span strong " +
    "table tbody td th thead tr ul #text"
  ).split(" "),
  ALLOWED_ATTR: ["href", ...ATTRIBUTES],
  // Only an address has to lead somewhere.
  ADD_URI_SAFE_ATTR: ATTRIBUTES,
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/** Larger code stays in one colour. Pieces of answers are smaller. */
const MOST_CODE = 20_000;

/** Work on one piece of text goes on for this long before the browser gets to draw. */
const SLICE_MS = 8;

let purify = null;

/** Until this has ended nothing can be put into the page. */
export async function load() {
  purify ??= await vendor("purify.js");
}

/** Makes `html` what `block` shows. What is there already stays: with its selection, its focus, its scroll position. */
export function put(block, html) {
  morph(block, purify.sanitize(html, RULES));
}

function morph(old, fresh) {
  let kept = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const next = kept?.nextSibling ?? null;
    if (!kept) {
      old.append(node);
    } else if (kept.nodeType === Node.TEXT_NODE && node.nodeType === Node.TEXT_NODE) {
      if (node.data.startsWith(kept.data)) kept.appendData(node.data.slice(kept.length));
      else kept.data = node.data;
    } else if (isSameElement(kept, node)) {
      morph(kept, node);
    } else {
      kept.replaceWith(node);
    }
    kept = next;
  }
  while (kept) {
    const next = kept.nextSibling;
    kept.remove();
    kept = next;
  }
}

function isSameElement(one, other) {
  return (
    one.nodeType === Node.ELEMENT_NODE &&
    one.nodeName === other.nodeName &&
    one.attributes.length === other.attributes.length &&
    [...one.attributes].every(({ name, value }) => other.getAttribute(name) === value)
  );
}

let work = Promise.resolve();

/** Colours code and sets formulas, one block after the other. */
export function embellish(block) {
  work = work.then(() => embellished(block));
  return work;
}

/** A library that cannot be had leaves both readable as they are. */
async function embellished(block) {
  const codes = block.querySelectorAll('code[class^="language-"]:not(.coloured)');
  const formulas = block.querySelectorAll(".math:not(.set)");
  try {
    if (codes.length > 0) await each(codes, colour, await vendor("highlight.js"));
    if (formulas.length > 0) await each(formulas, set, await vendor("temml.js"));
  } catch (error) {
    console.warn(error);
  }
}

/** When the browser last got to draw. */
let began = 0;

async function each(elements, change, library) {
  for (const element of elements) {
    if (performance.now() - began > SLICE_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      began = performance.now();
    }
    // Changed or gone in the meantime.
    if (element.isConnected) change(element, library);
  }
}

function colour(code, highlight) {
  const language = code.className.slice("language-".length);
  const text = code.textContent;
  if (!highlight.getLanguage(language) || text.length > MOST_CODE) return;
  const { value } = highlight.highlight(text, { language, ignoreIllegals: true });
  code.replaceChildren(purify.sanitize(value, RULES));
  code.classList.add("coloured");
}

function set(formula, temml) {
  const tex = formula.textContent;
  const made = document.createElement("span");
  try {
    temml.render(tex, made, {
      displayMode: formula.classList.contains("display"),
      throwOnError: true,
      maxSize: [20, 300],
    });
    const math = made.firstElementChild;
    // Rows and columns are aligned by styles, which come from the library and from no text.
    purify.sanitize(math, { USE_PROFILES: { mathMl: true }, ADD_ATTR: ["class", "style"], IN_PLACE: true });
    formula.replaceChildren(math);
    formula.classList.add("set");
  } catch {
    // No formula that it knows: the text is what there is.
  }
}

/** Copies the code that a button belongs to, with the blocks in which it goes on. */
export async function copy(button) {
  const figure = button.closest("figure");
  let text = figure.querySelector("code").textContent;
  let next = figure.closest(".block").nextElementSibling;
  for (; next?.matches(".continued"); next = next.nextElementSibling) {
    text += next.querySelector("code")?.textContent ?? "";
  }
  await navigator.clipboard.writeText(text);
}
