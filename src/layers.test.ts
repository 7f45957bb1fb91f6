// The import rules of the house, read from layers.json: rooms of src import downwards only, and each other only through their
// doors, index.ts and, for what needs Node, node.ts; the folders beside src import the rooms and folders that layers.json
// gives them; no two files import each other, however far around. Tests and laws are exempt from the doors.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const SRC = join(ROOT, 'src');
const layers = JSON.parse(readFileSync(join(ROOT, 'layers.json'), 'utf8')) as {
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  readonly folders: Readonly<Record<string, readonly string[]>>;
  readonly forbiddenFolders: readonly string[];
  readonly maxLines: number;
  readonly medianLines: number;
  readonly largestRoom: number;
};
const rooms = Object.keys(layers.rooms);
const folders = Object.keys(layers.folders);
const below = (place: string): readonly string[] => layers.rooms[place] ?? layers.folders[place] ?? [];

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name === 'dist' ? [] : filesUnder(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const files = [SRC, ...folders.map((folder) => join(ROOT, folder))].flatMap(filesUnder);
const isTest = (file: string): boolean => /\.(test|law)\.ts$/.test(file);
const shipped = files.filter((file) => !isTest(file));
const text = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const linesOf = (file: string): number => text.get(file)!.split('\n').length - 1;

/** Modules that a file imports, whether for values or types. */
function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const pattern = /\bfrom\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'|\bnew URL\('(\.[^']+\.[tj]s)'/g;
  return [...code.matchAll(pattern)].map((m) => m[1] ?? m[2] ?? m[3]!);
}

/** The room of a path under src, or the folder beside src; undefined for the package's own entry and for other places. */
function placeOf(path: string): string | undefined {
  const [top, room, ...rest] = relative(ROOT, path).split(sep);
  if (top !== 'src') return folders.find((folder) => folder === top);
  return rest.length > 0 ? room : undefined;
}

/** What is wrong with the imports of a file with this text. */
function wrongImports(file: string, source: string): string[] {
  const from = placeOf(file);
  const where = relative(ROOT, file);
  return importsOf(source).flatMap((specifier) => {
    if (/^jepa(\/|$)/.test(specifier)) {
      return from === 'examples' ? [] : [`${where} imports ${specifier}: inside the package import files`];
    }
    if (!specifier.startsWith('.')) return [];
    const target = resolve(dirname(file), specifier);
    const to = placeOf(target);
    if (to === undefined || to === from) return [];
    const complaints: string[] = [];
    const door = rooms.includes(to)
      ? ['index.ts', 'node.ts'].map((name) => join(SRC, to, name))
      : [join(ROOT, to, 'index.ts')];
    if (!door.includes(target))
      complaints.push(`${where} imports ${specifier}: elsewhere only through index.ts or node.ts`);
    if (from !== undefined && !below(from).includes(to))
      complaints.push(`${where} imports ${to}, but ${from} may import only ${below(from).join(', ')}`);
    return complaints;
  });
}

/** Files that a file imports, among those that are known. */
const graph = new Map(
  shipped.map((file) => [
    file,
    importsOf(text.get(file)!)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => resolve(dirname(file), specifier))
      .filter((target) => text.has(target)),
  ]),
);

/** Groups of nodes that reach each other (R. Tarjan, 1972), of two nodes and more. */
function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.get(node)!);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== order.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1 || (edges.get(node) ?? []).includes(node)) found.push(group);
  };
  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return found;
}

test('every folder of src is a room of layers.json', () => {
  const found = readdirSync(SRC, { withFileTypes: true }).filter((d) => d.isDirectory());
  expect(found.map((d) => d.name).filter((name) => !rooms.includes(name))).toEqual([]);
});

test('rooms and folders have an order: each imports only what stands before it in some sequence', () => {
  const all = [...rooms, ...folders];
  const placed = new Set<string>();
  for (let n = 0; n < all.length; n++)
    for (const place of all) if (below(place).every((name) => placed.has(name))) placed.add(place);
  expect(all.filter((place) => !placed.has(place))).toEqual([]);
});

test('rooms and folders import what lies below them, through its doors', () => {
  expect(shipped.flatMap((file) => wrongImports(file, text.get(file)!))).toEqual([]);
});

test('every edge that layers.json permits is used', () => {
  const used = new Set<string>();
  for (const [file, targets] of graph) for (const target of targets) used.add(`${placeOf(file)} ${placeOf(target)}`);
  const unused = [...rooms, ...folders].flatMap((from) =>
    from === 'examples' ? [] : below(from).flatMap((to) => (used.has(`${from} ${to}`) ? [] : [`${from} -> ${to}`])),
  );
  expect(unused).toEqual([]);
});

test('no two files import each other, directly or around others', () => {
  expect(circles(graph).map((group) => group.map((file) => relative(ROOT, file)))).toEqual([]);
});

test('an import upwards, past the doors or through the package itself is found', () => {
  const found = (path: string, line: string): number => wrongImports(join(ROOT, path), line).length;
  const file = 'src/tensor/ops/x.ts';
  expect(found(file, "import { a } from '../../core/index.ts';")).toBe(0);
  expect(found(file, "import { a } from '../graph.ts';")).toBe(0);
  expect(found(file, "import type { a } from '../../nn/index.ts';")).toBe(1);
  expect(found(file, "export * from '../../core/errors.ts';")).toBe(1);
  expect(found(file, "const a = await import('../../nn/linear.ts');")).toBe(2);
  expect(found(file, "import { a } from 'jepa/core';")).toBe(1);
  expect(found(file, "// import { a } from '../../nn/index.ts';")).toBe(0);
  expect(found('src/cli/x.ts', "import { recipes } from '../../recipes/index.ts';")).toBe(1);
  expect(found('recipes/x.ts', "import { main } from '../app/main.ts';")).toBe(2);
  expect(found('bench/x.ts', "import { a } from '../src/core/errors.ts';")).toBe(1);
});

test('a circle is found, through however many files, and a diamond is none', () => {
  const edges = (...pairs: readonly (readonly [string, readonly string[]])[]) => new Map(pairs);
  expect(circles(edges(['a', ['b', 'c']], ['b', ['d']], ['c', ['d']], ['d', []]))).toEqual([]);
  expect(circles(edges(['a', ['b']], ['b', ['c']], ['c', ['a']], ['d', ['a']])).map((g) => g.sort())).toEqual([
    ['a', 'b', 'c'],
  ]);
  expect(circles(edges(['a', ['a']]))).toEqual([['a']]);
});

test('no folder is a drawer for odds and ends', () => {
  const names = new Set(files.flatMap((f) => relative(ROOT, dirname(f)).split(sep)));
  expect(layers.forbiddenFolders.filter((name) => names.has(name))).toEqual([]);
});

test(`no file is longer than ${layers.maxLines} lines, and half of them are shorter than ${layers.medianLines}`, () => {
  const long = files.map((f) => [relative(ROOT, f), linesOf(f)] as const);
  expect(long.filter(([, lines]) => lines > layers.maxLines)).toEqual([]);
  const sorted = shipped.map(linesOf).sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(layers.medianLines);
});

test(`no room holds more than ${layers.largestRoom} of the lines of src`, () => {
  const own = shipped.filter((file) => file.startsWith(SRC));
  const total = own.reduce((sum, file) => sum + linesOf(file), 0);
  const share = (room: string): number =>
    own.filter((file) => placeOf(file) === room).reduce((sum, file) => sum + linesOf(file), 0) / total;
  expect(rooms.map((room) => [room, share(room)] as const).filter(([, part]) => part > layers.largestRoom)).toEqual([]);
});
