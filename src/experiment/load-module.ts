// A module of the user's, JavaScript or TypeScript, as the command line takes one by its path. TypeScript goes through jiti,
// which runs on every Node that this package runs on. What such a module imports from `jepa/...` is the library that loads it,
// wherever the module lies: what it registers is known here.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { JepaError } from '../core/index.ts';

/** Whether a word on the command line is the path of a module: it has a separator or the ending of one. */
export function isModulePath(word: string): boolean {
  return /[/\\]/.test(word) || /\.[cm]?[jt]s$/.test(word);
}

/** The doors of this package by name, and the files behind them. */
function ownDoors(): Readonly<Record<string, string>> {
  const manifest = createRequire(import.meta.url).resolve('jepa/package.json');
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  return Object.fromEntries(
    Object.entries(exports).flatMap(([door, target]) =>
      typeof target === 'string' ? [] : [[`jepa${door.slice(1)}`, join(dirname(manifest), target.default)]],
    ),
  );
}

/**
 * Loads a module by its path.
 *
 * @throws JepaError `usage` when there is no such file, when it does not compile (with file, line and column), and when it
 * fails while it is loaded (with the line that failed)
 */
export async function loadModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const file = resolve(path);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new JepaError('usage', `recipe file must exist, got '${path}'; check the path`, { path });
  }
  const doors = ownDoors();
  // Longest first: an alias also stands for what begins with it.
  const alias = Object.fromEntries(Object.entries(doors).sort(([a], [b]) => b.length - a.length));
  const jiti = createJiti(pathToFileURL(file).href, { interopDefault: false, fsCache: false, alias });
  try {
    return await jiti.import<Readonly<Record<string, unknown>>>(file);
  } catch (error) {
    if (error instanceof JepaError) throw error;
    throw failure(path, file, error);
  }
}

/** What went wrong with a module of the user's, in one line. */
function failure(path: string, file: string, cause: unknown): JepaError {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const message = error.message.replace(/\s*\n\s*/g, ' ').trim();
  const parse = /^ParseError: (.*)$/.exec(message);
  if (parse !== null) return new JepaError('usage', `${path} does not compile: ${parse[1]}`, { path }, { cause });
  const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(message);
  if (missing !== null) {
    const why = `${path} imports '${missing[1]}', which cannot be found; check the path, or install the package beside the file`;
    return new JepaError('usage', why, { path }, { cause });
  }
  const line = error.stack?.split('\n').find((l) => l.includes(file));
  const where = line === undefined ? '' : ` at ${/\(?((?:file:\/\/)?\/[^()\s]+:\d+:\d+)\)?/.exec(line)?.[1] ?? path}`;
  return new JepaError('usage', `${path} failed while it was loaded${where}: ${message}`, { path }, { cause });
}
