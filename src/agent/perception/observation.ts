// An observation as controllers carry it: the picture's bytes, then the state's numbers as float32, as far as a model is
// shown them. So a planner, a history and a task know only how many bytes an observation has.

import { JepaError } from '../../core/index.ts';
import type { Env } from '../../envs/index.ts';
import type { Senses } from '../../world/index.ts';

/** Bytes of the picture, and of the whole observation. */
export function observationBytes({ imageSize, stateDim }: Senses): { readonly picture: number; readonly all: number } {
  const picture = imageSize * imageSize * 3;
  return { picture, all: picture + 4 * stateDim };
}

/** Observations [N] apart: frames u8 [N, H, W, 3] and states f32 [N, S]. Throws `shape` when they are of other senses. */
export function splitObservations(
  observations: Uint8Array,
  count: number,
  senses: Senses,
): { readonly frames: Uint8Array; readonly states: Float32Array } {
  const { picture, all } = observationBytes(senses);
  const { imageSize: size, stateDim } = senses;
  if (observations.length !== count * all) {
    const parts = [
      ...(size > 0 ? [`a u8 picture [${size}, ${size}, 3]`] : []),
      ...(stateDim > 0 ? [`${stateDim} float32 numbers of the state`] : []),
    ];
    throw new JepaError(
      'shape',
      `encode: ${count} observations of ${parts.join(' and ')} must hold ${count * all} bytes, got ${observations.length}`,
      { count, got: observations.length },
    );
  }
  if (stateDim === 0) return { frames: observations, states: new Float32Array(0) };
  const frames = new Uint8Array(count * picture);
  const states = new Float32Array(count * stateDim);
  const bytes = new Uint8Array(states.buffer);
  for (let i = 0; i < count; i++) {
    frames.set(observations.subarray(i * all, i * all + picture), i * picture);
    bytes.set(observations.subarray(i * all + picture, (i + 1) * all), i * stateDim * 4);
  }
  return { frames, states };
}

/** Where the parts of an observation come from. */
export interface Seen {
  /** Paints the picture. */
  draw(out: Uint8Array, offset: number): void;
  /** The state [S], raw. */
  state(): Float32Array;
}

/** Writes an observation: picture and state, as far as they are wanted. */
export function writeObservation(senses: Senses, seen: Seen, out: Uint8Array, offset = 0): void {
  if (senses.imageSize > 0) seen.draw(out, offset);
  if (senses.stateDim === 0) return;
  const numbers = seen.state();
  if (numbers.length !== senses.stateDim) {
    throw new JepaError(
      'shape',
      `observation: the model reads ${senses.stateDim} numbers of the state, the world has ${numbers.length}`,
    );
  }
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  out.set(bytes, offset + observationBytes(senses).picture);
}

/** Writes what a model with `senses` sees of a world now. */
export function observe(env: Env, senses: Senses, out: Uint8Array, offset = 0): void {
  writeObservation(senses, { draw: (to, at) => env.render(to, at), state: () => env.state() }, out, offset);
}
