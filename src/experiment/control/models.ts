// Small world models that learn in minutes on two processor cores, at the sizes that the recipes share.

import { IMAGENET, type ImpalaConfig, type PictureEncoderConfig, type VitConfig } from '../../nn/index.ts';
import type { PlanCost } from '../../plan/index.ts';
import {
  EB_JEPA_WEIGHTS,
  type GcbcConfig,
  type LeWmConfig,
  PLDM_WEIGHTS,
  type ReadNumbers,
  type StateWorldConfig,
  type WorldConfig,
} from '../../world/index.ts';
import type { ControlExperiment, ControlTraining } from './config.ts';

/** A model, and how it is trained. */
export interface ControlModel {
  readonly model: WorldConfig;
  readonly train: ControlTraining;
  /** Where it is collected for, or planned with, otherwise than the recipe says. */
  readonly collect?: Partial<ControlExperiment['collect']>;
  readonly plan?: Partial<ControlExperiment['plan']>;
}

/** What differs from world to world. */
export interface SmallModel {
  readonly imageSize: number;
  /** Numbers in one action block. */
  readonly actionDim: number;
  readonly embedDim: number;
  readonly steps: number;
}

/** The encoder for pictures of a size. */
export type EncoderOf = (imageSize: number) => PictureEncoderConfig;

/** A transformer of width 96. Smooth initial positions: docs/decisions/two-room-recipe.md. */
export function smallVit(imageSize: number): VitConfig {
  return {
    imageSize,
    patchSize: 16,
    dim: 96,
    depth: 4,
    heads: 3,
    mlpDim: 384,
    positions: 'smooth',
    positionStd: 2,
  };
}

/** Three small stacks of convolutions: docs/decisions/push-t-recipe.md. */
export function smallImpala(imageSize: number): ImpalaConfig {
  return { imageSize, channels: 3, stacks: [8, 16, 16], blocks: 1, dim: 96 };
}

/** An encoder of width 96 and a causal predictor of the same width. */
function network({ imageSize, actionDim, embedDim }: SmallModel, encoderOf: EncoderOf): Omit<LeWmConfig, 'sigreg'> {
  return {
    encoder: encoderOf(imageSize),
    predictor: { depth: 3, heads: 4, headDim: 32, mlpDim: 384, dropout: 0 },
    embedDim,
    projectorHidden: 512,
    history: 3,
    actionDim,
    actionSmoothed: actionDim,
  };
}

function training({ steps }: SmallModel, frames = 4): ControlTraining {
  return { frames, steps, batchSize: 64, learningRate: 5e-4, warmup: 0.05, weightDecay: 1e-3, clip: 1 };
}

/** What a LeWorldModel is trained for; `undefined` stands for the default. */
interface LeWmLoss {
  /** Weight of SIGReg. @default 0.05 */
  readonly sigreg: number | undefined;
  /** @default 'last' */
  readonly cost: PlanCost | undefined;
  /** What is asked of it beside its two losses. @default nothing */
  readonly more?: Partial<LeWmConfig>;
  /** Frames of a clip. @default 4 */
  readonly frames?: number;
}

/** LeWorldModel. */
export function smallLeWm(
  size: SmallModel,
  encoderOf: EncoderOf,
  learningRate: number,
  { sigreg = 0.05, cost = 'last', more = {}, frames }: LeWmLoss,
): ControlModel {
  const model: WorldConfig = {
    kind: 'le-wm',
    ...network(size, encoderOf),
    sigreg: { weight: sigreg, directions: 256 },
    ...more,
    cost,
  };
  return { model, train: { ...training(size, frames), learningRate } };
}

/** PLDM on the same network, without its pull toward slowness: at this size it keeps what moves out of the embedding. */
export function smallPldm(
  size: SmallModel,
  encoderOf: EncoderOf,
  inverse: number = PLDM_WEIGHTS.inverse,
): ControlModel {
  const model: WorldConfig = {
    kind: 'pldm',
    ...network(size, encoderOf),
    weights: { ...PLDM_WEIGHTS, similarity: 0, inverse },
    inverseHidden: 256,
    cost: 'all',
  };
  return { model, train: { ...training(size), learningRate: 1e-3 } };
}

/** EB-JEPA's convolutional encoder and recurrent predictor, a quarter as wide as published. */
export function smallEbJepa(size: SmallModel, inverse: number = EB_JEPA_WEIGHTS.inverse): ControlModel {
  const { imageSize, actionDim, embedDim: dim } = size;
  const model: WorldConfig = {
    kind: 'eb-jepa',
    encoder: { ...smallImpala(imageSize), dim },
    actionDim,
    inverseHidden: 256,
    normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    weights: { ...EB_JEPA_WEIGHTS, inverse },
  };
  return { model, train: { ...training(size, 5), learningRate: 1e-3 } };
}

/**
 * DINO-WM on the frozen patch tokens of the encoder that the other models train. Of such features only a few thousandths of the
 * energy move, so the first several hundred updates learn the mean picture and nothing else.
 */
export function smallDinoWm(size: SmallModel): ControlModel {
  const model: WorldConfig = {
    kind: 'dino-wm',
    encoder: smallVit(size.imageSize),
    normalisation: IMAGENET,
    predictor: { depth: 3, heads: 4, headDim: 32, mlpDim: 384, dropout: 0 },
    history: 3,
    action: { dim: size.actionDim, embedDim: 16 },
  };
  const train = { ...training(size), steps: 3000, batchSize: 32, learningRate: 1e-3 };
  return { model, train };
}

/** Numbers of a state before their statistics are known. */
export function unfitted(at: readonly number[]): ReadNumbers {
  return { at, mean: at.map(() => 0), std: at.map(() => 1) };
}

/** A model that is told the true state: `angles` are read as cosine and sine, `at` as they are, `goalAt` is what goals are about. */
export function stateModel(
  size: SmallModel,
  read: {
    readonly stateDim: number;
    readonly at: readonly number[];
    readonly angles: readonly number[];
    readonly goalAt: readonly number[];
  },
  cost: PlanCost = 'last',
  more: Pick<StateWorldConfig, 'perStep' | 'frame'> = {},
): ControlModel {
  const { stateDim, at, angles, goalAt } = read;
  const model: WorldConfig = {
    kind: 'state',
    stateDim,
    numbers: unfitted(at),
    angles,
    actionDim: size.actionDim,
    hidden: [256, 256],
    goalAt,
    cost,
    ...more,
  };
  return { model, train: { ...training(size, 6), steps: 3000, batchSize: 256, learningRate: 1e-3 } };
}

/** A generative model of the same size: next frames are drawn, and plans are scored by pictures. */
export function smallPixels(size: SmallModel): ControlModel {
  const model: WorldConfig = {
    kind: 'pixels',
    ...network(size, smallVit),
    decoder: { patchSize: 16, dim: 96, depth: 2, heads: 3, mlpDim: 384 },
    reconstruction: 1,
    prediction: 'one-step',
    cost: 'pixels',
  };
  return { model, train: training(size) };
}

/** Goal-conditioned behaviour cloning with the same encoder. */
export function smallGcbc(size: SmallModel): GcbcConfig {
  return { encoder: smallVit(size.imageSize), hidden: [256, 256], actionDim: size.actionDim };
}
