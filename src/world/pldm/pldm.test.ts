// PLDM on the network of LeWorldModel. Legend: B clips, T frames, D width, A numbers per block.

import { expect, test } from 'vitest';
import { traceJepa } from '../../jepa/index.ts';
import { parameterCount, specsOf } from '../../nn/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { bindCost } from '../../plan/index.ts';
import { input } from '../../tensor/index.ts';
import {
  dynamicsOf,
  type InverseLeWm,
  LE_WM_REFERENCE,
  leWm,
  PLDM_LE_WM_WEIGHTS,
  type PldmConfig,
  pldm,
  pldmClipMethod,
} from '../index.ts';
import { TINY } from '../le-wm/tiny.law.ts';

const { sigreg: _, cost: __, ...network } = TINY;
const CONFIG: PldmConfig = {
  ...network,
  weights: { variance: 3, covariance: 2, varianceOverTime: 0.5, similarity: 0.25, inverse: 1.5 },
  inverseHidden: 6,
};
const [B, T] = [5, 4] as const;
const [D, A] = [TINY.embedDim, TINY.actionDim];
const pixels = (count: number): Uint8Array =>
  Uint8Array.from({ length: count * 16 * 16 * 3 }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24);
const batch = { pixels: pixels(B * T), actions: gaussian(B * T * A, 2) };

const trained = (config: PldmConfig, inputs: Readonly<Record<string, Float32Array | Uint8Array>> = batch) =>
  runModule(
    pldm(config),
    'train',
    (m: InverseLeWm) => {
      const { loss, terms, step } = traceJepa(pldmClipMethod(config, { batch: B, frames: T }), m);
      const pair = step.pairs[0]!;
      return {
        ...terms,
        loss,
        z: pair.context.embedding,
        predicted: pair.prediction,
        ...(m.inverse === undefined ? {} : { read: m.inverse.predict(pair.context.embedding) }),
      };
    },
    { values: shaken(pldm(config), 0.2), inputs },
  );

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('the loss is the weighted sum of its terms, each from its definition', async () => {
  const out = await trained(CONFIG);
  const z = (b: number, t: number, d: number): number => out.z![(b * T + t) * D + d]!;
  const hinge = (values: readonly number[]): number => {
    const m = mean(values);
    const variance = values.reduce((s, v) => s + (v - m) ** 2, 0) / (values.length - 1);
    return Math.max(0, 1 - Math.sqrt(variance + 1e-4));
  };
  const [bs, ts, ds] = [range(B), range(T), range(D)];
  const centre = ts.map((t) => ds.map((d) => mean(bs.map((b) => z(b, t, d)))));
  const covariance = (t: number, i: number, j: number): number =>
    bs.reduce((s, b) => s + (z(b, t, i) - centre[t]![i]!) * (z(b, t, j) - centre[t]![j]!), 0) / (B - 1);
  const steps = range(T - 1);
  const expected = {
    prediction: mean(
      bs.flatMap((b) =>
        steps.flatMap((t) => ds.map((d) => (out.predicted![(b * (T - 1) + t) * D + d]! - z(b, t + 1, d)) ** 2)),
      ),
    ),
    variance: mean(ts.flatMap((t) => ds.map((d) => hinge(bs.map((b) => z(b, t, d)))))),
    varianceOverTime: mean(bs.flatMap((b) => ds.map((d) => hinge(ts.map((t) => z(b, t, d) - centre[t]![d]!))))),
    covariance: mean(
      ts.flatMap((t) => ds.flatMap((i) => ds.filter((j) => j !== i).map((j) => covariance(t, i, j) ** 2))),
    ),
    similarity: mean(bs.flatMap((b) => steps.flatMap((t) => ds.map((d) => (z(b, t + 1, d) - z(b, t, d)) ** 2)))),
    inverse: mean(
      bs.flatMap((b) =>
        steps.flatMap((t) =>
          range(A).map((a) => (out.read![(b * (T - 1) + t) * A + a]! - batch.actions[(b * T + t) * A + a]!) ** 2),
        ),
      ),
    ),
  };
  for (const [name, value] of Object.entries(expected)) expect(out[name]![0], name).toBeCloseTo(value, 4);
  const { prediction, ...rest } = expected;
  const weighted = Object.entries(rest).reduce(
    (s, [name, value]) => s + CONFIG.weights[name as keyof typeof rest] * value,
    prediction,
  );
  expect(out.loss![0]).toBeCloseTo(weighted, 3);
});

