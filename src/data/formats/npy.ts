// The header of an NPY array: element type and shape, and where the elements start.
// Source: numpy/lib/format.py, versions 1.0 to 3.0.

import { JepaError } from '../../core/index.ts';

/** Element types that are read: `i64` only for lengths of episodes. */
export type NpyDType = 'u8' | 'f32' | 'i32' | 'i64';

/** An array as its header describes it. */
export interface NpyHeader {
  readonly dtype: NpyDType;
  readonly shape: readonly number[];
  /** Bytes before the first element. */
  readonly dataAt: number;
}

const DESCRIPTIONS: Readonly<Record<string, NpyDType>> = { '|u1': 'u8', '<f4': 'f32', '<i4': 'i32', '<i8': 'i64' };

/** The most bytes that a header takes in practice; `start` of `npyHeader` must hold as many, or the whole array. */
export const NPY_HEADER_BYTES = 4096;

/**
 * Reads the header at the start of an array.
 *
 * @param where file and member, for messages
 *
 * @throws JepaError 'corrupt' when it is none; 'unsupported' for another element type, byte order or column-major arrays
 */
export function npyHeader(where: string, start: Uint8Array): NpyHeader {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.length);
  const bad = (problem: string): JepaError => new JepaError('corrupt', `${where}: ${problem}`, { where });
  if (bytes.length < 12 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY') throw bad('it is no NPY array');
  const wide = bytes[6]! > 1;
  const textAt = wide ? 12 : 10;
  const dataAt = textAt + (wide ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  if (dataAt > bytes.length) throw bad(`its header has ${dataAt} bytes, more than are there`);
  const text = bytes.toString('latin1', textAt, dataAt);
  const description = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (order === undefined || sizes === undefined) throw bad(`its header is not understood: ${text.trim()}`);
  const dtype = DESCRIPTIONS[description ?? ''];
  if (dtype === undefined || order === 'True') {
    throw new JepaError(
      'unsupported',
      `${where}: arrays must be row-major uint8, float32 or int32 (lengths also int64), little-endian, got ` +
        `${description ?? 'several fields'}${order === 'True' ? ', column-major' : ''}; convert with numpy's astype or ascontiguousarray`,
      { where, description },
    );
  }
  const shape = sizes
    .split(',')
    .map((n) => n.trim())
    .filter((n) => n !== '')
    .map(Number);
  return { dtype, shape, dataAt };
}

/** The header of an array, version 1.0, padded to a multiple of 64 bytes as numpy does. */
export function npyHeaderBytes(dtype: NpyDType, shape: readonly number[]): Uint8Array {
  const description = Object.keys(DESCRIPTIONS).find((key) => DESCRIPTIONS[key] === dtype)!;
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const total = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = Buffer.alloc(total, ' ');
  header.write('\x93NUMPY\x01\x00', 0, 'latin1');
  header.writeUInt16LE(total - 10, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', total - 1, 'latin1');
  return header;
}
