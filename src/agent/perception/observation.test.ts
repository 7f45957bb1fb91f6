// Observations of named tensors. Legend: N observations.

import { expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import { memorySource } from '../../data/index.ts';
import { initialise } from '../../nn/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { cem, type PlanRequest, solverPlanner } from '../../plan/index.ts';
import { defineDynamics, sensesOf } from '../../world/index.ts';
import { embedEpisodes } from '../world-model/waypoints.ts';
import { worldModel } from '../world-model/world-model.ts';
import {
  type HostObservation,
  observationBytes,
  packObservation,
  unpackObservations,
  writeObservation,
} from './observation.ts';
import { TWO_CAMERAS, twoCameras } from './two-cameras.law.ts';

const model = worldModel(twoCameras, initialise(twoCameras.module, key(0)), runtime);

/** Pictures whose first bytes are `main` and `wrist`, and a state. */
const shown = (main: number, wrist: number, x: number, y: number): HostObservation => ({
  'cameras.wrist': Uint8Array.from({ length: 12 }, (_, i) => (i === 0 ? wrist : 7)),
  state: Float32Array.of(x, y),
  'cameras.main': Uint8Array.from({ length: 72 }, (_, i) => (i === 0 ? main : 9)),
});
const packed = (...all: readonly HostObservation[]): Uint8Array =>
  Uint8Array.from(all.flatMap((one) => [...packObservation(TWO_CAMERAS, one)]));

test('packed, tensors stand in the order of the senses, whatever the order in which they come', () => {
  const bytes = packObservation(TWO_CAMERAS, shown(1, 2, 1.5, -3));
  expect(observationBytes(TWO_CAMERAS)).toEqual({
    at: { 'cameras.main': 0, state: 72, 'cameras.wrist': 80 },
    all: 92,
  });
  expect([bytes[0], bytes[1], bytes[80], bytes[81]]).toEqual([1, 9, 2, 7]);
  expect([...new Float32Array(bytes.slice(72, 80).buffer)]).toEqual([1.5, -3]);
});

test('what was packed comes apart again', () => {
  const all = [shown(1, 2, 3, 4), shown(5, 6, 7, 8)];
  const apart = unpackObservations(packed(...all), 2, TWO_CAMERAS);
  for (const name of Object.keys(TWO_CAMERAS)) expect([...apart[name]!]).toEqual(all.flatMap((one) => [...one[name]!]));
});

test('a picture before a state: the bytes of the picture, then the float32 of the state', () => {
  const senses = sensesOf({ imageSize: 1, stateDim: 1 });
  const observation = { state: Float32Array.of(1), 'cameras.main': Uint8Array.of(1, 2, 3) };
  expect([...packObservation(senses, observation)]).toEqual([1, 2, 3, 0, 0, 128, 63]);
});

test.each([
  [{ state: Float32Array.of(1, 2) }, /'cameras.main' is missing, got state/],
  [{ ...shown(1, 2, 3, 4), state: Float32Array.of(1) }, /'state' must be f32 \[2\], 2 numbers, got 1/],
  [{ ...shown(1, 2, 3, 4), state: Uint8Array.of(1, 2) }, /'state' must be f32 \[2\].*got 2 in a Uint8Array/],
  [shown(1, 2, Number.NaN, 4), /'state' must be finite, got NaN at 0/],
])('an observation that is not what the senses say is refused: %#', (observation, message) => {
  expect(() => packObservation(TWO_CAMERAS, observation)).toThrow(message);
});

test('a world shows what it has by name, and says what it lacks', () => {
  const one = shown(1, 2, 3, 4);
  const out = new Uint8Array(92);
  const draw = (to: Uint8Array, at: number): void => to.set(one['cameras.main'] as Uint8Array, at);
  const plain = { draw, state: () => one.state as Float32Array };
  writeObservation(TWO_CAMERAS, { ...plain, other: (name) => one[name]! }, out);
  expect(out).toEqual(packObservation(TWO_CAMERAS, one));
  expect(() => writeObservation(TWO_CAMERAS, plain, out)).toThrow(/looks at 'cameras.wrist', the world shows/);
});

test('senses without a name, a size or a known type are refused', () => {
  const senses = (given: object) => () =>
    defineDynamics(
      { name: 'm', senses: given as never, dim: 1, actionDim: 1, history: 1 },
      twoCameras.module,
      {} as never,
      twoCameras.defaultCost,
    );
  expect(senses({})).toThrow(/must see a picture or a state, got neither/);
  expect(senses({ 0: { dtype: 'u8', shape: [1] } })).toThrow(/got '0' u8 \[1\]/);
  expect(senses({ text: { dtype: 'i64', shape: [1] } })).toThrow(/got 'text' i64/);
  expect(senses({ points: { dtype: 'f32', shape: [0, 3] } })).toThrow(/got 'points' f32 \[0,3\]/);
});

test('a model of two cameras embeds each of them', async () => {
  const z = await model.encode(packed(shown(1, 2, 3, 4), shown(50, 60, -7, 8)), 2);
  expect([...z]).toEqual([1, 2, 3, 4, 50, 60, -7, 8]);
});

test('recorded episodes of two cameras are embedded by the columns of their names', async () => {
  const rows = [shown(1, 2, 3, 4), shown(5, 6, 7, 8), shown(9, 10, 11, 12)];
  const column = (name: string) => rows.flatMap((one) => [...one[name]!]);
  const columns = [
    { name: 'pixels', dtype: 'u8', shape: [4, 6, 3] },
    { name: 'action', dtype: 'f32', shape: [2] },
    { name: 'state', dtype: 'f32', shape: [2] },
    { name: 'cameras.wrist', dtype: 'u8', shape: [2, 2, 3] },
  ] as const;
  const episode = {
    pixels: Uint8Array.from(column('cameras.main')),
    action: new Float32Array(6),
    state: Float32Array.from(column('state')),
    'cameras.wrist': Uint8Array.from(column('cameras.wrist')),
  };
  const source = memorySource({ env: 'two-cameras', columns }, [episode]);
  const actions = { column: 'action', mean: [0, 0], std: [1, 1], rows: 2, constant: [] };
  const { z } = await embedEpisodes(model, source, { episodes: [0], frameSkip: 1, actions });
  expect([...z]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test('plans of a model of two cameras lead to the state of the goal', async () => {
  const request: PlanRequest = {
    envs: [0],
    context: 1,
    frames: packed(shown(1, 2, 0, 0)),
    blocks: new Float32Array(0),
    goals: packed(shown(1, 2, 1, -2)),
    keys: [fold(key(0), 0)],
  };
  const solver = cem({ samples: 200, elites: 20, iterations: 12 });
  const { plan } = await solverPlanner(solver, (r) => model.problem(r, 2))(request);
  expect(plan[0]! + plan[2]!).toBeCloseTo(1, 1);
  expect(plan[1]! + plan[3]!).toBeCloseTo(-2, 1);
});
