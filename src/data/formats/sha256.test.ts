import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha256 } from './sha256.ts';

test('the digests of the standard: of no bytes and of abc', () => {
  expect(sha256(new Uint8Array(0))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256(new TextEncoder().encode('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('it is that of OpenSSL for every length around the blocks, wherever the bytes lie in memory', () => {
  const all = Uint8Array.from({ length: 300 }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24);
  for (let length = 0; length < 200; length++) {
    const bytes = all.subarray(length % 7, (length % 7) + length);
    expect(sha256(bytes), `${length} bytes`).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});
