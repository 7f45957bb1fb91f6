// Forms of inverse dynamics against their definitions. The published form stands in `temporal.test.ts` and in parity.
// Legend: B clips, T time steps, D width of a state, A numbers of an action, K the most steps ahead, S = T - K starts.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { key } from '../../core/index.ts';
import type { ModelValues } from '../../nn/index.ts';
import { distance, gaussian, numbersOf, runModule, shaken } from '../../nn/run-module.law.ts';
import { input } from '../../tensor/index.ts';
import { type InverseDynamics, type InverseDynamicsConfig, inverseDynamics } from '../index.ts';

/** The MLP of the module, on one row. */
function reader(values: ModelValues): (row: readonly number[]) => number[] {
  const layer = (name: string, x: readonly number[], active: boolean): number[] => {
    const [weight, bias] = [numbersOf(values, `${name}.weight`), numbersOf(values, `${name}.bias`)];
    return Array.from(bias, (b, o) => {
      const y = x.reduce((sum, v, i) => sum + v * weight[o * x.length + i]!, b);
      return active ? Math.max(0, y) : y;
    });
  };
  return (row) => layer('model.4', layer('model.2', layer('model.0', row, true), true), false);
}

const forms = {
  B: fc.integer({ min: 1, max: 3 }),
  D: fc.integer({ min: 1, max: 4 }),
  A: fc.integer({ min: 1, max: 3 }),
  K: fc.integer({ min: 1, max: 4 }),
  more: fc.integer({ min: 1, max: 3 }),
  of: fc.constantFrom('pair' as const, 'difference' as const),
  seed: fc.nat(99),
};

test('the loss is the error of the first action on the way to the state that was drawn, in every form', () =>
  fc.assert(
    fc.asyncProperty(fc.record(forms), async ({ B, D, A, K, more, of, seed }) => {
      const T = K + more;
      const config: InverseDynamicsConfig = { dim: D, actionDim: A, hiddenDim: 5, of, steps: K };
      const model = inverseDynamics(config);
      const values = shaken(model);
      const inputs = {
        z: gaussian(B * T * D, seed),
        actions: gaussian(B * T * A, seed + 1),
        draws: gaussian(B * more, seed + 2)
          .map((v) => (v * 7.3) % 1)
          .map((v) => Math.abs(v)),
      };
      const { loss } = await runModule(
        model,
        'train',
        (m) => ({
          loss: m.loss(input('z', [B, T, D]), input('actions', [B, T, A]), input('draws', [B, more])),
        }),
        { values, inputs: K === 1 ? { z: inputs.z, actions: inputs.actions } : inputs },
      );
      const read = reader(values);
      let sum = 0;
      for (let b = 0; b < B; b++)
        for (let t = 0; t < more; t++) {
          const k = 1 + Math.floor(K * inputs.draws[b * more + t]!);
          const at = (time: number) => Array.from(inputs.z.subarray((b * T + time) * D, (b * T + time + 1) * D));
          const [now, later] = [at(t), at(t + k)];
          const seen = of === 'pair' ? [...now, ...later] : later.map((v, d) => v - now[d]!);
          const ahead = K === 1 ? [] : Array.from({ length: K }, (_, i) => (i === k - 1 ? 1 : 0));
          read([...seen, ...ahead]).forEach((v, a) => {
            sum += (v - inputs.actions[(b * T + t) * A + a]!) ** 2;
          });
        }
      expect(Math.abs(loss![0]! - sum / (B * more * A))).toBeLessThan(1e-4 * (1 + loss![0]!));
    }),
    { numRuns: 12 },
  ));

test('a difference is blind to where it was, a pair is not', async () => {
  const z = gaussian(2 * 3 * 4, 1);
  const read = async (of: 'pair' | 'difference', states: Float32Array) => {
    const model = inverseDynamics({ dim: 4, actionDim: 2, hiddenDim: 5, of });
    const out = await runModule(model, 'eval', (m) => ({ a: m.predict(input('z', [2, 3, 4])) }), {
      values: shaken(model),
      inputs: { z: states },
    });
    return out.a!;
  };
  const moved = z.map((v) => v + 2);
  expect(distance(await read('difference', z), await read('difference', moved))).toBeLessThan(1e-5);
  expect(distance(await read('pair', z), await read('pair', moved))).toBeGreaterThan(1e-2);
});

const WAYS: InverseDynamicsConfig = { dim: 3, actionDim: 2, hiddenDim: 5, of: 'difference', steps: 3 };

test('draws come from the key of the step: the same key, the same loss; another, another', async () => {
  const model = inverseDynamics(WAYS);
  const values = shaken(model);
  const inputs = { z: gaussian(8 * 6 * 3, 1), actions: gaussian(8 * 6 * 2, 2) };
  const loss = async (seed: number) => {
    const trace = (m: InverseDynamics) => ({ l: m.loss(input('z', [8, 6, 3]), input('actions', [8, 6, 2])) });
    return (await runModule(model, 'train', trace, { values, inputs, key: key(seed) })).l![0]!;
  };
  const [a, again, b] = [await loss(1), await loss(1), await loss(2)];
  expect(again).toBe(a);
  expect(b).not.toBe(a);
});

test('the gradient of the states is that of finite differences', async () => {
  const model = inverseDynamics(WAYS);
  const values = shaken(model);
  const [B, T] = [2, 6];
  const given = {
    z: gaussian(B * T * 3, 1),
    actions: gaussian(B * T * 2, 2),
    draws: Float32Array.of(0.1, 0.5, 0.9, 0.4, 0.2, 0.7),
  };
  const at = (z: Float32Array) =>
    runModule(
      model,
      'train',
      (m) => {
        const states = input('z', [B, T, 3]);
        const loss = m.loss(states, input('actions', [B, T, 2]), input('draws', [B, 3]));
        return { loss, d: grad(loss, [states])[0]! };
      },
      { values, inputs: { ...given, z } },
    );
  const { d } = await at(given.z);
  const direction = gaussian(B * T * 3, 9);
  const h = 1e-2;
  const moved = async (by: number) => (await at(given.z.map((v, i) => v + by * direction[i]!))).loss![0]!;
  const slope = ((await moved(h)) - (await moved(-h))) / (2 * h);
  const analytic = d!.reduce((sum, v, i) => sum + v * direction[i]!, 0);
  expect(Math.abs(slope - analytic)).toBeLessThan(2e-2 * (1 + Math.abs(analytic)));
});

test('states that do not reach as far ahead as is asked are refused', async () => {
  const model = inverseDynamics(WAYS);
  const trace = (T: number) =>
    runModule(model, 'train', (m) => ({ l: m.loss(input('z', [2, T, 3]), input('a', [2, T, 2])) }));
  await expect(trace(3)).rejects.toThrow(/at least 4 steps/);
});
