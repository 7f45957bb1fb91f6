// Files that recipes write into a run folder.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomic } from '../data/node.ts';
import type { RunContext } from './recipe.ts';

/** Writes `value` as a JSON file of the run. */
export function writeJson(context: RunContext, name: string, value: unknown): void {
  const path = join(context.out, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, [new TextEncoder().encode(`${JSON.stringify(value)}\n`)]);
}

const LINK = 'dataset-link.json';

/** Remembers in the run which dataset outside of it is used. */
export function rememberDataset(context: RunContext): void {
  if (context.data !== undefined) writeJson(context, LINK, { dataset: resolve(context.data) });
}

/** The dataset that the user gives now, or gave when the run was trained. */
export function rememberedDataset(context: RunContext): string | undefined {
  if (context.data !== undefined) return context.data;
  const link = join(context.model ?? context.out, LINK);
  return existsSync(link)
    ? (JSON.parse(readFileSync(link, 'utf8')) as { readonly dataset: string }).dataset
    : undefined;
}
