import { expect, test } from 'vitest';
import { fold, key, normal } from '../../core/index.ts';
import { ACTION, memorySource, type Normaliser } from '../../data/index.ts';
import { matrix, ridgeProbe, scoreProbe } from '../../measure/index.ts';
import { pointModel } from './closed-form.law.ts';
import { imaginationErrors } from './imagination.ts';
import type { TargetProbes } from './probe.ts';

const BLOCK = 2;
const SPEED = 3;
const actions: Normaliser = { column: ACTION, mean: [0, 0], std: [1, 1], rows: 1, constant: [] };

/** Episodes of a point that every action moves by SPEED times itself, with pictures that show nothing. */
function episodes(lengths: readonly number[]) {
  const all = lengths.map((rows, e) => {
    const action = normal(fold(key(3), e), new Float32Array(2 * rows));
    const state = new Float32Array(2 * rows);
    for (let i = 2; i < state.length; i++) state[i] = state[i - 2]! + SPEED * action[i - 2]!;
    action.fill(Number.NaN, 2 * (rows - 1));
    return { [ACTION]: action, state };
  });
  return memorySource(
    {
      env: 'point',
      columns: [
        { name: ACTION, dtype: 'f32', shape: [2] },
        { name: 'state', dtype: 'f32', shape: [2] },
      ],
    },
    all,
  );
}

/** Reads the state off an embedding that is the state. */
function exactProbe(): TargetProbes {
  const z = matrix(Float64Array.from(normal(key(9), new Float32Array(400))), 2);
  const probe = ridgeProbe(z, z, 1e-9);
  const score = scoreProbe(probe, z, z);
  const target = { name: 'place', components: [0, 1], names: ['x', 'y'] };
  return { target, linear: probe, mlp: probe, linearScore: score, mlpScore: score };
}

const given = (lengths: readonly number[], changes: { horizon?: number; clips?: number } = {}) => ({
  source: episodes(lengths),
  episodes: lengths.map((_, e) => e),
  frameSkip: BLOCK,
  actions,
  probes: [exactProbe()],
  horizon: 4,
  clips: 20,
  key: key(1),
  ...changes,
});

test('a model that is the world imagines without error, however far; what stands still is wrong further and further', async () => {
  const file = await imaginationErrors({ ...given([31, 24, 40]), model: pointModel(2, SPEED, BLOCK) });
  expect(file.blocks).toEqual([1, 2, 3, 4]);
  expect(file.clips).toBe(20);
  for (const error of [...file.imagined, ...file.targets[0]!.imagined, ...file.targets[0]!.seen])
    expect(error).toBeLessThan(1e-2);
  for (let k = 1; k < 4; k++) expect(file.still[k]).toBeGreaterThan(file.still[k - 1]!);
  // The read-off error of standing still is the distance itself.
  for (const [k, error] of file.targets[0]!.still.entries()) expect(error ** 2).toBeCloseTo(file.still[k]!, 0);
});

test('a model that expects twice the way is as wrong as standing still', async () => {
  const file = await imaginationErrors({ ...given([31, 24]), model: pointModel(2, 2 * SPEED, BLOCK) });
  for (const [k, error] of file.imagined.entries()) expect(error / file.still[k]!).toBeCloseTo(1, 3);
});

test('no further is looked than an episode is long, and no more clips are taken than there are', async () => {
  const file = await imaginationErrors({
    ...given([5, 7], { horizon: 10, clips: 100 }),
    model: pointModel(2, SPEED, BLOCK),
  });
  expect(file.blocks).toEqual([1, 2, 3]);
  expect(file.clips).toBe(1);
});

test('episodes without a block are refused', async () => {
  await expect(imaginationErrors({ ...given([2]), model: pointModel(2, SPEED, BLOCK) })).rejects.toThrow(
    /must have a block of 2 steps, got 1 episodes without one/,
  );
});
