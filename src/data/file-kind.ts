// What a file is, by its first bytes, where it is not what it should be: so that an error names it and says what to do.

/** What bytes are, and what to do with them where something else was expected. */
export interface FileKind {
  /** With its article: `a Git LFS pointer, not the file itself`. */
  readonly name: string;
  readonly remedy: string;
}

/** Bytes that `fileKind` looks at. */
export const KIND_BYTES = 512;

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, KIND_BYTES));

const CONVERT = 'convert it with the safetensors library of Python (save_file of its state_dict)';
const IMAGE = 'convert it to PNG or JPEG';
const RIGHT = 'give the right file';

/** Tells whether a file begins so; the bytes are read as one Latin-1 character each. */
type Begins = (head: string) => boolean;

const begins =
  (...texts: readonly string[]): Begins =>
  (head) =>
    texts.some((text) => head.startsWith(text));
/** ISO media files: four bytes of length, then `ftyp` and a brand. */
const brand =
  (...brands: readonly string[]): Begins =>
  (head) =>
    head.slice(4, 8) === 'ftyp' && (brands.length === 0 || brands.includes(head.slice(8, 12)));
const like =
  (pattern: RegExp): Begins =>
  (head) =>
    pattern.test(head);

/** In the order in which they are tried. */
const KINDS: readonly (readonly [Begins, name: string, remedy: string])[] = [
  [begins('version https://git-lfs'), 'a Git LFS pointer, not the file itself', "get the file with 'git lfs pull'"],
  [like(/^\s*<(!doctype html|html|head)/i), 'an HTML page', 'the address or the login was wrong: get the file itself'],
  [begins('\x1f\x8b'), 'gzip-compressed', 'unpack it first (gunzip)'],
  [begins('\x28\xb5\x2f\xfd'), 'Zstandard-compressed', 'unpack it first (zstd -d)'],
  [begins('\xfd7zXZ'), 'xz-compressed', 'unpack it first (xz -d)'],
  [
    (head) => head.startsWith('PK\x03\x04') && /data\.pkl|archive\/|\/version/.test(head),
    'a PyTorch checkpoint (a zip with a pickle inside)',
    CONVERT,
  ],
  [begins('PK\x03\x04'), 'a zip archive', `unpack it first; if it is a PyTorch checkpoint, ${CONVERT}`],
  [
    (head) => head.startsWith('\x80') && ['\x02', '\x03', '\x04', '\x05'].includes(head[1] ?? '') && head[2] !== '\0',
    'a Python pickle',
    `${CONVERT}; pickles can run code and are never loaded`,
  ],
  [begins('\x89HDF\r\n'), 'an HDF5 file', CONVERT],
  [begins('GGUF'), 'a GGUF file', 'get the safetensors file of the same model'],
  [begins('PAR1'), 'a Parquet file', 'open it by its own path, which must end in .parquet'],
  [begins('\x89PNG\r\n\x1a\n'), 'a PNG', RIGHT],
  [begins('\xff\xd8\xff'), 'a JPEG', RIGHT],
  [(head) => head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP', 'a WebP', RIGHT],
  [begins('GIF87a', 'GIF89a'), 'a GIF', IMAGE],
  [(head) => head.startsWith('BM') && head.slice(6, 10) === '\0\0\0\0', 'a BMP', IMAGE],
  [begins('II*\0', 'MM\0*'), 'a TIFF', IMAGE],
  [brand('avif', 'avis'), 'an AVIF', IMAGE],
  [brand('heic', 'heix', 'mif1', 'msf1'), 'a HEIC', IMAGE],
  [brand(), 'an MP4 video', 'take its frames out first'],
  [begins('\0\0\0\x0cJXL ', '\xff\x0a'), 'a JPEG XL', IMAGE],
  [begins('\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'), 'a JPEG 2000', IMAGE],
  [begins('%PDF-'), 'a PDF', IMAGE],
  [like(/^\s*<(\?xml|svg)/), 'XML or SVG', IMAGE],
  [begins('\x93NUMPY'), 'a NumPy array', 'write it in the format that is expected'],
  [like(/^\s*[{[]\s*(["{[}\]]|$)/), 'JSON', RIGHT],
];

/**
 * What the bytes are by their beginning, or undefined when that is not known.
 *
 * @param bytes the first `KIND_BYTES` of the file, or all of it
 * @example
 * fileKind(new TextEncoder().encode('<html>'))?.name; // => an HTML page
 */
export function fileKind(bytes: Uint8Array): FileKind | undefined {
  const head = latin1(bytes);
  const found = KINDS.find(([is]) => is(head));
  return found && { name: found[1], remedy: found[2] };
}
