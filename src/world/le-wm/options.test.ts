// What may be asked of a LeWorldModel beside its published losses, each from its definition, and that nothing of it is there by
// default. Legend: B clips, T frames, D width, A numbers per block, C frames of context, h predicted steps.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { key } from '../../core/index.ts';
import { defineJepa, l2, methods, sigreg, sigregDirections, traceJepa } from '../../jepa/index.ts';
import { distance, gaussian, runModule, runtime, shaken } from '../../nn/run-module.law.ts';
import { adam } from '../../optim/index.ts';
import { concat, input, slice, type Tensor, transpose } from '../../tensor/index.ts';
import { jepaProgram, type StepInputs } from '../../train/index.ts';
import {
  type Acting,
  type InverseLeWm,
  type LeWm,
  type LeWmConfig,
  leWm,
  leWmMethod,
  leWmModule,
  worldOf,
} from '../index.ts';
import { TINY, tinyValues } from './tiny.law.ts';

const D = TINY.embedDim;
const A = TINY.actionDim;
const IMAGE = 3 * 256;

/** One traced training step of f32 clips, with what `more` reads of it. */
async function stepOf(
  config: LeWmConfig,
  [B, T]: readonly [number, number],
  given: { readonly pixels: Float32Array; readonly actions: Float32Array },
  more: (m: InverseLeWm, z: Tensor, actions: Tensor) => Readonly<Record<string, Tensor>> = () => ({}),
  mode: 'train' | 'eval' = 'train',
): Promise<Record<string, Float32Array>> {
  const model = leWmModule(config);
  const directions = input('dirs', [D, 8]);
  const spec = leWmMethod(config, { batch: B, frames: T, pixels: 'f32', directions });
  return runModule(
    model,
    mode,
    (m) => {
      const { loss, terms, step } = traceJepa(spec, m);
      const z = step.latents.clip!.embedding;
      const gradient = grad(loss, [step.inputs.pixels!])[0]!;
      return { ...terms, loss, gradient, ...more(m, z, step.inputs.actions!), z };
    },
    { values: shaken(model, 0.2), inputs: { ...given, dirs: gaussian(D * 8, 3) } },
  );
}

const clips = (B: number, T: number, seed = 1) => ({
  pixels: gaussian(B * T * IMAGE, seed),
  actions: gaussian(B * T * A, seed + 1),
});

test('without options it is the published method, bit for bit: losses, gradients, statistics, updates', async () => {
  const [B, T] = [5, 4] as const;
  // The method as it was published, written out.
  const published = defineJepa<LeWm, Acting>({
    name: 'le-wm',
    module: leWm(TINY),
    inputs: {
      pixels: { dtype: 'u8', shape: [B, T, 16, 16, 3] },
      actions: { dtype: 'f32', shape: [B, T, A] },
    },
    pairs: ({ pixels: clip, actions }) => [
      {
        name: 'next',
        context: { name: 'clip', input: clip! },
        target: { name: 'clip', input: clip! },
        z: { kind: 'action', actions: actions!, steps: 1 },
        select: (z) => slice(z, 1, 1),
      },
    ],
    encode(model, view) {
      const z = model.encode(view.input);
      return { embedding: z, representation: z };
    },
    target: { kind: 'shared' },
    predict: (model, { embedding }, { actions }) =>
      model.predict(slice(embedding, 1, 0, T - 1), slice(model.encodeActions(actions), 1, 0, T - 1)),
    terms: [
      methods.predictEnergy(l2),
      {
        name: 'sigreg',
        mechanism: 'gaussian',
        reads: 'embedding',
        weight: TINY.sigreg.weight,
        trace: ({ latents }) =>
          sigreg(
            transpose(latents.clip!.embedding, [1, 0, 2]),
            sigregDirections(D, TINY.sigreg.directions),
            TINY.sigreg,
          ).value,
      },
    ],
    features: () => ({ pooled: input('none', [1, 1]) }),
  });
  const trained = async (spec: typeof published) => {
    const program = await jepaProgram({ spec, key: key(3), runtime, inputs: (batch: StepInputs) => batch });
    const optimiser = adam(program.layout);
    const seen: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const pixels = Uint8Array.from({ length: B * T * IMAGE }, (_, j) => (j * 7919 * (i + 1)) % 251);
      const { loss, terms } = await program.step({ pixels, actions: gaussian(B * T * A, i) }, key(i), i);
      seen.push(loss, terms, program.grads.slice());
      optimiser.step(program.params, program.grads, 1e-2);
      seen.push(program.params.slice(), program.buffers.slice());
    }
    return seen;
  };
  expect(await trained(leWmMethod(TINY, { batch: B, frames: T }))).toEqual(await trained(published));
});

