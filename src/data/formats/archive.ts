// A ZIP file open for reading: its members, their bytes, and their checksums.

import { closeSync, readSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { JepaError } from '../../core/index.ts';
import { openRegular } from '../regular-file.ts';
import { stampOf, verifiedFiles } from '../verified-files.ts';
import { memberStart, type ReadAt, type ZipMember, zipMembers } from './zip.ts';

/** An open archive; `close` it. */
export interface Archive {
  readonly members: ReadonlyMap<string, ZipMember>;
  readonly read: ReadAt;
  /** Fills `out` with the bytes of the file from `position`. Errors: `corrupt` when it ends before. */
  fill(out: Uint8Array, position: number): void;
  /** All bytes of a member, not compressed. Errors: `corrupt` when its checksum does not match. */
  content(member: ZipMember): Buffer;
  /** Verifies a stored member without keeping it, unless it was verified as it stands. Errors: `corrupt`. */
  verify(member: ZipMember): void;
  close(): void;
}

/**
 * Opens the archive at `path`.
 *
 * @throws JepaError 'io' when it cannot be read; those of `zipMembers`
 */
export function openArchive(path: string): Archive {
  const { fd, size } = openRegular(path);
  const fill = (out: Uint8Array, position: number): void => {
    for (let at = 0; at < out.length; ) {
      const count = readSync(fd, out, at, out.length - at, position + at);
      if (count === 0) {
        throw new JepaError('corrupt', `${path}: it ends at byte ${position + at}; restore it from a copy`, { path });
      }
      at += count;
    }
  };
  const read: ReadAt = (position, length) => {
    const out = Buffer.alloc(length);
    fill(out, position);
    return out;
  };
  const mismatch = (name: string): JepaError =>
    new JepaError(
      'corrupt',
      `${path}: the checksum of ${name} does not match; restore it from a copy or write it again`,
      {
        path,
        member: name,
      },
    );
  /** All bytes of a member, checksum verified. */
  const content = (member: ZipMember): Buffer => {
    const packed = read(memberStart(path, member, read), member.compressedBytes);
    let bytes = packed;
    if (member.method === 8) {
      try {
        bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, member.bytes) });
      } catch {
        throw mismatch(member.name);
      }
    }
    if (bytes.length !== member.bytes || crc32(bytes) !== member.crc) throw mismatch(member.name);
    return bytes;
  };
  const memory = verifiedFiles(dirname(path));
  /** Verifies a stored member without keeping it. */
  const verify = (member: ZipMember): void => {
    const name = `${basename(path)}/${member.name}`;
    const stamp = stampOf(path);
    if (memory.has(name, stamp, String(member.crc))) return;
    const start = memberStart(path, member, read);
    const block = Buffer.alloc(2 ** 20);
    let crc = 0;
    for (let at = 0; at < member.bytes; at += block.length) {
      const part = block.subarray(0, Math.min(block.length, member.bytes - at));
      fill(part, start + at);
      crc = crc32(part, crc);
    }
    if (crc !== member.crc) throw mismatch(member.name);
    memory.add(name, stamp, String(member.crc));
  };
  try {
    const members = new Map(zipMembers(path, size, read).map((member) => [member.name, member]));
    for (const member of members.values()) memberStart(path, member, read);
    return { members, read, fill, content, verify, close: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
