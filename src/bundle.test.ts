// The doors that a page may use, bundled by Vite as an application would: no warning, and no module of Node or of ONNX
// Runtime in the result.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Rollup } from 'vite';
import { expect, test } from 'vitest';
import { BROWSER_DOORS } from './browser-doors.law.ts';
import { openRooms, whyNoBrowser } from './runtime/browser.law.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const BUILT = existsSync(join(ROOT, 'dist/src/index.js'));
const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, { readonly default: string }>>;
};

/** The code that Vite makes of everything behind a door, and what it complained about. */
async function bundled(door: string): Promise<{ readonly code: string; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
  };
  const entry = 'virtual:door';
  const result = (await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    customLogger: {
      ...{ info: () => {}, clearScreen: () => {}, hasErrorLogged: () => false, hasWarned: false },
      ...{ warn, warnOnce: warn, error: warn },
    },
    build: {
      write: false,
      minify: false,
      rollupOptions: {
        input: entry,
        output: { codeSplitting: false },
        preserveEntrySignatures: 'strict',
        onwarn: ({ message }) => warn(message),
      },
    },
    plugins: [
      {
        name: 'door',
        resolveId: (id) => (id === entry ? `\0${entry}` : undefined),
        load: (id) => (id === `\0${entry}` ? `export * from '${join(ROOT, exports[door]!.default)}';` : undefined),
      },
    ],
  })) as Rollup.RollupOutput;
  return { code: result.output.map((part) => ('code' in part ? part.code : '')).join('\n'), warnings };
}

// Without dist/ (npm run build) there is nothing to bundle; `npm test` builds first.
test.skipIf(!BUILT).each(BROWSER_DOORS)('%s is bundled for a page without a warning', async (door) => {
  const { code, warnings } = await bundled(door);
  expect(warnings).toEqual([]);
  expect(code.length).toBeGreaterThan(1000);
  expect(code.match(/^import .*|__vite-browser-external|initOrtOnce/gm)).toBeNull();
});

test.skipIf(whyNoBrowser !== undefined)(
  'every bundle loads in a page and offers what the door does in Node',
  async () => {
    const { page, close } = await openRooms();
    try {
      for (const door of BROWSER_DOORS) {
        const { code } = await bundled(door);
        const there = await page.evaluate(
          `import(URL.createObjectURL(new Blob([${JSON.stringify(code)}], { type: 'text/javascript' })))
          .then((names) => Object.keys(names).sort())`,
        );
        const here = Object.keys((await import(join(ROOT, exports[door]!.default))) as object).sort();
        expect(there, door).toEqual(here);
      }
    } finally {
      await close();
    }
  },
  120_000,
);
