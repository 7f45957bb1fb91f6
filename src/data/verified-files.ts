// Which files were read whole and found to match their checksums, so that a dataset is not read twice at every start.
//
// A file is taken for unchanged while its size, its times of modification and of change (ns) and its inode are the same.
// The memory lies in the cache folder, one small file per dataset folder. It is never needed: where it cannot be read or
// written, files are verified again.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { JepaError } from '../core/index.ts';
import { ioError, writeFileAtomic } from './atomic.ts';
import { cacheFolder } from './cache-folder.ts';

/** Smaller files are read faster than remembered. */
const SMALLEST_BYTES = 2 ** 20;
/** A file changed twice within one tick of the system's clock has one time; only what has been still for longer is remembered. */
const SETTLED_MS = 2000;

/** How a file was found, before it is read. */
export interface FileStamp {
  readonly text: string;
  readonly bytes: number;
  /** Whether an equal stamp later means an unchanged file. */
  readonly settled: boolean;
}

/** The verified files of one folder. */
export interface VerifiedFiles {
  /** Whether the file `name` was verified against `expected` when it had this stamp. */
  has(name: string, stamp: FileStamp, expected: string): boolean;
  /** Remembers that it was; nothing happens where that is impossible or not worth it. */
  add(name: string, stamp: FileStamp, expected: string): void;
}

interface Memory {
  readonly dir: string;
  /** Per file the stamp and what it was verified against. */
  readonly files: Readonly<Record<string, string>>;
}

/** The stamp of the file at `path`. Errors: `io`. */
export function stampOf(path: string): FileStamp {
  try {
    const { size, mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true });
    const changedMs = Math.max(...[mtimeNs, ctimeNs].map((time) => Number(time / 1_000_000n)));
    return {
      text: `${size}-${mtimeNs}-${ctimeNs}-${ino}`,
      bytes: Number(size),
      settled: changedMs < Date.now() - SETTLED_MS,
    };
  } catch (error) {
    throw ioError(`reading ${path}`, error, 'nothing was changed');
  }
}

function readMemory(path: string): Memory | undefined {
  try {
    const parsed: Partial<Memory> | null = JSON.parse(readFileSync(path, 'utf8'));
    return typeof parsed?.dir === 'string' && typeof parsed.files === 'object' ? (parsed as Memory) : undefined;
  } catch {
    return undefined; // Not there, or damaged: nothing is known.
  }
}

/** Removes the memories of folders that are gone. */
function prune(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const memory = readMemory(path);
    if (memory !== undefined && !existsSync(memory.dir)) rmSync(path, { force: true });
  }
}

/** The memory of the files in `dir`. */
export function verifiedFiles(dir: string): VerifiedFiles {
  const whole = resolve(dir);
  const folder = join(cacheFolder(), 'verified');
  const path = join(folder, `${createHash('sha256').update(whole).digest('hex').slice(0, 24)}.json`);
  const read = (): Memory['files'] => {
    const memory = readMemory(path);
    return memory?.dir === whole ? memory.files : {};
  };
  let files: Memory['files'] | undefined;
  return {
    has(name, stamp, expected) {
      if (stamp.bytes < SMALLEST_BYTES) return false;
      files ??= read();
      return files[name] === `${stamp.text} ${expected}`;
    },
    add(name, stamp, expected) {
      if (stamp.bytes < SMALLEST_BYTES || !stamp.settled) return;
      try {
        mkdirSync(folder, { recursive: true });
        if (!existsSync(path)) prune(folder);
        // Read again: another thread or process may have added something meanwhile.
        files = { ...read(), [name]: `${stamp.text} ${expected}` };
        writeFileAtomic(path, [new TextEncoder().encode(JSON.stringify({ dir: whole, files } satisfies Memory))]);
      } catch (error) {
        // A full or read-only disk costs another verification, nothing else.
        if (!(error instanceof JepaError) && !(error instanceof Error && 'code' in error)) throw error;
      }
    },
  };
}
