// PNG by the image-png crate compiled to WebAssembly (@jsquash/png), brought to 8-bit RGB as PIL's `convert('RGB')` does:
// gray is repeated, a palette looked up, of 16 bits the upper eight taken, alpha dropped.
// The codec gives no reason when it fails, passes wrong checksums, and never gives back the memory of a picture that it gave
// up on (measured: 3.3 MB for each damaged picture of 3 MB). So everything is checked before it sees the picture.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import '@jsquash/png/codec/pre.js'; // ImageData, which the codec makes and Node lacks
import start, { decode } from '@jsquash/png/codec/pkg/squoosh_png.js';
import type { DecodedImage } from './decoded.ts';
import { type PngHeader, plainPng } from './png-chunks.ts';
import { withoutAlpha } from './rgba.ts';

let ready: Promise<unknown> | undefined;

/** Loads the codec from the package's own file. */
async function load(): Promise<void> {
  const wasm = await readFile(createRequire(import.meta.url).resolve('@jsquash/png/codec/pkg/squoosh_png_bg.wasm'));
  await start(wasm);
}

/** Decodes a PNG. Throws an `Error` when anything is wrong with it, checksums included. */
export async function decodePng(bytes: Uint8Array, header: PngHeader): Promise<DecodedImage> {
  const plain = plainPng(bytes, header);
  ready ??= load();
  await ready;
  const { data, width, height } = decode(plain);
  return { height, width, rgb: withoutAlpha(data, width * height) };
}
