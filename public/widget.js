// <inkling-chat>: a chat with a model on the visitor's own graphics card, in any page. See docs/widget.md.
//
// Until it is opened it is this file and a button; then a frame of the site that this file came from. Page and frame cannot
// look into each other: they speak on a port of their own.

// The messages are those of app/src/state/embed.rs.
const VERSION = 1;
const HOME = new URL("./", import.meta.url);
const MOST_CONTEXT_CHARS = 200_000;

// `!important` inside a shadow tree is stronger than outside, whatever the page's style sheets do to their elements.
const STYLE = `
:host { all: initial !important; display: block !important; }
:host([hidden]) { display: none !important; }
* { box-sizing: border-box; }
.place { font: 16px/1.4 system-ui, sans-serif; color-scheme: light dark; }
.bubble { position: fixed; z-index: 2147483000; inset-block-end: 16px; inset-inline-end: 16px; }
.start { display: none; padding: 20px; border: 1px solid light-dark(#dcd8cc, #2b3150); border-radius: 14px;
  background: light-dark(#fffefb, #161a2d); color: light-dark(#1a1d33, #e8e8f2); }
.inline .start { display: grid; gap: 12px; justify-items: start; }
.start h2, .start p { margin: 0; font-size: 1em; font-weight: 400; }
.start h2 { font-weight: 600; }
button { font: inherit; cursor: pointer; border: 0; border-radius: 999px; min-height: 48px; padding: 0 20px;
  background: var(--accent, #3540b8); color: var(--on-accent, #fff); }
button:focus-visible { outline: 3px solid light-dark(#1a1d33, #fff); outline-offset: 3px; }
.bubble > button { box-shadow: 0 6px 24px -8px rgb(0 0 0 / 50%); }
.panel { display: flex; flex-direction: column; overflow: hidden; border-radius: 14px; width: var(--width); height: var(--height);
  max-width: calc(100vw - 32px); max-height: calc(100dvh - 32px); border: 1px solid light-dark(#dcd8cc, #2b3150);
  background: light-dark(#f7f5f0, #0e1120); box-shadow: 0 16px 48px -16px rgb(0 0 0 / 50%); }
.inline .panel { width: 100%; max-width: none; box-shadow: none; }
.panel[hidden], .inline .start[hidden] { display: none; }
.inline > button { margin-block-start: 12px; }
.bar { display: flex; justify-content: end; padding: 4px; }
.bar button { min-height: 44px; min-width: 44px; padding: 0; background: transparent; color: light-dark(#1a1d33, #e8e8f2); }
iframe { flex: 1; min-height: 0; width: 100%; border: 0; }
@media (max-width: 480px) {
  .bubble .panel { position: fixed; inset: 0; width: auto; height: auto; max-width: none; max-height: none; border: 0; border-radius: 0; }
}
`;

class InklingChat extends HTMLElement {
  static observedAttributes = ["title", "greeting", "position", "size", "accent"];

