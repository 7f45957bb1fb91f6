// Noise whose power falls with frequency as f^-beta along time: smooth action sequences for beta > 0, white for 0.
// As in stable-worldmodel (@addbab4 planning/solver/icem.py): white -> rfft -> times f^(-beta/2), with the factor of f = 0
// replaced by that of the lowest frequency -> irfft -> divided by its own unbiased deviation over time. The first four
// are one circulant matrix, so no transform is needed for horizons of this size.
//
// Legend: N rows, H steps, D numbers per step.

const LEAST_STD = 1e-8;

/**
 * Turns white noise [N, H, D] into coloured noise in place, of unbiased deviation 1 over time in each row and dimension.
 * With H = 1 there is no time to colour, and the noise stays as it is.
 */
export function colour(noise: Float32Array, horizon: number, actionDim: number, beta: number): void {
  if (horizon === 1) return;
  const filter = circulant(horizon, beta);
  const line = new Float64Array(horizon);
  for (let row = 0; row < noise.length; row += horizon * actionDim) {
    for (let d = 0; d < actionDim; d++) {
      let mean = 0;
      for (let t = 0; t < horizon; t++) {
        let sum = 0;
        for (let s = 0; s < horizon; s++) sum += filter[Math.abs(t - s)]! * noise[row + s * actionDim + d]!;
        line[t] = sum;
        mean += sum / horizon;
      }
      let square = 0;
      for (const value of line) square += (value - mean) ** 2;
      const scale = 1 / Math.max(LEAST_STD, Math.sqrt(square / (horizon - 1)));
      for (let t = 0; t < horizon; t++) noise[row + t * actionDim + d] = line[t]! * scale;
    }
  }
}

/** The filter's coefficient for each distance in time, [H]. */
function circulant(horizon: number, beta: number): Float64Array {
  const last = Math.floor(horizon / 2);
  return Float64Array.from({ length: horizon }, (_, distance) => {
    let sum = 0;
    for (let f = 0; f <= last; f++) {
      const scale = (Math.max(1, f) / horizon) ** (-beta / 2);
      // Frequencies between the lowest and the highest of an even length stand for two conjugate ones.
      const times = f === 0 || 2 * f === horizon ? 1 : 2;
      sum += times * scale * Math.cos((2 * Math.PI * f * distance) / horizon);
    }
    return sum / horizon;
  });
}
