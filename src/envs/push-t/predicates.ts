// What CLEAR-LeWM asks of Push-T: the world's own tolerances, and under `clear-strict` the block alone, twice as exact.
// Source: CLEAR-LeWM v0.5 (DavidSunok/CLEAR-LeWM @df02618, EVALUATION_SPEC.md).

import { angleApart, lastOf, type PredicateRule } from '../predicate.ts';
import { ANGLE, BLOCK } from './dynamics.ts';

/** What the predicates need of the world: how the block looks the same when it is turned. */
interface Turning {
  readonly block: { readonly symmetry: number };
}

/** Whether components `from` up to the angle are nearer than some pixels together, and the angle than some degrees. */
function near(from: number, pixels: number, degrees: number): PredicateRule<Turning>['satisfied'] {
  return (way, goal, { block }) => {
    const state = lastOf(way);
    const apart = Math.hypot(...Array.from({ length: ANGLE - from }, (_, i) => state[from + i]! - goal[from + i]!));
    const angle = angleApart(state[ANGLE]!, goal[ANGLE]!, block.symmetry);
    return apart < pixels && angle < (degrees * Math.PI) / 180;
  };
}

/** `clear-moderate` and `clear-strict` of Push-T. */
export const pushTPredicates: Readonly<Record<string, PredicateRule<Turning>>> = {
  'clear-moderate': {
    about: 'agent and block together within 20 pixels, the block within 20 degrees',
    satisfied: near(0, 20, 20),
  },
  'clear-strict': {
    about: 'the block within 10 pixels and 10 degrees, wherever the agent is',
    hold: 3,
    satisfied: near(BLOCK, 10, 10),
  },
};
