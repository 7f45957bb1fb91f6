// The amortised inverse-dynamics policy.
// Legend: D width of an embedding, A numbers per block, N pairs.

import { expect, test } from 'vitest';
import { type Key, key, stream } from '../../core/index.ts';
import { initialise } from '../../nn/index.ts';
import { distance, gaussian, runModule, runtime, shaken } from '../../nn/run-module.law.ts';
import { adam, warmupCosine } from '../../optim/index.ts';
import { input } from '../../tensor/index.ts';
import { jepaProgram, type StepInputs } from '../../train/index.ts';
import {
  dynamicsOf,
  goalPolicyOf,
  inverseHead,
  inverseHeadMethod,
  inversePolicyValues,
  leWm,
  MAIN_CAMERA,
  type PolicyConfig,
} from '../index.ts';
import { TINY } from '../le-wm/tiny.law.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test('it reads blocks off the steps of a linear world', async () => {
  const [D, A, B, STEPS, length] = [3, 2, 64, 250, 10] as const;
  // z' = z + M u, so the block is a linear function of two successive embeddings.
  const M = gaussian(D * A, 5);
  const blocks = gaussian(20 * length * A, 6);
  const embeddings = gaussian(20 * length * D, 7);
  for (let row = 0; row < 20 * length; row++) {
    if (row % length === length - 1) continue;
    for (let d = 0; d < D; d++)
      embeddings[(row + 1) * D + d] =
        embeddings[row * D + d]! + M[d * A]! * blocks[row * A]! + M[d * A + 1]! * blocks[row * A + 1]!;
  }
  /** Pairs of a row and the next, and the block between them. */
  const draw = (k: Key) => {
    const random = stream(k);
    const rows = range(B).map(
      () => Math.floor(random.uniform() * 20) * length + Math.floor(random.uniform() * (length - 1)),
    );
    return {
      embeddings: Float32Array.from(rows.flatMap((row) => [...embeddings.subarray(row * D, (row + 2) * D)])),
      blocks: Float32Array.from(rows.flatMap((row) => [...blocks.subarray(row * A, (row + 1) * A)])),
    };
  };
  const program = await jepaProgram({
    spec: inverseHeadMethod({ dim: D, actionDim: A, hidden: [64] }, { batch: B }),
    key: key(0),
    runtime,
    inputs: (batch: StepInputs) => batch,
  });
  const optimiser = adam(program.layout);
  const learningRate = warmupCosine({ peak: 1e-2, warmupSteps: 10, totalSteps: STEPS });
  for (let i = 0; i < STEPS; i++) {
    await program.step({ ...draw(key(i)) }, key(i), i);
    optimiser.step(program.params, program.grads, learningRate(i));
  }
  const { loss } = await program.step({ ...draw(key(1_000_000)) }, key(0), 0);
  // Blocks have variance 1.
  expect(loss).toBeLessThan(0.02);
});

const CONFIG: PolicyConfig = { kind: 'inverse', world: { kind: 'le-wm', ...TINY }, hidden: [16] };
const policy = goalPolicyOf(CONFIG);
const head = inverseHead({ dim: TINY.embedDim, actionDim: TINY.actionDim, hidden: [16] });
const picture = (name: string) => input(name, [2, 16, 16, 3], 'u8');
const frames = (seed: number): Uint8Array =>
  Uint8Array.from({ length: 2 * 16 * 16 * 3 }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);

test('at work it is the head on the embeddings that the world model gives', async () => {
  const dynamics = dynamicsOf({ kind: 'le-wm', ...TINY });
  const [world, own] = [shaken(leWm(TINY), 0.2), shaken(head, 0.2)];
  const inputs = { now: frames(1), goal: frames(2) };
  const act = policy.bind().act({ [MAIN_CAMERA]: picture('now') }, { [MAIN_CAMERA]: picture('goal') });
  const { plan } = await runModule(policy.module, 'eval', () => ({ plan: act }), {
    values: inversePolicyValues(policy, world, own),
    inputs,
  });
  const encoder = dynamics.bind();
  const z = await runModule(
    dynamics.module,
    'eval',
    () => ({
      zNow: encoder.encode({ [MAIN_CAMERA]: picture('now') }),
      zGoal: encoder.encode({ [MAIN_CAMERA]: picture('goal') }),
    }),
    { values: world, inputs },
  );
  const ends = (name: string) => input(name, [2, TINY.embedDim]);
  const { block } = await runModule(head, 'eval', (m) => ({ block: m(ends('now'), ends('goal')) }), {
    values: own,
    inputs: { now: z.zNow!, goal: z.zGoal! },
  });
  expect([policy.senses, policy.actionDim, policy.horizon]).toEqual([dynamics.senses, TINY.actionDim, 1]);
  expect(distance(plan!, block!)).toBeLessThan(1e-5);
});

test('numbers of a head of another size are refused', () => {
  const wide = inverseHead({ dim: TINY.embedDim, actionDim: TINY.actionDim, hidden: [17] });
  expect(() => inversePolicyValues(policy, shaken(leWm(TINY)), initialise(wide, key(0)))).toThrow(
    /wrong shape: policy\.net\.0\.weight/,
  );
});

test('a policy of an unknown kind is refused', () => {
  const config = JSON.parse('{"kind":"gcb"}') as PolicyConfig;
  expect(() => goalPolicyOf(config)).toThrow(/unknown kind of goal policy 'gcb'; did you mean 'gcbc'/);
});
