// A graph over recorded embeddings as plain numbers: its nodes are rows of recorded episodes, its edges what was done between them
// and what lies so near that one could go there. Shortest paths over it stitch recordings together, so they are shorter than
// any one recording, and lead round what no recording crosses.
// Legend: n rows, N nodes, D width of an embedding, m edges, k neighbours. Lengths are in blocks.
// Source: planning over the replay buffer (SoRB, arXiv 1906.05253), with distances in embedding in place of learned ones.

import { JepaError } from '../../core/index.ts';
import type { EpisodeSpan } from '../../data/index.ts';
import type { EmbeddedEpisodes } from '../world-model/waypoints.ts';
import { neighboursOf } from './neighbours.ts';
import type { ArcList } from './shortest-paths.ts';

/** A graph as plain numbers. */
export interface RouteRecord {
  /** D */
  readonly dim: number;
  /** Embeddings [N, D]. */
  readonly nodes: Float32Array;
  /** The recorded row of each node, ascending, [N]. */
  readonly rows: Int32Array;
  /** One way each: what goes both ways stands twice. */
  readonly edges: ArcList;
  /** How far apart embeddings are that lie one block apart. */
  readonly unit: number;
  /** Blocks. Neighbours farther apart than that were not joined. */
  readonly maxEdge: number;
  /** Where each episode lies in the N nodes. */
  readonly episodes: readonly EpisodeSpan[];
}

/** How a graph is built. */
export interface RouteOptions {
  /** k, nearest neighbours that each node is joined with, both ways. @default 8 */
  readonly neighbours?: number;
  /**
   * Blocks: neighbours farther apart are not joined. What keeps paths from jumping over a wall: it must be below the distance,
   * in embedding, between its two sides. @default 1
   */
  readonly maxEdge?: number;
  /** Blocks that a step to a neighbour takes at least. @default 0 */
  readonly floor?: number;
  /**
   * Whether a recorded block also leads back, as in worlds where one can turn round; where a pushed thing does not come back,
   * false. Neighbours are joined both ways all the same. @default true
   */
  readonly undirected?: boolean;
  /**
   * The most nodes. Of more rows each episode's rows 0, s, 2s and so on are kept, with the least s that does, the same in all;
   * a recorded edge is then s blocks long. @default all rows
   */
  readonly maxNodes?: number;
  /** Distance of embeddings one block apart. @default the 75 % quantile of the recorded ones */
  readonly unit?: number;
}

