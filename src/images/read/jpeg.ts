// JPEG by MozJPEG compiled to WebAssembly (the codec module of @jsquash/jpeg). The same upsampling as libjpeg, which PIL and
// torchvision use. Its wrapper accepts damaged files and only prints a warning; here a warning is an error.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import moduleFactory from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import type { DecodedImage } from './decoded.ts';
import { withoutAlpha } from './rgba.ts';

/** What we use of the codec's module. */
interface Codec {
  decode(
    bytes: Uint8Array,
    preserveOrientation: boolean,
  ): { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number } | null;
}

let wasmBinary: Promise<Uint8Array> | undefined;
let codec: Promise<Codec> | undefined;
let warnings: string[] = [];

/** Instantiates the codec; after it has given up on a file it cannot be used again and a new one is made. */
async function newCodec(): Promise<Codec> {
  wasmBinary ??= readFile(createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'));
  const start: (options: object) => Promise<Codec> = moduleFactory;
  return start({
    noInitialRun: true,
    wasmBinary: await wasmBinary,
    printErr: (line: string) => warnings.push(line),
  });
}

/** Decodes a JPEG. Throws an `Error` with the codec's words when anything is wrong with it. */
export async function decodeJpeg(bytes: Uint8Array): Promise<DecodedImage> {
  codec ??= newCodec();
  const current = await codec;
  warnings = [];
  let decoded: ReturnType<Codec['decode']>;
  try {
    decoded = current.decode(bytes, false);
  } catch (error) {
    codec = undefined;
    throw new Error(warnings.join('; ') || 'not a JPEG', { cause: error });
  }
  if (warnings.length > 0 || decoded === null) throw new Error(warnings.join('; ') || 'not a JPEG');
  const { data, width, height } = decoded;
  return { height, width, rgb: withoutAlpha(data, width * height) };
}
