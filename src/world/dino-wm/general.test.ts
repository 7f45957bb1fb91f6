// DINO-WM at sizes that are drawn. Legend: B clips, T frames, P patches, V and Q widths of patch and proprioception, A numbers
// per block, E tasks, S samples, C context frames, H blocks, L imagined frames.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { traceJepa } from '../../jepa/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { input } from '../../tensor/index.ts';
import { type DinoWmConfig, dinoWm, dinoWmMethod, frameGoalCost, storedFeatures } from '../index.ts';

const size = (max: number, min = 1) => fc.integer({ min, max });
const drawn = {
  P: size(6),
  V: size(5, 2),
  Q: size(4),
  A: size(5),
  history: size(4),
  depth: size(2),
  heads: size(3),
  B: size(4),
  E: size(3),
  S: size(3),
  C: size(3),
  H: size(4),
  seed: size(99),
};
type Sizes = { readonly [K in keyof typeof drawn]: number };

const configOf = ({ Q, A, history, depth, heads }: Sizes): DinoWmConfig => ({
  predictor: { depth, heads, headDim: 3, mlpDim: 7, dropout: 0 },
  history,
  action: { dim: A, embedDim: 2 },
  proprio: { dim: Q, embedDim: 3 },
});

const holds = (law: (sizes: Sizes) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(fc.record(drawn), law), { numRuns: 5 });

test('the loss of a batch of clips is the mean of those of its clips, at any size and clip length', () =>
  holds(async (sizes) => {
    const { P, V, Q, A, B, history, seed } = sizes;
    const T = 2 + (seed % history);
    const encoder = storedFeatures(P, V);
    const world = dinoWm(configOf(sizes), encoder);
    const values = shaken(world, 0.2);
    const clips = {
      frames: gaussian(B * T * P * V, seed),
      actions: gaussian(B * T * A, seed + 1),
      proprio: gaussian(B * T * Q, seed + 2),
    };
    const lossOf = async (batch: number, inputs: Record<string, Float32Array>): Promise<number> => {
      const spec = dinoWmMethod(configOf(sizes), { encoder, batch, frames: T });
      const out = await runModule(world, 'train', (m) => ({ loss: traceJepa(spec, m).loss }), { values, inputs });
      return out.loss![0]!;
    };
    let sum = 0;
    for (let b = 0; b < B; b++) {
      const one = Object.entries(clips).map(([name, x]) => [
        name,
        x.slice((b * x.length) / B, ((b + 1) * x.length) / B),
      ]);
      sum += await lossOf(1, Object.fromEntries(one) as Record<string, Float32Array>);
    }
    const all = await lossOf(B, clips);
    expect(Math.abs(all - sum / B)).toBeLessThan(1e-4 * (1 + all));
  }));

test('every plan of every task is imagined as when it is alone, for contexts shorter and longer than the window', () =>
  holds(async (sizes) => {
    const { P, V, Q, A, E, S, C, H, seed } = sizes;
    const world = dinoWm(configOf(sizes), storedFeatures(P, V));
    const values = shaken(world, 0.2);
    const given = {
      seen: gaussian(E * C * P * V, seed),
      felt: gaussian(E * C * Q, seed + 1),
      done: gaussian(E * (C - 1) * A, seed + 2),
      plans: gaussian(E * S * H * A, seed + 3),
    };
    const imagine = (e: number, s: number, inputs: Record<string, Float32Array>) =>
      runModule(
        world,
        'eval',
        (m) => {
          const context = {
            visual: m.encodeFrames(input('seen', [e, C, P, V])),
            proprio: m.encodeProprio(input('felt', [e, C, Q])),
          };
          const executed = C > 1 ? input('done', [e, C - 1, A]) : undefined;
          const { visual, proprio } = m.rollout(context, executed, input('plans', [e, s, H, A]));
          expect(visual.shape).toEqual([e, s, C + H, P, V]);
          return { visual, proprio: proprio! };
        },
        { values, inputs: C > 1 ? inputs : { seen: inputs.seen!, felt: inputs.felt!, plans: inputs.plans! } },
      );
    const all = await imagine(E, S, given);
    const [e, s] = [seed % E, seed % S];
    const part = (x: Float32Array, count: number, i: number): Float32Array =>
      x.slice((i * x.length) / count, ((i + 1) * x.length) / count);
    const alone = await imagine(1, 1, {
      seen: part(given.seen, E, e),
      felt: part(given.felt, E, e),
      done: part(given.done, E, e),
      plans: part(given.plans, E * S, e * S + s),
    });
    for (const name of ['visual', 'proprio'] as const)
      expect(distance(part(all[name]!, E * S, e * S + s), alone[name]!)).toBeLessThan(1e-4);
  }));

test('both goal costs at any number of frames, weight of proprioception and base', () => {
  const costs = {
    ...drawn,
    L: size(6),
    alpha: fc.double({ min: 0, max: 3, noNaN: true }),
    base: fc.double({ min: 0.5, max: 3, noNaN: true }),
  };
  return fc.assert(
    fc.asyncProperty(fc.record(costs), async ({ P, V, Q, E, S, L, alpha, base, seed }) => {
      const [visual, felt] = [gaussian(E * S * L * P * V, seed), gaussian(E * S * L * Q, seed + 1)];
      const [goalVisual, goalFelt] = [gaussian(E * P * V, seed + 2), gaussian(E * Q, seed + 3)];
      const world = dinoWm(
        configOf({ P, V, Q, E, S, A: 1, history: 1, depth: 1, heads: 1, B: 1, C: 1, H: 1, seed }),
        storedFeatures(P, V),
      );
      const out = await runModule(
        world,
        'eval',
        () => {
          const imagined = { visual: input('v', [E, S, L, P, V]), proprio: input('f', [E, S, L, Q]) };
          const goal = { visual: input('gv', [E, P, V]), proprio: input('gf', [E, Q]) };
          return {
            last: frameGoalCost(imagined, goal, { alpha: 0.5 + alpha }),
            all: frameGoalCost(imagined, goal, { frames: 'all', alpha: 0.5 + alpha, base }),
          };
        },
        { inputs: { v: visual, f: felt, gv: goalVisual, gf: goalFelt } },
      );
      const apart = (x: Float32Array, row: number, goal: Float32Array, e: number, width: number): number => {
        let sum = 0;
        for (let i = 0; i < width; i++) sum += (x[row * width + i]! - goal[e * width + i]!) ** 2;
        return sum / width;
      };
      for (let e = 0; e < E; e++)
        for (let s = 0; s < S; s++) {
          const perFrame = Array.from({ length: L }, (_, t) => {
            const row = (e * S + s) * L + t;
            return apart(visual, row, goalVisual, e, P * V) + (0.5 + alpha) * apart(felt, row, goalFelt, e, Q);
          });
          const total = perFrame.reduce((sum, _, t) => sum + base ** t, 0);
          const weighted = perFrame.reduce((sum, c, t) => sum + (base ** t / total) * c, 0) / L;
          expect(out.last![e * S + s]!).toBeCloseTo(perFrame.at(-1)!, 3);
          expect(out.all![e * S + s]!).toBeCloseTo(weighted, 3);
        }
    }),
    { numRuns: 6 },
  );
});
