// Puts stored tensors into a model's buffers: all of them or none, with a list of everything that does not fit. Reference
// checkpoints load here by name; our own checkpoints (`checkpoint.ts`) use the same code.

import { type FlatLayout, JepaError } from '../core/index.ts';
import { type SafeTensor, toFloat32 } from '../data/index.ts';
import type { ModelValues } from '../nn/index.ts';

/** A named destination: its shape, and the view that receives the numbers. */
export type NamedView = readonly [name: string, shape: readonly number[], data: Float32Array];

/** The named views of a flat buffer, names prefixed. */
export function* views(layout: FlatLayout, data: Float32Array, prefix = ''): Generator<NamedView> {
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
export function applyTensors(
  tensors: ReadonlyMap<string, SafeTensor>,
  targets: readonly NamedView[],
  { what, path, advice, wanted }: TensorOrigin,
): void {
  const text = (name: string, shape: readonly number[]): string => `${name} [${shape.join(', ')}]`;
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
  for (const [name, , data] of targets) data.set(toFloat32(tensors.get(name)!));
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
 * is passed over; tensors of other dtypes are converted to float32.
 *
 * Errors: `checkpoint`, which lists every missing, extra and mis-shaped tensor; nothing is then copied.
 *
 * @param path names the file in messages
 * @example
 * const values = blankValues(leWm(LE_WM_REFERENCE));
 * loadWeights(values, readSafetensors('weights.safetensors').tensors, 'weights.safetensors');
 * const model = leWmModel(LE_WM_REFERENCE, values);
 */
export function loadWeights(values: ModelValues, tensors: ReadonlyMap<string, SafeTensor>, path: string): void {
  const { parameters, buffers } = values;
  applyTensors(tensors, [...views(parameters.layout, parameters.data), ...views(buffers.layout, buffers.data)], {
    what: `the state dict ${path}`,
    path,
    advice: 'give the model the sizes that these tensors were trained with',
    wanted: (name) => !UNUSED.test(name),
  });
}
