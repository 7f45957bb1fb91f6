// Where a number stopped being finite: the first loss term or tensor, by name.

import type { FlatLayout } from '../core/index.ts';
import type { LossStep } from './program.ts';

/** A value that is not finite and the name of what it belongs to. A type, not an interface, so that it fits a record. */
export type NonFinite = {
  /** A loss term, `loss`, `gradient of <tensor>` or `parameter <tensor>`. */
  readonly term: string;
  readonly value: number;
};

/** The first term that is not finite, or the loss, or null. */
export function nonFiniteTerm({ loss, terms }: LossStep): NonFinite | null {
  for (const [term, value] of Object.entries(terms)) if (!Number.isFinite(value)) return { term, value };
  return Number.isFinite(loss) ? null : { term: 'loss', value: loss };
}

/** The first tensor of `data` with a number that is not finite, named `<what> <tensor>`, or null. */
export function nonFiniteTensor(what: string, layout: FlatLayout, data: Float32Array): NonFinite | null {
  for (const { name, offset, size } of layout.entries) {
    for (let i = offset; i < offset + size; i++) {
      const value = data[i]!;
      if (!Number.isFinite(value)) return { term: `${what} ${name}`, value };
    }
  }
  return null;
}
