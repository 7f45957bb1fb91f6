// Does a model believe in contacts where they are? An agent goes straight at an object or past it: how far the object is believed
// to move, and how far it does.

import { fold, type Key, uniform } from '../../core/index.ts';
import type { Pushing } from '../../envs/index.ts';
import type { NotTested, PushTest } from '../../run/index.ts';
import type { PositionReader } from './position.ts';
import { rankCorrelation } from './ranking.ts';
import { type StraightOptions, type StraightPlan, straightPlans } from './straight-plans.ts';

/** How the object is pushed. */
export interface PushOptions extends StraightOptions {
  /** Reads where the object is off embeddings. */
  readonly position: PositionReader;
  /** Recorded states that say where objects lie and how. */
  readonly states: readonly Float32Array[];
  /** Pushes of each state. @default 4 */
  readonly each?: number;
  readonly key: Key;
}

/** Displacements below this share of the reach are none: what lies on a table settles. */
const STILL = 0.02;

/** A push at the object of a state from a direction, so far beside its middle; undefined where the agent cannot start there. */
function pushAt(
  { agent, object, actions, speed, reach, range, start: given, hold = {} }: Pushing,
  actionDim: number,
  state: Float32Array,
  angle: number,
  beside: number,
): StraightPlan | undefined {
  const [x, y] = [Math.cos(angle), Math.sin(angle)];
  const start = state.slice();
  for (const [at, value] of Object.entries(given)) start[Number(at)] = value;
  start[agent[0]] = state[object[0]]! - reach * x - beside * y;
  start[agent[1]] = state[object[1]]! - reach * y + beside * x;
  if (agent.some((at) => start[at]! < range[0] || start[at]! > range[1])) return undefined;
  const action = new Array<number>(actionDim).fill(0);
  for (const [at, value] of Object.entries(hold)) action[Number(at)] = value;
  action[actions[0]] = speed * x;
  action[actions[1]] = speed * y;
  return { start, action };
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;

/**
 * Pushes the objects of recorded states from all sides, at their middles and beside. Displacements are between what the probe
 * reads off the start and off the imagined end, so that its own bias counts for little.
 */
export async function pushTest(options: PushOptions): Promise<PushTest | NotTested> {
  const { env, position, states, each = 4, key } = options;
  const { declares, actionDim, stateDim } = env.spec;
  const pushes = declares?.pushes;
  if (pushes === undefined) return { why: 'nothing in the world is pushed' };
  const draws = new Float32Array(2);
  const plans = states.flatMap((state, i) =>
    Array.from({ length: each }, (_, k) => {
      uniform(fold(key, i, k), draws);
      return pushAt(pushes, actionDim, state, 2 * Math.PI * draws[0]!, pushes.beside * (2 * draws[1]! - 1));
    }).filter((plan) => plan !== undefined),
  );
  if (plans.length === 0) return { why: 'no recorded state leaves room for a push' };
  const { before, imagined, states: ends } = await straightPlans(options, plans);
  const [from, to] = [position.read(before), position.read(imagined)];
  const moves = plans.map(({ start }, i) => {
    const [a, b] = pushes.object;
    const truly = [ends[i * stateDim + a]! - start[a]!, ends[i * stateDim + b]! - start[b]!] as const;
    const believed = [to[2 * i]! - from[2 * i]!, to[2 * i + 1]! - from[2 * i + 1]!] as const;
    return {
      started: Math.hypot(from[2 * i]! - start[a]!, from[2 * i + 1]! - start[b]!),
      truly: Math.hypot(...truly),
      believed: Math.hypot(...believed),
      error: Math.hypot(believed[0] - truly[0], believed[1] - truly[1]),
    };
  });
  const still = STILL * pushes.reach;
  const row = (name: string, of: typeof moves): PushTest['rows'][number] => ({
    pushes: name,
    count: of.length,
    imagined: mean(of.map(({ believed }) => believed)),
    truly: mean(of.map(({ truly }) => truly)),
    error: mean(of.map(({ error }) => error)),
  });
  return {
    rows: [
      row(
        'that move it',
        moves.filter(({ truly }) => truly > still),
      ),
      row(
        'that miss it',
        moves.filter(({ truly }) => truly <= still),
      ),
    ],
    probeError: position.error,
    startError: moves.reduce((sum, { started }) => sum + started, 0) / moves.length,
    spearman:
      moves.length < 2
        ? null
        : rankCorrelation(
            moves.map((m) => m.believed),
            moves.map((m) => m.truly),
          ),
  };
}
