// Einstein summation: any contraction of labelled axes, through transposes, reshapes and one matrix product per pair.

import { shapeError, type Tensor } from '../graph.ts';
import { mul } from './elementwise.ts';
import { reduceSum, reshape, transpose } from './layout.ts';
import { matmul } from './matmul.ts';

/** A tensor with one letter for each axis. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: string;
}

type Sizes = ReadonlyMap<string, number>;

function product(labels: string, sizes: Sizes): number {
  return [...labels].reduce((n, l) => n * sizes.get(l)!, 1);
}

function dims(labels: string, sizes: Sizes): number[] {
  return [...labels].map((l) => sizes.get(l)!);
}

function without(labels: string, others: string): string {
  return [...labels].filter((l) => !others.includes(l)).join('');
}

function within(labels: string, others: string): string {
  return [...labels].filter((l) => others.includes(l)).join('');
}

/** Reorders the axes to `labels`. */
function arranged({ tensor, labels }: Labelled, order: string): Tensor {
  return transpose(
    tensor,
    [...order].map((l) => labels.indexOf(l)),
  );
}

/** Sums away the axes that `keep` does not name. */
function summed(x: Labelled, keep: string): Labelled {
  const axes = [...x.labels].flatMap((l, i) => (keep.includes(l) ? [] : [i]));
  return axes.length === 0 ? x : { tensor: reduceSum(x.tensor, { axes }), labels: within(x.labels, keep) };
}

/** A factor as [batch, outer, inner], or [batch, inner, outer] when that needs no transpose. */
function factor(x: Labelled, batch: string, outer: string, inner: string, sizes: Sizes): [Tensor, boolean] {
  const swapped = x.labels === batch + inner + outer && inner !== '' && outer !== '';
  const [rows, columns] = swapped ? [inner, outer] : [outer, inner];
  const lead = batch === '' ? [] : [product(batch, sizes)];
  return [
    reshape(arranged(x, batch + rows + columns), [...lead, product(rows, sizes), product(columns, sizes)]),
    swapped,
  ];
}

/** Contracts two factors, keeping the axes that `keep` names. */
function contract(left: Labelled, right: Labelled, keep: string, sizes: Sizes): Labelled {
  let a = summed(left, keep + right.labels);
  let b = summed(right, keep + left.labels);
  const shared = within(a.labels, b.labels);
  const batch = within(shared, keep);
  const inner = without(shared, keep);
  // The factor whose own axes come first in the result goes left, which saves a transpose of the result.
  const order = within(keep, without(a.labels + b.labels, shared));
  if (order !== '' && b.labels.includes(order[0]!)) [a, b] = [b, a];
  const rows = without(a.labels, shared);
  const columns = without(b.labels, shared);
  const labels = batch + rows + columns;
  if (inner === '') {
    const ones = (n: string): number[] => [...n].map(() => 1);
    const x = reshape(arranged(a, batch + rows), [...dims(batch + rows, sizes), ...ones(columns)]);
    const y = reshape(arranged(b, batch + columns), [...dims(batch, sizes), ...ones(rows), ...dims(columns, sizes)]);
    return { tensor: mul(x, y), labels };
  }
  const [x, transA] = factor(a, batch, rows, inner, sizes);
  const [y, straightB] = factor(b, batch, columns, inner, sizes);
  return { tensor: reshape(matmul(x, y, { transA, transB: !straightB }), dims(labels, sizes)), labels };
}

/**
 * Sum over all labels that the result does not name: `einsum('bhqd,bhkd->bhqk', q, k)` multiplies queries with keys.
 * One letter per axis; a letter may occur once in each operand and must have one size everywhere. Several operands are
 * contracted from left to right.
 *
 * @throws JepaError 'shape' for a specification that is malformed or does not fit the operands.
 */
export function einsum(specification: string, ...operands: readonly Tensor[]): Tensor {
  const fail = (reason: string) => shapeError('einsum', operands, `'${specification}': ${reason}`);
  const match = /^([a-zA-Z]*(?:,[a-zA-Z]*)*)->([a-zA-Z]*)$/.exec(specification.replaceAll(' ', ''));
  if (match === null) throw fail("must read like 'ij,jk->ik', one letter for each axis");
  const terms = match[1]!.split(',');
  const result = match[2]!;
  if (terms.length !== operands.length) throw fail(`names ${terms.length} operands, but ${operands.length} are given`);
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => {
    const { shape } = operands[i]!;
    if (term.length !== shape.length) throw fail(`'${term}' must name the ${shape.length} axes of operand ${i}`);
    [...term].forEach((l, axis) => {
      if (term.indexOf(l) !== axis) throw fail(`'${l}' may occur only once in an operand`);
      const known = sizes.get(l);
      if (known !== undefined && known !== shape[axis]) throw fail(`'${l}' is both ${known} and ${shape[axis]}`);
      sizes.set(l, shape[axis]!);
    });
  });
  for (const [i, l] of [...result].entries()) {
    if (!sizes.has(l)) throw fail(`'${l}' of the result must occur in an operand`);
    if (result.indexOf(l) !== i) throw fail(`'${l}' may occur only once in the result`);
  }
  const labelled = operands.map((tensor, i): Labelled => ({ tensor, labels: terms[i]! }));
  let whole = labelled[0]!;
  for (let i = 1; i < labelled.length; i++) {
    const rest = terms.slice(i + 1).join('');
    const present = [...sizes.keys()].filter((l) => !result.includes(l) && rest.includes(l)).join('');
    whole = contract(whole, labelled[i]!, result + present, sizes);
  }
  return arranged(summed(whole, result), result);
}
