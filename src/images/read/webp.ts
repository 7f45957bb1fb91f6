// WebP by libwebp compiled to WebAssembly (the codec module of @jsquash/webp).
// Source of the header: WebP Container Specification (Google), RFC 9649.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import moduleFactory from '@jsquash/webp/codec/dec/webp_dec.js';
import type { DecodedImage } from './decoded.ts';
import { withoutAlpha } from './rgba.ts';

/** What we use of the codec's module. */
interface Codec {
  decode(
    bytes: Uint8Array,
  ): { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number } | null;
}

/** What the header says. */
export interface WebpHeader {
  readonly width: number;
  readonly height: number;
  /** Why it is not read, of a WebP that is sound. */
  readonly refused: string | undefined;
}

const HEADER_BYTES = 30;
const ANIMATED = 0x02;

/** The size in the first chunk. Throws an `Error` when it is none of the three that are defined. */
export function webpHeader(bytes: Uint8Array): WebpHeader {
  if (bytes.length < HEADER_BYTES) throw new Error('it ends within its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const chunk = Buffer.from(bytes.subarray(12, 16)).toString('latin1');
  const uint24 = (at: number): number => view.getUint16(at, true) + 65536 * view.getUint8(at + 2);
  switch (chunk) {
    case 'VP8 ':
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
        refused: undefined,
      };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, refused: undefined };
    }
    case 'VP8X': {
      const refused = (view.getUint8(20) & ANIMATED) === 0 ? undefined : 'an animated WebP';
      return { width: uint24(24) + 1, height: uint24(27) + 1, refused };
    }
    default:
      throw new Error(`its first chunk is ${JSON.stringify(chunk)}`);
  }
}

let codec: Promise<Codec> | undefined;

async function load(): Promise<Codec> {
  const wasmBinary = await readFile(createRequire(import.meta.url).resolve('@jsquash/webp/codec/dec/webp_dec.wasm'));
  const start: (options: object) => Promise<Codec> = moduleFactory;
  return start({ noInitialRun: true, wasmBinary });
}

/** Decodes a WebP; alpha is dropped. Throws an `Error` when the codec gives nothing: it has no words for why. */
export async function decodeWebp(bytes: Uint8Array): Promise<DecodedImage> {
  codec ??= load();
  const decoded = (await codec).decode(bytes);
  if (decoded === null) throw new Error('it is damaged or cut off');
  const { data, width, height } = decoded;
  return { height, width, rgb: withoutAlpha(data, width * height) };
}
