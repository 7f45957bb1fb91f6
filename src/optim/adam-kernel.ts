// The inner loop of Adam and AdamW: four numbers at a time in WebAssembly SIMD, over chunks that fit the cache.
//   g <- g + l2 p;  m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  p <- p - (size m / (sqrt(v) scale + eps) + shrink p)
// V8 runs such a loop one number at a time, converting every one to double and back: 68 ms for 10 M parameters where this
// takes 32 ms, copies to and from the chunk included (docs/decisions/adamw-in-wasm.md).
// Everything is float32, as in torch. Moments below 2^-126 become 0, because arithmetic on such subnormal numbers is slow
// and a parameter without gradient would otherwise end there and stay; NaN and infinity pass through.

import {
  abs,
  add,
  andNot,
  type Code,
  div,
  doWhile,
  get,
  i32Add,
  i32Const,
  lessThan,
  load,
  mul,
  set,
  splat,
  sqrt,
  store,
  sub,
  tee,
  wasmFunction,
} from './wasm.ts';

/** Numbers per chunk: four arrays of 32 KiB stay in a 2 MiB second-level cache. */
export const CHUNK = 8192;

/** The chunk memory, as views, and the function over the first `bytes` bytes, a multiple of 16 above 0, of each array. */
export interface AdamKernel {
  readonly p: Float32Array;
  readonly g: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly run: (
    bytes: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    l2: number,
    shrink: number,
    size: number,
    scale: number,
    eps: number,
    tiny: number,
  ) => void;
}

/** The smallest normal float32. */
export const TINY: number = 2 ** -126;

let shared: AdamKernel | undefined;

/** The kernel of this thread, compiled on first use. */
export function adamKernel(): AdamKernel {
  shared ??= compile();
  return shared;
}

function compile(): AdamKernel {
  const [P, G, M, V] = [0, 4 * CHUNK, 8 * CHUNK, 12 * CHUNK];
  // Parameter 0, an i32, is the end in bytes and counts down as the address. Parameters 1 to 10 are the numbers; locals 11
  // to 20 hold them in all four lanes. Locals 21 to 23 are g, m and v.
  const lanes = (parameter: number): Code => get(parameter + 10);
  const [beta1, rest1, beta2, rest2, l2] = [lanes(1), lanes(2), lanes(3), lanes(4), lanes(5)];
  const [shrink, size, scale, eps, tiny] = [lanes(6), lanes(7), lanes(8), lanes(9), lanes(10)];
  const [g, m, v] = [21, 22, 23];
  const at = get(0);
  const flushed = (local: number): Code => [...get(local), ...get(local), ...abs, ...tiny, ...lessThan, ...andNot];
  const body = [
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((k) => [...get(k), ...splat, ...set(k + 10)]),
    ...doWhile([
      ...[...at, ...i32Const(-16), ...i32Add, ...set(0)],
      ...[...at, ...load(G), ...l2, ...at, ...load(P), ...mul, ...add, ...set(g)],
      ...[...beta1, ...at, ...load(M), ...mul, ...rest1, ...get(g), ...mul, ...add, ...set(m)],
      ...[...at, ...flushed(m), ...tee(m), ...store(M)],
      ...[...beta2, ...at, ...load(V), ...mul, ...rest2, ...get(g), ...get(g), ...mul, ...mul, ...add, ...set(v)],
      ...[...at, ...flushed(v), ...tee(v), ...store(V)],
      ...[...at, ...at, ...load(P)],
      ...[...size, ...get(m), ...mul, ...get(v), ...sqrt, ...scale, ...mul, ...eps, ...add, ...div],
      ...[...shrink, ...at, ...load(P), ...mul, ...add],
      ...[...sub, ...store(P)],
      ...at,
    ]),
  ];
  const { run, memory } = wasmFunction(10, 13, 16 * CHUNK, body);
  const view = (offset: number): Float32Array => new Float32Array(memory, offset, CHUNK);
  return { p: view(P), g: view(G), m: view(M), v: view(V), run };
}