  #root = this.attachShadow({ mode: "open" });
  #place = element("div", { className: "place" });
  #start = element("div", { className: "start" });
  #title = element("h2");
  #greeting = element("p");
  #button = element("button", { type: "button" });
  #panel = element("div", { className: "panel", hidden: true });
  #frame = null;
  #port = null;
  #canAsk = false;
  #waiting = [];
  #context = null;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
    this.#button.addEventListener("click", () => this.open());
    this.#panel.setAttribute("role", "dialog");
    this.#start.append(this.#title, this.#greeting);
    this.#place.append(this.#start, this.#button, this.#panel);
    this.#root.append(this.#place);
  }

  connectedCallback() {
    this.#draw();
  }

  /** The frame goes with the element, and what was said in it. */
  disconnectedCallback() {
    removeEventListener("message", this.#hear);
    this.#port?.close();
    this.#frame?.remove();
    this.#panel.replaceChildren();
    this.#frame = this.#port = null;
    this.#canAsk = false;
    this.#panel.hidden = true;
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#draw();
  }

  /** Text that the model is to answer about; also while the chat is open. */
  get context() {
    return this.#context ?? "";
  }

  set context(text) {
    this.#context = String(text ?? "");
    this.#tell({ type: "context", text: this.#told() });
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  open() {
    if (this.isOpen || !this.isConnected) return;
    if (!this.#frame) this.#load();
    this.#panel.hidden = false;
    this.#button.hidden = this.#start.hidden = true;
    this.#draw();
    this.#frame.focus();
    this.#emit("open");
  }

  close() {
    if (!this.isOpen) return;
    this.#panel.hidden = true;
    this.#button.hidden = this.#start.hidden = false;
    this.#draw();
    this.#button.focus();
    this.#emit("close");
  }

  /** Opens the chat and asks; the question waits for the model. */
  send(text) {
    const question = String(text).trim();
    if (question === "") return;
    this.open();
    this.#waiting.push(question);
    this.#ask();
  }

  #draw() {
    const title = this.getAttribute("title")?.trim() || "Chat";
    const isInline = this.getAttribute("position") === "inline";
    this.#place.className = isInline ? "place inline" : "place bubble";
    this.#title.textContent = this.#button.textContent = title;
    if (isInline) this.#button.textContent = this.getAttribute("button") ?? title;
    this.#greeting.textContent = this.getAttribute("greeting") ?? "";
    this.#panel.setAttribute("aria-label", title);
    const [, width = "400", height = "640"] = /^(\d+)x(\d+)$/.exec(this.getAttribute("size") ?? "") ?? [];
    this.#place.style.setProperty("--width", `${width}px`);
    this.#place.style.setProperty("--height", `${height}px`);
    const accent = this.getAttribute("accent");
    if (/^#[0-9a-f]{6}$/i.test(accent)) {
      this.#place.style.setProperty("--accent", accent);
      this.#place.style.setProperty("--on-accent", inkOn(accent));
    }
    if (this.#frame) this.#frame.title = title;
  }

  #load() {
    const address = new URL("./?embed", HOME);
    const model = this.getAttribute("model")?.trim();
    // A path of the page means the page's own folder, not the frame's.
    if (model) address.searchParams.set("model", /^\.{0,2}\//.test(model) ? new URL(model, document.baseURI).href : model);
    const locale = this.getAttribute("locale")?.trim();
    if (locale) address.searchParams.set("locale", locale);
    const bar = element("div", { className: "bar" });
    const close = element("button", { type: "button", textContent: "✕" });
    close.setAttribute("aria-label", this.getAttribute("close-label") ?? "Close");
    close.addEventListener("click", () => this.close());
    bar.append(close);
    bar.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
    this.#frame = element("iframe", { allow: "clipboard-write", src: address.href });
    addEventListener("message", this.#hear);
    this.#panel.replaceChildren(bar, this.#frame);
  }

  /** The frame says that it is there, also when it is loaded anew, and is given a port. */
  #hear = ({ source, origin, data }) => {
    if (source !== this.#frame?.contentWindow || origin !== HOME.origin) return;
    if (data?.type !== "ready") return;
    if (data.inkling !== VERSION) {
      this.#emit("error", { kind: "old_version", message: "widget.js and the page it opens are of different versions" });
      return;
    }
    this.#port?.close();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = (event) => this.#receive(JSON.parse(event.data));
    this.#frame.contentWindow.postMessage({ inkling: VERSION, type: "connect" }, HOME.origin, [port2]);
    this.#tell({
      type: "configure",
      title: this.getAttribute("title") ?? "",
      greeting: this.getAttribute("greeting") ?? "",
      system_prompt: this.getAttribute("system-prompt") ?? "",
      context: this.#told(),
      starters: (this.getAttribute("starters") ?? "").split("|").map((text) => text.trim()).filter(Boolean),
      accent: this.getAttribute("accent"),
      theme: this.getAttribute("theme"),
    });
  };

  #receive(told) {
    if (told.type === "standing") {
      this.#canAsk = told.can_ask;
      this.#ask();
    } else if (told.type === "message") this.#emit(told.role === "user" ? "send" : "message", { text: told.text });
    else if (told.type === "progress") this.#emit("progress", { loaded: told.loaded_bytes, total: told.total_bytes });
    else if (told.type === "error") this.#emit("error", { kind: told.kind, message: told.message });
    else if (told.type === "close") this.close();
  }

  /** One question at a time: the next one waits for the answer. */
  #ask() {
    if (!this.#canAsk || this.#waiting.length === 0) return;
    this.#canAsk = false;
    this.#tell({ type: "ask", text: this.#waiting.shift() });
  }

  #tell(message) {
    this.#port?.postMessage(JSON.stringify(message));
  }

  /** What was passed: by the property, else what the selector finds when the chat opens. */
  #told() {
    const selector = this.getAttribute("context-selector");
    let text = this.#context;
    if (text === null && selector) {
      text = [...document.querySelectorAll(selector)].map((part) => part.innerText).join("\n\n");
    }
    return (text ?? "").slice(0, MOST_CONTEXT_CHARS);
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Black or white, whichever can be read upon it (WCAG 2.2); as in app/src/state/embed.rs. */
function inkOn(accent) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = parseInt(accent.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}

if (!customElements.get("inkling-chat")) customElements.define("inkling-chat", InklingChat);
