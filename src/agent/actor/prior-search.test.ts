// From recordings to a better search: a policy is trained on pairs, measured, rolled, and helps a search in a world whose model is exact.
// Legend: N tasks, H = 8 blocks, D = 2, A = 1.

import { expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { adam, warmupCosine } from '../../optim/index.ts';
import { predictiveSampling, type Solver, withPrior } from '../../plan/index.ts';
import { jepaProgram } from '../../train/index.ts';
import { inverseHeadMethod, latentInverse } from '../../world/index.ts';
import { oscillator, oscillatorValues, PUSH, swings } from '../world-model/oscillator.law.ts';
import { type EmbeddedEpisodes, type GoalPairs, goalPairs } from '../world-model/waypoints.ts';
import { worldModel } from '../world-model/world-model.ts';
import { residualDeviation } from './residual-deviation.ts';
import { rolledPolicy } from './rolled-policy.ts';

const H = 8;
const LENGTH = 12;

/** Some of the episodes. */
function part({ z, blocks }: EmbeddedEpisodes, from: number, to: number): EmbeddedEpisodes {
  const episodes = Array.from({ length: to - from }, (_, e) => ({ row: e * LENGTH, length: LENGTH }));
  return { z: z.slice(from * LENGTH * 2, to * LENGTH * 2), blocks: blocks.slice(from * LENGTH, to * LENGTH), episodes };
}

test('a policy that was trained on recordings brings a small search nearer to far goals than it comes alone', async () => {
  const all = swings(140, LENGTH);
  const [recorded, heldOut] = [part(all, 0, 100), part(all, 100, 140)];
  const [batch, steps] = [64, 300];
  const config = { dim: 2, actionDim: 1, hidden: [32, 32], horizon: { max: H } };
  const program = await jepaProgram({
    spec: inverseHeadMethod(config, { batch }),
    key: key(0),
    runtime,
    inputs: ({ embeddings, blocks, left }: GoalPairs) => ({ embeddings, blocks, left: left! }),
  });
  const draw = goalPairs(recorded, { batch, maxDistance: H, withLeft: true, key: key(1) });
  const optimiser = adam(program.layout);
  const learningRate = warmupCosine({ peak: 1e-2, warmupSteps: 10, totalSteps: steps });
  for (let i = 0; i < steps; i++) {
    await program.step(draw(i), key(i), i);
    optimiser.step(program.params, program.grads, learningRate(i));
  }
  const trained = { policy: latentInverse(config), values: program.values };
  const pairs = goalPairs(heldOut, { batch: 500, maxDistance: H, withLeft: true, key: key(2) })(0);
  const residual = await residualDeviation(trained, pairs, runtime);
  const N = heldOut.episodes.length;
  const model = worldModel(oscillator, oscillatorValues, runtime);
  const row = (e: number, t: number): Float32Array =>
    heldOut.z.subarray((e * LENGTH + t) * 2, (e * LENGTH + t + 1) * 2);
  const problem = model.problemBetween({
    context: Float32Array.from(heldOut.episodes.flatMap((_, e) => [...row(e, 0)])),
    goals: Float32Array.from(heldOut.episodes.flatMap((_, e) => [...row(e, H)])),
    executed: new Float32Array(0),
    tasks: N,
    contextLength: 1,
    horizon: H,
  });
  const taskKeys = Array.from({ length: N }, (_, e) => fold(key(3), e));
  const costOf = async (solver: Solver): Promise<number> => {
    const { plan } = await solver.solve(problem, { key: key(4), taskKeys });
    return (await problem.cost(plan, 1)).reduce((sum, cost) => sum + cost / N, 0);
  };
  const prior = rolledPolicy(model, trained, { residual, budget: H, runtime });
  const box = { kind: 'box', low: -PUSH, high: PUSH } as const;
  // One look of sixteen plans: a longer search finds its way in a world of eight numbers without help.
  const search = predictiveSampling({ samples: 16, noiseScale: 0.3, constraint: box });
  const alone = await costOf(search);
  const helped = await costOf(withPrior(search, prior, { use: 'every', init: 'mean', guard: {} }));
  // Pushes are recorded with a deviation of about a third.
  expect(residual[0]).toBeLessThan(0.25);
  expect(helped).toBeLessThan(0.5 * alone);
});
