// One call that scores a frozen encoder: every probe that the configuration names, and the collapse instruments, as plain
// JSON. Everything is fitted on the training split and scored on the test split.

import { fold, JepaError, type Key, key as keyOf } from '../../core/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { type EmbeddingInstruments, embeddingInstruments, type InstrumentOptions } from '../collapse/instruments.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { accuracy } from '../probes/knn.ts';
import { predictLinear } from '../probes/ridge.ts';
import { fitStandardiser } from '../probes/standardise.ts';
import { wilsonInterval } from '../statistics/wilson.ts';
import { type AttentiveProbeSettings, attentiveProbe } from './attentive.ts';
import { type AttentiveGrid, selectAttentiveProbe } from './attentive-grid.ts';
import { type LinearProbeSettings, linearProbe, linearProbeSettings } from './linear.ts';
import { lowShotClassifier, lowShotRows, type Shots } from './low-shot.ts';
import { nearestByCosine } from './nearest.ts';
import { ridgeClassifier } from './ridge.ts';
import { checkFeatures, type FrozenFeatures } from './split.ts';
import { knnVotes } from './vote.ts';

/** Which probes to fit; what is absent is not computed. */
export interface FeatureEvaluation {
  /** Seed of initial weights, orders of samples and directions of SIGReg. */
  readonly seed: number;
  /** Weighted k-NN at each k; one search serves them all. */
  readonly knn?: { readonly k: readonly number[]; readonly temperature?: number };
  /** Closed-form ridge classification. */
  readonly ridge?: { readonly lambda?: number };
  /** SGD linear probe. */
  readonly linear?: LinearProbeSettings;
  /** Attentive probe; the splits need tokens. With a grid its settings are chosen on held-back training images. */
  readonly attentive?: AttentiveProbeSettings & { readonly grid?: AttentiveGrid };
  /** Few labels: each number of shots with each seed of the label subset. */
  readonly lowShot?: {
    readonly shots: readonly Shots[];
    readonly seeds: readonly number[];
    readonly classifier?: 'logistic' | 'ridge';
    readonly penalty?: number;
  };
  /** Collapse instruments on the test features. */
  readonly instruments?: Omit<InstrumentOptions, 'key'>;
}

/** The score of one probe. */
export interface ProbeAccuracy {
  /** `knn-20`, `ridge`, `linear`, `attentive`, `low-shot-12-per-class`, `low-shot-1%`. */
  readonly probe: string;
  /** Top-1 accuracy on the test split; over several seeds their mean. */
  readonly accuracy: number;
  /** Wilson's 95 % interval of `accuracy` for `n` test images. It does not hold the spread over seeds: see `range`. */
  readonly interval: readonly [low: number, high: number];
  /** Test images. */
  readonly n: number;
  /** Labelled training images. */
  readonly labels: number;
  readonly seeds: readonly number[];
  /** With several seeds: the accuracy of each, and the smallest and the largest. */
  readonly perSeed?: readonly number[];
  readonly range?: readonly [low: number, high: number];
  /** Neighbours of k-NN. */
  readonly k?: number;
  readonly seconds: number;
}

/** The scores of one encoder, for `evals/*.json` and the table of methods. */
export interface FeatureScores {
  readonly train: number;
  readonly test: number;
  readonly dim: number;
  readonly classes: number;
  /** Accuracy of always answering the most frequent class of the test split. */
  readonly chance: number;
  readonly seed: number;
  readonly probes: readonly ProbeAccuracy[];
  readonly instruments?: EmbeddingInstruments;
}

/** The probes of a usual table: k-NN, both linear probes, 1 % and 12 labels per class over three subsets, instruments. */
export const standardEvaluation: FeatureEvaluation = {
  seed: 0,
  knn: { k: [10, 20, 100, 200] },
  ridge: {},
  linear: linearProbeSettings.small,
  lowShot: { shots: [{ share: 0.01 }, { perClass: 12 }], seeds: [0, 1, 2] },
  instruments: {},
};

/**
 * Scores frozen features.
 *
 * Errors: those of `checkFeatures` before anything is fitted; `usage` when the attentive probe is asked for without tokens,
 * or k is larger than the training split; `data` when a class is missing from a low-shot split.
 *
 * @example
 * const scores = await evaluateFeatures(standardEvaluation, { train: { x, y }, test: { x: testX, y: testY }, classes: 10 });
 */
