// Proprioception beside the picture: what stands in an embedding, what plans cost, what is fed, and what is refused.
// Legend: N observations, B clips, T frames, Dp numbers of the picture part, P of the felt part, D = Dp + P, S of the state.

import { expect, test } from 'vitest';
import { traceJepa } from '../../jepa/index.ts';
import { specsOf } from '../../nn/index.ts';
import { distance, gaussian, numbersOf, runModule, shaken } from '../../nn/run-module.law.ts';
import { bindCost } from '../../plan/index.ts';
import { input, slice } from '../../tensor/index.ts';
import { dynamicsOf, type LeWmConfig, leWm, leWmMethod, leWmModule, type ProprioOptions, worldOf } from '../index.ts';
import { TINY } from './tiny.law.ts';

const Dp = TINY.embedDim;
const A = TINY.actionDim;
const FELT: ProprioOptions = {
  stateDim: 5,
  numbers: { at: [3, 0], mean: [1, -2], std: [2, 0.5] },
  weight: 0.25,
};
const feeling = (more: Partial<ProprioOptions> = {}): LeWmConfig => ({ ...TINY, proprio: { ...FELT, ...more } });
const felt = (states: Float32Array): number[] =>
  Array.from({ length: states.length / 5 }, (_, n) => [
    (states[n * 5 + 3]! - 1) / 2,
    (states[n * 5]! + 2) / 0.5,
  ]).flat();

/** Embeddings of three observations. */
async function embedded(config: LeWmConfig, states: Float32Array) {
  const dynamics = dynamicsOf({ kind: 'le-wm', ...config });
  const values = shaken(dynamics.module, 0.2);
  const bound = dynamics.bind();
  const pixels = Uint8Array.from({ length: 3 * 768 }, (_, i) => (i * 7919) % 251);
  const seen = { 'cameras.main': input('pixels', [3, 16, 16, 3], 'u8'), state: input('states', [3, 5]) };
  const { z } = await runModule(dynamics.module, 'eval', () => ({ z: bound.encode(seen) }), {
    values,
    inputs: { pixels, states },
  });
  return { z: z!, dynamics, values };
}

test("as they are, the standardised numbers stand behind the picture's, and no parameter is theirs", async () => {
  const states = gaussian(3 * 5, 4, 2);
  const { z, dynamics } = await embedded(feeling(), states);
  expect([dynamics.name, dynamics.dim]).toEqual(['le-wm-proprio', Dp + 2]);
  expect(dynamics.senses).toEqual({
    'cameras.main': { dtype: 'u8', shape: [16, 16, 3] },
    state: { dtype: 'f32', shape: [5] },
  });
  const numbers = felt(states);
  for (let n = 0; n < 3; n++)
    expect(distance(z.subarray(n * (Dp + 2) + Dp, (n + 1) * (Dp + 2)), numbers.slice(2 * n, 2 * n + 2))).toBeLessThan(
      1e-5,
    );
  // Pictures are embedded as without them.
  const other = await embedded(
    feeling(),
    states.map((v) => v + 1),
  );
  expect(distance(other.z.subarray(0, Dp), z.subarray(0, Dp))).toBe(0);
  const names = (config: LeWmConfig): string[] => specsOf(leWm(config), 'parameter').map(({ name }) => name);
  expect(names(feeling())).toEqual(names(TINY));
});

test('embedded, they go through a small MLP of their own', async () => {
  const states = gaussian(3 * 5, 4, 2);
  const { z, dynamics, values } = await embedded(feeling({ embedDim: 3 }), states);
  expect(dynamics.dim).toBe(Dp + 3);
  const own = specsOf(dynamics.module, 'parameter').filter(({ name }) => name.startsWith('proprio_encoder.'));
  expect(own.map(({ shape }) => shape)).toEqual([[6, 2], [6], [3, 6], [3]]);
  const bias = numbersOf(values, 'proprio_encoder.1.bias');
  expect(bias.length).toBe(3);
  const other = await embedded(
    feeling({ embedDim: 3 }),
    states.map((v, i) => (i % 5 === 1 ? v + 9 : v)),
  );
  expect(other.z).toEqual(z); // a number that is not felt
});

