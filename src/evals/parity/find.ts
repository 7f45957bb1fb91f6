// Finds the case folders below a directory.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../core/index.ts';

/** Folders below `root` (itself included) that hold case.json or golden.json, sorted by path. */
export function findCases(root: string): readonly string[] {
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new JepaError('usage', `parity: there is no folder ${root}; give a folder that holds cases`, { root });
  }
  const found: string[] = [];
  const visit = (dir: string): void => {
    const entries = readdirSync(dir, { withFileTypes: true });
    if (entries.some((e) => e.name === 'case.json' || e.name === 'golden.json')) found.push(dir);
    for (const e of entries) if (e.isDirectory() && e.name !== 'node_modules') visit(join(dir, e.name));
  };
  visit(root);
  return found.sort();
}
