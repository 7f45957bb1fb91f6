// Frozen features with labels, as every probe of this folder takes them, and the checks that they share.
// Axes: N images, T tokens, D embedding.

import { JepaError } from '../../core/index.ts';
import type { Tokens } from '../collapse/deviation.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';

/** One split: features of N images and their classes. */
export interface FeatureSplit {
  /** One vector per image [N, D], float32 as the encoder gave it. */
  readonly x: Matrix;
  /** Classes [N], whole numbers from 0. */
  readonly y: ArrayLike<number>;
  /** The tokens of the same images [N, T, D], for the attentive probe. */
  readonly tokens?: Tokens;
}

/** Features of a frozen encoder: probes are fitted on `train` and scored on `test`. */
export interface FrozenFeatures {
  readonly train: FeatureSplit;
  readonly test: FeatureSplit;
  readonly classes: number;
}

/**
 * Throws when the splits do not fit together: `shape` for sizes, `data` for labels out of range or a class without a
 * training image, `numeric` for a feature that is not finite.
 */
export function checkFeatures({ train, test, classes }: FrozenFeatures): void {
  if (!Number.isInteger(classes) || classes < 2) {
    throw new JepaError('usage', `features: classes must be a whole number of at least 2, got ${classes}`);
  }
  if (train.x.cols !== test.x.cols) {
    throw new JepaError(
      'shape',
      `features: train and test must have the same width, got ${train.x.cols} and ${test.x.cols}`,
    );
  }
  for (const [name, split] of [
    ['train', train],
    ['test', test],
  ] as const) {
    requireFinite(split.x, `features of ${name}`, 2);
    checkLabels(split.y, split.x.rows, classes, name);
    const tokens = split.tokens;
    if (tokens !== undefined && tokens.batch !== split.x.rows) {
      throw new JepaError(
        'shape',
        `features of ${name}: tokens must belong to the same ${split.x.rows} images, got ${tokens.batch}`,
      );
    }
  }
  const counts = classCounts(train.y, classes);
  const missing = [...counts.keys()].filter((c) => counts[c] === 0);
  if (missing.length > 0) {
    throw new JepaError(
      'data',
      `features: every class needs a training image, none has class ${missing.slice(0, 8).join(', ')}; ` +
        'use more training images or fewer classes',
      { missing },
    );
  }
}

/** Throws unless there is one label from 0 to `classes` - 1 for each of `rows` rows. */
export function checkLabels(labels: ArrayLike<number>, rows: number, classes: number, where: string): void {
  if (labels.length !== rows) {
    throw new JepaError('shape', `labels of ${where}: needs one per row, got ${labels.length} for ${rows}`);
  }
  for (let i = 0; i < rows; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new JepaError(
        'data',
        `labels of ${where}: label ${i} must be a class from 0 to ${classes - 1}, got ${label}`,
        { row: i },
      );
    }
  }
}

/** How many labels there are of each class. */
export function classCounts(labels: ArrayLike<number>, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  return counts;
}

/** Rows of X by number, in the order of `rows`. */
export function takeRows(x: Matrix, rows: ArrayLike<number>): Matrix<Float32Array> {
  const data = new Float32Array(rows.length * x.cols);
  for (let i = 0; i < rows.length; i++) {
    data.set(x.data.subarray(rows[i]! * x.cols, (rows[i]! + 1) * x.cols), i * x.cols);
  }
  return { rows: rows.length, cols: x.cols, data };
}
