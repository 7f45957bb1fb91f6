// How one view of an image is made, as plain data: a crop and a list of possible distortions, each with its probability.
//
// The operations are those of torchvision's transforms on float tensors and are always applied in the order in which the
// fields stand here; the four parts of the colour jitter among themselves in an order that is drawn. A flip commutes with
// all the others, so where a published recipe puts it does not matter.

import { JepaError } from '../../core/index.ts';

/** A range of numbers, both ends included. */
export type AugmentRange = readonly [low: number, high: number];

/** The part of the image that becomes the view. */
export type Crop =
  /**
   * `RandomResizedCrop`: a box with a share of the area drawn from `scale` (default [0.08, 1]) and a ratio of width to
   * height drawn from `ratio` (default [3/4, 4/3]), resized.
   */
  | { readonly kind: 'random'; readonly scale?: AugmentRange; readonly ratio?: AugmentRange }
  /** `RandomCrop` with zeros around the image: a box of the view's size, shifted by up to `padding` pixels; no resizing. */
  | { readonly kind: 'shift'; readonly padding: number }
  /** The whole image: shortest side resized, centre taken. Nothing is drawn. */
  | { readonly kind: 'centre' };

/** Factors of brightness, contrast and saturation drawn from [max(0, 1 - x), 1 + x], a turn of the hue from [-x, x]. */
export interface Jitter {
  readonly p: number;
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** In turns of the colour circle, at most 0.5. */
  readonly hue: number;
}

/** A Gaussian blur with an odd kernel length in pixels and a standard deviation drawn from `sigma`, in pixels. */
export interface Blur {
  readonly p: number;
  readonly kernel: number;
  readonly sigma: AugmentRange;
}

/** How one view is made; what is absent is not done. `p` are probabilities. */
export interface AugmentConfig {
  /** Side of the square view, in pixels. */
  readonly size: number;
  readonly crop: Crop;
  readonly flip?: number;
  readonly jitter?: Jitter;
  readonly grayscale?: number;
  readonly blur?: Blur;
  /** Values of at least `threshold` (in 0..255) are inverted. */
  readonly solarise?: { readonly p: number; readonly threshold: number };
}

/** Scale and ratio of a random crop whose configuration names none: torchvision's defaults. */
export const DEFAULT_SCALE: AugmentRange = [0.08, 1];
export const DEFAULT_RATIO: AugmentRange = [3 / 4, 4 / 3];

function must(holds: boolean, what: string, got: unknown): void {
  if (!holds) throw new JepaError('usage', `augmentation: ${what}, got ${JSON.stringify(got)}`, { got });
}

function checkRange(what: string, range: AugmentRange, low: number, high: number): void {
  const holds = range.length === 2 && range[0] >= low && range[0] <= range[1] && range[1] <= high;
  must(holds, `${what} must be [low, high] with ${low} <= low <= high <= ${high}`, range);
}

function checkChance(what: string, p: number | undefined): void {
  must(p === undefined || (p >= 0 && p <= 1), `${what} must be a probability`, p);
}

/** Refuses a configuration that means nothing. Errors: `usage`, with the field, what must hold and what was got. */
export function checkAugment(config: AugmentConfig): void {
  const { size, crop, flip, jitter, grayscale, blur, solarise } = config;
  must(Number.isSafeInteger(size) && size >= 1, 'size must be an integer of at least 1', size);
  const kinds: readonly string[] = ['random', 'shift', 'centre'];
  must(kinds.includes(crop?.kind), `crop.kind must be one of ${kinds.join(', ')}`, crop?.kind);
  if (crop.kind === 'random') {
    checkRange('crop.scale', crop.scale ?? DEFAULT_SCALE, 0, 1);
    checkRange('crop.ratio', crop.ratio ?? DEFAULT_RATIO, 1e-3, 1e3);
  }
  if (crop.kind === 'shift') {
    must(Number.isSafeInteger(crop.padding) && crop.padding >= 0, 'crop.padding must be an integer >= 0', crop.padding);
  }
  checkChance('flip', flip);
  checkChance('grayscale', grayscale);
  if (jitter !== undefined) {
    checkChance('jitter.p', jitter.p);
    for (const name of ['brightness', 'contrast', 'saturation'] as const) {
      must(jitter[name] >= 0, `jitter.${name} must be at least 0`, jitter[name]);
    }
    must(jitter.hue >= 0 && jitter.hue <= 0.5, 'jitter.hue must be between 0 and 0.5 turns', jitter.hue);
  }
  if (blur !== undefined) {
    checkChance('blur.p', blur.p);
    checkRange('blur.sigma', blur.sigma, 1e-3, 1e3);
    const { kernel } = blur;
    const fits = Number.isSafeInteger(kernel) && kernel % 2 === 1 && kernel >= 1 && kernel <= 2 * size - 1;
    must(fits, `blur.kernel must be odd and at most ${2 * size - 1} for views of ${size} pixels`, kernel);
  }
  if (solarise !== undefined) {
    checkChance('solarise.p', solarise.p);
    must(solarise.threshold >= 0 && solarise.threshold <= 256, 'solarise.threshold must be in 0..256', solarise);
  }
}
