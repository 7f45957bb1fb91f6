// Legend: D = 2 numbers of a place unless said otherwise, N nodes, n recorded rows.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import { f32Tensor } from '../../data/index.ts';
import { readSafetensors, writeSafetensors } from '../../data/node.ts';
import { gaussian } from '../../nn/run-module.law.ts';
import type { EmbeddedEpisodes } from '../world-model/waypoints.ts';
import { placeIn, walks, wayThroughDoor } from './room.law.ts';
import { routesOf, routeTensors } from './route-file.ts';
import { routeGraph } from './route-graph.ts';
import { type RouteOptions, recordRoutes } from './route-record.ts';

/** Episodes whose rows are these points. */
function recorded(...episodes: readonly (readonly (readonly number[])[])[]): EmbeddedEpisodes {
  let n = 0;
  const spans = episodes.map(({ length }) => {
    n += length;
    return { row: n - length, length };
  });
  return { z: Float32Array.from(episodes.flat(2)), blocks: new Float32Array(n), episodes: spans };
}
const graphOf = (data: EmbeddedEpisodes, options?: RouteOptions) => routeGraph(recordRoutes(data, options));

/**
 * A grid of 11 x 9 places one block apart, recorded column by column, without its middle column except where that has its door: a
 * way has horizontal and vertical steps only, so its length is known. The wall is two blocks from side to side.
 */
function grid(door: number): { readonly data: EmbeddedEpisodes; readonly at: (x: number, y: number) => number } {
  const column = (x: number) => Array.from({ length: 9 }, (_, y) => [x, y]);
  const columns = Array.from({ length: 11 }, (_, x) => (x === 5 ? [[5, door]] : column(x)));
  const rows = columns.flat();
  return { data: recorded(...columns), at: (x, y) => rows.findIndex(([a, b]) => a === x && b === y) };
}

test('over a grid with a wall the distance is that of the way through its door, and inside a half that of the steps', () => {
  const door = 7;
  const { data, at } = grid(door);
  const graph = graphOf(data);
  expect(graph.record.unit).toBe(1);
  const distance = graph.distancesTo(at(8, 1));
  for (let x = 0; x < 11; x++) {
    for (let y = 0; y < 9; y++) {
      if (x === 5) continue;
      const round = Math.abs(x - 5) + Math.abs(y - door) + 3 + Math.abs(1 - door);
      expect(distance[at(x, y)]).toBe(x < 5 ? round : Math.abs(x - 8) + Math.abs(y - 1));
    }
  }
  // The other side of the wall is two away as the crow flies, and fourteen on foot.
  expect(graph.distancesTo(at(6, 1))[at(4, 1)]).toBe(14);
});

test('a longest edge beyond the thickness of the wall lets ways jump over it', () => {
  const { data, at } = grid(7);
  expect(graphOf(data, { maxEdge: 2, neighbours: 20 }).distancesTo(at(6, 1))[at(4, 1)]).toBe(2);
});

test('in a room of random walks, ways between the halves are within one block of those through the door; straight lines are not', () => {
  const graph = graphOf(walks(150, 20, key(1)), { maxEdge: 0.5 });
  let [worst, straight] = [0, 0];
  for (let i = 0; i < 30; i++) {
    const [from, to] = [placeIn(-1, fold(key(2), 'from', i), 3), placeIn(1, fold(key(2), 'to', i), 3)];
    const { nodes } = graph.nearest(Float32Array.of(...from, ...to), 1);
    const way = wayThroughDoor(from, to);
    worst = Math.max(worst, Math.abs(graph.distancesTo(nodes[1]!)[nodes[0]!]! - way));
    straight = Math.max(straight, way - Math.hypot(from[0] - to[0], from[1] - to[1]));
  }
  expect(worst).toBeLessThan(1);
  expect(straight).toBeGreaterThan(3);
});

test('ways lead along nodes that come nearer to the goal, and end there', () => {
  const graph = graphOf(walks(100, 20, key(1)));
  const { distance, next } = graph.routesTo({ nodes: [17] });
  for (let i = 0; i < graph.size; i++) {
    let at = i;
    for (let steps = 0; next[at]! >= 0 && steps < graph.size; steps++) {
      expect(distance[next[at]!]!).toBeLessThanOrEqual(distance[at]!);
      at = next[at]!;
    }
    if (distance[i]! < Number.POSITIVE_INFINITY) expect(at).toBe(17);
  }
});

test('an island that no edge reaches is infinitely far, both ways', () => {
  const line = (x: number) => [0, 1, 2, 3].map((y) => [x, y]);
  const graph = graphOf(recorded(line(0), line(1), line(50)));
  expect([...graph.distancesTo(0).slice(8)]).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
  expect(graph.distancesTo(8)[0]).toBe(Number.POSITIVE_INFINITY);
  expect([...graph.distancesTo([8, 0]).slice(8)]).toEqual([0, 1, 2, 3]);
});

