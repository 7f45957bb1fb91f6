// Observations on the host: named arrays as a world gives them, and packed bytes as planners, histories and tasks carry them,
// who know only how many bytes an observation has. Packed, the tensors stand in the order in which the senses name them,
// float32 numbers as their four bytes: of a picture and a state, the picture's bytes and then the state's.
// Legend: N observations.

import { JepaError } from '../../core/index.ts';
import type { Env } from '../../envs/index.ts';
import { inputName, isPicture, MAIN_CAMERA, type Sense, type Senses, STATE } from '../../world/index.ts';

/** One observation, or N of them row by row: an array for each sense. */
export type HostObservation = Readonly<Record<string, Uint8Array | Float32Array>>;

/** Numbers of one sense. */
function sizeOf({ shape }: Sense): number {
  return shape.reduce((a, b) => a * b, 1);
}

function bytesOf(sense: Sense): number {
  return sizeOf(sense) * (sense.dtype === 'f32' ? 4 : 1);
}

/** Where each sense lies in a packed observation, and the bytes of the whole. */
export function observationBytes(senses: Senses): {
  readonly at: Readonly<Record<string, number>>;
  readonly all: number;
} {
  const at: Record<string, number> = {};
  let all = 0;
  for (const [name, sense] of Object.entries(senses)) {
    at[name] = all;
    all += bytesOf(sense);
  }
  return { at, all };
}

/** What an observation is, in words: `a u8 picture [64, 64, 3] and 4 float32 numbers of the state`. */
export function describeSenses(senses: Senses): string {
  const parts = Object.entries(senses).map(([name, sense]) => {
    const shape = `[${sense.shape.join(', ')}]`;
    if (name === STATE) return `${sizeOf(sense)} float32 numbers of the state`;
    if (name === MAIN_CAMERA) return `a u8 picture ${shape}`;
    return isPicture(sense) ? `a u8 picture ${shape} of ${name}` : `${sense.dtype} ${shape} of ${name}`;
  });
  return parts.join(' and ');
}

/**
 * An array as the bytes of one sense, checked.
 *
 * @throws JepaError 'shape' when it is of another type or size; 'numeric' when a number is not finite
 */
function senseBytes(name: string, sense: Sense, value: Uint8Array | Float32Array, where: string): Uint8Array {
  const size = sizeOf(sense);
  const typed = sense.dtype === 'f32' ? value instanceof Float32Array : value instanceof Uint8Array;
  if (!typed || value.length !== size) {
    throw new JepaError(
      'shape',
      `${where}: '${name}' must be ${sense.dtype} [${sense.shape.join(', ')}], ${size} numbers, got ${value.length} in a ${value.constructor.name}`,
      { name, got: value.length, size },
    );
  }
  const bad = value instanceof Float32Array ? value.findIndex((number) => !Number.isFinite(number)) : -1;
  if (bad >= 0)
    throw new JepaError('numeric', `${where}: '${name}' must be finite, got ${value[bad]} at ${bad}`, { name, bad });
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/**
 * One observation packed into bytes.
 *
 * @throws JepaError 'usage' when a sense is missing; 'shape' when one is of another type or size; 'numeric' when a number is
 * not finite
 * @example
 * packObservation(sensesOf({ stateDim: 2 }), { state: Float32Array.of(1, 2) }).length; // 8
 */
export function packObservation(senses: Senses, observation: HostObservation, where = 'observation'): Uint8Array {
  const { at, all } = observationBytes(senses);
  const out = new Uint8Array(all);
  for (const [name, sense] of Object.entries(senses)) {
    const value = observation[name];
    if (value === undefined) {
      const held = Object.keys(observation).join(', ') || 'nothing';
      throw new JepaError('usage', `${where}: must hold ${describeSenses(senses)}, '${name}' is missing, got ${held}`, {
        name,
      });
    }
    out.set(senseBytes(name, sense, value, where), at[name]!);
  }
  return out;
}

/**
 * N packed observations apart: for each sense an array [N, ...shape].
 *
 * @throws JepaError 'shape' when they are of other senses
 */
export function unpackObservations(observations: Uint8Array, count: number, senses: Senses): HostObservation {
  const { at, all } = observationBytes(senses);
  if (observations.length !== count * all) {
    throw new JepaError(
      'shape',
      `encode: ${count} observations of ${describeSenses(senses)} must hold ${count * all} bytes, got ${observations.length}`,
      { count, got: observations.length },
    );
  }
  const named = Object.entries(senses);
  const [only] = named;
  // Of a picture alone the bytes are the array.
  if (named.length === 1 && only![1].dtype === 'u8') return { [only![0]]: observations };
  return Object.fromEntries(
    named.map(([name, sense]) => {
      const bytes = new Uint8Array(count * bytesOf(sense));
      for (let i = 0; i < count; i++) {
        const from = i * all + at[name]!;
        bytes.set(observations.subarray(from, from + bytesOf(sense)), i * bytesOf(sense));
      }
      return [name, sense.dtype === 'f32' ? new Float32Array(bytes.buffer) : bytes];
    }),
  );
}

/** The inputs of a graph for `n` of `count` observations from `from` on, filled up with zeros to `batch`. */
export function feedsOf(
  seen: HostObservation,
  count: number,
  from: number,
  n: number,
  batch: number,
  prefix = '',
): Record<string, Uint8Array | Float32Array> {
  return Object.fromEntries(
    Object.entries(seen).map(([name, rows]) => {
      const width = rows.length / count;
      const piece = rows instanceof Float32Array ? new Float32Array(batch * width) : new Uint8Array(batch * width);
      piece.set(rows.subarray(from * width, (from + n) * width));
      return [`${prefix}${inputName(name)}`, piece];
    }),
  );
}

/** Where the parts of an observation come from. */
export interface Seen {
  /** Paints the picture of the main camera. */
  draw(out: Uint8Array, offset: number): void;
  /** The state [S], raw. */
  state(): Float32Array;
  /** Any other sense by name: further cameras, points, text. Absent in a world that has none. */
  other?(name: string): Uint8Array | Float32Array;
}

/**
 * Writes a packed observation: what a model with these senses is shown, and nothing else is asked for.
 *
 * @throws JepaError 'shape' when a part is of another size than the model's; 'unsupported' when the world has no such part
 */
export function writeObservation(senses: Senses, seen: Seen, out: Uint8Array, offset = 0): void {
  let at = offset;
  for (const [name, sense] of Object.entries(senses)) {
    if (name === MAIN_CAMERA) seen.draw(out, at);
    else if (name === STATE) out.set(stateBytes(sense, seen.state()), at);
    else if (seen.other !== undefined) out.set(senseBytes(name, sense, seen.other(name), 'observation'), at);
    else
      throw new JepaError(
        'unsupported',
        `observation: the model looks at '${name}', the world shows ${MAIN_CAMERA} and ${STATE} only`,
        { name },
      );
    at += bytesOf(sense);
  }
}

function stateBytes(sense: Sense, numbers: Float32Array): Uint8Array {
  const size = sizeOf(sense);
  if (numbers.length !== size) {
    throw new JepaError(
      'shape',
      `observation: the model reads ${size} numbers of the state, the world has ${numbers.length}`,
    );
  }
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** Writes what a model with `senses` sees of a world now. */
export function observe(env: Env, senses: Senses, out: Uint8Array, offset = 0): void {
  writeObservation(senses, { draw: (to, at) => env.render(to, at), state: () => env.state() }, out, offset);
}
