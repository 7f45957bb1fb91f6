// The run folder as the command line sees it: it is created once, described by `run.json`, and never overwritten.

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { removeStaleFiles, writeFileAtomic } from '../data/index.ts';
import { parseRun } from './read.ts';
import type { RunFile } from './schema.ts';

const RUN_FILE = 'run.json';

/** Makes sure that `dir` is a folder that may be written: new or empty, or not empty and to be continued. */
export function claimFolder(dir: string, resume: boolean): { readonly resumed: boolean } {
  if (existsSync(dir) && !statSync(dir).isDirectory()) {
    throw new JepaError('usage', `--out must be a folder, but '${dir}' is a file; choose another`, { dir });
  }
  const entries = existsSync(dir) ? readdirSync(dir) : [];
  if (entries.length > 0 && !resume) {
    const message = `folder '${dir}' already holds ${entries.length} entries and is never overwritten; continue it with --resume or choose another --out`;
    throw new JepaError('usage', message, { dir, entries: entries.length });
  }
  makeFolder(dir);
  removeStaleFiles(dir, { recursive: isRunFolder(dir) });
  return { resumed: entries.length > 0 };
}

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

/** True when `dir` has a `run.json`. */
export function isRunFolder(dir: string): boolean {
  return existsSync(join(dir, RUN_FILE));
}

/** Reads `run.json`. Errors: `usage` when the folder is not a run, `corrupt` or `data` when the file is damaged. */
export function readRunFile(dir: string): RunFile {
  const path = join(dir, RUN_FILE);
  if (!existsSync(path)) {
    const problem = existsSync(dir) ? 'has no run.json' : 'does not exist';
    throw new JepaError('usage', `'${dir}' must be a run folder, but it ${problem}; check the path`, { dir });
  }
  return parseRun({ value: parseJson(path), where: path });
}

function parseJson(path: string): unknown {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    throw new JepaError('corrupt', `${path} cannot be read: ${(error as Error).message}`, { path }, { cause: error });
  }
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new JepaError('corrupt', `${path} must be JSON: ${(error as Error).message}`, { path }, { cause: error });
  }
}

/** Replaces `run.json` as a whole; fields that others added to it are kept. */
export function writeRunFile(dir: string, run: RunFile): void {
  const path = join(dir, RUN_FILE);
  const before = existsSync(path) ? (parseJson(path) as object) : {};
  // JSON has no NaN: such a metric is stored as null, which readers take for NaN.
  const text = `${JSON.stringify({ ...before, ...run }, undefined, 2)}\n`;
  writeFileAtomic(path, [new TextEncoder().encode(text)]);
}
