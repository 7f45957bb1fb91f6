// Every world at many picture sizes: the size changes the picture only, and the picture stays the same scene.

import { expect, test } from 'vitest';
import { fold, key } from '../core/index.ts';
import { canvas, resampleArea } from '../raster/index.ts';
import { listEnvs, makeEnv, prepareEnv } from './registry.ts';

const SIZES = [16, 48, 64, 96, 224];
/** The size from which the others are averaged. */
const FINE = 224;

const ids = listEnvs().map(({ id }) => id);
for (const id of ids) await prepareEnv(id);

/** Frame and goal frame of a world after a reset and some steps, written into a guarded target. */
function looks(id: string, size: number, seed: number) {
  const env = makeEnv(id, { imageSize: size });
  env.reset(fold(key(1), seed));
  for (let t = 0; t < 3; t++) env.step(new Float32Array(env.spec.actionDim).fill(0.5));
  const bytes = 3 * size * size;
  const [frame, goal] = (['render', 'renderGoal'] as const).map((draw) => {
    const target = new Uint8Array(bytes + 2).fill(123);
    env[draw](target, 1);
    expect([target[0], target[bytes + 1]]).toEqual([123, 123]);
    return target.slice(1, bytes + 1);
  }) as [Uint8Array, Uint8Array];
  return { frame, goal, state: env.state(), goalAt: env.goal() };
}

const mean = (values: Uint8Array): number => values.reduce((a, b) => a + b, 0) / values.length;

test.each(ids)('%s moves alike and shows one scene at 16, 48, 64, 96 and 224 pixels', (id) => {
  for (let seed = 0; seed < 3; seed++) {
    const fine = looks(id, FINE, seed);
    for (const size of SIZES) {
      const { frame, goal, state, goalAt } = looks(id, size, seed);
      expect(state).toEqual(fine.state);
      expect(goalAt).toEqual(fine.goalAt);
      for (const [picture, same] of [
        [frame, fine.frame],
        [goal, fine.goal],
      ] as const) {
        expect(new Set(picture).size).toBeGreaterThan(1);
        const averaged = new Uint8Array(picture.length);
        resampleArea(canvas(same, FINE, FINE), canvas(averaged, size, size));
        const apart = picture.map((v, i) => Math.abs(v - averaged[i]!));
        // Pictures differ at edges alone, which cross a share of the pixels that falls with the size.
        expect(mean(apart), `${size} pixels`).toBeLessThan(128 / size);
      }
    }
  }
});