/** Linear between the two nearest ranks. */
function quantile(values: Float64Array, share: number): number {
  const sorted = values.slice().sort();
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

/** The 75 % quantile of the distance between an embedding and the one a block later. */
function recordedUnit({ z, episodes }: EmbeddedEpisodes, D: number): number {
  const steps = new Float64Array(episodes.reduce((sum, { length }) => sum + Math.max(0, length - 1), 0));
  let s = 0;
  for (const { row, length } of episodes) {
    for (let t = row; t < row + length - 1; t++) {
      let square = 0;
      for (let d = 0; d < D; d++) square += (z[t * D + d]! - z[(t + 1) * D + d]!) ** 2;
      steps[s++] = Math.sqrt(square);
    }
  }
  if (steps.length === 0)
    throw new JepaError(
      'data',
      `routes: one block must have been recorded to know how far it leads, got ${episodes.length} episodes of one row at most; record longer ones, or say 'unit'`,
    );
  return quantile(steps, 0.75);
}

function strideFor(episodes: readonly EpisodeSpan[], most: number): number {
  const kept = (s: number): number => episodes.reduce((sum, { length }) => sum + Math.ceil(length / s), 0);
  const longest = Math.max(...episodes.map(({ length }) => length));
  let stride = 1;
  while (kept(stride) > most) {
    if (stride >= longest)
      throw new JepaError(
        'usage',
        `routes: every episode keeps a row: maxNodes must be at least ${kept(longest)}, got ${most}; give fewer episodes`,
        { maxNodes: most },
      );
    stride++;
  }
  return stride;
}

function checkOptions(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    const whole = name === 'neighbours' || name === 'maxNodes';
    const good = whole
      ? (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= 1
      : value > 0 || (name === 'floor' && value === 0);
    if (good) continue;
    const must = whole ? 'a whole number of at least 1' : name === 'floor' ? 'at least 0' : 'above 0';
    throw new JepaError('usage', `routes: ${name} must be ${must}, got ${value}`, { name, value });
  }
}

/**
 * The graph of recorded embeddings.
 *
 * @throws JepaError 'usage' for options that cannot be; 'data' when nothing was recorded or nothing moved; 'numeric' when an
 * embedding is not finite
 * @example
 * const graph = routeGraph(recordRoutes(await embedEpisodes(model, source, { episodes, frameSkip, actions })));
 */
export function recordRoutes(embedded: EmbeddedEpisodes, options: RouteOptions = {}): RouteRecord {
  const { neighbours: k = 8, maxEdge = 1, floor = 0, undirected = true } = options;
  const { maxNodes = Number.POSITIVE_INFINITY } = options;
  checkOptions({
    neighbours: k,
    maxEdge,
    floor,
    maxNodes,
    ...(options.unit === undefined ? {} : { unit: options.unit }),
  });
  const recorded = embedded.episodes.filter(({ length }) => length > 0);
  const n = recorded.reduce((sum, { length }) => sum + length, 0);
  if (n === 0)
    throw new JepaError('data', `routes: a graph needs recorded rows, got ${recorded.length} episodes with any`);
  const dim = embedded.z.length / n;
  if (!Number.isInteger(dim))
    throw new JepaError(
      'shape',
      `routes: ${n} rows of embeddings must have one width, got ${embedded.z.length} numbers`,
    );
  const unit = options.unit ?? recordedUnit(embedded, dim);
  if (!(unit > 0))
    throw new JepaError(
      'data',
      `routes: recorded blocks must change the embedding, three of four change it by at most ${unit}; record episodes that move, or say 'unit'`,
      { unit },
    );

  const stride = strideFor(recorded, maxNodes);
  const rows: number[] = [];
  const episodes = recorded.map(({ row, length }) => {
    const first = rows.length;
    for (let t = 0; t < length; t += stride) rows.push(row + t);
    return { row: first, length: rows.length - first };
  });
  const nodes = new Float32Array(rows.length * dim);
  for (const [i, row] of rows.entries()) nodes.set(embedded.z.subarray(row * dim, (row + 1) * dim), i * dim);

  const edges = new Edges(rows.length);
  for (const { row, length } of episodes) {
    for (let i = row; i < row + length - 1; i++) {
      edges.add(i, i + 1, stride);
      if (undirected) edges.add(i + 1, i, stride);
    }
  }
  const { count, nodes: near, squares } = neighboursOf(nodes, dim, k);
  for (let i = 0; i < rows.length; i++) {
    for (let c = i * count; c < (i + 1) * count; c++) {
      const length = Math.sqrt(squares[c]!) / unit;
      if (length > maxEdge) break;
      edges.add(i, near[c]!, Math.max(floor, length));
      edges.add(near[c]!, i, Math.max(floor, length));
    }
  }
  return { dim, nodes, rows: Int32Array.from(rows), edges: edges.list(), unit, maxEdge, episodes };
}

/** Edges, of which the shortest between two nodes stays. */
class Edges {
  readonly #lengths: Map<number, number>[];

  constructor(nodes: number) {
    this.#lengths = Array.from({ length: nodes }, () => new Map());
  }

  add(from: number, to: number, length: number): void {
    const known = this.#lengths[from]!.get(to);
    if (known === undefined || length < known) this.#lengths[from]!.set(to, length);
  }

  list(): ArcList {
    const m = this.#lengths.reduce((sum, { size }) => sum + size, 0);
    const list = { ends: new Int32Array(2 * m), lengths: new Float32Array(m) };
    let arc = 0;
    for (const [from, leaving] of this.#lengths.entries()) {
      for (const [to, length] of [...leaving].sort(([a], [b]) => a - b)) {
        list.ends[2 * arc] = from;
        list.ends[2 * arc + 1] = to;
        list.lengths[arc++] = length;
      }
    }
    return list;
  }
}
