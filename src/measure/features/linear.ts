// The linear probe as the papers train it: one linear layer on frozen features, SGD with momentum, cosine schedule. The
// settings of the papers are data; they were chosen for ImageNet and for features that are not standardised.
// Sources: facebookresearch/vicreg `evaluate.py`, facebookresearch/dino `eval_linear.py`.

import { flatView, type Key } from '../../core/index.ts';
import { linear, normalInit, zero } from '../../nn/index.ts';
import { sgd } from '../../optim/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { requireFinite } from '../matrix/matrix.ts';
import type { LinearModel } from '../probes/ridge.ts';
import { fitStandardiser, type Standardiser } from '../probes/standardise.ts';
import { fitHead } from './fit.ts';
import { onRawFeatures, standardised } from './ridge.ts';
import { checkLabels, type FeatureSplit } from './split.ts';

/** Settings of the SGD probe. */
export interface LinearProbeSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Standardise each dimension with the training split first. */
  readonly standardise: boolean;
}

/** Settings by name: ours for small data sets, and those of the papers at batch 256. */
export const linearProbeSettings: Readonly<Record<'small' | 'vicreg' | 'dino', LinearProbeSettings>> = {
  small: { epochs: 30, batchSize: 256, lr: 0.02, momentum: 0.9, weightDecay: 1e-6, standardise: true },
  vicreg: { epochs: 100, batchSize: 256, lr: 0.02, momentum: 0.9, weightDecay: 1e-6, standardise: false },
  dino: { epochs: 100, batchSize: 256, lr: 0.001, momentum: 0.9, weightDecay: 0, standardise: false },
};

/** A linear probe with the mean loss of each epoch. */
export interface TrainedLinear {
  /** On raw features, for `predictLinear`. */
  readonly model: LinearModel;
  readonly losses: readonly number[];
}

/** Trains the linear probe; weights start from N(0, 0.01^2) and biases from 0. */
export async function linearProbe(
  { x, y }: FeatureSplit,
  classes: number,
  options: LinearProbeSettings & { readonly key: Key; readonly runtime?: Runtime },
): Promise<TrainedLinear> {
  const { momentum, weightDecay, standardise, ...fit } = options;
  requireFinite(x, 'linearProbe: features', 2);
  checkLabels(y, x.rows, classes, 'linearProbe');
  const standardiser: Standardiser = standardise
    ? fitStandardiser(x)
    : { mean: new Float64Array(x.cols), std: new Float64Array(x.cols).fill(1) };
  const data = standardise ? standardised(x, standardiser).data : x.data;
  const head = linear(x.cols, classes, { weightInit: normalInit(0.01), biasInit: zero });
  const { values, losses } = await fitHead(
    head,
    { shape: [x.cols], data, labels: y },
    (layout) => sgd(layout, { momentum, weightDecay }),
    fit,
  );
  const { layout, data: numbers } = values.parameters;
  const model: LinearModel = {
    coefficients: { rows: classes, cols: x.cols, data: flatView(layout, numbers, 'weight') },
    intercept: Float64Array.from(flatView(layout, numbers, 'bias')),
  };
  return { model: onRawFeatures(model, standardiser), losses };
}
