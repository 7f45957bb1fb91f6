// The safetensors file format: an 8-byte little-endian header length, a JSON header (name -> dtype, shape, byte range;
// and `__metadata__`, string to string), then the raw little-endian data without gaps. Readable by the Python library.
// Source: https://github.com/huggingface/safetensors (README, "Format"). Ours adds one metadata key: `jepa.sha256`, the
// SHA-256 of the data section, written always and checked when present.

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { JepaError } from '../../core/index.ts';
import { ioError, writeFileAtomic } from '../atomic.ts';
import { bytesOf } from './dtype.ts';

/** The element types of the format that we read and write. */
export type SafeDType =
  | 'F32'
  | 'F64'
  | 'I32'
  | 'I64'
  | 'U8'
  | 'BOOL'
  | 'F16'
  | 'BF16'
  | 'I16'
  | 'I8'
  | 'U16'
  | 'U32'
  | 'U64';

/** One tensor of a file: `data` holds its elements in row-major order as raw little-endian bytes. */
export interface SafeTensor {
  readonly dtype: SafeDType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The tensors of a file in the order of their bytes, and its metadata strings (with `jepa.sha256` where we wrote it). */
export interface SafeFile {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The metadata key of the SHA-256, in hexadecimal, of the data section. */
export const SHA256_KEY = 'jepa.sha256';

/** The Python library refuses longer headers, so do we. */
const MAX_HEADER_BYTES = 100_000_000;
const READ_BYTES = 1 << 28;

function corrupt(file: string, problem: string, tensor?: string): JepaError {
  const where = tensor === undefined ? file : `${file}, tensor '${tensor}'`;
  return new JepaError('corrupt', `safetensors ${where}: ${problem}; get or write the file again`, { file, tensor });
}

interface Span {
  readonly name: string;
  readonly dtype: SafeDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

interface Header {
  readonly spans: readonly Span[];
  readonly metadata: Readonly<Record<string, string>>;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Checks one header entry by itself: dtype, shape and a byte range of the right length. */
function parseSpan(file: string, name: string, entry: unknown): Span {
  if (!isRecord(entry)) throw corrupt(file, 'its header entry must be an object', name);
  const { dtype, shape, data_offsets: offsets } = entry;
  const width = typeof dtype === 'string' ? bytesOf(dtype) : undefined;
  if (width === undefined) {
    throw new JepaError(
      'unsupported',
      `safetensors ${file}, tensor '${name}': dtype ${JSON.stringify(dtype)} is not supported; convert it to F32`,
      { file, tensor: name, dtype },
    );
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw corrupt(file, `shape must be a list of non-negative integers, got ${JSON.stringify(shape)}`, name);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw corrupt(file, `data_offsets must be [begin, end], got ${JSON.stringify(offsets)}`, name);
  }
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((a, b) => a * b, 1) * width;
  if (end - begin !== size) {
    throw corrupt(
      file,
      `[${shape}] ${dtype} needs ${size} bytes, its offsets [${begin}, ${end}] hold ${end - begin}`,
      name,
    );
  }
  return { name, dtype: dtype as SafeDType, shape, begin, end };
}

/** Parses and checks the header against a data section of `dataBytes` bytes: no gaps, no overlaps, nothing missing. */
function parseHeader(file: string, text: Uint8Array, dataBytes: number): Header {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch (error) {
    throw corrupt(file, `the header is not JSON (${error instanceof Error ? error.message : error})`);
  }
  if (!isRecord(json)) throw corrupt(file, 'the header must be a JSON object');
  const { __metadata__: rawMetadata = {}, ...entries } = json;
  if (!isRecord(rawMetadata)) throw corrupt(file, '__metadata__ must be an object');
  const metadata = Object.entries(rawMetadata).map(([name, value]): readonly [string, string] => {
    if (typeof value !== 'string') throw corrupt(file, `metadata '${name}' must be a string, got ${typeof value}`);
    return [name, value];
  });
  const spans = Object.entries(entries).map(([name, entry]) => parseSpan(file, name, entry));
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of spans) {
    if (begin < at) throw corrupt(file, `its bytes [${begin}, ${end}] overlap those of the tensor before it`, name);
    if (begin > at)
      throw corrupt(file, `its bytes start at ${begin}, ${begin - at} bytes after the tensor before it`, name);
    if (end > dataBytes) {
      throw corrupt(file, `its bytes end at ${end}, the file holds only ${dataBytes}: the file is truncated`, name);
    }
    at = end;
  }
  if (at !== dataBytes) throw corrupt(file, `${dataBytes - at} bytes follow the last tensor`);
  return { spans, metadata: Object.fromEntries(metadata) };
}

/** Reads and checks the header length; `total` is the length of the whole file. */
function headerLength(file: string, first: Uint8Array, total: number): number {
  if (total < 8) throw corrupt(file, `a header length of 8 bytes must come first, the file has ${total} bytes`);
  const length = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) throw corrupt(file, `header length ${length} is above ${MAX_HEADER_BYTES}`);
  if (8 + length > total)
    throw corrupt(file, `the header has ${length} bytes, the file only ${total}: it is truncated`);
  return length;
}

function sha256(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += READ_BYTES) hash.update(chunk.subarray(at, at + READ_BYTES));
  }
  return hash.digest('hex');
}

