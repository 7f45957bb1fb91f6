// Every objective at sizes that are drawn: against its slow definition, under permutation of samples, and its gradient against
// finite differences. Legend: V views, N samples, D dimensions, M directions, T time steps, B clips, K prototypes.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { f32, gradientComplaints } from '../../autodiff/finite-difference.law.ts';
import { gaussian } from '../../nn/run-module.law.ts';
import { input, reshape, stack, type Tensor } from '../../tensor/index.ts';
import {
  barlowTwins,
  cosine,
  dino,
  type Energy,
  infoNce,
  koLeo,
  LE_JEPA,
  l1,
  l2,
  leJepa,
  normMse,
  ntXent,
  pixelTargets,
  pldmTerms,
  sigreg,
  smoothL1Energy,
  stateTerms,
  temporalCurvature,
  temporalSimilarity,
  temporalStraightening,
  vicregTerms,
} from '../index.ts';
import { evaluate } from './golden.law.ts';
import * as plain from './plain.law.ts';

/** Sizes of a batch: N samples of D numbers. */
const sizes = {
  N: fc.integer({ min: 2, max: 9 }),
  D: fc.integer({ min: 2, max: 7 }),
  seed: fc.integer({ min: 1, max: 99 }),
};
const close = (got: Float32Array, expected: number): void =>
  expect(Math.abs(got[0]! - expected)).toBeLessThan(2e-5 * (1 + Math.abs(expected)));

/** Holds for some sizes; each run compiles a program. */
const holds = <T extends Record<string, unknown>>(
  drawn: { [K in keyof T]: fc.Arbitrary<T[K]> },
  law: (sizes: T) => Promise<void>,
): Promise<void> => fc.assert(fc.asyncProperty(fc.record(drawn), law as (x: unknown) => Promise<void>), { numRuns: 6 });

/** Samples of several views in another order, the same for all. */
const permuted = (z: readonly number[][]): number[][] => [...z.slice(1), z[0]!];
const flat = (z: readonly (readonly number[])[]): Float32Array => Float32Array.from(z.flat());

test('the terms of VICReg are hinges, covariances and squared differences, in any order of the samples', () =>
  holds(sizes, async ({ N, D, seed }) => {
    const [a, b] = [seed, seed + 1].map((s) => plain.rowsOf(gaussian(N * D, s, 0.7), D)) as [number[][], number[][]];
    const views = [input('a', [N, D]), input('b', [N, D])] as const;
    const code = vicregTerms(...views);
    const paper = vicregTerms(...views, { variance: 'summed', covariance: 'off-diagonal-mean' });
    const outputs = { ...code, summed: paper.variance, pairs: paper.covariance };
    for (const [x, y] of [
      [a, b],
      [permuted(a), permuted(b)],
    ] as const) {
      const out = await evaluate(outputs, { a: flat(x), b: flat(y) });
      close(out.invariance!, plain.meanSquare(a, b));
      close(out.variance!, (plain.hinge(a) + plain.hinge(b)) / 2);
      close(out.summed!, plain.hinge(a) + plain.hinge(b));
      close(out.covariance!, plain.penalty(a, 'D') + plain.penalty(b, 'D'));
      close(out.pairs!, plain.penalty(a, 'pairs') + plain.penalty(b, 'pairs'));
    }
  }));

test('Barlow Twins sums over a correlation matrix of any size', () =>
  holds({ ...sizes, lambda: fc.double({ min: 0, max: 1, noNaN: true }) }, async ({ N, D, seed, lambda }) => {
    const [a, b] = [gaussian(N * D, seed), gaussian(N * D, seed + 1)];
    const c = plain.correlations(plain.rowsOf(a, D), plain.rowsOf(b, D));
    const { value, onDiagonal, offDiagonal } = barlowTwins(input('a', [N, D]), input('b', [N, D]), { lambda });
    const out = await evaluate({ value, onDiagonal, offDiagonal }, { a, b });
    const on = c.reduce((s, row, i) => s + (row[i]! - 1) ** 2, 0);
    const off = c.reduce((s, row, i) => s + row.reduce((t, v, j) => t + (i === j ? 0 : v * v), 0), 0);
    // A dimension of two samples is normalised by little: f32 leaves 1e-4.
    expect(Math.abs(out.onDiagonal![0]! - on)).toBeLessThan(1e-4 * (1 + on));
    expect(Math.abs(out.offDiagonal![0]! - off)).toBeLessThan(1e-4 * (1 + off));
    expect(Math.abs(out.value![0]! - on - lambda * off)).toBeLessThan(1e-4 * (1 + on + off));
  }));

const grids = {
  knots: fc.integer({ min: 2, max: 18 }),
  tMax: fc.double({ min: 0.5, max: 5, noNaN: true }),
  half: fc.boolean(),
  timesN: fc.boolean(),
};

