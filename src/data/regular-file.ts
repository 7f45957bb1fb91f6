// Opening files that others made: only regular ones. A pipe, a socket or a device would block, or never end.

import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import { JepaError } from '../core/index.ts';
import { ioError } from './atomic.ts';

/** What something is that is no regular file. */
function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/**
 * Refuses what is no regular file; symbolic links are followed.
 *
 * @throws JepaError 'data' for a folder, pipe, socket or device.
 */
export function requireRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  throw new JepaError('data', `${path} must be a file, it is ${kindOf(stats)}; take it out or give another path`, {
    path,
  });
}

/**
 * Refuses what is no regular file.
 *
 * @throws JepaError 'data' for a folder, pipe, socket or device; what the file system throws, such as ENOENT
 */
export function requireFile(path: string): void {
  requireRegular(path, statSync(path));
}

/**
 * The text of a regular file.
 *
 * @throws those of `requireFile`
 */
export function readText(path: string): string {
  requireFile(path);
  return readFileSync(path, 'utf8');
}

/**
 * A descriptor for reading a regular file, and its size in bytes. The caller closes it.
 *
 * @throws JepaError 'io' when it cannot be opened, 'data' when it is no regular file.
 */
export function openRegular(path: string): { readonly fd: number; readonly size: number } {
  let fd: number | undefined;
  try {
    requireRegular(path, statSync(path)); // before it is opened: opening a device can do something
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // O_NONBLOCK: what it became meanwhile
    const stats = fstatSync(fd);
    requireRegular(path, stats);
    return { fd, size: stats.size };
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    if (error instanceof JepaError) throw error;
    throw ioError(`reading ${path}`, error, 'nothing was read');
  }
}

/**
 * The bytes of a regular file.
 *
 * @param most calls back with the size before anything is read, to refuse it
 * @throws JepaError 'io' when it cannot be read, 'data' when it is no regular file.
 */
export function readRegular(path: string, most: (bytes: number) => void): Uint8Array {
  const { fd, size } = openRegular(path);
  try {
    most(size);
    return new Uint8Array(readFileSync(fd));
  } catch (error) {
    if (error instanceof JepaError) throw error;
    throw ioError(`reading ${path}`, error, 'nothing was read');
  } finally {
    closeSync(fd);
  }
}

/** The first `bytes` bytes of an opened file, which is closed; fewer when it has fewer. */
export function readHead(fd: number, bytes: number): Uint8Array {
  try {
    const head = new Uint8Array(bytes);
    return head.subarray(0, readSync(fd, head, 0, bytes, 0));
  } finally {
    closeSync(fd);
  }
}
