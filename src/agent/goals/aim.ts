// What an agent is after now: a goal, checked, as the cost that scores plans, the numbers that the cost is fed with, and whether the
// goal is reached.
// Legend: D embedding width, G numbers that a cost is fed with.

import { JepaError } from '../../core/index.ts';
import {
  type Cost,
  checkReduce,
  decodeNumbers,
  type Ranges,
  rangeNumbers,
  toleranceOf,
  withinRanges,
} from '../../plan/index.ts';
import type { WorldModel } from '../world-model/world-model.ts';
import { checkEmbedding, checkFunction, checkRanges, checkTolerances, type GoalRules } from './check.ts';
import type { GoalCosts } from './costs.ts';
import {
  type Avoid,
  type CostGoal,
  type RegionGoal,
  rangesOf,
  type SingleGoal,
  type Stage,
  type StateGoal,
} from './goal.ts';

/** What a planner in a world model is told of a goal. */
export interface Target {
  /** The model's own cost where it is absent. */
  readonly cost?: Cost;
  /** [G] */
  readonly numbers: Float32Array;
  /** Ranges or functions that make plans unusable; 0: none. */
  readonly unusable: number;
}

/** A goal that was checked. */
export interface Aim {
  /** Packed observation, zeros where the goal is none. */
  readonly bytes: Uint8Array;
  /** Made when a plan first needs it, and kept. */
  target(): Promise<Target>;
  /** Whether an embedding is at the goal; absent where the goal does not say when it is. */
  reached?(embedding: Float32Array): Promise<boolean>;
}

/** What goals are made into aims with. */
export interface AimMaker {
  /** Absent for a goal policy, which takes observations only. */
  readonly model?: WorldModel;
  /** Whether it takes other costs than the model's own. */
  readonly costs?: GoalCosts;
  /** Absent where the model's file has no decoder. */
  readonly rules?: GoalRules;
  /** Why goals in words of the state are not taken, and what to do. */
  readonly whyNot: string;
  /** A packed observation. */
  packed(seen: Extract<SingleGoal, { seen: unknown }>['seen'], where: string): Uint8Array;
  /** A checked embedding in an array of its own. */
  embedding(embedding: Float32Array, where: string): Float32Array;
  /** The bytes of a packed observation. */
  readonly size: number;
}

function concatenated(parts: readonly (Float32Array | readonly number[])[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

function apart(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, d) => sum + (value - b[d]!) ** 2, 0));
}

/** What a goal needs of the agent to be taken. */
function needs(maker: AimMaker, where: string): { readonly rules: GoalRules; readonly costs: GoalCosts } {
  const { rules, costs } = maker;
  if (rules !== undefined && costs !== undefined) return { rules, costs };
  throw new JepaError('unsupported', `${where}: ${maker.whyNot}`);
}

/** Checks what is to be avoided; gives its parts and the numbers that they are fed with. */
function avoidance(avoid: readonly Avoid[], maker: AimMaker, where: string) {
  if (avoid.length === 0) return { parts: [], numbers: [], unusable: 0 };
  const { rules } = needs(maker, where);
  const parts = avoid.map((part) => {
    const { weight } = part;
    if (weight !== undefined && !(weight > 0 && Number.isFinite(weight)))
      throw new JepaError(
        'usage',
        `${where}: avoid: the weight must be a number above 0, got ${weight}; leave it out to forbid`,
      );
    if ('where' in part) checkFunction(part.where, rules, `${where}: avoid`);
    // A region to keep out of may lie where nothing was recorded: it is as good as kept out of then.
    else checkRanges(part.region, { ...rules, warn: () => {} }, `${where}: avoid`);
    return { of: 'where' in part ? part.where : ('ranges' as const), hard: weight === undefined };
  });
  const numbers = avoid.flatMap((part) => [
    part.weight ?? 1,
    ...('where' in part ? [] : rangeNumbers(rules.decoder, part.region)),
  ]);
  return { parts, numbers, unusable: parts.filter(({ hard }) => hard).length };
}