test.each(['last', 'all'] as const)('a plan costs the picture part and alpha times the felt part: %s', async (cost) => {
  const D = Dp + 2;
  const { defaultCost } = dynamicsOf({ kind: 'le-wm', ...feeling(), cost });
  const [imagined, goal] = [gaussian(2 * 3 * 4 * D, 1), gaussian(2 * D, 2)];
  const { out } = await runModule(
    leWm(feeling()),
    'eval',
    () => ({ out: bindCost(defaultCost)(input('imagined', [2, 3, 4, D]), input('goal', [2, D])) }),
    { inputs: { imagined, goal } },
  );
  const part = (row: number, t: number, from: number, to: number): number => {
    let sum = 0;
    for (let d = from; d < to; d++) sum += (imagined[(row * 4 + t) * D + d]! - goal[Math.floor(row / 3) * D + d]!) ** 2;
    return cost === 'last' ? sum : sum / (to - from);
  };
  const times = cost === 'last' ? [3] : [0, 1, 2, 3];
  const expected = Array.from({ length: 6 }, (_, row) =>
    times.reduce((sum, t) => sum + part(row, t, 0, Dp) + 0.25 * part(row, t, Dp, D), 0),
  );
  expect(distance(out!, expected)).toBeLessThan(1e-4);
  expect(defaultCost.unit).toBe('squared');
});

test('a step predicts both parts, and SIGReg reads the picture part while the numbers are as they are', async () => {
  const [B, T, D] = [4, 4, Dp + 2];
  const config = feeling();
  const model = leWmModule(config);
  const trace = (directions: number) =>
    runModule(
      model,
      'train',
      (m) => {
        const spec = leWmMethod(config, {
          batch: B,
          frames: T,
          pixels: 'f32',
          directions: input('dirs', [directions, 8]),
        });
        const { terms, step } = traceJepa(spec, m);
        const z = step.latents.clip!.embedding;
        return { ...terms, z, picture: slice(z, 2, 0, Dp), predicted: step.pairs[0]!.prediction };
      },
      {
        values: shaken(model, 0.2),
        inputs: {
          pixels: gaussian(B * T * 768, 1),
          actions: gaussian(B * T * A, 2),
          proprio: gaussian(B * T * 2, 3),
          dirs: gaussian(directions * 8, 4),
        },
      },
    );
  const out = await trace(Dp);
  let sum = 0;
  for (let b = 0; b < B; b++)
    for (let i = 0; i < (T - 1) * D; i++)
      sum += (out.predicted![b * (T - 1) * D + i]! - out.z![(b * T + 1) * D + i]!) ** 2;
  expect(out.prediction![0]).toBeCloseTo(sum / (B * (T - 1) * D), 4);
  await expect(trace(D)).rejects.toThrow(); // directions of the whole embedding do not fit its picture part
});

test("training reads the state's column, standardised by the statistics of the training data", () => {
  const world = worldOf({ kind: 'le-wm', ...feeling() });
  expect(world.columns).toEqual(['state']);
  expect(worldOf({ kind: 'le-wm', ...TINY }).columns).toEqual([]);
  const fitted = world.fitted(() => ({ mean: [0, 1, 2, 3, 4], std: [1, 1, 1, 2, 1] }));
  expect(fitted.config.proprio).toEqual({ ...FELT, numbers: { at: [3, 0], mean: [3, 0], std: [2, 1] } });
  const clips = {
    pixels: new Uint8Array(0),
    action: new Float32Array(0),
    columns: { state: Float32Array.of(5, 0, 0, 7, 0) },
  };
  expect(fitted.feed(clips, 'proprio')).toEqual(Float32Array.of(2, 5));
});

test('what does not fit is refused', async () => {
  expect(() => dynamicsOf({ kind: 'le-wm', ...feeling({ stateDim: 3 }) })).toThrow(/components below 3/);
  const dynamics = dynamicsOf({ kind: 'le-wm', ...feeling() });
  const frames = input('frames', [1, 16, 16, 3], 'u8');
  expect(() => dynamics.bind().encode({ 'cameras.main': frames })).toThrow(/this model reads the state/);
  const traced = (config: LeWmConfig, width?: number) =>
    runModule(leWm(config), 'eval', (m) => ({
      z: m.encode(input('f', [1, 1, 3, 16, 16]), width === undefined ? undefined : input('p', [1, 1, width])),
    }));
  await expect(traced(feeling())).rejects.toThrow(/needs proprioception beside the frames/);
  await expect(traced(TINY, 2)).rejects.toThrow(/has no proprioception, but it is given/);
  await expect(traced(feeling(), 3)).rejects.toThrow(/proprioception must be \[\.\.\., 2\], got \[1,1,3\]/);
});
