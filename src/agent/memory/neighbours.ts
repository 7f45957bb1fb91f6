// Exact nearest neighbours among embeddings, by plain loops over blocks of rows that stay in the cache. Squared differences are
// summed, not |a|^2 - 2 ab + |b|^2: equal points are then exactly 0 apart, and near ones as far as they are.
// Legend: n points, Q queries, D numbers of a point, k neighbours.

import { JepaError } from '../../core/index.ts';

/** The nearest points of each query: row by row, nearest first, ties by the lower index. */
export interface Neighbours {
  /** Points found per query: k, or as many as there are. */
  readonly count: number;
  /** [Q, count] */
  readonly nodes: Int32Array;
  /** Squared distances [Q, count]. */
  readonly squares: Float64Array;
}

/** Rows of one block: with 32 numbers each, two blocks are 64 KiB. */
const BLOCK = 256;

/** Puts a point where it belongs among the `k` nearest of a row, when it does. */
function insert(nodes: Int32Array, squares: Float64Array, from: number, k: number, node: number, square: number): void {
  let at = from + k - 1;
  // Points come in any order: of two that are equally far the one of the lower index stays in front.
  const before = (i: number): boolean => squares[i]! > square || (squares[i] === square && nodes[i]! > node);
  if (!before(at)) return;
  for (; at > from && before(at - 1); at--) {
    nodes[at] = nodes[at - 1]!;
    squares[at] = squares[at - 1]!;
  }
  nodes[at] = node;
  squares[at] = square;
}

function squareOf(a: Float32Array, i: number, b: Float32Array, j: number, D: number, most: number): number {
  let sum = 0;
  let d = 0;
  for (; d + 8 <= D; d += 8) {
    const d0 = a[i + d]! - b[j + d]!;
    const d1 = a[i + d + 1]! - b[j + d + 1]!;
    const d2 = a[i + d + 2]! - b[j + d + 2]!;
    const d3 = a[i + d + 3]! - b[j + d + 3]!;
    const d4 = a[i + d + 4]! - b[j + d + 4]!;
    const d5 = a[i + d + 5]! - b[j + d + 5]!;
    const d6 = a[i + d + 6]! - b[j + d + 6]!;
    const d7 = a[i + d + 7]! - b[j + d + 7]!;
    sum += d0 * d0 + d1 * d1 + (d2 * d2 + d3 * d3) + (d4 * d4 + d5 * d5) + (d6 * d6 + d7 * d7);
    if (sum > most) return sum;
  }
  for (; d < D; d++) sum += (a[i + d]! - b[j + d]!) ** 2;
  return sum;
}

function empty(rows: number, count: number): Neighbours {
  return {
    count,
    nodes: new Int32Array(rows * count).fill(0x7fffffff),
    squares: new Float64Array(rows * count).fill(Number.POSITIVE_INFINITY),
  };
}

function checkFinite(points: Float32Array, dim: number, what: string): void {
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new JepaError(
    'numeric',
    `${what}: every number must be finite, got ${points[bad]} in row ${Math.floor(bad / dim)}; the encoder has diverged, or an observation holds NaN`,
    { row: Math.floor(bad / dim) },
  );
}

/**
 * The `k` nearest points [n, D] of each query [Q, D].
 *
 * @throws JepaError 'shape' when the queries are not rows of D numbers; 'numeric' when one is not finite
 */
export function nearestTo(points: Float32Array, dim: number, queries: Float32Array, k: number): Neighbours {
  if (queries.length % dim !== 0)
    throw new JepaError('shape', `nearest: queries must be rows of ${dim} numbers, got ${queries.length} numbers`);
  checkFinite(queries, dim, 'nearest');
  const [n, Q] = [points.length / dim, queries.length / dim];
  const found = empty(Q, Math.min(k, n));
  const { count, nodes, squares } = found;
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK);
    for (let q = 0; q < Q; q++) {
      for (let j = from; j < to; j++) {
        const worst = squares[q * count + count - 1]!;
        const square = squareOf(queries, q * dim, points, j * dim, dim, worst);
        if (square <= worst) insert(nodes, squares, q * count, count, j, square);
      }
    }
  }
  return found;
}

/**
 * The `k` nearest other points of each of the points [n, D]; each pair is measured once.
 *
 * @throws JepaError 'numeric' when a number is not finite
 */
export function neighboursOf(points: Float32Array, dim: number, k: number): Neighbours {
  checkFinite(points, dim, 'neighbours');
  const n = points.length / dim;
  const found = empty(n, Math.max(0, Math.min(k, n - 1)));
  const { count, nodes, squares } = found;
  if (count === 0) return found;
  for (let I = 0; I < n; I += BLOCK) {
    for (let J = I; J < n; J += BLOCK) {
      const [iEnd, jEnd] = [Math.min(n, I + BLOCK), Math.min(n, J + BLOCK)];
      for (let i = I; i < iEnd; i++) {
        for (let j = Math.max(J, i + 1); j < jEnd; j++) {
          const ofI = squares[i * count + count - 1]!;
          const ofJ = squares[j * count + count - 1]!;
          const square = squareOf(points, i * dim, points, j * dim, dim, Math.max(ofI, ofJ));
          if (square <= ofI) insert(nodes, squares, i * count, count, j, square);
          if (square <= ofJ) insert(nodes, squares, j * count, count, i, square);
        }
      }
    }
  }
  return found;
}
