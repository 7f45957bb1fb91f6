// Gaussian blur as torchvision's `gaussian_blur`: a separable kernel exp(-x^2 / (2 sigma^2)) at the integers
// -(k-1)/2 .. (k-1)/2, normalised to 1, over the image continued by reflection without repeating the edge.

/** The kernel of odd length `length` for a standard deviation of `sigma` pixels. */
export function gaussianKernel(length: number, sigma: number): Float32Array {
  const half = (length - 1) / 2;
  const kernel = Float32Array.from({ length }, (_, i) => Math.exp(-0.5 * ((i - half) / sigma) ** 2));
  const total = kernel.reduce((a, b) => a + b, 0);
  return kernel.map((k) => k / total);
}

/** Blurs images in place, [height, width, 3] f32, with buffers of its own. The kernel is at most 2 side - 1 long. */
export type Blurrer = (pixels: Float32Array, height: number, width: number, kernel: Float32Array) => void;

/** A blurrer for one thread. */
export function blurrer(): Blurrer {
  let padded: Float32Array = new Float32Array(0);
  let rows: Float32Array = new Float32Array(0);
  return (pixels, height, width, kernel) => {
    const half = (kernel.length - 1) / 2;
    if (half === 0) return;
    const stride = 3 * width;
    const edge = 3 * half;
    if (padded.length < stride + 2 * edge) padded = new Float32Array(stride + 2 * edge);
    if (rows.length < height * stride) rows = new Float32Array(height * stride);
    const pairs = half;
    const centre = kernel[half]!;
    for (let y = 0; y < height; y++) {
      const at = y * stride;
      for (let i = 0; i < stride; i++) padded[edge + i] = pixels[at + i]!;
      for (let p = 1; p <= half; p++) {
        for (let c = 0; c < 3; c++) {
          padded[edge - 3 * p + c] = padded[edge + 3 * p + c]!;
          padded[edge + stride - 3 + 3 * p + c] = padded[edge + stride - 3 - 3 * p + c]!;
        }
      }
      for (let i = 0; i < stride; i++) rows[at + i] = centre * padded[edge + i]!;
      for (let p = 1; p <= pairs; p++) {
        const w = kernel[half + p]!;
        const back = edge - 3 * p;
        const on = edge + 3 * p;
        for (let i = 0; i < stride; i++) rows[at + i]! += w * (padded[back + i]! + padded[on + i]!);
      }
    }
    for (let y = 0; y < height; y++) {
      const at = y * stride;
      for (let i = 0; i < stride; i++) pixels[at + i] = centre * rows[at + i]!;
      for (let p = 1; p <= pairs; p++) {
        const w = kernel[half + p]!;
        const above = Math.abs(y - p) * stride;
        const below = (y + p < height ? y + p : 2 * (height - 1) - y - p) * stride;
        for (let i = 0; i < stride; i++) pixels[at + i]! += w * (rows[above + i]! + rows[below + i]!);
      }
    }
  };
}
