// The encoder of an image experiment.

import { depending, group, JepaError, listOf, oneOf, type Schema, whole } from '../../core/index.ts';
import { type ImageEncoder, resNetEncoder, vitEncoder } from '../../jepa/index.ts';

/** Which encoder, and its size. */
export type EncoderChoice = VitChoice | ResNetChoice;

interface VitChoice {
  readonly kind: 'vit';
  readonly patchSize: number;
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlpDim: number;
}

interface ResNetChoice {
  readonly kind: 'resnet';
  readonly width: number;
  readonly blocks: readonly number[];
}

const vitChoice: Schema<EncoderChoice> = group<VitChoice>({
  kind: oneOf(['vit', 'resnet']),
  patchSize: whole(),
  dim: whole(),
  depth: whole(),
  heads: whole(),
  mlpDim: whole(),
});
const resNetChoice: Schema<EncoderChoice> = group<ResNetChoice>({
  kind: oneOf(['vit', 'resnet']),
  width: whole(),
  blocks: listOf(whole(), 1),
});

/** Describes encoders. */
export const encoderSchema: Schema<EncoderChoice> = depending<EncoderChoice>((value) =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'resnet' ? resNetChoice : vitChoice,
);

/** The encoder for images of `size` pixels. */
export function encoderFor(choice: EncoderChoice, size: number): ImageEncoder {
  if (choice.kind === 'resnet') return resNetEncoder(choice);
  const { patchSize, dim, depth, heads, mlpDim } = choice;
  if (size % patchSize !== 0) {
    throw new JepaError('usage', `encoder.patchSize must divide the image size ${size}, got ${patchSize}`, { size });
  }
  return vitEncoder({
    imageSize: size,
    patchSize,
    dim,
    depth,
    heads,
    mlpDim,
    positions: 'sincos',
    layerNormEpsilon: 1e-6,
  });
}