function assemble(file: string, { spans, metadata }: Header, data: Uint8Array): SafeFile {
  const expected = metadata[SHA256_KEY];
  if (expected !== undefined) {
    const got = sha256([data]);
    if (got !== expected) throw corrupt(file, `the data has SHA-256 ${got}, its header says ${expected}`);
  }
  const tensors = new Map<string, SafeTensor>();
  for (const { name, dtype, shape, begin, end } of spans) {
    tensors.set(name, { dtype, shape, data: data.subarray(begin, end) });
  }
  return { tensors, metadata };
}

/**
 * The tensors and metadata in `bytes`, a whole safetensors file; tensor data are views into `bytes`.
 *
 * Errors: `corrupt`, naming `file` and the tensor, when the header is damaged, byte ranges overlap, leave gaps, have the
 * wrong length or pass the end, or the SHA-256 differs; `unsupported` for an unknown dtype.
 */
export function parseSafetensors(bytes: Uint8Array, file = '(bytes)'): SafeFile {
  const length = headerLength(file, bytes, bytes.length);
  const data = bytes.subarray(8 + length);
  return assemble(file, parseHeader(file, bytes.subarray(8, 8 + length), data.length), data);
}

function readExactly(fd: number, file: string, length: number, position: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const count = readSync(fd, out, at, Math.min(READ_BYTES, length - at), position + at);
    if (count === 0) throw corrupt(file, `the file ended at byte ${position + at}: it is truncated`);
    at += count;
  }
  return out;
}

/**
 * The tensors and metadata of the safetensors file at `path`, fully checked; see `parseSafetensors` for the errors, and
 * `io` when the file cannot be read.
 */
export function readSafetensors(path: string): SafeFile {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw ioError(`reading ${path}`, error, 'nothing was read');
  }
  try {
    const total = fstatSync(fd).size;
    const length = headerLength(path, readExactly(fd, path, Math.min(8, total), 0), total);
    const header = parseHeader(path, readExactly(fd, path, length, 8), total - 8 - length);
    return assemble(path, header, readExactly(fd, path, total - 8 - length, 8 + length));
  } catch (error) {
    if (error instanceof JepaError) throw error;
    throw ioError(`reading ${path}`, error, 'nothing was read');
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes tensors and metadata to `path`, whole or not at all (temporary file, fsync, rename).
 *
 * Tensors keep the given order, except that wider element types come first so that each is aligned in memory. The
 * header is padded with spaces so that the data starts at a multiple of 8 bytes.
 *
 * Errors: `usage` for a name given twice or `__metadata__`; `shape` when a tensor's bytes do not fit its shape; `io` when
 * the disk is full, the former file is then untouched.
 *
 * @example
 * writeSafetensors('m.safetensors', [['w', f32Tensor([2, 2], new Float32Array(4))]], { env: 'two-room' });
 */
export function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, SafeTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const list = [...tensors].sort((a, b) => (bytesOf(b[1].dtype) ?? 0) - (bytesOf(a[1].dtype) ?? 0));
  const stamped = { ...metadata, [SHA256_KEY]: sha256(list.map(([, tensor]) => tensor.data)) };
  const header = new Map<string, unknown>([['__metadata__', stamped]]);
  let at = 0;
  for (const [name, { dtype, shape, data }] of list) {
    if (header.has(name))
      throw new JepaError('usage', `writeSafetensors: tensor name '${name}' is taken`, { path, name });
    const size = shape.reduce((a, b) => a * b, 1) * (bytesOf(dtype) ?? Number.NaN);
    if (data.byteLength !== size) {
      throw new JepaError(
        'shape',
        `writeSafetensors ${path}, tensor '${name}': [${shape}] ${dtype} needs ${size} bytes, got ${data.byteLength}`,
        { path, name },
      );
    }
    header.set(name, { dtype, shape, data_offsets: [at, at + data.byteLength] });
    at += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  padded.set(json, 8);
  writeFileAtomic(path, [padded, ...list.map(([, tensor]) => tensor.data)]);
}
