// The read-out of the state in a model's file: three tensors beside the model's, their names behind `state-decoder.` (a model may
// have a `decoder.` of its own), and an entry in the header. Files without one are whole too.
// Legend: W columns, D embedding width, n recorded embeddings.

import { JepaError } from '../../core/index.ts';
import { f32Tensor, type SafeFile, type SafeTensor, toFloat32 } from '../../data/index.ts';
import { checkDecoder, type DecodedNumber, decoderColumns, type StateDecoder } from '../../plan/index.ts';
import { parsed } from './parsed.ts';

/** The entry of the header that says what the decoder reads. */
const DECODER_KEY = 'jepa.decoder';

/** What stands before its tensors' names. */
const PREFIX = 'state-decoder.';

interface Header extends Pick<StateDecoder, 'numbers' | 'leftOut'> {
  readonly usual?: number;
}

/** What goes into a file for a decoder: nothing for none. */
export function decoderParts(decoder: StateDecoder | undefined): {
  readonly tensors: (readonly [string, SafeTensor])[];
  readonly metadata: Readonly<Record<string, string>>;
} {
  if (decoder === undefined) return { tensors: [], metadata: {} };
  const { dim, numbers, leftOut, weights, bias, recorded } = decoder;
  checkDecoder(decoder, 'the decoder of the state');
  const W = decoderColumns(numbers);
  const header: Header = { numbers, leftOut, ...(recorded && { usual: recorded.usual }) };
  const embeddings = recorded?.embeddings;
  return {
    tensors: [
      [`${PREFIX}weights`, f32Tensor([W, dim], weights)],
      [`${PREFIX}bias`, f32Tensor([W], bias)],
      ...(embeddings === undefined
        ? []
        : [[`${PREFIX}recorded`, f32Tensor([embeddings.length / dim, dim], embeddings)] as const]),
    ],
    metadata: { [DECODER_KEY]: JSON.stringify(header) },
  };
}

/** The tensors of a file without those of a decoder. */
export function withoutDecoder<T>(tensors: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...tensors].filter(([name]) => !name.startsWith(PREFIX)));
}

function isNumber(value: unknown): value is DecodedNumber {
  if (typeof value !== 'object' || value === null) return false;
  const { name, circular, ...rest } = value as Record<string, unknown>;
  const { r, low, high, deviation } = rest;
  return (
    typeof name === 'string' &&
    typeof circular === 'boolean' &&
    [r, low, high, deviation].every((x) => typeof x === 'number')
  );
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null) return false;
  const { numbers, leftOut, usual } = value as Record<string, unknown>;
  const lists = Array.isArray(numbers) && numbers.every(isNumber) && Array.isArray(leftOut);
  return lists && (usual === undefined || typeof usual === 'number');
}

/**
 * The decoder of a file for embeddings of `dim` numbers; undefined for a file that has none.
 *
 * @throws JepaError 'checkpoint' when its parts do not fit together or the model
 */
export function decoderOf({ tensors, metadata }: SafeFile, dim: number, path: string): StateDecoder | undefined {
  const text = metadata[DECODER_KEY];
  if (text === undefined) return undefined;
  const header = parsed(text);
  const read = (name: string): Float32Array | undefined => {
    const tensor = tensors.get(`${PREFIX}${name}`);
    return tensor && toFloat32(tensor);
  };
  const [weights, bias, embeddings] = [read('weights'), read('bias'), read('recorded')];
  const broken = (why: string): JepaError =>
    new JepaError('checkpoint', `${path}: its decoder of the state is broken: ${why}; export the model again`, {
      path,
    });
  if (!isHeader(header)) throw broken(`'${DECODER_KEY}' in the header must list its numbers`);
  if (weights === undefined || bias === undefined) throw broken(`${PREFIX}weights and ${PREFIX}bias must be there`);
  const { numbers, leftOut, usual } = header;
  const recorded = embeddings !== undefined && usual !== undefined ? { recorded: { embeddings, usual } } : {};
  const decoder = { dim, numbers, leftOut, weights, bias, ...recorded };
  try {
    checkDecoder(decoder, path);
  } catch (error) {
    throw broken(error instanceof Error ? error.message : String(error));
  }
  return decoder;
}
