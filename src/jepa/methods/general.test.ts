// Every method at sizes that are drawn: images in another order give the same loss, several contexts and halves of a batch
// average, and any number of views is taken. Legend: B images, V views, G global ones, M contexts, T targets, K, Kp patches.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { key, permutation, uniform } from '../../core/index.ts';
import { runModule, shaken } from '../../nn/run-module.law.ts';
import { traceJepa } from '../contract/trace.ts';
import type { Condition, JepaSpec } from '../contract/types.ts';
import { vitEncoder } from '../encoders/image-encoder.ts';
import { LE_JEPA } from '../objectives/le-jepa.ts';
import * as methods from './index.ts';

type Any = JepaSpec<never, Condition>;
type Inputs = Record<string, Uint8Array | Int32Array>;

const erased = <M, Z extends Condition>(spec: JepaSpec<M, Z>): Any => spec as unknown as Any;

/** An encoder on a grid of `grid` x `grid` patches of 2 pixels. */
const encoderOf = (grid: number) =>
  vitEncoder({ imageSize: 2 * grid, patchSize: 2, dim: 8, depth: 1, heads: 2, mlpDim: 12, positions: 'sincos' });

/** Pixels, labels, and ids of distinct patches among `patches`. */
function drawInputs(spec: Any, seed: number, patches: number): Inputs {
  return Object.fromEntries(
    Object.entries(spec.inputs).map(([name, { dtype, shape }], i) => {
      const size = shape.reduce((a, b) => a * b, 1);
      if (dtype === 'u8')
        return [name, Uint8Array.from(uniform(key(seed + i), new Float32Array(size)), (u) => Math.floor(256 * u))];
      if (name === 'labels') return [name, Int32Array.from({ length: size }, (_, at) => (at + seed) % 3)];
      const [rows, per] = shape as [number, number];
      const ids = Array.from({ length: rows }, (_, r) =>
        permutation(key(seed + 100 * i + r), patches).subarray(0, per),
      );
      return [name, Int32Array.from(ids.flatMap((row) => [...row]))];
    }),
  );
}

/** The rows of images `wanted` of every input; an input of M B rows has M groups of B. */
function imagesOf(inputs: Inputs, batch: number, spec: Any, wanted: readonly number[]): Inputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, data]) => {
      const rows = spec.inputs[name]!.shape[0]!;
      const size = data.length / rows;
      const groups = Array.from({ length: rows / batch }, (_, m) => wanted.map((b) => m * batch + b)).flat();
      const out =
        data instanceof Uint8Array ? new Uint8Array(groups.length * size) : new Int32Array(groups.length * size);
      groups.forEach((row, i) => {
        out.set(data.subarray(row * size, (row + 1) * size), i * size);
      });
      return [name, out];
    }),
  );
}

async function lossOf(spec: Any, inputs: Inputs): Promise<number> {
  const out = await runModule(spec.module, 'train', (m) => ({ loss: traceJepa(spec, m).loss }), {
    values: shaken(spec.module, 0.2),
    inputs,
  });
  return out.loss![0]!;
}

const near = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThan(2e-4 * (1 + Math.abs(b)));

interface Sizes {
  readonly B: number;
  readonly V: number;
  readonly G: number;
  readonly grid: number;
  readonly M: number;
  readonly T: number;
  readonly seed: number;
}

const drawn = fc.record({
  B: fc.integer({ min: 2, max: 5 }),
  V: fc.integer({ min: 2, max: 5 }),
  G: fc.integer({ min: 1, max: 5 }),
  grid: fc.integer({ min: 2, max: 5 }),
  M: fc.integer({ min: 1, max: 3 }),
  T: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 1, max: 99 }),
});

const predictor = { dim: 8, depth: 1, heads: 2 };
const viewsOf = ({ B, grid }: Sizes, count: number) => ({
  encoder: encoderOf(grid),
  batch: B,
  views: Array<number>(count).fill(2 * grid),
});
const masksOf = ({ grid, M, T, seed }: Sizes) => ({
  context: 1 + (seed % grid ** 2),
  contexts: M,
  targets: T,
  target: 1 + ((3 * seed) % grid ** 2),
});
const masked = ({ B, grid }: Sizes) => ({ encoder: encoderOf(grid), batch: B, size: 2 * grid });

/** Methods whose loss is a mean over images, so that the halves of a batch average. */
const perImage: Readonly<Record<string, (s: Sizes) => Any>> = {
  iJepa: (s) => erased(methods.iJepa({ ...masked(s), predictor, masks: masksOf(s), momentum: 0.9 })),
  'iJepa, pixels': (s) =>
    erased(methods.iJepa({ ...masked(s), predictor, masks: masksOf(s), momentum: 0.9, target: 'pixels' })),
  mae: (s) => erased(methods.mae({ ...masked(s), decoder: predictor, kept: 1 + (s.seed % (s.grid ** 2 - 1)) })),
  supervised: (s) => erased(methods.supervised({ ...viewsOf(s, 1), classes: 3 })),
  dino: (s) =>
    erased(
      methods.dino({
        ...viewsOf(s, s.V),
        globalViews: Math.min(s.G, s.V),
        hidden: 6,
        bottleneck: 4,
        prototypes: 5,
        momentum: 0.9,
      }),
    ),
};

