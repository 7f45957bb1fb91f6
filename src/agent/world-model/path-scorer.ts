// A world model's cost asked of embeddings that it did not imagine: what truly happened, encoded, scored as it scores plans.
// Legend: E tasks, S candidates, H planned blocks, A numbers per block, D embedding width.

import { cache, compile, type Program } from '../../compile/index.ts';
import { JepaError } from '../../core/index.ts';
import { parameterCount } from '../../nn/index.ts';
import { bindCost } from '../../plan/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { input } from '../../tensor/index.ts';
import type { WorldModel } from './world-model.ts';

/** Costs [E, S] of embeddings [E, S, 1 + H, D], the present first, and plans [E, S, H, A], with goals [E, D]. */
export type PathScorer = (
  paths: Float32Array,
  goals: Float32Array,
  plans: Float32Array,
  samples: number,
) => Promise<Float32Array>;

/**
 * The cost of a model as a function of embeddings, of horizon H.
 *
 * @throws JepaError `unsupported` for a cost with trained parameters, whose numbers the model keeps to itself
 * @example
 * const costs = await pathScorer(model, 5)(paths, goals, plans, 128);
 */
export function pathScorer({ cost, dynamics }: WorldModel, horizon: number, runtime?: Runtime): PathScorer {
  const { dim, actionDim } = dynamics;
  const parameters = parameterCount(cost.module);
  if (parameters > 0) {
    throw new JepaError(
      'unsupported',
      `pathScorer: the cost must have no parameters of its own, ${cost.name} has ${parameters}; score with a latent cost`,
    );
  }
  const programs = cache<Program>({ keep: 4, free: (program) => program.dispose() });
  return async (paths, goals, plans, samples) => {
    const tasks = goals.length / dim;
    const out = new Float32Array(tasks * samples);
    const part = (array: Float32Array, task: number): Float32Array => {
      const size = array.length / tasks;
      return array.subarray(task * size, (task + 1) * size);
    };
    for (let task = 0; task < tasks; task++) {
      const { cost: own } = await programs.use(
        String(samples),
        () => {
          const blocks = input('plans', [1, samples, horizon, actionDim]);
          const scored = bindCost(cost)(input('paths', [1, samples, 1 + horizon, dim]), input('goal', [1, dim]), {
            context: 1,
            blocks,
          });
          return compile({ cost: scored }, { name: 'score', ...(runtime === undefined ? {} : { runtime }) });
        },
        (program) =>
          program.run({
            inputs: {
              paths: part(paths, task),
              goal: part(goals, task),
              ...(program.sources.some(({ name }) => name === 'plans') ? { plans: part(plans, task) } : {}),
            },
          }),
      );
      out.set(own as Float32Array, task * samples);
    }
    return out;
  };
}
