// What a law of worlds is, and the little that the laws share: a look at a world's numbers and pictures, runs of random
// actions, and the way to say what was broken. No test framework: the same laws run in `checkWorld` and in our own tests.

import { fold, JepaError, type Key, stream } from '../../core/index.ts';
import type { Env, Policy } from '../env.ts';

/** A world under examination. */
export interface Examined {
  /** A fresh world; `imageSize` is 32 unless said otherwise. */
  open(imageSize?: number): Env;
  readonly key: Key;
  /** Factors that can be drawn together in any combination. */
  readonly together: readonly string[];
  readonly policies: Readonly<Record<string, () => Policy>>;
}

/** Something that holds in every world. */
export interface Law {
  readonly name: string;
  /** What must hold, as a sentence. */
  readonly holds: string;
  /** Throws where it does not hold. */
  check(world: Examined): void;
}

/** Side of the pictures that the laws look at. */
export const SIZE = 32;

/** Throws unless `holds`; says what was got and what to do. */
export function must(holds: boolean, got: string, remedy: string): void {
  if (!holds) throw new JepaError('usage', `got ${got}; ${remedy}`);
}

const shown = (values: ArrayLike<number>, around: number): string => {
  const from = Math.max(0, Math.min(around - 3, values.length - 8));
  const some = Array.from(values).slice(from, from + 8);
  return `[${from > 0 ? '..., ' : ''}${some.join(', ')}${from + 8 < values.length ? ', ...' : ''}]`;
};

/** Throws unless two arrays hold the same numbers, bit for bit. */
export function mustEqual(what: string, got: ArrayLike<number>, expected: ArrayLike<number>, remedy: string): void {
  must(got.length === expected.length, `${got.length} numbers of ${what} in place of ${expected.length}`, remedy);
  for (let i = 0; i < got.length; i++) {
    if (Object.is(got[i], expected[i])) continue;
    must(false, `${what} ${shown(got, i)} in place of ${shown(expected, i)}, other at index ${i}`, remedy);
  }
}

/** Throws unless `call` is refused with a JepaError of this code. */
export function mustRefuse(what: string, code: JepaError['code'], call: () => void, remedy: string): void {
  try {
    call();
  } catch (error) {
    const got = error instanceof JepaError ? error.code : undefined;
    if (got === code) return;
    // A world that says what it cannot do is not at fault.
    if (got === 'unsupported') throw error;
    must(false, `${String(error)} for ${what} in place of a JepaError '${code}'`, remedy);
  }
  must(false, `no error for ${what} in place of a JepaError '${code}'`, remedy);
}

/** Bytes of a world's frame. */
export const bytesOf = ({ spec }: Env): number => spec.imageSize * spec.imageSize * 3;

/** The frame of a world. */
export function frameOf(env: Env, draw: 'render' | 'renderGoal' = 'render'): Uint8Array {
  const out = new Uint8Array(bytesOf(env));
  env[draw](out);
  return out;
}

/** `count` random actions, some beyond the bounds. */
export function actionsOf({ spec }: Env, key: Key, count: number): readonly Float32Array[] {
  const random = stream(fold(key, 'actions'));
  const { actionDim, actionLow, actionHigh } = spec;
  const middle = (actionLow + actionHigh) / 2;
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: actionDim }, () => middle + random.normal() * (actionHigh - middle)),
  );
}

/** The states and distances of a run of `count` random steps, one after the other. */
export function runOf(env: Env, key: Key, count: number): readonly number[] {
  return actionsOf(env, key, count).flatMap((action) => {
    const { distance } = env.step(action);
    return [...env.state(), distance];
  });
}
