// Batches of pairs with the shortest distance between them over a graph of recordings: labels that stitch episodes, where the time
// between two rows of one episode is only an upper bound.
// Legend: B pairs, N nodes, D width of an embedding. Distances are in blocks.

import { fold, integer, JepaError, type Key, permutation, uniformOne } from '../../core/index.ts';
import type { RouteGraph } from '../memory/route-graph.ts';
import type { ImaginedRows } from './imagined-rows.ts';
import { type PairBatch, shuffled } from './pair-batches.ts';

/** How pairs of a graph are drawn. */
export interface GraphPairOptions {
  /** B */
  readonly batch: number;
  /** Nodes that serve as goals, drawn without return; all when there are fewer. @default 600 */
  readonly goals?: number;
  /** Share of pairs whose `from` is imagined: it has the distance of the node whose time it carries. @default none */
  readonly imagined?: { readonly share: number; readonly rows: ImaginedRows };
  /** Distances go to other pairs of their batch: the control, of which nothing can be learned. @default false */
  readonly shuffle?: boolean;
  readonly key: Key;
}

/** What a pair may start at: a node, with the embedding at row `at` of the recorded or the imagined ones. */
interface Start {
  readonly node: number;
  readonly at: number;
}

function check({ batch, goals = 600, imagined }: GraphPairOptions): void {
  for (const [name, value] of Object.entries({ batch, goals })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new JepaError('usage', `graph pairs: ${name} must be a whole number of at least 1, got ${value}`, { name });
  }
  const share = imagined?.share ?? 0;
  if (!(share >= 0 && share <= 1))
    throw new JepaError('usage', `graph pairs: the share of imagined must be from 0 to 1, got ${share}`, { share });
}

/** The imagined rows whose recorded one is a node: thinning leaves others out. */
function startsOf({ record: { rows, dim } }: RouteGraph, imagined: ImaginedRows): Start[] {
  const nodes = new Map([...rows].map((row, node) => [row, node]));
  const starts = Array.from(imagined.rows, (row, at) => ({ node: nodes.get(row) ?? -1, at })).filter(
    (s) => s.node >= 0,
  );
  const width = imagined.z.length / imagined.rows.length;
  if (starts.length > 0 && width === dim) return starts;
  throw new JepaError(
    'usage',
    `graph pairs: imagined rows must stand for nodes of the graph and have ${dim} numbers, got ${starts.length} that do and ${width} numbers; imagine from the recording that the graph was built on`,
  );
}

/**
 * A function that gives the batch of a zero-based step, the same whenever it is asked: a goal, all drawn ones alike, and a row, all
 * alike from which a way leads to it. The ways to a goal are found when it is first drawn, and kept: N numbers each.
 *
 * @throws JepaError 'usage' for options that cannot be, and for imagined rows of another recording
 * @example
 * const pairs = graphPairs(graph, { batch: 256, goals: 600, key: key(0) });
 * const { from, to, gap } = pairs(0);
 */
export function graphPairs(graph: RouteGraph, options: GraphPairOptions): (step: number) => PairBatch {
  check(options);
  const { batch, goals: wanted = 600, imagined, key } = options;
  const { nodes, dim: D } = graph.record;
  const goals = permutation(fold(key, 'goals'), graph.size).subarray(0, wanted);
  const recorded = Array.from({ length: graph.size }, (_, node) => ({ node, at: node }));
  const dreamt = imagined === undefined || imagined.share === 0 ? [] : startsOf(graph, imagined.rows);
  const ways = new Map<number, { distance: Float32Array; starts: readonly Start[]; dreams: readonly Start[] }>();
  const waysTo = (goal: number) => {
    const known = ways.get(goal);
    if (known !== undefined) return known;
    const distance = graph.distancesTo(goal);
    const leads = ({ node }: Start): boolean => distance[node]! < Number.POSITIVE_INFINITY;
    const those = (starts: readonly Start[]): readonly Start[] => (starts.every(leads) ? starts : starts.filter(leads));
    const found = { distance, starts: those(recorded), dreams: those(dreamt) };
    ways.set(goal, found);
    return found;
  };
  return (step) => {
    const made = {
      from: new Float32Array(batch * D),
      to: new Float32Array(batch * D),
      gap: new Float32Array(batch),
      imagined: new Uint8Array(batch),
    };
    for (let b = 0; b < batch; b++) {
      const draw = fold(key, 'graph pairs', step, b);
      const dream = uniformOne(fold(draw, 'imagined')) < (imagined?.share ?? 0);
      // A goal on an island without imagined rows is of no use to an imagined one: another is drawn.
      for (let attempt = 0; ; attempt++) {
        const goal = goals[integer(fold(draw, 'goal', attempt), 0, goals.length)]!;
        const { distance, starts, dreams } = waysTo(goal);
        const among = dream ? dreams : starts;
        if (among.length === 0) {
          if (attempt < 1000) continue;
          throw new JepaError(
            'data',
            `graph pairs: imagined rows must lead to a goal, but from none of ${dreamt.length} a way leads to any of ${attempt} goals drawn; imagine from more rows`,
          );
        }
        const { node, at } = among[integer(fold(draw, 'row'), 0, among.length)]!;
        const z = dream ? imagined!.rows.z : nodes;
        made.from.set(z.subarray(at * D, (at + 1) * D), b * D);
        made.to.set(nodes.subarray(goal * D, (goal + 1) * D), b * D);
        made.gap[b] = distance[node]!;
        made.imagined[b] = dream ? 1 : 0;
        break;
      }
    }
    if (options.shuffle === true) shuffled(made.gap, fold(key, 'shuffle', step));
    return made;
  };
}
