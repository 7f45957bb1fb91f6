// A folder and its parents.

import { mkdirSync } from 'node:fs';
import { JepaError } from '../core/index.ts';

/** Creates a folder and its parents. Errors: `io` with the reason. */
export function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    const reason = (error as Error).message;
    throw new JepaError(
      'io',
      `cannot create folder '${dir}': ${reason}; choose another --out`,
      { dir },
      { cause: error },
    );
  }
}
