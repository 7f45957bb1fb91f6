// A policy that is told how many blocks are left.
// Legend: D width of an embedding, A numbers per block, N pairs.

import { expect, test } from 'vitest';
import { key, normal, uniform } from '../../core/index.ts';
import { initialise } from '../../nn/index.ts';
import { distance, gaussian, runModule, runtime, shaken } from '../../nn/run-module.law.ts';
import { adam, warmupCosine } from '../../optim/index.ts';
import { input } from '../../tensor/index.ts';
import { jepaProgram, type StepInputs } from '../../train/index.ts';
import { goalPolicyOf, inverseHead, inverseHeadMethod, latentInverse } from '../index.ts';
import { blocksLeft } from './told-horizon.ts';

const [D, A, MAX] = [3, 2, 5] as const;
const HIDDEN = [16, 12];
const TOLD = { dim: D, actionDim: A, hidden: HIDDEN, horizon: { max: MAX } };
const head = inverseHead(TOLD);
const N = 4;

const act = async (left: readonly number[], values = shaken(head, 0.3)) =>
  (
    await runModule(head, 'eval', (m) => ({ u: m(input('now', [N, D]), input('goal', [N, D]), input('left', [N])) }), {
      values,
      inputs: { now: gaussian(N * D, 1), goal: gaussian(N * D, 2), left: Float32Array.from(left) },
    })
  ).u!;

test('the blocks left become sines and cosines of angles from a quarter of a turn for all of them to one for each', async () => {
  const { x } = await runModule(head, 'eval', () => ({ x: blocksLeft(input('left', [3]), { max: MAX }) }), {
    inputs: { left: Float32Array.of(1, 3, 9) },
  });
  // 9 counts as 5, the most.
  for (const [row, left] of [1, 3, 5].entries()) {
    expect(x![row * 64]).toBeCloseTo(Math.sin((Math.PI / 2) * (left / MAX)), 5);
    expect(x![row * 64 + 31]).toBeCloseTo(Math.sin((Math.PI / 2) * left), 5);
    expect(x![row * 64 + 32]).toBeCloseTo(Math.cos((Math.PI / 2) * (left / MAX)), 5);
  }
});

test('it begins as a policy that is told nothing, and time matters once the modulation has moved', async () => {
  const fresh = initialise(head, key(0));
  expect(await act([1, 1, 1, 1], fresh)).toEqual(await act([5, 4, 3, 2], fresh));
  expect(distance(await act([1, 1, 1, 1]), await act([5, 4, 3, 2]))).toBeGreaterThan(1e-2);
});

test('more blocks than it knows count as the most', async () => {
  expect(await act([MAX, MAX, MAX, MAX])).toEqual(await act([MAX + 1, 50, 1e6, MAX]));
});

test('without a horizon the head has the parameters that it always had', () => {
  const names = (m: typeof head): string[] => initialise(m, key(0)).parameters.layout.entries.map(({ name }) => name);
  const plain = inverseHead({ dim: D, actionDim: A, hidden: HIDDEN });
  expect(names(plain)).toEqual([0, 1, 2].flatMap((i) => [`net.${i}.weight`, `net.${i}.bias`]));
  expect(names(head)).toContain('modulation.weight');
});

/** Pairs at rest in a world where a block moves by itself: what to do first is the way divided by the blocks left. */
function pairs(seed: number, batch: number): StepInputs & { readonly blocks: Float32Array } {
  const embeddings = normal(key(seed), new Float32Array(batch * 2 * D));
  const left = uniform(key(seed + 1_000_000), new Float32Array(batch), 1, MAX + 1).map(Math.floor);
  const blocks = Float32Array.from({ length: batch * A }, (_, i) => {
    const [n, a] = [Math.floor(i / A), i % A];
    return (embeddings[(2 * n + 1) * D + a]! - embeddings[2 * n * D + a]!) / left[n]!;
  });
  return { embeddings, blocks, left };
}

test('it learns a block that depends on the time left, which a policy that is told nothing cannot', async () => {
  const [B, STEPS] = [64, 400];
  const lossOf = async (told: boolean): Promise<number> => {
    const inputs = ({ left, ...rest }: StepInputs): StepInputs => (told ? { ...rest, left: left! } : rest);
    const config = { dim: D, actionDim: A, hidden: [64] };
    const spec = inverseHeadMethod(told ? { ...config, horizon: { max: MAX } } : config, { batch: B });
    const program = await jepaProgram({ spec, key: key(0), runtime, inputs });
    const optimiser = adam(program.layout);
    const learningRate = warmupCosine({ peak: 1e-2, warmupSteps: 10, totalSteps: STEPS });
    for (let i = 0; i < STEPS; i++) {
      await program.step(pairs(i, B), key(i), i);
      optimiser.step(program.params, program.grads, learningRate(i));
    }
    let sum = 0;
    for (let i = 0; i < 20; i++) sum += (await program.step(pairs(500_000 + i, B), key(0), 0)).loss / 20;
    return sum;
  };
  // The way has variance 2. Told nothing, the best factor is the mean of 1 / left, and what remains is 2 var(1 / left).
  const inverse = [1, 2, 3, 4, 5].map((left) => 1 / left);
  const mean = inverse.reduce((a, b) => a + b, 0) / MAX;
  const floor = 2 * (inverse.reduce((sum, v) => sum + v * v, 0) / MAX - mean ** 2);
  expect(await lossOf(false)).toBeGreaterThan(0.7 * floor);
  expect(await lossOf(true)).toBeLessThan(0.25 * floor);
});

test('a horizon without a hidden layer, or of no blocks, and a policy that is not told are refused', async () => {
  expect(() => inverseHead({ ...TOLD, hidden: [] })).toThrow(/a horizon needs a hidden layer .* got 0 layers/);
  expect(() => inverseHead({ ...TOLD, horizon: { max: 0 } })).toThrow(/max 0/);
  await expect(runModule(head, 'eval', (m) => ({ u: m(input('now', [N, D]), input('goal', [N, D])) }))).rejects.toThrow(
    /must be told how many blocks are left/,
  );
});

test('as a policy between embeddings and as one that sees it says that it is told', () => {
  expect(latentInverse(TOLD)).toMatchObject({ name: 'inverse', dim: D, actionDim: A, told: { max: MAX } });
  expect(latentInverse({ dim: D, actionDim: A, hidden: HIDDEN })).not.toHaveProperty('told');
  const numbers = { at: [0], mean: [0], std: [1] };
  const world = { kind: 'state', stateDim: 1, numbers, actionDim: A, hidden: [8] } as const;
  const policy = (horizon?: { max: number }) =>
    goalPolicyOf({ kind: 'inverse', world, hidden: HIDDEN, ...(horizon && { horizon }) });
  expect(policy({ max: MAX }).told).toEqual({ max: MAX });
  expect(policy()).not.toHaveProperty('told');
});
