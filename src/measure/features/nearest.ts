// The k most similar rows by cosine, for tens of thousands of rows: blocks of the similarity matrix are products of the
// engine, and each query keeps its best k in a heap while the blocks pass by. The whole matrix is never held.
// Axes: N labelled rows, M queries, D embedding.

import { compile } from '../../compile/index.ts';
import { JepaError } from '../../core/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { input, matmul } from '../../tensor/index.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';

/** The k most similar rows of each query, best first; of equal similarities the lower row comes first. */
export interface Neighbours {
  readonly queries: number;
  readonly k: number;
  /** Row numbers [queries, k]. */
  readonly rows: Int32Array;
  /** Cosines [queries, k]. */
  readonly similarity: Float32Array;
}

const INDEX_BLOCK = 4096;
const QUERY_BLOCK = 512;

/**
 * The k nearest rows of `index` [N, D] to each row of `queries` [M, D] by cosine similarity, in float32. A row of zeros
 * has similarity 0 to everything.
 *
 * Errors: `usage` unless 1 <= k <= N, `shape` when the widths differ, `numeric` for NaN.
 */
export async function nearestByCosine(
  index: Matrix,
  queries: Matrix,
  k: number,
  { runtime }: { readonly runtime?: Runtime } = {},
): Promise<Neighbours> {
  requireFinite(index, 'nearestByCosine: index');
  requireFinite(queries, 'nearestByCosine: queries');
  const [N, M, D] = [index.rows, queries.rows, index.cols];
  if (queries.cols !== D) {
    throw new JepaError('shape', `nearestByCosine: queries have ${queries.cols} columns, the index has ${D}`);
  }
  if (!Number.isInteger(k) || k < 1 || k > N) {
    throw new JepaError(
      'usage',
      `nearestByCosine: k must be a whole number from 1 to ${N} (the rows of the index), got ${k}`,
    );
  }
  const indexBlock = Math.min(INDEX_BLOCK, N);
  const queryBlock = Math.min(QUERY_BLOCK, M);
  const program = await compile(
    { cosines: matmul(input('queries', [queryBlock, D]), input('index', [indexBlock, D]), { transB: true }) },
    { name: 'nearest neighbours', ...(runtime === undefined ? {} : { runtime }) },
  );
  try {
    const best = heaps(M, k);
    // Queries are made unit length once, a block of the index at a time.
    const units = new Float32Array(Math.ceil(M / queryBlock) * queryBlock * D);
    writeUnitRows(queries, 0, M, units);
    const block = new Float32Array(indexBlock * D);
    const cosines = new Float32Array(queryBlock * indexBlock);
    for (let start = 0; start < N; start += indexBlock) {
      const count = Math.min(indexBlock, N - start);
      writeUnitRows(index, start, count, block);
      for (let q = 0; q < M; q += queryBlock) {
        const inputs = { queries: units.subarray(q * D, (q + queryBlock) * D), index: block };
        await program.run({ inputs, into: { cosines } });
        for (let i = 0; i < Math.min(queryBlock, M - q); i++) {
          offer(best, q + i, cosines, i * indexBlock, count, start);
        }
      }
    }
    return sorted(best, M);
  } finally {
    await program.dispose();
  }
}

/** Rows start .. start + count of X, each divided by its length. */
function writeUnitRows(x: Matrix, start: number, count: number, out: Float32Array): void {
  const d = x.cols;
  for (let i = 0; i < count; i++) {
    const from = (start + i) * d;
    let square = 0;
    for (let j = 0; j < d; j++) square += x.data[from + j]! * x.data[from + j]!;
    const scale = square === 0 ? 0 : 1 / Math.sqrt(square);
    for (let j = 0; j < d; j++) out[i * d + j] = x.data[from + j]! * scale;
  }
}

/** Per query a heap with its worst candidate on top: the least similar, of equals the one with the highest row. */
interface Heaps {
  readonly k: number;
  readonly similarity: Float32Array;
  readonly rows: Int32Array;
}

function heaps(queries: number, k: number): Heaps {
  return {
    k,
    similarity: new Float32Array(queries * k).fill(Number.NEGATIVE_INFINITY),
    rows: new Int32Array(queries * k).fill(-1),
  };
}

/** Offers `count` similarities of query `query`, which belong to the rows from `firstRow` on. Rows must come in order. */
function offer(h: Heaps, query: number, values: Float32Array, at: number, count: number, firstRow: number): void {
  const { k, similarity, rows } = h;
  const top = query * k;
  let worst = similarity[top]!;
  for (let j = 0; j < count; j++) {
    const value = values[at + j]!;
    // An equal value has a higher row than those in the heap, so it stays out.
    if (value <= worst) continue;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= k) break;
      if (child + 1 < k && worse(similarity, rows, top + child + 1, top + child)) child++;
      if (similarity[top + child]! >= value) break;
      similarity[top + hole] = similarity[top + child]!;
      rows[top + hole] = rows[top + child]!;
      hole = child;
    }
    similarity[top + hole] = value;
    rows[top + hole] = firstRow + j;
    worst = similarity[top]!;
  }
}

function worse(similarity: Float32Array, rows: Int32Array, a: number, b: number): boolean {
  return similarity[a]! < similarity[b]! || (similarity[a]! === similarity[b]! && rows[a]! > rows[b]!);
}

function sorted({ k, similarity, rows }: Heaps, queries: number): Neighbours {
  const out = { rows: new Int32Array(rows.length), similarity: new Float32Array(rows.length) };
  for (let q = 0; q < queries; q++) {
    const order = Array.from({ length: k }, (_, i) => q * k + i);
    order.sort((a, b) => similarity[b]! - similarity[a]! || rows[a]! - rows[b]!);
    order.forEach((from, i) => {
      out.rows[q * k + i] = rows[from]!;
      out.similarity[q * k + i] = similarity[from]!;
    });
  }
  return { queries, k, ...out };
}