test('SIGReg is the mean over groups and slices of the trapezoid rule, whatever the grid', () =>
  holds(
    { ...sizes, ...grids, T: fc.integer({ min: 1, max: 3 }), M: fc.integer({ min: 1, max: 5 }) },
    async ({ N, D, M, T, seed, knots, tMax, half, timesN }) => {
      const [z, directions] = [gaussian(T * N * D, seed), gaussian(D * M, seed + 1)];
      const options = { knots, tMax, interval: half ? 'half' : 'full', timesN } as const;
      const { value } = sigreg(input('z', [T, N, D]), input('directions', [D, M]), options);
      const groups = plain.rowsOf(z, N * D).map((group) => plain.rowsOf(group, D));
      const slices = groups.flatMap((group) => plain.projections(group, plain.rowsOf(directions, M)));
      close(
        (await evaluate({ value }, { z, directions })).value!,
        plain.mean(slices.map((x) => plain.eppsPulleyOf(x, knots, tMax, half, timesN))),
      );
    },
  ));

test.each(Object.entries(LE_JEPA))('LeJEPA as %s: any number of views, any of them global', (_, config) => {
  const views = config.centre === 'other' ? fc.constant(2) : fc.integer({ min: 2, max: 6 });
  return holds({ ...sizes, V: views, share: fc.integer({ min: 1, max: 6 }) }, async ({ N, D, V, share, seed }) => {
    const [M, nGlobal] = [3, Math.min(share, V)];
    const z = Array.from({ length: V }, (_v, v) => gaussian(N * D, seed + v));
    const directions = gaussian(D * M, seed + 50);
    const inputs = { ...Object.fromEntries(z.map((x, v) => [`z${v}`, x])), directions };
    const traced = leJepa(
      z.map((_z, v) => input(`z${v}`, [N, D])),
      nGlobal,
      input('directions', [D, M]),
      config,
    );
    const out = await evaluate({ ...traced }, inputs);
    const rows = z.map((x) => plain.rowsOf(x, D));
    const statistic = (x: plain.Rows): number => {
      const { knots, tMax, interval, timesN } = config.grid;
      const slices = plain.projections(x, plain.rowsOf(directions, M));
      return plain.mean(slices.map((s) => plain.eppsPulleyOf(s, knots!, tMax!, interval === 'half', timesN!)));
    };
    const regulariser = config.statistic === 'pooled' ? statistic(rows.flat()) : plain.mean(rows.map(statistic));
    const distance =
      config.centre === 'other'
        ? plain.meanSquare(rows[0]!, rows[1]!)
        : plain.toCentre(rows, config.centre === 'all' ? V : nGlobal);
    const kept = config.combine === 'convex' ? 1 - config.lambda : 1;
    close(out.invariance!, distance);
    close(out.sigreg!, regulariser);
    close(out.value!, kept * distance + config.lambda * regulariser);
  });
});

test('the contrastive losses are logarithms of softmax probabilities among all others', () =>
  holds(
    { ...sizes, temperature: fc.double({ min: 0.1, max: 2, noNaN: true }) },
    async ({ N, D, seed, temperature }) => {
      const [a, b] = [gaussian(N * D, seed), gaussian(N * D, seed + 1)];
      const views = [input('a', [N, D]), input('b', [N, D])] as const;
      const outputs = { x: ntXent(...views, { temperature }), i: infoNce(...views, { temperature }) };
      const out = await evaluate(outputs, { a, b });
      close(out.x!, plain.ntXentOf(plain.rowsOf(a, D), plain.rowsOf(b, D), temperature));
      close(out.i!, plain.infoNceOf(plain.rowsOf(a, D), plain.rowsOf(b, D), temperature));
    },
  ));

test('DINO compares every teacher view with every other student view, and KoLeo every sample with its nearest', () =>
  holds(
    { ...sizes, G: fc.integer({ min: 1, max: 3 }), local: fc.integer({ min: 0, max: 3 }) },
    async ({ N, D, G, local, seed }) => {
      const V = Math.max(2, G + local);
      const named = (name: string, count: number, first: number) =>
        Array.from({ length: count }, (_, v) => [`${name}${v}`, gaussian(N * D, first + v)] as const);
      const [student, teacher] = [named('s', V, seed), named('t', G, seed + 20)];
      const centre = gaussian(D, seed + 40);
      const logits = (of: typeof student): Tensor[] => of.map(([name]) => input(name, [N, D]));
      const temperatures = { studentTemperature: 0.3, teacherTemperature: 0.5, centreMomentum: 0.8 };
      const traced = dino(logits(student), logits(teacher), input('c', [D]), temperatures);
      const outputs = { value: traced.value, centre: traced.centre, koLeo: koLeo(input('s0', [N, D])) };
      const out = await evaluate(outputs, { ...Object.fromEntries([...student, ...teacher]), c: centre });
      const rows = (of: typeof student): plain.Rows[] => of.map(([, data]) => plain.rowsOf(data, D));
      close(out.value!, plain.dinoOf(rows(student), rows(teacher), Array.from(centre), [0.3, 0.5]));
      close(out.koLeo!, plain.koLeoOf(rows(student)[0]!));
      for (let k = 0; k < D; k++) {
        const seen = plain.mean(rows(teacher).flatMap((t) => t.map((row) => row[k]!)));
        close(out.centre!.subarray(k), 0.8 * centre[k]! + 0.2 * seen);
      }
    },
  ));

