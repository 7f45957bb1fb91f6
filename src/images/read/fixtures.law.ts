// Files for tests: a Parquet writer for {bytes, path} and label (uncompressed, plain encoding, required columns; Apache
// Parquet format 2.x, Thrift compact protocol), and encoders for JPEG and WebP.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import moduleFactory from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import { defaultEncodeOptions } from '@jsquash/jpeg/meta.js';
import webpFactory from '@jsquash/webp/codec/enc/webp_enc.js';
import { defaultOptions as defaultWebpOptions } from '@jsquash/webp/meta.js';

type Field = readonly [id: number, type: number, bytes: readonly number[]];

const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

function varint(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  return [...out, rest];
}

const int = (value: number): number[] => varint(2 * value);
const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)];
  return [...varint(bytes.length), ...bytes];
};
const list = (type: number, items: readonly (readonly number[])[]): number[] => [
  ...(items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(items.length)]),
  ...items.flat(),
];
function struct(...fields: readonly Field[]): number[] {
  const out: number[] = [];
  let last = 0;
  for (const [id, type, bytes] of fields) {
    out.push(((id - last) << 4) | type, ...bytes);
    last = id;
  }
  return [...out, 0];
}

const element = (name: string, type: number | undefined, children?: number): number[] =>
  struct(
    ...(type === undefined ? [] : [[1, I32, int(type)] as Field]),
    [3, I32, int(0)],
    [4, BINARY, text(name)],
    ...(children === undefined ? [] : [[5, I32, int(children)] as Field]),
  );

const BYTE_ARRAY = 6;
const INT64 = 2;

/** One image of a Parquet fixture. */
export interface ParquetRow {
  readonly bytes: Uint8Array;
  /** A number, or throughout the file a name. */
  readonly label: number | string;
}

/**
 * A Parquet file with the row groups given, columns `image` {bytes, path} and `label`, and optional class names. `stated`
 * is written as the number of rows of the first group in place of the true one.
 */
export function parquetFile(
  groups: readonly (readonly ParquetRow[])[],
  image = 'img',
  label = 'label',
  classes?: readonly string[],
  stated?: number,
): Uint8Array {
  const file: number[] = [...new TextEncoder().encode('PAR1')];
  const le = (value: number, bytes: number): number[] =>
    Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
  const chunk = (path: readonly string[], type: number, rows: number, values: readonly number[]): number[] => {
    const at = file.length;
    const page = struct([1, I32, int(rows)], [2, I32, int(0)], [3, I32, int(3)], [4, I32, int(3)]);
    const header = struct(
      [1, I32, int(0)],
      [2, I32, int(values.length)],
      [3, I32, int(values.length)],
      [5, STRUCT, page],
    );
    file.push(...header, ...values);
    const size = file.length - at;
    const metadata = struct(
      [1, I32, int(type)],
      [2, LIST, list(I32, [int(0)])],
      [3, LIST, list(BINARY, path.map(text))],
      [4, I32, int(0)],
      [5, I64, int(rows)],
      [6, I64, int(size)],
      [7, I64, int(size)],
      [9, I64, int(at)],
    );
    return struct([2, I64, int(at)], [3, STRUCT, metadata]);
  };
  const rowsOf = (g: number): number => (g === 0 ? (stated ?? groups[0]!.length) : groups[g]!.length);
  const binary = (bytes: Uint8Array): number[] => [...le(bytes.length, 4), ...bytes];
  const named = typeof groups[0]?.[0]?.label === 'string';
  const rowGroups = groups.map((rows, g) => {
    const start = file.length;
    const columns = [
      chunk(
        [image, 'bytes'],
        BYTE_ARRAY,
        rows.length,
        rows.flatMap((row) => binary(row.bytes)),
      ),
      chunk(
        [image, 'path'],
        BYTE_ARRAY,
        rows.length,
        rows.flatMap((_, i) => binary(new TextEncoder().encode(`${i}`))),
      ),
      chunk(
        [label],
        named ? BYTE_ARRAY : INT64,
        rows.length,
        rows.flatMap(({ label: value }) =>
          typeof value === 'number' ? le(value, 8) : binary(new TextEncoder().encode(value)),
        ),
      ),
    ];
    return struct([1, LIST, list(STRUCT, columns)], [2, I64, int(file.length - start)], [3, I64, int(rowsOf(g))]);
  });
  const schema = [
    element('schema', undefined, 2),
    element(image, undefined, 2),
    element('bytes', BYTE_ARRAY),
    element('path', BYTE_ARRAY),
    element(label, named ? BYTE_ARRAY : INT64),
  ];
  const info = JSON.stringify({ info: { features: { [label]: { names: classes, _type: 'ClassLabel' } } } });
  const footer = struct(
    [1, I32, int(2)],
    [2, LIST, list(STRUCT, schema)],
    [3, I64, int(groups.reduce((sum, _, g) => sum + rowsOf(g), 0))],
    [4, LIST, list(STRUCT, rowGroups)],
    ...(classes === undefined
      ? []
      : [[5, LIST, list(STRUCT, [struct([1, BINARY, text('huggingface')], [2, BINARY, text(info)])])] as Field]),
  );
  return Uint8Array.from([...file, ...footer, ...le(footer.length, 4), ...new TextEncoder().encode('PAR1')]);
}

interface Encoder {
  encode(rgba: Uint8ClampedArray, width: number, height: number, options: object): Uint8Array;
}

/** A JPEG of the highest quality, colours at full resolution, of [height, width, 3] bytes. */
export async function encodeJpeg(rgb: Uint8Array, height: number, width: number): Promise<Uint8Array> {
  const wasmBinary = readFileSync(createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  const start: (options: object) => Promise<Encoder> = moduleFactory;
  const { encode } = await start({ noInitialRun: true, wasmBinary });
  const rgba = new Uint8ClampedArray(height * width * 4).fill(255);
  for (let i = 0; i < height * width; i++) rgba.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  const options = { ...defaultEncodeOptions, quality: 100, auto_subsample: false, chroma_subsample: 1 };
  return Uint8Array.from(encode(rgba, width, height, options));
}

/** A WebP of [height, width, 3] bytes whose pixels all have this alpha; `options` are libwebp's. */
export async function encodeWebp(
  rgb: Uint8Array,
  height: number,
  width: number,
  options: object = {},
  alpha = 255,
): Promise<Uint8Array> {
  const wasmBinary = readFileSync(createRequire(import.meta.url).resolve('@jsquash/webp/codec/enc/webp_enc.wasm'));
  const start: (options: object) => Promise<Encoder> = webpFactory;
  const { encode } = await start({ noInitialRun: true, wasmBinary });
  const rgba = new Uint8ClampedArray(height * width * 4).fill(alpha);
  for (let i = 0; i < height * width; i++) rgba.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  return Uint8Array.from(encode(rgba, width, height, { ...defaultWebpOptions, ...options }));
}
