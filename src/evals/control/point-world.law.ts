// A world for tests of the protocol, with dynamics one can do in one's head: a point on a 200 x 200 plane moves by its
// action (each component clipped to +-5), the goal is reached within 3, and the frame shows the position in its first
// two bytes.

import { type EpisodeSource, memorySource } from '../../data/index.ts';
import { defineEnv, type Env } from '../../envs/index.ts';

/** Bytes of a frame of the point world. */
export const POINT_FRAME: number = 16 * 16 * 3;

/** The point world. */
export function pointWorld(): Env {
  return defineEnv<null>(
    {
      id: 'point',
      actionDim: 2,
      actionLow: -5,
      actionHigh: 5,
      stateNames: ['x', 'y'],
      goalDim: 2,
      maxSteps: 100,
      factors: {},
      varied: [],
      solvedWithin: 3,
      prepare: () => null,
      move(state, action) {
        state[0]! += action[0]!;
        state[1]! += action[1]!;
      },
      distance: (state, goal) => Math.hypot(state[0]! - goal[0]!, state[1]! - goal[1]!),
      draw({ pixels: data, offset }, state) {
        data.fill(0, offset, offset + POINT_FRAME);
        data.set([Math.round(state[0]!), Math.round(state[1]!)], offset);
      },
    },
    { imageSize: 16 },
  );
}

/** Episodes given as lists of positions; frames hold 200 in their third byte, so that recorded ones can be told apart. */
export function recorded(episodes: readonly (readonly (readonly [number, number])[])[], frames = false): EpisodeSource {
  const pixels = { name: 'pixels', dtype: 'u8', shape: [16, 16, 3] } as const;
  const state = { name: 'state', dtype: 'f32', shape: [2] } as const;
  return memorySource(
    { env: 'point', columns: frames ? [state, pixels] : [state] },
    episodes.map((points) => {
      const images = new Uint8Array(points.length * POINT_FRAME);
      for (const [row, [x, y]] of points.entries()) images.set([x, y, 200], row * POINT_FRAME);
      return { state: Float32Array.from(points.flat()), ...(frames ? { pixels: images } : {}) };
    }),
  );
}

/** A straight walk of `rows` rows from (x, y) by (dx, dy) per row. */
export function walk(rows: number, x: number, y: number, dx: number, dy: number): [number, number][] {
  return Array.from({ length: rows }, (_, t) => [x + t * dx, y + t * dy]);
}
