// Legend: D = 2 numbers of a place.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { walks } from '../memory/room.law.ts';
import { routeGraph } from '../memory/route-graph.ts';
import { recordRoutes } from '../memory/route-record.ts';
import type { EmbeddedEpisodes } from '../world-model/waypoints.ts';
import { type GraphPairOptions, graphPairs } from './graph-pairs.ts';
import type { ImaginedRows } from './imagined-rows.ts';

/** Two lines of places one block apart, far from each other: the number of a place is its embedding. */
const lines: EmbeddedEpisodes = {
  z: Float32Array.from([0, 1, 2, 3, 4, 5, 1000, 1001, 1002, 1003]),
  blocks: new Float32Array(10),
  episodes: [
    { row: 0, length: 6 },
    { row: 6, length: 4 },
  ],
};
const graph = routeGraph(recordRoutes(lines));
const options: GraphPairOptions = { batch: 3000, key: key(1) };

test('pairs have the shortest distance between them, from any node to any goal that a way leads to', () => {
  const { from, to, gap } = graphPairs(graph, options)(0);
  const seen = new Set<string>();
  for (const [b, distance] of gap.entries()) {
    expect(distance).toBe(Math.abs(from[b]! - to[b]!));
    seen.add(`${from[b]} ${to[b]}`);
  }
  expect(seen.size).toBe(6 * 6 + 4 * 4);
});

test('goals are as many as asked for, the same at every step', () => {
  const pairs = graphPairs(graph, { ...options, goals: 3 });
  const goals = (step: number) => [...new Set(pairs(step).to)].sort((a, b) => a - b);
  expect(goals(0).length).toBe(3);
  expect(goals(9)).toEqual(goals(0));
});

test('distances stitch episodes: they are shorter than the time between two rows, and round the wall', () => {
  const data = walks(120, 20, key(1));
  const pairs = graphPairs(routeGraph(recordRoutes(data, { maxEdge: 0.5 })), { ...options, goals: 20 });
  const { from, to, gap } = pairs(0);
  let across = 0;
  for (const [b, distance] of gap.entries()) {
    const straight = Math.hypot(from[2 * b]! - to[2 * b]!, from[2 * b + 1]! - to[2 * b + 1]!);
    // A recorded block may lead less than a unit far, so never is a way shorter than the straight line by much.
    expect(distance).toBeGreaterThan(straight - 1e-3);
    if (distance > 20) throw new Error('longer than any walk');
    if (from[2 * b]! * to[2 * b]! < 0) across++;
  }
  expect(across).toBeGreaterThan(1000);
});

/** Imagined for the rows 2 and 8, half a number beside them. */
const rows: ImaginedRows = {
  z: Float32Array.of(2.5, 1002.5),
  rows: Int32Array.of(2, 8),
  steps: Int32Array.of(1, 1),
};

test('imagined starts have the distance of the row whose time they carry', () => {
  const { from, to, gap, imagined } = graphPairs(graph, { ...options, imagined: { share: 0.5, rows } })(0);
  for (const [b, dream] of imagined.entries()) {
    expect(from[b]! % 1).toBe(dream === 1 ? 0.5 : 0);
    expect(gap[b]).toBe(Math.abs(from[b]! - (dream === 1 ? 0.5 : 0) - to[b]!));
  }
  expect(Math.abs(imagined.reduce((a, b) => a + b, 0) - 1500)).toBeLessThan(5 * Math.sqrt(750));
});

test('imagined rows on one island get the goals of that island', () => {
  const one = { z: rows.z.slice(0, 1), rows: rows.rows.slice(0, 1), steps: rows.steps.slice(0, 1) };
  const { to } = graphPairs(graph, { ...options, imagined: { share: 1, rows: one } })(0);
  expect([...new Set(to)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a step gives the same batch whenever it is asked, and another than other steps and keys', () => {
  const o = { ...options, batch: 20, imagined: { share: 0.5, rows } };
  const pairs = graphPairs(graph, o);
  const third = pairs(3);
  pairs(7);
  expect(pairs(3)).toEqual(third);
  expect(graphPairs(graph, o)(3)).toEqual(third);
  expect(pairs(4)).not.toEqual(third);
  expect(graphPairs(graph, { ...o, key: key(2) })(3)).not.toEqual(third);
});

test('options that cannot be, and imagined rows of another recording, are refused', () => {
  expect(() => graphPairs(graph, { ...options, goals: 0 })).toThrow(/goals must be .* at least 1, got 0/);
  expect(() => graphPairs(graph, { ...options, imagined: { share: -1, rows } })).toThrow(/from 0 to 1, got -1/);
  const other = { ...rows, rows: Int32Array.of(50, 51) };
  expect(() => graphPairs(graph, { ...options, imagined: { share: 1, rows: other } })).toThrow(/got 0 that do/);
});
