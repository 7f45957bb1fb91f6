// The examples that need no files, as they stand, in a page: bundled by Vite, on each device of a page. Two things are put in the
// place of Node's: the runtime that is taken unless another is given, and assertions.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Rollup } from 'vite';
import { expect, test } from 'vitest';
import { openRooms, whyNoBrowser } from '../src/runtime/browser.law.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const COMPUTING = ['01-tensor.ts', '02-mlp.ts'];
const OTHERS = ['04-own-world.ts', '05-planners.ts', '06-gymnasium-world.ts'];

const STAND_INS: readonly (readonly [RegExp, string])[] = [
  [
    /runtime\/ort-node\.js$/,
    'export const defaultRuntime = () => globalThis.pageRuntime; export const nodeRuntime = defaultRuntime;',
  ],
  [
    /^\0assert$/,
    `export const ok = (holds, message) => { if (!holds) throw new Error(message ?? 'an assertion does not hold'); };
     export const deepStrictEqual = (a, b) => ok(JSON.stringify(a) === JSON.stringify(b), JSON.stringify([a, b]));`,
  ],
];

async function bundled(example: string): Promise<string> {
  const result = (await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      rollupOptions: { input: join(ROOT, 'examples', example), output: { codeSplitting: false } },
    },
    plugins: [
      {
        name: 'stand-ins',
        enforce: 'pre',
        resolveId: (id) => (id === 'node:assert/strict' ? '\0assert' : undefined),
        load: (id) => STAND_INS.find(([form]) => form.test(id))?.[1],
      },
    ],
  })) as Rollup.RollupOutput;
  return result.output.map((part) => ('code' in part ? part.code : '')).join('\n');
}

const devices = [
  { device: 'wasm', threads: 1, examples: [...COMPUTING, ...OTHERS] },
  { device: 'wasm', threads: 2, examples: COMPUTING },
  { device: 'webgpu', threads: 1, examples: COMPUTING },
] as const;

for (const { device, threads, examples } of devices) {
  test.skipIf(whyNoBrowser !== undefined)(
    `${examples.join(', ')}: run in a page on ${device} with ${threads} thread(s)`,
    async ({ skip }) => {
      const { page, missing, close } = await openRooms({ threads });
      try {
        const why = await missing(device);
        if (why !== undefined) skip(why);
        await page.evaluate(`window.runtimeOf('${device}').then((runtime) => { globalThis.pageRuntime = runtime; })`);
        const lines: string[] = [];
        page.on('console', (message) => lines.push(message.text()));
        for (const example of examples) {
          const code = JSON.stringify(await bundled(example));
          await page.evaluate(
            `import(URL.createObjectURL(new Blob([${code}], { type: 'text/javascript' }))).then(() => {})`,
          );
          expect(lines.at(-1), example).toBe('ok');
          lines.length = 0;
        }
      } finally {
        await close();
      }
    },
  );
}
