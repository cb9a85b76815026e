// Starts the page. A file of its own, so that the security policy can forbid scripts inside the page.
const { js, wasm } = document.querySelector("script[data-wasm]").dataset;

// The browser may offer to install the page before the page can listen; the page asks when the moment is right.
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  globalThis.installOffer = event;
});

try {
  const page = await import(new URL(js, document.baseURI));
  await page.default({ module_or_path: new URL(wasm, document.baseURI) });
  // Trunk's own event: tools that wait for a Trunk page wait for this one too.
  dispatchEvent(new CustomEvent("TrunkApplicationStarted"));
} catch (error) {
  console.error(error);
  const splash = document.getElementById("splash");
  if (splash) {
    splash.textContent =
      "Inkling could not start in this browser. Reload the page, or update the browser if that does not help.";
  }
}
