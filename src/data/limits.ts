// How much is read of a file that others made, checked from its header before anything of that size is held. A few bytes
// can announce, or unpack to, more than any machine has.

import { JepaError, unknownName } from '../core/index.ts';

/** Upper bounds of what is read. */
export interface ReadLimits {
  /** Pixels of one image. 2^28 / 3, a quarter of a GiB of colours: where Pillow begins to warn. */
  readonly imagePixels: number;
  /** Bytes of one encoded image. 256 MiB: more than `imagePixels` take without any compression. */
  readonly imageBytes: number;
  /** Images of a set. 2^24: the largest public set of labelled images has 14 million. */
  readonly images: number;
  /** Classes of a set. 2^20: the largest public set has 21,843. */
  readonly classes: number;
  /** Bytes of one unpacked page of a Parquet file. 2^30: writers cut pages at about a MiB, a row group is below a GiB. */
  readonly pageBytes: number;
  /** Bytes of a safetensors header. 100 MB: the Python library refuses longer ones. */
  readonly headerBytes: number;
  /** Tensors of a safetensors file. A million: ten times those of the largest published models. */
  readonly tensors: number;
  /** Bytes of a JSON file beside a checkpoint. 64 MiB: the index of a million tensors. */
  readonly jsonBytes: number;
}

/** The limits that hold unless others are asked for. */
export const READ_LIMITS: ReadLimits = {
  imagePixels: Math.floor(2 ** 28 / 3),
  imageBytes: 2 ** 28,
  images: 2 ** 24,
  classes: 2 ** 20,
  pageBytes: 2 ** 30,
  headerBytes: 100_000_000,
  tensors: 1_000_000,
  jsonBytes: 2 ** 26,
};

const NAMES = Object.keys(READ_LIMITS) as readonly (keyof ReadLimits)[];

/** What the variable JEPA_READ_LIMITS says: `imagePixels=4e8,tensors=2000000`. */
function stated(): Record<string, number> {
  // A page has no process.
  const variable = typeof process === 'undefined' ? undefined : process.env?.JEPA_READ_LIMITS;
  const parts = (variable ?? '').split(',').filter((part) => part.trim() !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', value = ''] = part.split('=').map((text) => text.trim());
      return [name, value === '' ? Number.NaN : Number(value)];
    }),
  );
}

/**
 * All limits: those of `raised`, else of the variable JEPA_READ_LIMITS (`imagePixels=4e8,tensors=2000000`), else
 * `READ_LIMITS`.
 *
 * @throws JepaError 'usage' when a name is unknown or a value is no whole number of at least 1.
 *
 * @example
 * readLimits({ imagePixels: 400_000_000 }).imagePixels; // => 400000000
 */
export function readLimits(raised: Partial<ReadLimits> = {}): ReadLimits {
  const own = { ...stated(), ...raised };
  for (const [name, value] of Object.entries(own)) {
    if (!NAMES.some((known) => known === name)) throw unknownName('limit of reading', name, NAMES);
    if (!(Number.isSafeInteger(value) && value >= 1)) {
      throw new JepaError('usage', `limits: ${name} must be a whole number of at least 1, got ${value}`, {
        name,
        value,
      });
    }
  }
  return { ...READ_LIMITS, ...own };
}

/**
 * Refuses what is above a limit.
 *
 * @param what what the file announces, with its place: `a.png: 30000 x 30000 pixels`
 * @throws JepaError 'unsupported' when `got` is above the limit `name`; the message says how to raise it.
 */
export function requireLimit(name: keyof ReadLimits, limits: ReadLimits, got: number, what: string): void {
  if (got <= limits[name]) return;
  throw new JepaError(
    'unsupported',
    `${what}: above the limit ${name} of ${limits[name]}; if the file is to be trusted, raise it with ` +
      `{ limits: { ${name}: ${got} } } or JEPA_READ_LIMITS=${name}=${got}`,
    { limit: name, most: limits[name], got, why: `${what}: above the limit ${name} of ${limits[name]}` },
  );
}
