// The run folder as the command line sees it: it is created once, described by `run.json`, written by one process at a time,
// and never overwritten. A folder in which nothing was made yet does not stand in the way of a better attempt.

import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { isTemporary } from '../data/node.ts';
import { isLockName, lockRun, type RunLock } from './lock.ts';
import { makeFolder } from './make-folder.ts';
import { isRunFolder, RUN_FILE, readRunFile } from './record.ts';

/** A folder that is this process's to write. */
export interface RunClaim extends RunLock {
  /** The folder holds something that is to be continued. */
  readonly resumed: boolean;
  /** The folder holds a run of the same recipe in which nothing was collected or trained. */
  readonly blank: boolean;
  /** Removes the folder, if it was made by this claim and nothing was made in it. */
  discard(): void;
}

/** What is to be done in a folder. */
export interface ClaimOptions {
  /** Whether a folder that holds something is to be continued. */
  readonly resume: boolean;
  /** The recipe of the run; none for a folder that is no run. */
  readonly recipe?: string;
  /** The command, for the lock. */
  readonly command?: string;
}

/**
 * Takes `dir` for writing: a folder that is new or empty, one that holds something to be continued, or one in which a run of
 * the same recipe came to nothing.
 *
 * @throws JepaError 'usage' when it is a file, when it holds something and is not to be continued, or when another process
 * writes into it; 'io' when it cannot be made
 */
export function claimRun(dir: string, { resume, recipe, command }: ClaimOptions): RunClaim {
  refuseFile(dir);
  const isNew = !existsSync(dir);
  const { release } = lockRun(dir, command);
  const discard = (): void => {
    if (isNew && filesIn(dir).every((name) => name === RUN_FILE)) rmSync(dir, { recursive: true, force: true });
  };
  try {
    const entries = contentOf(dir);
    const blank = recipe !== undefined && isBlank(dir, recipe);
    if (entries.length > 0 && !resume && !blank) throw taken(dir, entries.length);
    return { resumed: entries.length > 0 && resume, blank, release, discard };
  } catch (error) {
    release();
    throw error;
  }
}

/** Makes sure that `dir` is a folder that may be written: new or empty, or not empty and to be continued. */
export function claimFolder(dir: string, resume: boolean): { readonly resumed: boolean } {
  refuseFile(dir);
  const entries = contentOf(dir);
  if (entries.length > 0 && !resume) throw taken(dir, entries.length);
  makeFolder(dir);
  return { resumed: entries.length > 0 };
}

function refuseFile(dir: string): void {
  if (!existsSync(dir) || statSync(dir).isDirectory()) return;
  throw new JepaError('usage', `--out must be a folder, but '${dir}' is a file; choose another`, { dir });
}

function taken(dir: string, entries: number): JepaError {
  const message = `folder '${dir}' already holds ${entries} entries and is never overwritten; continue it with --resume or choose another --out`;
  return new JepaError('usage', message, { dir, entries });
}

/** The entries of a folder apart from its lock and what killed processes left. */
function contentOf(dir: string): readonly string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir).filter((name) => !isLockName(name) && !isTemporary(name));
}

/** All files in a folder and the folders in it, by their paths from there; a folder without files counts for nothing. */
function filesIn(dir: string, prefix: string = ''): readonly string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const name = prefix + entry.name;
    if (entry.isDirectory()) return filesIn(join(dir, entry.name), `${name}/`);
    return isTemporary(entry.name) || isLockName(name) ? [] : [name];
  });
}

/** Files that a run has before it has made anything. */
const BEFORE_WORK: readonly string[] = [RUN_FILE, 'dataset-link.json', 'report.html'];

function isBlank(dir: string, recipe: string): boolean {
  if (!isRunFolder(dir)) return false;
  const run = readRunFile(dir);
  if (run.recipe !== recipe || run.status === 'done' || Object.keys(run.metrics ?? {}).length > 0) return false;
  return filesIn(dir).every((name) => BEFORE_WORK.includes(name));
}
