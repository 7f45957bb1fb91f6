// The static check against collapse.

import { expect, test } from 'vitest';
import { vitEncoder } from '../encoders/image-encoder.ts';
import * as methods from '../methods/index.ts';
import { l2 } from '../objectives/energies.ts';
import { checkCollapse, defineJepa } from './define.ts';
import type { Mechanism, Reads, Target, Term } from './types.ts';

const encoder = vitEncoder({ imageSize: 8, patchSize: 4, dim: 8, depth: 1, heads: 2, mlpDim: 16, positions: 'sincos' });
const common = { encoder, batch: 4, views: [8, 8] };
const predict = methods.predictEnergy(l2);
const shared: Target<unknown> = { kind: 'shared' };
const term = (mechanism: Mechanism | readonly Mechanism[], reads: Reads = 'embedding', weight = 1): Term<unknown> => ({
  ...predict,
  name: `${mechanism}`,
  mechanism,
  reads,
  weight,
});

test('two views pulled together with nothing else are refused, with the remedies', () => {
  const spec = methods.naive({ ...common, projector: [8] });
  expect(() => defineJepa({ ...spec, allowCollapse: false })).toThrow(
    /collapse: nothing keeps the embedding .* from collapsing; add one of: a term of mechanism gaussian .*EMA teacher.*allowCollapse/,
  );
  expect(defineJepa({ ...spec, allowCollapse: true }).name).toBe('collapse');
});

test.each([
  ['gaussian', true],
  ['contrast', true],
  ['variance', true],
  ['grounded', true],
  ['covariance', false],
] as const)('a term of mechanism %s on the embedding protects it: %s', (mechanism, protects) => {
  const { protection } = checkCollapse({ target: shared, terms: [predict, term(mechanism)] });
  expect(protection !== null).toBe(protects);
});

test('a term protects only what it reads: on the representation, or with weight 0, it does not count', () => {
  const on = checkCollapse({ target: shared, terms: [predict, term('gaussian', 'representation')] });
  expect(on.protection).toBeNull();
  expect(on.warnings.join()).toMatch(/gaussian reads the representation, not the embedding/);
  // A language-model loss beside a cosine objective: grounded, but at another latent.
  expect(checkCollapse({ target: shared, terms: [predict, term('grounded', 'inputs')] }).protection).toBeNull();
  expect(checkCollapse({ target: shared, terms: [predict, term('gaussian', 'embedding', 0)] }).protection).toBeNull();
});

test('variance without covariance protects, with a warning', () => {
  const alone = checkCollapse({ target: shared, terms: [predict, term('variance')] });
  expect(alone.warnings).toEqual([
    'variance: variance without covariance keeps the embedding from a point, not from a line',
  ]);
  expect(checkCollapse({ target: shared, terms: [predict, term('variance'), term('covariance')] }).warnings).toEqual(
    [],
  );
});

test('frozen, raw and moving-average targets need no term; an encoder of its own does', () => {
  const encode = () => {
    throw new Error('not traced here');
  };
  const protectedBy = (target: Target<unknown>) => checkCollapse({ target, terms: [predict] }).protection;
  expect(protectedBy({ kind: 'raw', values: encode })).toBe('the target is raw');
  expect(protectedBy({ kind: 'frozen', encode })).toBe('the target is frozen');
  expect(protectedBy({ kind: 'ema', student: 'a', teacher: 'b', momentum: 0.99, encode })).toMatch(/moving average/);
  expect(protectedBy({ kind: 'own', encode })).toBeNull();
});

test('a method without a predictive term has no embedding to protect', () => {
  expect(checkCollapse(methods.supervised({ ...common, classes: 3 })).protection).toBe('no term predicts an embedding');
});

test('terms must have names of their own', () => {
  const spec = methods.naive({ ...common, projector: [8] });
  expect(() => defineJepa({ ...spec, terms: [predict, predict] })).toThrow(/two terms are called 'prediction'/);
});

test('methods on patches refuse an encoder without patches', () => {
  const { patches: _, ...convolutional } = encoder;
  const size = { encoder: convolutional, batch: 4, size: 8 };
  expect(() => methods.mae({ ...size, kept: 1, decoder: { dim: 8, depth: 1, heads: 2 } })).toThrow(
    /mae masks patches: it needs an encoder of patches, such as a ViT/,
  );
});