const clipsOf = { ...sizes, B: fc.integer({ min: 2, max: 5 }), T: fc.integer({ min: 3, max: 7 }) };

test('what is asked of trajectories: slowness, straightness, and the terms of PLDM over the batch and over time', () =>
  holds(clipsOf, async ({ B, T, D, seed }) => {
    const z = gaussian(B * T * D, seed, 0.6);
    const traced = input('z', [B, T, D]);
    const outputs = {
      ...pldmTerms(traced),
      slow: temporalSimilarity(traced),
      straight: temporalStraightening(traced),
      bent: temporalCurvature(traced),
    };
    const out = await evaluate(outputs, { z });
    const clips = plain.rowsOf(z, T * D).map((clip) => plain.rowsOf(clip, D));
    const steps = Array.from({ length: T }, (_, t) => clips.map((clip) => clip[t]!));
    const centred = clips.map((clip) =>
      clip.map((row, t) => row.map((v, d) => v - plain.mean(clips.map((c) => c[t]![d]!)))),
    );
    close(out.slow!, plain.slowness(clips));
    close(out.similarity!, plain.slowness(clips));
    close(out.straight!, plain.straightness(clips));
    close(out.bent!, 1 + plain.straightness(clips));
    close(out.variance!, plain.mean(steps.map(plain.hinge)));
    close(out.covariance!, plain.mean(steps.map((step) => plain.penalty(step, 'pairs'))));
    close(out.varianceOverTime!, plain.mean(centred.map(plain.hinge)));
    close(out.covarianceOverTime!, plain.mean(centred.map((clip) => plain.penalty(clip, 'pairs', false))));
  }));

test('curvature leaves out pairs with a frame that stood still, and is 0 when all stand still', async () => {
  // Two patches: one turns by a right angle, stands, and goes on; the other never moves.
  const path = [0, 0, 1, 0, 1, 1, 1, 1, 1, 3];
  const z = Float32Array.from({ length: 20 }, (_, i) => (i % 4 < 2 ? path[Math.floor(i / 4) * 2 + (i % 4)]! : 7));
  const [moving, still] = [input('z', [1, 5, 2, 2]), input('still', [2, 3, 4])];
  const inputs = { z, still: new Float32Array(24).fill(2) };
  const out = await evaluate({ a: temporalCurvature(moving), b: temporalCurvature(still) }, inputs);
  expect([out.a![0], out.b![0]]).toEqual([1, 0]);
});

test('regularisers of states: places as samples or as numbers, the first step or all, maps that are not square', () =>
  holds(
    {
      ...clipsOf,
      h: fc.integer({ min: 1, max: 3 }),
      w: fc.integer({ min: 1, max: 3 }),
      first: fc.boolean(),
      places: fc.boolean(),
    },
    async ({ B, T, D, h, w, first, places, seed }) => {
      const S = h * w;
      const z = gaussian(B * T * S * D, seed, 0.6);
      const options = { placesAsSamples: places, firstStepOnly: first };
      const out = await evaluate({ ...stateTerms(input('z', [B, T, h, w, D]), options) }, { z });
      const states = plain.rowsOf(z, S * D); // [B T]
      const compared = states.filter((_, i) => !first || i % T === 0);
      const rows = places ? compared.flatMap((state) => plain.rowsOf(state, D)) : compared;
      const clips = plain.rowsOf(z, T * S * D).map((clip) => plain.rowsOf(clip, S * D));
      close(out.variance!, plain.hinge(rows));
      close(out.covariance!, plain.penalty(rows, 'pairs'));
      close(out.similarity!, plain.slowness(clips));
    },
  ));

