// Reading what the user names: a path that leads nowhere or may not be read is a mistake of the user, said in one sentence.

import { accessSync, constants, lstatSync, readlinkSync, statSync } from 'node:fs';
import { JepaError } from '../core/index.ts';

/**
 * Requires that `path` leads to a file or folder that may be read.
 *
 * @throws JepaError 'usage' when it does not exist, is a link to nothing or in a circle, or may not be read.
 */
export function requireReadable(path: string): void {
  const problem = problemOf(path);
  if (problem !== undefined) throw new JepaError('usage', `'${path}' ${problem}`, { path });
}

function problemOf(path: string): string | undefined {
  const code = codeOf(() => accessSync(path, constants.R_OK));
  if (code === undefined) {
    const closed = statSync(path).isDirectory() && codeOf(() => accessSync(path, constants.X_OK)) !== undefined;
    return closed ? 'may not be entered; check its permissions' : undefined;
  }
  if (code === 'ELOOP') return 'is a link that leads in a circle; check the path';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read; check its permissions';
  if (code !== 'ENOENT') return `cannot be read (${code}); check the path`;
  const target = linkTarget(path);
  return target === undefined
    ? 'does not exist; check the path'
    : `is a link to '${target}', which does not exist; check the path`;
}

/** Whether something has this name, be it a link to nothing. */
export function isThere(path: string): boolean {
  return codeOf(() => lstatSync(path)) === undefined;
}

/** Where a link leads; undefined for what is no link. */
function linkTarget(path: string): string | undefined {
  let target: string | undefined;
  codeOf(() => {
    if (lstatSync(path).isSymbolicLink()) target = readlinkSync(path);
  });
  return target;
}

/** The system's code when `act` fails; undefined when it does not. */
function codeOf(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return systemCode(error) ?? 'unknown';
  }
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * What `read` gives of `path`.
 *
 * @throws JepaError 'usage' as `requireReadable`, and when the system refuses a file inside.
 */
export function reading<T>(path: string, read: () => T): T {
  requireReadable(path);
  try {
    return read();
  } catch (error) {
    // What `io` errors hold is a refusal of the system as well: nothing is written here.
    const refused = error instanceof JepaError ? error.code === 'io' : systemCode(error) !== undefined;
    if (!refused || !(error instanceof Error)) throw error;
    const reason = error instanceof JepaError ? error.message : `${error.message}; check the folder`;
    throw new JepaError('usage', `'${path}' cannot be read: ${reason}`, { path }, { cause: error });
  }
}
