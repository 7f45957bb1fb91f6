// Factors of variation: declaring, checking and drawing their values. The idea and the reset rule (initial values, draw
// the named ones, then overrides) follow stable-worldmodel's variation spaces (`spaces.py`).

import { fold, JepaError, type Key, uniform, unknownName } from '../core/index.ts';
import type { Factor, FactorBinding, FactorValue } from './env.ts';

/** The values of all factors of a world, by name. */
export type FactorValues = Readonly<Record<string, FactorValue>>;

/** A factor of `size` real numbers (float32) in [low, high]; `binding` when it is a piece of the state or goal. */
export function realFactor(
  low: number,
  high: number,
  initial: FactorValue,
  about: string,
  binding?: FactorBinding,
): Factor {
  const size = typeof initial === 'number' ? 1 : initial.length;
  return { kind: 'real', size, low, high, initial, about, ...(binding === undefined ? {} : { binding }) };
}

/** A factor of whole numbers from `low` to `high`, both included. */
export function integerFactor(low: number, high: number, initial: FactorValue, about: string): Factor {
  return { kind: 'integer', size: typeof initial === 'number' ? 1 : initial.length, low, high, initial, about };
}

/** A colour factor: red, green, blue in 0..255. */
export function colorFactor(initial: readonly [number, number, number], about: string): Factor {
  return { kind: 'color', size: 3, low: 0, high: 255, initial, about };
}

/** The factor called `name`; an unknown name throws with the nearest known one. */
export function factorOf(factors: Readonly<Record<string, Factor>>, id: string, name: string): Factor {
  if (!Object.hasOwn(factors, name)) throw unknownName(`factor of ${id}`, name, Object.keys(factors));
  return factors[name]!;
}

/**
 * `value` as the factor stores it: reals rounded to float32, arrays copied and frozen. Throws when the size, kind or range
 * is wrong.
 */
export function checkFactor(factor: Factor, id: string, name: string, value: FactorValue): FactorValue {
  const where = `${id}: factor '${name}'`;
  const given = typeof value === 'number' ? [value] : value;
  if (given.length !== factor.size || (typeof value === 'number') !== (factor.size === 1)) {
    const want = factor.size === 1 ? 'one number' : `an array of ${factor.size} numbers`;
    const got = typeof value === 'number' ? 'a number' : `an array of ${given.length}`;
    throw new JepaError('shape', `${where} must be ${want}, got ${got}`, { name, size: factor.size });
  }
  const real = factor.kind === 'real';
  const round = real ? Math.fround : (v: number): number => v;
  const stored = given.map(round);
  for (const v of stored) {
    // NaN fails the comparisons; the limits are rounded as the value is.
    if (!(v >= round(factor.low) && v <= round(factor.high)) || (!real && !Number.isInteger(v))) {
      const whole = real ? '' : 'whole and ';
      throw new JepaError('usage', `${where} must be ${whole}in [${factor.low}, ${factor.high}], got ${v}`, {
        name,
        value: v,
      });
    }
  }
  return factor.size === 1 ? stored[0]! : Object.freeze(stored);
}

const ATTEMPTS = 10_000;

/**
 * A value of the factor drawn uniformly over its range, redrawn until `accept` takes it. The draw depends on the key and
 * the factor's name only, so that varying one more factor leaves the draws of the others unchanged.
 */
export function drawFactor(
  factor: Factor,
  id: string,
  name: string,
  k: Key,
  accept: (value: FactorValue) => boolean = () => true,
): FactorValue {
  const draw = new Float32Array(factor.size);
  const span = factor.kind === 'real' ? factor.high - factor.low : factor.high - factor.low + 1;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    uniform(fold(k, name, attempt), draw);
    const values = Array.from(draw, (u) =>
      factor.kind === 'real' ? Math.fround(factor.low + u * span) : factor.low + Math.floor(u * span),
    );
    const value = factor.size === 1 ? values[0]! : Object.freeze(values);
    if (accept(value)) return value;
  }
  throw new JepaError(
    'usage',
    `${id}: no acceptable value of factor '${name}' in ${ATTEMPTS} draws; the other factors leave no room for it, set it yourself`,
    { name },
  );
}
