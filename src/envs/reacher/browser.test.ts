// The same world in a browser tab: states and frames of Reacher there, byte for byte those of Node.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { key, stream } from '../../core/index.ts';
import { openRooms, type RoomsPage, whyNoBrowser } from '../../runtime/browser.law.ts';
import { openMujoco } from '../mujoco/index.ts';
import { reacher } from './index.ts';

let rooms: RoomsPage;

beforeAll(async () => {
  if (whyNoBrowser !== undefined) return;
  await openMujoco();
  rooms = await openRooms();
});

afterAll(() => rooms?.close());

const SIZE = 48;
const STEPS = 60;

test.skipIf(whyNoBrowser !== undefined)('a page without MuJoCo is told how to get it', async () => {
  const said = await rooms.page.evaluate(
    `import('/dist/src/envs/index.js').then((envs) => envs.prepareEnv('reacher')).catch((error) => error.code + ': ' + error.message)`,
  );
  expect(said).toMatch(/^unsupported: .*npm install @mujoco\/mujoco.*hand over a loader too/);
});

test.skipIf(whyNoBrowser !== undefined)('Reacher moves and looks in a browser exactly as in Node', async () => {
  const random = stream(key(2));
  const actions = Array.from({ length: STEPS }, () => [random.normal(), random.normal()]);
  const env = reacher({ imageSize: SIZE });
  env.reset(key(1), { factors: { 'rendering.render_target': 1 } });
  const frame = new Uint8Array(3 * SIZE * SIZE);
  const states: number[][] = [];
  const frames: string[] = [];
  for (const action of actions) {
    env.step(action);
    env.render(frame);
    states.push([...env.state()]);
    frames.push(Buffer.from(frame).toString('base64'));
  }
  const there = await rooms.page.evaluate(`(async () => {
    const { openMujoco, makeEnv, prepareEnv } = await import('/dist/src/envs/index.js');
    const { key } = await import('/dist/src/core/index.js');
    await openMujoco(() => import('/node_modules/@mujoco/mujoco/mujoco.js').then((m) => m.default()));
    await prepareEnv('reacher');
    const env = makeEnv('reacher', { imageSize: ${SIZE} });
    env.reset(key(1), { factors: { 'rendering.render_target': 1 } });
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
