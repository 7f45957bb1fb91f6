// How good a distance between embeddings is: on held-out pairs by the blocks between them, against the steps of an oracle, and
// across a wall against along it.
// Legend: N pairs, D width.

import { type CostScorer, observationBytes, observe, type WorldModel } from '../../agent/index.ts';
import { fold, type Key, uniform } from '../../core/index.ts';
import { type Env, goalOfState, type Policy } from '../../envs/index.ts';
import type { DistanceBand, DistanceQuality, DistanceScore } from '../../run/index.ts';
import { stepsToGo } from './audit.ts';
import type { HeldPairs } from './pairs.ts';
import { rankCorrelation } from './ranking.ts';

/** How far it is from one embedding to another. */
export interface PairDistance {
  readonly name: string;
  /** Whether distances count blocks: then they have errors besides ranks. */
  readonly blocks: boolean;
  /** [N, D], [N, D] -> [N] */
  distance(from: Float32Array, to: Float32Array, count: number): Promise<ArrayLike<number>>;
}

/**
 * The distance of pairs that a cost sees: that of a plan of one block whose end is the source. Undefined for a cost that only
 * compares candidates.
 *
 * @param offset what the cost adds to a plan of one block: 1 for a time of arrival
 */
export function distanceByCost(name: string, scorer: CostScorer, offset = 0): PairDistance | undefined {
  const { absolute, dim, unit } = scorer.cost;
  if (!absolute) return undefined;
  return {
    name,
    blocks: unit === 'blocks',
    async distance(from, to, count) {
      const imagined = new Float32Array(2 * count * dim);
      for (let i = 0; i < count; i++) {
        const own = from.subarray(i * dim, (i + 1) * dim);
        imagined.set(own, 2 * i * dim);
        imagined.set(own, (2 * i + 1) * dim);
      }
      const score = await scorer.score({ imagined, goals: to, tasks: count, samples: 1, rows: 2 });
      return offset === 0 ? score : score.map((d) => d - offset);
    },
  };
}

/** What a distance is compared with in a world. */
export interface WorldPairs {
  /** States of the pairs' rows, by row. */
  readonly state: (row: number) => Float32Array;
  readonly makeEnv: () => Env;
  /** A policy that reaches goals. */
  readonly oracle?: (() => Policy) | undefined;
  /** Steps at most. @default 200 */
  readonly cap?: number;
  /** Pairs at the wall. @default 200 */
  readonly wallPairs?: number;
  readonly key: Key;
}

/** Blocks apart, by bands. */
const BANDS: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 3],
  [4, 6],
  [7, 12],
];

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function bandOf(
  gap: string,
  rows: readonly number[],
  pairs: HeldPairs,
  [encoded, imagined]: readonly ArrayLike<number>[],
  blocks: boolean,
): DistanceBand {
  const gaps = rows.map((i) => pairs.gaps[i]!);
  const score = (d: ArrayLike<number>): DistanceScore => ({
    spearman:
      new Set(gaps).size < 2
        ? null
        : rankCorrelation(
            rows.map((i) => d[i]!),
            gaps,
          ),
    mae: blocks && rows.length > 0 ? mean(rows.map((i, n) => Math.abs(d[i]! - gaps[n]!))) : null,
  });
  const [enc, img] = [score(encoded!), score(imagined!)];
  const ratio = enc.mae === null || img.mae === null || enc.mae === 0 ? null : img.mae / enc.mae;
  return { gap, pairs: rows.length, encoded: enc, imagined: img, ratio };
}

/** Two points of the state's plane: at the wall's two sides, or in one room and as far apart. */
interface WallPair {
  readonly across: readonly [Float32Array, Float32Array];
  readonly along: readonly [Float32Array, Float32Array];
}

/** Pairs at a world's wall; none in a world without one. */
function wallPairs(env: Env, base: Float32Array, count: number, key: Key): readonly WallPair[] {
  env.setState(base);
  const wall = env.divider?.();
  if (wall === undefined) return [];
  const [low, high] = wall.range;
  const length = high - low;
  const place = (across: number, along: number): Float32Array => {
    const at = base.slice();
    at[wall.across] = across;
    at[wall.along] = along;
    return at;
  };
  const draws = new Float32Array(6);
  const pairs: WallPair[] = [];
  for (let i = 0; pairs.length < count && i < 20 * count; i++) {
    uniform(fold(key, i), draws);
    const [u, v, y, y2, w, t] = draws as unknown as readonly [number, number, number, number, number, number];
    const off = (share: number): number => length * (1 / 40 + share / 5);
    const a = [wall.low - off(u), low + y * length] as const;
    const b = [wall.high + off(v), low + y2 * length] as const;
    const r = Math.hypot(a[0] - b[0], a[1] - b[1]);
    if (r > length) continue;
    const at = t < 0.5 ? wall.low - off(w) : wall.high + off(w);
    const from = low + w * (length - r);
    pairs.push({ across: [place(...a), place(...b)], along: [place(at, from), place(at, from + r)] });
  }
  return pairs;
}