const distances: readonly (readonly [Energy, (a: readonly number[], b: readonly number[]) => number])[] = [
  [l1, (a, b) => plain.perRow(a, b, Math.abs)],
  [l2, (a, b) => plain.perRow(a, b, (d) => d * d)],
  [smoothL1Energy(1), (a, b) => plain.perRow(a, b, (d) => (Math.abs(d) < 1 ? (d * d) / 2 : Math.abs(d) - 0.5))],
  [smoothL1Energy(0.4), (a, b) => plain.perRow(a, b, (d) => (Math.abs(d) < 0.4 ? (d * d) / 0.8 : Math.abs(d) - 0.2))],
  [cosine, plain.angle],
  [normMse, (a, b) => 2 * plain.angle(a, b)],
];

test.each(distances.map(([energy, definition]) => [energy.name, energy, definition] as const))(
  'the energy %s of each slot, whatever axes lead',
  (_, energy, definition) =>
    holds(
      { ...sizes, lead: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }) },
      async ({ D, lead, seed }) => {
        const count = lead.reduce((a, b) => a * b, D);
        const [a, b] = [gaussian(count, seed), gaussian(count, seed + 1)];
        const traced = energy.perSlot(input('a', [...lead, D]), input('b', [...lead, D]));
        expect(traced.shape).toEqual(lead);
        const { e } = await evaluate({ e: reshape(traced, [-1]) }, { a, b });
        const [as, bs] = [plain.rowsOf(a, D), plain.rowsOf(b, D)];
        as.forEach((row, i) => {
          close(e!.subarray(i), definition(row, bs[i]!));
        });
      },
    ),
);

test('pixel targets are the pixels of each patch, row by row, with mean 0 and deviation 1, of images of any shape', () =>
  holds(
    {
      h: fc.integer({ min: 1, max: 3 }),
      w: fc.integer({ min: 1, max: 3 }),
      p: fc.integer({ min: 2, max: 4 }),
      seed: sizes.seed,
    },
    async ({ h, w, p, seed }) => {
      const [B, C, H, W] = [2, 3, h * p, w * p];
      const x = gaussian(B * C * H * W, seed);
      const images = input('x', [B, C, H, W]);
      const raw = pixelTargets(images, p, { normalise: false });
      const out = await evaluate({ raw, normed: pixelTargets(images, p) }, { x });
      const size = p * p * C;
      for (let i = 0; i < out.raw!.length; i++) {
        const [at, n, b] = [i % size, Math.floor(i / size) % (h * w), Math.floor(i / size / (h * w))];
        const [c, column, row] = [at % C, Math.floor(at / C) % p, Math.floor(at / C / p)];
        const [y, z] = [Math.floor(n / w) * p + row, (n % w) * p + column];
        expect(out.raw![i]).toBe(x[((b * C + c) * H + y) * W + z]);
      }
      for (const [i, patch] of plain.rowsOf(out.raw!, size).entries()) {
        const centre = plain.mean(patch);
        const spread = Math.sqrt(patch.reduce((s, v) => s + (v - centre) ** 2, 0) / (size - 1) + 1e-6);
        patch.forEach((v, k) => {
          close(out.normed!.subarray(i * size + k), (v - centre) / spread);
        });
      }
    },
  ));

/** Losses of two views [5, 4] for finite differences; what they need besides is fed as further inputs. */
const losses: Readonly<Record<string, (a: Tensor, b: Tensor, directions: Tensor) => readonly Tensor[]>> = {
  vicregTerms: (a, b) => Object.values(vicregTerms(a, b, { gamma: 3 })),
  barlowTwins: (a, b) => [barlowTwins(a, b, { lambda: 0.1 }).value],
  ntXent: (a, b) => [ntXent(a, b)],
  infoNce: (a, b) => [infoNce(a, b)],
  koLeo: (a) => [koLeo(a)],
  temporalStraightening: (a, b) => [temporalStraightening(stack([a, b], 0))],
  temporalCurvature: (a, b) => [temporalCurvature(stack([a, b], 0))],
  'temporalCurvature, median': (a, b) => [temporalCurvature(stack([a, b], 0), { shareOfMedian: 0.3 })],
  pldmTerms: (a, b) => Object.values(pldmTerms(stack([a, b], 0))),
  stateTerms: (a, b) => Object.values(stateTerms(stack([a, b], 0))),
  ...Object.fromEntries(
    Object.entries(LE_JEPA).map(([name, config]) => [
      `leJepa, ${name}`,
      (a: Tensor, b: Tensor, directions: Tensor) => [leJepa([a, b], 1, directions, config).value],
    ]),
  ),
};

test.each(Object.entries(losses))('the gradient of %s is that of finite differences', async (name, loss) => {
  const inputs = [f32([5, 4]), f32([5, 4]), f32([4, 3])];
  const trace = (a: Tensor, b: Tensor, directions: Tensor) => loss(a, b, directions);
  expect(await gradientComplaints({ name, inputs, trace, tolerance: 5e-3 })).toEqual([]);
});
