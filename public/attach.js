// The text of a PDF file, by a library that is loaded with the first one. What becomes of the text is decided elsewhere.

const vendor = (name) => new URL(`vendor/${name}`, import.meta.url).href;

/** More pages than that are no attachment to a question; the first ones are taken. */
const MOST_PAGES = 500;

/** The words of all pages, a blank line between two. Empty where the pages are pictures. */
export async function textOfPdf(bytes) {
  const { getDocument, GlobalWorkerOptions } = await import(vendor("pdf.js"));
  GlobalWorkerOptions.workerSrc = vendor("pdf.worker.js");
  const task = getDocument({ data: new Uint8Array(bytes), disableFontFace: true, useWorkerFetch: false, verbosity: 0 });
  try {
    const file = await task.promise;
    const pages = [];
    for (let number = 1; number <= Math.min(file.numPages, MOST_PAGES); number += 1) {
      const page = await file.getPage(number);
      pages.push(textOfItems((await page.getTextContent()).items));
      page.cleanup();
    }
    return pages.filter((text) => text !== "").join("\n\n");
  } finally {
    await task.destroy();
  }
}

function textOfItems(items) {
  let text = "";
  for (const { str = "", hasEOL = false } of items) text += hasEOL ? `${str}\n` : str;
  // Numbers of pages and the like leave lines without words.
  return text.replace(/[ \t]+$/gm, "").replace(/\n{3,}/g, "\n\n").trim();
}
