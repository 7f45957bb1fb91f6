// EB-JEPA's anchors and laws, and PLDM's form. Legend: B clips, T frames, C channels, D width, A numbers of an action,
// E tasks, S samples, H steps.

import { expect, test } from 'vitest';
import { traceJepa } from '../../jepa/index.ts';
import { parameterCount, specsOf } from '../../nn/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { bindCost, planCost } from '../../plan/index.ts';
import { type HostArray, input, type Tensor } from '../../tensor/index.ts';
import {
  EB_JEPA_PIXELS,
  EB_JEPA_REFERENCE,
  EB_JEPA_WEIGHTS,
  type EbJepa,
  type EbJepaConfig,
  ebJepa,
  ebJepaMethod,
  ebJepaTensors,
  PLDM_WEIGHTS,
  pldmMethod,
  type UnrollOptions,
} from '../index.ts';

const [SIDE, C, D, A] = [9, 2, 6, 3] as const;
const TINY: EbJepaConfig = {
  encoder: { imageSize: SIDE, channels: C, stacks: [3, 4], blocks: 1, dim: D },
  actionDim: A,
  inverseHidden: 5,
};
const IMAGE = C * SIDE * SIDE;
const values = shaken(ebJepa(TINY), 0.2);

const run = (
  trace: (m: EbJepa) => Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, HostArray>> = {},
): Promise<Record<string, Float32Array>> => runModule(ebJepa(TINY), 'train', trace, { values, inputs });

const [B, T] = [4, 5] as const;
const clips = { pixels: gaussian(B * T * IMAGE, 1), actions: gaussian(B * T * A, 2) };

/** Loss, terms, embeddings and predictions of a batch of clips. */
const step = (method: typeof ebJepaMethod | typeof pldmMethod, options: Partial<UnrollOptions>, inputs = clips) =>
  run((m) => {
    const spec = method(TINY, { batch: B, frames: T, pixels: 'f32', ...options });
    const { loss, terms, step: traced } = traceJepa(spec, m);
    const { prediction, target } = traced.pairs[0]!;
    return { ...terms, loss, z: traced.latents.clip!.embedding, predicted: prediction, target };
  }, inputs);

test('the reference has 2,547,378 parameters (anchor A3), part by part', () => {
  const counts = new Map<string, number>();
  for (const { name, shape } of specsOf(ebJepa(EB_JEPA_REFERENCE), 'parameter')) {
    const part = name.split('.')[0]!;
    counts.set(part, (counts.get(part) ?? 0) + shape.reduce((a, b) => a * b, 1));
  }
  expect(Object.fromEntries(counts)).toEqual({ encoder: 1_426_096, predictor: 792_576, regularizer: 328_706 });
  expect(parameterCount(ebJepa(EB_JEPA_REFERENCE))).toBe(2_547_378);
});

test('an embedding does not depend on the batch it is in', async () => {
  const frames = clips.pixels.subarray(0, 3 * IMAGE);
  const all = await run((m) => ({ z: m.encode(input('frames', [1, 3, C, SIDE, SIDE])) }), { frames });
  const second = frames.slice(IMAGE, 2 * IMAGE);
  const one = await run((m) => ({ z: m.encode(input('frames', [1, 1, C, SIDE, SIDE])) }), { frames: second });
  expect(distance(all.z!.subarray(D, 2 * D), one.z!)).toBeLessThan(1e-6);
});

test('u8 pixels are the first channels, scaled to [0, 1] and normalised', async () => {
  const bytes = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (37 * i) % 256);
  const planes = Float32Array.from({ length: IMAGE }, (_, i) => {
    const [c, place] = [Math.floor(i / (SIDE * SIDE)), i % (SIDE * SIDE)];
    return (bytes[3 * place + c]! / 255 - EB_JEPA_PIXELS.mean[c]!) / EB_JEPA_PIXELS.std[c]!;
  });
  const { a, b } = await run(
    (m) => ({
      a: m.encode(input('bytes', [1, 1, SIDE, SIDE, 3], 'u8')),
      b: m.encode(input('planes', [1, 1, C, SIDE, SIDE])),
    }),
    { bytes, planes },
  );
  expect(distance(a!, b!)).toBeLessThan(1e-5);
});

test('a rollout is predict, step by step, from the last embedding of the context', async () => {
  const [E, S, H, L] = [2, 3, 4, 2] as const;
  const inputs = { context: gaussian(E * L * D, 1), plans: gaussian(E * S * H * A, 2) };
  const { all } = await run(
    (m) => ({ all: m.rollout(input('context', [E, L, D]), input('plans', [E, S, H, A])) }),
    inputs,
  );
  const [e, s] = [1, 2];
  const expected = Array.from(inputs.context.subarray(e * L * D, (e + 1) * L * D));
  for (let t = 0; t < H; t++) {
    const at = ((e * S + s) * H + t) * A;
    const { next } = await run((m) => ({ next: m.predict(input('z', [1, 1, D]), input('action', [1, 1, A])) }), {
      z: Float32Array.from(expected.slice(-D)),
      action: inputs.plans.slice(at, at + A),
    });
    expected.push(...next!);
  }
  const row = (e * S + s) * (L + H) * D;
  expect(distance(all!.subarray(row, row + (L + H) * D), expected)).toBeLessThan(1e-5);
});

