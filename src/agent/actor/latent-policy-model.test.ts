// Legend: N pairs, D width of an embedding, A numbers per block.

import { expect, test } from 'vitest';
import { distance, gaussian, numbersOf, runtime, shaken } from '../../nn/run-module.law.ts';
import { inverseHead, inversePolicy, inversePolicyValues, latentInverse } from '../../world/index.ts';
import { oscillator, oscillatorValues } from '../world-model/oscillator.law.ts';
import { inverseHeadOf, latentPolicyModel } from './latent-policy-model.ts';

const config = { dim: 2, actionDim: 1, hidden: [] };
const values = shaken(inverseHead(config), 0.5);

test.each([1, 3, 64, 70])(
  '%i pairs of embeddings are acted on one by one: without hidden layers, linearly',
  async (N) => {
    const [now, goals] = [gaussian(2 * N, 1), gaussian(2 * N, 2)];
    const [w, b] = [numbersOf(values, 'net.0.weight'), numbersOf(values, 'net.0.bias')];
    const expected = Array.from(
      { length: N },
      (_, n) =>
        b[0]! + w[0]! * now[2 * n]! + w[1]! * now[2 * n + 1]! + w[2]! * goals[2 * n]! + w[3]! * goals[2 * n + 1]!,
    );
    expect(
      distance(
        await latentPolicyModel({ policy: latentInverse(config), values }, runtime).act(now, goals, N),
        expected,
      ),
    ).toBeLessThan(1e-5);
  },
);

test('the head is found among the numbers of a whole policy, and another size is refused', () => {
  const whole = inversePolicyValues(inversePolicy(oscillator, []), oscillatorValues, values);
  expect(inverseHeadOf(config, whole).parameters.data).toEqual(values.parameters.data);
  expect(() => inverseHeadOf({ ...config, hidden: [4] }, whole)).toThrow(
    /the inverse policy is of another architecture/,
  );
});

test('embeddings of another width are refused', async () => {
  const policy = latentPolicyModel({ policy: latentInverse(config), values }, runtime);
  await expect(policy.act(new Float32Array(3), new Float32Array(2), 1)).rejects.toThrow(/2 numbers each, got 3 and 2/);
});

test('a policy that must be told the blocks left is refused', () => {
  const policy = latentInverse({ ...config, hidden: [4], horizon: { max: 3 } });
  expect(() => latentPolicyModel({ policy, values }, runtime)).toThrow(/train one without a horizon/);
});
