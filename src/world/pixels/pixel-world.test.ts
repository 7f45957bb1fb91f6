// The pixel world model. Legend: B clips, T frames, D width, A numbers per block, n numbers of a picture.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { traceJepa } from '../../jepa/index.ts';
import { IMAGENET, specsOf } from '../../nn/index.ts';
import { distance, gaussian, runModule, runtime, shaken } from '../../nn/run-module.law.ts';
import { adam } from '../../optim/index.ts';
import { bindCost } from '../../plan/index.ts';
import { input, slice } from '../../tensor/index.ts';
import { jepaProgram, type StepInputs } from '../../train/index.ts';
import { dynamicsOf, leWm, type PixelWorld, type PixelWorldConfig, pixelWorld, pixelWorldMethod } from '../index.ts';
import { TINY } from '../le-wm/tiny.law.ts';

const { sigreg: _, cost: __, ...network } = TINY;
const CONFIG: PixelWorldConfig = {
  ...network,
  decoder: { patchSize: 4, dim: 12, depth: 1, heads: 2, mlpDim: 24 },
  reconstruction: 0.5,
};
const [B, T, SIDE] = [3, 4, 16] as const;
const [D, A] = [TINY.embedDim, TINY.actionDim];
const n = SIDE * SIDE * 3;
const values = shaken(pixelWorld(CONFIG), 0.2);
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const batch = {
  pixels: Uint8Array.from({ length: B * T * n }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24),
  actions: gaussian(B * T * A, 2),
};

/** Row after row of patches of 4 x 4 pixels, each pixel with its three normalised channels. */
function picture(frame: number): number[] {
  return range(16).flatMap((patch) =>
    range(48).map((i) => {
      const [row, column, channel] = [Math.floor(i / 12), Math.floor(i / 3) % 4, i % 3];
      const y = 4 * Math.floor(patch / 4) + row;
      const x = 4 * (patch % 4) + column;
      const value = batch.pixels[frame * n + (y * SIDE + x) * 3 + channel]! / 255;
      return (value - IMAGENET.mean[channel]!) / IMAGENET.std[channel]!;
    }),
  );
}

const traced = (config: PixelWorldConfig, inputs = batch) =>
  runModule(
    pixelWorld(config),
    'train',
    (m) => {
      const { loss, terms, step } = traceJepa(pixelWorldMethod(config, { batch: B, frames: T }), m);
      const z = step.latents.clip!.embedding;
      const drawn = step.pairs.map((pair) => pair.prediction);
      return { loss, ...terms, z, next: drawn[0]!, present: drawn[1]!, decoded: m.decode(z) };
    },
    { values, inputs },
  );

test('the loss is the error of next pictures plus the weighted error of present ones', async () => {
  const out = await traced(CONFIG);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const error = (drawn: Float32Array, row: number, frame: number): number =>
    mean(picture(frame).map((v, i) => (drawn[row * n + i]! - v) ** 2));
  const next = mean(range(B).flatMap((b) => range(T - 1).map((t) => error(out.next!, b * (T - 1) + t, b * T + t + 1))));
  const present = mean(range(B * T).map((row) => error(out.present!, row, row)));
  expect(out.prediction![0]).toBeCloseTo(next, 4);
  expect(out.reconstruction![0]).toBeCloseTo(present, 4);
  expect(out.loss![0]).toBeCloseTo(next + 0.5 * present, 4);
  expect(distance(out.present!, out.decoded!)).toBe(0);
});

test('the block after the last frame has no influence, nor has a later frame on an earlier next picture', async () => {
  const before = await traced(CONFIG);
  const actions = batch.actions.map((v, i) => (Math.floor(i / A) % T === T - 1 ? 9 : v));
  expect((await traced(CONFIG, { ...batch, actions })).loss).toEqual(before.loss);
  const m = dynamicsOf({ kind: 'pixels', ...CONFIG });
  const model = m.bind();
  const predict = async (z: Float32Array) =>
    (
      await runModule(m.module, 'eval', () => ({ y: model.predict(input('z', [1, 3, D]), input('u', [1, 3, A])) }), {
        values,
        inputs: { z, u: gaussian(3 * A, 4) },
      })
    ).y!;
  const z = gaussian(3 * D, 3);
  const later = await predict(z.map((v, i) => (i < 2 * D ? v : 0.7)));
  expect(later.subarray(0, 2 * D)).toEqual((await predict(z)).subarray(0, 2 * D));
});

