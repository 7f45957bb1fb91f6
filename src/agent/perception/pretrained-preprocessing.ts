// How a checkpoint wants its images, from preprocessor_config.json: each field that changes pixels is read or refused by name.
// Source: transformers 5.18, image_processing_utils_fast.py and image_transforms.py (resize, center_crop, rescale, normalize).

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../core/index.ts';
import { type HfConfig, IMAGENET, type PixelNormalisation } from '../../nn/index.ts';
import { readJsonObject } from './pretrained-file.ts';

/** What sizes a checkpoint's own processor makes: a shortest side, or both sides. */
export type StatedSize = { readonly shortest: number } | { readonly height: number; readonly width: number };

/** How images are prepared, as preprocessor_config.json has it. */
export interface Preprocessing {
  /** Of pixels in 0..1: (pixel / 255 - mean) / std, with rescaling and normalisation that are switched off worked in. */
  readonly normalisation: PixelNormalisation;
  /** How images are resized. */
  readonly filter: 'bilinear' | 'bicubic';
  /** To what its processor resizes first; null where it does not. `encode` leaves this to the caller. */
  readonly resize: StatedSize | null;
  /** What its processor then cuts out of the middle; null where it does not. `encode` leaves this to the caller. */
  readonly crop: { readonly height: number; readonly width: number } | null;
}

/** Pillow's numbers of resampling filters, and their names. */
const FILTERS = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const;
/** Steps that are read here. Another one that is on changes pixels in a way that we do not follow. */
const READ_STEPS = ['do_resize', 'do_center_crop', 'do_rescale', 'do_normalize', 'do_convert_rgb'];
/** Our pixels go from 0 to 1; HuggingFace's from 0 to 255 times `rescale_factor`. */
const BYTE = 255;

/** Typed access to the fields of a preprocessor_config.json. */
function fieldsOf(stated: HfConfig, file: string) {
  const wrong = (name: string, must: string): JepaError =>
    new JepaError(
      'checkpoint',
      `${file}: ${name} must be ${must}, got ${JSON.stringify(stated[name])}; correct it there`,
      {
        file,
        name,
      },
    );
  const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
  const isSide = (value: unknown): value is number => isNumber(value) && Number.isInteger(value) && value >= 1;
  return {
    wrong,
    flag(name: string, fallback: boolean): boolean {
      const value = stated[name] ?? fallback;
      if (typeof value === 'boolean') return value;
      throw wrong(name, 'true or false');
    },
    positive(name: string, fallback: number): number {
      const value = stated[name] ?? fallback;
      if (isNumber(value) && value > 0) return value;
      throw wrong(name, 'a number above 0');
    },
    /** One number for each channel; one alone is that of all three. */
    channels(name: string, fallback: readonly number[], above0: boolean): readonly number[] {
      const value = stated[name] ?? fallback;
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      const numbers = list.filter(isNumber).filter((v) => !above0 || v > 0);
      if (numbers.length !== list.length || (list.length !== 1 && list.length !== 3))
        throw wrong(name, `three numbers${above0 ? ' above 0' : ''}, or one for all channels`);
      return numbers.length === 3 ? numbers : [numbers[0]!, numbers[0]!, numbers[0]!];
    },
    /** `224`, `{ shortest_edge }` or `{ height, width }`; one number is the shortest side unless `square`. */
    size(name: string, square: boolean): StatedSize | null {
      const value = stated[name] ?? null;
      if (value === null) return null;
      if (isSide(value)) return square ? { height: value, width: value } : { shortest: value };
      if (Array.isArray(value) && value.length === 2 && value.every(isSide))
        return { height: value[0]!, width: value[1]! };
      if (typeof value === 'object') {
        const { shortest_edge: shortest, height, width, ...others } = value as HfConfig;
        if (Object.keys(others).length === 0) {
          if (isSide(shortest) && height === undefined && width === undefined) return { shortest };
          if (isSide(height) && isSide(width) && shortest === undefined) return { height, width };
        }
      }
      throw wrong(name, 'a number, { shortest_edge } or { height, width } of whole numbers of pixels');
    },
  };
}

