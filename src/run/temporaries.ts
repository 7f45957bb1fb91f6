// What killed processes left half written: files are written under `<name>.tmp-<pid>-<thread>-<serial>` and renamed when they
// are whole, so a name of that form whose process is gone is nobody's.

import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, startMs } from './process.ts';

const NAME = /\.tmp-(\d+)-\d+-\d+$/;

/** Clocks of files and of processes differ by this much at most. */
const SLACK_MS = 2000;

/** Whether `name` is that of a file which is being written, or was. */
export function isTemporary(name: string): boolean {
  return NAME.test(name);
}

/** Removes the half-written files of processes that are gone from a folder and all folders in it; returns their paths. */
export function removeTemporaries(dir: string): readonly string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return removeTemporaries(path);
    const pid = NAME.exec(entry.name)?.[1];
    if (!entry.isFile() || pid === undefined || isBeingWritten(path, Number(pid))) return [];
    rmSync(path, { force: true });
    return [path];
  });
}

/** A process that started after the file was last written did not write it: it only has the number of the one that did. */
function isBeingWritten(path: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  const began = startMs(pid);
  try {
    return began === undefined || lstatSync(path).mtimeMs + SLACK_MS >= began;
  } catch {
    return true; // It was renamed meanwhile: somebody writes it.
  }
}
