// Seeded random numbers from a counter: Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy
// as 1, 2, 3", SC 2011). A key names a stream; drawing never changes it, so the same key gives the same numbers on every
// device and in every worker. Derive keys with `fold`, never reuse one for two purposes.

import { JepaError } from './errors.ts';

/** A 64-bit key as two unsigned 32-bit words. */
export type Key = readonly [number, number];

const PARITY = 0x1bd11bda;

/** One Threefry-2x32-20 block: encrypts the counter (c0, c1) under `k`, writes two u32 words at `out[at]`, `out[at+1]`. */
function threefry(k: Key, c0: number, c1: number, out: Uint32Array, at: number): void {
  const k0 = k[0] | 0;
  const k1 = k[1] | 0;
  const k2 = PARITY ^ k0 ^ k1;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  // Four rounds, then one of the five key injections; unrolled because this is the inner loop of every draw.
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k1) | 0;
  x1 = (x1 + k2 + 1) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + k2) | 0;
  x1 = (x1 + k0 + 2) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k0) | 0;
  x1 = (x1 + k1 + 3) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + k1) | 0;
  x1 = (x1 + k2 + 4) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  out[at] = x0 + k2;
  out[at + 1] = x1 + k0 + 5;
}

const pair = new Uint32Array(2);

/** The key of a seed. `seed` is a non-negative safe integer; both its halves enter the key. */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new JepaError('usage', `seed must be a non-negative integer below 2^53, got ${seed}`, { seed });
  }
  return [Math.floor(seed / 0x100000000) >>> 0, seed >>> 0];
}

/** FNV-1a hash of a string, 32 bits: turns a purpose ('dropout', 'split') into data for `fold`. */
function hashString(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** A new key derived from `parent` and data (an index or the name of a purpose). Different data give independent streams. */
export function fold(parent: Key, ...data: readonly (number | string)[]): Key {
  let current = parent;
  for (const d of data) {
    if (typeof d === 'string') threefry(current, hashString(d), 0x5bd1e995, pair, 0);
    else threefry(current, d >>> 0, Math.floor(d / 0x100000000) >>> 0, pair, 0);
    current = [pair[0]!, pair[1]!];
  }
  return current;
}

/** Fills `out` with uniformly distributed 32-bit words. */
export function randomBits(k: Key, out: Uint32Array): Uint32Array {
  const even = out.length & ~1;
  for (let i = 0; i < even; i += 2) threefry(k, i, 0, out, i);
  if (even < out.length) {
    threefry(k, even, 0, pair, 0);
    out[even] = pair[0]!;
  }
  return out;
}

const BLOCK = 4096;
const words = new Uint32Array(BLOCK);

/** Calls `use(words, count, at)` with blocks of random words that together cover `total` words. */
function inBlocks(k: Key, total: number, use: (w: Uint32Array, count: number, at: number) => void): void {
  for (let at = 0; at < total; at += BLOCK) {
    const count = Math.min(BLOCK, total - at);
    for (let i = 0; i < count; i += 2) threefry(k, at + i, 0, words, i);
    use(words, count, at);
  }
}

/** Fills `out` with uniform numbers in [low, high), with 24 random bits each. */
export function uniform(k: Key, out: Float32Array, low = 0, high = 1): Float32Array {
  const scale = (high - low) / 0x1000000;
  inBlocks(k, out.length, (w, count, at) => {
    for (let i = 0; i < count; i++) out[at + i] = low + (w[i]! >>> 8) * scale;
  });
  return out;
}

/** Fills `out` with N(mean, std^2) numbers by the Box-Muller transform (two numbers from two words). */
export function normal(k: Key, out: Float32Array, mean = 0, std = 1): Float32Array {
  inBlocks(k, out.length, (w, count, at) => {
    for (let i = 0; i < count; i += 2) {
      const radius = std * Math.sqrt(-2 * Math.log((w[i]! + 0.5) / 0x100000000));
      const angle = (w[i + 1]! / 0x100000000) * 2 * Math.PI;
      out[at + i] = mean + radius * Math.cos(angle);
      if (i + 1 < count) out[at + i + 1] = mean + radius * Math.sin(angle);
    }
  });
  return out;
}

/** Fills `out` with 1 (probability `p`) or 0. */
export function bernoulli(k: Key, p: number, out: Float32Array | Uint8Array): Float32Array | Uint8Array {
  const threshold = p * 0x100000000;
  inBlocks(k, out.length, (w, count, at) => {
    for (let i = 0; i < count; i++) out[at + i] = w[i]! < threshold ? 1 : 0;
  });
  return out;
}

/** Fills `out` with N(0, std^2) truncated to +-`bound` standard deviations, by redrawing (torch `trunc_normal_`). */
export function truncatedNormal(k: Key, out: Float32Array, std = 1, bound = 2): Float32Array {
  normal(k, out);
  const redraw = new Float32Array(2);
  for (let i = 0; i < out.length; i++) {
    for (let attempt = 0; Math.abs(out[i]!) > bound; attempt++) out[i] = normal(fold(k, i, attempt), redraw)[0]!;
    out[i]! *= std;
  }
  return out;
}

/** One uniform number in [0, 1). */
export function uniformOne(k: Key): number {
  threefry(k, 0, 0, pair, 0);
  return (pair[0]! >>> 8) / 0x1000000;
}

/** One integer in [low, high). */
export function integer(k: Key, low: number, high: number): number {
  threefry(k, 0, 0, pair, 0);
  return low + Math.floor((pair[0]! / 0x100000000) * (high - low));
}

/** A random permutation of 0..n-1 (Fisher-Yates). */
export function permutation(k: Key, n: number): Uint32Array {
  const out = Uint32Array.from({ length: n }, (_, i) => i);
  const draws = randomBits(k, new Uint32Array(n));
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor((draws[i]! / 0x100000000) * (i + 1));
    const t = out[i]!;
    out[i] = out[j]!;
    out[j] = t;
  }
  return out;
}

/**
 * A generator for scalar simulation code: a stream of numbers from one key. It is the only stateful form of randomness
 * here; `position` can be stored and restored.
 */
export interface Stream {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Number of words drawn so far; assign it to rewind. */
  position: number;
}

/** A stream of numbers under `k`, see `Stream`. */
export function stream(k: Key): Stream {
  const word = new Uint32Array(2);
  const self: Stream = {
    position: 0,
    uniform() {
      threefry(k, self.position++, 1, word, 0);
      return (word[0]! >>> 8) / 0x1000000;
    },
    normal() {
      threefry(k, self.position++, 1, word, 0);
      return (
        Math.sqrt(-2 * Math.log((word[0]! + 0.5) / 0x100000000)) * Math.cos((word[1]! / 0x100000000) * 2 * Math.PI)
      );
    },
  };
  return self;
}

/** A von Mises number about 0, in [-pi, pi], from a stream (Best and Fisher 1979). The mean of its cosine is I1(k) / I0(k). */
export function vonMises(random: Stream, concentration: number): number {
  const a = 1 + Math.sqrt(1 + 4 * concentration * concentration);
  const b = (a - Math.sqrt(2 * a)) / (2 * concentration);
  const r = (1 + b * b) / (2 * b);
  for (;;) {
    const z = Math.cos(Math.PI * random.uniform());
    const f = (1 + r * z) / (r + z);
    const c = concentration * (r - f);
    const u = random.uniform();
    if (c * (2 - c) > u || Math.log(c / u) + 1 - c >= 0) {
      return (random.uniform() < 0.5 ? -1 : 1) * Math.acos(Math.min(1, Math.max(-1, f)));
    }
  }
}
