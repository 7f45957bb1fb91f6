// A linear read-out of the numbers of a world's state from an embedding, by the names that the world gives them: what a goal in
// words of the state is compared with. Angles are read as cosine and sine.
// Legend: N numbers, W columns (one of a number, two of an angle: cosine, sine), D width of an embedding.

import { JepaError, unknownName } from '../../core/index.ts';
import { affine, constant, reshape, type Tensor } from '../../tensor/index.ts';

/** One number of the state as it can be read. */
export interface DecodedNumber {
  /** `block.x` */
  readonly name: string;
  /** An angle in radians, known up to whole turns. */
  readonly circular: boolean;
  /** Correlation of what is read with what was recorded, on episodes that it was not fitted on; of an angle over both columns. */
  readonly r: number;
  /** Least and largest value in the training episodes, in the world's unit. */
  readonly low: number;
  readonly high: number;
  /** Deviation in the training episodes; of an angle the root of the variances of cosine and sine, at most 1. */
  readonly deviation: number;
}

/** Embeddings of the training episodes, to tell what is unlike all of them. */
export interface RecordedEmbeddings {
  /** Some of them, [n, D]. */
  readonly embeddings: Float32Array;
  /** Distance to the nearest of these that 99 % of held-out embeddings stay within. */
  readonly usual: number;
}

/** The read-out as plain data. */
export interface StateDecoder {
  /** D */
  readonly dim: number;
  readonly numbers: readonly DecodedNumber[];
  /** Numbers of the state that could not be fitted, and why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
  /** [W, D], rows in the order of the numbers. */
  readonly weights: Float32Array;
  /** [W] */
  readonly bias: Float32Array;
  readonly recorded?: RecordedEmbeddings;
}

/** W */
export function decoderColumns(numbers: readonly Pick<DecodedNumber, 'circular'>[]): number {
  return numbers.reduce((n, { circular }) => n + (circular ? 2 : 1), 0);
}

/**
 * Refuses a decoder whose arrays do not fit its numbers.
 *
 * @throws JepaError 'shape'
 */
export function checkDecoder({ dim, numbers, weights, bias, recorded }: StateDecoder, where: string): void {
  const W = decoderColumns(numbers);
  const rest = recorded === undefined ? 0 : recorded.embeddings.length % dim;
  if (W > 0 && weights.length === W * dim && bias.length === W && rest === 0) return;
  throw new JepaError(
    'shape',
    `${where}: a decoder of ${numbers.length} numbers must have weights [${W}, ${dim}], a bias [${W}] and whole recorded embeddings, got ${weights.length}, ${bias.length} and ${recorded?.embeddings.length ?? 0} numbers`,
    { dim, columns: W },
  );
}

/** The name of each column: `block.x`, `cos block.angle`, `sin block.angle`. */
export function columnNames({ numbers }: StateDecoder): readonly string[] {
  return numbers.flatMap(({ name, circular }) => (circular ? [`cos ${name}`, `sin ${name}`] : [name]));
}

/** The number of a name. @throws JepaError 'usage' with the nearest name, or the reason why it cannot be read */
export function decodedNumber({ numbers, leftOut }: StateDecoder, name: string, where: string): DecodedNumber {
  const found = numbers.find((number) => number.name === name);
  if (found !== undefined) return found;
  const out = leftOut.find((number) => number.name === name);
  if (out !== undefined)
    throw new JepaError('usage', `${where}: '${name}' cannot be read off an embedding: ${out.why}; leave it out`, {
      name,
    });
  const known = numbers.map((number) => number.name);
  const { message, details } = unknownName('number of the state', name, known);
  throw new JepaError('usage', `${where}: ${message}`, details);
}

/** The columns with these places, read off embeddings [..., D]: [..., columns]. */
export function decodeColumns(decoder: StateDecoder, columns: readonly number[], embeddings: Tensor): Tensor {
  const { dim, weights, bias } = decoder;
  const picked = new Float32Array(columns.length * dim);
  for (const [i, c] of columns.entries()) picked.set(weights.subarray(c * dim, (c + 1) * dim), i * dim);
  return affine(
    embeddings,
    constant(picked, [columns.length, dim], 'f32'),
    constant(
      Float32Array.from(columns, (c) => bias[c]!),
      [columns.length],
      'f32',
    ),
  );
}

/** The decoded state in a trace, by name: a number's own, of an angle `cos NAME` and `sin NAME`. */
export type DecodedState = (name: string) => Tensor;

/**
 * The state read off embeddings [..., D], each number [...]. `asked` is told the number behind every name that is looked up.
 *
 * @throws JepaError 'usage', from a look-up, for a name that it does not have, and for an angle without `cos` or `sin`
 */
export function decodedState(
  decoder: StateDecoder,
  embeddings: Tensor,
  where: string,
  asked?: (number: DecodedNumber) => void,
): DecodedState {
  const columns = columnNames(decoder);
  return (name) => {
    const column = columns.indexOf(name);
    const number = decodedNumber(decoder, column < 0 ? name : name.replace(/^(cos|sin) /, ''), where);
    if (column < 0)
      throw new JepaError(
        'usage',
        `${where}: '${name}' is an angle, known up to whole turns; ask for 'cos ${name}' and 'sin ${name}'`,
        { name },
      );
    asked?.(number);
    return reshape(decodeColumns(decoder, [column], embeddings), embeddings.shape.slice(0, -1));
  };
}

/** The numbers of the state that an embedding [D] holds, by name; angles in -pi to pi. */
export function decodeNumbers(decoder: StateDecoder, embedding: Float32Array): Readonly<Record<string, number>> {
  const { dim, weights, bias, numbers } = decoder;
  const read = Array.from(bias, (b, c) => {
    let sum = b;
    for (let d = 0; d < dim; d++) sum += weights[c * dim + d]! * embedding[d]!;
    return sum;
  });
  const values: Record<string, number> = {};
  let column = 0;
  for (const { name, circular } of numbers) {
    const first = read[column++]!;
    values[name] = circular ? Math.atan2(read[column++]!, first) : first;
  }
  return values;
}
