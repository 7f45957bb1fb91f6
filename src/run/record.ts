// run.json on disk.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { readText, writeFileAtomic } from '../data/node.ts';
import { parseRun } from './parse.ts';
import type { RunFile } from './schema.ts';

/** The name of the file that makes a folder a run. */
export const RUN_FILE = 'run.json';

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
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    throw new JepaError('corrupt', `${path} cannot be read: ${(error as Error).message}`, { path }, { cause: error });
  }
  return parseRun(text, path);
}

/**
 * Replaces `run.json`, whole or not at all; fields that others added to it are kept, but not the failure of an earlier
 * sitting. Numbers that are not finite are written as null.
 *
 * @throws JepaError 'io' when it cannot be written; 'corrupt' or 'data' when the file there is damaged
 */
export function writeRunFile(dir: string, run: RunFile): void {
  const { failure: _, ...before } = isRunFolder(dir) ? readRunFile(dir) : ({} as Partial<RunFile>);
  const text = `${JSON.stringify({ ...before, ...run }, undefined, 2)}\n`;
  writeFileAtomic(join(dir, RUN_FILE), [new TextEncoder().encode(text)]);
}