export async function evaluateFeatures(
  config: FeatureEvaluation,
  features: FrozenFeatures,
  { runtime }: { readonly runtime?: Runtime } = {},
): Promise<FeatureScores> {
  checkFeatures(features);
  const { train, test, classes } = features;
  const key = keyOf(config.seed);
  const common = runtime === undefined ? {} : { runtime };
  const n = test.x.rows;
  const probes: ProbeAccuracy[] = [];
  const record = (probe: string, scores: Matrix, started: number, more: Partial<ProbeAccuracy> = {}): void => {
    probes.push({
      ...scored(probe, [accuracy(scores, test.y)], n, [config.seed]),
      labels: train.x.rows,
      seconds: since(started),
      ...more,
    });
  };
  let started = performance.now();
  if (config.knn !== undefined) {
    const { k, temperature = 0.07 } = config.knn;
    const neighbours = await nearestByCosine(train.x, test.x, Math.max(...k), common);
    for (const each of k) {
      const votes = knnVotes(neighbours, train.y, classes, { k: each, temperature });
      record(`knn-${each}`, votes, started, { k: each, seeds: [] });
    }
  }
  if (config.ridge !== undefined) {
    started = performance.now();
    const model = await ridgeClassifier(train, classes, { ...config.ridge, ...common });
    record('ridge', predictLinear(model, test.x), started, { seeds: [] });
  }
  if (config.linear !== undefined) {
    started = performance.now();
    const { model } = await linearProbe(train, classes, { ...config.linear, key: fold(key, 'linear'), ...common });
    record('linear', predictLinear(model, test.x), started);
  }
  if (config.attentive !== undefined) {
    started = performance.now();
    record('attentive', await attentiveLogits(config.attentive, features, fold(key, 'attentive'), runtime), started);
  }
  if (config.lowShot !== undefined) probes.push(...(await lowShot(config.lowShot, features, runtime)));
  return {
    train: train.x.rows,
    test: n,
    dim: train.x.cols,
    classes,
    chance: mostFrequent(test.y, classes),
    seed: config.seed,
    probes,
    ...(config.instruments === undefined
      ? {}
      : { instruments: embeddingInstruments(test.x, { ...config.instruments, key: fold(key, 'instruments') }) }),
  };
}

async function attentiveLogits(
  { grid, ...settings }: NonNullable<FeatureEvaluation['attentive']>,
  { train, test, classes }: FrozenFeatures,
  key: Key,
  runtime: Runtime | undefined,
): Promise<Matrix> {
  if (train.tokens === undefined || test.tokens === undefined) {
    throw new JepaError(
      'usage',
      'evaluateFeatures: the attentive probe reads tokens; give `tokens` [N, T, D] in both splits or leave `attentive` out',
    );
  }
  const common = runtime === undefined ? {} : { runtime };
  const options = { ...settings, key, ...common };
  const probe =
    grid === undefined
      ? await attentiveProbe(train.tokens, train.y, classes, options)
      : await selectAttentiveProbe(train.tokens, train.y, classes, grid, options);
  return probe.logits(test.tokens);
}

async function lowShot(
  config: NonNullable<FeatureEvaluation['lowShot']>,
  { train, test, classes }: FrozenFeatures,
  runtime: Runtime | undefined,
): Promise<ProbeAccuracy[]> {
  const { shots, seeds, ...settings } = config;
  if (seeds.length === 0)
    throw new JepaError('usage', 'evaluateFeatures: lowShot needs at least one seed of the labels');
  // All subsets are drawn before the first fit, so that a missing class is found at once.
  const splits = shots.map((s) => seeds.map((seed) => lowShotRows(train.y, classes, s, keyOf(seed))));
  const standardiser = fitStandardiser(train.x);
  const common = runtime === undefined ? {} : { runtime };
  const out: ProbeAccuracy[] = [];
  for (const [i, each] of shots.entries()) {
    const started = performance.now();
    const scores: number[] = [];
    for (const rows of splits[i]!) {
      const model = await lowShotClassifier(train, classes, rows, { ...settings, standardiser, ...common });
      scores.push(accuracy(predictLinear(model, test.x), test.y));
    }
    const name = 'perClass' in each ? `${each.perClass}-per-class` : `${Number((100 * each.share).toPrecision(6))}%`;
    out.push({
      ...scored(`low-shot-${name}`, scores, test.x.rows, seeds),
      labels: splits[i]![0]!.length,
      seconds: since(started),
    });
  }
  return out;
}

function scored(
  probe: string,
  perSeed: readonly number[],
  n: number,
  seeds: readonly number[],
): Omit<ProbeAccuracy, 'labels' | 'seconds'> {
  const mean = perSeed.reduce((a, b) => a + b, 0) / perSeed.length;
  const spread =
    perSeed.length < 2
      ? {}
      : { perSeed, range: [Math.min(...perSeed), Math.max(...perSeed)] as readonly [number, number] };
  return { probe, accuracy: mean, interval: wilsonInterval(mean * n, n), n, seeds, ...spread };
}

function mostFrequent(labels: ArrayLike<number>, classes: number): number {
  const counts = new Int32Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  return Math.max(...counts) / labels.length;
}

function since(started: number): number {
  return Number(((performance.now() - started) / 1000).toFixed(3));
}
