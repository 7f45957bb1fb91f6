// Limited-memory BFGS in float64 (Liu and Nocedal 1989), with the line search and the stopping rules of L-BFGS-B, which is
// what scikit-learn fits logistic regression with.

import { lineSearch } from './line-search.ts';

/** Value and gradient at a point. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Stopping rules; the defaults end where double precision does. */
export interface LbfgsOptions {
  /** Stop when no gradient entry is larger, default 1e-12. */
  readonly gradientTolerance?: number;
  /** Stop when a step lowers the value by less than this share of max(|value|, 1), default 64 times 2^-52. */
  readonly valueTolerance?: number;
  /** Default 1000. */
  readonly maxSteps?: number;
}

const MEMORY = 10;

/** Minimises a smooth function from `start`, which is not changed, and returns the last point. */
export function lbfgs(
  f: (x: Float64Array) => Evaluation,
  start: Float64Array,
  { gradientTolerance = 1e-12, valueTolerance = 64 * Number.EPSILON, maxSteps = 1000 }: LbfgsOptions = {},
): Float64Array {
  let x = start.slice();
  let at = f(x);
  let pairs: Pair[] = [];
  for (let n = 0; n < maxSteps && largest(at.gradient) > gradientTolerance; n++) {
    const direction = descent(at.gradient, pairs);
    const slope = dot(direction, at.gradient);
    const first = n === 0 ? 1 / Math.sqrt(dot(direction, direction)) : 1;
    let candidate = x;
    let there = at;
    const step =
      slope < 0
        ? lineSearch(
            (length) => {
              candidate = x.map((v, i) => v + length * direction[i]!);
              there = f(candidate);
              return { value: there.value, slope: dot(there.gradient, direction) };
            },
            { value: at.value, slope },
            first,
          )
        : undefined;
    if (step === undefined) {
      // Start again along the gradient; when that was the gradient, rounding decides and this is the end.
      if (pairs.length === 0) break;
      pairs = [];
      continue;
    }
    const s = candidate.map((v, i) => v - x[i]!);
    const y = there.gradient.map((v, i) => v - at.gradient[i]!);
    const sy = dot(s, y);
    if (sy > Number.EPSILON * -slope * step) pairs = [...pairs.slice(1 - MEMORY), { s, y, sy, yy: dot(y, y) }];
    const decrease = at.value - there.value;
    const scale = Math.max(Math.abs(at.value), Math.abs(there.value), 1);
    x = candidate;
    at = there;
    if (decrease <= valueTolerance * scale) break;
  }
  return x;
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly sy: number;
  readonly yy: number;
}

/** -H g by the two-loop recursion, H starting from sᵀy / yᵀy of the newest pair. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map((v) => -v);
  const alphas: number[] = [];
  for (const { s, y, sy } of pairs.toReversed()) {
    const alpha = dot(s, q) / sy;
    alphas.push(alpha);
    for (let i = 0; i < q.length; i++) q[i]! -= alpha * y[i]!;
  }
  const newest = pairs.at(-1);
  if (newest !== undefined) for (let i = 0; i < q.length; i++) q[i]! *= newest.sy / newest.yy;
  for (const { s, y, sy } of pairs) {
    const change = alphas.pop()! - dot(y, q) / sy;
    for (let i = 0; i < q.length; i++) q[i]! += change * s[i]!;
  }
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function largest(x: Float64Array): number {
  return x.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
}
