// Runs the kernel cases and leaves the answer in `globalThis.kernels`.

import '/dist/subgroups.js';
import init, { run } from '/kernels/inkling_kernels_page.js';

await init();
const adapter = await navigator.gpu?.requestAdapter();
const subgroups = adapter?.features.has('subgroups') ?? false;
// Both ways where the adapter has both.
const answers = [await run(false)];
if (subgroups) answers.push(await run(true));
globalThis.kernels = answers;
