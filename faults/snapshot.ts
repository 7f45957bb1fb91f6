// What a folder holds, in a form in which two runs of the same seed are equal: bytes by their digest, JSON without
// times.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Content by path. */
export type Snapshot = ReadonlyMap<string, string>;

/** Names of values that a clock, a machine or a command line decides. */
const TIMES =
  /seconds|minutes|PerSecond|timing|waitShare|^totals$|^started$|^since$|^machine$|^command$|^commandLine$|^bytes$/i;

/** The value without what differs from run to run; paths below `dir` are told from there. */
export function timeless(value: unknown, dir: string): unknown {
  if (typeof value === 'string') return value.replaceAll(dir, '<dir>');
  if (Array.isArray(value)) return value.map((item) => timeless(item, dir));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !TIMES.test(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, timeless(inner, dir)]));
}

function contentOf(path: string, dir: string): string {
  const bytes = readFileSync(path);
  if (/\.jsonl?$/.test(path)) {
    try {
      const lines = path.endsWith('l') ? bytes.toString().trim().split('\n') : [bytes.toString()];
      return lines.map((line) => JSON.stringify(timeless(JSON.parse(line), dir))).join('\n');
    } catch {
      // Not JSON: its bytes count.
    }
  }
  if (path.endsWith('.safetensors') && bytes.length > 8) return checkpointContent(bytes, dir);
  return digest(bytes);
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A checkpoint keeps the time of the training in its header, and a checksum over all of it. */
function checkpointContent(bytes: Buffer, dir: string): string {
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  try {
    const { __metadata__: metadata = {}, ...tensors } = JSON.parse(bytes.toString('utf8', 8, start));
    const texts = Object.entries(metadata as Record<string, string>)
      .filter(([name]) => !/sha256/i.test(name))
      .map(([name, text]) => [name, text.startsWith('{') ? timeless(JSON.parse(text), dir) : text]);
    return JSON.stringify([texts, tensors, digest(bytes.subarray(start))]);
  } catch {
    return digest(bytes);
  }
}

/** All files below a folder, as paths from there. */
export function filesBelow(dir: string): readonly string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}

/** The content of a folder; pages count as there or not, for they show times. */
export function snapshot(dir: string): Snapshot {
  return new Map(
    filesBelow(dir).map((file) => [file, file.endsWith('.html') ? 'a page' : contentOf(join(dir, file), dir)]),
  );
}

/** What differs between two folders, in words; empty when nothing does. */
export function difference(wanted: Snapshot, got: Snapshot, except: readonly string[] = []): readonly string[] {
  const names = [...new Set([...wanted.keys(), ...got.keys()])].filter((name) => !except.includes(name));
  return names.flatMap((name) => {
    const [a, b] = [wanted.get(name), got.get(name)];
    if (a === b) return [];
    return [a === undefined ? `${name} is left over` : b === undefined ? `${name} is missing` : `${name} differs`];
  });
}
