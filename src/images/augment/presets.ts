// The augmentations of the papers, as data. A preset is the list of the views that are made of one image; global views
// come first. Names with `cifar-` are for images of 32 pixels.
//
// Sources: VICReg and Barlow Twins (facebookresearch/vicreg 4e12602, barlowtwins 8e8d284; both use BYOL's two asymmetric
// views), LeJEPA (rbalestr-lab/lejepa eddffdd: MINIMAL.md and the paper's ImageNet recipe), SimCLR (arXiv 2002.05709,
// appendix A and B.9), DINO (facebookresearch/dino 7c446df), I-JEPA (facebookresearch/ijepa 52c1ae9), MAE (arXiv
// 2111.06377), eb_jepa (facebookresearch/eb_jepa 966e61e, the CIFAR-10 recipe).
//
// What differs from them: resizing is bilinear throughout (DINO, I-JEPA and MAE use bicubic), and the blur is a kernel of a
// given length everywhere (VICReg, Barlow Twins and DINO use PIL's approximation, whose length follows from sigma; here it is
// SimCLR's tenth of the side). At 32 pixels a crop is already blurred by its enlargement and a tenth of the side is no kernel
// at all: like the papers' own CIFAR recipes (SimCLR B.9, eb_jepa) those presets have no blur.

import { unknownName } from '../../core/index.ts';
import type { AugmentConfig, AugmentRange, Blur, Jitter } from './config.ts';

const BYOL_JITTER: Jitter = { p: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1 };

/** SimCLR's jitter of strength s: (0.8, 0.8, 0.8, 0.2) s. */
const simclrJitter = (s: number): Jitter => ({
  p: 0.8,
  brightness: 0.8 * s,
  contrast: 0.8 * s,
  saturation: 0.8 * s,
  hue: 0.2 * s,
});

const SIGMA: AugmentRange = [0.1, 2];
const blur224 = (p: number): Blur => ({ p, kernel: 23, sigma: SIGMA });

const view = (size: number, scale: AugmentRange, rest: Omit<AugmentConfig, 'size' | 'crop'> = {}): AugmentConfig => ({
  size,
  crop: { kind: 'random', scale },
  flip: 0.5,
  ...rest,
});

const times = (count: number, config: AugmentConfig): AugmentConfig[] => Array.from({ length: count }, () => config);

/** BYOL's pair: the first view is always blurred, the second is at times solarised. */
const byolPair = (size: number, scale: AugmentRange, blurred: boolean): AugmentConfig[] => {
  const common = { jitter: BYOL_JITTER, grayscale: 0.2 };
  const solarise = { p: 0.2, threshold: 128 };
  return blurred
    ? [
        view(size, scale, { ...common, blur: blur224(1) }),
        view(size, scale, { ...common, blur: blur224(0.1), solarise }),
      ]
    : [view(size, scale, common), view(size, scale, { ...common, solarise })];
};

const LEJEPA_MINIMAL = view(128, [0.08, 1], {
  jitter: { p: 0.8, brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 },
  grayscale: 0.2,
  blur: { p: 0.5, kernel: 7, sigma: SIGMA },
  solarise: { p: 0.2, threshold: 128 },
});

const lejepaRest = (kernel: number): Omit<AugmentConfig, 'size' | 'crop'> => ({
  jitter: BYOL_JITTER,
  grayscale: 0.2,
  blur: { p: 0.5, kernel, sigma: SIGMA },
  solarise: { p: 0.2, threshold: 128 },
});

const dinoRest = { jitter: BYOL_JITTER, grayscale: 0.2 };

const EB_JEPA = view(32, [0.2, 1], {
  jitter: BYOL_JITTER,
  grayscale: 0.2,
  solarise: { p: 0.1, threshold: 128 },
});

/** The presets by name. */
export const AUGMENTATIONS: Readonly<Record<string, readonly AugmentConfig[]>> = {
  /** VICReg and Barlow Twins, ImageNet. */
  vicreg: byolPair(224, [0.08, 1], true),
  'barlow-twins': byolPair(224, [0.08, 1], true),
  simclr: times(2, view(224, [0.08, 1], { jitter: simclrJitter(1), grayscale: 0.2, blur: blur224(0.5) })),
  /** MINIMAL.md: four views of one kind, 128 pixels. */
  'lejepa-minimal': times(4, LEJEPA_MINIMAL),
  /** The paper's ImageNet recipe: two global and six local views. */
  lejepa: [...times(2, view(224, [0.3, 1], lejepaRest(23))), ...times(6, view(98, [0.05, 0.3], lejepaRest(9)))],
  dino: [
    view(224, [0.4, 1], { ...dinoRest, blur: blur224(1) }),
    view(224, [0.4, 1], { ...dinoRest, blur: blur224(0.1), solarise: { p: 0.2, threshold: 128 } }),
    ...times(8, view(96, [0.05, 0.4], { ...dinoRest, blur: { p: 0.5, kernel: 9, sigma: SIGMA } })),
  ],
  /** A crop and nothing else. */
  'i-jepa': [view(224, [0.3, 1], { flip: 0 })],
  mae: [view(224, [0.2, 1])],
  /** eb_jepa's CIFAR-10 recipe, which it uses for VICReg and SIGReg alike. */
  'cifar-vicreg': times(2, EB_JEPA),
  /** The asymmetric pair without its blur. */
  'cifar-barlow-twins': byolPair(32, [0.2, 1], false),
  /** SimCLR B.9: jitter of strength 0.5, no blur. */
  'cifar-simclr': times(2, view(32, [0.08, 1], { jitter: simclrJitter(0.5), grayscale: 0.2 })),
  'cifar-lejepa': times(2, EB_JEPA),
  /** Four views of one kind, as MINIMAL.md. */
  'cifar-lejepa-4': times(4, EB_JEPA),
  /** Two global views of 32 pixels and four local ones of 16. */
  'cifar-dino': [
    view(32, [0.4, 1], dinoRest),
    view(32, [0.4, 1], { ...dinoRest, solarise: { p: 0.2, threshold: 128 } }),
    ...times(4, view(16, [0.1, 0.4], dinoRest)),
  ],
  'cifar-i-jepa': [view(32, [0.3, 1], { flip: 0 })],
  'cifar-mae': [view(32, [0.2, 1])],
  /** Padded by 4 and shifted, mirrored: the usual supervised recipe. */
  'cifar-supervised': [{ size: 32, crop: { kind: 'shift', padding: 4 }, flip: 0.5 }],
};

/** The views of the preset called `name`. Errors: `usage` for an unknown name, with the nearest. */
export function augmentation(name: string): readonly AugmentConfig[] {
  const found = Object.hasOwn(AUGMENTATIONS, name) ? AUGMENTATIONS[name] : undefined;
  if (found === undefined) throw unknownName('augmentation', name, Object.keys(AUGMENTATIONS));
  return found;
}
