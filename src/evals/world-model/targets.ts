// What is probed for in a world: groups of state components that belong together, as in the probing tables of LeWorldModel
// (arXiv 2603.19312): agent position, block position, block angle.

import type { EnvSpec, ProbeTarget } from '../../envs/index.ts';
import { type Matrix, matrix } from '../../measure/index.ts';

/** From the last part of a component's name to the group and the name within it. */
const GROUPS: readonly (readonly [RegExp, group: string])[] = [
  [/^[xyz]$/, 'position'],
  [/^v[xyz]$/, 'velocity'],
  [/^w[xyz]$/, 'angular velocity'],
  [/^q[wxyz]$/, 'orientation'],
  [/^(angle|yaw)$/, 'angle'],
];

/**
 * The targets of a world: those that it declares, else what its state names say. Names of the form `<thing>.<component>` are grouped by thing: x, y and z are its position, vx,
 * vy and vz its velocity, `angle` or `yaw` its angle (circular); any other component is a target of its own.
 *
 * @example
 * probeTargetsOf(twoRoom().spec); // [{ name: 'agent position', components: [0, 1], names: ['x', 'y'] }]
 */
export function probeTargetsOf({
  declares,
  stateNames,
}: Pick<EnvSpec, 'declares' | 'stateNames'>): readonly ProbeTarget[] {
  if (declares?.probes !== undefined) return declares.probes;
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
