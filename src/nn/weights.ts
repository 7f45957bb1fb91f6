// Puts stored tensors into a model's buffers: all of them or none, with a list of everything that does not fit. Reference
// checkpoints load here by name; our own checkpoints use the same code. How a stored tensor becomes numbers is the caller's.

import { type FlatLayout, JepaError } from '../core/index.ts';
import type { Shape } from '../tensor/index.ts';
import type { ModelValues } from './module.ts';

/** A tensor of some file format. */
export interface StoredTensor {
  readonly shape: Shape;
}

/** A named destination: its shape, and the view that receives the numbers. */
export type NamedView = readonly [name: string, shape: Shape, data: Float32Array];

/** The named views of a flat buffer, names prefixed. */
export function* namedViews(layout: FlatLayout, data: Float32Array, prefix = ''): Generator<NamedView> {
  for (const { name, shape, offset, size } of layout.entries) {
    yield [prefix + name, shape, data.subarray(offset, offset + size)];
  }
}

/** Where tensors come from, and what to tell a user whose tensors do not fit. */
export interface TensorOrigin {
  /** `checkpoint runs/x/checkpoints/step-000100.safetensors` */
  readonly what: string;
  readonly path: string;
  readonly advice: string;
  /** Names that must have a destination; others are passed over. */
  readonly wanted: (name: string) => boolean;
}

/**
 * Copies tensors to their destinations. Names and shapes are compared first, so that either all are copied or none.
 *
 * Errors: `checkpoint`, which lists every missing, extra and mis-shaped tensor.
 */
export function copyTensors<T extends StoredTensor>(
  tensors: ReadonlyMap<string, T>,
  read: (tensor: T) => Float32Array,
  targets: readonly NamedView[],
  { what, path, advice, wanted }: TensorOrigin,
): void {
  const text = (name: string, shape: Shape): string => `${name} [${shape.join(', ')}]`;
  const missing: string[] = [];
  const misshaped: string[] = [];
  for (const [name, shape] of targets) {
    const found = tensors.get(name);
    if (found === undefined) missing.push(text(name, shape));
    else if (found.shape.join() !== shape.join())
      misshaped.push(`${text(name, found.shape)} must be [${shape.join(', ')}]`);
  }
  const known = new Set(targets.map(([name]) => name));
  const extra = [...tensors]
    .filter(([name]) => wanted(name) && !known.has(name))
    .map(([name, { shape }]) => text(name, shape));
  if (missing.length + misshaped.length + extra.length > 0) {
    throw new JepaError(
      'checkpoint',
      `${what} is of another architecture: ${[
        listed('missing', missing),
        listed('extra', extra),
        listed('wrong shape', misshaped),
      ]
        .filter((part) => part !== '')
        .join('; ')}; ${advice}`,
      { path, missing, extra, misshaped },
    );
  }
  for (const [name, , data] of targets) data.set(read(tensors.get(name)!));
}

const LISTED = 8;

function listed(what: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  const more = items.length > LISTED ? ` and ${items.length - LISTED} more` : '';
  return `${what}: ${items.slice(0, LISTED).join(', ')}${more}`;
}

/** PyTorch counts batches beside BatchNorm's statistics; with a fixed momentum the count has no influence. */
const UNUSED = /(^|\.)num_batches_tracked$/;

/**
 * Copies the tensors of a reference's state dict into a model's parameters and buffers, by name. `*.num_batches_tracked`
 * is passed over.
 *
 * Errors: `checkpoint`, which lists every missing, extra and mis-shaped tensor; nothing is then copied.
 *
 * @param read gives the numbers of a stored tensor: `toFloat32` of jepa/data for safetensors
 * @param path names the file in messages
 * @example
 * const values = blankValues(leWm(LE_WM_REFERENCE));
 * loadWeights(values, readSafetensors('weights.safetensors').tensors, toFloat32, 'weights.safetensors');
 * const model = worldModel(leWmDynamics(LE_WM_REFERENCE), values);
 */
export function loadWeights<T extends StoredTensor>(
  values: ModelValues,
  tensors: ReadonlyMap<string, T>,
  read: (tensor: T) => Float32Array,
  path: string,
): void {
  const { parameters, buffers } = values;
  copyTensors(
    tensors,
    read,
    [...namedViews(parameters.layout, parameters.data), ...namedViews(buffers.layout, buffers.data)],
    {
      what: `the state dict ${path}`,
      path,
      advice: 'give the model the sizes that these tensors were trained with',
      wanted: (name) => !UNUSED.test(name),
    },
  );
}
