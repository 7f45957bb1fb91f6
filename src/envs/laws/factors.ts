// Factors of variation: drawn in their ranges, kept when given, refused when they cannot be, and all there is beside the state.

import { fold, JepaError } from '../../core/index.ts';
import type { Env } from '../env.ts';
import { frameOf, type Law, must, mustEqual, mustRefuse, runOf } from './law.ts';

const numbers = (env: Env, name: string): readonly number[] => [env.factor(name)].flat();

const draws: Law = {
  name: 'factor-draws',
  holds: 'drawn factors lie in their ranges and given ones are kept',
  check({ open, key }) {
    const env = open();
    for (const [name, { size, low, high, kind }] of Object.entries(env.spec.factors)) {
      env.reset(fold(key, 'draw'), { vary: [name] });
      const drawn = numbers(env, name);
      must(drawn.length === size, `${drawn.length} numbers of factor '${name}'`, `its size is ${size}`);
      for (const v of drawn) {
        const fits = v >= Math.fround(low) && v <= Math.fround(high) && (kind === 'real' || Number.isInteger(v));
        must(fits, `${v} drawn for factor '${name}'`, `a ${kind} must lie in [${low}, ${high}]`);
      }
      env.reset(fold(key, 'given'), { factors: { [name]: env.factor(name) }, vary: [] });
      mustEqual(`factor '${name}'`, numbers(env, name), drawn, 'a reset must keep the factors it is given');
    }
  },
};

const names: Law = {
  name: 'factor-names',
  holds: 'an unknown factor is refused with the nearest known name',
  check({ open }) {
    const env = open();
    const known = Object.keys(env.spec.factors)[0];
    if (known === undefined) return;
    for (const call of [() => env.factor(`${known}x`), () => env.setFactor(`${known}x`, 0)]) {
      mustRefuse(`the factor '${known}x'`, 'usage', call, 'refuse unknown names');
      try {
        call();
      } catch (error) {
        const helps = error instanceof JepaError && error.message.includes(`'${known}'`);
        must(helps, `'${(error as Error).message}' without the name '${known}'`, 'name the nearest factor');
      }
    }
  },
};

const ranges: Law = {
  name: 'factor-ranges',
  holds: 'a factor out of its range, of the wrong size or not finite is refused',
  check({ open }) {
    const env = open();
    for (const [name, { size, high }] of Object.entries(env.spec.factors)) {
      const filled = (v: number): number | number[] => (size === 1 ? v : new Array(size).fill(v));
      const remedy = `refuse what factor '${name}' cannot be`;
      mustRefuse(`${high + 1}`, 'usage', () => env.setFactor(name, filled(high + 1)), remedy);
      mustRefuse('NaN', 'usage', () => env.setFactor(name, filled(Number.NaN)), remedy);
      mustRefuse('a value too long', 'shape', () => env.setFactor(name, new Array(size + 1).fill(high)), remedy);
    }
  },
};

const complete: Law = {
  name: 'factors-complete',
  holds: 'all factors varied, written as JSON and set in another world give the same world',
  check({ open, key, together }) {
    const [env, other] = [open(), open()];
    for (let i = 0; i < 3; i++) {
      env.reset(fold(key, 'complete', i), { vary: together });
      for (const name of Object.keys(env.spec.factors)) {
        other.setFactor(name, JSON.parse(JSON.stringify(env.factor(name))));
      }
      other.setState(env.state());
      other.setGoal(env.goal());
      const remedy = 'all that decides picture and steps must be in the state, the goal or a factor';
      mustEqual('bytes of the frame', frameOf(other), frameOf(env), remedy);
      const k = fold(key, 'complete');
      mustEqual('states and distances of 10 steps', runOf(other, k, 10), runOf(env, k, 10), remedy);
    }
  },
};

/** The laws of factors. */
export const factorLaws: readonly Law[] = [draws, names, ranges, complete];
