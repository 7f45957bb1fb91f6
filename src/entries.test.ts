// What the package offers from outside: its export map, and the entries that load in a browser.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const BUILT = existsSync(join(ROOT, 'dist/src/index.js'));
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
const entries = Object.keys(manifest.exports).filter((name) => name !== './package.json');

/** Entries that a page may import: everything but what reads and writes files or starts workers. */
const BROWSER = entries.filter((name) => !name.endsWith('/node') && !['./train', './evals', './cli'].includes(name));

/** The modules that a built file imports, types and comments left out. */
function importsOf(file: string): string[] {
  const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const statements = /^(?:import|export)\b(?:[^'"=;()]*?\bfrom\s*|\s*)['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;
  return [...code.matchAll(statements)].map((m) => m[1] ?? m[2]!);
}

/** Every import of something that is no file of this package, reached from `entry`, with the file that has it. */
function foreignImports(entry: string): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const name of importsOf(file)) {
      if (name.startsWith('.')) visit(join(dirname(file), name));
      else found.push(`${relative(ROOT, file)} imports ${name}`);
    }
  };
  visit(entry);
  return found;
}

test('the export map names every room, and no second door that is not there', () => {
  const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((d) => d.isDirectory());
  const [doors, first] = [true, false].map((second) => entries.filter((name) => name.endsWith('/node') === second));
  expect(first!.sort()).toEqual(['.', ...rooms.map((d) => `./${d.name}`)].sort());
  expect(doors!.filter((name) => !existsSync(join(ROOT, 'src', `${name}.ts`)))).toEqual([]);
});

test('every dependency is pinned to one version', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter((v) => !/^\d+\.\d+\.\d+$/.test(v))).toEqual([]);
});

test.skipIf(!BUILT)('every entry of the export map is built', () => {
  for (const name of entries) {
    const entry = manifest.exports[name] as { readonly types: string; readonly default: string };
    expect(existsSync(join(ROOT, entry.default)), name).toBe(true);
    expect(existsSync(join(ROOT, entry.types)), name).toBe(true);
  }
});

// Without dist/ (npm run build) there is nothing to walk; `npm test` builds first.
/** Packages that run in a page as they do in Node. */
const PORTABLE = ['valibot'];

test.skipIf(!BUILT).each(BROWSER)(
  '%s reaches no module of Node and no package that needs it, so a page can import it',
  (name) => {
    const entry = manifest.exports[name] as { readonly default: string };
    const found = foreignImports(join(ROOT, entry.default));
    expect(found.filter((line) => !PORTABLE.some((name) => line.endsWith(` imports ${name}`)))).toEqual([]);
  },
);

test.skipIf(!BUILT)('the walk sees the imports of Node where there are some', () => {
  expect(foreignImports(join(ROOT, 'dist/src/data/node.js'))).toContain(
    'dist/src/data/store/reader.js imports node:fs',
  );
});
