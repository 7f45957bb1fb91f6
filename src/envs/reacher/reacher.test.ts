import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import { mujocoPhysics, openMujoco } from '../../physics/index.ts';
import { envLaws } from '../env.law.ts';
import { reacher, reacherExpert } from '../index.ts';
import { type Arm, armModel, equationsOf, fingerAt, WRIST_LIMIT } from './arm.ts';

await openMujoco();

envLaws('reacher, expert', { make: reacher, expert: () => reacherExpert(), solves: 1 });
envLaws('reacher, noisy expert', { make: reacher, expert: () => reacherExpert({ noise: 0.2 }), solves: 1 });

const ARM: Arm = { density: 1000, thickness: 0.01, damping: 0.01, gear: 0.05 };

interface Trace {
  readonly masses: readonly number[];
  readonly inertias: readonly (readonly number[])[];
  readonly scenarios: readonly {
    readonly name: string;
    readonly start: readonly number[];
    readonly actions: readonly (readonly number[])[];
    readonly after: Readonly<Record<string, readonly number[]>>;
  }[];
}
let trace: Trace;
beforeAll(() => {
  // The reference's own model in MuJoCo's native build; the file says how it was made.
  trace = JSON.parse(readFileSync(new URL('../../../parity/reacher/mujoco-trace.json', import.meta.url), 'utf8'));
});

test('masses and inertias are those of the reference', () => {
  const physics = mujocoPhysics('reacher', armModel(ARM));
  const [, upper, lower, finger] = trace.masses as [number, number, number, number];
  // Here the finger is part of the lower link.
  expect([...physics.model('body_mass')]).toEqual([0, upper, lower + finger].map((v) => expect.closeTo(v, 12)));
  const about = (mass: number, x: number, to: number): number => mass * (x - to) ** 2;
  const center = (0.05 * lower + 0.12 * finger) / (lower + finger);
  const inertia =
    trace.inertias[2]![0]! + about(lower, 0.05, center) + trace.inertias[3]![0]! + about(finger, 0.12, center);
  expect(Math.max(...physics.model('body_inertia').slice(6, 9))).toBeCloseTo(inertia, 12);
});

test('uninterrupted motion is that of the reference', () => {
  const physics = mujocoPhysics('reacher', armModel(ARM));
  for (const { name, start, actions, after } of trace.scenarios) {
    physics.set(start.slice(0, 2), start.slice(2));
    actions.forEach((action, t) => {
      physics.data('ctrl').set(action);
      physics.step(2);
      const known = after[t + 1];
      if (known === undefined) return;
      const got = [...physics.data('qpos'), ...physics.data('qvel')];
      expect(got, `${name}, after ${t + 1}`).toEqual(known.map((v) => expect.closeTo(v, 8)));
    });
  }
});

test('the world follows it too, up to the rounding of its state to float32', () => {
  const env = reacher({ imageSize: 16 });
  for (const { name, start, actions, after } of trace.scenarios) {
    env.setState(start);
    actions.forEach((action, t) => {
      env.step(action);
      const known = after[t + 1];
      if (known !== undefined)
        expect([...env.state()], `${name}, after ${t + 1}`).toEqual(known.map((v) => expect.closeTo(v, 4)));
    });
  }
});

/** Euler with implicit damping, as MuJoCo has it: (M + h D) (w' - w) = h (torque - c - D w), q' = q + h w'. */
function doublePendulum(arm: Arm, start: readonly number[], action: readonly number[], steps: number): number[] {
  const { mass, bias } = equationsOf(arm);
  let [q1, q2, w1, w2] = start as [number, number, number, number];
  const h = 0.02;
  for (let i = 0; i < steps; i++) {
    const [m11, m12, m22] = mass(q2);
    const [c1, c2] = bias(q2, w1, w2);
    const f1 = h * (arm.gear * action[0]! - c1 - arm.damping * w1);
    const f2 = h * (arm.gear * action[1]! - c2 - arm.damping * w2);
    const [a, d] = [m11 + h * arm.damping, m22 + h * arm.damping];
    const det = a * d - m12 * m12;
    w1 += (d * f1 - m12 * f2) / det;
    w2 += (a * f2 - m12 * f1) / det;
    q1 += h * w1;
    q2 += h * w2;
  }
  return [q1, q2, w1, w2];
}

test('an arm of any figures moves as the equations of a double pendulum say', () => {
  const random = stream(key(1));
  const between = (low: number, high: number): number => Math.fround(low + (high - low) * random.uniform());
  for (let i = 0; i < 10; i++) {
    const arm: Arm = {
      density: between(500, 2000),
      thickness: between(0.006, 0.014),
      damping: between(0.005, 0.02),
      gear: between(0.03, 0.1),
    };
    const start = [between(-3, 3), between(-1, 1), between(-3, 3), between(-3, 3)];
    const action = [between(-1, 1), between(-0.2, 0.2)];
    const env = reacher({ imageSize: 16 });
    const factors = Object.fromEntries(Object.entries(arm).map(([name, value]) => [`arm.${name}`, value]));
    env.reset(key(0), { state: start, factors, vary: [] });
    env.step(action);
    const wanted = doublePendulum(arm, start, action, 2);
    expect([...env.state()]).toEqual(wanted.map((v) => expect.closeTo(v, 5)));
  }
});

