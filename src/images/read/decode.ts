// One encoded image to pixels.

import { JepaError } from '../../core/index.ts';
import { fileKind, type ReadLimits, readLimits, requireLimit } from '../../data/index.ts';
import type { DecodedImage } from './decoded.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodeInks } from './jpeg-inks.ts';
import { plainJpeg } from './jpeg-segments.ts';
import { decodePng } from './png.ts';
import { pngHeader } from './png-chunks.ts';
import { decodeWebp, webpHeader } from './webp.ts';

/** An image whose header was read: its size, why it is not decoded if so, and how it is. */
interface Opened {
  readonly width: number;
  readonly height: number;
  readonly refused?: string | undefined;
  /** How many pixels each one counts for the limit (default 1). */
  readonly weight?: number;
  decode(): Promise<DecodedImage>;
}

/** A kind of file: its first bytes, and how its header is read. What is wrong is thrown as an `Error`. */
interface Format {
  readonly name: string;
  is(head: string): boolean;
  open(bytes: Uint8Array): Opened;
}

const FORMATS: readonly Format[] = [
  {
    name: 'JPEG',
    is: (head) => head.startsWith('\xff\xd8'),
    open(bytes) {
      const plain = plainJpeg(bytes);
      const { width, height, refused, components } = plain.header;
      const decode = async () => (components === 4 ? decodeInks(plain) : decodeJpeg(plain.bytes));
      // The decoder for inks keeps 16 bytes a pixel, four times the others' share.
      return { width, height, refused, weight: components === 4 ? 4 : 1, decode };
    },
  },
  {
    name: 'PNG',
    is: (head) => head.startsWith('\x89PNG\r\n\x1a\n'),
    open(bytes) {
      const header = pngHeader(bytes);
      return { width: header.width, height: header.height, decode: () => decodePng(bytes, header) };
    },
  },
  {
    name: 'WebP',
    is: (head) => head.startsWith('RIFF') && head.slice(8) === 'WEBP',
    open: (bytes) => ({ ...webpHeader(bytes), decode: () => decodeWebp(bytes) }),
  },
];

const NONE = 'it is neither a JPEG nor a PNG nor a WebP';

/** Why bytes of no known format are none. */
function stranger(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty';
  const kind = fileKind(bytes);
  return kind === undefined ? NONE : `${NONE}, it is ${kind.name}; ${kind.remedy}`;
}

/**
 * Decodes a JPEG, PNG or WebP, told apart by their first bytes. Gray is repeated, a palette looked up, alpha dropped, of 16
 * bits the upper eight taken; an orientation in EXIF is not applied.
 *
 * @param where what the bytes are, for the error: a path, or a file and row
 * @throws JepaError 'corrupt' when the bytes are none of these, or damaged in any way; 'unsupported' when the image is above
 * the limits `imagePixels` or `imageBytes`, or of a kind that is not read (more than 8 bits or lossless as JPEG,
 * animated WebP). The message begins with `where`.
 *
 * @example
 * const { height, width, rgb } = await decodeImage(readFileSync('dog.jpg'), 'dog.jpg');
 */
export async function decodeImage(
  bytes: Uint8Array,
  where: string,
  limits: Partial<ReadLimits> = {},
): Promise<DecodedImage> {
  const all = readLimits(limits);
  requireLimit('imageBytes', all, bytes.length, `${where}: an image of ${bytes.length} bytes`);
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  const format = FORMATS.find(({ is }) => is(head));
  if (format === undefined) {
    const why = stranger(bytes);
    throw new JepaError('corrupt', `${where}: ${why}`, { where, why });
  }
  try {
    const opened = format.open(bytes);
    const { width, height, refused, weight = 1 } = opened;
    const counted = weight === 1 ? '' : ` in inks, which count ${weight} times`;
    requireLimit('imagePixels', all, weight * width * height, `${where}: ${width} x ${height} pixels${counted}`);
    if (refused !== undefined) {
      const why = `it is ${refused}, which is not read; convert it to RGB, 8 bits, as JPEG or PNG`;
      throw new JepaError('unsupported', `${where}: ${why}`, { where, why });
    }
    return await opened.decode();
  } catch (error) {
    if (error instanceof JepaError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const why = `corrupt ${format.name} (${reason})`;
    throw new JepaError('corrupt', `${where}: ${why}`, { where, why }, { cause: error });
  }
}
