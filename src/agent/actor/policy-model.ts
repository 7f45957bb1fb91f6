// A trained goal policy at work: present and goal in, blocks out. A controller runs it as it runs a planner, so that both
// are measured in one way. Parameters are stored inside the compiled programs.
// Legend: N observations, H blocks, A numbers per block.

import { type CompileOptions, cache, compile, type Program } from '../../compile/index.ts';
import { JepaError } from '../../core/index.ts';
import type { ModelValues } from '../../nn/index.ts';
import type { Planner } from '../../plan/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { input, type Tensor } from '../../tensor/index.ts';
import { type GoalPolicy, observationInputs, type PolicyHorizon } from '../../world/index.ts';
import { feedsOf, observationBytes, unpackObservations } from '../perception/observation.ts';
import { bakeValues } from '../world-model/world-graphs.ts';

/** A trained goal policy, ready to be asked. Programs are compiled for each batch size when first needed. */
export interface PolicyModel {
  readonly policy: GoalPolicy;
  readonly values: ModelValues;
  /**
   * Normalised blocks [N, H, A] for N observations and their goals, as `observe` writes them. A policy that is told how many blocks
   * are left takes them as `left` [N]; without, it is told the most it knows.
   */
  act(observations: Uint8Array, goals: Uint8Array, count: number, left?: ArrayLike<number>): Promise<Float32Array>;
  /** Frees the compiled programs; a later call compiles anew. */
  dispose(): Promise<void>;
}

/** Observations taken in one call: the smallest of these that holds a request; larger ones are cut into pieces. */
const BATCHES = [1, 8, 64] as const;

/** The ends of the way, as the inputs of a program are called. */
const ENDS = ['now', 'goal'] as const;

/** Inputs `now.frames`, `now.states`, `goal.frames`, `goal.states` and so on, and `left`, as far as the policy reads them -> `plan` [N, H, A]. */
function actGraph({ senses, told, bind }: GoalPolicy, count: number): Record<string, Tensor> {
  const [now, goal] = ENDS.map((end) => observationInputs(senses, count, `${end}.`));
  return { plan: bind().act(now!, goal!, told && input('left', [count])) };
}

/**
 * Wraps trained numbers for use.
 *
 * @throws JepaError `shape` from `act` when observations are of other senses than the policy's
 */
export function policyModel(policy: GoalPolicy, values: ModelValues, runtime?: Runtime): PolicyModel {
  const { senses, horizon, actionDim, told } = policy;
  const options: CompileOptions = { bake: bakeValues(values), ...(runtime === undefined ? {} : { runtime }) };
  const programs = cache<Program>({ keep: BATCHES.length, free: (program) => program.dispose() });
  return {
    policy,
    values,
    async act(observations, goals, count, left) {
      if (left !== undefined && (told === undefined || left.length !== count)) {
        throw new JepaError(
          'usage',
          `${policy.name}: blocks left are for a policy with a horizon, one for each of ${count} observations, got ${left.length}${told === undefined ? ' for a policy that is told nothing' : ''}`,
        );
      }
      const ends = [observations, goals].map((bytes) => unpackObservations(bytes, count, senses));
      const plans = new Float32Array(count * horizon * actionDim);
      for (let from = 0; from < count; ) {
        const batch = BATCHES.find((b) => b >= count - from) ?? 64;
        const n = Math.min(batch, count - from);
        const inputs = {
          ...feedsOf(ends[0]!, count, from, n, batch, `${ENDS[0]}.`),
          ...feedsOf(ends[1]!, count, from, n, batch, `${ENDS[1]}.`),
          ...(told && { left: leftOf(left, told, from, n, batch) }),
        };
        const { plan } = await programs.use(
          `act ${batch}`,
          () => compile(actGraph(policy, batch), { ...options, name: `act ${batch}` }),
          (program) => program.run({ inputs }),
        );
        plans.set((plan as Float32Array).subarray(0, n * horizon * actionDim), from * horizon * actionDim);
        from += n;
      }
      return plans;
    },
    dispose: () => programs.clear(),
  };
}

/** The blocks left of `n` observations from `from` on, at most `max`, then 1 for the empty rest of the batch. */
function leftOf(
  left: ArrayLike<number> | undefined,
  { max }: PolicyHorizon,
  from: number,
  n: number,
  batch: number,
): Float32Array {
  return Float32Array.from({ length: batch }, (_, i) => (i < n ? Math.min(left?.[from + i] ?? max, max) : 1));
}

/**
 * A goal policy as a planner: each plan is what it says for the current observation. Older frames of the context, warm starts
 * and keys are not looked at, and the costs are 0, since a policy knows none. The controller's horizon must be the policy's. A
 * policy that is told how many blocks are left is told what is left of `budget` blocks since the reset, at least 1.
 *
 * @example
 * const controller = mpc(policyPlanner(model), { horizon: model.policy.horizon, recedingHorizon: 1, ...sizes });
 */
export function policyPlanner(
  model: PolicyModel,
  { budget = Number.POSITIVE_INFINITY }: { readonly budget?: number } = {},
): Planner {
  const { all: bytes } = observationBytes(model.policy.senses);
  return async ({ envs, context, frames, goals, done }) => {
    const N = envs.length;
    const current = new Uint8Array(N * bytes);
    for (let n = 0; n < N; n++) {
      const last = n * context + context - 1;
      current.set(frames.subarray(last * bytes, (last + 1) * bytes), n * bytes);
    }
    const left = model.policy.told && envs.map((_, n) => Math.max(1, budget - (done?.[n] ?? 0)));
    const plan = await model.act(current, goals, N, left);
    return { plan, cost: new Float32Array(N), iterations: [] };
  };
}