test('the block after the last frame has no influence', async () => {
  const actions = batch.actions.map((v, i) => (Math.floor(i / A) % T === T - 1 ? 9 : v));
  expect((await trained(CONFIG, { ...batch, actions })).loss).toEqual((await trained(CONFIG)).loss);
});

test('without the inverse model it has the parameters of a LeWorldModel, and no such term', () => {
  const config = { ...LE_WM_REFERENCE, weights: PLDM_LE_WM_WEIGHTS, inverseHidden: 512 };
  expect(specsOf(pldm(config), 'parameter').map((s) => s.name)).toEqual(
    specsOf(leWm(LE_WM_REFERENCE), 'parameter').map((s) => s.name),
  );
  const names = pldmClipMethod(config, { batch: 8, frames: 4 }).terms.map((t) => t.name);
  expect(names).toEqual(['prediction', 'variance', 'covariance', 'varianceOverTime', 'similarity']);
});

test('with it, an MLP on two embeddings is added', () => {
  const weights = { ...PLDM_LE_WM_WEIGHTS, inverse: 1 };
  const config = { ...LE_WM_REFERENCE, weights, inverseHidden: 512 };
  const layers = [
    [2 * 192, 512],
    [512, 512],
    [512, 10],
  ] as const;
  const added = layers.reduce((n, [from, to]) => n + from * to + to, 0);
  expect(parameterCount(pldm(config))).toBe(18_034_478 + added);
});

test('weights that let embeddings collapse are refused', () => {
  const weights = { variance: 0, covariance: 1, varianceOverTime: 0, similarity: 1, inverse: 0 };
  expect(() => pldmClipMethod({ ...CONFIG, weights }, { batch: B, frames: T })).toThrow(
    /pldm: nothing keeps the embedding .* from collapsing/,
  );
});

test('at work it is a LeWorldModel: plans are imagined step by step and scored by their last embedding', async () => {
  const dynamics = dynamicsOf({ kind: 'pldm', ...CONFIG });
  const [C, H] = [1, 2] as const;
  const model = dynamics.bind();
  const context = input('context', [1, C, D]);
  const plans = input('plans', [1, 1, H, A]);
  const out = await runModule(
    dynamics.module,
    'eval',
    () => {
      const all = model.rollout(context, undefined, plans);
      return { all, cost: bindCost(dynamics.defaultCost)(all, input('goal', [1, D])) };
    },
    {
      values: shaken(pldm(CONFIG), 0.2),
      inputs: { context: gaussian(D, 1), plans: gaussian(H * A, 2), goal: gaussian(D, 3) },
    },
  );
  const world = await runModule(
    leWm(CONFIG),
    'eval',
    (m) => ({ all: m.rollout(input('context', [1, C, D]), undefined, input('plans', [1, 1, H, A])) }),
    { values: shaken(pldm(CONFIG), 0.2), inputs: { context: gaussian(D, 1), plans: gaussian(H * A, 2) } },
  );
  expect(distance(out.all!, world.all!)).toBeLessThan(1e-6);
  const goal = gaussian(D, 3);
  const squared = range(D).reduce((s, d) => s + (out.all![H * D + d]! - goal[d]!) ** 2, 0);
  expect(out.cost![0]).toBeCloseTo(squared, 4);
});

test("scored by all its steps, a plan costs the mean squared distance of each, summed, as PLDM's", async () => {
  const { defaultCost } = dynamicsOf({ kind: 'pldm', ...CONFIG, cost: 'all' });
  const L = 3;
  const [imagined, goal] = [gaussian(L * D, 4), gaussian(D, 5)];
  const { cost } = await runModule(
    leWm(CONFIG),
    'eval',
    () => ({ cost: bindCost(defaultCost)(input('all', [1, 1, L, D]), input('goal', [1, D])) }),
    { inputs: { all: imagined, goal } },
  );
  const sum = range(L * D).reduce((s, i) => s + (imagined[i]! - goal[i % D]!) ** 2, 0);
  expect(cost![0]).toBeCloseTo(sum / D, 4);
});

test('pixels are normalised by the statistics of the configuration', async () => {
  const plain = { mean: [0, 0, 0], std: [1, 1, 1] };
  expect((await trained({ ...CONFIG, normalisation: plain })).loss).not.toEqual((await trained(CONFIG)).loss);
});
