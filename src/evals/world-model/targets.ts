// What is probed for in a world: groups of state components that belong together, as in the probing tables of LeWorldModel
// (arXiv 2603.19312): agent position, block position, block angle.

import type { EnvSpec } from '../../envs/index.ts';
import { type Matrix, matrix } from '../../measure/index.ts';

/** Components of the state that are probed together. */
export interface ProbeTarget {
  /** `agent position` */
  readonly name: string;
  readonly components: readonly number[];
  /** A name for each component. */
  readonly names: readonly string[];
  /** Angles in radians, probed as their cosine and sine: the picture cannot tell turns apart. */
  readonly circular?: boolean;
}

/** Worlds whose state names do not say it all. */
const DECLARED: Readonly<Record<string, readonly ProbeTarget[]>> = {
  reacher: [
    { name: 'joint angles', components: [0, 1], names: ['shoulder', 'wrist'], circular: true },
    { name: 'joint speeds', components: [2, 3], names: ['shoulder', 'wrist'] },
  ],
  // The cube's turn is a rotation vector: its z is the yaw of a cube that lies flat.
  cube: [
    { name: 'cube position', components: [0, 1, 2], names: ['x', 'y', 'z'] },
    { name: 'cube yaw', components: [5], names: ['yaw'], circular: true },
    { name: 'gripper position', components: [6, 7, 8], names: ['x', 'y', 'z'] },
    { name: 'gripper yaw', components: [9], names: ['yaw'], circular: true },
    { name: 'gripper opening', components: [10, 11], names: ['left', 'right'] },
    { name: 'cube velocity', components: [12, 13, 14], names: ['vx', 'vy', 'vz'] },
    { name: 'gripper velocity', components: [18, 19, 20], names: ['vx', 'vy', 'vz'] },
  ],
};

/** From the last part of a component's name to the group and the name within it. */
const GROUPS: readonly (readonly [RegExp, group: string])[] = [
  [/^[xyz]$/, 'position'],
  [/^v[xyz]$/, 'velocity'],
  [/^w[xyz]$/, 'angular velocity'],
  [/^q[wxyz]$/, 'orientation'],
  [/^(angle|yaw)$/, 'angle'],
];

/**
 * The targets of a world. State names of the form `<thing>.<component>` are grouped by thing: x, y and z are its position, vx,
 * vy and vz its velocity, `angle` or `yaw` its angle (circular); any other component is a target of its own.
 *
 * @example
 * probeTargetsOf(twoRoom().spec); // [{ name: 'agent position', components: [0, 1], names: ['x', 'y'] }]
 */
export function probeTargetsOf({ id, stateNames }: EnvSpec): readonly ProbeTarget[] {
  if (Object.hasOwn(DECLARED, id)) return DECLARED[id]!;
  const groups = new Map<string, { components: number[]; names: string[]; circular: boolean }>();
  for (const [i, full] of stateNames.entries()) {
    const dot = full.lastIndexOf('.');
    const [thing, last] = [full.slice(0, Math.max(0, dot)), full.slice(dot + 1)];
    const kind = dot < 0 ? undefined : GROUPS.find(([pattern]) => pattern.test(last))?.[1];
    const name = kind === undefined ? full.replaceAll('.', ' ') : `${thing.replaceAll('.', ' ')} ${kind}`;
    const group = groups.get(name) ?? { components: [], names: [], circular: kind === 'angle' };
    group.components.push(i);
    group.names.push(last);
    groups.set(name, group);
  }
  return [...groups].map(([name, { components, names, circular }]) => ({
    name,
    components,
    names,
    ...(circular ? { circular } : {}),
  }));
}

/** The columns that a target makes of the state, and their names. */
export function targetColumns(target: ProbeTarget): readonly string[] {
  const { names, circular } = target;
  return circular === true ? names.flatMap((name) => [`cos ${name}`, `sin ${name}`]) : names;
}

/** The values [n, k] of a target in states [n, S]. */
export function targetValues(state: Matrix, target: ProbeTarget): Matrix {
  const { components, circular } = target;
  const width = targetColumns(target).length;
  const data = new Float64Array(state.rows * width);
  for (let i = 0, to = 0; i < state.rows; i++) {
    for (const at of components) {
      const value = state.data[i * state.cols + at]!;
      if (circular === true) {
        data[to++] = Math.cos(value);
        data[to++] = Math.sin(value);
      } else {
        data[to++] = value;
      }
    }
  }
  return matrix(data, width);
}
