// What a world says it is must be possible: its name, sizes, bounds, and what it declares.

import { checkBounds, checkId, checkSizes } from '../check.ts';
import type { EnvSpec } from '../env.ts';
import { type Law, must, mustRefuse, SIZE } from './law.ts';

const id: Law = {
  name: 'id',
  holds: 'the id is letters, digits, dashes, underscores and dots',
  check: ({ open }) => checkId('spec.id', open().spec.id),
};

const sizes: Law = {
  name: 'sizes',
  holds:
    'state, goal and actions have whole sizes of at least 1, every component a name, and a goal is no longer than a state',
  check: ({ open }) => checkSizes('spec', open().spec),
};

const bounds: Law = {
  name: 'action-bounds',
  holds: 'the bounds of actions are finite numbers, the lower below the higher',
  check: ({ open }) => checkBounds('spec', open().spec),
};

const pictureSize: Law = {
  name: 'picture-size',
  holds: 'the picture has the size that is asked for, and sizes below 16 or not whole are refused',
  check({ open }) {
    for (const size of [SIZE, 16]) {
      const { imageSize } = open(size).spec;
      must(
        imageSize === size,
        `spec.imageSize ${imageSize} where ${size} was asked for`,
        'pass imageSize on to defineEnv',
      );
    }
    for (const size of [15, 0, 20.5, Number.NaN]) {
      mustRefuse(`imageSize ${size}`, 'usage', () => open(size), 'a size must be a whole number from 16 to 4096');
    }
  },
};

const plain: Law = {
  name: 'plain-spec',
  holds: 'the spec is plain data, the same after it was written as JSON and read',
  check({ open }) {
    const { spec } = open();
    const [before, after] = [canonical(spec), canonical(JSON.parse(JSON.stringify(spec)))];
    must(before === after, 'a value in the spec that JSON does not keep', 'keep functions, NaN and the like out of it');
  },
};

/** A text that tells values apart which JSON does not. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  const parts = Object.entries(value).map(([name, part]) => `${name}: ${canonical(part)}`);
  return `${Array.isArray(value) ? 'array' : Object.getPrototypeOf(value) === Object.prototype ? 'object' : 'instance'} {${parts.join(', ')}}`;
}

const declaration: Law = {
  name: 'declaration',
  holds: 'what is declared is there: components of the state, factors, the rule of walls',
  check({ open }) {
    const env = open();
    const { stateDim, factors, declares = {} } = env.spec;
    const { ground, probes = [], notVaried = {}, walls, bands = [] } = declares;
    const remedy = 'correct spec.declares';
    for (const at of [...(ground?.at ?? []), ...probes.flatMap(({ components }) => components)]) {
      must(isComponent(at, env.spec), `component ${at} of a state of ${stateDim}`, remedy);
    }
    if (ground !== undefined) {
      const [left, top, right, bottom] = ground.extent;
      must(left < right && top < bottom, `a ground with the extent [${ground.extent}]`, 'say left, top, right, bottom');
    }
    for (const { name, components, names } of probes) {
      const counts = `${names.length} names for ${components.length} components of '${name}'`;
      must(components.length > 0 && components.length === names.length, counts, remedy);
    }
    const rising = bands.every((edge, i) => Number.isFinite(edge) && edge > (bands[i - 1] ?? 0));
    must(rising, `bands [${bands}]`, 'say distances above 0 that rise');
    for (const name of Object.keys(notVaried)) must(Object.hasOwn(factors, name), `no factor '${name}'`, remedy);
    const fits = (walls === true) === (env.behindWall !== undefined);
    must(fits, `walls ${walls} in a world ${env.behindWall ? 'with' : 'without'} behindWall`, remedy);
  },
};

const isComponent = (at: number, { stateDim }: EnvSpec): boolean => Number.isInteger(at) && at >= 0 && at < stateDim;

/** The laws of what a world says of itself. */
export const specLaws: readonly Law[] = [id, sizes, bounds, pictureSize, plain, declaration];
