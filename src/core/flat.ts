// Named tensors inside one contiguous Float32Array. Parameters, gradients, optimiser moments and EMA copies of a model
// share one layout, so the optimiser, clipping, checkpoints and collectives each see a single buffer and every named
// tensor is a view into it.

import { JepaError } from './errors.ts';

/** One named tensor: its shape, and where its `size` numbers start in the flat buffer. */
export interface FlatEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** The order and position of the named tensors of one flat buffer of `size` numbers. */
export interface FlatLayout {
  readonly entries: readonly FlatEntry[];
  readonly size: number;
  readonly index: ReadonlyMap<string, FlatEntry>;
}

/** Lays the named tensors out one after another, in the given order, without padding. Names must be unique. */
export function flatLayout(
  tensors: Iterable<{ readonly name: string; readonly shape: readonly number[] }>,
): FlatLayout {
  const entries: FlatEntry[] = [];
  const index = new Map<string, FlatEntry>();
  let offset = 0;
  for (const { name, shape } of tensors) {
    if (index.has(name))
      throw new JepaError('usage', `flatLayout: tensor names must be unique, got '${name}' twice`, { name });
    const entry: FlatEntry = { name, shape: [...shape], offset, size: shape.reduce((a, b) => a * b, 1) };
    entries.push(entry);
    index.set(name, entry);
    offset += entry.size;
  }
  return { entries, size: offset, index };
}

/** The view of one named tensor; writes go to `buffer`. */
export function flatView(layout: FlatLayout, buffer: Float32Array, name: string): Float32Array {
  const entry = layout.index.get(name);
  if (entry === undefined) {
    throw new JepaError('usage', `no tensor '${name}' in this layout of ${layout.entries.length} tensors`, { name });
  }
  return buffer.subarray(entry.offset, entry.offset + entry.size);
}
