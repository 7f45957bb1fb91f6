// Test support: gradients of a traced function against central finite differences of that same program.
//
// Arithmetic is in f32, so differences are taken per output element (not of a large sum), added up in doubles, and
// extrapolated from two steps (Richardson), which leaves an error of order h^4 and about 1e-5 of rounding.

import { compile } from '../compile/index.ts';
import { type Key, key, permutation, uniform } from '../core/index.ts';
import {
  cast,
  concat,
  constant,
  type DType,
  type HostArray,
  hostArray,
  input,
  mul,
  reduceSum,
  reshape,
  type Shape,
  sizeOf,
  type Tensor,
} from '../tensor/index.ts';
import { grad } from './grad.ts';

/** One input of a case: f32 drawn from [low, high) unless `values` or `spaced` say otherwise. */
export interface Feed {
  readonly shape: Shape;
  readonly dtype?: DType;
  readonly low?: number;
  readonly high?: number;
  /** Given values, repeated as needed. */
  readonly values?: readonly number[];
  /** Distinct values in random order, this far apart and none near 0: for functions with kinks and ties. */
  readonly spaced?: number;
}

/** A traced function with its inputs. The first word of `name` is the exported function that it exercises. */
export interface Case {
  readonly name: string;
  readonly inputs: readonly Feed[];
  readonly trace: (...x: Tensor[]) => Tensor | readonly Tensor[];
  /** `none`: not differentiable. `second`: also the gradient of the gradient is checked. Default `first`. */
  readonly gradient?: 'none' | 'first' | 'second';
  /** Relative to the size of the derivative; default 2e-3. */
  readonly tolerance?: number;
}

/** f32 with all values in [low, high). */
export function f32(shape: Shape, low = -1, high = 1): Feed {
  return { shape, low, high };
}

/** f32 with distinct values at least `spaced` apart. */
export function distinct(shape: Shape, spaced = 0.25): Feed {
  return { shape, spaced };
}

/** Given i32 values. */
export function ints(shape: Shape, values: readonly number[]): Feed {
  return { shape, dtype: 'i32', values };
}

/** The host array of a feed. */
export function draw(feed: Feed, k: Key): HostArray {
  const { shape, dtype = 'f32', low = -1, high = 1, values, spaced } = feed;
  const size = sizeOf(shape);
  const out = hostArray(dtype, size);
  const unit = uniform(k, new Float32Array(size));
  const order = permutation(k, size);
  for (let i = 0; i < size; i++) {
    const v =
      values !== undefined
        ? values[i % values.length]!
        : spaced !== undefined
          ? (order[i]! - Math.floor(size / 2) + 0.5) * spaced
          : low + (high - low) * unit[i]!;
    if (out instanceof BigInt64Array) out[i] = BigInt(v);
    else out[i] = v;
  }
  return out;
}

/** Input tensors of a case and their host arrays. */
export function inputsOf(c: Case, seed = 0): { readonly tensors: Tensor[]; readonly host: Record<string, HostArray> } {
  const tensors = c.inputs.map((f, i) => input(`x${i}`, f.shape, f.dtype ?? 'f32'));
  const host = Object.fromEntries(c.inputs.map((f, i) => [`x${i}`, draw(f, key(1000 * (seed + 1) + i))]));
  return { tensors, host };
}

/** All f32 outputs of a case in one flat tensor. */
export function flatOutput(c: Case, tensors: readonly Tensor[]): Tensor {
  const result = c.trace(...tensors);
  const outputs = (Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor]).filter(
    (t) => t.dtype === 'f32',
  );
  return concat(
    outputs.map((t) => reshape(t, [-1])),
    0,
  );
}

/** A constant f32 tensor of weights, so that every output element counts differently. */
function weights(size: number, seed: number): Float32Array {
  return draw(f32([size]), key(seed)) as Float32Array;
}

/** The case whose output is the gradient of `c`: its law checks second derivatives. */
export function derivativeOf(c: Case): Case {
  return {
    ...c,
    name: `${c.name}, gradient of`,
    trace: (...x) => {
      const y = flatOutput(c, x);
      const loss = reduceSum(mul(y, constant(weights(y.shape[0]!, 77), y.shape, 'f32')));
      const wrt = x.filter((t) => t.dtype === 'f32');
      return concat(
        grad(loss, wrt, { unused: 'zero' }).map((g) => reshape(g, [-1])),
        0,
      );
    },
  };
}

/** A derivative along one random direction of one input: by the gradient and by finite differences. */
export interface Derivative {
  readonly input: number;
  readonly analytic: number;
  readonly numeric: number;
  /** Size of the terms of which the derivative is a sum. */
  readonly scale: number;
}

/** Directional derivatives of sum(w y) along `directions` random directions for each f32 input. */
export async function directionalDerivatives(c: Case, directions = 2, step = 0.02): Promise<Derivative[]> {
  const { tensors, host } = inputsOf(c);
  const y = flatOutput(c, tensors);
  const w = weights(y.shape[0]!, 99);
  const wrt = tensors.filter((t) => t.dtype === 'f32');
  const grads = grad(y, wrt, { seed: constant(w, y.shape, 'f32'), unused: 'zero' });
  const program = await compile({ y, ...Object.fromEntries(grads.map((g, i) => [`g${i}`, cast(g, 'f32')])) });
  // A derivative of something linear no longer depends on its inputs.
  const fed = new Set(program.sources.map((source) => source.name));
  const at = async (feeds: Record<string, HostArray>): Promise<Record<string, Float32Array>> => {
    const inputs = Object.fromEntries(Object.entries(feeds).filter(([n]) => fed.has(n)));
    return (await program.run({ inputs })) as Record<string, Float32Array>;
  };
  const centre = await at(host);
  const results: Derivative[] = [];
  for (const [i, t] of wrt.entries()) {
    const name = `x${tensors.indexOf(t)}`;
    const base = host[name] as Float32Array;
    for (let d = 0; d < directions; d++) {
      const direction = weights(base.length, 500 + 10 * i + d);
      const difference = async (h: number): Promise<number> => {
        const up = base.map((v, j) => v + h * direction[j]!);
        const down = base.map((v, j) => v - h * direction[j]!);
        const { y: a } = await at({ ...host, [name]: up });
        const { y: b } = await at({ ...host, [name]: down });
        return a!.reduce((s, v, j) => s + w[j]! * (v - b![j]!), 0) / (2 * h);
      };
      const [fine, coarse] = [await difference(step), await difference(2 * step)];
      const g = centre[`g${i}`]!;
      const terms = Array.from(g, (v, j) => v * direction[j]!);
      results.push({
        input: tensors.indexOf(t),
        analytic: terms.reduce((a, b) => a + b, 0),
        numeric: (4 * fine - coarse) / 3,
        scale: Math.max(1e-1, Math.hypot(...terms)),
      });
    }
  }
  await program.dispose();
  return results;
}

/** Complaints about the gradient of a case, empty when it agrees with finite differences. */
export async function gradientComplaints(c: Case, step?: number): Promise<string[]> {
  const derivatives = await directionalDerivatives(c, 2, step);
  return derivatives
    .filter((d) => !(Math.abs(d.analytic - d.numeric) <= (c.tolerance ?? 2e-3) * d.scale))
    .map((d) => `${c.name}: input ${d.input}: gradient says ${d.analytic}, finite differences ${d.numeric}`);
}
