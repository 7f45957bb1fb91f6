// The shape of a world written in the manner of Gymnasium (Farama Foundation, `gymnasium.Env`), in TypeScript: the calls
// that every such world has, and the few more by which it meets the whole contract of `Env`.
//
// Shapes: action [A], observation [O] flat, state [S], goal [G], frame [H, W, 3] u8, rows from the top.

import type { FactorValue } from '../env.ts';

/** A box of numbers. `low` and `high` are one number for all components or one for each; `shape` may have several axes. */
export interface GymnasiumSpace {
  readonly low: number | ArrayLike<number>;
  readonly high: number | ArrayLike<number>;
  readonly shape: readonly number[];
}

/** A picture: u8, rows from the top, RGB, `shape` [H, W, 3]. */
export interface GymnasiumFrame {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly shape: readonly number[];
}

/** What `reset` is told: the seed from which everything random follows, and the world's own settings by name. */
export interface GymnasiumReset {
  readonly seed: number;
  readonly options?: Readonly<Record<string, FactorValue>>;
}

/** What a step brought. `terminated`: the world came to an end; `truncated`: it was stopped by a limit of time. */
export interface GymnasiumStep {
  readonly observation: ArrayLike<number>;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  readonly info?: unknown;
}

/**
 * A world in the manner of Gymnasium. The first four members are Gymnasium's; all answers are given at once, not as
 * promises. The others are optional, and `fromGymnasium` says what does not work without them.
 */
export interface GymnasiumLike {
  readonly actionSpace: GymnasiumSpace;
  reset(how: GymnasiumReset): { readonly observation: ArrayLike<number>; readonly info?: unknown };
  step(action: Float32Array): GymnasiumStep;
  render(): GymnasiumFrame;
  /** When given, every observation must have this shape; otherwise the size of the first one. */
  readonly observationSpace?: GymnasiumSpace;
  /** All that decides how the world goes on [S]. Without it the observation is taken for the state. */
  state?(): ArrayLike<number>;
  /** Puts the world into a state. Without it the world can only be reset and stepped. */
  setState?(state: Float32Array): void;
  /** The goal of the present episode [G]. Without it the start of another episode is the goal. */
  goal?(): ArrayLike<number>;
  /** Tells the world its goal. A world that draws its goal in the picture, or has a `goal`, needs it. */
  setGoal?(goal: Float32Array): void;
  /** Changes one of the settings that `reset` takes, in the middle of an episode. */
  setFactor?(name: string, value: FactorValue): void;
  /** The picture with the agent at the goal. Without it, `render` in the state that has the goal in front. */
  renderGoal?(): GymnasiumFrame;
  /** The state [S] with the agent behind the nearest wall, for worlds with walls; the world is not moved. */
  behindWall?(): ArrayLike<number>;
}
