// A JPEG before it is decoded: its size and kind, and only the segments that make the pixels. EXIF, colour profiles and
// comments are left out unread, so they can neither break nor swell anything.
// Source: ITU-T T.81, annex B (markers); JFIF 1.02; Adobe technical note 5116 (APP14).

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP14 = 0xee;
const COM = 0xfe;
/** Frames of 8 bits that the codec reads: baseline, extended, progressive. */
const READ_FRAMES = [0xc0, 0xc1, 0xc2];
/** What lies in the range of the frames and is none: Huffman tables, reserved, arithmetic conditioning. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];
/** Each scan of a progressive JPEG goes over the whole picture and can take a few bytes only; encoders write about ten. */
const MOST_SCANS = 500;

/** What the frame header says. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 3 colour, 4 inks (CMYK or YCCK). */
  readonly components: number;
  /** Whether it has its end marker. */
  readonly ended: boolean;
  /** Why the codec cannot read it, of a JPEG that is sound. */
  readonly refused: string | undefined;
}

/** A JPEG with the segments that make its pixels. */
export interface PlainJpeg {
  readonly header: JpegHeader;
  readonly bytes: Uint8Array;
}

/** Why a sound frame is not read. */
function refusal([precision = 0, h1 = 0, h0 = 0, , , components = 0]: Uint8Array, marker: number): string | undefined {
  if (!READ_FRAMES.includes(marker)) {
    return marker >= 0xc9 ? 'a JPEG with arithmetic coding' : 'a lossless or hierarchical JPEG';
  }
  if (precision !== 8) return `a JPEG of ${precision} bits`;
  if (h1 === 0 && h0 === 0) return 'a JPEG that gives its height after its data';
  if (![1, 3, 4].includes(components)) return `a JPEG of ${components} channels`;
  return undefined;
}

const starts = (data: Uint8Array, text: string): boolean => [...text].every((c, i) => data[i] === c.charCodeAt(0));

/** Whether a segment takes part in making the pixels: tables, frames, and the two that say what the channels are. */
function matters(marker: number, data: Uint8Array): boolean {
  if (marker === APP0) return starts(data, 'JFIF\0') && data.length >= 14;
  if (marker === APP14) return starts(data, 'Adobe') && data.length >= 12;
  return marker !== COM && !(marker >= 0xe0 && marker <= 0xef);
}

/** The next marker from `at` on, past fill bytes and what does not belong there, as libjpeg reads; -1 at the end. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1]!;
    // Below 0xc0 nothing is defined that libjpeg knows; 0xd0 to 0xd7 stand within data.
    if (marker >= 0xc0 && marker !== 0xff && !(marker >= 0xd0 && marker <= 0xd7)) return at;
  }
  return -1;
}

/** The segments of a JPEG up to its end marker. Throws an `Error` that says what is wrong with them. */
export function plainJpeg(bytes: Uint8Array): PlainJpeg {
  const kept: Uint8Array[] = [];
  let header: Omit<JpegHeader, 'ended'> | undefined;
  let [scans, ended, adobe] = [0, false, false];
  for (let at = nextMarker(bytes, 0); at >= 0; ) {
    const marker = bytes[at + 1]!;
    if (marker === SOI || marker === EOI) {
      kept.push(bytes.subarray(at, at + 2));
      ended = marker === EOI;
      if (ended) break;
      at = nextMarker(bytes, at + 2);
      continue;
    }
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    let end = at + 2 + length;
    const data = bytes.subarray(at + 4, end);
    // Metadata whose length is wrong: what it covers is searched for the next marker instead.
    const broken = !(length >= 2 && end <= bytes.length);
    if (broken && matters(marker, data)) throw new Error('it ends within its header');
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) {
      if (header !== undefined) throw new Error('it has two frames');
      const [, h1 = 0, h0 = 0, w1 = 0, w0 = 0, components = 0] = data;
      const [height, width] = [(h1 << 8) | h0, (w1 << 8) | w0];
      if (width === 0 || components === 0) throw new Error('its frame has no width or no channels');
      header = { width, height, components, refused: refusal(data, marker) };
    }
    if (marker === SOS) {
      if (++scans > MOST_SCANS) throw new Error(`it has more than ${MOST_SCANS} scans`);
      const next = nextMarker(bytes, end);
      end = next < 0 ? bytes.length : next; // its data
    }
    if (matters(marker, data)) {
      kept.push(bytes.subarray(at, end));
      adobe ||= marker === APP14;
    }
    at = nextMarker(bytes, broken ? at + 4 : end);
  }
  if (header === undefined) throw new Error('it has no frame');
  // Adobe's segment says how inks are stored: inverted, and perhaps turned into luminance and chroma.
  const untold =
    header.components === 4 && !adobe ? "a JPEG of four inks without Adobe's segment, which says how" : undefined;
  return { header: { ...header, ended, refused: header.refused ?? untold }, bytes: Buffer.concat(kept) };
}
