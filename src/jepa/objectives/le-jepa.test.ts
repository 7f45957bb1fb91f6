// Golden values (specification objectives 13.3), the gradient of the invariance (3.5), conversions between presets, and what
// must be refused. Legend: V views, N samples, D dimensions.

import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { distance, gaussian } from '../../nn/run-module.law.ts';
import { input, type Tensor } from '../../tensor/index.ts';
import { LE_JEPA, type LeJepaConfig, leJepa, leJepaPreset } from '../index.ts';
import { evaluate, slices, view, z1, z2, z3 } from './golden.law.ts';

const given = { a: z1, b: z2, c: z3, directions: slices };
const givenTwo = { a: z1, b: z2, directions: slices };
const views: readonly Tensor[] = ['a', 'b', 'c'].map(view);
const directions = input('directions', [4, 6]);

test('the loss of three views has its golden values', async () => {
  const minimal = leJepa(views, 2, directions, LE_JEPA.minimal);
  const global = leJepa(views, 2, directions, LE_JEPA.package);
  const out = await evaluate(
    {
      all: minimal.invariance,
      global: global.invariance,
      sigreg: minimal.sigreg,
      two: minimal.value,
      five: leJepa(views, 2, directions, { ...LE_JEPA.minimal, lambda: 0.05 }).value,
    },
    given,
  );
  const golden = {
    all: 0.10578874109,
    global: 0.14237400699,
    sigreg: 0.33042301877,
    two: 0.11028142665,
    five: 0.11702045498,
  };
  for (const [name, value] of Object.entries(golden)) expect(out[name]![0]! / value, name).toBeCloseTo(1, 5);
});

test('two views pooled and by eb_jepa have their golden values', async () => {
  const pooled = leJepa(views.slice(0, 2), 2, directions, LE_JEPA.spt);
  const ebJepa = leJepa(views.slice(0, 2), 2, directions, LE_JEPA['eb-jepa']);
  const out = await evaluate({ pooled: pooled.sigreg, bcs: ebJepa.sigreg, value: ebJepa.value }, givenTwo);
  expect(out.pooled![0]! / 0.72379691773).toBeCloseTo(1, 5);
  expect(out.bcs![0]! / 0.04614003825).toBeCloseTo(1, 5);
  expect(out.value![0]! / 0.65710963838).toBeCloseTo(1, 5);
});

test('the gradient of the invariance flows through the centre', async () => {
  const [V, N, D, G] = [4, 5, 3, 2];
  const z = Array.from({ length: V }, (_, v) => gaussian(N * D, v));
  const traced = z.map((_, v) => input(`z${v}`, [N, D]));
  const { invariance } = leJepa(traced, G, input('directions', [D, 2]), LE_JEPA.package);
  const grads = grad(invariance, traced);
  const inputs = Object.fromEntries(z.map((data, v) => [`z${v}`, data]));
  const out = await evaluate(Object.fromEntries(grads.map((g, v) => [`d${v}`, g])), inputs);
  for (let v = 0; v < V; v++) {
    const expected = Array.from(z[v]!, (value, i) => {
      const centre = (z[0]![i]! + z[1]![i]!) / G;
      const around = z.reduce((sum, u) => sum + u[i]! - centre, 0);
      return (2 / (V * N * D)) * (value - centre - (v < G ? around / G : 0));
    });
    expect(distance(out[`d${v}`]!, expected)).toBeLessThan(1e-6);
  }
});

test('convex weighting is additive weighting with lambda / (1 - lambda), up to the factor 1 - lambda', async () => {
  const lambda = 0.05;
  const additive: LeJepaConfig = { ...LE_JEPA.package, combine: 'additive', lambda: lambda / (1 - lambda) };
  const out = await evaluate(
    {
      convex: leJepa(views, 2, directions, { ...LE_JEPA.package, lambda }).value,
      additive: leJepa(views, 2, directions, additive).value,
    },
    given,
  );
  expect(out.convex![0]!).toBeCloseTo((1 - lambda) * out.additive![0]!, 6);
});

test('with two views the distance to each other is four times the distance to their mean', async () => {
  const two = views.slice(0, 2);
  const out = await evaluate(
    {
      other: leJepa(two, 2, directions, LE_JEPA['eb-jepa']).invariance,
      mean: leJepa(two, 2, directions, LE_JEPA.minimal).invariance,
    },
    { a: z1, b: z2 },
  );
  expect(out.other![0]!).toBeCloseTo(4 * out.mean![0]!, 6);
});

test('unequal views, too few of them, no global one, and an unknown preset are refused', () => {
  expect(() => leJepa([view('a'), input('b', [8, 3])], 1, directions)).toThrow(/views of one shape/);
  expect(() => leJepa([view('a')], 1, directions)).toThrow(/at least 2 views/);
  expect(() => leJepa(views, 0, directions)).toThrow(/0 global/);
  expect(() => leJepa(views, 2, directions, LE_JEPA['eb-jepa'])).toThrow(/exactly 2 views/);
  expect(() => leJepaPreset('pakage')).toThrow(/package/);
  expect(leJepaPreset('eb-jepa').lambda).toBe(10);
});
