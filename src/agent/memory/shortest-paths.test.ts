// Legend: n nodes, m arcs.

import { expect, test } from 'vitest';
import { fold, integer, key, uniformOne } from '../../core/index.ts';
import { type ArcList, groupArcs, shortestPaths } from './shortest-paths.ts';

/** Random arcs, some of length 0, some twice. */
function randomArcs(n: number, m: number, seed: number): ArcList {
  const draw = (what: string, i: number): number => integer(fold(key(seed), what, i), 0, n);
  return {
    ends: Int32Array.from({ length: 2 * m }, (_, i) => draw('end', i)),
    lengths: Float32Array.from({ length: m }, (_, i) => Math.max(0, 8 * uniformOne(fold(key(seed), 'length', i)) - 1)),
  };
}

/** All distances by the three loops of Floyd and Warshall. */
function floydWarshall(n: number, { ends, lengths }: ArcList): number[][] {
  const d = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_j, j) => (i === j ? 0 : Number.POSITIVE_INFINITY)),
  );
  for (const [arc, length] of lengths.entries()) {
    const [from, to] = [ends[2 * arc]!, ends[2 * arc + 1]!];
    d[from]![to] = Math.min(d[from]![to]!, length);
  }
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) d[i]![j] = Math.min(d[i]![j]!, d[i]![k]! + d[k]![j]!);
  return d;
}

test.each([
  [1, 0],
  [2, 1],
  [7, 9],
  [20, 30],
  [20, 200],
  [60, 150],
])('distances over %i nodes and %i arcs are those of all pairs, from and to every node', (n, m) => {
  for (let seed = 0; seed < 8; seed++) {
    const arcs = randomArcs(n, m, seed);
    const all = floydWarshall(n, arcs);
    const [leaving, arriving] = [groupArcs(n, arcs), groupArcs(n, arcs, true)];
    for (let s = 0; s < n; s++) {
      const from = shortestPaths(leaving, { nodes: [s] });
      const to = shortestPaths(arriving, { nodes: [s] });
      for (let i = 0; i < n; i++) {
        for (const [got, expected] of [
          [from.distance[i]!, all[s]![i]!],
          [to.distance[i]!, all[i]![s]!],
        ] as const)
          if (expected === Number.POSITIVE_INFINITY) expect(got).toBe(expected);
          else expect(Math.abs(got - expected)).toBeLessThan(1e-5);
      }
    }
  }
});

test('the nodes before each other are a path whose arcs add up to the distance', () => {
  const arcs = randomArcs(40, 200, 3);
  const { distance, before } = shortestPaths(groupArcs(40, arcs), { nodes: [0] });
  const arcOf = (from: number, to: number): number =>
    Math.min(...arcs.lengths.filter((_, a) => arcs.ends[2 * a] === from && arcs.ends[2 * a + 1] === to));
  for (let i = 0; i < 40; i++) {
    let sum = 0;
    let steps = 0;
    for (let at = i; before[at]! >= 0 && steps <= 40; at = before[at]!, steps++) sum += arcOf(before[at]!, at);
    expect(steps).toBeLessThanOrEqual(40);
    if (distance[i]! < Number.POSITIVE_INFINITY) expect(Math.abs(sum - distance[i]!)).toBeLessThan(1e-4);
    else expect(before[i]).toBe(-1);
  }
});

test('of several sources the nearest counts, each charged with what it costs to be there', () => {
  // A line 0 - 1 - 2 - 3 - 4, one block each.
  const ends = Int32Array.of(0, 1, 1, 0, 1, 2, 2, 1, 2, 3, 3, 2, 3, 4, 4, 3);
  const line = groupArcs(5, { ends, lengths: new Float32Array(8).fill(1) });
  expect([...shortestPaths(line, { nodes: [0, 4] }).distance]).toEqual([0, 1, 2, 1, 0]);
  expect([...shortestPaths(line, { nodes: [0, 4], costs: [3, 0.5] }).distance]).toEqual([3, 3.5, 2.5, 1.5, 0.5]);
  // A source that is reached more cheaply from another one has a path behind it.
  const { distance, before } = shortestPaths(line, { nodes: [0, 4], costs: [9, 0] });
  expect([distance[0], before[0]]).toEqual([4, 1]);
});

test('arcs to nowhere, lengths that are no lengths and sources that are not there are refused', () => {
  const bad = (end: number, length: number) => () =>
    groupArcs(2, { ends: Int32Array.of(0, end), lengths: Float32Array.of(length) });
  expect(bad(2, 1)).toThrow(/nodes are 0 to 1, got 2 at arc 0/);
  expect(bad(1, -1)).toThrow(/at least 0, got -1 at 0/);
  expect(bad(1, Number.NaN)).toThrow(/at least 0, got NaN at 0/);
  expect(() => shortestPaths(groupArcs(2, randomArcs(2, 1, 0)), { nodes: [2] })).toThrow(/0 to 1, got 2/);
});
