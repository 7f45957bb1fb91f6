// The safetensors file format: an 8-byte little-endian header length, a JSON header (name -> dtype, shape, byte range;
// and `__metadata__`, string to string), then the raw little-endian data without gaps. Readable by the Python library.
// Source: https://github.com/huggingface/safetensors (README, "Format"). Ours adds one metadata key: `jepa.sha256`, the
// SHA-256 of the data section, written always and checked when present.

import { JepaError } from '../../core/index.ts';
import { fileKind } from '../file-kind.ts';
import { type ReadLimits, readLimits, requireLimit } from '../limits.ts';
import { bytesOf } from './dtype.ts';
import { twinKey } from './json-keys.ts';
import type { SafeDType, SafeTensor } from './safe-tensor.ts';
import { sha256 } from './sha256.ts';

/** The tensors of a file in the order of their bytes, and its metadata strings (with `jepa.sha256` where we wrote it). */
export interface SafeFile {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The metadata key of the SHA-256, in hexadecimal, of the data section. */
export const SHA256_KEY = 'jepa.sha256';

/** A `corrupt` error with the file, and the tensor where it is about one. */
export function corrupt(file: string, problem: string, tensor?: string): JepaError {
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

/** A checked header. */
export interface Header {
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
  if (!Number.isSafeInteger(size)) throw corrupt(file, `[${shape}] ${dtype} needs more bytes than any file has`, name);
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
export function parseHeader(file: string, bytes: Uint8Array, dataBytes: number, limits: ReadLimits): Header {
  let json: unknown;
  let twin: string | undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    json = JSON.parse(text);
    twin = twinKey(text);
  } catch (error) {
    throw corrupt(file, `the header is not JSON (${error instanceof Error ? error.message : error})`);
  }
  if (!isRecord(json)) throw corrupt(file, 'the header must be a JSON object');
  if (twin !== undefined) throw corrupt(file, `the header has the name '${twin}' twice`);
  const { __metadata__: rawMetadata = {} } = json;
  const entries = Object.entries(json).filter(([name]) => name !== '__metadata__');
  if (!isRecord(rawMetadata)) throw corrupt(file, '__metadata__ must be an object');
  const metadata = Object.entries(rawMetadata).map(([name, value]): readonly [string, string] => {
    if (typeof value !== 'string') throw corrupt(file, `metadata '${name}' must be a string, got ${typeof value}`);
    return [name, value];
  });
  const count = entries.length;
  requireLimit('tensors', limits, count, `safetensors ${file}: ${count} tensors`);
  const spans = entries.map(([name, entry]) => parseSpan(file, name, entry));
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

/** What a file without a header that makes sense is, where its first bytes say so. */
function requireSafetensors(file: string, first: Uint8Array, problem: string): JepaError {
  const kind = fileKind(first);
  if (kind === undefined) return corrupt(file, problem);
  return new JepaError('corrupt', `safetensors ${file}: it is ${kind.name}, not a safetensors file; ${kind.remedy}`, {
    file,
    kind: kind.name,
  });
}

/** Reads and checks the header length from the first bytes of a file; `total` is the length of the whole file. */
export function headerLength(file: string, first: Uint8Array, total: number, limits: ReadLimits): number {
  if (total < 8)
    throw requireSafetensors(file, first, `a header length of 8 bytes must come first, the file has ${total} bytes`);
  const length = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true));
  if (8 + length > total)
    throw requireSafetensors(file, first, `the header has ${length} bytes, the file only ${total}: it is truncated`);
  requireLimit('headerBytes', limits, length, `safetensors ${file}: a header of ${length} bytes`);
  if (length < 2 || first[8] !== 0x7b)
    // the format asks for `{` here
    throw requireSafetensors(file, first, 'the header must be a JSON object, which begins with {');
  return length;
}

/** The tensors of a file as views into its data section; `digest` gives the SHA-256 of bytes in hexadecimal. */
export function assemble(
  file: string,
  { spans, metadata }: Header,
  data: Uint8Array,
  digest: (bytes: Uint8Array) => string,
): SafeFile {
  const expected = metadata[SHA256_KEY];
  if (expected !== undefined) {
    const got = digest(data);
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
 * wrong length or pass the end, a name stands there twice, the SHA-256 differs, or the file is of another kind, which is
 * then named; `unsupported` for an unknown dtype, and above the limits `headerBytes` and `tensors`.
 */
export function parseSafetensors(bytes: Uint8Array, file = '(bytes)', limits: Partial<ReadLimits> = {}): SafeFile {
  const all = readLimits(limits);
  const length = headerLength(file, bytes, bytes.length, all);
  const data = bytes.subarray(8 + length);
  return assemble(file, parseHeader(file, bytes.subarray(8, 8 + length), data.length, all), data, sha256);
}
