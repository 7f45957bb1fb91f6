// EB-JEPA's models at sizes that are drawn. Legend: B clips, T frames, h w size of image and map, D width, A numbers of an
// action, H steps.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { traceJepa } from '../../jepa/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { constant, input, mul, reduceSum, type Tensor } from '../../tensor/index.ts';
import {
  type EbJepaConfig,
  type EbJepaVideo,
  ebJepa,
  ebJepaMethod,
  ebJepaVideo,
  ebJepaVideoMethod,
  pldmMethod,
  type VideoConfig,
} from '../index.ts';
import { neighbours, plainUnet } from './plain-unet.law.ts';

const VIDEO: VideoConfig = { channels: 2, encoderWidth: 2, dim: 3, predictorWidth: 2, projector: [4, 5, 3] };
const D = VIDEO.dim;
const videoValues = shaken(ebJepaVideo(VIDEO), 0.2);
const seed = fc.integer({ min: 1, max: 99 });
const side = fc.integer({ min: 1, max: 19 });

test('the video predictor at any height and width is its slow definition, odd sides and single rows included', () =>
  fc.assert(
    fc.asyncProperty(fc.record({ h: side, w: side, seed }), async ({ h, w, seed: s }) => {
      const maps = gaussian(3 * h * w * D, s);
      const trace = (m: EbJepaVideo) => ({ y: m.predict(input('maps', [1, 3, h, w, D])) });
      const { y } = await runModule(ebJepaVideo(VIDEO), 'eval', trace, { values: videoValues, inputs: { maps } });
      for (const t of [0, 1]) {
        const expected = plainUnet(videoValues, neighbours(maps, t, [h, w, D]));
        expect([expected.c, expected.h, expected.w]).toEqual([D, h, w]);
        const rows = Array.from({ length: h * w * D }, (_, i) =>
          expected.at(i % D, Math.floor(i / (w * D)), Math.floor(i / D) % w),
        );
        const part = y!.subarray(t * h * w * D, (t + 1) * h * w * D);
        const largest = Math.max(1, ...rows.map(Math.abs));
        expect(distance(part, rows) / largest).toBeLessThan(1e-5);
      }
    }),
    { numRuns: 8 },
  ));

test('its gradient at odd sides is that of finite differences', async () => {
  const [h, w] = [5, 7];
  const maps = gaussian(2 * h * w * D, 3);
  const [weights, direction] = [gaussian(h * w * D, 4), gaussian(maps.length, 5)];
  const value = (m: EbJepaVideo, x: Tensor): Tensor =>
    reduceSum(mul(m.predict(x), constant(weights, [1, 1, h, w, D], 'f32')));
  const run = (trace: (m: EbJepaVideo, x: Tensor) => Tensor, at: Float32Array) =>
    runModule(ebJepaVideo(VIDEO), 'eval', (m) => ({ y: trace(m, input('maps', [1, 2, h, w, D])) }), {
      values: videoValues,
      inputs: { maps: at },
    });
  const { y: gradient } = await run((m, x) => grad(value(m, x), [x])[0]!, maps);
  const analytic = gradient!.reduce((sum, g, i) => sum + g * direction[i]!, 0);
  const at = async (step: number): Promise<number> =>
    (
      await run(
        value,
        maps.map((v, i) => v + step * direction[i]!),
      )
    ).y![0]!;
  const numeric = ((await at(2e-3)) - (await at(-2e-3))) / 4e-3;
  // ReLUs have kinks: a few of them within the step.
  expect(Math.abs(analytic - numeric)).toBeLessThan(0.02 * (1 + Math.abs(analytic)));
});

