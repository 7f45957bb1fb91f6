// DINO-WM on the patch tokens of a frozen vision transformer of ours as a kind of world model.

import { group, optional, real, type Schema, text, whole } from '../../core/index.ts';
import { normalisationSchema, type PixelNormalisation, type VitConfig, vitSchema } from '../../nn/index.ts';
import { type AnyWorldKind, defineWorldKind, resizedEncoder } from '../kind.ts';
import { fittedNumbers, type ReadNumbers, readNumbersSchema, standardised } from '../standardise.ts';
import type { DinoWmConfig, Embedded } from './dino-wm.ts';
import { dinoWmDynamics } from './dynamics.ts';
import { type FrameEncoder, vitFeatures } from './frame-encoder.ts';
import { dinoWmMethod } from './method.ts';
import type { FramePredictorConfig } from './predictor.ts';

/** DINO-WM on the patch tokens of a frozen vision transformer of ours, with the numbers of the state that it reads. */
export interface DinoWmWorld extends DinoWmConfig {
  readonly encoder: VitConfig;
  /** Of the encoder's pixels. */
  readonly normalisation: PixelNormalisation;
  /**
   * Where the frozen encoder comes from, in place of `encoder`: the folder of a run that trained a vision transformer, or a
   * checkpoint (`facebook/dinov2-small`). Absent: one of the size of `encoder` that was never trained.
   */
  readonly encoderFrom?: string;
  /** Which numbers of a state of so many are proprioception; with `proprio` only. */
  readonly proprioception?: { readonly stateDim: number; readonly numbers: ReadNumbers };
}

/** The frozen encoder that a configuration describes. */
export function encoderOf({ encoder, normalisation }: Pick<DinoWmWorld, 'encoder' | 'normalisation'>): FrameEncoder {
  return vitFeatures(encoder, normalisation);
}

const embedded: Schema<Embedded> = group<Embedded>({ dim: whole(), embedDim: whole() });

/** DINO-WM. */
export const dinoWmKind: AnyWorldKind = defineWorldKind<DinoWmWorld>({
  name: 'dino-wm',
  settings: {
    encoder: vitSchema,
    normalisation: normalisationSchema,
    encoderFrom: optional(text(1)),
    predictor: group<FramePredictorConfig>({
      depth: whole(),
      heads: whole(),
      headDim: whole(),
      mlpDim: whole(),
      dropout: real({ least: 0, below: 1 }),
    }),
    history: whole(),
    action: embedded,
    proprio: optional(embedded),
    decoderHidden: optional(whole()),
    proprioception: optional(
      group<NonNullable<DinoWmWorld['proprioception']>>({ stateDim: whole(), numbers: readNumbersSchema }),
    ),
  },
  sized: resizedEncoder,
  dynamics: (config) =>
    dinoWmDynamics(config, {
      encoder: encoderOf(config),
      ...(config.proprioception === undefined ? {} : { proprio: config.proprioception }),
    }),
  method: (config, clips) => dinoWmMethod(config, { ...clips, encoder: encoderOf(config) }),
  feed({ proprioception }, { columns }, input) {
    if (input !== 'proprio' || proprioception === undefined) return undefined;
    return standardised(columns.state!, proprioception.stateDim, proprioception.numbers);
  },
  columns: ({ proprioception }) => (proprioception === undefined ? [] : ['state']),
  fit(config, statistics) {
    if (config.proprioception === undefined) return config;
    const { stateDim, numbers } = config.proprioception;
    return { ...config, proprioception: { stateDim, numbers: fittedNumbers(numbers, statistics('state')) } };
  },
  frozen: {
    from: ({ encoderFrom }) => encoderFrom,
    with: (config, { config: encoder, normalisation }) => ({ ...config, encoder, normalisation }),
  },
});
