// Files that recipes write into a run folder.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { JepaError } from '../core/index.ts';
import { writeFileAtomic } from '../data/index.ts';
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
  return existsSync(link) ? linkedDataset(link) : undefined;
}

/** @throws JepaError 'corrupt' when the file is not `{ dataset: <folder> }`. */
function linkedDataset(link: string): string {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(link, 'utf8'));
  } catch (error) {
    throw damagedLink(link, (error as Error).message, error);
  }
  const dataset = typeof found === 'object' && found !== null && 'dataset' in found ? found.dataset : undefined;
  if (typeof dataset !== 'string' || dataset === '') throw damagedLink(link, 'it names no dataset');
  return dataset;
}

function damagedLink(link: string, why: string, cause?: unknown): JepaError {
  const message = `${link} must be JSON that names the dataset of the run, { "dataset": "<folder>" }: ${why}; write it anew, or name the dataset with --data`;
  return new JepaError('corrupt', message, { link }, { cause });
}
