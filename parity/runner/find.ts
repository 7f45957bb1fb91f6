// Finds the case folders below a directory.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../src/core/index.ts';
import { TRACE_FILE } from './trace.ts';

/** A folder with one of these is a case. */
const MARKS: readonly string[] = ['case.json', 'golden.json', TRACE_FILE];

/** Folders below `root` (itself included) that hold a case, sorted by path. */
export function findCases(root: string): readonly string[] {
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new JepaError('usage', `parity: there is no folder ${root}; give a folder that holds cases`, { root });
  }
  const found: string[] = [];
  const visit = (dir: string): void => {
    const entries = readdirSync(dir, { withFileTypes: true });
    if (entries.some((e) => MARKS.includes(e.name))) found.push(dir);
    for (const e of entries) if (e.isDirectory() && e.name !== 'node_modules') visit(join(dir, e.name));
  };
  visit(root);
  return found.sort();
}
