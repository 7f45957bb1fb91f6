import { expect, test } from 'vitest';
import { mujocoModule, mujocoPhysics, openMujoco } from '../index.ts';

const PENDULUM = `<mujoco>
  <option timestep="0.01"/>
  <size memory="200K"/>
  <worldbody>
    <geom name="floor" type="plane" size="1 2 0.1" rgba="1 0.2 0 1"/>
    <body name="arm" pos="0 0 1">
      <joint name="hinge" axis="0 0 1"/>
      <geom name="rod" type="capsule" fromto="0 0 0 0.4 0 0" size="0.05" rgba="0 0 1 0.5"/>
      <geom name="shell" type="box" size="0.1 0.1 0.1" group="3"/>
      <site name="tip" pos="0.4 0 0"/>
    </body>
  </worldbody>
  <actuator><motor name="motor" joint="hinge" gear="2"/></actuator>
</mujoco>`;

const BOX = `<mujoco>
  <size memory="200K"/>
  <worldbody>
    <geom name="floor" type="plane" size="1 1 0.1"/>
    <body name="cube" pos="0 0 0.05"><freejoint/><geom name="cube" type="box" size="0.05 0.05 0.05"/></body>
  </worldbody>
</mujoco>`;

test('before MuJoCo is open, a world that needs it says what to wait for', () => {
  expect(() => mujocoModule('reacher')).toThrow(
    "reacher needs MuJoCo, which is not open yet: await prepareEnv('reacher') first",
  );
});

test('a loader that fails says what to install, and the next call tries again', async () => {
  await expect(openMujoco(() => Promise.reject(new Error('no such package')))).rejects.toThrow(
    /npm install @mujoco\/mujoco/,
  );
  await expect(openMujoco(async () => ({ default: 1 }))).rejects.toThrow(/must give the module of @mujoco\/mujoco/);
  await openMujoco(() => import('@mujoco/mujoco').then((m) => m.default()));
  // Open already: the loader is not asked.
  await openMujoco(() => Promise.reject(new Error('not called')));
});

test('a motor turns a free hinge as torque / inertia says', () => {
  const physics = mujocoPhysics('pendulum', PENDULUM);
  expect([physics.nq, physics.nv, physics.nu, physics.timestep]).toEqual([1, 1, 1, 0.01]);
  physics.set([0.3], [0.5]);
  physics.data('ctrl')[physics.id('actuator', 'motor')] = 0.25;
  physics.forward();
  const acceleration = physics.data('qacc')[0]!;
  const inertia = physics.data('M')[0]!;
  expect(acceleration).toBeCloseTo((2 * 0.25) / inertia, 9);
  physics.step(10);
  // Semi-implicit Euler with a constant acceleration.
  const [v, t] = [0.5 + 0.1 * acceleration, 0.01];
  expect(physics.data('qvel')[0]).toBeCloseTo(v, 9);
  expect(physics.data('qpos')[0]).toBeCloseTo(0.3 + 10 * 0.5 * t + acceleration * t * t * 55, 9);
});

test('a state that is set leaves nothing of the past, bit for bit', () => {
  const physics = mujocoPhysics('box', BOX);
  const start = [0.01, 0, 0.06, 1, 0, 0, 0];
  const run = (): number[] => {
    physics.set(start, [0.2, 0, 0, 0, 1, 0]);
    physics.step(20);
    return [...physics.data('qpos'), ...physics.data('qvel'), physics.data('qacc_warmstart')[0]!];
  };
  const first = run();
  physics.data('xfrc_applied').fill(3);
  physics.step(50);
  expect(run()).toEqual(first);
});

test('two models do not disturb each other', () => {
  const alone = mujocoPhysics('pendulum', PENDULUM);
  alone.set([0], [1]);
  for (let t = 0; t < 20; t++) alone.step();
  const [one, two] = [mujocoPhysics('pendulum', PENDULUM), mujocoPhysics('pendulum', PENDULUM)];
  one.set([0], [1]);
  two.set([1], [-3]);
  for (let t = 0; t < 20; t++) {
    one.step();
    two.model('actuator_gear')[0] = t;
    two.step();
  }
  expect(one.data('qpos')[0]).toBe(alone.data('qpos')[0]);
  expect(one.model('actuator_gear')[0]).toBe(2);
});

