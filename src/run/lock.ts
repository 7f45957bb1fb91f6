// One process at a time writes into a run folder: the file `lock` in it says which. It appears whole or not at all (a hard
// link), and is taken over when its process is gone: on this computer by number and start time, elsewhere by a heartbeat.

import { linkSync, lstatSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { check, JepaError, open, optional, text, whole } from '../core/index.ts';
import { readText, removeStaleFiles } from '../data/node.ts';
import { makeFolder } from './make-folder.ts';
import { isAlive, startOf } from './process.ts';

/** Who writes into a folder. */
export interface LockFile {
  readonly pid: number;
  readonly host: string;
  /** See `startOf`; absent where the system does not say. */
  readonly start?: string;
  /** The command, as far as it is known. */
  readonly command: string;
  /** ISO 8601 time at which the folder was taken. */
  readonly since: string;
}

/** A folder that this process writes into. */
export interface RunLock {
  /** Gives the folder back; may be called again. */
  release(): void;
}

const NAME = 'lock';
const HEARTBEAT_MS = 20_000;
/** A process that has not shown itself for so long is taken for gone, where its number cannot be asked for. */
const SILENT_MS = 10 * 60_000;

const lockFile = open<LockFile>({
  pid: whole(),
  host: text(),
  start: optional(text()),
  command: text(),
  since: text(),
});

/** Locks that this thread holds, by path: its parts may take the same one again. */
const held = new Map<string, { count: number; readonly content: string; readonly beat: NodeJS.Timeout }>();
let serial = 0;

/**
 * Takes the folder `dir`, which is made when it is missing, for writing, and removes what killed processes left half written
 * in it. A folder that this process has taken already is taken once more.
 *
 * @throws JepaError 'usage' when another process writes into it, with its number, command and start; 'io' when the folder
 * cannot be written
 */
export function lockRun(dir: string, command: string = defaultCommand()): RunLock {
  const path = join(resolve(dir), NAME);
  const mine = held.get(path);
  if (mine === undefined) {
    makeFolder(dir);
    take(dir, path, command);
    removeStaleFiles(dir, { recursive: true });
  } else mine.count++;
  let released = false;
  return {
    release() {
      if (!released) giveBack(path);
      released = true;
    },
  };
}

/** Whether `name` is that of a folder's lock, or of one being made: such files are no content. */
export function isLockName(name: string): boolean {
  return name === NAME || name.startsWith(`${NAME}.`);
}

function defaultCommand(): string {
  return process.argv.slice(1).join(' ');
}

function take(dir: string, path: string, command: string): void {
  const start = startOf(process.pid);
  const record: LockFile = {
    pid: process.pid,
    host: hostname(),
    ...(start === undefined ? {} : { start }),
    command,
    since: new Date().toISOString(),
  };
  const content = `${JSON.stringify(record)}\n`;
  for (;;) {
    if (place(path, content)) break;
    const found = read(path);
    if (found === undefined) continue; // It was given back meanwhile.
    if (isOurs(found.content)) {
      // Another thread of this process: it may write in parts of the folder that are its own.
      return;
    }
    if (!isGone(path, found.content)) throw inUse(dir, path, found.content);
    setAside(path, found.content);
  }
  const beat = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch {
      // The folder was removed, or the disk fails: the next write will say so.
    }
  }, HEARTBEAT_MS);
  beat.unref();
  if (held.size === 0) process.on('exit', giveBackAll);
  held.set(path, { count: 1, content, beat });
}

/** Makes the lock; false when there is one. */
function place(path: string, content: string): boolean {
  const temporary = `${path}.tmp-${process.pid}-${threadId}-${serial++}`;
  try {
    writeFileSync(temporary, content);
    try {
      linkSync(temporary, path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (code === 'EEXIST') return false;
      // A file system without hard links: created first, filled then; a reader in between finds an empty lock.
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(code)) throw error;
      writeFileSync(path, content, { flag: 'wx' });
    } finally {
      rmSync(temporary, { force: true });
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    const reason = (error as Error).message;
    throw new JepaError(
      'io',
      `cannot lock ${path}: ${reason}; check the folder's permissions and the disk`,
      { path },
      { cause: error },
    );
  }
}

function read(path: string): { readonly content: string } | undefined {
  try {
    return { content: readText(path) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !isLink(path)) return undefined;
    throw new JepaError(
      'io',
      `cannot read the lock ${path}: ${(error as Error).message}; remove it when no process writes the folder`,
      { path },
      { cause: error },
    );
  }
}

/** Whether a symbolic link stands there: one to nothing cannot be read and cannot be made anew. */
function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function parsed(content: string): LockFile | undefined {
  try {
    return check(lockFile, JSON.parse(content));
  } catch {
    return undefined;
  }
}

function isOurs(content: string): boolean {
  const lock = parsed(content);
  return lock?.pid === process.pid && lock.host === hostname() && lock.start === startOf(process.pid);
}

/** Whether the process of a lock is gone, as far as that can be known. */
function isGone(path: string, content: string): boolean {
  const lock = parsed(content);
  if (lock !== undefined && lock.host === hostname()) {
    if (!isAlive(lock.pid) || lock.pid === process.pid) return true;
    const start = startOf(lock.pid);
    if (start !== undefined && lock.start !== undefined) return start !== lock.start;
  }
  try {
    return Date.now() - statSync(path).mtimeMs > SILENT_MS;
  } catch {
    return true;
  }
}

/** Moves a lock of a process that is gone out of the way; one that another process made in the meantime is put back. */
function setAside(path: string, content: string): void {
  const aside = `${path}.tmp-${process.pid}-${threadId}-${serial++}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // Somebody else was faster.
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== content) {
    try {
      linkSync(aside, path);
    } catch {
      // A third process has it by now.
    }
  }
  rmSync(aside, { force: true });
}

function inUse(dir: string, path: string, content: string): JepaError {
  const lock = parsed(content);
  if (lock === undefined) {
    const message = `'${dir}' is being written: ${path} stands there, but does not say by whom; wait, or remove that file`;
    return new JepaError('usage', message, { path });
  }
  const { pid, host, since, command } = lock;
  const elsewhere = host === hostname() ? '' : ` on ${host}`;
  const remedy =
    host === hostname()
      ? `wait for it, stop it (kill ${pid}), or choose another folder`
      : `wait for it or choose another folder; if that computer is gone, remove ${path}`;
  const message = `'${dir}' is being written by process ${pid}${elsewhere} since ${since.slice(0, 19).replace('T', ' ')} (${command}); ${remedy}`;
  return new JepaError('usage', message, { path, ...lock });
}

function giveBack(path: string): void {
  const mine = held.get(path);
  if (mine === undefined) return;
  mine.count--;
  if (mine.count > 0) return;
  clearInterval(mine.beat);
  held.delete(path);
  if (held.size === 0) process.off('exit', giveBackAll);
  try {
    if (readFileSync(path, 'utf8') === mine.content) rmSync(path, { force: true });
  } catch {
    // The folder is gone, and the lock with it.
  }
}

function giveBackAll(): void {
  for (const [path, lock] of held) {
    lock.count = 1;
    giveBack(path);
  }
}
