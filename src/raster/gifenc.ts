// gifenc 1.0.3 with types for the part that gif.ts uses. The package is CommonJS without types, and loaders disagree on
// what its default export is; `require` gives the same object everywhere.

import { createRequire } from 'node:module';

/** Up to 256 colours, [n][3]. */
export type Palette = readonly (readonly number[])[];

/** How one picture of a GIF is stored. */
export interface FrameOptions {
  readonly palette?: Palette;
  /** Milliseconds. */
  readonly delay?: number;
  /** 0 loops for ever. */
  readonly repeat?: number;
  readonly transparent?: boolean;
  readonly transparentIndex?: number;
  /** 1 keeps the picture under the next one. */
  readonly dispose?: number;
}

/** A GIF being written. */
export interface Encoder {
  writeFrame(index: Uint8Array, width: number, height: number, options?: FrameOptions): void;
  finish(): void;
  bytes(): Uint8Array;
}

/** What is used of the package. */
export interface Gifenc {
  GIFEncoder(): Encoder;
  quantize(rgba: Uint8Array, maxColors: number): Palette;
  applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
}

const require = createRequire(import.meta.url);

/** The package. */
export const gifenc: Gifenc = require('gifenc') as Gifenc;
