// Shortest paths over a sparse graph: Dijkstra's algorithm with a binary heap whose entries can move up (E. Dijkstra, 1959).
// Legend: n nodes, m arcs.

import { JepaError } from '../../core/index.ts';

/** Arcs grouped by the node that they leave: those of node i are `starts[i]` to `starts[i + 1]`. */
export interface Arcs {
  /** [n + 1] */
  readonly starts: Int32Array;
  /** [m] */
  readonly targets: Int32Array;
  /** [m], 0 or more. */
  readonly lengths: Float32Array;
}

/** Arcs in any order. */
export interface ArcList {
  /** From and to, [m, 2]. */
  readonly ends: Int32Array;
  /** [m] */
  readonly lengths: Float32Array;
}

/**
 * Arcs grouped by where they leave, or with `reverse` by where they arrive.
 *
 * @throws JepaError 'shape' for an arc to a node that is not there; 'numeric' for a length below 0 or that is not finite
 */
export function groupArcs(nodes: number, { ends, lengths }: ArcList, reverse = false): Arcs {
  if (ends.length !== 2 * lengths.length)
    throw new JepaError('shape', `arcs: ${lengths.length} lengths need ${2 * lengths.length} ends, got ${ends.length}`);
  const starts = new Int32Array(nodes + 1);
  for (const [i, end] of ends.entries()) {
    if (end < 0 || end >= nodes)
      throw new JepaError('shape', `arcs: nodes are 0 to ${nodes - 1}, got ${end} at arc ${i >> 1}`, { arc: i >> 1 });
    if (i % 2 === (reverse ? 1 : 0)) starts[end + 1]!++;
  }
  for (let i = 0; i < nodes; i++) starts[i + 1]! += starts[i]!;
  const at = starts.slice(0, nodes);
  const grouped = { starts, targets: new Int32Array(lengths.length), lengths: new Float32Array(lengths.length) };
  for (const [arc, length] of lengths.entries()) {
    if (!(length >= 0 && length < Number.POSITIVE_INFINITY))
      throw new JepaError('numeric', `arcs: lengths must be finite and at least 0, got ${length} at ${arc}`, { arc });
    const [from, to] = [ends[2 * arc]!, ends[2 * arc + 1]!];
    const place = at[reverse ? to : from]!++;
    grouped.targets[place] = reverse ? from : to;
    grouped.lengths[place] = length;
  }
  return grouped;
}

/** Where paths begin: each source with what it costs to be there. */
export interface Sources {
  readonly nodes: ArrayLike<number>;
  /** Default 0 each. */
  readonly costs?: ArrayLike<number>;
}

/** Shortest paths from the nearest of some sources to every node. */
export interface PathTree {
  /** [n], Infinity where no path leads. */
  readonly distance: Float32Array;
  /** [n]: the node before this one on its path; -1 for the beginning of a path and where no path leads. */
  readonly before: Int32Array;
}

/** Shortest paths along the arcs from the sources, each charged with its own cost first. */
export function shortestPaths({ starts, targets, lengths }: Arcs, sources: Sources): PathTree {
  const n = starts.length - 1;
  const distance = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(n).fill(-1);
  // A heap of nodes by distance; `place` says where in it a node is, -1 for nowhere.
  const heap = new Int32Array(n);
  const place = new Int32Array(n).fill(-1);
  let size = 0;
  const up = (node: number): void => {
    const key = distance[node]!;
    let at = place[node]! < 0 ? size++ : place[node]!;
    while (at > 0) {
      const parent = heap[(at - 1) >> 1]!;
      if (distance[parent]! <= key) break;
      heap[at] = parent;
      place[parent] = at;
      at = (at - 1) >> 1;
    }
    heap[at] = node;
    place[node] = at;
  };
  const pop = (): number => {
    const top = heap[0]!;
    place[top] = -1;
    const node = heap[--size]!;
    if (size === 0) return top;
    const key = distance[node]!;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && distance[heap[child + 1]!]! < distance[heap[child]!]!) child++;
      const below = heap[child]!;
      if (distance[below]! >= key) break;
      heap[at] = below;
      place[below] = at;
      at = child;
    }
    heap[at] = node;
    place[node] = at;
    return top;
  };
  for (let s = 0; s < sources.nodes.length; s++) {
    const node = sources.nodes[s]!;
    const cost = sources.costs?.[s] ?? 0;
    if (!(Number.isInteger(node) && node >= 0 && node < n))
      throw new JepaError('usage', `shortestPaths: nodes are 0 to ${n - 1}, got ${node}`, { node });
    if (!(cost < distance[node]!)) continue;
    distance[node] = cost;
    up(node);
  }
  while (size > 0) {
    const node = pop();
    const here = distance[node]!;
    for (let arc = starts[node]!; arc < starts[node + 1]!; arc++) {
      const next = targets[arc]!;
      const length = here + lengths[arc]!;
      // A node that has left the heap is never nearer again, since no length is below 0.
      if (length >= distance[next]!) continue;
      distance[next] = length;
      before[next] = node;
      up(next);
    }
  }
  return { distance: Float32Array.from(distance), before };
}
