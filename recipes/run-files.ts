// Files that recipes write into a run folder.

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunContext } from '../src/cli/index.ts';
import { writeFileAtomic } from '../src/data/index.ts';

/** Writes `value` as a JSON file of the run. */
export function writeJson(context: RunContext, name: string, value: unknown): void {
  const path = join(context.out, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, [new TextEncoder().encode(`${JSON.stringify(value)}\n`)]);
}
