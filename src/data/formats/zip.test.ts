import { expect, test } from 'vitest';
import { memberStart, type ReadAt, zipMembers, zipStored } from './zip.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const readerOf =
  (archive: Buffer): ReadAt =>
  (at, length) =>
    archive.subarray(at, at + length);

/** The members of an archive with their bytes. */
function contents(archive: Buffer): Record<string, string> {
  const read = readerOf(archive);
  const members = zipMembers('x.zip', archive.length, read);
  return Object.fromEntries(
    members.map((m) => [m.name, read(memberStart('x.zip', m, read), m.bytes).toString('latin1')]),
  );
}

test('what is written is read back, in order, with its checksums', () => {
  const archive = Buffer.concat(
    zipStored('x.zip', [
      ['a.npy', text('123456789')],
      ['b', text('')],
    ]),
  );
  expect(contents(archive)).toEqual({ 'a.npy': '123456789', b: '' });
  // The check value of CRC-32 (ISO 3309) for the digits 1 to 9.
  expect(zipMembers('x.zip', archive.length, readerOf(archive))[0]?.crc).toBe(0xcbf43926);
});

test('a directory with 64-bit sizes and offsets, as archives of 4 GiB have it, is read', () => {
  const plain = Buffer.concat(zipStored('x.zip', [['a', text('123456789')]]));
  const directoryAt = plain.readUInt32LE(plain.length - 22 + 16);
  const entry = Buffer.from(plain.subarray(directoryAt, plain.length - 22));
  entry.writeUInt32LE(0xffffffff, 20);
  entry.writeUInt32LE(0xffffffff, 24);
  entry.writeUInt32LE(0xffffffff, 42);
  entry.writeUInt16LE(6 + 28, 30);
  const extra = Buffer.alloc(6 + 28);
  extra.writeUInt16LE(0x7075, 0); // Another extra field before it, of 2 bytes.
  extra.writeUInt16LE(2, 2);
  extra.writeUInt16LE(1, 6);
  extra.writeUInt16LE(24, 8);
  for (const [i, value] of [9n, 9n, 0n].entries()) extra.writeBigUInt64LE(value, 10 + 8 * i);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(1n, 24);
  end64.writeBigUInt64LE(1n, 32);
  end64.writeBigUInt64LE(BigInt(entry.length + extra.length), 40);
  end64.writeBigUInt64LE(BigInt(directoryAt), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(directoryAt + entry.length + extra.length), 8);
  const end = Buffer.from(plain.subarray(plain.length - 22));
  end.writeUInt16LE(0xffff, 10);
  end.writeUInt32LE(0xffffffff, 12);
  end.writeUInt32LE(0xffffffff, 16);
  const wide = Buffer.concat([plain.subarray(0, directoryAt), entry, extra, end64, locator, end]);
  expect(contents(wide)).toEqual({ a: '123456789' });
});

test('what is no archive, a directory beyond the end, and other compressions are refused', () => {
  const archive = Buffer.concat(zipStored('x.zip', [['a', text('123456789')]]));
  expect(() => contents(Buffer.from('not a zip file, but long enough to be one'))).toThrow(
    /has no end of a ZIP archive/,
  );
  const beyond = Buffer.from(archive);
  beyond.writeUInt32LE(archive.length, beyond.length - 22 + 16);
  expect(() => contents(beyond)).toThrow(/its directory ends at byte \d+, the file at/);
  const other = Buffer.from(archive);
  other.writeUInt16LE(12, archive.readUInt32LE(archive.length - 22 + 16) + 10);
  expect(() => contents(other)).toThrow(/member a is compressed by method 12; write it by numpy\.savez/);
});