test('a video method takes clips of any size, in any order, and its parts add up', () => {
  const drawn = {
    h: side,
    w: side,
    B: fc.integer({ min: 1, max: 3 }),
    T: fc.integer({ min: 3, max: 5 }),
    H: fc.integer({ min: 1, max: 3 }),
    seed,
  };
  return fc.assert(
    fc.asyncProperty(fc.record(drawn), async ({ h, w, B, T, H, seed: s }) => {
      const frame = VIDEO.channels * h * w;
      const pixels = gaussian(B * T * frame, s);
      const weights = { variance: 2, covariance: 3 };
      const run = (data: Float32Array) =>
        runModule(
          ebJepaVideo(VIDEO),
          'train',
          (m) => {
            const options = { batch: B, frames: T, size: [h, w], steps: H, pixels: 'f32', weights } as const;
            const { loss, terms } = traceJepa(ebJepaVideoMethod(VIDEO, options), m);
            return { ...terms, loss };
          },
          { values: videoValues, inputs: { pixels: data } },
        );
      const out = await run(pixels);
      const sum = out.prediction![0]! + 2 * out.variance![0]! + 3 * out.covariance![0]!;
      expect(Math.abs(out.loss![0]! / sum - 1)).toBeLessThan(1e-5);
      const turned = Float32Array.from([...pixels.subarray(T * frame), ...pixels.subarray(0, T * frame)]);
      expect(Math.abs((await run(turned)).loss![0]! / out.loss![0]! - 1)).toBeLessThan(1e-3);
    }),
    { numRuns: 5 },
  );
});

const worlds = {
  size: fc.integer({ min: 3, max: 14 }),
  stacks: fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 4 }),
  blocks: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 1, max: 3 }),
  A: fc.integer({ min: 1, max: 4 }),
  B: fc.integer({ min: 2, max: 4 }),
  T: fc.integer({ min: 2, max: 6 }),
  first: fc.boolean(),
  seed,
};

test.each([
  ['EB-JEPA', ebJepaMethod],
  ['PLDM', pldmMethod],
] as const)(
  '%s: stacks, sides, actions, frames and steps of any number; clips in another order give the same loss',
  (_, method) =>
    fc.assert(
      fc.asyncProperty(fc.record(worlds), async ({ size, stacks, blocks, channels, A, B, T, first, seed: s }) => {
        const encoder = { imageSize: size, channels, stacks, blocks, dim: 4 };
        const config: EbJepaConfig = { encoder, actionDim: A, inverseHidden: 3 };
        const values = shaken(ebJepa(config), 0.2);
        const frame = channels * size * size;
        const [pixels, actions] = [gaussian(B * T * frame, s), gaussian(B * T * A, s + 1)];
        const steps = 1 + (s % (T - 1));
        const run = (inputs: Record<string, Float32Array>, firstStepOnly = first) =>
          runModule(
            ebJepa(config),
            'train',
            (m) => {
              const options = { batch: B, frames: T, steps, pixels: 'f32', firstStepOnly } as const;
              const { loss, terms, step } = traceJepa(method(config, options), m);
              return { ...terms, loss, z: step.latents.clip!.embedding };
            },
            { values, inputs },
          );
        const out = await run({ pixels, actions });
        const turn = (x: Float32Array): Float32Array =>
          Float32Array.from([...x.subarray(x.length / B), ...x.subarray(0, x.length / B)]);
        const again = await run({ pixels: turn(pixels), actions: turn(actions) });
        expect(Math.abs(again.loss![0]! - out.loss![0]!)).toBeLessThan(1e-4 * (1 + Math.abs(out.loss![0]!)));
        // The hinge over the first frames, or over all.
        const rows = Array.from({ length: B * T }, (_r, i) => out.z!.subarray(4 * i, 4 * i + 4));
        const used = rows.filter((_r, i) => !first || i % T === 0);
        const hinges = [0, 1, 2, 3].map((d) => {
          const x = used.map((row) => row[d]!);
          const centre = x.reduce((a, b) => a + b, 0) / x.length;
          const variance = x.reduce((a, b) => a + (b - centre) ** 2, 0) / (x.length - 1);
          return Math.max(0, 1 - Math.sqrt(variance + 1e-4));
        });
        expect(out.variance![0]).toBeCloseTo(hinges.reduce((a, b) => a + b, 0) / 4, 4);
      }),
      { numRuns: 5 },
    ),
);
