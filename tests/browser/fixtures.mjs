// Where the reference models are.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder, or nothing on a person's machine without one; on a build machine its absence is an error. */
export function fixturesFolder() {
  const folder =
    process.env.INKLING_FIXTURES ??
    fileURLToPath(new URL('../../../shared/fixtures', import.meta.url));
  if (existsSync(folder)) return folder;
  const onBuildMachine = process.env.CI && process.env.CI !== 'false';
  if (onBuildMachine) throw new Error(`no fixtures at ${folder}; name them in INKLING_FIXTURES`);
  console.log(`skipped: no fixtures at ${folder}`);
  return null;
}
