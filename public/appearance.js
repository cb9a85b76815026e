// Colours and text size as the person chose them, shown before anything is drawn.
//
// An ordinary script in the head, so that the browser waits for it: a page that is first light and then dark dazzles.
// The page itself, once it runs, calls the same function when a choice changes.

{
  const root = document.documentElement;
  const scheme = document.querySelector('meta[name="color-scheme"]');
  const bars = [...document.querySelectorAll('meta[name="theme-color"]')];
  const colours = bars.map((bar) => bar.content);
  const colourOf = (theme) => colours[bars.findIndex((bar) => bar.media.includes(theme))];

  /** Any other theme than these two is the system's; a text size that the styles do not know is the usual one. */
  globalThis.showAppearance = (theme, textSize) => {
    const isChosen = theme === "light" || theme === "dark";
    if (isChosen) root.dataset.theme = theme;
    else delete root.dataset.theme;
    root.dataset.textSize = textSize;
    scheme.content = isChosen ? theme : "light dark";
    bars.forEach((bar, index) => {
      bar.content = isChosen ? colourOf(theme) : colours[index];
    });
  };

  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem("inkling.preferences"));
  } catch {
    // Nothing can be read here: the system's theme then.
  }
  showAppearance(kept?.theme, kept?.text_size);
}
