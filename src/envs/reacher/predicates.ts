// What CLEAR-LeWM asks of Reacher: a shoulder a whole turn further is where it was (the world's own distance says it is
// elsewhere), and under `clear-strict` the place of the fingertip alone counts.
// Source: CLEAR-LeWM v0.5 (DavidSunok/CLEAR-LeWM @df02618, EVALUATION_SPEC.md).

import { angleApart, lastOf, type PredicateRule } from '../predicate.ts';
import { fingerAt } from './arm.ts';

const NEAR = 0.05;
const TIP = 0.01;

/** `clear-moderate` and `clear-strict` of Reacher. */
export const reacherPredicates: Readonly<Record<string, PredicateRule<unknown>>> = {
  'clear-moderate': {
    about: 'both joints within 0.05 radians, the shoulder up to whole turns',
    satisfied(way, goal) {
      const state = lastOf(way);
      return Math.max(angleApart(state[0]!, goal[0]!), Math.abs(state[1]! - goal[1]!)) < NEAR;
    },
  },
  'clear-strict': {
    about: 'the fingertip within 1 cm of where the goal has it',
    hold: 2,
    satisfied(way, goal) {
      const state = lastOf(way);
      const [x, y] = fingerAt(state[0]!, state[1]!);
      const [goalX, goalY] = fingerAt(goal[0]!, goal[1]!);
      return Math.hypot(x - goalX, y - goalY) <= TIP;
    },
  },
};
