// Plans carried out in copies of the true worlds, and seen by a world model: what its imagination is compared with.
// Legend: E tasks, S plans of each, H blocks, A numbers of a block, K rows seen, D width, G numbers of a state.

import { observationBytes, observe, type WorldModel } from '../../agent/index.ts';
import { JepaError } from '../../core/index.ts';
import type { Env } from '../../envs/index.ts';
import type { ActionStats } from '../../plan/index.ts';

/** Worlds that stand where plans begin, with their goals, and how plans become actions. */
export interface PlanWorlds {
  /** One for each task; the same one may stand for several tasks only if each is placed anew. */
  readonly worlds: readonly Env[];
  /** Of single actions: plans are normalised. */
  readonly actions: ActionStats;
  /** Steps of a block. */
  readonly frameSkip: number;
  /** H */
  readonly horizon: number;
}

/** Which embeddings are wanted: none, that of the end, or one after each block. */
export type SeenRows = 'none' | 'last' | 'all';

/** What became of plans. */
export interface ExecutedPlans {
  /** The world's own distance to the goal at the end, [E, S], and whether that is the goal. */
  readonly distance: Float64Array;
  readonly solved: Uint8Array;
  /** States at the end, [E, S, G]. */
  readonly states: Float32Array;
  /** [E, S, K, D], K = 0, 1 or H. */
  readonly z: Float32Array;
}

/** Observations encoded in one call: they are bytes of pictures. */
const BATCH = 256;

/**
 * Carries out normalised plans [E, S, H, A], as a controller would: denormalised, and clipped by the world. The worlds are
 * moved, and put back where they stood.
 *
 * @throws JepaError `shape` when frameSkip times the size of an action is not the model's block, or plans are of another size
 */
export async function executePlans(
  model: Pick<WorldModel, 'dynamics' | 'encode'>,
  { worlds, actions, frameSkip, horizon }: PlanWorlds,
  plans: Float32Array,
  samples: number,
  rows: SeenRows,
): Promise<ExecutedPlans> {
  const { dim, senses, actionDim: A } = model.dynamics;
  const { actionDim, stateDim } = worlds[0]!.spec;
  const E = worlds.length;
  if (A !== frameSkip * actionDim || plans.length !== E * samples * horizon * A) {
    throw new JepaError(
      'shape',
      `executePlans: plans must be [${E}, ${samples}, ${horizon}, ${frameSkip} x ${actionDim}] as the model's blocks of ${A}, got ${plans.length} numbers; check frameSkip`,
      { tasks: E, samples, horizon, frameSkip, actionDim, block: A },
    );
  }
  const K = rows === 'none' ? 0 : rows === 'last' ? 1 : horizon;
  const distance = new Float64Array(E * samples);
  const solved = new Uint8Array(E * samples);
  const states = new Float32Array(E * samples * stateDim);
  const z = new Float32Array(E * samples * K * dim);
  const { all } = observationBytes(senses);
  const seen = new Uint8Array(K === 0 ? 0 : Math.min(BATCH, E * samples * K) * all);
  let [waiting, done] = [0, 0];
  const look = async (): Promise<void> => {
    if (waiting === 0) return;
    z.set(await model.encode(seen.subarray(0, waiting * all), waiting), done * dim);
    done += waiting;
    waiting = 0;
  };
  const action = new Float32Array(actionDim);
  for (const [task, world] of worlds.entries()) {
    const start = world.state();
    for (let s = 0; s < samples; s++) {
      const row = task * samples + s;
      world.setState(start);
      for (let h = 0; h < horizon; h++) {
        for (let k = 0; k < frameSkip; k++) {
          const at = (row * horizon + h) * A + k * actionDim;
          for (let i = 0; i < actionDim; i++) action[i] = plans[at + i]! * actions.std[i]! + actions.mean[i]!;
          const end = world.step(action);
          distance[row] = end.distance;
          solved[row] = end.terminated ? 1 : 0;
        }
        if (K === 0 || (K === 1 && h < horizon - 1)) continue;
        observe(world, senses, seen, waiting * all);
        waiting++;
        if (waiting * all === seen.length) await look();
      }
      states.set(world.state(), row * stateDim);
    }
    world.setState(start);
  }
  await look();
  return { distance, solved, states, z };
}
