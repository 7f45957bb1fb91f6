// Compares what an implementation produced with the reference numbers of a case.

import type { ParityCase, ParityTensor, Tolerance } from './case.ts';
import { flattenScalars } from './case.ts';
import type { ParityClaim, ParityResult, ProducedTensor } from './claim.ts';

/** One compared tensor or scalar. */
export interface Comparison {
  /** 'output.x', 'grad.y', 'after.z', or 'scalar.s'. */
  readonly name: string;
  /**
   * `noise`: compared, but rounding noise decides it, so it does not count. `skipped`: declared not reproduced.
   * `excess`, `missing` and `shape` are failures.
   */
  readonly status: 'ok' | 'noise' | 'skipped' | 'excess' | 'missing' | 'shape';
  /** Largest absolute difference, and the same relative to the largest reference value. */
  readonly absolute: number;
  readonly relative: number;
  /** The absolute difference that is allowed. */
  readonly tolerance: number;
  /** Difference over tolerance, whichever rule is nearest to its limit: above 1 is an excess. */
  readonly ratio: number;
  readonly elements: number;
  readonly detail?: string;
}

/** Whether a comparison fails its case. */
export function fails(c: Comparison): boolean {
  return c.status === 'excess' || c.status === 'missing' || c.status === 'shape';
}

/** Compares every expected tensor and scalar of a case; those that were not produced are missing, which fails. */
export function compareCase(c: ParityCase, claim: ParityClaim, result: ParityResult): readonly Comparison[] {
  const out: Comparison[] = [];
  for (const [name, tolerance] of c.expected()) {
    const reference = name.startsWith('after.') ? c.after().get(name.slice(6))! : c.tensor(name);
    const produced = result.tensors[name];
    out.push(produced === undefined ? absent(name, claim) : compareTensor(name, produced, reference, tolerance));
  }
  const scalars = new Map<string, readonly number[]>();
  for (const [name, value] of Object.entries(result.scalars ?? {})) {
    for (const [path, numbers] of flattenScalars(value, name)) scalars.set(path, numbers);
  }
  for (const [name, reference] of c.scalars) {
    const produced = scalars.get(name);
    const label = `scalar.${name}`;
    out.push(
      produced === undefined
        ? absent(label, claim)
        : compareScalars(label, produced, reference, c.scalars64.get(name), c.scalarsRtol),
    );
  }
  return out;
}

function absent(name: string, { notReproduced = {} }: ParityClaim): Comparison {
  const none = { name, absolute: Number.NaN, relative: Number.NaN, tolerance: Number.NaN, elements: 0 };
  for (const [pattern, reason] of Object.entries(notReproduced)) {
    const matches = pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
    if (matches) return { ...none, status: 'skipped', ratio: 0, detail: reason };
  }
  return { ...none, status: 'missing', ratio: Number.POSITIVE_INFINITY, detail: 'stored, but not produced' };
}

/** Compares one tensor element by element. A NaN on one side only is an infinite difference. */
export function compareTensor(
  name: string,
  produced: ProducedTensor,
  reference: ParityTensor,
  { atol, atol95, noise = false }: Tolerance,
): Comparison {
  const elements = reference.data.length;
  if (produced.shape.join() !== reference.shape.join() || produced.data.length !== elements) {
    const detail = `shape [${produced.shape}] with ${produced.data.length} numbers, expected [${reference.shape}]`;
    const none = { absolute: Number.NaN, relative: Number.NaN, ratio: Number.POSITIVE_INFINITY };
    return { name, status: 'shape', ...none, tolerance: atol, elements, detail };
  }
  let absolute = 0;
  let largest = 0;
  let worst = 0;
  let beyond95 = 0;
  const differences = new Float64Array(elements);
  for (let i = 0; i < elements; i++) {
    const a = produced.data[i]!;
    const b = reference.data[i]!;
    const d = Object.is(a, b) || a === b ? 0 : Math.abs(a - b);
    const difference = Number.isNaN(d) ? Number.POSITIVE_INFINITY : d;
    differences[i] = difference;
    if (difference > absolute) {
      absolute = difference;
      worst = i;
    }
    if (atol95 !== undefined && difference > atol95) beyond95++;
    largest = Math.max(largest, Math.abs(b));
  }
  const relative = absolute === 0 ? 0 : absolute / largest;
  let ratio = absolute === 0 ? 0 : absolute / atol;
  let detail =
    absolute > atol ? `worst at element ${worst}: ${produced.data[worst]}, expected ${reference.data[worst]}` : '';
  if (atol95 !== undefined) {
    const at95 = differences.sort()[Math.max(0, Math.ceil(0.95 * elements) - 1)]!;
    if (at95 > 0) ratio = Math.max(ratio, at95 / atol95);
    if (at95 > atol95) detail ||= `${beyond95} of ${elements} elements differ by more than ${atol95}; 5 % may`;
  }
  const status = noise && Number.isFinite(absolute) ? 'noise' : ratio > 1 ? 'excess' : 'ok';
  return { name, status, absolute, relative, tolerance: atol, ratio, elements, ...(detail === '' ? {} : { detail }) };
}

/**
 * Compares a scalar or a list: each number within the relative tolerance of the reference's float32 run, or of its float64
 * run where stored (ours may be the more exact). In a list, a number near zero is measured against a thousandth of the
 * largest; a scalar called `..._rel` is a fraction already (an elite margin), and is compared absolutely. Where the
 * reference's two runs differ by more than a fifth of the tolerance, five times their difference is allowed: rounding
 * decides such a number (a gradient norm after Adam steps).
 */
export function compareScalars(
  name: string,
  produced: readonly number[],
  reference: readonly number[],
  reference64: readonly number[] | undefined,
  rtol: number,
): Comparison {
  const elements = reference.length;
  if (produced.length !== elements) {
    const none = { absolute: Number.NaN, relative: Number.NaN, ratio: Number.POSITIVE_INFINITY, tolerance: rtol };
    return { name, status: 'shape', ...none, elements, detail: `${produced.length} numbers, expected ${elements}` };
  }
  const largest = reference.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  const floor = name.endsWith('_rel') ? 1 : elements > 1 ? 1e-3 * largest : 0;
  const shares = reference.map((b, i) => {
    const targets = reference64?.length === elements ? [b, reference64[i]!] : [b];
    return Math.min(...targets.map((t) => share(produced[i]!, t, Math.max(Math.abs(t), floor))));
  });
  const noise =
    reference64?.length === elements
      ? reference.map((b, i) => {
          const t = reference64[i]!;
          return share(b, t, Math.max(Math.abs(t), floor));
        })
      : [0];
  const tolerance = Math.max(rtol, 5 * Math.max(...noise));
  const worst = shares.indexOf(Math.max(...shares));
  const absolute = Math.abs(produced[worst]! - reference[worst]!);
  const relative = shares[worst]!;
  const ratio = relative / tolerance;
  const detail = `number ${worst}: ${produced[worst]}, expected ${reference[worst]}`;
  const status = ratio <= 1 ? 'ok' : 'excess';
  return { name, status, absolute, relative, tolerance, ratio, elements, ...(status === 'ok' ? {} : { detail }) };
}

function share(a: number, b: number, scale: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const difference = Math.abs(a - b);
  return Number.isFinite(difference) ? difference / scale : Number.POSITIVE_INFINITY;
}
