// What a linear probe reads of a goal's numbers: a privileged map from embeddings to what the task is about.
// Legend: n rows, D width, G numbers of a goal, P columns read (an angle is two).

import { JepaError } from '../../core/index.ts';
import type { EnvSpec } from '../../envs/index.ts';
import { columnMeans, columnVariances, matrix, ridge } from '../../measure/index.ts';
import type { EmbeddedRows } from '../world-model/embeddings.ts';
import { probeTargetsOf } from '../world-model/targets.ts';

/**
 * Ridge regression (alpha 1, on embeddings of deviation 1) of the goal's numbers in units of their tolerances: weights [P, D].
 * Angles are read as cosine and sine. A goal is the first numbers of a state; those that never change are left out.
 *
 * @throws JepaError `data` when none of them changes
 */
export function goalReadout({ z, state }: EmbeddedRows, spec: EnvSpec): Float32Array {
  const { goalDim, declares = {} } = spec;
  const angles = new Set(probeTargetsOf(spec).flatMap(({ circular, components }) => (circular ? components : [])));
  const columns: ((row: number) => number)[] = [];
  for (let g = 0; g < goalDim; g++) {
    const tolerance = declares.tolerances?.[g] ?? declares.solvedWithin ?? 1;
    const value = (row: number): number => state.data[row * state.cols + g]!;
    // Near the goal an angle's cosine and sine move by as much as the angle.
    const read = angles.has(g)
      ? [(row: number) => Math.cos(value(row)) / tolerance, (row: number) => Math.sin(value(row)) / tolerance]
      : [(row: number) => value(row) / tolerance];
    columns.push(
      ...read.filter((column) => Array.from({ length: state.rows }, (_, i) => column(i)).some((v) => v !== column(0))),
    );
  }
  if (columns.length === 0)
    throw new JepaError('data', `goalReadout: the goal's numbers must change in the recorded rows of ${spec.id}`);
  const y = new Float64Array(state.rows * columns.length);
  for (let row = 0; row < state.rows; row++)
    for (const [c, read] of columns.entries()) y[row * columns.length + c] = read(row);
  const scale = columnVariances(z, columnMeans(z)).map((v) => (v > 0 ? 1 / Math.sqrt(v) : 0));
  const x = matrix(
    Float64Array.from(z.data, (v, i) => v * scale[i % z.cols]!),
    z.cols,
  );
  const { coefficients } = ridge(x, matrix(y, columns.length), 1);
  return Float32Array.from(coefficients.data, (w, i) => w * scale[i % z.cols]!);
}
