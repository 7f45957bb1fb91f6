// What the package offers from outside: its export map, and the entries that load in a browser.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BROWSER_DOORS } from './browser-doors.law.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const BUILT = existsSync(join(ROOT, 'dist/src/index.js'));
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
const entries = Object.keys(manifest.exports).filter((name) => name !== './package.json');

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
      if (name.startsWith('.'))
        visit(join(dirname(file), file.endsWith('.d.ts') ? name.replace(/\.ts$/, '.d.ts') : name));
      else found.push(`${relative(ROOT, file)} imports ${name}`);
    }
  };
  visit(entry);
  return found;
}

/** Single things that are wanted without their room. */
const LEAVES = ['./jepa/barlow-twins', './jepa/sigreg', './jepa/vicreg', './plan/cem'];

test('the export map names every room, its second door where it has one, and the leaves', () => {
  const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((d) => d.isDirectory());
  const doors = rooms.flatMap(({ name }) =>
    existsSync(join(ROOT, 'src', name, 'node.ts')) ? [`./${name}`, `./${name}/node`] : [`./${name}`],
  );
  expect([...entries].sort()).toEqual(['.', ...doors, ...LEAVES].sort());
});

test('every dependency is pinned to one version', () => {
  const { dependencies, optionalDependencies, devDependencies } = manifest;
  const versions = Object.values({ ...dependencies, ...optionalDependencies, ...devDependencies });
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
const unportable = (file: string): string[] =>
  foreignImports(file).filter((line) => !PORTABLE.some((name) => line.endsWith(` imports ${name}`)));

test.skipIf(!BUILT).each(BROWSER_DOORS)(
  '%s reaches no module of Node and no package that needs it, so a page can import it',
  (name) => {
    const entry = manifest.exports[name] as { readonly default: string };
    expect(unportable(join(ROOT, entry.default))).toEqual([]);
  },
);

test.skipIf(!BUILT).each(BROWSER_DOORS)('%s declares its types without those of Node', (name) => {
  const entry = manifest.exports[name] as { readonly types: string };
  expect(unportable(join(ROOT, entry.types))).toEqual([]);
});

test.skipIf(!BUILT)('the walk sees the imports of Node where there are some', () => {
  expect(foreignImports(join(ROOT, 'dist/src/data/node.js'))).toContain(
    'dist/src/data/store/reader.js imports node:fs',
  );
});
