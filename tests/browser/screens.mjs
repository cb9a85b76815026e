// The sizes and schemes that every screen is looked at in.

const SCREENS = [
  { width: 360, height: 740, scheme: 'light' },
  { width: 360, height: 740, scheme: 'dark' },
  { width: 768, height: 1024, scheme: 'light' },
  { width: 1280, height: 800, scheme: 'light' },
  { width: 1280, height: 800, scheme: 'dark' },
];

/** Keeps a picture of what the page shows in each; the last is the one it is left in. `check` is asked in each. */
export async function keepScreens(page, name, check = async () => {}) {
  for (const screen of SCREENS) {
    // Firefox cannot be told a scheme.
    if (screen.scheme === 'dark' && page.browserName === 'firefox') continue;
    await page.look(screen);
    await page.keepScreenshot(`${name}-${screen.width}-${screen.scheme}`);
    await check(screen);
  }
}