test('clips longer than the window: each frame is predicted from as many before it as the history holds', () =>
  fc.assert(
    fc.asyncProperty(
      fc.record({
        B: fc.integer({ min: 1, max: 3 }),
        T: fc.integer({ min: 2, max: 7 }),
        seed: fc.nat(99),
      }),
      async ({ B, T, seed }) => {
        const inputs = { z: gaussian(B * T * D, seed), u: gaussian(B * T * A, seed + 1) };
        const run = (trace: (m: LeWm, z: Tensor, u: Tensor) => Tensor) =>
          runModule(
            leWm(TINY),
            'eval',
            (m) => ({ out: trace(m, input('z', [B, T, D]), m.encodeActions(input('u', [B, T, A]))) }),
            { values: tinyValues(), inputs },
          );
        const { out } = await run((m, z, u) => m.predictEach(z, u));
        for (let t = 0; t < T; t++) {
          const from = Math.max(0, t + 1 - TINY.history);
          const { out: last } = await run((m, z, u) =>
            slice(m.predict(slice(z, 1, from, t + 1), slice(u, 1, from, t + 1)), 1, t - from),
          );
          for (let b = 0; b < B; b++)
            expect(
              distance(out!.subarray((b * T + t) * D, (b * T + t + 1) * D), last!.subarray(b * D, (b + 1) * D)),
            ).toBeLessThan(1e-5);
        }
      },
    ),
    { numRuns: 5 },
  ));

test('the one-step loss of long clips counts every frame but the first once', async () => {
  const [B, T] = [4, 6];
  const out = await stepOf(TINY, [B, T], clips(B, T), (m, z, actions) => ({
    predicted: m.predictEach(slice(z, 1, 0, T - 1), slice(m.encodeActions(actions), 1, 0, T - 1)),
  }));
  let sum = 0;
  for (let b = 0; b < B; b++)
    for (let i = 0; i < (T - 1) * D; i++)
      sum += (out.predicted![b * (T - 1) * D + i]! - out.z![(b * T + 1) * D + i]!) ** 2;
  expect(out.prediction![0]).toBeCloseTo(sum / (B * (T - 1) * D), 5);
});

test.each([
  { steps: 2, context: 3, weights: 'uniform', detach: true },
  { steps: 4, context: 1, weights: 'linear', detach: false },
  { steps: 3, context: 2, weights: 'linear', detach: true },
] as const)('a rollout of $steps steps from $context frames is compared step by step, $weights', async (options) => {
  const { steps: h, context: C, weights } = options;
  const [B, T] = [4, C + h];
  const config: LeWmConfig = { ...TINY, rollout: { weight: 0.7, oneStep: 0.5, ...options } };
  // In eval mode a prediction does not depend on which others are made beside it: batch norm.
  const imagine = (m: InverseLeWm, z: Tensor, actions: Tensor) => {
    const u = m.encodeActions(actions);
    let frames = slice(z, 1, 0, C);
    while (frames.shape[1]! < T) {
      const end = frames.shape[1]!;
      const from = Math.max(0, end - TINY.history);
      const next = m.predict(slice(frames, 1, from), slice(u, 1, from, end));
      frames = concat([frames, slice(next, 1, end - from - 1)], 1);
    }
    return { imagined: frames };
  };
  const out = await stepOf(config, [B, T], clips(B, T), imagine, 'eval');
  let expected = 0;
  for (let j = 0; j < h; j++) {
    let sum = 0;
    for (let b = 0; b < B; b++)
      for (let d = 0; d < D; d++)
        sum += (out.imagined![(b * T + C + j) * D + d]! - out.z![(b * T + C + j) * D + d]!) ** 2;
    expected += ((weights === 'linear' ? (2 * (j + 1)) / (h * (h + 1)) : 1 / h) * sum) / (B * D);
  }
  expect(out.rollout![0]).toBeCloseTo(expected, 4);
  const total = 0.5 * out.prediction![0]! + 0.09 * out.sigreg![0]! + 0.7 * out.rollout![0]!;
  expect(out.loss![0]).toBeCloseTo(total, 4);
});

