// The contract of a world: something with a state that actions move, a goal, a picture of both, and named factors of
// variation. Everything above this room (collection, evaluation, planning, the studio) sees a world only through `Env`.
//
// Shapes: state [S], goal [G], action [A], frame [H, W, 3] u8 with H = W = imageSize, rows from the top.

import type { Key, Stream } from '../core/index.ts';
import type { WorldDeclaration } from './declaration.ts';
import type { GoalPredicate } from './predicate.ts';

/** The value of a factor: a number when its `size` is 1, an array of `size` numbers otherwise. It survives JSON. */
export type FactorValue = number | readonly number[];

/** Where a factor lives when it is a piece of the state or the goal: components `at .. at + size` of that vector. */
export interface FactorBinding {
  readonly vector: 'state' | 'goal';
  readonly at: number;
}

/**
 * One named thing about a world that can be varied: a colour, a size, a speed, a start position. `low` and `high` are
 * inclusive and hold for every component; `initial` is the value after a reset that does not vary it.
 */
export interface Factor {
  /** `integer` and `color` (RGB, 0..255, size 3) are drawn over whole numbers, `real` over float32 numbers. */
  readonly kind: 'real' | 'integer' | 'color';
  readonly size: number;
  readonly low: number;
  readonly high: number;
  readonly initial: FactorValue;
  /** One sentence for people. */
  readonly about: string;
  /** Set when the factor is part of the state or goal: then `factor` and `setFactor` read and write that vector. */
  readonly binding?: FactorBinding;
}

/** What is fixed about a world: its name, its sizes, its factors. Plain data, written into data sets and models. */
export interface EnvSpec {
  readonly id: string;
  readonly actionDim: number;
  /** Every action component is clipped to [actionLow, actionHigh]. */
  readonly actionLow: number;
  readonly actionHigh: number;
  readonly stateDim: number;
  readonly stateNames: readonly string[];
  readonly goalDim: number;
  /** Height and width of a frame; a frame is HWC RGB, u8, imageSize * imageSize * 3 bytes. */
  readonly imageSize: number;
  /** Length of a collected episode. The world itself never stops. */
  readonly maxSteps: number;
  readonly factors: Readonly<Record<string, Factor>>;
  /** What the world says of itself for those who evaluate in it. */
  readonly declares?: WorldDeclaration;
}

/** What a reset fixes and what it draws. Given values win over draws, and `state` and `goal` over factors bound to them. */
export interface ResetOptions {
  readonly state?: ArrayLike<number>;
  readonly goal?: ArrayLike<number>;
  readonly factors?: Readonly<Record<string, FactorValue>>;
  /** Names of the factors drawn at random; without it the world's documented default variations. */
  readonly vary?: readonly string[];
}

/** The outcome of one step: whether the goal is reached, and how far it is in the world's own distance. */
export interface StepResult {
  readonly terminated: boolean;
  readonly distance: number;
}

/**
 * A world. Reset is deterministic in its key and options, steps and frames are deterministic in the state, and no call
 * draws a random number except `reset`. Every method throws `JepaError` for a wrong shape, a non-finite number or an
 * unknown factor. `env.law.ts` states the laws; run it on every world.
 */
export interface Env {
  readonly spec: EnvSpec;
  /** Puts every factor back to its initial value, applies `options`, and draws what varies from `key`. */
  reset(key: Key, options?: ResetOptions): void;
  /** Moves the world by one action [A], clipped to the action bounds. Steps after success go on moving it. */
  step(action: ArrayLike<number>): StepResult;
  /** A copy of the state [S]. */
  state(): Float32Array;
  setState(state: ArrayLike<number>): void;
  /** A copy of the goal [G]. */
  goal(): Float32Array;
  setGoal(goal: ArrayLike<number>): void;
  /** True when the state satisfies the goal now. */
  solved(): boolean;
  factor(name: string): FactorValue;
  setFactor(name: string, value: FactorValue): void;
  /** Writes the current frame to `out[offset ...]`. */
  render(out: Uint8Array, offset?: number): void;
  /** Writes the frame with the agent at the goal: the picture a goal-conditioned planner is shown. */
  renderGoal(out: Uint8Array, offset?: number): void;
  /** The state [S] with the agent behind the nearest wall; the world is not moved. Absent in worlds without walls. */
  behindWall?(): Float32Array;
  /** How far the goal is now, in the world's own distance. Absent in worlds that say it after a step only. */
  distance?(): number;
  /** The kind of task that a start [S] and a goal [G] are, such as `across` a wall. Absent in worlds of one kind of task. */
  group?(start: Float32Array, goal: Float32Array): string;
  /** Other ways to judge success, by the names of the protocols that ask for them. Absent in worlds that declare none. */
  readonly predicates?: Readonly<Record<string, GoalPredicate>>;
}

/** Something that acts. Its randomness comes only from the stream it is handed. */
export interface Policy {
  readonly name: string;
  /** An action [A] within the bounds for the world as it stands; the world is not moved. */
  act(env: Env, random: Stream): Float32Array;
  /** Forgets what was remembered of the episode. Absent in policies without memory. */
  reset?(): void;
}
