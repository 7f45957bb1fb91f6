// What every decoder gives.

/** A decoded image: [height, width, 3] bytes, red green blue. */
export interface DecodedImage {
  readonly height: number;
  readonly width: number;
  readonly rgb: Uint8Array;
}
