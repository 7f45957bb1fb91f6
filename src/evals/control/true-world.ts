// Planning with the true dynamics and otherwise as a run plans: the same solver, the same blocks of normalised actions, the same
// horizon and pace, but a plan is carried out in a copy of the world in place of being imagined. What it reaches beside the
// model is what the learned dynamics cost; what it misses, the search and the way plans are scored cost.
// Legend: E tasks, S candidates, H planned blocks, F steps per block, A numbers of one action, D of an embedding.

import { observationBytes, writeObservation } from '../../agent/index.ts';
import type { Key } from '../../core/index.ts';
import { denormalise, type Normaliser } from '../../data/index.ts';
import type { Env } from '../../envs/index.ts';
import { type Mpc, mpc, type PlanProblem, type PlanRequest, type Solver, solverPlanner } from '../../plan/index.ts';
import type { Senses } from '../../world/index.ts';
import type { SimulatorPolicy } from './policy.ts';
import { simulatorProblem } from './simulator.ts';
import { copyInto, copyOf } from './simulator-policy.ts';

/** How a model would score what truly happens: its encoder and its cost. */
export interface PathScore {
  readonly senses: Senses;
  /** D */
  readonly dim: number;
  /** Embeddings [N, D] of N packed observations. */
  encode(observations: Uint8Array, count: number): Promise<Float32Array>;
  /** Costs [E, S] of embeddings [E, S, 1 + H, D], the present first, and plans [E, S, H, F A], with the goals [E, D]. */
  score(paths: Float32Array, goals: Float32Array, plans: Float32Array, samples: number): Promise<Float32Array>;
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
  readonly actions: Normaliser;
  readonly key: Key;
  /** How plans are scored. Without it by the world's own distance, as `simulatorProblem` has it. */
  readonly by?: PathScore;
}

/** Plans [N, H F, A] of normalised actions in units of the action range, where -1 and 1 are its ends. */
function inRange({ actionLow, actionHigh }: Env['spec'], { mean, std }: Normaliser, plans: Float32Array): Float32Array {
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

/** The planning problem of worlds as they stand, what happens at the ends of blocks encoded and scored by `by`. */
async function encodedProblem(
  worlds: readonly Env[],
  { frames, goals: ends }: Pick<PlanRequest, 'frames' | 'goals'>,
  { horizon: H, frameSkip: F, actions }: TrueWorldOptions,
  by: PathScore,
): Promise<PlanProblem> {
  const { dim: D } = by;
  const A = worlds[0]!.spec.actionDim;
  const bytes = frames.length / worlds.length;
  const starts = worlds.map((world) => world.state());
  const present = await by.encode(frames, worlds.length);
  const goals = await by.encode(ends, worlds.length);

  /** Embeddings [S, H, D] of what the plans of one task lead to. */
  async function carriedOut(task: number, raw: Float32Array, samples: number): Promise<Float32Array> {
    const world = worlds[task]!;
    const seen = new Uint8Array(samples * H * bytes);
    for (let s = 0; s < samples; s++) {
      world.setState(starts[task]!);
      for (let step = 0; step < H * F; step++) {
        const at = (s * H * F + step) * A;
        world.step(raw.subarray(at, at + A));
        if ((step + 1) % F === 0) shown(by, world, seen, (s * H + (step + 1) / F - 1) * bytes);
      }
    }
    world.setState(starts[task]!);
    return by.encode(seen, samples * H);
  }

  return {
    name: 'true dynamics',
    tasks: worlds.length,
    horizon: H,
    actionDim: F * A,
    async cost(plans, samples) {
      const raw = denormalise(actions, plans);
      const size = samples * H * F * A;
      const paths = new Float32Array(worlds.length * samples * (1 + H) * D);
      for (const task of worlds.keys()) {
        const z = await carriedOut(task, raw.subarray(task * size, (task + 1) * size), samples);
        for (let s = 0; s < samples; s++) {
          const at = (task * samples + s) * (1 + H) * D;
          paths.set(present.subarray(task * D, (task + 1) * D), at);
          paths.set(z.subarray(s * H * D, (s + 1) * H * D), at + D);
        }
      }
      return by.score(paths, goals, plans, samples);
    },
  };
}

/** Writes what the model would be shown of a world. */
function shown({ senses }: PathScore, world: Env, out: Uint8Array, at: number): void {
  writeObservation(senses, { draw: (to, offset) => world.render(to, offset), state: () => world.state() }, out, at);
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
  const senses = by?.senses ?? NOTHING;
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
