// Training in a browser tab: losses and gradient norms of the first steps are those of Node, relative to the largest of
// their kind: losses within `tolerance`, norms within ten times that, since the rounding of one step is an input of the next
// and statistics over so few rows enlarge it.

import { expect, test } from 'vitest';
import * as core from '../core/index.ts';
import * as jepa from '../jepa/index.ts';
import * as nn from '../nn/index.ts';
import * as optim from '../optim/index.ts';
import { openRooms, whyNoBrowser } from '../runtime/browser.law.ts';
import { defaultRuntime, runtimeFor } from '../runtime/index.ts';
import * as tensor from '../tensor/index.ts';
import * as world from '../world/index.ts';
import { TINY } from '../world/le-wm/tiny.law.ts';
import { type TrainingRecord, trainEverywhere } from './browser-training.law.ts';
import * as train from './index.ts';

const STEPS = 5;
const rooms = { core, jepa, nn, optim, tensor, world, train };
type Trained = Awaited<ReturnType<typeof trainEverywhere>>;

let node: Promise<Trained> | undefined;
const inNode = (): Promise<Trained> => {
  node ??= trainEverywhere(rooms, defaultRuntime(), TINY, STEPS);
  return node;
};

function expectClose(there: Trained, here: Trained, tolerance: number): void {
  for (const model of ['perceptron', 'leWm'] as const) {
    for (const kind of ['losses', 'norms'] as const satisfies readonly (keyof TrainingRecord)[]) {
      const [a, b] = [here[model][kind], there[model][kind]];
      const allowed = kind === 'losses' ? tolerance : 10 * tolerance;
      expect(b.length).toBe(STEPS);
      const scale = Math.max(...a);
      const worst = Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));
      expect(worst / scale, `${model} ${kind}: ${a} in Node, ${b} there`).toBeLessThan(allowed);
    }
    expect(Math.min(...there[model].norms), `${model}: gradients`).toBeGreaterThan(1e-3);
    expect(there[model].losses.at(-1)!).toBeLessThan(there[model].losses[0]!);
  }
}

test('WebAssembly without a browser trains as Node does', async () => {
  expectClose(await trainEverywhere(rooms, await runtimeFor({ device: 'wasm' }), TINY, STEPS), await inNode(), 1e-4);
});

const devices = [
  { device: 'wasm', threads: 1, tolerance: 1e-4 },
  { device: 'wasm', threads: 2, tolerance: 1e-4 },
  { device: 'webgpu', threads: 1, tolerance: 1e-3 },
] as const;

for (const { device, threads, tolerance } of devices) {
  test.skipIf(whyNoBrowser !== undefined)(
    `${device} with ${threads} thread(s) in a browser trains as Node does`,
    async ({ skip }) => {
      const page = await openRooms({ threads });
      try {
        const missing = await page.missing(device);
        if (missing !== undefined) {
          console.warn(`training on ${device} is not tested: ${missing}`);
          skip(missing);
        }
        const [there, used] = (await page.page.evaluate(
          `window.runtimeOf('${device}').then(async (r) =>
            [await (${trainEverywhere.toString()})(window.rooms, r, ${JSON.stringify(TINY)}, ${STEPS}), r.describe.threads])`,
        )) as [Trained, number];
        expect(used).toBe(threads);
        expectClose(there, await inNode(), tolerance);
      } finally {
        await page.close();
      }
    },
    300_000,
  );
}
