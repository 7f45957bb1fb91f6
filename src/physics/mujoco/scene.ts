// What there is to draw: MuJoCo has no renderer in WebAssembly, so a world's geoms are listed with their poses.

import { JepaError } from '../../core/index.ts';

/** Shapes that are listed. */
export type SceneShape = 'plane' | 'sphere' | 'capsule' | 'ellipsoid' | 'cylinder' | 'box';

/** MuJoCo's `mjtGeom`. */
const SHAPES: Readonly<Record<number, SceneShape>> = {
  0: 'plane',
  2: 'sphere',
  3: 'capsule',
  4: 'ellipsoid',
  5: 'cylinder',
  6: 'box',
};

/** A shape in the world. Lengths in metres. */
export interface SceneGeom {
  /** MuJoCo's name, '' without one. */
  readonly name: string;
  readonly type: SceneShape;
  /** Centre [3] in the world. */
  readonly position: ArrayLike<number>;
  /** Rotation [9], row-major: world = rotation x local. */
  readonly rotation: ArrayLike<number>;
  /**
   * [3], half sizes as MuJoCo has them: plane x, y (0: endless) and the spacing of its grid; sphere: radius; capsule and
   * cylinder: radius and half the length along local z (without the caps); ellipsoid: radii; box: halves of its sides.
   */
  readonly size: ArrayLike<number>;
  /** Red, green, blue in 0..255. */
  readonly color: readonly [number, number, number];
  /** 1 opaque. */
  readonly alpha: number;
}

/** Groups from here on are hidden, as in MuJoCo's own viewer: shapes that only collide stand there. */
const HIDDEN_GROUP = 3;

/** The arrays of a model and its state by MuJoCo's names. */
interface NamedArrays {
  model(name: string): Float64Array | Float32Array | Int32Array | Uint8Array;
  data(name: string): Float64Array;
}

/** The geoms with some opacity in groups 0 to 2; positions are those of the last step, `forward` or `kinematics`. */
export function sceneGeoms(what: string, names: readonly string[], physics: NamedArrays): readonly SceneGeom[] {
  const [types, sizes, rgba] = ['geom_type', 'geom_size', 'geom_rgba'].map((name) => physics.model(name));
  const groups = physics.model('geom_group');
  const [positions, rotations] = [physics.data('geom_xpos'), physics.data('geom_xmat')];
  return names.flatMap((name, i): SceneGeom[] => {
    const alpha = rgba![4 * i + 3]!;
    if (alpha === 0 || groups[i]! >= HIDDEN_GROUP) return [];
    const type = SHAPES[types![i]!];
    if (type === undefined) {
      throw new JepaError(
        'unsupported',
        `${what}: geoms that are drawn must be ${Object.values(SHAPES).join(', ')}, geom ${i} '${name}' is none of ` +
          `these; put it into group ${HIDDEN_GROUP} to hide it`,
        { name },
      );
    }
    const color = (channel: number): number => Math.round(255 * rgba![4 * i + channel]!);
    return [
      {
        name,
        type,
        position: positions.slice(3 * i, 3 * i + 3),
        rotation: rotations.slice(9 * i, 9 * i + 9),
        size: sizes!.slice(3 * i, 3 * i + 3),
        color: [color(0), color(1), color(2)],
        alpha,
      },
    ];
  });
}
