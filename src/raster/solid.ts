// Solid shapes and the light on them.

import type { Color } from './canvas.ts';
import type { SolidType } from './mesh.ts';

/**
 * A shape at a place. `size` is MuJoCo's: half lengths of a box and half axes of an ellipsoid; the radius of a sphere;
 * radius and half length along z of a capsule (without its caps) and a cylinder; half lengths of a plane, 0 for endless.
 */
export interface Solid {
  readonly type: SolidType;
  readonly position: ArrayLike<number>;
  /** Rotation [3, 3] in rows: the columns are the shape's axes in the world, as MuJoCo's `geom_xmat`. */
  readonly rotation: ArrayLike<number>;
  readonly size: ArrayLike<number>;
  readonly color: Color;
}

/** Light from far away: a surface shows its colour times `ambient` + `diffuse` times the cosine towards the light. */
export interface Light {
  /** The way the light travels. */
  readonly direction: readonly number[];
  readonly ambient: number;
  readonly diffuse: number;
}
