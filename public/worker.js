// The entry of the worker that owns the engine: of one page, or, imported by exchange.js, of all.
//
// A module worker receives messages as soon as its script has started, long before the WASM module is there:
// they wait here until it takes over. A module that cannot be loaded is reported as a message like any other,
// because the browser's own error event does not say why.

// Constraints on what a model writes are a module of their own, fetched by the first request that has one: the vocabulary
// goes in, what comes out makes guides.
self.inklingGrammars = async (...vocabulary) => {
  const { default: init, Grammars } = await import("./inkling-grammar.js");
  await init();
  return new Grammars(...vocabulary);
};

const waiting = [];
self.onmessage = (event) => waiting.push(event);
start();

// A function, because bundlers that make a classic script of this allow no waiting outside of one.
async function start() {
  try {
    await import("./subgroups.js");
    const { default: init } = await import("./inkling-worker.js");
    await init();
    // The module has set its own handler by now.
    for (const event of waiting) self.onmessage(event);
  } catch (error) {
    const failed = JSON.stringify({
      type: "failed",
      id: null,
      error: {
        kind: "internal",
        message: `the engine could not be started; reload the page (${error?.message ?? error})`,
      },
    });
    // The page that started this worker, unless it is a shared one, and everybody whose port came or comes.
    self.postMessage?.(failed);
    self.onmessage = ({ ports }) => {
      ports[0]?.postMessage(failed);
      // Whoever tries again gets another worker.
      self.close();
    };
    for (const event of waiting) self.onmessage(event);
  }
}
