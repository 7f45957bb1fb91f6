// A policy as a prior of plans: it acts in the world model's imagination, H blocks one after another, in one program.
//
//   u_t = pi(z_t, g) + s_j r * N(0, 1);   z_{t+1} = f(z_0, u_0 .. u_t)      s_0 = 0, then 1, 1, 2 over and over
//
// Only proposal 0 is without noise: copies of one plan would teach a search nothing and narrow its deviation.
// Legend: E tasks, k proposals, C context frames, H planned blocks, A numbers per block, D embedding width, r residual [A].
// Source: TD-MPC2 (Hansen et al. 2024, arXiv 2310.16828), whose policy is rolled through its model.

import { type CompileOptions, cache, compile, type Program } from '../../compile/index.ts';
import { fold, JepaError, type Key, normal } from '../../core/index.ts';
import { bind, module } from '../../nn/index.ts';
import type { PlanPrior, PriorRequest } from '../../plan/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { add, at, broadcastTo, expandDims, input, slice, stack, type Tensor } from '../../tensor/index.ts';
import { checkLatentPolicy, type Dynamics, type LatentPolicy } from '../../world/index.ts';
import { bakeValues, type RolloutSize } from '../world-model/world-graphs.ts';
import type { WorldModel } from '../world-model/world-model.ts';
import type { TrainedLatentPolicy } from './latent-policy-model.ts';

/** How a policy is rolled. */
export interface RolledPolicyOptions {
  /** r, how far the policy is off per number of a block [A], see `residualDeviation`. */
  readonly residual: ArrayLike<number>;
  /** Blocks that a task may take in all, for a policy that is told how many are left. @default more than it knows */
  readonly budget?: number;
  readonly runtime?: Runtime;
}

/** A prior that holds compiled programs. */
export interface RolledPolicy extends PlanPrior {
  /** Twice the residual, at least 0.05. */
  readonly std: readonly number[];
  /** Frees the compiled programs; a later call compiles anew. */
  dispose(): Promise<void>;
}

const SCALES = [1, 1, 2] as const;
const LEAST_STD = 0.05;
/** Proposals rolled in one call. */
const ROLL_BATCH = 3000;
const PROGRAMS = 8;

/** How many residuals of noise proposal `j` gets. */
function scaleOf(j: number): number {
  return j === 0 ? 0 : SCALES[(j - 1) % SCALES.length]!;
}

/**
 * The noise of the proposals of one task, [k, H, A]: it depends on the task's key alone, and the first proposals are the same
 * however many there are.
 */
export function proposalNoise(key: Key, count: number, horizon: number, residual: ArrayLike<number>): Float32Array {
  const A = residual.length;
  const noise = normal(fold(key, 'noise'), new Float32Array(count * horizon * A));
  for (let i = 0; i < noise.length; i++) noise[i]! *= scaleOf(Math.floor(i / (horizon * A))) * residual[i % A]!;
  return noise;
}

/** `context` [E, C, D], `executed` [E, C - 1, A], `goal` [E, D], `noise` [E, k, H, A] and `left` [E, H] -> `plans` [E, k, H, A]. */
function rollGraph(dynamics: Dynamics, policy: LatentPolicy, size: RolloutSize): Record<string, Tensor> {
  const { tasks: E, context: C, samples: k, horizon: H } = size;
  const { dim: D, actionDim: A } = dynamics;
  const world = dynamics.bind();
  const { act } = bind(
    module({ policy: policy.module }, (m) => ({ act: m.policy })),
    'eval',
  ).model;
  const context = input('context', [E, C, D]);
  const executed = C > 1 ? input('executed', [E, C - 1, A]) : undefined;
  const goal = broadcastTo(expandDims(input('goal', [E, D]), 1), [E, k, D]);
  const noise = input('noise', [E, k, H, A]);
  const left = policy.told && input('left', [E, H]);
  const blocks: Tensor[] = [];
  for (let t = 0; t < H; t++) {
    const z =
      t === 0
        ? broadcastTo(slice(context, 1, C - 1), [E, k, D])
        : at(world.rollout(context, executed, stack(blocks, 2)), 2, C + t - 1);
    const told = left && broadcastTo(slice(left, 1, t, t + 1), [E, k]);
    blocks.push(add(act(z, goal, told), at(noise, 2, t)));
  }
  return { plans: stack(blocks, 2) };
}

