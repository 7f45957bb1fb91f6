// Subgoals along the shortest way over a graph of recordings: near enough that a policy or a planner that looks a few blocks ahead
// gets there, and on the way to a goal that it would never find alone.
// Legend: N tasks, D width of an embedding. Lengths are in blocks.

import { JepaError } from '../../core/index.ts';
import type { NearNodes, RouteGraph, RoutesTo } from './route-graph.ts';

/** How subgoals are chosen. */
export interface RouteWaypointOptions {
  /**
   * Blocks along the way from the present to the subgoal, which is the last node within them, or the first one when that is
   * farther. More than about 3 is too far in a room of 12. @default 1.5
   */
  readonly ahead?: number;
  /**
   * Nodes by which the present and the goal are joined to the graph: the nearest, and as many more as lie within its longest
   * edge. 1: by the nearest alone. @default 8
   */
  readonly joins?: number;
  /** Goals whose ways are kept; each takes 8 bytes per node. @default 256 */
  readonly keep?: number;
}

/** Where to go next. */
export interface RouteWaypoints {
  /** Embeddings [N, D]: a node on the way, or the goal itself when it is no farther than `ahead`. */
  readonly subgoals: Float32Array;
  /** Blocks to the goal [N], with what leads from the present to the graph and from it to the goal. */
  readonly distance: Float32Array;
  /** 1 where the subgoal is the goal, [N]. */
  readonly direct: Uint8Array;
}

/** A graph as a source of subgoals. */
export interface RouteGuide {
  readonly graph: RouteGraph;
  /**
   * Subgoals from where N tasks are toward their goals, [N, D] both; `tasks` names them in errors, default 0 to N - 1.
   *
   * @throws JepaError 'data' when no way leads to a goal; 'shape' for embeddings of another width
   */
  toward(now: Float32Array, goals: Float32Array, tasks?: readonly number[]): RouteWaypoints;
}

/** A goal with the ways to it. */
interface Destination {
  readonly ways: RoutesTo;
  /** Recorded row of the goal's nearest node. */
  readonly row: number;
}

/** How many of the nodes near one embedding it is joined with. */
function joined({ count, lengths }: NearNodes, most: number): number {
  let joins = 1;
  while (joins < count && lengths[joins]! <= most) joins++;
  return joins;
}

/**
 * A source of subgoals.
 *
 * @throws JepaError 'usage' for options that cannot be
 * @example
 * const guide = routeGuide(graph, { ahead: 1.5 });
 * const { subgoals } = guide.toward(await model.encode(seen, n), await model.encode(goals, n));
 */
export function routeGuide(graph: RouteGraph, options: RouteWaypointOptions = {}): RouteGuide {
  const { ahead = 1.5, joins = 8, keep = 256 } = options;
  if (!(ahead > 0)) throw new JepaError('usage', `waypoints: ahead must be above 0 blocks, got ${ahead}`, { ahead });
  for (const [name, value] of Object.entries({ joins, keep })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new JepaError('usage', `waypoints: ${name} must be a whole number of at least 1, got ${value}`, { name });
  }
  const { dim: D, nodes, rows, maxEdge } = graph.record;
  /** By the goal's numbers, in order of use. */
  const known = new Map<string, Destination>();
  const destinationOf = (goal: Float32Array): Destination => {
    const name = goal.join();
    const found = known.get(name) ?? findDestination(goal);
    known.delete(name);
    known.set(name, found);
    if (known.size > keep) known.delete(known.keys().next().value!);
    return found;
  };
  const findDestination = (goal: Float32Array): Destination => {
    const near = graph.nearest(goal, joins);
    const count = joined(near, maxEdge);
    const ways = graph.routesTo({ nodes: near.nodes.subarray(0, count), costs: near.lengths.subarray(0, count) });
    return { ways, row: rows[near.nodes[0]!]! };
  };

  return {
    graph,
    toward(now, goals, tasks) {
      const N = now.length / D;
      if (!Number.isInteger(N) || goals.length !== now.length)
        throw new JepaError(
          'shape',
          `waypoints: the present and the goals must both be rows of ${D} numbers, got ${now.length} and ${goals.length} numbers`,
        );
      const subgoals = new Float32Array(N * D);
      const distance = new Float32Array(N);
      const direct = new Uint8Array(N);
      for (let n = 0; n < N; n++) {
        const here = now.subarray(n * D, (n + 1) * D);
        const goal = goals.subarray(n * D, (n + 1) * D);
        const { ways, row } = destinationOf(goal);
        const near = graph.nearest(here, joins);
        let start = near.nodes[0]!;
        let shortest = Number.POSITIVE_INFINITY;
        for (let j = 0; j < joined(near, maxEdge); j++) {
          const length = near.lengths[j]! + ways.distance[near.nodes[j]!]!;
          if (!(length < shortest)) continue;
          shortest = length;
          start = near.nodes[j]!;
        }
        if (shortest === Number.POSITIVE_INFINITY) {
          const leading = ways.distance.reduce((sum, blocks) => sum + (blocks < Number.POSITIVE_INFINITY ? 1 : 0), 0);
          const task = tasks?.[n] ?? n;
          throw new JepaError(
            'data',
            `waypoints: a way must lead from the present to the goal, but none leads from recorded row ${rows[start]}, the nearest to the present of task ${task}, to row ${row}, the nearest to its goal, which ${leading} of ${graph.size} nodes reach; record what lies between, or build the graph with more neighbours or a larger maxEdge`,
            { task, from: rows[start], to: row, leading },
          );
        }
        // Past the join, else it could stay where it is, and on as long as that lies within `ahead`.
        let at = shortest <= ahead ? -1 : ways.next[start]!;
        const within = (node: number): boolean => shortest - ways.distance[node]! <= ahead;
        const atJoin = (node: number): boolean => ways.distance[node] === ways.distance[start];
        while (at >= 0 && ways.next[at]! >= 0 && (atJoin(at) || within(ways.next[at]!))) at = ways.next[at]!;
        // Where the way ends at the join, only the goal is left.
        if (at >= 0 && atJoin(at)) at = -1;
        subgoals.set(at < 0 ? goal : nodes.subarray(at * D, (at + 1) * D), n * D);
        distance[n] = shortest;
        direct[n] = at < 0 ? 1 : 0;
      }
      return { subgoals, distance, direct };
    },
  };
}
