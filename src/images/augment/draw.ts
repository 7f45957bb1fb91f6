// What chance decides about one view: drawn from a key, apart from doing it, so that each operation can be checked by itself.
//
// All numbers come from one block of uniforms with a place for each purpose, so switching one distortion off leaves the
// draws of the others as they are.

import { type Key, uniform } from '../../core/index.ts';
import { type Box, roundHalfEven } from '../../raster/index.ts';
import { type AugmentConfig, type AugmentRange, type Crop, DEFAULT_RATIO, DEFAULT_SCALE } from './config.ts';

/** Parts of the colour jitter. */
export const BRIGHTNESS = 0;
export const CONTRAST = 1;
export const SATURATION = 2;
const HUE = 3;

/** The drawn colour jitter: four factors, indexed by part (the hue in turns), and the order of the parts. */
export interface JitterDraw {
  readonly order: readonly number[];
  readonly factors: readonly number[];
}

/** Everything that was drawn for one view; null where a distortion is left out. */
export interface ViewDraw {
  /** What becomes the view; null: the centre of the whole image. Outside the image a box sees 0. */
  readonly box: Box | null;
  readonly flip: boolean;
  readonly jitter: JitterDraw | null;
  readonly grayscale: boolean;
  /** Standard deviation of the blur in pixels. */
  readonly blurSigma: number | null;
  readonly solarise: boolean;
}

const ATTEMPTS = 10;
// Places in the block of uniforms: four for each attempt at a box, then one per purpose.
const FLIP = 4 * ATTEMPTS;
const JITTER = FLIP + 1;
const ORDER = JITTER + 1;
const FACTORS = ORDER + 3;
const GRAYSCALE = FACTORS + 4;
const BLUR = GRAYSCALE + 1;
const SIGMA = BLUR + 1;
const SOLARISE = SIGMA + 1;
const DRAWS = SOLARISE + 1;

const u = new Float32Array(DRAWS);

function between([low, high]: AugmentRange, x: number): number {
  return low + (high - low) * x;
}

/**
 * The box of torchvision's `RandomResizedCrop.get_params`: up to ten attempts with an area share uniform in `scale` and
 * a ratio width / height log-uniform in `ratio`, then the largest centred box whose ratio lies in the range.
 *
 * @param draws four uniforms in [0, 1) per attempt: area, ratio, top, left
 */
export function randomBox(
  height: number,
  width: number,
  scale: AugmentRange,
  ratio: AugmentRange,
  draws: Float32Array,
): Box {
  const area = height * width;
  const logRatio: AugmentRange = [Math.log(ratio[0]), Math.log(ratio[1])];
  for (let i = 0; i < ATTEMPTS; i++) {
    const target = area * between(scale, draws[4 * i]!);
    const aspect = Math.exp(between(logRatio, draws[4 * i + 1]!));
    const w = roundHalfEven(Math.sqrt(target * aspect));
    const h = roundHalfEven(Math.sqrt(target / aspect));
    if (w < 1 || w > width || h < 1 || h > height) continue;
    const top = Math.floor(draws[4 * i + 2]! * (height - h + 1));
    const left = Math.floor(draws[4 * i + 3]! * (width - w + 1));
    return { top, left, height: h, width: w };
  }
  const own = width / height;
  const w = own > ratio[1] ? roundHalfEven(height * ratio[1]) : width;
  const h = own < ratio[0] ? roundHalfEven(width / ratio[0]) : height;
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
}

function drawBox(crop: Crop, size: number, height: number, width: number): Box | null {
  if (crop.kind === 'random') {
    return randomBox(height, width, crop.scale ?? DEFAULT_SCALE, crop.ratio ?? DEFAULT_RATIO, u);
  }
  if (crop.kind === 'centre') return null;
  const { padding } = crop;
  const place = (side: number, x: number): number => Math.floor(x * (side + 2 * padding - size + 1)) - padding;
  return { top: place(height, u[2]!), left: place(width, u[3]!), height: size, width: size };
}

/** A permutation of the four parts from three uniforms. */
function drawOrder(): number[] {
  const order = [BRIGHTNESS, CONTRAST, SATURATION, HUE];
  for (let i = 3; i > 0; i--) {
    const j = Math.floor(u[ORDER + 3 - i]! * (i + 1));
    const t = order[i]!;
    order[i] = order[j]!;
    order[j] = t;
  }
  return order;
}

/** Draws one view of a `height` x `width` image. A function of the configuration, the image's size and the key only. */
export function drawView(config: AugmentConfig, height: number, width: number, key: Key): ViewDraw {
  uniform(key, u);
  const { jitter, blur } = config;
  const factor = (strength: number, at: number): number =>
    between([Math.max(0, 1 - strength), 1 + strength], u[FACTORS + at]!);
  return {
    box: drawBox(config.crop, config.size, height, width),
    flip: u[FLIP]! < (config.flip ?? 0),
    jitter:
      jitter === undefined || u[JITTER]! >= jitter.p
        ? null
        : {
            order: drawOrder(),
            factors: [
              factor(jitter.brightness, BRIGHTNESS),
              factor(jitter.contrast, CONTRAST),
              factor(jitter.saturation, SATURATION),
              between([-jitter.hue, jitter.hue], u[FACTORS + HUE]!),
            ],
          },
    grayscale: u[GRAYSCALE]! < (config.grayscale ?? 0),
    blurSigma: blur === undefined || u[BLUR]! >= blur.p ? null : between(blur.sigma, u[SIGMA]!),
    solarise: u[SOLARISE]! < (config.solarise?.p ?? 0),
  };
}
