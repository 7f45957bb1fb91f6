// JPEG in inks (CMYK and YCCK, as Photoshop writes them) by jpeg-js, as the codec of the others has no conversion to colours.
// As PIL does it: inks are stored inverted, and red = (255 - C) (255 - K) / 255 without a colour profile. Colours of less than
// full resolution are repeated, not interpolated.

import jpeg from 'jpeg-js';
import type { DecodedImage } from './decoded.ts';
import type { PlainJpeg } from './jpeg-segments.ts';

/** Megapixels and memory are held against our own limits before. */
const UNLIMITED = { maxResolutionInMP: 2 ** 20, maxMemoryUsageInMB: 2 ** 13 };

/** Decodes a JPEG of four inks. Throws an `Error` when anything is wrong with it. */
export function decodeInks({ header, bytes }: PlainJpeg): DecodedImage {
  // The library fills what is missing with gray.
  if (!header.ended) throw new Error('it ends before its end marker');
  const { width, height, data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    ...UNLIMITED,
  });
  return { height, width, rgb: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
