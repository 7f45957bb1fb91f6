// Checks of what callers hand to a world, shared by single and vectorised worlds.

import { JepaError } from '../core/index.ts';
import type { Env, EnvSpec } from './env.ts';

/** Lowest and highest value, both allowed: one pair for every component, or one for each. */
export type Ranges = readonly [number, number] | readonly (readonly [number, number])[];

/** What names of worlds look like: they name folders, files and metrics. */
const ID = /^[a-z0-9][a-z0-9._-]*$/i;

/** The range of component i. */
function rangeOf(ranges: Ranges, i: number): readonly [number, number] {
  const first = ranges[0];
  return typeof first === 'number' ? (ranges as readonly [number, number]) : (ranges[i] as readonly [number, number]);
}

/** A number without the digits that only float32 added. */
function shown(value: number): number {
  return Number(value.toPrecision(7));
}

/** Throws unless `vector` holds `size` finite numbers, all within `ranges` when given. `where` names caller and world. */
export function checkVector(
  where: string,
  what: string,
  vector: ArrayLike<number>,
  size: number,
  ranges?: Ranges,
): void {
  if (vector.length !== size) {
    throw new JepaError('shape', `${where}: ${what} must hold ${size} numbers, got ${vector.length}`, {
      expected: size,
      got: vector.length,
    });
  }
  for (let i = 0; i < size; i++) {
    const value = vector[i]!;
    if (!Number.isFinite(value)) {
      throw new JepaError('numeric', `${where}: ${what} must be finite, got ${value} at index ${i}`, {
        index: i,
        value,
      });
    }
    if (ranges === undefined) continue;
    const range = rangeOf(ranges, i);
    if (value < range[0] || value > range[1]) {
      throw new JepaError(
        'usage',
        `${where}: ${what} must lie in [${shown(range[0])}, ${shown(range[1])}], got ${shown(value)} at index ${i}`,
        {
          index: i,
          value,
          range,
        },
      );
    }
  }
}

/** Throws unless `id` is made of letters, digits, `-`, `_` and `.` and begins with a letter or digit. */
export function checkId(where: string, id: string): void {
  if (typeof id === 'string' && ID.test(id)) return;
  throw new JepaError(
    'usage',
    `${where}: an id must be letters, digits, '-', '_' and '.', beginning with a letter or digit, got ${JSON.stringify(id)}; it names folders and files`,
    { id },
  );
}

type Sizes = Pick<EnvSpec, 'actionDim' | 'stateDim' | 'goalDim' | 'maxSteps' | 'stateNames'>;

/** Throws unless all sizes are whole and at least 1, every state component has a name, and a goal fits into a state. */
export function checkSizes(where: string, sizes: Sizes): void {
  const { stateDim, goalDim, stateNames } = sizes;
  for (const name of ['stateDim', 'actionDim', 'goalDim', 'maxSteps'] as const) {
    const size = sizes[name];
    if (Number.isInteger(size) && size >= 1) continue;
    throw new JepaError('usage', `${where}: ${name} must be a whole number of at least 1, got ${size}`, { name, size });
  }
  if (stateNames.length !== stateDim) {
    throw new JepaError(
      'usage',
      `${where}: stateNames must name each of the ${stateDim} numbers of a state, got ${stateNames.length} names`,
      { stateDim, stateNames },
    );
  }
  if (goalDim > stateDim) {
    throw new JepaError(
      'usage',
      `${where}: goalDim must be at most stateDim = ${stateDim}, since a goal is the first numbers of a state, got ${goalDim}`,
      { stateDim, goalDim },
    );
  }
}

/** Throws unless actionLow and actionHigh are finite and in order. */
export function checkBounds(where: string, { actionLow, actionHigh }: Pick<EnvSpec, 'actionLow' | 'actionHigh'>): void {
  if (Number.isFinite(actionLow) && Number.isFinite(actionHigh) && actionLow < actionHigh) return;
  throw new JepaError(
    'usage',
    `${where}: actionLow must be below actionHigh, both finite, got ${actionLow} and ${actionHigh}`,
    { actionLow, actionHigh },
  );
}

/** Throws unless a world's distance is finite and not negative. */
export function checkDistance(where: string, distance: number): void {
  if (Number.isFinite(distance) && distance >= 0) return;
  throw new JepaError(
    'numeric',
    `${where}: the distance to the goal must be finite and not negative, got ${distance}; mind roots, logarithms and divisions by 0`,
    { distance },
  );
}

/** Throws unless a world has one of the given ids, for functions that know one world. */
export function needWorld({ spec: { id } }: Env, ...ids: readonly string[]): void {
  if (ids.includes(id)) return;
  throw new JepaError('usage', `this needs the world '${ids.join("' or '")}', got '${id}'`, { id });
}

/** Smallest and largest side of a frame, in pixels. */
const IMAGE_SIZES: readonly [number, number] = [16, 4096];

/** Throws unless `imageSize` is a whole number of pixels from 16 to 4096. */
export function checkImageSize(where: string, imageSize: number): void {
  if (!Number.isInteger(imageSize) || imageSize < IMAGE_SIZES[0] || imageSize > IMAGE_SIZES[1]) {
    throw new JepaError(
      'usage',
      `${where}: imageSize must be a whole number of pixels from ${IMAGE_SIZES[0]} to ${IMAGE_SIZES[1]}, got ${imageSize}`,
      { imageSize },
    );
  }
}

/** Throws unless `out` has room for `bytes` bytes from `offset` on. */
export function checkRoom(where: string, out: Uint8Array, offset: number, bytes: number): void {
  if (!Number.isInteger(offset) || offset < 0 || offset + bytes > out.length) {
    throw new JepaError(
      'shape',
      `${where}: the target must hold ${bytes} bytes from offset ${offset}, got ${out.length} bytes in all`,
      { bytes, offset, length: out.length },
    );
  }
}
