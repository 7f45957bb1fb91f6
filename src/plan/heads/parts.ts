// What the heads are made of: the standardised input, and stacks of linear layers under the names of PyTorch's nn.Sequential.
// Legend: N rows, D width of an embedding.

import { JepaError } from '../../core/index.ts';
import { buffer, layerNorm, linear, type Module, module, one, zero } from '../../nn/index.ts';
import { div, relu, silu, sub, type Tensor } from '../../tensor/index.ts';

/** Rows to rows. */
export type Rows = (rows: Tensor) => Tensor;

/**
 * Embeddings less a mean and over a deviation, which are the buffers `mean` and `std` [D] (0 and 1 until they are set): heads
 * behave alike on embeddings of any scale. As they are when `on` is false.
 */
export function standardised(dim: number, on = true): Module<Rows> {
  if (!on) return module({}, () => (z: Tensor) => z);
  return module(
    { mean: buffer([dim], zero), std: buffer([dim], one) },
    (m) => (z: Tensor) => div(sub(z, m.mean.read()), m.std.read()),
  );
}

/** How a stack is made. */
export interface StackOptions {
  /** Between the linear layers. @default 'silu' */
  readonly activation?: 'silu' | 'relu';
  /** A layer norm first. @default false */
  readonly norm?: boolean;
}

/** Linear layers with an activation between them, counted as in nn.Sequential, activations included: '0', '2', '4'. */
export function stack(
  widths: readonly number[],
  { activation = 'silu', norm = false }: StackOptions = {},
): Module<Rows> {
  const act = activation === 'silu' ? silu : relu;
  const first = norm ? 1 : 0;
  const children: Record<string, Module<Rows>> = norm ? { 0: layerNorm(widths[0]!) } : {};
  widths.slice(1).forEach((width, i) => {
    children[String(first + 2 * i)] = linear(widths[i]!, width);
  });
  return module(children, (m) => (rows: Tensor) => {
    let h = norm ? m['0']!(rows) : rows;
    for (let i = 0; i < widths.length - 1; i++) h = m[String(first + 2 * i)]!(i === 0 ? h : act(h));
    return h;
  });
}

/**
 * Refuses numbers that are no sizes.
 *
 * @throws JepaError `usage`
 */
export function checkSizes(head: string, sizes: Readonly<Record<string, number | readonly number[]>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    const list = typeof value === 'number' ? [value] : value;
    if (list.every((n) => Number.isInteger(n) && n >= 1)) continue;
    throw new JepaError('usage', `${head}: ${name} must be whole numbers of at least 1, got ${list.join(', ')}`, {
      [name]: value,
    });
  }
}
