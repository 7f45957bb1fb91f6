// Distances and ways over a graph of recorded embeddings.
// Legend: N nodes, D width of an embedding, Q queries, k neighbours. Lengths are in blocks.

import { JepaError } from '../../core/index.ts';
import { nearestTo } from './neighbours.ts';
import type { RouteRecord } from './route-record.ts';
import { groupArcs, type Sources, shortestPaths } from './shortest-paths.ts';

/** The nodes nearest to some embeddings. */
export interface NearNodes {
  /** Nodes found per query: k, or all when there are fewer. */
  readonly count: number;
  /** Nearest first, ties by the lower index, [Q, count]. */
  readonly nodes: Int32Array;
  /** How far they are, in blocks, [Q, count]. */
  readonly lengths: Float64Array;
}

/** The shortest ways from every node to a goal. */
export interface RoutesTo {
  /** Blocks to the goal [N], Infinity where no way leads. */
  readonly distance: Float32Array;
  /** The next node on the way [N]; -1 at its end, and where no way leads. */
  readonly next: Int32Array;
}

/** A graph, ready to be asked. All answers are functions of the record: nothing is drawn. */
export interface RouteGraph {
  readonly record: RouteRecord;
  /** N */
  readonly size: number;
  /** The nodes nearest to embeddings [Q, D], found exactly. */
  nearest(z: Float32Array, count: number): NearNodes;
  /** Blocks from every node to the nearest of the goals [N], Infinity where no way leads. */
  distancesTo(goal: number | readonly number[]): Float32Array;
  /** The ways themselves; each goal node may have a rest of the way behind it. */
  routesTo(goals: Sources): RoutesTo;
}

/**
 * Prepares a graph for questions.
 *
 * @throws JepaError 'shape' or 'numeric' for a record whose parts do not fit
 * @example
 * const graph = routeGraph(recordRoutes(embedded));
 * const { nodes } = graph.nearest(goal, 1);
 * const blocks = graph.distancesTo(nodes[0]!);
 */
export function routeGraph(record: RouteRecord): RouteGraph {
  const { dim, nodes, rows, edges, unit, episodes } = record;
  const size = rows.length;
  const inEpisodes = episodes.reduce((sum, { length }) => sum + length, 0);
  if (size === 0 || nodes.length !== size * dim || inEpisodes !== size)
    throw new JepaError(
      'shape',
      `routes: a graph must have as many nodes as rows, in its episodes too, got ${nodes.length} numbers of nodes of ${dim}, ${size} rows and ${inEpisodes} in episodes`,
    );
  // Ways to a goal are paths from it along the arcs turned round.
  const arriving = groupArcs(size, edges, true);
  return {
    record,
    size,
    nearest(z, count) {
      const { squares, ...found } = nearestTo(nodes, dim, z, count);
      return { ...found, lengths: squares.map((square) => Math.sqrt(square) / unit) };
    },
    distancesTo: (goal) => shortestPaths(arriving, { nodes: typeof goal === 'number' ? [goal] : goal }).distance,
    routesTo(goals) {
      const { distance, before } = shortestPaths(arriving, goals);
      return { distance, next: before };
    },
  };
}
