// The part of ZIP that NPZ files use: a directory of members, stored or deflated, with 64-bit sizes where needed.
// Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14-16 (ends), 4.5.3 (ZIP64).

import { crc32 } from 'node:zlib';
import { JepaError } from '../../core/index.ts';

/** One member of an archive. */
export interface ZipMember {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Where its local header starts. */
  readonly headerAt: number;
}

/** Reads `length` bytes of the archive from `position`. */
export type ReadAt = (position: number, length: number) => Buffer;

const LOCAL = 0x04034b50;
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const FULL32 = 0xffffffff;

function damaged(file: string, problem: string): JepaError {
  return new JepaError('corrupt', `${file}: ${problem}; restore it from a copy or write it again`, { file });
}

/** The directory's place: its first byte, its length and the number of entries. */
function findDirectory(file: string, size: number, read: ReadAt): { at: number; bytes: number; count: number } {
  const length = Math.min(size, 22 + 0xffff);
  const tail = read(size - length, length);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw damaged(file, 'it has no end of a ZIP archive; it is not one, or it was cut');
  const found = {
    count: tail.readUInt16LE(end + 10),
    bytes: tail.readUInt32LE(end + 12),
    at: tail.readUInt32LE(end + 16),
  };
  const wide = found.count === 0xffff || found.bytes === FULL32 || found.at === FULL32;
  if (!wide) return found;
  const locator = end - 20;
  if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR64) throw damaged(file, 'its 64-bit directory is missing');
  const record = read(Number(tail.readBigUInt64LE(locator + 8)), 56);
  if (record.readUInt32LE(0) !== END64) throw damaged(file, 'its 64-bit directory is missing');
  const wideAt = (at: number): number => Number(record.readBigUInt64LE(at));
  return { count: wideAt(32), bytes: wideAt(40), at: wideAt(48) };
}

/** The values of an entry that did not fit 32 bits, in their order in the ZIP64 extra field. */
function wideValues(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      const count = Math.floor(Math.min(length, extra.length - at - 4) / 8);
      return Array.from({ length: count }, (_, i) => Number(extra.readBigUInt64LE(at + 4 + 8 * i)));
    }
    at += 4 + length;
  }
  return [];
}

/**
 * The members of the archive of `size` bytes that `read` reads.
 *
 * @throws JepaError 'corrupt' when the directory is damaged; 'unsupported' for another compression than deflate, or encryption
 */
export function zipMembers(file: string, size: number, read: ReadAt): readonly ZipMember[] {
  const { at: start, bytes, count } = findDirectory(file, size, read);
  if (start + bytes > size) throw damaged(file, `its directory ends at byte ${start + bytes}, the file at ${size}`);
  const directory = read(start, bytes);
  const members: ZipMember[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    if (at + 46 > bytes || directory.readUInt32LE(at) !== ENTRY) throw damaged(file, `entry ${i} of its directory`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((o) => directory.readUInt16LE(at + o)) as [
      number,
      number,
      number,
    ];
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes);
    const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
    const wide = wideValues(extra);
    const sized = (offset: number): number => {
      const value = directory.readUInt32LE(at + offset);
      return value === FULL32 ? (wide.shift() ?? value) : value;
    };
    const method = directory.readUInt16LE(at + 10);
    const encrypted = (directory.readUInt16LE(at + 8) & 1) !== 0;
    if (encrypted || (method !== 0 && method !== 8)) {
      throw new JepaError(
        'unsupported',
        `${file}: member ${name} is ${encrypted ? 'encrypted' : `compressed by method ${method}`}; write it by numpy.savez`,
        { file, member: name },
      );
    }
    const crc = directory.readUInt32LE(at + 16);
    const size = sized(24);
    const compressedBytes = sized(20);
    members.push({ name, method, crc, bytes: size, compressedBytes, headerAt: sized(42) });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return members;
}

/** Where the bytes of a member start. Errors: `corrupt` when its local header, with its name, is not there. */
export function memberStart(file: string, { name, headerAt }: ZipMember, read: ReadAt): number {
  const header = read(headerAt, 30);
  const nameBytes = header.readUInt16LE(26);
  if (header.readUInt32LE(0) !== LOCAL || read(headerAt + 30, nameBytes).toString('utf8') !== name) {
    throw damaged(file, `member ${name} is not where the directory says`);
  }
  return headerAt + 30 + nameBytes + header.readUInt16LE(28);
}

/**
 * The bytes of an archive of stored members, piece by piece; dates are 1 January 1980, so equal members give equal bytes.
 *
 * @throws JepaError 'unsupported' when it would pass 4 GiB
 */
export function zipStored(file: string, members: readonly (readonly [string, Uint8Array])[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const add = (chunk: Uint8Array): void => {
    chunks.push(chunk);
    at += chunk.length;
  };
  for (const [name, content] of members) {
    const nameBytes = new TextEncoder().encode(name);
    /** The fields that both headers share: version 2.0, stored, 1 January 1980, CRC, sizes, length of the name. */
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x21, 8);
    shared.writeUInt32LE(crc32(content), 10);
    if (at + content.length + 2 ** 20 > FULL32) {
      throw new JepaError('unsupported', `${file}: archives of 4 GiB and more are not written; use the store`, {
        file,
      });
    }
    shared.writeUInt32LE(content.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.alloc(4);
    local.writeUInt32LE(LOCAL);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(ENTRY, 0);
    entry.writeUInt16LE(20, 4);
    shared.copy(entry, 6);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, nameBytes);
    for (const chunk of [local, shared, nameBytes, content]) add(chunk);
  }
  const start = at;
  for (const chunk of directory) add(chunk);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(at - start, 12);
  end.writeUInt32LE(start, 16);
  add(end);
  return chunks;
}
