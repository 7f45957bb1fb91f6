import { expect, test } from 'vitest';
import { key, stream } from '../../core/index.ts';
import { dotWall, type ProbeTarget, pointMaze, pushT, twoRoom } from '../../envs/index.ts';
import { matrix } from '../../measure/matrix/matrix.ts';
import { probeState } from './probe.ts';
import { probeTargetsOf, targetColumns, targetValues } from './targets.ts';

test('state components are grouped by thing and kind, with angles circular', () => {
  expect(probeTargetsOf(twoRoom().spec)).toEqual([{ name: 'agent position', components: [0, 1], names: ['x', 'y'] }]);
  expect(probeTargetsOf(dotWall().spec).map((t) => [t.name, t.components])).toEqual([
    ['agent position', [0, 1]],
    ['wall position', [2]],
    ['door position', [3]],
  ]);
  expect(probeTargetsOf(pointMaze().spec).map((t) => t.name)).toEqual(['agent position', 'agent velocity']);
  expect(probeTargetsOf(pushT().spec)).toEqual([
    { name: 'agent position', components: [0, 1], names: ['x', 'y'] },
    { name: 'block position', components: [2, 3], names: ['x', 'y'] },
    { name: 'block angle', components: [4], names: ['angle'], circular: true },
    { name: 'agent velocity', components: [5, 6], names: ['vx', 'vy'] },
    { name: 'block velocity', components: [7, 8], names: ['vx', 'vy'] },
    { name: 'block spin', components: [9], names: ['spin'] },
  ]);
});

test('names that say nothing are targets of their own, and declared worlds have theirs', () => {
  const spec = { ...twoRoom().spec, id: 'mine', stateNames: ['s0', 'cube.z', 'cube.yaw', 'gripper.opening'] };
  expect(probeTargetsOf(spec).map((t) => [t.name, t.circular ?? false])).toEqual([
    ['s0', false],
    ['cube position', false],
    ['cube angle', true],
    ['gripper opening', false],
  ]);
  const probes = [
    { name: 'joint angles', components: [0, 1], names: ['shoulder', 'wrist'], circular: true },
    { name: 'joint speeds', components: [2, 3], names: ['shoulder', 'wrist'] },
  ];
  expect(probeTargetsOf({ ...spec, declares: { probes } }).map((t) => targetColumns(t))).toEqual([
    ['cos shoulder', 'sin shoulder', 'cos wrist', 'sin wrist'],
    ['shoulder', 'wrist'],
  ]);
});

test('an angle and the same angle a turn further are one target', () => {
  const target: ProbeTarget = { name: 'angle', components: [1], names: ['angle'], circular: true };
  const values = targetValues(matrix(Float64Array.of(9, 0, 9, 2 * Math.PI, 9, Math.PI / 2), 2), target);
  expect([values.rows, values.cols]).toEqual([3, 2]);
  for (const [i, v] of [1, 0, 1, 0, 0, 1].entries()) expect(values.data[i]).toBeCloseTo(v, 12);
});

/** States [x, angle, constant, noise]; the embedding holds x, and cosine and sine of the angle, mixed by a rotation. */
function rows(n: number, seed: number) {
  const random = stream(key(seed));
  const z = new Float32Array(n * 3);
  const state = new Float32Array(n * 4);
  for (let i = 0; i < n; i++) {
    const [x, angle] = [random.normal(), 20 * random.uniform()];
    const [a, b, c] = [x, Math.cos(angle), Math.sin(angle)];
    z.set([0.6 * a - 0.8 * b, 0.8 * a + 0.6 * b, c], 3 * i);
    state.set([3 * x + 5, angle, 7, random.normal()], 4 * i);
  }
  return { z: matrix(z, 3), state: matrix(state, 4), episode: Int32Array.from({ length: n }, (_, i) => i >> 4) };
}

const targets: readonly ProbeTarget[] = [
  { name: 'place', components: [0], names: ['x'] },
  { name: 'angle', components: [1], names: ['angle'], circular: true },
  { name: 'wall', components: [2], names: ['x'] },
  { name: 'noise', components: [3], names: ['x'] },
];

test('what the embedding holds is read with r 1 and MSE 0, what it does not with r 0 and MSE 1', async () => {
  const { targets: probed, file } = await probeState(rows(1500, 1), rows(1000, 2), targets, key(3));
  const of = (name: string, kind: string) => file.probes.find((p) => p.target === name && p.kind === kind)!;
  for (const name of ['place', 'angle']) {
    expect(of(name, 'linear').r).toBeGreaterThan(0.999);
    expect(of(name, 'linear').mse).toBeLessThan(1e-3);
    expect(of(name, 'mlp').r).toBeGreaterThan(0.99);
  }
  expect(Math.abs(of('noise', 'linear').r!)).toBeLessThan(0.1);
  // The variance of 1000 squared normal numbers: within four deviations of 1.
  expect(Math.abs(of('noise', 'linear').mse! - 1)).toBeLessThan(4 * Math.sqrt(2 / 1000) + 0.05);
  expect(of('angle', 'linear').dimensions.map((d) => d.name)).toEqual(['cos angle', 'sin angle']);
  const { dimensions, r, mse } = of('angle', 'mlp');
  expect(r).toBeCloseTo((dimensions[0]!.r + dimensions[1]!.r) / 2, 12);
  expect(mse).toBeCloseTo((dimensions[0]!.mse! + dimensions[1]!.mse!) / 2, 12);
  expect(probed.map((p) => p.target.name)).toEqual(['place', 'angle', 'noise']);
  expect(file.leftOut).toEqual([{ name: 'wall', why: 'it is the same in all frames' }]);
  expect([file.sample?.target, file.sample?.truth.length]).toEqual(['place', 1000]);
});

test('a state that never changes cannot be probed', async () => {
  await expect(probeState(rows(50, 1), rows(50, 2), [targets[2]!], key(0))).rejects.toThrow(
    /a target that changes, got wall/,
  );
  await expect(probeState(rows(50, 1), rows(50, 2), [], key(0))).rejects.toThrow(/got no targets/);
});
