// Word of what was checked, for the table in the README (`cargo xtask support`).
//
// The native tests leave the same beside it, with what each model is; here its name is enough.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const RECORDS = fileURLToPath(new URL('../../target/support/', import.meta.url));

/** Says which models agreed with their truth in a browser, in place of what an earlier run said. */
export async function recordChecked(browserName, models) {
  await mkdir(RECORDS, { recursive: true });
  const record = { environment: browserName, checked: models.map((model) => ({ model })) };
  await writeFile(path.join(RECORDS, `${browserName}.json`), JSON.stringify(record, null, 2));
}
