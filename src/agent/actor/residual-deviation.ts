// How far a policy is off on recordings that it was not trained on: the scale of the noise that is worth trying around it.
// Legend: N pairs, D embedding width, A numbers per block.

import { compile } from '../../compile/index.ts';
import { JepaError } from '../../core/index.ts';
import { bind } from '../../nn/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { input } from '../../tensor/index.ts';
import type { GoalPairs } from '../world-model/waypoints.ts';
import { bakeValues } from '../world-model/world-graphs.ts';
import type { TrainedLatentPolicy } from './latent-policy-model.ts';

/**
 * Root of the mean squared difference between recorded blocks and what the policy says, for each number of a block: [A]. Give pairs
 * of held-out episodes, and `withLeft` ones to a policy that is told the blocks left.
 *
 * @throws JepaError `shape` for pairs of another size, without any, or without the blocks left that the policy is told; `numeric`
 * when it is not finite
 * @example
 * const pairs = goalPairs(await embedEpisodes(model, source, { ...options, episodes: split.val }), { batch: 2000, maxDistance: 5, key: key(0) });
 * const residual = await residualDeviation(trained, pairs(0));
 */
export async function residualDeviation(
  { policy, values }: TrainedLatentPolicy,
  { embeddings, blocks, left }: GoalPairs,
  runtime?: Runtime,
): Promise<Float32Array> {
  const { name, dim: D, actionDim: A, told } = policy;
  const N = blocks.length / A;
  if (!Number.isInteger(N) || N < 1 || embeddings.length !== 2 * N * D || (told && left?.length !== N)) {
    throw new JepaError(
      'shape',
      `${name}: pairs must be embeddings [N, 2, ${D}] and blocks [N, ${A}]${told ? ' and left [N] (withLeft)' : ''} with N at least 1, got ${embeddings.length}, ${blocks.length} and ${left?.length ?? 'no'} numbers`,
      { dim: D, actionDim: A },
    );
  }
  const [now, goal] = [0, 1].map((end) => {
    const rows = new Float32Array(N * D);
    for (let n = 0; n < N; n++) rows.set(embeddings.subarray((2 * n + end) * D, (2 * n + end + 1) * D), n * D);
    return rows;
  });
  const { model: act } = bind(policy.module, 'eval');
  const program = await compile(
    { said: act(input('now', [N, D]), input('goal', [N, D]), told && input('left', [N])) },
    { bake: bakeValues(values), name: `${name} on ${N} pairs`, ...(runtime === undefined ? {} : { runtime }) },
  );
  try {
    const { said } = await program.run({ inputs: { now: now!, goal: goal!, ...(told && { left: left! }) } });
    const square = new Float64Array(A);
    for (const [i, value] of (said as Float32Array).entries()) square[i % A]! += (value - blocks[i]!) ** 2 / N;
    const residual = Float32Array.from(square, Math.sqrt);
    if (!residual.every(Number.isFinite)) {
      throw new JepaError('numeric', `${name}: what the policy says must be finite, got a residual of [${residual}]`);
    }
    return residual;
  } finally {
    await program.dispose();
  }
}
