// The models of the story by name: what each sees, and what keeps (or does not keep) its embedding from collapsing.

import type { StoryConfig } from './config.ts';
import type { NetworkSizes } from './networks.ts';
import type { JointObjective, ViewsObjective } from './objectives.ts';
import type { BallNoise } from './world/transitions.ts';

/** A model that predicts the next picture. */
interface PixelVariant {
  readonly kind: 'pixel';
  readonly noise: BallNoise;
  /** Initial bias of the last layer; left out, PyTorch's default. */
  readonly outputBias?: number;
}

/** A model that predicts the next embedding. */
interface JointVariant {
  readonly kind: 'joint';
  readonly noise: BallNoise;
  readonly frames: 1 | 2;
  readonly action: boolean;
  readonly objective: JointObjective;
}

/** An encoder that must only agree with itself on two views of a picture. */
interface ViewsVariant {
  readonly kind: 'views';
  readonly objective: ViewsObjective;
}

/** A decoder trained on the frozen embeddings of another variant, so that people can look at them. */
interface EyesVariant {
  readonly kind: 'eyes';
  readonly of: JointName;
  /** Decode the predicted next embedding, or the embedding of the picture itself. */
  readonly from: 'predicted' | 'embedded';
}

/** The initial bias that starts the decoder at the share of lit pixels: logit(0.05) is -2.94. */
const LIT_SHARE = -3;

/** Models that predict the next picture. */
export type PixelName = 'pixel-clean' | 'pixel-noisy' | 'pixel-default';
/** Models that predict the next embedding. */
export type JointName =
  | 'jepa-clean'
  | 'jepa-noisy'
  | 'jepa-noisy-fixed'
  | 'jepa-two-frames'
  | 'jepa-two-frames-clean'
  | 'jepa-action'
  | 'jepa-sigreg'
  | 'jepa-contrastive';
/** Models of the collapse demonstration. */
export type ViewsName = 'collapse-naive' | 'collapse-barlow' | 'collapse-sigreg';
/** Decoders for eyes. */
export type EyesName = 'eyes-clean' | 'eyes-noisy' | 'eyes-action';
/** Any model. */
export type VariantName = PixelName | JointName | ViewsName | EyesName;

function joint(changes: Partial<JointVariant>): JointVariant {
  return { kind: 'joint', noise: 'none', frames: 1, action: false, objective: 'vicreg', ...changes };
}

/** All models by name. */
export const variants: Readonly<Record<PixelName, PixelVariant>> &
  Readonly<Record<JointName, JointVariant>> &
  Readonly<Record<ViewsName, ViewsVariant>> &
  Readonly<Record<EyesName, EyesVariant>> = {
  'pixel-clean': { kind: 'pixel', noise: 'none', outputBias: LIT_SHARE },
  'pixel-noisy': { kind: 'pixel', noise: 'online', outputBias: LIT_SHARE },
  'pixel-default': { kind: 'pixel', noise: 'none' },
  'jepa-clean': joint({}),
  'jepa-noisy': joint({ noise: 'online' }),
  'jepa-noisy-fixed': joint({ noise: 'fixed' }),
  'jepa-two-frames': joint({ noise: 'online', frames: 2 }),
  'jepa-two-frames-clean': joint({ frames: 2 }),
  'jepa-action': joint({ action: true }),
  'jepa-sigreg': joint({ objective: 'sigreg' }),
  'jepa-contrastive': joint({ objective: 'contrastive' }),
  'collapse-naive': { kind: 'views', objective: 'naive' },
  'collapse-barlow': { kind: 'views', objective: 'barlow' },
  'collapse-sigreg': { kind: 'views', objective: 'sigreg' },
  'eyes-clean': { kind: 'eyes', of: 'jepa-clean', from: 'predicted' },
  'eyes-noisy': { kind: 'eyes', of: 'jepa-noisy', from: 'predicted' },
  'eyes-action': { kind: 'eyes', of: 'jepa-action', from: 'embedded' },
};

/** Sizes of the networks of a model that sees `frames` pictures at once. */
export function sizesFor(config: StoryConfig, frames: number): NetworkSizes {
  return { ...config.networks, frames: config.networks.frames * frames };
}

/** Updates that a model is trained for. */
export function stepsOf({ train, collapse }: StoryConfig, name: VariantName): number {
  const variant = variants[name];
  if (variant.kind === 'eyes') return train.eyesSteps;
  if (variant.kind === 'views') return collapse.steps;
  if (name === 'pixel-default') return train.plateauSteps;
  if (name === 'jepa-contrastive') return train.contrastiveSteps;
  return variant.kind === 'joint' && variant.action ? train.actionSteps : train.steps;
}

/** One model to train. */
export interface StoryJob {
  readonly variant: VariantName;
  readonly seed: number;
}

/** The name of a model's folder. */
export function jobName({ variant, seed }: StoryJob): string {
  return `${variant}-seed${seed}`;
}

/** The model whose frozen embeddings a job needs. */
export function jobBefore({ variant, seed }: StoryJob): StoryJob | undefined {
  const about = variants[variant];
  return about.kind === 'eyes' ? { variant: about.of, seed } : undefined;
}
