// Ranges of decoded numbers as inputs of a program: how far outside a state is, and how deep inside. A number that is to be met
// is a range of one point. What the ranges are is fed, so one program serves all of them.
// Legend: E tasks, S candidates, K rows, D width, N plain numbers and C angles of a decoder, G = 3 N + 8 C numbers of ranges.

import {
  add,
  div,
  greaterEqual,
  minimum,
  mul,
  reduceMin,
  reduceSum,
  relu,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from '../../tensor/index.ts';
import { type DecodedNumber, decodeColumns, type StateDecoder } from '../heads/state-decoder.ts';

/** From the lowest to the highest; of an angle from the first counterclockwise to the second. Infinity: no bound. */
export type Range = readonly [low: number, high: number];

/** Ranges by the names of numbers. */
export type Ranges = Readonly<Record<string, Range>>;

/** In place of a bound that is none: beyond every number, and its square still finite. */
const BEYOND = 1e18;

/** The share of a number's deviation in training that it may be off where no tolerance is given. */
const DEFAULT_TOLERANCE = 0.1;

/** What a number may be off by, in its own unit (radians): as it is said, else a tenth of its deviation in training. */
export function toleranceOf({ name, deviation }: DecodedNumber, said: Readonly<Record<string, number>> = {}): number {
  return said[name] ?? DEFAULT_TOLERANCE * deviation;
}

/** Half the turn of a range of angles from its middle, at most pi. */
function halfTurn([low, high]: Range): number {
  const turn = high - low;
  return turn >= 2 * Math.PI ? Math.PI : (turn - 2 * Math.PI * Math.floor(turn / (2 * Math.PI))) / 2;
}

/** G */
export function rangesSize({ numbers }: StateDecoder): number {
  const angles = numbers.filter(({ circular }) => circular).length;
  return 3 * (numbers.length - angles) + 8 * angles;
}

/** The ranges as a program is fed with them, [G]: those that are given, every other number being free. */
export function rangeNumbers(
  { numbers }: StateDecoder,
  ranges: Ranges,
  tolerances: Readonly<Record<string, number>> = {},
): Float32Array {
  const rows = (circular: boolean, row: (number: DecodedNumber, range: Range | undefined) => number[]): number[] => {
    const each = numbers.filter((n) => n.circular === circular).map((n) => row(n, ranges[n.name]));
    return (each[0] ?? []).flatMap((_, i) => each.map((values) => values[i]!));
  };
  const plain = rows(false, (number, range) => {
    if (range === undefined) return [1, -BEYOND, BEYOND];
    const within = (x: number): number => Math.max(-BEYOND, Math.min(BEYOND, x));
    return [1 / toleranceOf(number, tolerances), within(range[0]), within(range[1])];
  });
  const angles = rows(true, (number, range) => {
    if (range === undefined) return [1, 1, 0, 1, 0, 1, 0, -BEYOND];
    const half = halfTurn(range);
    const [low, middle, high] = [range[0], range[0] + half, range[0] + 2 * half];
    const ends = [low, high, middle].flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
    return [1 / toleranceOf(number, tolerances), ...ends, half < Math.PI ? Math.cos(half) : -BEYOND];
  });
  return Float32Array.from([...plain, ...angles]);
}

/** Whether numbers lie in ranges, angles up to whole turns; each may be off by its tolerance. */
export function withinRanges(
  state: Readonly<Record<string, number>>,
  numbers: readonly DecodedNumber[],
  ranges: Ranges,
  tolerances: Readonly<Record<string, number>> = {},
): boolean {
  return numbers.every((number) => {
    const range = ranges[number.name];
    if (range === undefined) return true;
    const value = state[number.name]!;
    const off = tolerances[number.name] ?? 0;
    if (!number.circular) return value >= range[0] - off && value <= range[1] + off;
    const half = halfTurn(range);
    const turn = value - (range[0] + half);
    return Math.abs(turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI))) <= half + off;
  });
}