const ofBatch: Readonly<Record<string, (s: Sizes) => Any>> = {
  vicReg: (s) => erased(methods.vicReg({ ...viewsOf(s, 2), expander: [7, 5] })),
  barlowTwins: (s) => erased(methods.barlowTwins({ ...viewsOf(s, 2), projector: [7, 5] })),
  simClr: (s) => erased(methods.simClr({ ...viewsOf(s, 2), projector: [7, 5] })),
  naive: (s) => erased(methods.naive({ ...viewsOf(s, s.V), projector: [7, 5] })),
};

test.each(Object.entries({ ...perImage, ...ofBatch }))('%s: images in another order give the same loss', (_, make) =>
  fc.assert(
    fc.asyncProperty(drawn, async (sizes) => {
      const spec = make(sizes);
      const inputs = drawInputs(spec, sizes.seed, sizes.grid ** 2);
      const order = Array.from({ length: sizes.B }, (_b, b) => (b + 1) % sizes.B);
      near(await lossOf(spec, imagesOf(inputs, sizes.B, spec, order)), await lossOf(spec, inputs));
    }),
    { numRuns: 3 },
  ),
);

test.each(Object.entries(perImage))(
  '%s: the loss of a batch is the mean of those of its images, batches of one',
  (_, make) =>
    fc.assert(
      fc.asyncProperty(drawn, async (sizes) => {
        const spec = make(sizes);
        const inputs = drawInputs(spec, sizes.seed, sizes.grid ** 2);
        const single = make({ ...sizes, B: 1 });
        let sum = 0;
        for (let b = 0; b < sizes.B; b++) sum += await lossOf(single, imagesOf(inputs, sizes.B, spec, [b]));
        near(await lossOf(spec, inputs), sum / sizes.B);
      }),
      { numRuns: 2 },
    ),
);

test('DINO with one global view compares the teacher with every other view', async () => {
  const sizes: Sizes = { B: 2, V: 3, G: 1, grid: 2, M: 1, T: 1, seed: 5 };
  const [all, two] = [perImage.dino!(sizes), perImage.dino!({ ...sizes, V: 2 })];
  const inputs = drawInputs(all, 5, 4);
  const with1 = await lossOf(two, { view0: inputs.view0!, view1: inputs.view1! });
  const with2 = await lossOf(two, { view0: inputs.view0!, view1: inputs.view2! });
  near(await lossOf(all, inputs), (with1 + with2) / 2);
});

test.each(['embedding', 'pixels'] as const)(
  'I-JEPA on %s: the loss of several contexts is the mean of those of each alone, and of several targets likewise',
  (target) =>
    fc.assert(
      fc.asyncProperty(drawn, async (sizes) => {
        const { B, M, T, grid, seed } = sizes;
        const make = (contexts: number, targets: number): Any => {
          const masks = { ...masksOf(sizes), contexts, targets };
          return erased(methods.iJepa({ ...masked(sizes), predictor, masks, momentum: 0.9, target }));
        };
        const spec = make(M, T);
        const inputs = drawInputs(spec, seed, grid ** 2);
        const all = inputs.context!;
        const size = all.length / M;
        let sum = 0;
        for (let m = 0; m < M; m++)
          for (let t = 0; t < T; t++) {
            const context = all.slice(m * size, (m + 1) * size);
            sum += await lossOf(make(1, 1), { view0: inputs.view0!, context, target0: inputs[`target${t}`]! });
          }
        expect(spec.inputs.context!.shape).toEqual([M * B, size / B]);
        near(await lossOf(spec, inputs), sum / (M * T));
      }),
      { numRuns: 3 },
    ),
);

test.each(Object.entries(LE_JEPA))('LeJEPA as %s takes any number of views, any of them global', (_, loss) =>
  fc.assert(
    fc.asyncProperty(drawn, async (sizes) => {
      const V = loss.centre === 'other' ? 2 : sizes.V;
      const globalViews = Math.min(sizes.G, V);
      const options = { ...viewsOf(sizes, V), projector: [7, 5], globalViews, loss: { ...loss, directions: 4 } };
      const spec = erased(methods.leJepa(options));
      const inputs = drawInputs(spec, sizes.seed, sizes.grid ** 2);
      const order = Array.from({ length: sizes.B }, (_b, b) => (b + 1) % sizes.B);
      near(await lossOf(spec, imagesOf(inputs, sizes.B, spec, order)), await lossOf(spec, inputs));
    }),
    { numRuns: 2 },
  ),
);
