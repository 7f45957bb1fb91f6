// What processes that were killed left behind: the temporary files of `writeFileAtomic`, known by the process in their names.

import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ioError, systemCode, TEMPORARY } from './atomic.ts';

/** Whether a process of this number runs; one of another user counts. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Whether no running process can be writing the temporary file at `path`. */
function isStale(path: string, pid: number): boolean {
  if (pid !== process.pid) return !runs(pid);
  // Numbers are used again, in containers often at once: a file older than this process is another's.
  const startMs = Date.now() - process.uptime() * 1000;
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modified !== undefined && modified < startMs - 1000;
}

/** Whether `name` is that of a file which is being written, or was. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Where to look. */
export interface StaleOptions {
  /** Also in the folders in it (default false). */
  readonly recursive?: boolean;
}

/**
 * Removes from `folder` the temporary files of processes that no longer run; returns their names, relative to it. Call it where a folder is opened for writing by its one writer. Processes of another machine look ended.
 *
 * @throws JepaError 'io' when the folder cannot be read or a file not removed; a folder that is not there holds none
 *
 * @example
 * removeStaleFiles('runs/1'); // ['run.json.tmp-4711-0-3']
 */
export function removeStaleFiles(folder: string, { recursive = false }: StaleOptions = {}): readonly string[] {
  try {
    const stale = readdirSync(folder, { recursive, encoding: 'utf8' }).filter((name) => {
      const pid = TEMPORARY.exec(name)?.[1];
      return pid !== undefined && isStale(join(folder, name), Number(pid));
    });
    for (const name of stale) rmSync(join(folder, name), { force: true });
    return stale;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw ioError(`removing what killed processes left in ${folder}`, error, 'the other files are untouched');
  }
}