test('unrolled, next pictures are drawn from a rollout that starts at the first frame', async () => {
  const inputs = { z: gaussian(B * T * D, 1), actions: batch.actions };
  const spec = pixelWorldMethod({ ...CONFIG, prediction: 'unrolled' }, { batch: B, frames: T });
  const trace = (m: PixelWorld) => {
    const z = input('z', [B, T, D]);
    const actions = input('actions', [B, T, A]);
    const drawn = spec.predict!(m, { embedding: z, representation: z }, { kind: 'action', actions, steps: T - 1 });
    // The first is made from the first frame alone.
    const first = m.predict(slice(z, 1, 0, 1), m.encodeActions(slice(actions, 1, 0, 1)));
    return { drawn, one: m.decode(first) };
  };
  const { drawn, one } = await runModule(pixelWorld(CONFIG), 'eval', trace, { values, inputs });
  expect(drawn!.length).toBe(B * (T - 1) * n);
  for (const b of range(B))
    expect(distance(drawn!.subarray(b * (T - 1) * n).subarray(0, n), one!.subarray(b * n, (b + 1) * n))).toBeLessThan(
      1e-5,
    );
  // What is fed back are predictions: later embeddings have no influence.
  const z = inputs.z.map((v, i) => (Math.floor(i / D) % T === 0 ? v : 5));
  const blind = await runModule(pixelWorld(CONFIG), 'eval', trace, { values, inputs: { ...inputs, z } });
  expect(blind.drawn).toEqual(drawn);
});

test.each(['pixels', 'latent'] as const)('plans are scored by their last embedding, in %s', async (cost) => {
  const dynamics = dynamicsOf({ kind: 'pixels', ...CONFIG, cost });
  const inputs = { imagined: gaussian(2 * 3 * 4 * D, 1), goal: gaussian(2 * D, 2) };
  const { c } = await runModule(
    dynamics.module,
    'eval',
    () => ({ c: bindCost(dynamics.defaultCost)(input('imagined', [2, 3, 4, D]), input('goal', [2, D])) }),
    { values, inputs },
  );
  const { all, ends } = await runModule(
    pixelWorld(CONFIG),
    'eval',
    (m) => ({ all: m.decode(input('imagined', [2, 3, 4, D])), ends: m.decode(input('goal', [2, D])) }),
    { values, inputs },
  );
  const [a, b, width] = cost === 'pixels' ? [all!, ends!, n] : [inputs.imagined, inputs.goal, D];
  const expected = range(6).map((row) =>
    range(width).reduce((s, i) => s + (a[(row * 4 + 3) * width + i]! - b[Math.floor(row / 3) * width + i]!) ** 2, 0),
  );
  // Pictures by the mean of their numbers, embeddings by the sum.
  const scale = cost === 'pixels' ? 1 / n : 1;
  expect(
    distance(
      c!,
      expected.map((v) => v * scale),
    ),
  ).toBeLessThan(1e-4);
});

test('it learns to draw', async () => {
  const program = await jepaProgram({
    spec: pixelWorldMethod(CONFIG, { batch: 8, frames: 2 }),
    key: key(0),
    runtime,
    inputs: (given: StepInputs) => given,
  });
  // Pictures, white or black by chance, that turn into their opposite.
  const clips = (seed: number): StepInputs => {
    const coin = gaussian(8, seed);
    const pixels = new Uint8Array(8 * 2 * n);
    for (let b = 0; b < 8; b++) {
      pixels.fill(coin[b]! > 0 ? 255 : 0, 2 * b * n, (2 * b + 1) * n);
      pixels.fill(coin[b]! > 0 ? 0 : 255, (2 * b + 1) * n, (2 * b + 2) * n);
    }
    return { pixels, actions: new Float32Array(8 * 2 * A) };
  };
  const optimiser = adam(program.layout);
  for (let i = 0; i < 120; i++) {
    await program.step(clips(i), key(i), i);
    optimiser.step(program.params, program.grads, 3e-3);
  }
  const { terms } = await program.step(clips(1_000_000), key(0), 0);
  // Saying the mean grey would cost 4.9 on average over the channels.
  expect(terms.prediction).toBeLessThan(0.25);
  expect(terms.reconstruction).toBeLessThan(0.25);
});

test('its network is that of LeWorldModel and a decoder', () => {
  const names = (m: ReturnType<typeof pixelWorld> | ReturnType<typeof leWm>) =>
    specsOf(m, 'parameter').map((s) => s.name);
  expect(names(pixelWorld(CONFIG)).filter((name) => !name.startsWith('decoder.'))).toEqual(names(leWm(TINY)));
});

test.each([
  [{ patchSize: 5 }, /must be a multiple of the decoder's patchSize 5/],
  [{ depth: 0 }, /the decoder needs at least 1 block/],
])('a decoder that cannot be is refused: %o', (change, message) => {
  expect(() => pixelWorld({ ...CONFIG, decoder: { ...CONFIG.decoder, ...change } })).toThrow(message);
});
