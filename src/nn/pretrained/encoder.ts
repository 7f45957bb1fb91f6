// An image encoder of a published checkpoint: the module that its config.json describes, and its numbers.
// Legend: B images, N patches, R registers, D width.

import { at, slice, type Tensor, tanh } from '../../tensor/index.ts';
import { linear } from '../linear.ts';
import { type Module, module } from '../module.ts';
import { IMAGENET, imageSizes, type PixelNormalisation } from '../pixels.ts';
import type { Grid } from '../positions.ts';
import { type Vit, type VitConfig, vit } from '../vit.ts';
import { familyConfig, familyOf, type HfConfig, type PretrainedFamily } from './family.ts';

/** The tokens of images, after the final layer norm. */
export interface PretrainedTokens {
  /** [B, D]; absent in I-JEPA. */
  readonly cls?: Tensor;
  /** [B, R, D]; absent where there are none. */
  readonly registers?: Tensor;
  /** [B, N, D], row by row. */
  readonly patches: Tensor;
  /** Rows and columns of patches. */
  readonly grid: Grid;
}

/** What a bound pretrained encoder offers. Images are u8 [B, H, W, 3] pixels, or normalised f32 [B, 3, H, W]. */
export interface PretrainedEncoder extends Pick<Vit, 'tokens' | 'hidden'> {
  /** All tokens by kind. */
  forward(images: Tensor): PretrainedTokens;
  /** HuggingFace's `pooler_output` [B, D]: the CLS token, or with a pooler tanh(dense CLS). Errors: `usage` without CLS. */
  pooled(images: Tensor): Tensor;
}

/** Options of a pretrained encoder. */
export interface PretrainedOptions {
  /** Rows and columns of patches of the images to come, when they differ from the checkpoint's; DINOv3 takes any. */
  readonly grid?: Grid;
  /** Of u8 pixels; default that of the family. */
  readonly normalisation?: PixelNormalisation;
  /** Whether the checkpoint of a ViT holds a pooler. */
  readonly pooler?: boolean;
  /** Names the configuration in messages. */
  readonly file?: string;
}

/** A pretrained architecture. */
export interface PretrainedModule {
  readonly family: PretrainedFamily;
  readonly config: VitConfig;
  /** Its parameters carry the names that HuggingFace writes. */
  readonly module: Module<PretrainedEncoder>;
  /** `dinov2: 12 blocks of width 384, 6 heads, patches of 14, trained at 518x518` */
  readonly describe: string;
}

/** Mean and deviation 0.5, HuggingFace's default for ViT. */
const HALF: PixelNormalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/**
 * The image encoder that a HuggingFace config.json describes: I-JEPA, ViT, DINOv2 with and without registers or SwiGLU,
 * DINOv3 plain and gated. `loadPretrained` fills it.
 *
 * Errors: `checkpoint` for another family, which lists the supported ones, and for missing or impossible fields;
 * `unsupported` for activations and channel counts that no published checkpoint has.
 *
 * @example
 * const { module, describe } = pretrained(JSON.parse(readFileSync('dinov2-small/config.json', 'utf8')));
 * const { patches, grid } = bind(module, 'eval').model.forward(input('pixels', [1, 518, 518, 3], 'u8'));
 */
export function pretrained(config: HfConfig, options: PretrainedOptions = {}): PretrainedModule {
  const family = familyOf(config, options.file);
  const read = familyConfig(config, options.file);
  const { grid, pooler = false, normalisation = family === 'vit' ? HALF : IMAGENET } = options;
  const vitConfig: VitConfig = grid === undefined ? read : { ...read, grid };
  const { dim, depth, heads, patchSize, imageSize, registers = 0 } = vitConfig;
  const children = { '': vit(vitConfig, normalisation), ...(pooler ? { 'pooler.dense': linear(dim, dim) } : {}) };
  return {
    family,
    config: vitConfig,
    module: module(children, (p) => {
      const encoder = p[''];
      const dense = (p as { readonly 'pooler.dense'?: (x: Tensor) => Tensor })['pooler.dense'];
      return {
        tokens: encoder.tokens,
        hidden: encoder.hidden,
        forward(images) {
          const tokens = encoder.tokens(images);
          const [H, W] = imageSizes(images);
          return {
            ...(encoder.lead > 0 ? { cls: at(tokens, 1, 0) } : {}),
            ...(registers > 0 ? { registers: slice(tokens, 1, 1, 1 + registers) } : {}),
            patches: encoder.lead > 0 ? slice(tokens, 1, encoder.lead) : tokens,
            grid: [H / patchSize, W / patchSize],
          };
        },
        pooled(images) {
          const cls = encoder.cls(images);
          return dense === undefined ? cls : tanh(dense(cls));
        },
      };
    }),
    describe: `${family}: ${depth} blocks of width ${dim}, ${heads} heads, patches of ${patchSize}, trained at ${imageSize}x${imageSize}`,
  };
}
