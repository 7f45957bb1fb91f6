// Laws of EB-JEPA's video model; its numbers are those of parity/eb_jepa_video.
// Legend: B clips, T frames, h w size of image and map, D channels of the map.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { traceJepa } from '../../jepa/index.ts';
import { initialise } from '../../nn/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { input, type Tensor } from '../../tensor/index.ts';
import { type EbJepaVideo, ebJepaVideo, ebJepaVideoMethod, type VideoConfig } from '../index.ts';

const TINY: VideoConfig = { channels: 1, encoderWidth: 2, dim: 3, predictorWidth: 2, projector: [5, 5] };
const [B, T, SIDE, D] = [2, 5, 8, 3] as const;
const MAP = SIDE * SIDE * D;
const values = shaken(ebJepaVideo(TINY), 0.1);
const maps = gaussian(T * MAP, 1);

const predicted = async (
  trace: (m: EbJepaVideo, maps: Tensor) => Tensor,
  data: Float32Array,
): Promise<Float32Array> => {
  const out = await runModule(
    ebJepaVideo(TINY),
    'eval',
    (m) => ({ y: trace(m, input('maps', [1, T, SIDE, SIDE, D])) }),
    { values, inputs: { maps: data } },
  );
  return out.y!;
};

test('a map is predicted from the two before it and no other', async () => {
  const changed = maps.slice();
  changed.set(gaussian(MAP, 7), 3 * MAP);
  const trace = (m: EbJepaVideo, x: Tensor): Tensor => m.predict(x);
  const [before, after] = [await predicted(trace, maps), await predicted(trace, changed)];
  const moved = Array.from({ length: T - 1 }, (_, i) => {
    const part = (of: Float32Array): Float32Array => of.subarray(i * MAP, (i + 1) * MAP);
    return distance(part(before), part(after)) > 1e-6;
  });
  expect(moved).toEqual([false, false, true, true]);
});

test('an unroll gives the first two maps back and predicts the others from predictions', async () => {
  const once = await predicted((m, x) => m.unroll(x, 1)[0]!, maps);
  expect(distance(once.subarray(0, 2 * MAP), maps.subarray(0, 2 * MAP))).toBe(0);
  const twice = await predicted((m, x) => m.unroll(x, 2)[1]!, maps);
  const again = await predicted((m, x) => m.unroll(x, 1)[0]!, once);
  expect(distance(twice, again)).toBeLessThan(1e-6);
});

const step = (pixels: Float32Array, given = values): Promise<Record<string, Float32Array>> =>
  runModule(
    ebJepaVideo(TINY),
    'train',
    (m) => {
      const spec = ebJepaVideoMethod(TINY, { batch: B, frames: T, size: SIDE, steps: 2, pixels: 'f32' });
      const { loss, terms } = traceJepa(spec, m);
      return { ...terms, loss };
    },
    { values: given, inputs: { pixels } },
  );

test('the loss is the prediction error, 10 times the variance and 100 times the covariance', async () => {
  const out = await step(gaussian(B * T * SIDE * SIDE, 1));
  const expected = out.prediction![0]! + 10 * out.variance![0]! + 100 * out.covariance![0]!;
  expect(out.loss![0]! / expected).toBeCloseTo(1, 5);
});

test('black clips are a collapse that only the variance sees', async () => {
  const out = await step(new Float32Array(B * T * SIDE * SIDE), initialise(ebJepaVideo(TINY), key(0)));
  expect(out.variance![0]).toBeCloseTo(0.99, 4);
  expect(out.covariance![0]).toBeCloseTo(0, 6);
});

test('clips of two frames are refused', () => {
  expect(() => ebJepaVideoMethod(TINY, { batch: B, frames: 2, size: SIDE })).toThrow(/more than 2 frames/);
});
