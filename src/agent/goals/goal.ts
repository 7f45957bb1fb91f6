// Goals as values: what should be seen, numbers of the state, ranges of them, a function of them, several goals in order; and what
// is to be avoided on the way.
// Legend: D embedding width.

import { JepaError } from '../../core/index.ts';
import type { Range, Ranges, Reduce, StateFunction } from '../../plan/index.ts';
import type { HostObservation } from '../perception/observation.ts';

/** What an agent is shown: the array of its only sense (a picture u8 [H, W, 3], a state), or an array for each sense. */
export type Shown = Uint8Array | Float32Array | HostObservation;

/** What a plan must keep out of, at the end of every imagined block: a region of the state, or where a function is above 0. */
export type Avoid = ({ readonly region: Ranges } | { readonly where: StateFunction }) & {
  /**
   * How much entering costs: of a region the square of how deep, in tolerances. Absent: a plan that enters is never taken.
   */
  readonly weight?: number;
};

/** What any goal may say besides. */
export interface Conditions {
  readonly avoid?: Avoid | readonly Avoid[];
}

/** How the imagined steps of a plan count. */
export interface Steps {
  /** @default the last one alone */
  readonly reduce?: Reduce;
}

/** What would be seen there. */
export interface SeenGoal extends Conditions {
  readonly seen: Shown;
  /** Reached when the embeddings are at most this far apart (Euclidean). */
  readonly within?: number;
}

/** An embedding [D]. */
export interface EmbeddingGoal extends Conditions {
  readonly embedding: Float32Array;
  /** Reached when the embeddings are at most this far apart (Euclidean). */
  readonly within?: number;
}

/** Numbers of the state in the world's names and units; angles in radians, up to whole turns. Others may be anything. */
export interface StateGoal extends Conditions, Steps {
  readonly state: Readonly<Record<string, number>>;
  /** What each may be off by. A plan is scored in these. @default a tenth of the number's deviation in training */
  readonly within?: Readonly<Record<string, number>>;
}

/** Ranges of numbers of the state: no cost inside, the squared distance outside. Of an angle counterclockwise. */
export interface RegionGoal extends Conditions, Steps {
  readonly region: Ranges;
}

/** Any function of the decoded state, the lower the better. */
export interface CostGoal extends Conditions, Steps {
  readonly cost: StateFunction;
  /** Reached inside of this region; a goal of a sequence needs it to be left behind. */
  readonly until?: Ranges;
}

/** A goal that is not made of others. */
export type SingleGoal = SeenGoal | EmbeddingGoal | StateGoal | RegionGoal | CostGoal;

/** Goals in order, each until it is reached. What is to be avoided is so on the way to all of them. */
export interface SequenceGoal extends Conditions {
  readonly sequence: readonly SingleGoal[];
}

/** What an agent can be asked to reach. */
export type Goal = Shown | SingleGoal | SequenceGoal;

/** Where the agent is among its goals. */
export interface GoalProgress {
  /** The goal that it is at, from 0. */
  readonly goal: number;
  readonly goals: number;
  /** Whether the last one was reached. */
  readonly done: boolean;
}

/** Each form of a goal, by the key that tells it. */
const FORMS = ['seen', 'embedding', 'state', 'region', 'cost', 'sequence'] as const;

function isShown(goal: Goal): goal is Shown {
  if (ArrayBuffer.isView(goal)) return true;
  const values: unknown[] = Object.values(goal);
  const bare = Object.keys(goal).every((key) => key !== 'embedding' && key !== 'seen');
  return bare && values.length > 0 && values.every((value) => ArrayBuffer.isView(value));
}

function listed(avoid: Conditions['avoid'], where: string): readonly Avoid[] {
  if (avoid === undefined) return [];
  const list = Array.isArray(avoid) ? avoid : [avoid];
  for (const part of list) {
    if (typeof part === 'object' && part !== null && ('region' in part || 'where' in part)) continue;
    throw new JepaError(
      'usage',
      `${where}: avoid must be { region } or { where: function }, or a list of them, got ${JSON.stringify(part)}`,
    );
  }
  return list;
}

/** A single goal with the list of what is to be avoided. */
export interface Stage {
  readonly goal: SingleGoal;
  readonly avoid: readonly Avoid[];
}

/**
 * The goals in order, each with all that is to be avoided.
 *
 * @throws JepaError 'usage' for something that is no goal, of two forms, or an empty or nested sequence
 */
export function stagesOf(goal: Goal, where: string): readonly Stage[] {
  if (isShown(goal)) return [{ goal: { seen: goal }, avoid: [] }];
  const forms = FORMS.filter((form) => Object.hasOwn(goal, form));
  if (forms.length !== 1) {
    throw new JepaError(
      'usage',
      `${where}: a goal must be an observation or an object with one of ${FORMS.join(', ')}, got ${forms.length === 0 ? `one with ${Object.keys(goal).join(', ') || 'nothing'}` : forms.join(' and ')}`,
      { forms },
    );
  }
  if (!('sequence' in goal)) return [{ goal, avoid: listed(goal.avoid, where) }];
  if (goal.sequence.length === 0)
    throw new JepaError('usage', `${where}: a sequence must hold at least one goal, got none`);
  const common = listed(goal.avoid, where);
  return goal.sequence.map((each, i) => {
    if (isShown(each) || 'sequence' in each)
      throw new JepaError(
        'usage',
        `${where}: goal ${i} of the sequence must be a single goal, got ${isShown(each) ? 'an observation: write { seen, within }' : 'a sequence: put its goals into this one'}`,
        { goal: i },
      );
    const [stage] = stagesOf(each, `${where}: goal ${i} of the sequence`);
    return { goal: stage!.goal, avoid: [...common, ...stage!.avoid] };
  });
}

/** The ranges of a goal: a number that is to be met is a range of one point. */
export function rangesOf(goal: StateGoal | RegionGoal): Ranges {
  if ('region' in goal) return goal.region;
  return Object.fromEntries(Object.entries(goal.state).map(([name, value]): [string, Range] => [name, [value, value]]));
}
