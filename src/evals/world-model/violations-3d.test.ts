// Violations and probe targets of the worlds that MuJoCo moves.

import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import { makeEnv, prepareEnv } from '../../envs/index.ts';
import { violationGaps, violationsOf } from './impossible.ts';
import { probeTargetsOf } from './targets.ts';

const open = async (id: string) => {
  await prepareEnv(id);
  return makeEnv(id, { imageSize: 64 });
};

test('the arm of reacher jumps, changes colour and stops, and cannot vanish', async () => {
  const env = await open('reacher');
  expect(violationsOf(env.spec).map((v) => v.name)).toEqual(['teleport-arm', 'colour-arm', 'colour-finger', 'stop']);
  expect(violationGaps(env.spec).map((v) => v.name)).toEqual([
    'teleport-finger',
    'vanish-arm',
    'vanish-finger',
    'through-wall',
  ]);
  env.reset(key(1));
  const before = env.state();
  violationsOf(env.spec)[0]!.apply(env, stream(key(2)));
  const after = env.state();
  const apart = [0, 1].map((i) => (after[i]! - before[i]!) / (i === 0 ? 2 * Math.PI : (320 * Math.PI) / 180));
  expect(Math.hypot(...apart)).toBeGreaterThanOrEqual(0.25 * Math.SQRT2 - 1e-4);
  expect([...after.subarray(2)]).toEqual([...before.subarray(2)]);
});

test('the cube jumps over the table and vanishes from it, the gripper stays', async () => {
  const env = await open('cube');
  const names = violationsOf(env.spec).map((v) => v.name);
  for (const name of ['teleport-cube', 'teleport-gripper', 'colour-cube', 'vanish-cube', 'stop']) {
    expect(names).toContain(name);
  }
  expect(names).not.toContain('vanish-gripper');
  env.reset(key(3), { factors: { 'cube.color': [255, 0, 0], 'gripper.color': [0, 0, 255] } });
  const before = env.state();
  const frame = (paint = env.render): Uint8Array => {
    const out = new Uint8Array(64 * 64 * 3);
    paint(out, 0);
    return out;
  };
  const red = (f: Uint8Array) => f.filter((v, i) => i % 3 === 0 && v > 60 && f[i + 1]! < 20 && f[i + 2]! < 20).length;
  const vanish = violationsOf(env.spec).find((v) => v.name === 'vanish-cube')!;
  expect(red(frame())).toBeGreaterThan(5);
  expect(red(frame(vanish.apply(env, stream(key(4)))!.paint))).toBe(0);
  expect(env.state()).toEqual(before);
  violationsOf(env.spec)[names.indexOf('teleport-cube')]!.apply(env, stream(fold(key(5), 0)));
  const after = env.state();
  expect(Math.hypot(after[0]! - before[0]!, after[1]! - before[1]!)).toBeGreaterThanOrEqual(
    0.25 * Math.SQRT2 * 0.28 - 1e-4,
  );
  expect([...after.subarray(2)]).toEqual([...before.subarray(2)]);
});

test.each(['reacher', 'cube'])(
  'the probe targets of %s are components that its state has, under their names',
  async (id) => {
    const { spec } = await open(id);
    for (const { components, names } of probeTargetsOf(spec)) {
      expect(components.length).toBe(names.length);
      for (const [i, at] of components.entries()) {
        const last = names[i] === 'yaw' && id === 'cube' && at === 5 ? 'turn.z' : names[i]!;
        expect(spec.stateNames[at]).toContain(last);
      }
    }
  },
);
