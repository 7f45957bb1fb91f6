// The law that every differentiable operation obeys: its gradient is the limit of its differences, and where the case
// says so, the gradient's gradient too.

import { expect, test } from 'vitest';
import { type Case, derivativeOf, gradientComplaints } from './finite-difference.law.ts';

/** Registers one test for each case that has a gradient, and one for each second derivative. */
export function gradientLaw(cases: readonly Case[]): void {
  for (const c of cases) {
    if (c.gradient === 'none') continue;
    test(`${c.name}: the gradient agrees with finite differences`, async () => {
      expect(await gradientComplaints(c)).toEqual([]);
    });
    if (c.gradient !== 'second') continue;
    test(`${c.name}: the gradient of the gradient agrees with finite differences`, async () => {
      expect(await gradientComplaints(derivativeOf(c))).toEqual([]);
    });
  }
}
