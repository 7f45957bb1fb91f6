// Legend: D = 1 or 2 numbers of a place, N tasks.

import { expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import type { EmbeddedEpisodes } from '../world-model/waypoints.ts';
import { DOOR, placeIn, walks } from './room.law.ts';
import { routeGraph } from './route-graph.ts';
import { recordRoutes } from './route-record.ts';
import { routeGuide } from './route-waypoints.ts';

/** A line of places one block apart from 0 to 9, and one of four far away. */
const lines: EmbeddedEpisodes = {
  z: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1000, 1001, 1002, 1003]),
  blocks: new Float32Array(14),
  episodes: [
    { row: 0, length: 10 },
    { row: 10, length: 4 },
  ],
};
const graph = routeGraph(recordRoutes(lines));
const of = (...numbers: readonly number[]) => Float32Array.from(numbers);

test('the subgoal is the last node so far ahead; within that, the goal itself', () => {
  const guide = routeGuide(graph, { ahead: 1.5, joins: 1 });
  const { subgoals, distance, direct } = guide.toward(of(0, 8, 3, 5, 1000), of(9, 2, 4.25, 5, 1003));
  expect([...subgoals]).toEqual([1, 7, 4.25, 5, 1001]);
  expect([...distance]).toEqual([9, 6, 1.25, 0, 3]);
  expect([...direct]).toEqual([0, 0, 1, 1, 0]);
  expect([...routeGuide(graph, { ahead: 3, joins: 1 }).toward(of(0), of(9)).subgoals]).toEqual([3]);
});

test('present and goal beside the graph are joined to it, and what leads there and back counts', () => {
  const { subgoals, distance } = routeGuide(graph, { ahead: 1.5 }).toward(of(0.25), of(8.75));
  // From 0.25 to node 1, seven blocks to node 8, on to 8.75.
  expect(distance[0]).toBeCloseTo(8.5, 6);
  // Node 1 is where it joins, so the waypoint is the next one, though it is 1.75 ahead.
  expect([...subgoals]).toEqual([2]);
});

test('one task alone gets what it gets among others, whatever was asked before', () => {
  const room = routeGraph(recordRoutes(walks(100, 20, key(1)), { maxEdge: 0.5 }));
  const places = (what: string, side: -1 | 1) =>
    Float32Array.from(Array.from({ length: 12 }, (_, i) => placeIn(side, fold(key(3), what, i))).flat());
  const [now, goals] = [places('now', -1), places('goal', 1)];
  const all = routeGuide(room, { keep: 2 }).toward(now, goals);
  for (let n = 0; n < 12; n++) {
    const own = routeGuide(room).toward(now.subarray(2 * n, 2 * n + 2), goals.subarray(2 * n, 2 * n + 2));
    expect([...own.subgoals]).toEqual([...all.subgoals.subarray(2 * n, 2 * n + 2)]);
    expect(own.distance[0]).toBe(all.distance[n]);
  }
});

test('followed from waypoint to waypoint, the way from one half to the other passes the door and comes nearer each time', () => {
  const room = routeGraph(recordRoutes(walks(150, 20, key(1)), { maxEdge: 0.5 }));
  const guide = routeGuide(room, { ahead: 0.75 });
  const goal = of(4, 1);
  let here: Float32Array = of(-4, 1);
  let before = Number.POSITIVE_INFINITY;
  for (let step = 0; step < 40; step++) {
    const { subgoals, distance, direct } = guide.toward(here, goal);
    expect(distance[0]).toBeLessThan(before);
    if (here[0]! * subgoals[0]! < 0) {
      const height = here[1]! + ((subgoals[1]! - here[1]!) * here[0]!) / (here[0]! - subgoals[0]!);
      expect(height).toBeGreaterThan(DOOR[0] - 0.3);
      expect(height).toBeLessThan(DOOR[1] + 0.3);
    }
    here = subgoals;
    before = distance[0]!;
    if (direct[0] === 1) break;
  }
  expect([...here]).toEqual([4, 1]);
});

test('a subgoal lies past all nodes that equal the one where the way joins, so it is never where one stands', () => {
  const still = routeGraph(
    recordRoutes(
      {
        z: of(0, 0, 0, 0, 1, 2, 3),
        blocks: new Float32Array(7),
        episodes: [{ row: 0, length: 7 }],
      },
      { unit: 1 },
    ),
  );
  expect([...routeGuide(still, { ahead: 0.5 }).toward(of(0), of(3)).subgoals]).toEqual([1]);
  // A goal off the end of all recordings: from there on it is the goal itself.
  const beyond = routeGuide(still, { ahead: 0.5 }).toward(of(3), of(9));
  expect([[...beyond.subgoals], beyond.distance[0]]).toEqual([[9], 6]);
});

test('a goal that no way leads to is refused with the task, the rows and how many nodes reach it', () => {
  const guide = routeGuide(graph);
  expect(() => guide.toward(of(1, 2.1), of(8, 1001), [4, 7])).toThrow(
    /none leads from recorded row 2, the nearest to the present of task 7, to row 11, .* which 4 of 14 nodes reach/,
  );
});

test('embeddings of another width, or that are not finite, and options that cannot be are refused', () => {
  const guide = routeGuide(graph);
  expect(() => guide.toward(of(1, 2), of(1))).toThrow(/rows of 1 numbers, got 2 and 1/);
  expect(() => guide.toward(of(Number.NaN), of(1))).toThrow(/must be finite, got NaN in row 0/);
  expect(() => routeGuide(graph, { ahead: 0 })).toThrow(/ahead must be above 0 blocks, got 0/);
  expect(() => routeGuide(graph, { joins: 0 })).toThrow(/joins must be a whole number of at least 1, got 0/);
});