/** The resampling filter. Errors: `unsupported` for one that is not computed here. */
function filterOf(stated: HfConfig, file: string, family: string): 'bilinear' | 'bicubic' {
  const { resample } = stated;
  if (resample === undefined || resample === null) return family.startsWith('dinov2') ? 'bicubic' : 'bilinear';
  const name = typeof resample === 'number' ? FILTERS[resample] : String(resample).toLowerCase();
  if (name === 'bilinear' || name === 'bicubic') return name;
  throw new JepaError(
    'unsupported',
    `${file}: resample must be 2 (bilinear) or 3 (bicubic), got ${JSON.stringify(resample)}${name === undefined ? '' : ` (${name})`}; ` +
      'if you give images in their final size, set it to 2 there',
    { file, resample },
  );
}

/**
 * Mean and deviation for pixels in 0..1, so that (pixel / 255 - mean) / std is what HuggingFace computes: pixels 0..255 are
 * multiplied by `rescale_factor` unless `do_rescale` is false, then normalised unless `do_normalize` is.
 */
function normalisationOf(stated: HfConfig, file: string, usual: PixelNormalisation): PixelNormalisation {
  const { flag, positive, channels } = fieldsOf(stated, file);
  const mean = channels('image_mean', usual.mean, false);
  const std = channels('image_std', usual.std, true);
  const normalise = flag('do_normalize', true);
  const factor = positive('rescale_factor', 1 / BYTE);
  const scale = flag('do_rescale', true) ? BYTE * factor : BYTE;
  // What is written as 0.00392156862745098 is 1 / 255.
  const unit = Math.abs(scale - 1) < 1e-9 ? 1 : scale;
  const own = normalise ? { mean, std } : { mean: [0, 0, 0], std: [1, 1, 1] };
  return { mean: own.mean.map((m) => m / unit), std: own.std.map((s) => s / unit) };
}

/** Refuses steps that are not followed. */
function requireKnownSteps(stated: HfConfig, file: string): void {
  const on = (name: string): boolean => stated[name] !== false && stated[name] !== null;
  const steps = Object.keys(stated).filter((name) => name.startsWith('do_') && !READ_STEPS.includes(name) && on(name));
  // EfficientNet's and ViViT's: pixels from -1 to 1 before they are normalised.
  if (stated.rescale_offset === true) steps.push('rescale_offset');
  if (steps.length === 0) return;
  throw new JepaError(
    'unsupported',
    `${file}: ${steps.join(', ')} must be false, ${steps.length === 1 ? 'it changes' : 'they change'} pixels in a way that is not ` +
      'computed here; prepare the images so yourself and set it to false there',
    { file, steps },
  );
}

/**
 * The preparation of images that a checkpoint folder states. Without preprocessor_config.json: ImageNet's mean and
 * deviation, with which all published checkpoints of I-JEPA, DINOv2 and DINOv3 were trained; bicubic for DINOv2, else
 * bilinear.
 *
 * @throws JepaError 'io' for a `vit` without preprocessor_config.json, whose checkpoints differ in this (0.5 in Google's,
 * ImageNet's in DINO's and MAE's); 'checkpoint' for a field that makes no sense; 'unsupported' for a step or filter that is
 * not computed here; 'corrupt' when the file is no JSON.
 */
export function readPreprocessing(folder: string, family: string): Preprocessing {
  const file = join(folder, 'preprocessor_config.json');
  const there = existsSync(file);
  if (!there && family === 'vit') {
    throw new JepaError(
      'io',
      `${folder} must hold preprocessor_config.json: checkpoints of model_type vit differ in mean and deviation of their pixels; ` +
        'get the folder again with jepa fetch, or write the file with image_mean and image_std',
      { folder, file },
    );
  }
  const stated = there ? readJsonObject(file) : {};
  requireKnownSteps(stated, file);
  const { flag, size, wrong } = fieldsOf(stated, file);
  // In the file of a processor that leaves them out, ViT's are 0.5.
  const usual = family === 'vit' ? { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } : IMAGENET;
  // One number is the shortest side for DINOv2's processor and both sides for the others'.
  const resize = size('size', !family.startsWith('dinov2') || stated.default_to_square === true);
  const crop = size('crop_size', true);
  if (crop !== null && 'shortest' in crop) throw wrong('crop_size', 'a number or { height, width }');
  return {
    normalisation: normalisationOf(stated, file, usual),
    filter: filterOf(stated, file, family),
    resize: flag('do_resize', resize !== null) ? resize : null,
    crop: flag('do_center_crop', false) ? crop : null,
  };
}