/** The parts of fed ranges [E, G], each [E, 1, 1, N] or [E, 1, 1, C], and what they are compared with, [E, S, K, N] or [.., C]. */
function partsOf(decoder: StateDecoder, rows: Tensor, ranges: Tensor) {
  const E = ranges.shape[0]!;
  const columns = { plain: [] as number[], cos: [] as number[], sin: [] as number[] };
  let column = 0;
  for (const { circular } of decoder.numbers) {
    columns[circular ? 'cos' : 'plain'].push(column++);
    if (circular) columns.sin.push(column++);
  }
  const [N, C] = [columns.plain.length, columns.cos.length];
  const part = (from: number, size: number): Tensor => reshape(slice(ranges, 1, from, from + size), [E, 1, 1, size]);
  const plain =
    N === 0
      ? undefined
      : {
          x: decodeColumns(decoder, columns.plain, rows),
          weight: part(0, N),
          low: part(N, N),
          high: part(2 * N, N),
        };
  const angle = (i: number): Tensor => part(3 * N + i * C, C);
  const angles =
    C === 0
      ? undefined
      : {
          cos: decodeColumns(decoder, columns.cos, rows),
          sin: decodeColumns(decoder, columns.sin, rows),
          weight: angle(0),
          low: [angle(1), angle(2)] as const,
          high: [angle(3), angle(4)] as const,
          middle: [angle(5), angle(6)] as const,
          cosHalf: angle(7),
        };
  return { plain, angles };
}

/** Cosine of the turn from the middle of each range, less that of its ends: 0 or more inside. */
function inward({ cos, sin, middle: [c, s], cosHalf }: NonNullable<ReturnType<typeof partsOf>['angles']>): Tensor {
  // The read vector need not have length 1; its direction is the angle.
  const length = sqrt(add(add(square(cos), square(sin)), 1e-12));
  const turn = add(mul(cos, c), mul(sin, s));
  return sub(div(turn, length), cosHalf);
}

/** Squared distances of states outside of the ranges, in tolerances, summed over the numbers: rows [E, S, K, D] -> [E, S, K]. */
export function outsideRanges(decoder: StateDecoder, rows: Tensor, ranges: Tensor): Tensor {
  const { plain, angles } = partsOf(decoder, rows, ranges);
  const sums: Tensor[] = [];
  if (plain !== undefined) {
    const { x, weight, low, high } = plain;
    const off = mul(add(relu(sub(low, x)), relu(sub(x, high))), weight);
    sums.push(reduceSum(square(off), { axes: -1 }));
  }
  if (angles !== undefined) {
    const { cos, sin, weight, low, high } = angles;
    const chord = ([c, s]: readonly [Tensor, Tensor]): Tensor => add(square(sub(cos, c)), square(sub(sin, s)));
    const off = where(greaterEqual(inward(angles), 0), 0, minimum(chord(low), chord(high)));
    sums.push(reduceSum(mul(off, square(weight)), { axes: -1 }));
  }
  return sums.reduce((a, b) => add(a, b));
}

/**
 * How deep inside of the ranges states are: the distance to the nearest edge among all numbers, in tolerances, below 0 outside;
 * that of an angle counts the cosine. Rows [E, S, K, D] -> [E, S, K].
 */
export function depthInRanges(decoder: StateDecoder, rows: Tensor, ranges: Tensor): Tensor {
  const { plain, angles } = partsOf(decoder, rows, ranges);
  const depths: Tensor[] = [];
  if (plain !== undefined) {
    const { x, weight, low, high } = plain;
    depths.push(reduceMin(mul(minimum(sub(x, low), sub(high, x)), weight), { axes: -1 }));
  }
  if (angles !== undefined) depths.push(reduceMin(mul(inward(angles), angles.weight), { axes: -1 }));
  return depths.reduce((a, b) => minimum(a, b));
}