test('the wrist is stopped softly a little beyond 160 degrees', () => {
  const env = reacher({ imageSize: 16 });
  env.setState([0, 2.5, 0, 0]);
  let most = 0;
  for (let t = 0; t < 50; t++) {
    env.step([0, 1]);
    most = Math.max(most, env.state()[1]!);
  }
  expect(most).toBeGreaterThan(WRIST_LIMIT);
  expect(most).toBeLessThan(WRIST_LIMIT + 0.15);
});

test('the goal is reached when both angles are nearer than 0.05, without wrapping', () => {
  const env = reacher({ imageSize: 16 });
  env.setState([1, -0.5, 0, 0]);
  for (const [goal, solved] of [
    [[1.049, -0.451], true],
    [[1.051, -0.5], false],
    [[1, -0.551], false],
    [[1 + 2 * Math.PI, -0.5], false],
  ] as const) {
    env.setGoal(goal);
    expect(env.solved()).toBe(solved);
  }
  env.setGoal([1.25, -0.4]);
  expect(env.step([0, 0]).distance).toBeCloseTo(0.25, 6);
});

test('starts and goals are drawn over a turn of the shoulder and 160 degrees of the wrist, at rest', () => {
  const env = reacher({ imageSize: 16 });
  const most = [0, 0, 0, 0];
  for (let i = 0; i < 300; i++) {
    env.reset(fold(key(3), i));
    const [q1, q2, w1, w2] = env.state();
    expect([w1, w2]).toEqual([0, 0]);
    [q1!, q2!, ...env.goal()].forEach((v, k) => {
      most[k] = Math.max(most[k]!, Math.abs(v));
    });
  }
  most.forEach((v, k) => {
    const limit = k % 2 === 0 ? Math.PI : WRIST_LIMIT;
    expect(v).toBeLessThanOrEqual(Math.fround(limit));
    // The largest of 300 draws is below 0.97 of the limit with probability 1e-4.
    expect(v).toBeGreaterThan(0.97 * limit);
  });
});

const SIZE = 64;
/** The colour where (x, y) of the table is seen: 0.31 metres above the camera's middle are half a picture at the floor. */
function seen(frame: Uint8Array, x: number, y: number, height: number): number[] {
  const scale = SIZE / 2 / ((0.75 - height) * Math.tan(Math.PI / 8));
  const at = 3 * (SIZE * Math.floor(SIZE / 2 - y * scale) + Math.floor(SIZE / 2 + x * scale));
  return [...frame.subarray(at, at + 3)];
}

test('the frame shows floor, arm and fingertip where they are, and the target only when asked', () => {
  const env = reacher({ imageSize: SIZE });
  const colors = { 'floor.color': [0, 0, 200], 'arm.color': [0, 200, 0], 'finger.color': [200, 0, 0] };
  const factors = { ...colors, 'target.color': [200, 200, 0] };
  env.reset(key(0), { vary: [], state: [0.7, 1.1, 0, 0], goal: [-2, 0.3], factors });
  const frame = new Uint8Array(3 * SIZE * SIZE);
  const strongest = (x: number, y: number, height = 0.02): string =>
    seen(frame, x, y, height)
      .map((v) => (v > 60 ? 1 : 0))
      .join('');
  env.render(frame);
  const [x, y] = fingerAt(0.7, 1.1);
  expect(strongest(x, y)).toBe('100');
  expect(strongest(0.08 * Math.cos(0.7), 0.08 * Math.sin(0.7))).toBe('010');
  expect(strongest(-0.2, 0.2, 0)).toBe('001');
  const [gx, gy] = fingerAt(-2, 0.3);
  expect(strongest(gx, gy)).toBe('001');
  env.setFactor('rendering.render_target', 1);
  env.render(frame);
  expect(strongest(gx, gy)).toBe('110');
  env.renderGoal(frame);
  expect(strongest(x, y, 0)).toBe('001');
  expect(strongest(0.08 * Math.cos(-2), 0.08 * Math.sin(-2))).toBe('010');
});

test('the expert refuses another world', () => {
  const env = reacher({ imageSize: 16 });
  const other = { ...env, spec: { ...env.spec, id: 'elsewhere' } };
  expect(() => reacherExpert().act(other, stream(key(0)))).toThrow(/needs the world 'reacher', got 'elsewhere'/);
});
