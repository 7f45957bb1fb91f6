// Decoded images on disk, so that they are decoded once. One file, little-endian: the eight bytes JEPAIMG1, the length of
// the header (u32), the header (JSON), zeros up to a multiple of 64, the pixels [n, H, W, 3] u8, the labels [n] i32. It is
// written whole or not at all, and its checksum is verified when it is read.

import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { JepaError } from '../core/index.ts';
import { ioError, libraryVersion, writeFileAtomic } from '../data/node.ts';
import type { ImageSet, SkippedImage } from './image-set.ts';

const MAGIC = 'JEPAIMG1';
const ALIGN = 64;
/** Bytes that are read or checked at a time. */
const CHUNK = 1 << 26;

interface Header {
  readonly library: string;
  readonly name: string;
  /** What the images were made from and how; a file with another fingerprint is not used. */
  readonly fingerprint: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly classes: readonly string[];
  readonly skipped: readonly SkippedImage[];
  /** CRC-32 of the pixels followed by the labels. */
  readonly crc: number;
}

const pieces = function* (bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
};

function checksum(...parts: readonly Uint8Array[]): number {
  let crc = 0;
  for (const part of parts) for (const piece of pieces(part)) crc = crc32(piece, crc);
  return crc;
}

const labelBytes = (labels: Int32Array): Uint8Array =>
  new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);

/** Writes a set. Errors: `io`, with what to do. */
export function writeImageCache(path: string, set: ImageSet, fingerprint: string): void {
  const { name, count, height, width, classes, skipped, pixels } = set;
  const labels = labelBytes(set.labels);
  const crc = checksum(pixels, labels);
  const header: Header = { library: libraryVersion(), name, fingerprint, count, height, width, classes, skipped, crc };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((12 + text.length) / ALIGN) * ALIGN;
  const head = new Uint8Array(start);
  head.set(new TextEncoder().encode(MAGIC));
  new DataView(head.buffer).setUint32(8, text.length, true);
  head.set(text, 12);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic(path, [head, pixels, labels]);
  } catch (error) {
    const failed =
      error instanceof JepaError ? error : ioError(`making ${dirname(path)}`, error, 'nothing was changed');
    throw new JepaError(
      failed.code,
      `${failed.message}; JEPA_CACHE names another folder for decoded images`,
      failed.details,
      { cause: error },
    );
  }
}

function readInto(fd: number, out: Uint8Array, position: number): boolean {
  for (let at = 0; at < out.length; ) {
    const read = readSync(fd, out, at, Math.min(CHUNK, out.length - at), position + at);
    if (read === 0) return false;
    at += read;
  }
  return true;
}

/**
 * Reads a set, or undefined when there is none, or one of another version or fingerprint.
 *
 * Errors: `corrupt` when the file is damaged; deleting it makes it be written again.
 */
export function readImageCache(path: string, fingerprint: string): ImageSet | undefined {
  if (!existsSync(path)) return undefined;
  const damaged = (why: string): JepaError =>
    new JepaError('corrupt', `${path}: ${why}; delete it, it will be made again`, { path });
  const fd = openSync(path, 'r');
  try {
    const head = new Uint8Array(12);
    if (!readInto(fd, head, 0)) throw damaged('it is shorter than its header');
    if (new TextDecoder().decode(head.subarray(0, 8)) !== MAGIC) return undefined;
    const length = new DataView(head.buffer).getUint32(8, true);
    const start = Math.ceil((12 + length) / ALIGN) * ALIGN;
    const size = statSync(path).size;
    if (size < start) throw damaged('it is shorter than its header');
    const text = new Uint8Array(length);
    readInto(fd, text, 12);
    let header: Header;
    try {
      header = JSON.parse(new TextDecoder().decode(text));
    } catch {
      throw damaged('its header is no JSON');
    }
    const { name, count, height, width, classes, skipped, crc } = header;
    if (header.fingerprint !== fingerprint) return undefined;
    const bytes = count * height * width * 3;
    if (size !== start + bytes + 4 * count) throw damaged(`it has ${size} bytes, its header says otherwise`);
    const pixels = new Uint8Array(new SharedArrayBuffer(bytes));
    const labels = new Int32Array(new SharedArrayBuffer(4 * count));
    readInto(fd, pixels, start);
    readInto(fd, labelBytes(labels), start + bytes);
    if (checksum(pixels, labelBytes(labels)) !== crc) throw damaged('its checksum is wrong');
    return { name, count, height, width, channels: 3, pixels, labels, classes, skipped };
  } catch (error) {
    if (error instanceof JepaError) throw error;
    throw ioError(`reading ${path}`, error, 'nothing was changed');
  } finally {
    closeSync(fd);
  }
}
