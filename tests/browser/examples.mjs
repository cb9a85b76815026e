// Runs the examples of the documentation as a reader would, and hears what they log.
//
// Must not know what an example is about.

/** `modules` are the addresses of what the example imports. Resolves to the lines it logged. */
export function runExample(page, code, modules) {
  for (const [name, address] of Object.entries(modules)) code = code.replaceAll(`"${name}"`, `"${address}"`);
  return page.evaluate(async (code) => {
    const said = [];
    const { log } = console;
    console.log = (...words) => said.push(words.join(' '));
    try {
      await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    } finally {
      console.log = log;
    }
    return said;
  }, code);
}
