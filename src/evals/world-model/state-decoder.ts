// The read-out of the state that goals in its words need: one ridge regression from the embedding to every number of the state,
// fitted on training episodes, with how well each is read on held-out ones.
// Legend: n rows, m held-out rows, D embedding width, S state size, W columns (two of an angle).

import type { EnvSpec } from '../../envs/index.ts';
import {
  columnMeans,
  columnVariances,
  fitStandardiser,
  type Matrix,
  matrix,
  predictLinear,
  ridge,
  standardise,
} from '../../measure/index.ts';
import type { DecodedNumber, RecordedEmbeddings, StateDecoder } from '../../plan/index.ts';
import type { EmbeddedRows } from './embeddings.ts';
import { probeTargetsOf, targetValues } from './targets.ts';

/** Ridge of the standardised problem per row, that of the linear probes. */
const RIDGE = 1e-3;

/** Recorded embeddings that are kept, and the most numbers of them. */
const MOST_RECORDED = 512;
const MOST_NUMBERS = 2 ** 18;

/** Share of held-out embeddings whose distance to the recorded ones counts as usual. */
const USUAL = 0.99;

/** Wider embeddings are not read: the regression grows with the third power of their width. */
const MOST_WIDE = 4096;

/** Correlation of what is read with what was recorded over all columns of a number, each less its mean. NaN when it never changes. */
function correlation(read: Matrix, truth: Matrix): number {
  const [meanRead, meanTruth] = [columnMeans(read), columnMeans(truth)];
  let [both, ofRead, ofTruth] = [0, 0, 0];
  for (let i = 0; i < truth.data.length; i++) {
    const a = read.data[i]! - meanRead[i % read.cols]!;
    const b = truth.data[i]! - meanTruth[i % truth.cols]!;
    both += a * b;
    ofRead += a * a;
    ofTruth += b * b;
  }
  if (ofTruth === 0) return Number.NaN;
  return ofRead === 0 ? 0 : both / Math.sqrt(ofRead * ofTruth);
}

/** Least and largest of column `c`. */
function bounds(state: Matrix, c: number): { readonly low: number; readonly high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = c; i < state.data.length; i += state.cols) {
    low = Math.min(low, state.data[i]!);
    high = Math.max(high, state.data[i]!);
  }
  return { low, high };
}

function recordedOf(fit: Matrix, held: Matrix): RecordedEmbeddings {
  const D = fit.cols;
  const kept = Math.max(1, Math.min(fit.rows, MOST_RECORDED, Math.floor(MOST_NUMBERS / D)));
  const embeddings = new Float32Array(kept * D);
  for (let k = 0; k < kept; k++) {
    const row = Math.floor((k * fit.rows) / kept);
    embeddings.set(fit.data.subarray(row * D, (row + 1) * D), k * D);
  }
  const distances = Float64Array.from({ length: held.rows }, (_, i) => {
    let nearest = Number.POSITIVE_INFINITY;
    for (let k = 0; k < kept; k++) {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += (held.data[i * D + d]! - embeddings[k * D + d]!) ** 2;
      nearest = Math.min(nearest, sum);
    }
    return Math.sqrt(nearest);
  }).sort();
  return { embeddings, usual: distances[Math.ceil(USUAL * held.rows) - 1]! };
}

/**
 * Fits the decoder: standardised ridge regression with lambda 1e-3 n of each number of the state, angles (`probeTargetsOf` says
 * which) as cosine and sine. A number that never changes in either split is left out, and said to be.
 *
 * @param fit embeddings and states of training episodes
 * @param held of episodes that nothing was trained on: they give each number's r, and how far from the recorded embeddings is usual
 * @returns undefined where no number changes, or the embedding is wider than 4096 numbers
 * @throws JepaError 'numeric' when an embedding or a state is not finite
 */
export function fitStateDecoder(
  fit: EmbeddedRows,
  held: EmbeddedRows,
  spec: Pick<EnvSpec, 'stateNames' | 'declares'>,
): StateDecoder | undefined {
  const D = fit.z.cols;
  if (D > MOST_WIDE) return undefined;
  const angles = new Set(
    probeTargetsOf(spec).flatMap(({ circular, components }) => (circular === true ? components : [])),
  );
  const numbers: DecodedNumber[] = [];
  const leftOut: { name: string; why: string }[] = [];
  const weights: Float32Array[] = [];
  const bias: number[] = [];
  const input = fitStandardiser(fit.z);
  const x = standardise(fit.z, input);
  for (const [component, name] of spec.stateNames.entries()) {
    const circular = angles.has(component);
    const target = { name, components: [component], names: [name], circular };
    const [y, truth] = [targetValues(fit.state, target), targetValues(held.state, target)];
    const variance = columnVariances(y).reduce((a, b) => a + b, 0);
    if (!(variance > 0) || !(columnVariances(truth).reduce((a, b) => a + b, 0) > 0)) {
      leftOut.push({ name, why: 'it is the same in all frames' });
      continue;
    }
    const output = fitStandardiser(y);
    const model = ridge(x, standardise(y, output), RIDGE * x.rows);
    const raw = new Float64Array(y.cols * D);
    const shift = Float64Array.from(output.mean);
    for (let k = 0; k < y.cols; k++) {
      shift[k]! += output.std[k]! * model.intercept[k]!;
      for (let d = 0; d < D; d++) {
        const weight = (output.std[k]! * model.coefficients.data[k * D + d]!) / input.std[d]!;
        raw[k * D + d] = weight;
        shift[k]! -= weight * input.mean[d]!;
      }
    }
    const read = predictLinear({ coefficients: matrix(raw, D), intercept: shift }, held.z);
    const r = correlation(read, truth);
    numbers.push({ name, circular, r, ...bounds(fit.state, component), deviation: Math.sqrt(variance) });
    weights.push(Float32Array.from(raw));
    bias.push(...shift);
  }
  if (numbers.length === 0) return undefined;
  const all = new Float32Array(bias.length * D);
  let at = 0;
  for (const own of weights) {
    all.set(own, at);
    at += own.length;
  }
  return { dim: D, numbers, leftOut, weights: all, bias: Float32Array.from(bias), recorded: recordedOf(fit.z, held.z) };
}
