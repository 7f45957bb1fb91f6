// Files that appear whole or not at all: write to a temporary name beside the target, fsync, rename, fsync the folder.
// A reader, or a process killed at any moment, sees the old content or the new one, never a mixture.

import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';
import { JepaError } from '../core/index.ts';

/** Bytes handed to one write call; the operating system refuses calls of 2 GiB and more. */
const WRITE_BYTES = 1 << 28;

/** How a temporary file ends: the process and the thread that write it, and which of their files it is. */
export const TEMPORARY: RegExp = /\.tmp-(\d+)-\d+-\d+$/;

let serial = 0;

/**
 * Writes all of `bytes` at the current position of `fd` (or at `position`), in as many calls as the system needs.
 *
 * Errors: what the file system reports (`ENOSPC`, `EIO`), unchanged; `ioError` words it for people.
 */
export function writeAll(fd: number, bytes: Uint8Array, position: number | null = null): void {
  for (let at = 0; at < bytes.length; ) {
    const count = Math.min(bytes.length - at, WRITE_BYTES);
    const written = writeSync(fd, bytes, at, count, position === null ? null : position + at);
    at += written;
  }
}

/** The system's error code (`ENOENT`, `ENOSPC`) of a caught value, or an empty string. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * An `io` error for a failed file operation: what failed, the system's reason, what was kept, what to do.
 *
 * @param what the operation, with the path: `writing checkpoints/last.safetensors`
 * @param kept what is still safe on disk, one clause
 */
export function ioError(what: string, error: unknown, kept: string): JepaError {
  const code = systemCode(error);
  const reason = error instanceof Error ? error.message : String(error);
  const remedy =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'the disk is full: free space or choose another folder, then run again'
      : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? 'check the permissions of the folder'
        : code === 'ENOENT'
          ? 'check the path'
          : 'check the disk and run again';
  return new JepaError(
    'io',
    `${what} failed: ${reason}; ${kept}; ${remedy}`,
    { systemCode: code, kept },
    { cause: error },
  );
}

/** Flushes a folder's entries, so that a rename inside it survives a power cut; systems that cannot are left alone. */
export function syncFolder(folder: string): void {
  let fd: number;
  try {
    fd = openSync(folder, 'r');
  } catch {
    return; // Windows cannot open a folder; its rename is already durable enough for what we promise there.
  }
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'ENOTSUP'].includes(systemCode(error))) throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces the file at `path` by the concatenation of `chunks`, whole or not at all.
 *
 * Errors: `io` when the disk is full or the folder is missing; the former file at `path`, if any, is then untouched
 * and the temporary file is removed.
 *
 * @example
 * writeFileAtomic('runs/1/run.json', [new TextEncoder().encode(JSON.stringify(config))]);
 */
export function writeFileAtomic(path: string, chunks: Iterable<Uint8Array>): void {
  const temporary = `${path}.tmp-${process.pid}-${threadId}-${serial++}`;
  try {
    const fd = openSync(temporary, 'w');
    try {
      for (const chunk of chunks) writeAll(fd, chunk);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    if (error instanceof JepaError) throw error;
    throw ioError(`writing ${path}`, error, 'the former file, if there was one, is untouched');
  }
}
