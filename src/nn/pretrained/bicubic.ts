// Bicubic interpolation as PyTorch has it, in its two forms, as matrices along one axis.

import type { Grid } from '../positions.ts';

/** The cubic convolution kernel (Keys 1981) with parameter a, at distance x. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0;
}

/**
 * The [to, from] matrix of bicubic interpolation with half-pixel centres (PyTorch `align_corners=False`). Without
 * `antialias`, a = -0.75 and the border repeats; with it, a = -0.5, the kernel widens with the scale when shrinking, and
 * what lies outside is left out (as Pillow and PyTorch's `antialias=True`).
 */
export function bicubicMatrix(from: number, to: number, antialias = false): Float32Array {
  const m = new Float32Array(to * from);
  const scale = from / to;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    if (!antialias) {
      for (let j = Math.floor(centre) - 1; j <= Math.floor(centre) + 2; j++)
        m[i * from + Math.min(from - 1, Math.max(0, j))]! += cubic(j - centre, -0.75);
      continue;
    }
    const wider = Math.max(1, scale);
    const row = Array.from({ length: from }, (_, j) => cubic((j - centre) / wider, -0.5));
    const total = row.reduce((a, b) => a + b, 0);
    for (let j = 0; j < from; j++) m[i * from + j] = row[j]! / total;
  }
  return m;
}

/**
 * A position table [lead + N, dim] of one grid resampled to another, [lead + N', dim]; the rows of lead tokens stay. As the
 * `interpolate_pos_encoding` of HuggingFace's models.
 */
export function resamplePositions(
  table: Float32Array,
  dim: number,
  {
    lead,
    from,
    to,
    antialias,
  }: { readonly lead: number; readonly from: Grid; readonly to: Grid; readonly antialias: boolean },
): Float32Array {
  if (from[0] === to[0] && from[1] === to[1]) return table;
  const out = new Float32Array((lead + to[0] * to[1]) * dim);
  out.set(table.subarray(0, lead * dim));
  const rows = bicubicMatrix(from[0], to[0], antialias);
  const columns = bicubicMatrix(from[1], to[1], antialias);
  for (let y = 0; y < to[0]; y++)
    for (let x = 0; x < to[1]; x++) {
      const target = out.subarray((lead + y * to[1] + x) * dim, (lead + y * to[1] + x + 1) * dim);
      for (let r = 0; r < from[0]; r++)
        for (let c = 0; c < from[1]; c++) {
          const weight = rows[y * from[0] + r]! * columns[x * from[1] + c]!;
          if (weight === 0) continue;
          const source = (lead + r * from[1] + c) * dim;
          for (let d = 0; d < dim; d++) target[d]! += weight * table[source + d]!;
        }
    }
  return out;
}