test('with detached targets the last frame of a rollout learns from the other losses alone', async () => {
  const [B, T] = [4, 3];
  const lastFrame = async (detach: boolean) => {
    const rollout = { weight: 1, steps: 2, context: 1, detach };
    const spec = leWmMethod(
      { ...TINY, rollout },
      { batch: B, frames: T, pixels: 'f32', directions: input('dirs', [D, 8]) },
    );
    const { d } = await runModule(
      leWm(TINY),
      'eval',
      (m) => {
        const { terms, step } = traceJepa(spec, m);
        return { d: grad(terms.rollout!, [step.latents.clip!.embedding])[0]! };
      },
      { values: tinyValues(), inputs: clips(B, T) },
    );
    return distance(d!.subarray((B * T - 1) * D), new Float32Array(D));
  };
  expect(await lastFrame(true)).toBe(0);
  expect(await lastFrame(false)).toBeGreaterThan(1e-5);
});

test('straightening is the curvature of the embeddings of clips, weighed in', async () => {
  const [B, T] = [4, 4];
  const out = await stepOf({ ...TINY, straightening: { weight: 0.1 } }, [B, T], clips(B, T));
  const velocity = (b: number, t: number): number[] =>
    Array.from({ length: D }, (_, d) => out.z![(b * T + t + 1) * D + d]! - out.z![(b * T + t) * D + d]!);
  let sum = 0;
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T - 2; t++) {
      const [before, after] = [velocity(b, t), velocity(b, t + 1)];
      const inner = before.reduce((s, v, d) => s + v * after[d]!, 0);
      sum += 1 - inner / (Math.hypot(...before) * Math.hypot(...after));
    }
  expect(out.straightening![0]).toBeCloseTo(sum / (B * (T - 2)), 4);
  expect(out.loss![0]).toBeCloseTo(out.prediction![0]! + 0.09 * out.sigreg![0]! + 0.1 * out.straightening![0]!, 5);
});

test.each([
  ['displacement', { inverse: { weight: 0.5, hidden: 6, of: 'difference' } }, 4],
  ['rollout', { rollout: { weight: 1, steps: 2, detach: false } }, 5],
  ['straightening', { straightening: { weight: 1 } }, 4],
  ['straightening, median', { straightening: { weight: 1, least: 0.2, of: 'median' } }, 4],
] as const)('%s: the gradient of pixels is that of finite differences', async (_, more, T) => {
  const B = 4;
  const config: LeWmConfig = { ...TINY, ...more };
  const given = clips(B, T);
  const { gradient } = await stepOf(config, [B, T], given);
  // Along the gradient itself, where the loss changes most.
  const analytic = Math.hypot(...gradient!);
  const direction = gradient!.map((v) => v / analytic);
  const moved = async (by: number) => {
    const pixels = given.pixels.map((v, i) => v + by * direction[i]!);
    return (await stepOf(config, [B, T], { ...given, pixels })).loss![0]!;
  };
  // Richardson's extrapolation of two central differences.
  const slope = async (h: number) => ((await moved(h)) - (await moved(-h))) / (2 * h);
  const numeric = (4 * (await slope(0.02)) - (await slope(0.04))) / 3;
  expect(Math.abs(numeric / analytic - 1)).toBeLessThan(2e-2);
});

test.each([
  [
    { inverse: { weight: 1, hidden: 4, steps: 4 } },
    /inverse dynamics over 4 blocks needs clips of at least 5 frames, got 4/,
  ],
  [{ rollout: { weight: 1 } }, /a rollout of 2 steps from 3 frames needs clips of at least 5 frames, got 4/],
  [{ rollout: { weight: 1, context: 4 } }, /begins from at most history = 3 frames, got 4/],
] as const)('clips that cannot hold what is asked are refused: %o', (more, message) => {
  expect(() => leWmMethod({ ...TINY, ...more }, { batch: 4, frames: 4 })).toThrow(message);
});

test('two frames cannot bend', () => {
  expect(() => leWmMethod({ ...TINY, straightening: { weight: 1 } }, { batch: 4, frames: 2 })).toThrow(
    /straightening needs clips of at least 3 frames, got 2/,
  );
});

test.each([
  { inverse: { weight: 1, hidden: 4, of: 'sum' } },
  { inverse: { weight: 1, hidden: 4, steps: 0 } },
  { rollout: { weight: 0 } },
  { rollout: { weight: 1, weights: 'square' } },
  { straightening: { weight: 1, of: 'mean' } },
])('what the schema does not know is refused: %o', (more) => {
  expect(() => worldOf({ kind: 'le-wm', ...TINY, ...more })).toThrow(/must be/);
});
