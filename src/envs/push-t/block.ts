// The block of Push-T: seven shapes of rectangles on a grid of `scale` pixels, with the masses that the reference gives
// them. Coordinates are those of the body: x right, y down, origin where `block.x, block.y` is.
//
// The centre of gravity is the mean of the parts' centroids whatever their areas, and the moment of inertia is the sum of
// the parts' moments, each with the full mass 1, about the body's origin instead of the centre of gravity; T and + take
// the first part's moment for every part. Physically odd, and kept: they decide how the block turns.
// Source: stable-worldmodel `envs/pusht/env.py`, `add_tee` and its siblings.

import { type Convex, centroid, convex, unitMoment } from '../../physics/index.ts';

/** Names of the shapes; `block.shape` counts them from 1, as the reference does. */
export const BLOCK_SHAPES = ['L', 'T', 'Z', 'square', 'I', 'small-T', 'plus'] as const;

/** One of the shapes. */
export type BlockShape = (typeof BLOCK_SHAPES)[number];

/** A block of one shape and size. */
export interface Block {
  readonly shape: BlockShape;
  /** Relative to the body's origin, for drawing. */
  readonly outline: readonly Convex[];
  /** Relative to the centre of gravity, for the physics. */
  readonly parts: readonly Convex[];
  /** The centre of gravity, from the body's origin. */
  readonly center: readonly [number, number];
  readonly mass: number;
  readonly moment: number;
  /** The block looks the same when turned by this angle, in radians. */
  readonly symmetry: number;
}

/** x0, y0, x1, y1 of each part in units of the scale. */
const RECTANGLES: Readonly<Record<BlockShape, readonly (readonly [number, number, number, number])[]>> = {
  L: [
    [0, 0, 1, 2],
    [0, -1, 2, 0],
  ],
  T: [
    [-2, 0, 2, 1],
    [-0.5, 1, 0.5, 4],
  ],
  Z: [
    [-0.5, 0, 1.5, 1],
    [-1.5, -1, 0.5, 0],
  ],
  square: [[-1, -1, 1, 1]],
  I: [[-0.5, -2, 0.5, 2]],
  'small-T': [
    [-1.5, 0, 1.5, 1],
    [-0.5, 1, 0.5, 2],
  ],
  plus: [
    [-1.5, -0.5, 1.5, 0.5],
    [-0.5, 0.5, 0.5, 1.5],
    [-0.5, -1.5, 0.5, -0.5],
  ],
};

/** Shapes whose every part is given the moment of the first. */
const FIRST_MOMENT: readonly BlockShape[] = ['T', 'plus'];

const SYMMETRY: Readonly<Partial<Record<BlockShape, number>>> = {
  square: Math.PI / 2,
  plus: Math.PI / 2,
  Z: Math.PI,
  I: Math.PI,
};

function rectangle(x0: number, y0: number, x1: number, y1: number): Convex {
  return convex([
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ]);
}

/** The latest blocks, by shape and scale: worlds of a vector and their policies share theirs. */
const made = new Map<string, Block>();
const KEEP = 64;

/** The block of this shape and scale. The T of scale 30 has its centre of gravity at (0, 45) and the moment 3000. */
export function makeBlock(shape: BlockShape, scale: number): Block {
  const name = `${shape} ${scale}`;
  const known = made.get(name);
  if (known !== undefined) return known;
  const block = build(shape, scale);
  if (made.size >= KEEP) made.delete(made.keys().next().value!);
  made.set(name, block);
  return block;
}

function build(shape: BlockShape, scale: number): Block {
  const scaled = RECTANGLES[shape].map((sides) => sides.map((v) => v * scale) as [number, number, number, number]);
  const outline = scaled.map((sides) => rectangle(...sides));
  const centers = outline.map(centroid);
  const mean = (axis: 0 | 1): number => centers.reduce((sum, c) => sum + c[axis], 0) / centers.length;
  const center = [mean(0), mean(1)] as const;
  const [cx, cy] = center;
  const moments = outline.map((part) => unitMoment(FIRST_MOMENT.includes(shape) ? outline[0]! : part));
  return {
    shape,
    outline,
    parts: scaled.map(([x0, y0, x1, y1]) => rectangle(x0 - cx, y0 - cy, x1 - cx, y1 - cy)),
    center,
    mass: 1,
    moment: moments.reduce((a, b) => a + b, 0),
    symmetry: SYMMETRY[shape] ?? 2 * Math.PI,
  };
}