test('equal points are 0 blocks apart, a point from itself too, and nothing is NaN', () => {
  const still = [
    [0, 0],
    [1, 0],
    [1, 0],
    [1, 0],
    [2, 0],
  ];
  const graph = graphOf(recorded(still, still));
  expect([...graph.distancesTo(0)]).toEqual([0, 1, 1, 1, 2, 0, 1, 1, 1, 2]);
  expect(graph.nearest(Float32Array.of(1, 0), 3).lengths).toEqual(new Float64Array(3));
});

test('directed, a recorded block leads forward only, and neighbours both ways', () => {
  const fall = [
    [0, 0],
    [0, 10],
    [0, 20],
  ];
  const data = recorded(fall, [
    [1, 20],
    [1, 40],
  ]);
  // Steps of 10, 10 and 20: their 75 % quantile is 15, so the neighbour at [1, 20] is 1 / 15 of a block away.
  const loose = graphOf(data, { undirected: false, maxEdge: 0.5 });
  expect([...loose.distancesTo(2)]).toEqual([2, 1, 0, Math.fround(1 / 15), Number.POSITIVE_INFINITY]);
  expect([...loose.distancesTo(0)]).toEqual([0, ...Array(4).fill(Number.POSITIVE_INFINITY)]);
  expect([...graphOf(data, { maxEdge: 0.5 }).distancesTo(0)].slice(0, 3)).toEqual([0, 1, 2]);
});

test.each([1, 2, 40, 100])(
  'thinned to %i nodes and more, each episode keeps every s-th row, s blocks apart',
  (most) => {
    const data = walks(1, 101, key(4));
    const { record, distancesTo } = graphOf(data, { maxNodes: most, maxEdge: 1e-6 });
    const stride = record.rows.length > 1 ? record.rows[1]! : 101;
    expect(record.rows.length).toBeLessThanOrEqual(most);
    expect([...record.rows]).toEqual(Array.from({ length: Math.ceil(101 / stride) }, (_, i) => i * stride));
    expect(Math.ceil(101 / Math.max(1, stride - 1))).toBeGreaterThan(stride === 1 ? 0 : most);
    expect([...distancesTo(0)]).toEqual(Array.from(record.rows));
    for (const [i, row] of record.rows.entries())
      expect(record.nodes.subarray(2 * i, 2 * i + 2)).toEqual(data.z.subarray(2 * row, 2 * row + 2));
  },
);

test('the unit is the 75 % quantile of recorded steps, inside episodes only', () => {
  const steps = recorded([[0], [1], [3]], [[100], [103], [107]]);
  // Steps 1, 2, 3 and 4.
  expect(recordRoutes(steps).unit).toBe(3.25);
  expect(recordRoutes(steps, { unit: 2 }).unit).toBe(2);
});

test('a graph is a function of its recording', () => {
  expect(recordRoutes(walks(20, 10, key(5)))).toEqual(recordRoutes(walks(20, 10, key(5))));
});

test('edges between neighbours take at least the floor', () => {
  const graph = graphOf(recorded([[0], [1], [1.25]]), { floor: 0.5, unit: 1, undirected: false });
  expect([...graph.distancesTo(1)]).toEqual([1, 0, 0.5]);
});

const dir = mkdtempSync(join(tmpdir(), 'jepa-routes-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('a graph comes back from a file as it was written, beside other tensors', () => {
  const data = { ...walks(12, 9, key(6)), z: gaussian(12 * 9 * 5, 3) };
  const record = recordRoutes(data, { maxEdge: 3 });
  const path = join(dir, 'with.safetensors');
  writeSafetensors(path, [['w', f32Tensor([1], Float32Array.of(1))], ...routeTensors(record)]);
  const { tensors } = readSafetensors(path);
  expect(routesOf(tensors, path)).toEqual(record);
  const without = new Map([...tensors].filter(([name]) => name !== 'graph.lengths'));
  expect(() => routesOf(without, 'x')).toThrow(/x: 'graph.lengths' must be F32 \[rows\], got nothing/);
  expect(routesOf(new Map([['w', tensors.get('w')!]]), 'x')).toBeUndefined();
});

test('recordings without rows, without blocks or without movement, and options that cannot be, are refused', () => {
  expect(() => recordRoutes(recorded())).toThrow(/needs recorded rows/);
  expect(() => recordRoutes(recorded([[1, 2]], [[3, 4]]))).toThrow(/one block must have been recorded/);
  expect(() => recordRoutes(recorded([[1], [1], [1]]))).toThrow(/must change the embedding, .* at most 0/);
  expect(recordRoutes(recorded([[1], [1], [1]]), { unit: 1 }).edges.lengths).toEqual(new Float32Array(6));
  const data = walks(4, 5, key(7));
  expect(() => recordRoutes(data, { neighbours: 0 })).toThrow(/neighbours must be a whole number of at least 1, got 0/);
  expect(() => recordRoutes(data, { maxEdge: 0 })).toThrow(/maxEdge must be above 0, got 0/);
  expect(() => recordRoutes(data, { floor: -1 })).toThrow(/floor must be at least 0, got -1/);
  expect(() => recordRoutes(data, { maxNodes: 3 })).toThrow(/maxNodes must be at least 4, got 3/);
  expect(() => recordRoutes({ ...data, z: data.z.map((x, i) => (i === 9 ? Number.NaN : x)) })).toThrow(
    /finite|most NaN/,
  );
});
