import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { memorySource } from '../../data/index.ts';
import { matrix } from '../../measure/index.ts';
import { sensesOf } from '../../world/index.ts';
import { openLoopErrors } from './open-loop.ts';

/** One episode of 9 rows: a number that grows by its action, an angle that rests for the first half and then turns by 0.1. */
const rows = Array.from({ length: 9 }, (_, t) => [t, t < 4 ? 0 : 0.1 * (t - 4)]);
const source = memorySource(
  {
    env: 'line',
    columns: [
      { name: 'state', dtype: 'f32', shape: [2] },
      { name: 'action', dtype: 'f32', shape: [1] },
    ],
  },
  [{ state: Float32Array.from(rows.flat()), action: new Float32Array(9).fill(1) }],
);

/** Embeddings are the number, and cosine and sine of the angle; imagination moves the number by half of its actions, the angle never. */
const model = {
  dynamics: { senses: sensesOf({ stateDim: 2 }), dim: 3, actionDim: 1 },
  async encode(seen: Uint8Array) {
    const states = new Float32Array(seen.slice().buffer);
    return Float32Array.from({ length: (states.length / 2) * 3 }, (_, i) => {
      const [x, angle] = [states[Math.floor(i / 3) * 2]!, states[Math.floor(i / 3) * 2 + 1]!];
      return [x, Math.cos(angle), Math.sin(angle)][i % 3]!;
    });
  },
  async imagine({
    context,
    plans,
    tasks,
    horizon,
  }: {
    context: Float32Array;
    plans: Float32Array;
    tasks: number;
    horizon: number;
  }) {
    return Float32Array.from({ length: tasks * (1 + horizon) * 3 }, (_, i) => {
      const task = Math.floor(i / (3 * (1 + horizon)));
      const h = Math.floor(i / 3) % (1 + horizon);
      const moved = plans.subarray(task * horizon, task * horizon + h).reduce((sum, u) => sum + u / 2, 0);
      return context[task * 3 + (i % 3)]! + (i % 3 === 0 ? moved : 0);
    });
  },
};

const reading = (columns: readonly number[]) => ({
  predict: ({ data, cols, rows: n }: { data: ArrayLike<number>; cols: number; rows: number }) =>
    matrix(
      Float64Array.from(
        { length: n * columns.length },
        (_, i) => data[Math.floor(i / columns.length) * cols + columns[i % columns.length]!]!,
      ),
      columns.length,
    ),
});

test('errors grow with what is imagined wrongly, and rest where nothing moves is left out', async () => {
  const errors = await openLoopErrors({
    model: model as never,
    ...{ source, episodes: [0], frameSkip: 1, blocks: 2, clips: 100, key: key(0) },
    normaliser: { column: 'action', mean: [0], std: [1], rows: 9, constant: [] },
    probes: [
      { target: { name: 'place', components: [0], names: ['x'] }, linear: reading([0]) as never },
      { target: { name: 'angle', components: [1], names: ['a'], circular: true }, linear: reading([1, 2]) as never },
    ],
  });
  const of = (target: string, blocks: number) => errors.find((e) => e.target === target && e.blocks === blocks)!;
  // Seven starts. The number truly moves by 1 a step and is imagined to move by a half.
  expect(of('place', 1)).toMatchObject({ moved: 7, imagined: 0.5, encoded: 0, still: 1 });
  expect(of('place', 2)).toMatchObject({ moved: 7, imagined: 1, encoded: 0, still: 2 });
  // Steps from rows 4, 5 and 6 turn by 0.1 rad; two steps from row 3 turn by 0.1, from 4, 5 and 6 by 0.2.
  const degrees = 180 / Math.PI;
  expect(of('angle', 1).moved).toBe(3);
  expect(of('angle', 1).still).toBeCloseTo(0.1 * degrees, 4);
  expect(of('angle', 2).moved).toBe(4);
  expect(of('angle', 2).imagined).toBeCloseTo(((0.1 + 3 * 0.2) / 4) * degrees, 4);
});

test('episodes that hold no plan are refused', async () => {
  const given = {
    model: model as never,
    source,
    episodes: [0],
    frameSkip: 5,
    blocks: 2,
    clips: 3,
    key: key(0),
    probes: [],
  };
  const normaliser = { column: 'action', mean: [0], std: [1], rows: 9, constant: [] };
  await expect(openLoopErrors({ ...given, normaliser })).rejects.toThrow(/must hold 2 blocks of 5 steps/);
});
