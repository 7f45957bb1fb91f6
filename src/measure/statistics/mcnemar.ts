// McNemar's test on paired outcomes, in its exact form (Q. McNemar, Psychometrika 12, 1947; the binomial form of F. Mosteller,
// Biometrics 8, 1952): whoever is better on the same tasks shows in those that only one of the two solves.

import { JepaError } from '../../core/index.ts';
import { incompleteBeta } from './t-test.ts';

/** How two columns of outcomes agree, pair by pair, and the two-sided p-value of "neither is better". */
export interface PairedOutcomes {
  readonly both: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly neither: number;
  readonly p: number;
}

/**
 * The exact two-sided p-value of b and c discordant pairs: min(1, 2 P(X <= min(b, c))) with X ~ Binomial(b + c, 1/2). Pairs that
 * agree do not enter. Without discordant pairs it is 1; with 5 against 0 it is 2 / 2^5 = 0.0625.
 *
 * @param b pairs that only the first solves
 * @param c pairs that only the second solves
 * @throws JepaError `usage` for counts that are no whole numbers of at least 0
 */
export function mcnemarExact(b: number, c: number): number {
  for (const count of [b, c]) {
    if (Number.isInteger(count) && count >= 0) continue;
    throw new JepaError('usage', `mcnemarExact: counts must be whole numbers of at least 0, got ${b} and ${c}`, {
      b,
      c,
    });
  }
  if (b === c) return 1;
  const [few, many] = [Math.min(b, c), Math.max(b, c)];
  // P(X <= k) of Binomial(n, 1/2) is I_{1/2}(n - k, k + 1), and n - k = many.
  return Math.min(1, 2 * incompleteBeta(0.5, many, few + 1));
}

/**
 * Counts two columns of outcomes pair by pair.
 *
 * @param a one outcome for each task
 * @param b the other's, paired by index
 * @throws JepaError `shape` for columns of different lengths
 *
 * @example
 * pairedOutcomes([true, true, false], [true, false, false]); // both 1, onlyA 1, onlyB 0, neither 1, p 1
 */
export function pairedOutcomes(a: readonly boolean[], b: readonly boolean[]): PairedOutcomes {
  if (a.length !== b.length) {
    const message = `pairedOutcomes: both columns must hold the outcomes of the same tasks, got ${a.length} and ${b.length}`;
    throw new JepaError('shape', message, { a: a.length, b: b.length });
  }
  const count = (first: boolean, second: boolean): number =>
    a.filter((outcome, i) => outcome === first && b[i] === second).length;
  const [onlyA, onlyB] = [count(true, false), count(false, true)];
  return { both: count(true, true), onlyA, onlyB, neither: count(false, false), p: mcnemarExact(onlyA, onlyB) };
}
