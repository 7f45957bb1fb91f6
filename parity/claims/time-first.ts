// eb_jepa keeps channels before time; the world models here have time first.

import type { ParityCase } from '../runner/case.ts';

/** The reference's [B, X, T, ...] as [B, T, X, ...]. */
export function timeFirst(data: ArrayLike<number>, [, X, T, ...rest]: readonly number[]): Float32Array {
  const size = rest.reduce((a, b) => a * b, 1);
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) {
    const [place, x] = [i % size, Math.floor(i / size) % X!];
    const [t, b] = [Math.floor(i / (size * X!)) % T!, Math.floor(i / (size * X! * T!))];
    out[i] = data[((b * X! + x) * T! + t) * size + place]!;
  }
  return out;
}

/** The part of one optimisation step of a stored input [steps, B, X, T, ...], time first. */
export function stepInput(c: ParityCase, name: string, step: number): Float32Array {
  const { data, shape } = c.tensor(name);
  const size = data.length / shape[0]!;
  return timeFirst(data.subarray(step * size, (step + 1) * size), shape.slice(1));
}
