// Reading text files of run folders, which may come from anybody: a pipe or a device in the place of one would block for ever.

import { readFileSync, statSync } from 'node:fs';
import { requireRegular } from '../data/node.ts';

/**
 * The text of a regular file.
 *
 * @throws JepaError 'data' for a folder, pipe, socket or device; what the file system throws
 */
export function readText(path: string): string {
  requireFile(path);
  return readFileSync(path, 'utf8');
}

/** Refuses what is no regular file; throws what the file system throws where there is nothing. */
export function requireFile(path: string): void {
  requireRegular(path, statSync(path));
}
