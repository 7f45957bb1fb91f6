// The complete configuration of an experiment on images: load, learn without labels, judge the frozen encoder. Plain data;
// every number can be set from the command line.

import type { AugmentConfig } from '../../images/index.ts';
import type { Shots } from '../../measure/index.ts';
import type { EncoderChoice } from './encoder.ts';
import type { MethodSettings } from './methods/kind.ts';

/** Everything that determines an experiment, apart from the seed and where the images lie. */
export interface ImageExperiment {
  readonly data: {
    /** Which images: those of `jepa fetch`, a Parquet file or a folder given by `--data`. */
    readonly name: 'cifar10';
    readonly size: number;
    readonly skipCorrupt: boolean;
    readonly workers: number;
  };
  readonly encoder: EncoderChoice;
  /** A method that is known by its name, with its settings. */
  readonly method: MethodSettings;
  /** One for each view of an image. */
  readonly views: readonly AugmentConfig[];
  readonly train: {
    readonly steps: number;
    readonly batchSize: number;
    readonly learningRate: number;
    /** Share of the steps that warm up linearly; cosine to 0 follows. */
    readonly warmup: number;
    /** Decay at the first and last step, a half cosine between; biases and norms do not decay. */
    readonly weightDecay: readonly [start: number, end: number];
    /** Largest global gradient norm; null for no limit. */
    readonly clip: number | null;
    readonly checkpointEvery: number;
    readonly logEvery: number;
    /** Steps between online evaluations: k-NN on some images, and the collapse instruments. */
    readonly evaluateEvery: number;
  };
  readonly evals: {
    /** Images of the online k-NN: so many to vote, so many to classify. */
    readonly onlineTrain: number;
    readonly onlineTest: number;
    /** Images of the final evaluation; null for all. */
    readonly train: number | null;
    readonly test: number | null;
    /** Neighbours of k-NN. */
    readonly knn: readonly number[];
    /** How many labels the probes on few labels get. */
    readonly lowShot: readonly Shots[];
    readonly attentive: boolean;
    /** Images whose neighbours and patches are drawn. */
    readonly show: number;
  };
}
