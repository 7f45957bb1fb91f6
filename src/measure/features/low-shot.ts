// Classification with few labels: a seeded, class-balanced subset of the labels and a regularised linear classifier on
// frozen features, over several draws of the subset. The I-JEPA paper counts 1 % of ImageNet, 12 to 13 images per class;
// both kinds are here, since 1 % of a smaller data set is another number. The penalty is that of StoP's low-shot protocol.

import { fold, JepaError, type Key, permutation } from '../../core/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { LinearModel } from '../probes/ridge.ts';
import { logisticRegression } from '../probes/softmax.ts';
import { fitStandardiser, type Standardiser } from '../probes/standardise.ts';
import { onRawFeatures, ridgeClassifier, standardised } from './ridge.ts';
import { checkLabels, classCounts, type FeatureSplit, takeRows } from './split.ts';

/** How many images keep their label: so many of each class, or a share of each class. */
export type Shots = { readonly perClass: number } | { readonly share: number };

/** Settings of the classifier on few labels. */
export interface LowShotOptions {
  /** `logistic` (default) or `ridge`, which is much faster. */
  readonly classifier?: 'logistic' | 'ridge';
  /** L2 penalty per labelled image: mean cross-entropy + penalty / 2 |W|^2 (default 2.5e-3), or lambda / n of the ridge. */
  readonly penalty?: number;
  /** Mean and deviation of all training features, which need no labels; default those of the labelled images. */
  readonly standardiser?: Standardiser;
  readonly runtime?: Runtime;
}

/**
 * Row numbers of the images that keep their label, ascending: drawn by `key` within each class.
 *
 * Errors: `data` when a class has no label left or fewer images than asked for, with the classes; `usage` for a share
 * outside (0, 1] or a number below 1.
 */
export function lowShotRows(labels: ArrayLike<number>, classes: number, shots: Shots, key: Key): Int32Array {
  checkLabels(labels, labels.length, classes, 'lowShotRows');
  const asked = 'perClass' in shots ? shots.perClass : shots.share;
  if ('perClass' in shots ? !Number.isInteger(asked) || asked < 1 : !(asked > 0 && asked <= 1)) {
    throw new JepaError(
      'usage',
      `lowShotRows: needs a whole number of labels per class or a share in (0, 1], got ${JSON.stringify(shots)}`,
    );
  }
  const counts = classCounts(labels, classes);
  const wanted = Array.from(counts, (count) => ('perClass' in shots ? asked : Math.round(asked * count)));
  const short = wanted.flatMap((n, c) => (n < 1 || n > counts[c]! ? [c] : []));
  if (short.length > 0) {
    const named = short.slice(0, 8).map((c) => `${c} (${counts[c]} images)`);
    throw new JepaError(
      'data',
      `lowShotRows: every class must be in a low-shot split; with ${'perClass' in shots ? `${asked} labels per class` : `${100 * asked} % of the labels`} ` +
        `there are not enough images of class ${named.join(', ')}${short.length > 8 ? ', ...' : ''}; ask for ` +
        `${'perClass' in shots ? 'fewer labels' : 'a larger share'}, or give more training images`,
      { classes: short },
    );
  }
  const left = wanted.slice();
  const chosen: number[] = [];
  for (const row of permutation(fold(key, 'labels'), labels.length)) {
    if (left[labels[row]!]!-- > 0) chosen.push(row);
  }
  return Int32Array.from(chosen).sort();
}

/** Fits a linear classifier on the labelled rows of `train`; the model takes raw features. */
export async function lowShotClassifier(
  train: FeatureSplit,
  classes: number,
  rows: Int32Array,
  options: LowShotOptions = {},
): Promise<LinearModel> {
  const { classifier = 'logistic', penalty = 2.5e-3, runtime } = options;
  const x = takeRows(train.x, rows);
  const y = Int32Array.from(rows, (row) => train.y[row]!);
  const { standardiser = fitStandardiser(x) } = options;
  if (classifier === 'ridge') {
    const common = runtime === undefined ? {} : { runtime };
    return ridgeClassifier({ x, y }, classes, { lambda: penalty * x.rows, standardiser, ...common });
  }
  // A few hundred steps decide the class of every test image; the last digits of the optimum do not.
  const stop = { gradientTolerance: 1e-5, valueTolerance: 1e-7 };
  const model = logisticRegression(standardised(x, standardiser), y, classes, { c: 1 / (penalty * x.rows), ...stop });
  return onRawFeatures(model, standardiser);
}