/** Embeddings of states as a world shows them, [N, D]. */
async function embedStates(model: WorldModel, env: Env, states: readonly Float32Array[]): Promise<Float32Array> {
  const { senses } = model.dynamics;
  const { all } = observationBytes(senses);
  const seen = new Uint8Array(states.length * all);
  for (const [i, state] of states.entries()) {
    env.setState(state);
    observe(env, senses, seen, i * all);
  }
  return model.encode(seen, states.length);
}

/** Steps of an oracle from one state to another. */
function stepsBetween(
  env: Env,
  pairs: readonly (readonly [Float32Array, Float32Array])[],
  oracle: () => Policy,
  cap: number,
  key: Key,
): number[] {
  return pairs.map(([from, to], i) => {
    env.setState(from);
    env.setGoal(goalOfState(env.spec, to));
    return stepsToGo([env], from, oracle, cap, fold(key, i))[0]!;
  });
}

/** Measures distances on the same pairs. */
export async function distanceQuality(
  model: WorldModel,
  distances: readonly PairDistance[],
  pairs: HeldPairs,
  { state, makeEnv, oracle, cap = 200, wallPairs: wanted = 200, key }: WorldPairs,
): Promise<readonly DistanceQuality[]> {
  const env = makeEnv();
  const rows = [...pairs.gaps.keys()];
  const ends = pairs.rows.map(([from, to]) => [state(from), state(to)] as const);
  const steps = oracle && stepsBetween(env, ends, oracle, cap, fold(key, 'oracle'));
  const divided = rows.filter((i) => {
    env.setState(ends[i]![0]);
    const wall = env.divider?.();
    if (wall === undefined) return false;
    const middle = (wall.low + wall.high) / 2;
    return ends[i]![0][wall.across]! < middle !== ends[i]![1][wall.across]! < middle;
  });
  const atWall = wallPairs(env, ends[0]![0], wanted, fold(key, 'wall'));
  const [z_across, z_along] = [await embedded('across'), await embedded('along')];
  const wallSteps = oracle && atWall.length > 0 ? ratioOf(await walked('across'), await walked('along')) : null;

  async function embedded(which: keyof WallPair): Promise<readonly [Float32Array, Float32Array]> {
    const side = (end: 0 | 1) =>
      embedStates(
        model,
        env,
        atWall.map((pair) => pair[which][end]),
      );
    return atWall.length === 0 ? [new Float32Array(0), new Float32Array(0)] : [await side(0), await side(1)];
  }
  function walked(which: keyof WallPair): number[] {
    return stepsBetween(
      env,
      atWall.map((pair) => pair[which]),
      oracle!,
      cap,
      fold(key, which),
    );
  }
  function ratioOf(across: ArrayLike<number>, along: ArrayLike<number>): number {
    return mean(Array.from(across)) / mean(Array.from(along));
  }

  const out: DistanceQuality[] = [];
  for (const { name, blocks, distance } of distances) {
    const n = rows.length;
    const measured = [await distance(pairs.from, pairs.to, n), await distance(pairs.imagined, pairs.to, n)] as const;
    const ranked = (of: readonly number[]): number | null =>
      of.length < 3
        ? null
        : rankCorrelation(
            of.map((i) => measured[0][i]!),
            of.map((i) => steps![i]!),
          );
    out.push({
      cost: name,
      bands: BANDS.map(([low, high]) =>
        bandOf(
          low === high ? `${low}` : `${low}-${high}`,
          rows.filter((i) => pairs.gaps[i]! >= low && pairs.gaps[i]! <= high),
          pairs,
          measured,
          blocks,
        ),
      ).filter((band) => band.pairs > 0),
      all: bandOf('all', rows, pairs, measured, blocks),
      oracle: steps === undefined ? null : { pairs: n, all: ranked(rows), across: ranked(divided) },
      wall:
        atWall.length === 0
          ? null
          : {
              pairs: atWall.length,
              ratio: ratioOf(await distance(...z_across, atWall.length), await distance(...z_along, atWall.length)),
              oracle: wallSteps,
            },
    });
  }
  return out;
}
