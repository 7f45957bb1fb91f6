// Planning with the true dynamics and otherwise as a run plans: the same solver, the same blocks of normalised actions, the same
// horizon and pace, but a plan is carried out in a copy of the world in place of being imagined. What it reaches beside the
// model is what the learned dynamics cost; what it misses, the search and the way plans are scored cost.
// Legend: E tasks, S candidates, H planned blocks, F steps per block, A numbers of one action, D of an embedding.

import { type CostScorer, observationBytes, type WorldModel, writeObservation } from '../../agent/index.ts';
import type { Key } from '../../core/index.ts';
import type { Env } from '../../envs/index.ts';
import {
  type ActionStats,
  type Mpc,
  mpc,
  type PlanProblem,
  type PlanRequest,
  type Solver,
  solverPlanner,
} from '../../plan/index.ts';
import type { Senses } from '../../world/index.ts';
import type { SeenRows } from './execute-plans.ts';
import type { SimulatorPolicy } from './policy.ts';
import { simulatorProblem } from './simulator.ts';
import { copyInto, copyOf } from './simulator-policy.ts';
import { trueDynamicsProblem } from './true-dynamics.ts';

/** How a model would score what truly happens: its encoder and a cost. */
export interface PathScore {
  readonly model: Pick<WorldModel, 'dynamics' | 'encode'>;
  readonly scorer: CostScorer;
  /** 'last' where the cost looks at nothing but the end, which saves pictures. @default 'all' */
  readonly rows?: Exclude<SeenRows, 'none'>;
}

/** A planner as a run has it, with the true world to imagine in. */
export interface TrueWorldOptions {
  readonly name: string;
  /** Makes a copy of a task's world to plan in. */
  readonly makeEnv: (env: Env) => Env;
  readonly solver: Solver;
  /** H, and the blocks of it that are carried out. */
  readonly horizon: number;
  readonly recedingHorizon: number;
  /** F */
  readonly frameSkip: number;
  /** Plans are in actions normalised by this. */
  readonly actions: ActionStats;
  readonly key: Key;
  /** How plans are scored. Without it by the world's own distance, as `simulatorProblem` has it. */
  readonly by?: PathScore;
}

/** Plans [N, H F, A] of normalised actions in units of the action range, where -1 and 1 are its ends. */
function inRange(
  { actionLow, actionHigh }: Env['spec'],
  { mean, std }: ActionStats,
  plans: Float32Array,
): Float32Array {
  const middle = (actionLow + actionHigh) / 2;
  const half = (actionHigh - actionLow) / 2;
  return plans.map((value, i) => (value * std[i % std.length]! + mean[i % mean.length]! - middle) / half);
}

/** The planning problem of worlds as they stand, scored by the world's own distance. */
function distanceProblem(worlds: readonly Env[], { horizon, frameSkip, actions }: TrueWorldOptions): PlanProblem {
  const inner = simulatorProblem(worlds, { horizon: horizon * frameSkip });
  const { spec } = worlds[0]!;
  return {
    ...inner,
    horizon,
    actionDim: frameSkip * spec.actionDim,
    cost: (plans, samples) => inner.cost(inRange(spec, actions, plans), samples),
  };
}

/** The planning problem of worlds as they stand, what happens in them encoded and scored by `by`. */
async function encodedProblem(
  worlds: readonly Env[],
  { frames, goals: ends }: Pick<PlanRequest, 'frames' | 'goals'>,
  { horizon, frameSkip, actions }: TrueWorldOptions,
  { model, scorer, rows }: PathScore,
): Promise<PlanProblem> {
  const context = await model.encode(frames, worlds.length);
  const goals = await model.encode(ends, worlds.length);
  return trueDynamicsProblem(model, scorer, { worlds, actions, frameSkip, horizon }, { context, goals }, rows);
}

/** What a planner is shown where it looks at nothing but the worlds. */
const NOTHING: Senses = {};

/**
 * Acts in every task as a planner of a run does, with the true dynamics in place of the learned ones.
 *
 * @throws JepaError `usage` when `makeEnv` makes another world than the task's
 * @example
 * const policy = trueWorldPlanner({ name: 'true', makeEnv: () => pushT({ imageSize: 16 }), solver: cem(), horizon: 5,
 *   recedingHorizon: 2, frameSkip: 5, actions, key: key(0) });
 */
export function trueWorldPlanner(options: TrueWorldOptions): SimulatorPolicy {
  const { name, makeEnv, solver, horizon, recedingHorizon, frameSkip, actions, key, by } = options;
  const senses = by?.model.dynamics.senses ?? NOTHING;
  let copies: Env[] = [];
  let controller: Mpc;
  return {
    name,
    simulator: true,
    act({ step, envs, tasks, observe, goal, dead }) {
      if (step === 0) {
        copies = envs.map((env) => copyOf(env, makeEnv));
        const planner = solverPlanner(solver, (request) => {
          const worlds = request.envs.map((i) => copies[i]!);
          for (const [n, i] of request.envs.entries()) copyInto(worlds[n]!, envs[i]!);
          return by === undefined ? distanceProblem(worlds, options) : encodedProblem(worlds, request, options, by);
        });
        controller = mpc(planner, {
          envs: envs.length,
          frameSize: Math.max(1, observationBytes(senses).all),
          actionDim: actions.mean.length,
          horizon,
          recedingHorizon,
          actionBlock: frameSkip,
          actionStats: actions,
          key,
        });
      }
      const pack = (draw: typeof observe, state: (i: number) => Float32Array): typeof observe => {
        return (i, out, at) =>
          writeObservation(senses, { draw: (to, offset) => draw(i, to, offset), state: () => state(i) }, out, at);
      };
      return controller.act({
        observe: pack(observe, (i) => envs[i]!.state()),
        goal: pack(goal, (i) => tasks[i]!.goalState),
        dead,
      });
    },
  };
}
