// Test support: a MuJoCo world in a browser tab beside the same world in Node. Call `mujocoInBrowser` in a test file.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { openMujoco } from '../physics/index.ts';
import { openRooms, type RoomsPage, whyNoBrowser } from '../runtime/browser.law.ts';
import type { Env, FactorValue } from './env.ts';

/** What is done in both. */
export interface BrowserCase {
  readonly id: string;
  readonly make: (options: { readonly imageSize: number }) => Env;
  readonly factors: Readonly<Record<string, FactorValue>>;
  readonly steps: number;
  /** The action of a step, from the world in Node. */
  readonly act: (env: Env) => ArrayLike<number>;
}

/** What was seen: states, and frames in base64. */
export interface Seen {
  readonly states: readonly (readonly number[])[];
  readonly frames: readonly string[];
}

const SIZE = 48;

/**
 * Tests that a world moves and looks in a browser byte for byte as in Node; `more` gets what was seen. Gives the page. Skipped
 * where there is no browser.
 */
export function mujocoInBrowser(
  { id, make, factors, steps, act }: BrowserCase,
  more?: (seen: Seen) => void,
): () => RoomsPage {
  let rooms: RoomsPage;
  beforeAll(async () => {
    if (whyNoBrowser !== undefined) return;
    await openMujoco();
    rooms = await openRooms();
  });
  afterAll(() => rooms?.close());

  test.skipIf(whyNoBrowser !== undefined)(`${id} moves and looks in a browser exactly as in Node`, async () => {
    const env = make({ imageSize: SIZE });
    env.reset(key(1), { factors });
    const frame = new Uint8Array(3 * SIZE * SIZE);
    const actions: number[][] = [];
    const states: number[][] = [];
    const frames: string[] = [];
    for (let t = 0; t < steps; t++) {
      const action = Array.from(act(env));
      env.step(action);
      env.render(frame);
      actions.push(action);
      states.push([...env.state()]);
      frames.push(Buffer.from(frame).toString('base64'));
    }
    more?.({ states, frames });
    const there = await rooms.page.evaluate(`(async () => {
      const { openMujoco } = await import('/dist/src/physics/index.js');
      const { makeEnv, prepareEnv } = await import('/dist/src/envs/index.js');
      const { key } = await import('/dist/src/core/index.js');
      await openMujoco(() => import('/node_modules/@mujoco/mujoco/mujoco.js').then((m) => m.default()));
      await prepareEnv('${id}');
      const env = makeEnv('${id}', { imageSize: ${SIZE} });
      env.reset(key(1), { factors: ${JSON.stringify(factors)} });
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
  return () => rooms;
}
