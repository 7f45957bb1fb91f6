// World models by name, for recipes, model files and the command line, which write names down.

import { unknownName } from '../core/index.ts';
import type { PixelNormalisation, VitConfig } from '../nn/index.ts';
import type { DinoWmConfig } from './dino-wm/dino-wm.ts';
import { dinoWmDynamics } from './dino-wm/dynamics.ts';
import { type FrameEncoder, vitFeatures } from './dino-wm/frame-encoder.ts';
import type { Dynamics } from './dynamics.ts';
import { ebJepaDynamics } from './eb-jepa/dynamics.ts';
import type { EbJepaConfig } from './eb-jepa/eb-jepa.ts';
import type { EbJepaWeights } from './eb-jepa/method.ts';
import { leWmDynamics } from './le-wm/dynamics.ts';
import type { LeWmConfig } from './le-wm/le-wm.ts';
import { pixelWorldDynamics } from './pixels/dynamics.ts';
import type { PixelWorldConfig } from './pixels/pixel-world.ts';
import { pldmDynamics } from './pldm/dynamics.ts';
import type { PldmConfig } from './pldm/pldm.ts';
import type { ReadNumbers } from './standardise.ts';
import { stateWorldDynamics } from './state/dynamics.ts';
import type { StateWorldConfig } from './state/state-world.ts';

/** EB-JEPA's model with what its training needs besides its size. */
export interface EbJepaWorld extends EbJepaConfig {
  readonly normalisation: PixelNormalisation;
  readonly weights: EbJepaWeights;
}

/** DINO-WM on the patch tokens of a frozen vision transformer of ours, with the numbers of the state that it reads. */
export interface DinoWmWorld extends DinoWmConfig {
  readonly encoder: VitConfig;
  /** Of the encoder's pixels. */
  readonly normalisation: PixelNormalisation;
  /** Which numbers of a state of so many are proprioception; with `proprio` only. */
  readonly proprioception?: { readonly stateDim: number; readonly numbers: ReadNumbers };
}

/** The frozen encoder that a DINO-WM's configuration names. */
export function encoderOf({ encoder, normalisation }: DinoWmWorld): FrameEncoder {
  return vitFeatures(encoder, normalisation);
}

/** The configuration of each kind of world model, plain data. */
export interface WorldConfigs {
  readonly 'le-wm': LeWmConfig;
  readonly 'dino-wm': DinoWmWorld;
  readonly 'eb-jepa': EbJepaWorld;
  readonly pldm: PldmConfig;
  readonly state: StateWorldConfig;
  readonly pixels: PixelWorldConfig;
}

/** The name of a kind of world model. */
export type WorldKind = keyof WorldConfigs;

/** The configuration of a world model of any kind. */
export type WorldConfig = { [K in WorldKind]: { readonly kind: K } & WorldConfigs[K] }[WorldKind];

const DYNAMICS: { readonly [K in WorldKind]: (config: WorldConfigs[K]) => Dynamics } = {
  'le-wm': (config) => leWmDynamics(config),
  'dino-wm': (config) =>
    dinoWmDynamics(config, {
      encoder: encoderOf(config),
      ...(config.proprioception === undefined ? {} : { proprio: config.proprioception }),
    }),
  'eb-jepa': (config) => ebJepaDynamics(config, 'eb-jepa', config.normalisation),
  pldm: (config) => pldmDynamics(config),
  state: (config) => stateWorldDynamics(config),
  pixels: (config) => pixelWorldDynamics(config),
};

/** The names of all kinds. */
export const worldKinds: readonly WorldKind[] = Object.keys(DYNAMICS) as WorldKind[];

/** A configuration's kind, checked; throws `usage` with the nearest known name. */
export function worldKindNamed(name: string): WorldKind {
  const found = worldKinds.find((kind) => kind === name);
  if (found === undefined) throw unknownName('kind of world model', name, worldKinds);
  return found;
}

/** The world model of a configuration, ready to be traced. Throws `usage` for an unknown kind or sizes that cannot be. */
export function dynamicsOf(config: WorldConfig): Dynamics {
  const of = <K extends WorldKind>(kind: K, given: WorldConfigs[K]): Dynamics => DYNAMICS[kind](given);
  worldKindNamed(config.kind);
  return of(config.kind, config as WorldConfigs[typeof config.kind]);
}
