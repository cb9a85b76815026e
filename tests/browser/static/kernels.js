// Runs the kernel cases and leaves the answer in `globalThis.kernels`.

import '/dist/subgroups.js';
import init, { run } from '/kernels/inkling_kernels_page.js';

await init();
const adapter = await navigator.gpu?.requestAdapter();
const subgroups = adapter?.features.has('subgroups') ?? false;
// Where the adapter has both ways, the other one for what has two.
const answers = [await run(subgroups, false)];
if (subgroups) answers.push(await run(false, true));
globalThis.kernels = answers;
