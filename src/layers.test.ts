// The import rules of docs and architecture, read from layers.json: rooms import downwards only, and each other only
// through index.ts. Tests and laws are exempt; recipes and the package's own entry may import every room.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const SRC = join(ROOT, 'src');
const layers = JSON.parse(readFileSync(join(ROOT, 'layers.json'), 'utf8')) as {
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  readonly forbiddenFolders: readonly string[];
  readonly maxLines: number;
};
const rooms = Object.keys(layers.rooms);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

const files = [...filesUnder(SRC), ...filesUnder(join(ROOT, 'recipes'))];
const isTest = (file: string): boolean => /\.(test|law)\.ts$/.test(file);

/** Modules that a file imports, whether for values or types. */
function importsOf(source: string): string[] {
  const text = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const pattern = /\bfrom\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'|\bnew URL\('(\.[^']+\.[tj]s)'/g;
  return [...text.matchAll(pattern)].map((m) => m[1] ?? m[2] ?? m[3]!);
}

/** The room of a path under src/, undefined for the package's entry, recipes and what lies outside. */
function roomOf(path: string): string | undefined {
  const parts = relative(SRC, path).split(sep);
  return parts.length > 1 && parts[0] !== '..' ? parts[0] : undefined;
}

/** What is wrong with the imports of a file with this text. */
function wrongImports(file: string, source: string): string[] {
  const from = roomOf(file);
  const where = relative(ROOT, file);
  return importsOf(source).flatMap((specifier) => {
    if (/^jepa(\/|$)/.test(specifier)) return [`${where} imports ${specifier}: inside the package import files`];
    if (!specifier.startsWith('.')) return [];
    const target = resolve(dirname(file), specifier);
    const to = roomOf(target);
    if (to === undefined || to === from) return [];
    const complaints: string[] = [];
    if (relative(SRC, target) !== join(to, 'index.ts'))
      complaints.push(`${where} imports ${specifier}: across rooms only through index.ts`);
    if (from !== undefined && !layers.rooms[from]?.includes(to))
      complaints.push(`${where} imports room ${to}, but ${from} may import only ${layers.rooms[from]?.join(', ')}`);
    return complaints;
  });
}

test('every folder of src is a room of layers.json', () => {
  const folders = readdirSync(SRC, { withFileTypes: true }).filter((d) => d.isDirectory());
  expect(folders.map((d) => d.name).filter((name) => !rooms.includes(name))).toEqual([]);
});

test('the layers have an order: each room imports only rooms that stand before it in some sequence', () => {
  const placed = new Set<string>();
  for (let n = 0; n < rooms.length; n++)
    for (const room of rooms) if (layers.rooms[room]!.every((below) => placed.has(below))) placed.add(room);
  expect(rooms.filter((room) => !placed.has(room))).toEqual([]);
});

test('rooms import what lies below them, through its index.ts', () => {
  expect(files.filter((f) => !isTest(f)).flatMap((f) => wrongImports(f, readFileSync(f, 'utf8')))).toEqual([]);
});

test('an import upwards, past the index or through the package itself is found', () => {
  const file = join(SRC, 'tensor', 'ops', 'x.ts');
  const found = (line: string): number => wrongImports(file, line).length;
  expect(found("import { a } from '../../core/index.ts';")).toBe(0);
  expect(found("import { a } from '../node.ts';")).toBe(0);
  expect(found("import type { a } from '../../nn/index.ts';")).toBe(1);
  expect(found("export * from '../../core/errors.ts';")).toBe(1);
  expect(found("const a = await import('../../nn/linear.ts');")).toBe(2);
  expect(found("import { a } from 'jepa/core';")).toBe(1);
  expect(found("// import { a } from '../../nn/index.ts';")).toBe(0);
});

test('no folder is a drawer for odds and ends', () => {
  const folders = new Set(files.flatMap((f) => relative(ROOT, dirname(f)).split(sep)));
  expect(layers.forbiddenFolders.filter((name) => folders.has(name))).toEqual([]);
});

test(`no file is longer than ${layers.maxLines} lines`, () => {
  const long = files.map((f) => [relative(ROOT, f), readFileSync(f, 'utf8').split('\n').length - 1] as const);
  expect(long.filter(([, lines]) => lines > layers.maxLines)).toEqual([]);
});
