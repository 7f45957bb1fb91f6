// RC-aux with a LeWorldModel: whose goals are negatives, what its loss reads, how plans are discounted.
// Legend: B clips, T frames, D width, A numbers per block, C frames of context, h predicted steps, E tasks, S samples.

import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { key } from '../../core/index.ts';
import { reachabilityLoss, traceJepa } from '../../jepa/index.ts';
import { module, specsOf } from '../../nn/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { bindCost } from '../../plan/index.ts';
import { constant, expandDims, input, reshape, slice, type Tensor } from '../../tensor/index.ts';
import { dynamicsOf, type LeWmConfig, leWm, leWmMethod, leWmModule, type ReachingLeWm } from '../index.ts';
import { reachabilityTerm, rolled } from './reachability.ts';
import { openLoop } from './terms.ts';
import { TINY } from './tiny.law.ts';

const D = TINY.embedDim;
const A = TINY.actionDim;
const RC: LeWmConfig = {
  ...TINY,
  rollout: { weight: 1, steps: 2, detach: false, weights: 'linear' },
  reachability: { weight: 0.35, hidden: 6, maxHorizon: 2, horizonDim: 3 },
};
const [B, T] = [4, 5] as const;
const clips = { pixels: gaussian(B * T * 768, 1), actions: gaussian(B * T * A, 2) };
const model = leWmModule(RC);
const values = shaken(model, 0.2);

test('negatives are the batch rolled by 1 to B - 1: no clip is its own, and every amount is drawn', async () => {
  const amounts = new Set<number>();
  for (let seed = 0; seed < 40; seed++) {
    const { ids } = await runModule(
      module({}, () => null),
      'train',
      () => ({ ids: rolled(5, 'x') }),
      { key: key(seed) },
    );
    const rows = Array.from(ids!);
    const amount = (rows[0]! + 5) % 5;
    expect(rows).toEqual([0, 1, 2, 3, 4].map((row) => (row + amount) % 5));
    amounts.add(amount);
  }
  expect([...amounts].sort()).toEqual([1, 2, 3, 4]);
});

test('its loss reads the encoded clips and what the rollout imagines of them from the same context', async () => {
  const others = constant(Int32Array.of(1, 2, 3, 0), [B], 'i32');
  const all = { encoded: others, predicted: others, terminal: others, terminalPredicted: others };
  const term = reachabilityTerm(
    RC.reachability!,
    openLoop({ context: 3, steps: 2 }, 3, T),
    { batch: B, frames: T },
    all,
  );
  const spec = leWmMethod(RC, { batch: B, frames: T, pixels: 'f32', directions: input('dirs', [D, 8]) });
  const trace = (m: ReachingLeWm) => {
    const { step } = traceJepa(spec, m);
    const z = step.latents.clip!.embedding;
    const blocks = step.inputs.actions!;
    const rows = m.rollout(slice(z, 1, 0, 3), slice(blocks, 1, 0, 2), expandDims(slice(blocks, 1, 2, 4), 1));
    const clip = { embeddings: z, predicted: slice(reshape(rows, [B, T, D]), 1, 3), others: all };
    return {
      own: term.trace(step, m),
      defined: reachabilityLoss(m.reach!.logit, clip, { history: 3, maxHorizon: 2 }).value,
    };
  };
  const { own, defined } = await runModule(model, 'eval', trace, { values, inputs: clips });
  expect(own![0]).toBeCloseTo(defined![0]!, 5);
  expect(own![0]).toBeGreaterThan(0.1);
});

/** The loss of a step, its terms and its gradient. */
const stepOf = (pixels: Float32Array, seed = 1) =>
  runModule(
    model,
    'train',
    (m) => {
      const spec = leWmMethod(RC, { batch: B, frames: T, pixels: 'f32', directions: input('dirs', [D, 8]) });
      const { loss, terms, step } = traceJepa(spec, m);
      return { ...terms, loss, gradient: grad(loss, [step.inputs.pixels!])[0]! };
    },
    { values, inputs: { ...clips, pixels, dirs: gaussian(D * 8, 3) }, key: key(seed) },
  );

