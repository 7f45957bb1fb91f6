// The same world in a browser tab: states and frames of pick and place there, byte for byte those of Node.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { key, stream } from '../../core/index.ts';
import { openRooms, type RoomsPage, whyNoBrowser } from '../../runtime/browser.law.ts';
import { openMujoco } from '../mujoco/index.ts';
import { cube, noisyCubeExpert } from './index.ts';

let rooms: RoomsPage;

beforeAll(async () => {
  if (whyNoBrowser !== undefined) return;
  await openMujoco();
  rooms = await openRooms();
});

afterAll(() => rooms?.close());

const SIZE = 48;
const STEPS = 40;

test.skipIf(whyNoBrowser !== undefined)('the cube moves and looks in a browser exactly as in Node', async () => {
  const env = cube({ imageSize: SIZE });
  const policy = noisyCubeExpert();
  const random = stream(key(2));
  env.reset(key(1), { factors: { 'rendering.render_target': 1, 'camera.azimuth': 0.3 } });
  const frame = new Uint8Array(3 * SIZE * SIZE);
  const actions: number[][] = [];
  const states: number[][] = [];
  const frames: string[] = [];
  for (let t = 0; t < STEPS; t++) {
    const action = policy.act(env, random);
    env.step(action);
    env.render(frame);
    actions.push([...action]);
    states.push([...env.state()]);
    frames.push(Buffer.from(frame).toString('base64'));
  }
  expect(Math.max(...states.map((state) => state[2]!))).toBeGreaterThan(0.05);
  const there = await rooms.page.evaluate(`(async () => {
    const { openMujoco, makeEnv, prepareEnv } = await import('/dist/src/envs/index.js');
    const { key } = await import('/dist/src/core/index.js');
    await openMujoco(() => import('/node_modules/@mujoco/mujoco/mujoco.js').then((m) => m.default()));
    await prepareEnv('cube');
    const env = makeEnv('cube', { imageSize: ${SIZE} });
    env.reset(key(1), { factors: { 'rendering.render_target': 1, 'camera.azimuth': 0.3 } });
    const frame = new Uint8Array(${3 * SIZE * SIZE});
    const states = [], frames = [];
    for (const action of ${JSON.stringify(actions)}) {
      env.step(action);
      env.render(frame);
      states.push([...env.state()]);
      frames.push(btoa(String.fromCharCode(...frame)));
    }
    return { states, frames };
  })()`);
  expect(there).toEqual({ states, frames });
});