/**
 * A prior that proposes what the policy would do, as the world model imagines it. It needs problems of that model, whose tasks it
 * sees as embeddings. A policy that is told the blocks left is told, at block t of a plan, what is left of the budget: `budget` less the blocks
 * done less t, between 1 and its `max`.
 *
 * @throws JepaError `usage` for a policy on other embeddings or blocks, a residual or a budget that cannot be, and from `propose`
 * for a plan longer than the model can imagine; `unsupported` from `propose` where the problem has no embeddings; `shape` where
 * they are of another model, or blocks have another size
 * @example
 * const residual = await residualDeviation(trained, heldOutPairs);
 * const prior = rolledPolicy(model, trained, { residual });
 * const planner = solverPlanner(withPrior(cem(), prior, { use: 'every' }), (request) => model.problem(request, 5));
 */
export function rolledPolicy(
  { dynamics, values }: Pick<WorldModel, 'dynamics' | 'values'>,
  trained: TrainedLatentPolicy,
  { residual, budget = Number.POSITIVE_INFINITY, runtime }: RolledPolicyOptions,
): RolledPolicy {
  const { policy } = trained;
  const { dim: D, actionDim: A } = dynamics;
  const name = `${policy.name} in ${dynamics.name}`;
  checkLatentPolicy(policy, dynamics);
  const r = Array.from(residual);
  if (r.length !== A || !r.every((value) => Number.isFinite(value) && value >= 0)) {
    throw new JepaError('usage', `${name}: residual must be ${A} numbers of at least 0, got [${r}]`, { residual: r });
  }
  if (!(budget >= 1))
    throw new JepaError('usage', `${name}: budget must be at least 1 block, got ${budget}`, { budget });
  const [ofModel, ofPolicy] = [bakeValues(values), bakeValues(trained.values, 'policy.')];
  const options: CompileOptions = {
    bake: (source) => ofPolicy(source) ?? ofModel(source),
    ...(runtime === undefined ? {} : { runtime }),
  };
  const programs = cache<Program>({ keep: PROGRAMS, free: (program) => program.dispose() });

  return {
    name,
    std: r.map((value) => Math.max(2 * value, LEAST_STD)),
    async propose(request, keys) {
      const { tasks: E, horizon: H, count: k } = request;
      const embeddings = checked(request, dynamics, name);
      const { contextLength: C, context, executed, goals, done } = embeddings;
      const noise = new Float32Array(E * k * H * A);
      for (let e = 0; e < E; e++) noise.set(proposalNoise(keys[e]!, k, H, r), e * k * H * A);
      const { max } = policy.told ?? { max: 1 };
      const left = Float32Array.from({ length: E * H }, (_, i) => {
        const remaining = budget - (done?.[Math.floor(i / H)] ?? 0) - (i % H);
        return Math.min(Math.max(1, remaining), max);
      });
      const plans = new Float32Array(noise.length);
      const group = Math.min(E, Math.max(1, Math.floor(ROLL_BATCH / k)));
      for (let from = 0; from < E; from += group) {
        const n = Math.min(group, E - from);
        const part = (array: Float32Array): Float32Array => {
          const stride = array.length / E;
          return array.subarray(from * stride, (from + n) * stride);
        };
        const title = `roll ${n}x${C}x${k}x${H}`;
        const size = { tasks: n, context: C, samples: k, horizon: H };
        await programs.use(
          title,
          () => compile(rollGraph(dynamics, policy, size), { ...options, name: title }),
          (program) => {
            const all = { context, executed, goal: goals, noise, left };
            const read = Object.entries(all).filter(([name]) => program.sources.some((source) => source.name === name));
            return program.run({
              inputs: Object.fromEntries(read.map(([name, array]) => [name, part(array)])),
              into: { plans: part(plans) },
            });
          },
        );
      }
      return plans;
    },
    dispose: () => programs.clear(),
  };

  function checked(request: PriorRequest, of: Dynamics, who: string): NonNullable<PriorRequest['embeddings']> {
    const { tasks, actionDim, horizon, embeddings } = request;
    if (embeddings === undefined) {
      throw new JepaError(
        'unsupported',
        `${who}: the problem must have embeddings, as those of a world model do (problem, problemBetween); this one has none`,
      );
    }
    if (of.maxHorizon !== undefined && horizon > of.maxHorizon) {
      throw new JepaError(
        'usage',
        `${who}: horizon must be at most ${of.maxHorizon}, the longest plan that ${of.name} can imagine, got ${horizon}`,
        { horizon, maxHorizon: of.maxHorizon },
      );
    }
    const { contextLength: C, context, goals } = embeddings;
    if (actionDim !== A || context.length !== tasks * C * D || goals.length !== tasks * D) {
      throw new JepaError(
        'shape',
        `${who}: problems must be of blocks of ${A} numbers and of context [${tasks}, ${C}, ${D}] and goals [${tasks}, ${D}], got blocks of ${actionDim}, ${context.length} and ${goals.length} numbers; give the prior to problems of the model it was made for`,
        { actionDim, expected: A, dim: D },
      );
    }
    return embeddings;
  }
}
