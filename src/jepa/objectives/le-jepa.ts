// LeJEPA (Balestriero & LeCun 2025, arXiv 2511.08544): views of an image are pulled to their common centre, and SIGReg keeps
// the embeddings distributed as N(0, I). No teacher, no stop-gradient, no predictor. The public codes differ in six choices;
// each is an option here, and `LE_JEPA` names their combinations.
// Legend: V views (the global ones first), N samples, D dimensions, M directions.

import { JepaError, unknownName } from '../../core/index.ts';
import {
  add,
  mul,
  reduceMean,
  reshape,
  sameShape,
  shapeError,
  slice,
  square,
  stack,
  sub,
  type Tensor,
} from '../../tensor/index.ts';
import { type EppsPulleyOptions, sigreg } from './sigreg.ts';

/** The choices in which the public codes differ. */
export interface LeJepaConfig {
  /** Weight of SIGReg. */
  readonly lambda: number;
  /** `convex`: (1 - lambda) invariance + lambda SIGReg. `additive`: invariance + lambda SIGReg. */
  readonly combine: 'convex' | 'additive';
  /**
   * What views are compared with: the mean of `all` views or of the `global` ones, or, with exactly two views, each `other`:
   * mean (z1 - z2)^2, which is 4 times the distance to their mean. The gradient flows through the centre.
   */
  readonly centre: 'all' | 'global' | 'other';
  /** One statistic `per-view`, then the mean; or all views `pooled` into one sample of V N, whose factor N is V times larger. */
  readonly statistic: 'per-view' | 'pooled';
  /** Knots of the statistic and whether it is multiplied by N. */
  readonly grid: EppsPulleyOptions;
  /** Number of directions M that the code draws anew in each step. */
  readonly directions: number;
}

const HALF: EppsPulleyOptions = { knots: 17, tMax: 3, interval: 'half', timesN: true };
const PACKAGE: LeJepaConfig = {
  lambda: 0.05,
  combine: 'convex',
  centre: 'global',
  statistic: 'per-view',
  grid: HALF,
  directions: 1024,
};

/** A published form of the loss. */
export type LeJepaPreset = 'paper' | 'minimal' | 'package' | 'lightly' | 'spt' | 'eb-jepa';

/**
 * The published forms. Sources (specification objectives 3.5):
 * - `paper`: algorithms 1 and 2.
 * - `minimal`: MINIMAL.md of the lejepa repository, for views of equal size.
 * - `package`: the classes of the lejepa package as its README uses them; `lightly` (since its pull request 2023) is the same.
 * - `spt`: stable-pretraining, methods/lejepa.py; its docstring says averaged over views, its code pools them.
 * - `eb-jepa`: BCS with the squared difference of two views.
 */
export const LE_JEPA: Readonly<Record<LeJepaPreset, LeJepaConfig>> = {
  paper: { ...PACKAGE, grid: { knots: 17, tMax: 5, interval: 'full', timesN: true } },
  minimal: { ...PACKAGE, lambda: 0.02, centre: 'all', directions: 256 },
  package: PACKAGE,
  lightly: PACKAGE,
  spt: { ...PACKAGE, lambda: 0.02, combine: 'additive', statistic: 'pooled' },
  'eb-jepa': {
    lambda: 10,
    combine: 'additive',
    centre: 'other',
    statistic: 'per-view',
    grid: { knots: 10, tMax: 3, interval: 'full', timesN: false },
    directions: 256,
  },
};

/** The choices behind a name; throws `unknown` with the nearest name. */
export function leJepaPreset(name: string): LeJepaConfig {
  if (!Object.hasOwn(LE_JEPA, name)) throw unknownName('LeJEPA preset', name, Object.keys(LE_JEPA));
  return LE_JEPA[name as LeJepaPreset];
}

/** The loss with its parts. */
export interface LeJepa {
  /** The weighted sum. */
  readonly value: Tensor;
  /** Mean squared distance to the centre. */
  readonly invariance: Tensor;
  /** The mean statistic: 1.0525 on N(0, I) with the grid of the package and its factor N. */
  readonly sigreg: Tensor;
}

/**
 * The loss of LeJEPA.
 *
 * @param views V projected embeddings [N, D], the global views first
 * @param nGlobal how many views are global
 * @param directions [D, M], shared by all views; `sigregDirections(D, config.directions)` draws them anew in each step
 * @throws JepaError 'shape' when views differ in shape, 'usage' when their number does not suit the configuration
 */
export function leJepa(
  views: readonly Tensor[],
  nGlobal: number,
  directions: Tensor,
  config: LeJepaConfig = LE_JEPA.package,
): LeJepa {
  const { lambda, combine, centre, statistic, grid } = config;
  const V = views.length;
  const [first] = views;
  if (first === undefined || first.shape.length !== 2 || views.some((v) => !sameShape(v.shape, first.shape)))
    throw shapeError('leJepa', views, 'needs views of one shape [N, D]');
  if (V < 2 || !(Number.isInteger(nGlobal) && nGlobal >= 1 && nGlobal <= V))
    throw new JepaError(
      'usage',
      `leJepa: needs at least 2 views, 1 to V of them global, got ${V} and ${nGlobal} global`,
    );
  if (centre === 'other' && V !== 2)
    throw new JepaError('usage', `leJepa: centre 'other' compares exactly 2 views, got ${V}; use 'all' or 'global'`);
  const [N, D] = first.shape as [number, number];
  const z = stack(views, 0);
  const invariance = centre === 'other' ? pairDistance(z) : centreDistance(z, centre === 'all' ? V : nGlobal);
  const regulariser = sigreg(statistic === 'pooled' ? reshape(z, [V * N, D]) : z, directions, grid).value;
  const kept = combine === 'convex' ? 1 - lambda : 1;
  return { value: add(mul(invariance, kept), mul(regulariser, lambda)), invariance, sigreg: regulariser };
}

/** Mean over views, samples and dimensions of (centre - z)^2, the centre being the mean of the first `count` views. */
function centreDistance(z: Tensor, count: number): Tensor {
  const centre = reduceMean(slice(z, 0, 0, count), { axes: 0, keepDims: true });
  return reduceMean(square(sub(centre, z)));
}

function pairDistance(z: Tensor): Tensor {
  return reduceMean(square(sub(slice(z, 0, 0, 1), slice(z, 0, 1, 2))));
}