/** A goal of the decoded state. */
function decodedAim(
  goal: StateGoal | RegionGoal | CostGoal,
  avoid: readonly Avoid[],
  maker: AimMaker,
  where: string,
): Aim {
  const { rules, costs } = needs(maker, where);
  const { decoder } = rules;
  const { reduce = { kind: 'last' } } = goal;
  checkReduce(reduce, 'relative');
  const inside = (ranges: Ranges, within: Readonly<Record<string, number>> = {}): NonNullable<Aim['reached']> => {
    return async (z) => withinRanges(decodeNumbers(decoder, z), decoder.numbers, ranges, within);
  };
  let own: Float32Array;
  let reached: Aim['reached'];
  if ('cost' in goal) {
    checkFunction(goal.cost, rules, where);
    if (goal.until !== undefined) {
      checkRanges(goal.until, rules, `${where}: until`);
      reached = inside(goal.until);
    }
    own = new Float32Array(1);
  } else {
    const ranges = rangesOf(goal);
    checkRanges(ranges, rules, where);
    const said = 'state' in goal ? (goal.within ?? {}) : {};
    checkTolerances(said, Object.keys(ranges), where);
    own = rangeNumbers(decoder, ranges, said);
    const tolerances = Object.fromEntries(decoder.numbers.map((number) => [number.name, toleranceOf(number, said)]));
    reached = inside(ranges, 'state' in goal ? tolerances : {});
  }
  const avoided = avoidance(avoid, maker, where);
  const cost = costs.avoiding(costs.decoded('cost' in goal ? goal.cost : 'ranges', reduce), avoided.parts);
  const target = { cost, numbers: concatenated([own, avoided.numbers]), unusable: avoided.unusable };
  return { bytes: new Uint8Array(maker.size), target: async () => target, ...(reached && { reached }) };
}

/**
 * A goal as an aim.
 *
 * @throws JepaError 'usage', 'shape' or 'numeric' for a goal that cannot be; 'unsupported' for one that the agent, or what its world
 * model can read, does not allow
 */
export function aimOf({ goal, avoid }: Stage, maker: AimMaker, where: string): Aim {
  if ('state' in goal || 'region' in goal || 'cost' in goal) return decodedAim(goal, avoid, maker, where);
  const { model, rules, costs } = maker;
  const { within } = goal;
  if (within !== undefined && !(within > 0))
    throw new JepaError('usage', `${where}: within must be a distance above 0, got ${within}`);
  if (model === undefined) {
    if ('embedding' in goal || within !== undefined || avoid.length > 0)
      throw new JepaError('unsupported', `${where}: ${maker.whyNot}`);
    const none = (): never => {
      throw new JepaError('unsupported', `${where}: a goal policy has no embeddings`);
    };
    return { bytes: maker.packed(goal.seen, where), target: async () => none() };
  }
  const given = 'embedding' in goal ? maker.embedding(goal.embedding, where) : undefined;
  const bytes = 'embedding' in goal ? new Uint8Array(maker.size) : maker.packed(goal.seen, where);
  const avoided = avoidance(avoid, maker, where);
  const scored = avoided.parts.length === 0 ? undefined : { cost: costs!.avoiding(model.cost, avoided.parts) };
  let embedded: Promise<Float32Array> | undefined;
  const embed = (): Promise<Float32Array> => {
    const first = async (): Promise<Float32Array> => {
      const z = given ?? (await model.encode(bytes, 1));
      if (rules !== undefined) checkEmbedding(z, rules, where);
      return z;
    };
    embedded ??= first();
    return embedded;
  };
  return {
    bytes,
    target: async () => ({
      ...scored,
      numbers: concatenated([await embed(), avoided.numbers]),
      unusable: avoided.unusable,
    }),
    ...(within !== undefined && { reached: async (z) => apart(z, await embed()) <= within }),
  };
}
