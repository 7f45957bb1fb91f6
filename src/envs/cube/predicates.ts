// What CLEAR-LeWM asks of the cube: its place, and under `clear-strict` its orientation, too, as far as a cube of one colour
// shows it. Source: CLEAR-LeWM v0.5 (DavidSunok/CLEAR-LeWM @df02618, EVALUATION_SPEC.md).

import { lastOf, type PredicateRule } from '../predicate.ts';
import { CUBE, TURN } from './parts.ts';

const NEAR = 0.04;
const STRICT_NEAR = 0.03;
const STRICT_ANGLE = (15 * Math.PI) / 180;

type Matrix3 = readonly (readonly number[])[];

/** The rotation of a rotation vector (Rodrigues' formula). */
function rotation([x, y, z]: readonly [number, number, number]): Matrix3 {
  const angle = Math.hypot(x, y, z);
  const [sin, cos] = angle === 0 ? [1, 0.5] : [Math.sin(angle) / angle, (1 - Math.cos(angle)) / angle ** 2];
  const cross = [
    [0, -z, y],
    [z, 0, -x],
    [-y, x, 0],
  ];
  return cross.map((row, i) =>
    row.map(
      (value, j) => (i === j ? 1 : 0) + sin * value + cos * row.reduce((sum, v, k) => sum + v * cross[k]![j]!, 0),
    ),
  );
}

/** The proper rotations of a cube as [axis and sign of each column]: 24 of them. */
const SYMMETRIES: readonly (readonly (readonly [axis: number, sign: number])[])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].flatMap((axes) => {
  const [a, b, c] = axes as [number, number, number];
  // An exchange of two axes turns the hand around, and so does each sign.
  const parity = (b > a ? 1 : -1) * (c > a ? 1 : -1) * (c > b ? 1 : -1);
  return [1, -1].flatMap((first) =>
    [1, -1].map(
      (second) =>
        [
          [a, first],
          [b, second],
          [c, parity * first * second],
        ] as const,
    ),
  );
});

/**
 * The smallest angle in radians between two turns of a cube [3] (rotation vectors) whose faces look alike: the least over its 24
 * proper rotations S of arccos((tr(R0' R1 S) - 1) / 2). Cubes that lie flat differ by their yaw modulo a quarter turn.
 */
export function cubeAngle(turn: ArrayLike<number>, other: ArrayLike<number>): number {
  const [from, to] = [turn, other].map((v) => rotation([v[0]!, v[1]!, v[2]!])) as [Matrix3, Matrix3];
  const between = (i: number, j: number): number => from.reduce((sum, row, k) => sum + row[i]! * to[k]![j]!, 0);
  const traces = SYMMETRIES.map((s) => s.reduce((sum, [axis, sign], j) => sum + sign * between(j, axis), 0));
  return Math.acos(Math.min(1, Math.max(-1, (Math.max(...traces) - 1) / 2)));
}

function apart(state: Float32Array, goal: Float32Array): number {
  return Math.hypot(...[0, 1, 2].map((i) => state[CUBE + i]! - goal[CUBE + i]!));
}

/** `clear-moderate` and `clear-strict` of the cube. */
export const cubePredicates: Readonly<Record<string, PredicateRule<unknown>>> = {
  'clear-moderate': {
    about: 'the middle of the cube within 4 cm',
    satisfied: (way, goal) => apart(lastOf(way), goal) <= NEAR,
  },
  'clear-strict': {
    about: 'the middle of the cube within 3 cm and its turn within 15 degrees, up to the symmetry of a cube',
    hold: 3,
    satisfied(way, goal) {
      const state = lastOf(way);
      const turn = (of: Float32Array): Float32Array => of.subarray(TURN, TURN + 3);
      return apart(state, goal) <= STRICT_NEAR && cubeAngle(turn(state), turn(goal)) <= STRICT_ANGLE;
    },
  },
};
