// The residual U-Net of the video model once more, as slow loops over one picture, in evaluation mode. Halving rounds up;
// where a doubled map is longer than its skip connection it is resized to it, bilinearly with half-pixel centres.
// Source: facebookresearch/eb_jepa, architectures.py (`ResUNet`, `ResidualBlock`). Legend: c channels, h w size of a map.

import type { ModelValues } from '../../nn/index.ts';
import { numbersOf } from '../../nn/run-module.law.ts';

/** A map [c, h, w]. */
export interface PlainMap {
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly at: (c: number, y: number, x: number) => number;
}

/** A map whose numbers are computed once. */
function filled(c: number, h: number, w: number, f: (c: number, y: number, x: number) => number): PlainMap {
  const data = Float64Array.from({ length: c * h * w }, (_, i) =>
    f(Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w),
  );
  return { c, h, w, at: (ci, y, x) => data[(ci * h + y) * w + x]! };
}

/** What the predictor makes of a map, with the numbers `predictor.predictor.*` of a video model. */
export function plainUnet(values: ModelValues, input: PlainMap): PlainMap {
  const has = (name: string): boolean => values.parameters.layout.index.has(`predictor.predictor.${name}`);
  const of = (name: string): Float32Array => numbersOf(values, `predictor.predictor.${name}`);

  const conv = (name: string, x: PlainMap, size: number, stride = 1): PlainMap => {
    const weight = of(`${name}.weight`);
    const bias = has(`${name}.bias`) ? of(`${name}.bias`) : undefined;
    const pad = Math.floor(size / 2);
    const out = weight.length / (x.c * size * size);
    const [h, w] = [x.h, x.w].map((side) => Math.floor((side + 2 * pad - size) / stride) + 1) as [number, number];
    return filled(out, h, w, (o, y, z) => {
      let sum = bias?.[o] ?? 0;
      for (let i = 0; i < x.c; i++)
        for (let a = 0; a < size; a++)
          for (let b = 0; b < size; b++) {
            const [row, column] = [y * stride + a - pad, z * stride + b - pad];
            if (row >= 0 && row < x.h && column >= 0 && column < x.w)
              sum += weight[((o * x.c + i) * size + a) * size + b]! * x.at(i, row, column);
          }
      return sum;
    });
  };
  const norm = (name: string, x: PlainMap): PlainMap => {
    const [weight, bias] = [of(`${name}.weight`), of(`${name}.bias`)];
    const [centre, variance] = [of(`${name}.running_mean`), of(`${name}.running_var`)];
    return filled(x.c, x.h, x.w, (c, y, z) => {
      return ((x.at(c, y, z) - centre[c]!) / Math.sqrt(variance[c]! + 1e-5)) * weight[c]! + bias[c]!;
    });
  };
  const relu = (x: PlainMap): PlainMap => filled(x.c, x.h, x.w, (...at) => Math.max(0, x.at(...at)));
  const residual = (name: string, x: PlainMap, stride = 1): PlainMap => {
    const hidden = relu(norm(`${name}.bn1`, conv(`${name}.conv1`, x, 3, stride)));
    const branch = norm(`${name}.bn2`, conv(`${name}.conv2`, hidden, 3));
    const through = has(`${name}.shortcut.0.weight`)
      ? norm(`${name}.shortcut.1`, conv(`${name}.shortcut.0`, x, 1, stride))
      : x;
    return relu(filled(branch.c, branch.h, branch.w, (...at) => branch.at(...at) + through.at(...at)));
  };
  /** A transposed convolution of 2 x 2 pixels. */
  const doubled = (name: string, x: PlainMap): PlainMap => {
    const [weight, bias] = [of(`${name}.weight`), of(`${name}.bias`)];
    const out = bias.length;
    return filled(out, 2 * x.h, 2 * x.w, (o, y, z) => {
      let sum = bias[o]!;
      for (let i = 0; i < x.c; i++)
        sum += weight[((i * out + o) * 2 + (y % 2)) * 2 + (z % 2)]! * x.at(i, Math.floor(y / 2), Math.floor(z / 2));
      return sum;
    });
  };
  const up = (name: string, x: PlainMap, skip: PlainMap): PlainMap => {
    const larger = resized(doubled(name, x), skip.h, skip.w);
    return filled(larger.c + skip.c, skip.h, skip.w, (c, y, z) =>
      c < larger.c ? larger.at(c, y, z) : skip.at(c - larger.c, y, z),
    );
  };

  const one = residual('enc1', relu(norm('bn1', conv('conv1', input, 3))));
  const two = residual('enc2', one, 2);
  const three = residual('enc3', two, 2);
  const third = residual('dec3', up('up3', residual('bott', three, 2), three));
  const second = residual('dec2', up('up2', third, two));
  return conv('head', residual('dec1', up('up1', second, one)), 1);
}

/** Bilinear interpolation with half-pixel centres; outside the map its border counts. */
function resized(x: PlainMap, h: number, w: number): PlainMap {
  const place = (i: number, from: number, to: number): readonly [low: number, high: number, share: number] => {
    const centre = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(from - 1, Math.floor(centre));
    return [low, Math.min(from - 1, low + 1), centre - low];
  };
  return filled(x.c, h, w, (c, y, z) => {
    const [top, bottom, v] = place(y, x.h, h);
    const [left, right, u] = place(z, x.w, w);
    const row = (at: number): number => (1 - u) * x.at(c, at, left) + u * x.at(c, at, right);
    return (1 - v) * row(top) + v * row(bottom);
  });
}

/** The map [D, h, w] that stands at (t, places) in maps [T, h, w, D] of one clip, two neighbours one above the other. */
export function neighbours(maps: ArrayLike<number>, t: number, [h, w, D]: readonly [number, number, number]): PlainMap {
  return filled(2 * D, h, w, (c, y, x) => maps[(((t + Math.floor(c / D)) * h + y) * w + x) * D + (c % D)]!);
}
