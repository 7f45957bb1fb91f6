// The steps of a random walk whose heading drifts, as DotWall's training data have them.
//
// Source: eb_jepa `datasets/two_rooms/dot_dataset.py` (`generate_actions`).

import { type Stream, vonMises } from '../../core/index.ts';

/** Concentration of the heading's change: 1 / 0.2. */
const CONCENTRATION = 5;

/** A normal number redrawn until it lies within the bounds. */
export function truncated(random: Stream, mean: number, std: number, low: number, high: number): number {
  for (;;) {
    const v = mean + std * random.normal();
    if (v >= low && v <= high) return v;
  }
}

/** The next heading of a walk. */
export function nextHeading(random: Stream, heading: number | undefined): number {
  return heading === undefined ? 2 * Math.PI * random.uniform() : heading + vonMises(random, CONCENTRATION);
}

/** The length of a step: N(1, 0.4^2) within [0.2, 1.8]. */
export function stepLength(random: Stream): number {
  return truncated(random, 1, 0.4, 0.2, 1.8);
}

/** The heading and the step of a random walk, for policies: pass the heading of the step before. */
export function wander(random: Stream, heading: number | undefined): { heading: number; step: [number, number] } {
  const next = nextHeading(random, heading);
  const length = stepLength(random);
  return { heading: next, step: [length * Math.cos(next), length * Math.sin(next)] };
}
