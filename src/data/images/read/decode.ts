// One encoded image to pixels.

import { JepaError } from '../../../core/index.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodePng } from './png.ts';

/** A decoded image: [height, width, 3] bytes, red green blue. */
export interface DecodedImage {
  readonly height: number;
  readonly width: number;
  readonly rgb: Uint8Array;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Decodes a JPEG or PNG, told apart by their first bytes.
 *
 * Errors: `corrupt` when the bytes are neither, or damaged in any way; the message begins with `where`.
 *
 * @param where what the bytes are, for the error: a path, or a file and row
 *
 * @example
 * const { height, width, rgb } = await decodeImage(readFileSync('dog.jpg'), 'dog.jpg');
 */
export async function decodeImage(bytes: Uint8Array, where: string): Promise<DecodedImage> {
  const jpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  const png = PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
  if (!jpeg && !png) {
    const why = bytes.length === 0 ? 'it is empty' : 'it is neither a JPEG nor a PNG';
    throw new JepaError('corrupt', `${where}: ${why}`, { where, why });
  }
  try {
    return jpeg ? await decodeJpeg(bytes) : decodePng(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const why = `corrupt ${jpeg ? 'JPEG' : 'PNG'} (${reason})`;
    throw new JepaError('corrupt', `${where}: ${why}`, { where, why }, { cause: error });
  }
}