test('it is weighed into the loss, and its draws come from the key of the step', async () => {
  const out = await stepOf(clips.pixels);
  const { prediction, sigreg, rollout, reachability } = out;
  const total = prediction![0]! + 0.09 * sigreg![0]! + rollout![0]! + 0.35 * reachability![0]!;
  expect(out.loss![0]).toBeCloseTo(total, 4);
  expect((await stepOf(clips.pixels)).loss).toEqual(out.loss);
});

test('the gradient of pixels through all of it is that of finite differences', async () => {
  const { gradient } = await stepOf(clips.pixels);
  const analytic = Math.hypot(...gradient!);
  const moved = async (by: number) =>
    (await stepOf(clips.pixels.map((v, i) => v + (by * gradient![i]!) / analytic))).loss![0]!;
  const slope = async (h: number) => ((await moved(h)) - (await moved(-h))) / (2 * h);
  const numeric = (4 * (await slope(0.02)) - (await slope(0.04))) / 3;
  expect(Math.abs(numeric / analytic - 1)).toBeLessThan(2e-2);
});

test("the head is the model's own, beside the network", () => {
  const names = specsOf(model, 'parameter').map(({ name }) => name);
  const network = specsOf(leWm(TINY), 'parameter').map(({ name }) => name);
  expect(names.filter((name) => !name.startsWith('head.'))).toEqual(network);
  expect(names.length).toBeGreaterThan(network.length);
});

test('plans are discounted where a step is believed to reach the goal in time; a weight of 0 leaves the published cost', async () => {
  const [E, S, L] = [2, 3, 4] as const;
  const inputs = { imagined: gaussian(E * S * L * D, 5), goal: gaussian(E * D, 6) };
  const costs = (planWeight: number) => {
    const { defaultCost, module: own } = dynamicsOf({
      kind: 'le-wm',
      ...RC,
      reachability: { ...RC.reachability!, planWeight },
    });
    const trace = (): Readonly<Record<string, Tensor>> => ({
      cost: bindCost(defaultCost)(input('imagined', [E, S, L, D]), input('goal', [E, D])),
    });
    return runModule(own, 'eval', trace, { values, inputs });
  };
  const base = await runModule(
    leWm(TINY),
    'eval',
    () => ({
      cost: bindCost(dynamicsOf({ kind: 'le-wm', ...TINY }).defaultCost)(
        input('imagined', [E, S, L, D]),
        input('goal', [E, D]),
      ),
    }),
    { inputs },
  );
  const { best } = await runModule(
    model,
    'eval',
    (m) => {
      const rows = slice(input('imagined', [E, S, L, D]), 2, 1);
      const flat = reshape(rows, [E * S * 3, D]);
      const budgets = constant(
        Int32Array.from({ length: E * S * 3 }, (_, i) => 3 - (i % 3)),
        [E * S * 3],
        'i32',
      );
      return { best: m.reach!.logit(flat, input('goals', [E * S * 3, D]), budgets) };
    },
    {
      values,
      inputs: {
        imagined: inputs.imagined,
        goals: Float32Array.from(
          { length: E * S * 3 * D },
          (_, i) => inputs.goal[Math.floor(i / (S * 3 * D)) * D + (i % D)]!,
        ),
      },
    },
  );
  const expected = Array.from({ length: E * S }, (_, row) => {
    const logits = Array.from(best!.subarray(row * 3, row * 3 + 3));
    const reached = Math.max(...logits.map((l) => 1 / (1 + Math.exp(-l))));
    return base.cost![row]! * Math.max(1 - 0.5 * reached, 0.05);
  });
  expect(distance((await costs(0.5)).cost!, expected)).toBeLessThan(1e-3);
  expect((await costs(0)).cost).toEqual(base.cost);
});

test('clips without a frame after the context are refused', () => {
  expect(() => leWmMethod({ ...TINY, reachability: RC.reachability! }, { batch: 4, frames: 3 })).toThrow(
    /needs clips of at least 4 frames, got 3; set train.frames/,
  );
});
