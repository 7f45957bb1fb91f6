// Which doors of the package a page may use: everything but what reads and writes files or starts workers.

import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly exports: Readonly<Record<string, unknown>>;
};
const NODE_ONLY = ['evals', 'report', 'experiment', 'cli', 'package.json'].map((name) => `./${name}`);

/** Names in the export map, e.g. './tensor'. */
export const BROWSER_DOORS: readonly string[] = Object.keys(exports).filter(
  (name) => !NODE_ONLY.includes(name) && !name.endsWith('/node'),
);
