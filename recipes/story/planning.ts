// Planning with an action-conditioned model of the ball: the embedding of the present picture is rolled out under candidate
// directions, and the last predicted embedding is compared with that of the goal picture. Success is judged in the true
// world, by where the ball ends.
// Legend: B tasks, S candidates, H steps, D embedding.

import { fold, type Key, key, stream } from '../../src/core/index.ts';
import { type BallWorld, bounce, drawBall } from '../../src/envs/index.ts';
import { wilsonInterval } from '../../src/measure/index.ts';
import { cem, type PlanProblem, type Solver } from '../../src/plan/index.ts';
import type { StoryConfig } from './config.ts';
import { enumeration } from './enumeration.ts';
import { heldOut } from './measure.ts';
import type { JointFunctions, RowFunction } from './models.ts';

/** A ball at `start`, and the column where it is `horizon` steps later if nobody interferes. */
export interface BallTask {
  readonly start: number;
  readonly goal: number;
}

/** Random episodes as tasks: get where the bouncing ball would get in `horizon` steps. Every one can be solved. */
export function ballTasks(world: BallWorld, horizon: number, count: number, taskKey: Key): BallTask[] {
  return Array.from({ length: count }, (_, i) => {
    const random = stream(fold(taskKey, horizon, i));
    const start = world.radius + 1 + random.uniform() * (world.size - 2 * world.radius - 2);
    let ball = { x: start, direction: random.uniform() < 0.5 ? -1 : 1 };
    for (let t = 0; t < horizon; t++) ball = bounce(world, ball.x, ball.direction);
    return { start, goal: ball.x };
  });
}

/** Where the ball ends after the given directions; the sign of a number is its direction. */
export function finalPosition(world: BallWorld, start: number, actions: ArrayLike<number>): number {
  let x = start;
  for (let t = 0; t < actions.length; t++) x = bounce(world, x, actions[t]! < 0 ? -1 : 1).x;
  return x;
}

/** Pictures of the ball at the given columns, [N, 1, S, S]. */
export function picturesAt(world: BallWorld, columns: readonly number[]): Float32Array {
  const pixels = world.size * world.size;
  const out = new Float32Array(columns.length * pixels);
  columns.forEach((x, i) => {
    drawBall(world, x, out, i * pixels);
  });
  return out;
}

/**
 * The planning problem of tasks with present embeddings `z` and goal embeddings `goals`, both [B, D]: the squared distance
 * of the last predicted embedding from the goal's. Directions are the signs of the candidates' numbers.
 */
export function latentProblem(
  predict: RowFunction,
  z: Float32Array,
  goals: Float32Array,
  dim: number,
  horizon: number,
): PlanProblem {
  const tasks = z.length / dim;
  return {
    name: 'the action-conditioned model',
    tasks,
    horizon,
    actionDim: 1,
    async cost(candidates, samples) {
      const rows = tasks * samples;
      let state: Float32Array = new Float32Array(rows * dim);
      for (let row = 0; row < rows; row++) {
        const task = Math.floor(row / samples);
        state.set(z.subarray(task * dim, (task + 1) * dim), row * dim);
      }
      for (let t = 0; t < horizon; t++) {
        const action = Float32Array.from({ length: rows }, (_, row) => (candidates[row * horizon + t]! < 0 ? -1 : 1));
        state = await predict(state, action);
      }
      return Float32Array.from({ length: rows }, (_, row) => {
        const task = Math.floor(row / samples);
        let sum = 0;
        for (let d = 0; d < dim; d++) sum += (state[row * dim + d]! - goals[task * dim + d]!) ** 2;
        return sum;
      });
    },
  };
}

/** Success of one planner at one horizon. */
export type PlanScore = {
  readonly planner: string;
  readonly horizon: number;
  readonly episodes: number;
  readonly successes: number;
  /** 95 % interval of the success rate. */
  readonly interval: readonly [number, number];
};

