// Safetensors files on disk: read whole and checked, written whole or not at all. The format itself: `safetensors.ts`.

import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { JepaError } from '../../core/index.ts';
import { ioError, writeFileAtomic } from '../atomic.ts';
import { KIND_BYTES } from '../file-kind.ts';
import { type ReadLimits, readLimits } from '../limits.ts';
import { openRegular } from '../regular-file.ts';
import { bytesOf } from './dtype.ts';
import type { SafeTensor } from './safe-tensor.ts';
import { assemble, corrupt, headerLength, parseHeader, type SafeFile, SHA256_KEY } from './safetensors.ts';

const READ_BYTES = 1 << 28;

function readExactly(fd: number, file: string, length: number, position: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const count = readSync(fd, out, at, Math.min(READ_BYTES, length - at), position + at);
    if (count === 0) throw corrupt(file, `the file ended at byte ${position + at}: it is truncated`);
    at += count;
  }
  return out;
}

function sha256(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += READ_BYTES) hash.update(chunk.subarray(at, at + READ_BYTES));
  }
  return hash.digest('hex');
}

/**
 * The tensors and metadata of the safetensors file at `path`, fully checked; see `parseSafetensors` for the errors, `io`
 * when the file cannot be read, and `data` when it is no regular file.
 */
export function readSafetensors(path: string, limits: Partial<ReadLimits> = {}): SafeFile {
  const all = readLimits(limits);
  const { fd, size } = openRegular(path);
  try {
    const length = headerLength(path, readExactly(fd, path, Math.min(KIND_BYTES, size), 0), size, all);
    const header = parseHeader(path, readExactly(fd, path, length, 8), size - 8 - length, all);
    return assemble(path, header, readExactly(fd, path, size - 8 - length, 8 + length), (data) => sha256([data]));
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
