// Predictions in the frame of a body: they turn and move with the whole scene, and say what the network says in that frame.
// Legend: N rows, S numbers of the raw state: body x, y, angle; a point x, y; its velocity; a spin.

import { expect, test } from 'vitest';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { input } from '../../tensor/index.ts';
import { type StateWorldConfig, stateWorld } from '../index.ts';

const [N, S] = [6, 8] as const;
const at = [0, 1, 3, 4, 5, 6, 7];
const mean = [200, 200, 250, 250, 0, 0, 0];
// Pairs have one deviation here, so that actions and outcomes turn exactly.
const std = [90, 90, 110, 110, 30, 30, 2];
const CONFIG: StateWorldConfig = {
  stateDim: S,
  numbers: { at, mean, std },
  angles: [2],
  actionDim: 4,
  perStep: 2,
  hidden: [12],
  frame: { origin: [0, 1], angle: 2, points: [3, 4], vectors: [5, 6], scalars: [7] },
};
const values = shaken(stateWorld(CONFIG), 0.3);

/** Raw states of places around 200, in rows. */
const states = gaussian(N * S, 1).map((v, i) => (i % S < 5 && i % S !== 2 ? 200 + 60 * v : v));
const actions = gaussian(N * 4, 2);

/** Predictions [N, D] for raw states and blocks. */
async function predicted(raw: Float32Array, blocks: Float32Array): Promise<Float32Array> {
  const { next } = await runModule(
    stateWorld(CONFIG),
    'eval',
    (m) => ({ next: m.predict(m.embed(input('s', [N, S])), input('u', [N, 4])) }),
    { values, inputs: { s: raw, u: blocks } },
  );
  return next!;
}

const turn = (x: number, y: number, angle: number): [number, number] => [
  Math.cos(angle) * x - Math.sin(angle) * y,
  Math.sin(angle) * x + Math.cos(angle) * y,
];

/** The whole scene turned about (0, 0) and then moved. */
function elsewhere(raw: Float32Array, angle: number, [dx, dy]: readonly [number, number]): Float32Array {
  const out = raw.slice();
  for (let n = 0; n < raw.length; n += S) {
    for (const [i, moves] of [
      [0, 1],
      [3, 1],
      [5, 0],
    ] as const) {
      const [x, y] = turn(raw[n + i]!, raw[n + i + 1]!, angle);
      out.set([x + moves * dx, y + moves * dy], n + i);
    }
    out[n + 2]! += angle;
  }
  return out;
}

/** Raw numbers of predictions: places, cosine and sine of the angle, velocity, spin. */
function read(z: Float32Array): Float32Array {
  const D = at.length + 2;
  return z.map((v, i) => (i % D < at.length ? v * std[i % D]! + mean[i % D]! : v));
}

test('a scene that is turned and moved has its outcome turned and moved', async () => {
  const [angle, by] = [0.7, [30, -50]] as const;
  const blocks = actions.slice();
  for (let i = 0; i < blocks.length; i += 2) blocks.set(turn(actions[i]!, actions[i + 1]!, angle), i);
  const here = read(await predicted(states, actions));
  const there = read(await predicted(elsewhere(states, angle, by), blocks));
  for (let n = 0; n < N; n++) {
    const [a, b] = [here.subarray(n * 9, n * 9 + 9), there.subarray(n * 9, n * 9 + 9)];
    const place = (x: number, y: number): number[] => turn(x, y, angle).map((v, k) => v + by[k]!);
    const expected = [
      ...place(a[0]!, a[1]!),
      ...place(a[2]!, a[3]!),
      ...turn(a[4]!, a[5]!, angle),
      a[6]!,
      ...turn(a[7]!, a[8]!, angle),
    ];
    expect(distance(b, Float32Array.from(expected))).toBeLessThan(2e-2);
  }
});

test('the angle keeps a cosine and a sine of one angle, however often it is predicted', async () => {
  const z = await predicted(states, actions);
  for (let n = 0; n < N; n++) expect(Math.hypot(z[n * 9 + 7]!, z[n * 9 + 8]!)).toBeCloseTo(1, 5);
});

test.each([
  [{ points: [3] }, /must hold pairs x, y/],
  [{ angle: 7 }, /must turn by the only angle that is read, \[2\]/],
  [{ scalars: [] }, /must name each number that is read once/],
])('a frame that cannot be is refused: %o', (change, message) => {
  expect(() => stateWorld({ ...CONFIG, frame: { ...CONFIG.frame!, ...change } })).toThrow(message);
});