/** Tasks planned in one call; more would need much memory at long horizons. */
const AT_ONCE = 25;

/** The planners of the story. */
function storySolvers(): readonly Solver[] {
  return [enumeration([-1, 1]), cem({ samples: 64, elites: 8, iterations: 6 })];
}

function scored(planner: string, horizon: number, ends: readonly boolean[]): PlanScore {
  const successes = ends.filter(Boolean).length;
  return { planner, horizon, episodes: ends.length, successes, interval: wilsonInterval(successes, ends.length) };
}

/** Success of every planner and of random directions at every horizon; a success ends within half a step of the goal. */
export async function measurePlanning(config: StoryConfig, model: JointFunctions, seed: number): Promise<PlanScore[]> {
  const { world, plan } = config;
  const scores: PlanScore[] = [];
  const reached = ({ start, goal }: BallTask, actions: ArrayLike<number>): boolean =>
    Math.abs(finalPosition(world, start, actions) - goal) < world.speed / 2;
  for (const horizon of plan.horizons) {
    const tasks = ballTasks(world, horizon, plan.episodes, fold(key(1000 + seed), 'tasks'));
    const z = await model.embed(
      picturesAt(
        world,
        tasks.map((t) => t.start),
      ),
    );
    const goals = await model.embed(
      picturesAt(
        world,
        tasks.map((t) => t.goal),
      ),
    );
    for (const solver of storySolvers()) {
      const ends: boolean[] = [];
      for (let at = 0; at < tasks.length; at += AT_ONCE) {
        const some = tasks.slice(at, at + AT_ONCE);
        const [from, to] = [at * model.dim, (at + some.length) * model.dim];
        const problem = latentProblem(model.predict, z.slice(from, to), goals.slice(from, to), model.dim, horizon);
        const { plan: found } = await solver.solve(problem, { key: fold(key(seed), solver.name, horizon, at) });
        some.forEach((task, i) => {
          ends.push(reached(task, found.subarray(i * horizon, (i + 1) * horizon)));
        });
      }
      scores.push(scored(solver.name, horizon, ends));
    }
    const random = stream(fold(key(1000 + seed), 'random', horizon));
    const guess = (): number[] => Array.from({ length: horizon }, () => (random.uniform() < 0.5 ? -1 : 1));
    scores.push(
      scored(
        'random',
        horizon,
        tasks.map((task) => reached(task, guess())),
      ),
    );
  }
  return scores;
}

/**
 * Share of variance unexplained after k predicted steps under random directions, fed with its own predictions; k as given.
 * Directions that point away from a wall at a wall are rare in the training episodes, and cost more here than there.
 */
export async function rolloutUnexplained(
  config: StoryConfig,
  model: JointFunctions,
  seed: number,
  steps: readonly number[],
): Promise<number[]> {
  const { world } = config;
  const { now } = heldOut(config, seed);
  const starts = Array.from(now.slice(0, 512));
  const random = stream(fold(key(1000 + seed), 'rollout'));
  let state = await model.embed(picturesAt(world, starts));
  let columns = starts;
  const out: number[] = [];
  for (let k = 1; k <= Math.max(...steps); k++) {
    const actions = columns.map(() => (random.uniform() < 0.5 ? -1 : 1));
    columns = columns.map((x, i) => bounce(world, x, actions[i]!).x);
    state = await model.predict(state, Float32Array.from(actions));
    if (!steps.includes(k)) continue;
    const truth = await model.embed(picturesAt(world, columns));
    out.push(unexplained(state, truth, model.dim));
  }
  return out;
}

function unexplained(predicted: Float32Array, truth: Float32Array, dim: number): number {
  const n = truth.length / dim;
  let [error, variance] = [0, 0];
  for (let d = 0; d < dim; d++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) {
      const v = truth[i * dim + d]!;
      sum += v;
      squares += v * v;
      error += (predicted[i * dim + d]! - v) ** 2;
    }
    variance += squares - (sum * sum) / n;
  }
  return error / variance;
}
