// Many worlds of one kind stepped together, with states, goals, distances and frames in flat arrays (struct of arrays).
// Legend: N worlds, S state, G goal, A action, H = W = imageSize. Numbers are those of N single worlds, bit for bit.

import { JepaError, type Key } from '../core/index.ts';
import { checkRoom, checkVector } from './check.ts';
import type { Env, EnvSpec, ResetOptions } from './env.ts';

/** N worlds of one kind. The arrays are live: they always hold the present values, and writing to them changes nothing. */
export interface VectorEnv {
  readonly spec: EnvSpec;
  readonly size: number;
  /** The single worlds. After moving one by hand, call `refresh`. */
  readonly envs: readonly Env[];
  /** [N, S] */
  readonly states: Float32Array;
  /** [N, G] */
  readonly goals: Float32Array;
  /** [N]: distance to the goal after the latest step of each; NaN before the first. */
  readonly distances: Float64Array;
  /** [N]: 1 where the latest step of each ended at the goal, else 0. */
  readonly terminated: Uint8Array;
  /** Resets world i with keys[i], and options[i] when they differ from world to world. */
  reset(keys: readonly Key[], options?: ResetOptions | readonly ResetOptions[]): void;
  /** Resets one world. */
  resetOne(index: number, k: Key, options?: ResetOptions): void;
  /** Steps every world by its row of `actions` [N, A]; with `active` [N], only where it is not 0 (others stay frozen). */
  step(actions: ArrayLike<number>, active?: ArrayLike<number>): void;
  setStates(states: ArrayLike<number>): void;
  setGoals(goals: ArrayLike<number>): void;
  /** Reads states and goals back from the single worlds. */
  refresh(): void;
  /** Writes all frames, [N, H, W, 3], to `out[offset ...]`. */
  render(out: Uint8Array, offset?: number): void;
  /** Writes all goal frames, [N, H, W, 3]. */
  renderGoal(out: Uint8Array, offset?: number): void;
}

/** `size` worlds made by `make`, for example `vectorEnv(() => twoRoom({ imageSize: 64 }), 50)`. */
export function vectorEnv(make: () => Env, size: number): VectorEnv {
  if (!Number.isInteger(size) || size < 1) {
    throw new JepaError('usage', `vectorEnv: size must be a whole number of 1 or more, got ${size}`, { size });
  }
  const envs = Array.from({ length: size }, make);
  const { spec } = envs[0]!;
  const { stateDim, goalDim, actionDim, imageSize, id } = spec;
  const frameBytes = imageSize * imageSize * 3;
  const states = new Float32Array(size * stateDim);
  const goals = new Float32Array(size * goalDim);
  const distances = new Float64Array(size).fill(Number.NaN);
  const terminated = new Uint8Array(size);
  const action = new Float32Array(actionDim);

  function checkLength(what: string, got: number, expected: number): void {
    if (got !== expected) {
      throw new JepaError('shape', `${id} x ${size}: ${what} must hold ${expected} values, got ${got}`, {
        expected,
        got,
      });
    }
  }

  function readBack(i: number): void {
    states.set(envs[i]!.state(), i * stateDim);
    goals.set(envs[i]!.goal(), i * goalDim);
  }

  function refresh(): void {
    for (let i = 0; i < size; i++) readBack(i);
  }

  function resetOne(index: number, k: Key, options?: ResetOptions): void {
    const env = envs[index];
    if (env === undefined) {
      throw new JepaError('usage', `${id} x ${size}: no world ${index}; indices are 0 to ${size - 1}`, { index });
    }
    env.reset(k, options);
    readBack(index);
    distances[index] = Number.NaN;
    terminated[index] = 0;
  }

  /** Rows of a flat [N, width] array, handed to each world in turn. */
  function eachRow(what: string, flat: ArrayLike<number>, width: number, use: (env: Env, row: number[]) => void): void {
    checkLength(what, flat.length, size * width);
    for (let i = 0; i < size; i++) {
      use(
        envs[i]!,
        Array.from({ length: width }, (_, c) => flat[i * width + c]!),
      );
      readBack(i);
    }
  }

  refresh();
  return {
    spec,
    size,
    envs,
    states,
    goals,
    distances,
    terminated,
    refresh,
    resetOne,
    reset(keys, options) {
      checkLength('keys', keys.length, size);
      if (Array.isArray(options)) checkLength('options', options.length, size);
      for (let i = 0; i < size; i++) {
        resetOne(i, keys[i]!, Array.isArray(options) ? options[i] : (options as ResetOptions | undefined));
      }
    },
    step(actions, active) {
      // All at once, so that a refused call moves no world.
      checkVector(`${id} x ${size} step`, 'actions', actions, size * actionDim);
      if (active !== undefined) checkLength('active', active.length, size);
      for (let i = 0; i < size; i++) {
        if (active !== undefined && active[i] === 0) continue;
        for (let c = 0; c < actionDim; c++) action[c] = actions[i * actionDim + c]!;
        const result = envs[i]!.step(action);
        distances[i] = result.distance;
        terminated[i] = result.terminated ? 1 : 0;
        states.set(envs[i]!.state(), i * stateDim);
      }
    },
    setStates: (given) => eachRow('states', given, stateDim, (env, row) => env.setState(row)),
    setGoals: (given) => eachRow('goals', given, goalDim, (env, row) => env.setGoal(row)),
    render(out, offset = 0) {
      checkRoom(`${id} x ${size} render`, out, offset, size * frameBytes);
      for (let i = 0; i < size; i++) envs[i]!.render(out, offset + i * frameBytes);
    },
    renderGoal(out, offset = 0) {
      checkRoom(`${id} x ${size} renderGoal`, out, offset, size * frameBytes);
      for (let i = 0; i < size; i++) envs[i]!.renderGoal(out, offset + i * frameBytes);
    },
  };
}
