// The complete configuration of an experiment on images: load, learn without labels, judge the frozen encoder. Plain data;
// every number can be set from the command line.

import type { AugmentConfig } from '../../data/index.ts';
import type { LeJepaConfig, MultiBlockConfig } from '../../jepa/index.ts';
import type { Shots } from '../../measure/index.ts';

/** Which encoder, and its size. */
export type EncoderChoice =
  | {
      readonly kind: 'vit';
      readonly patchSize: number;
      readonly dim: number;
      readonly depth: number;
      readonly heads: number;
      readonly mlpDim: number;
    }
  | { readonly kind: 'resnet'; readonly width: number; readonly blocks: readonly number[] };

/** Size of a predictor or decoder over patches. */
export interface PredictorSize {
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
}

/** Which method, with what is its own. `random` trains nothing: the encoder as it is initialised. */
export type MethodChoice =
  | { readonly name: 'barlow-twins'; readonly projector: readonly number[]; readonly lambda: number }
  | {
      readonly name: 'vicreg';
      readonly expander: readonly number[];
      readonly weights: { readonly invariance: number; readonly variance: number; readonly covariance: number };
    }
  | {
      readonly name: 'lejepa';
      readonly projector: readonly number[];
      readonly globalViews: number;
      readonly loss: LeJepaConfig;
    }
  | {
      readonly name: 'i-jepa' | 'pixel-predictor';
      readonly predictor: PredictorSize;
      readonly momentum: number;
      readonly targets: number;
      /** Share of the patches that a target block covers, least and most. */
      readonly targetScale: readonly [number, number];
      /** Whose masks, see `multiBlock`. With those of the code, `reference`, every size of masks is compiled when it comes. */
      readonly compat: MultiBlockConfig['compat'];
      /** `reference`: every list of patches is longer than this, and lengths of contexts are multiples of `contextStep`. */
      readonly minKeep: number;
      readonly contextStep: number;
    }
  | { readonly name: 'simclr'; readonly projector: readonly number[]; readonly temperature: number }
  | { readonly name: 'mae'; readonly decoder: PredictorSize; readonly keep: number }
  | {
      readonly name: 'dino';
      readonly globalViews: number;
      readonly hidden: number;
      readonly bottleneck: number;
      readonly prototypes: number;
      readonly momentum: number;
      readonly teacherTemperature: number;
    }
  | { readonly name: 'supervised' }
  | { readonly name: 'collapse'; readonly projector: readonly number[] }
  | { readonly name: 'random' };

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
  readonly method: MethodChoice;
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