test('arrays are right after memory has grown, which takes away the views from before', () => {
  const physics = mujocoPhysics('pendulum', PENDULUM);
  physics.set([0.7]);
  const before = physics.data('qpos');
  const others = [];
  while (before.length > 0) others.push(mujocoPhysics('box', BOX));
  expect(physics.data('qpos')[0]).toBe(0.7);
  physics.data('ctrl')[0] = 1;
  physics.step();
  expect(physics.data('qvel')[0]).toBeGreaterThan(0);
  for (const other of others) other.free();
});

test('memory of freed models is used again', () => {
  const size = (): number => {
    const physics = mujocoPhysics('pendulum', PENDULUM);
    const { byteLength } = physics.data('qpos').buffer;
    physics.free();
    physics.free();
    return byteLength;
  };
  const before = size();
  for (let i = 0; i < 100; i++) size();
  expect(size()).toBe(before);
});

test('contacts name the geoms that touch', () => {
  const physics = mujocoPhysics('box', BOX);
  physics.set([0, 0, 0.0499, 1, 0, 0, 0]);
  physics.forward();
  const touching = physics.contacts();
  expect(touching.length).toBe(4);
  for (const { geoms, distance, position } of touching) {
    expect([...geoms].sort()).toEqual([physics.id('geom', 'floor'), physics.id('geom', 'cube')]);
    expect(distance).toBeCloseTo(-0.0001, 6);
    expect([Math.abs(position[0]), Math.abs(position[1])]).toEqual([expect.closeTo(0.05, 6), expect.closeTo(0.05, 6)]);
  }
  physics.set([0, 0, 1, 1, 0, 0, 0]);
  physics.forward();
  expect(physics.contacts()).toEqual([]);
});

test('the scene lists visible geoms with pose, half sizes and colour', () => {
  const physics = mujocoPhysics('pendulum', PENDULUM);
  physics.set([Math.PI / 2]);
  physics.kinematics();
  const [floor, rod, ...others] = physics.geoms();
  expect(others).toEqual([]);
  expect(floor).toMatchObject({ name: 'floor', type: 'plane', color: [255, 51, 0], alpha: 1 });
  expect([...(floor!.rotation as Float64Array)]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  expect([...(floor!.size as Float64Array)].slice(0, 2)).toEqual([1, 2]);
  expect(rod).toMatchObject({ name: 'rod', type: 'capsule', color: [0, 0, 255], alpha: 0.5 });
  const close = (values: number[]): number[] => values.map((v) => expect.closeTo(v, 9) as number);
  expect([...(rod!.position as Float64Array)]).toEqual(close([0, 0.2, 1]));
  expect([...(rod!.size as Float64Array)].slice(0, 2)).toEqual(close([0.05, 0.2]));
  // The rod's own z lies along world y.
  const r = rod!.rotation;
  expect([Math.abs(r[2]!), Math.abs(r[5]!), Math.abs(r[8]!)]).toEqual(close([0, 1, 0]));
});

test('text that is no model is refused with what MuJoCo says', () => {
  expect(() => mujocoPhysics('mine', '<mujoco><worldbody><geom type="sphere"/></worldbody></mujoco>')).toThrow(
    /mine: the model must be valid MJCF, MuJoCo says: size 0 must be positive in geom/,
  );
  expect(() => mujocoPhysics('mine', '<mujoco')).toThrow(/must be valid MJCF, MuJoCo says: XML parse error/);
  expect(() => mujocoPhysics('mine', '')).toThrow(/MuJoCo says: .*empty/);
});

test('unknown names, arrays and states of the wrong size are refused', () => {
  const physics = mujocoPhysics('pendulum', PENDULUM);
  expect(() => physics.id('joint', 'hinges')).toThrow("unknown joint of pendulum 'hinges'; did you mean 'hinge'?");
  expect(() => physics.data('qposs')).toThrow(/must be that of an array in MuJoCo's mjData/);
  expect(() => physics.model('nothing')).toThrow(/must be that of an array in MuJoCo's mjModel/);
  expect(() => physics.set([1, 2])).toThrow('pendulum: a state must have 1 coordinates and 1 velocities, got 2 and 1');
});

test('a simulation that diverges is an error, not a quiet reset', () => {
  const physics = mujocoPhysics('pendulum', PENDULUM);
  physics.set([0], [1e300]);
  expect(() => physics.step(3)).toThrow(/pendulum: qpos must stay finite and below 10000000000, got NaN after 3 steps/);
});