test('predictions are normalised as embeddings are: without scale and shift, mean 0 and variance 1', async () => {
  const plain = shaken(ebJepa(TINY), 0.2);
  const { layout, data } = plain.parameters;
  for (const [name, value] of [
    ['encoder.final_ln.weight', 1],
    ['encoder.final_ln.bias', 0],
  ] as const)
    data.fill(value, layout.index.get(name)!.offset, layout.index.get(name)!.offset + D);
  const { next } = await runModule(
    ebJepa(TINY),
    'eval',
    (m) => ({ next: m.predict(input('z', [1, 1, D]), input('action', [1, 1, A])) }),
    { values: plain, inputs: { z: gaussian(D, 1), action: gaussian(A, 2) } },
  );
  const mean = next!.reduce((a, b) => a + b, 0) / D;
  expect(mean).toBeCloseTo(0, 5);
  expect(next!.reduce((a, b) => a + (b - mean) ** 2, 0) / D).toBeCloseTo(1, 2);
});

test('the loss is the error of each imagined step and the weighted regularisers', async () => {
  const H = 3;
  const out = await step(ebJepaMethod, { steps: H });
  let sum = 0;
  for (let b = 0; b < B; b++)
    for (let i = 0; i < H * D; i++) sum += (out.predicted![b * H * D + i]! - out.z![(b * T + 1) * D + i]!) ** 2;
  expect(out.prediction![0]).toBeCloseTo(sum / (B * H * D), 5);
  const { variance, covariance, similarity, inverse } = EB_JEPA_WEIGHTS;
  const regularised =
    variance * out.variance![0]! +
    covariance * out.covariance![0]! +
    similarity * out.similarity![0]! +
    inverse * out.inverse![0]!;
  expect(out.loss![0]).toBeCloseTo(out.prediction![0]! + regularised, 4);
});

test('the action after the last frame has no influence on the loss', async () => {
  const actions = clips.actions.slice();
  for (let b = 0; b < B; b++) actions.fill(9, (b * T + T - 1) * A, (b + 1) * T * A);
  const [before, after] = [await step(ebJepaMethod, {}), await step(ebJepaMethod, {}, { ...clips, actions })];
  expect(after.loss).toEqual(before.loss);
});

test('equal frames are a collapse that variance sees and covariance and slowness do not', async () => {
  const frame = clips.pixels.subarray(0, IMAGE);
  const pixels = Float32Array.from({ length: B * T * IMAGE }, (_, i) => frame[i % IMAGE]!);
  for (const method of [ebJepaMethod, pldmMethod]) {
    const out = await step(method, {}, { ...clips, pixels });
    expect(out.variance![0]).toBeCloseTo(0.99, 4);
    expect(out.covariance![0]).toBeCloseTo(0, 5);
    expect(out.similarity![0]).toBeCloseTo(0, 5);
  }
});

test('variance and covariance of PLDM see the first frame of each clip, those of EB-JEPA all', async () => {
  const pixels = clips.pixels.slice();
  for (let b = 0; b < B; b++) pixels.set(gaussian((T - 1) * IMAGE, 9), (b * T + 1) * IMAGE);
  for (const [method, same] of [
    [pldmMethod, true],
    [ebJepaMethod, false],
  ] as const) {
    const [before, after] = [await step(method, {}), await step(method, {}, { ...clips, pixels })];
    for (const term of ['variance', 'covariance'] as const)
      expect(Math.abs(after[term]![0]! - before[term]![0]!) < 1e-6).toBe(same);
  }
});

test('the loss of PLDM adds a hinge on deviations over time', async () => {
  const out = await step(pldmMethod, {});
  const expected = Object.entries(PLDM_WEIGHTS).reduce((sum, [name, w]) => sum + w * out[name]![0]!, 0);
  expect(out.varianceOverTime![0]).toBeGreaterThan(0);
  expect(out.loss![0]).toBeCloseTo(out.prediction![0]! + expected, 4);
});

test('the cost of a plan is the mean squared distance to the goal, summed over all its steps', async () => {
  const [E, S, L] = [2, 3, 4] as const;
  const [rollout, goal] = [gaussian(E * S * L * D, 1), gaussian(E * D, 2)];
  const { cost } = await run(
    () => ({ cost: bindCost(planCost('all', D))(input('rollout', [E, S, L, D]), input('goal', [E, D])) }),
    {
      rollout,
      goal,
    },
  );
  const expected = Array.from({ length: E * S }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < L * D; i++) sum += (rollout[row * L * D + i]! - goal[Math.floor(row / S) * D + (i % D)]!) ** 2;
    return sum / D;
  });
  expect(distance(cost!, expected)).toBeLessThan(1e-5);
});

test('a state dict of the reference holds the shared layer norm twice, and one of the two is left', () => {
  const names = ['encoder.final_ln.weight', 'predictor.final_ln.weight', 'predictor.rnn.weight_ih_l0'];
  const kept = ebJepaTensors(new Map(names.map((name) => [name, name])));
  expect([...kept.keys()]).toEqual([names[0], names[2]]);
});

test('actions of the wrong width are refused with what to check', async () => {
  const wrong = run((m) => ({ z: m.rollout(input('z', [1, 1, D]), input('plans', [1, 2, 4, A + 1])) }));
  await expect(wrong).rejects.toThrow(/actions must be \[E, S, H, 3\], got \[1, 2, 4, 4\]; check actionDim/);
});

test('images of another size are refused', async () => {
  await expect(run((m) => ({ z: m.encode(input('frames', [1, 1, C, 8, 8])) }))).rejects.toThrow(
    /must be f32 \[N, 2, 9, 9\] or u8 \[N, 9, 9, 3\], got f32 \[1, 2, 8, 8\]/,
  );
});

test('more steps than a clip has are refused', () => {
  expect(() => ebJepaMethod(TINY, { batch: B, frames: T, steps: T })).toThrow(
    /steps must be 1 to frames - 1 = 4, got 5/,
  );
});
