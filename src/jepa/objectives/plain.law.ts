// The objectives once more, as slow sums over lists of numbers: what their graphs must give at any size.
// Legend: V views, N samples, D dimensions, M directions, T time steps, B clips, K prototypes.

/** Rows of numbers. */
export type Rows = readonly (readonly number[])[];

const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
/** The mean of numbers. */
export const mean = (xs: readonly number[]): number => sum(xs) / xs.length;
const column = (z: Rows, d: number): number[] => z.map((row) => row[d]!);
const columns = (z: Rows): number[][] => z[0]!.map((_, d) => column(z, d));
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((v, i) => v * b[i]!));
const unit = (a: readonly number[], epsilon = 1e-12): number[] => a.map((v) => v / Math.max(epsilon, Math.hypot(...a)));
const cosineOf = (a: readonly number[], b: readonly number[]): number => dot(unit(a), unit(b));
const logSum = (xs: readonly number[]): number => Math.log(sum(xs.map(Math.exp)));

/** Numbers in rows of `width`. */
export function rowsOf(data: ArrayLike<number>, width: number): number[][] {
  return range(data.length / width).map((i) => range(width).map((j) => data[i * width + j]!));
}

/** Mean squared difference of two lists of rows. */
export const meanSquare = (a: Rows, b: Rows): number =>
  mean(a.flatMap((row, i) => row.map((v, j) => (v - b[i]![j]!) ** 2)));

/** Unbiased variance. */
const varianceOf = (xs: readonly number[]): number => sum(xs.map((x) => (x - mean(xs)) ** 2)) / (xs.length - 1);

/** mean_d max(0, 1 - sqrt(Var_d + 1e-4)). */
export const hinge = (z: Rows): number => mean(columns(z).map((x) => Math.max(0, 1 - Math.sqrt(varianceOf(x) + 1e-4))));

/** Sum over i != j of (sum_n x_ni x_nj / (N - 1))^2, of centred or given numbers, divided by D or D (D - 1). */
export function penalty(z: Rows, scale: 'D' | 'pairs', centre = true): number {
  const D = z[0]!.length;
  const centred = columns(z).map((x) => (centre ? x.map((v) => v - mean(x)) : x));
  const pairs = range(D).flatMap((i) =>
    range(D)
      .filter((j) => j !== i)
      .map((j) => [i, j] as const),
  );
  const total = sum(pairs.map(([i, j]) => (dot(centred[i]!, centred[j]!) / (z.length - 1)) ** 2));
  return total / (scale === 'D' ? D : D * (D - 1));
}

/** Correlations of the dimensions of a with those of b, biased variances with epsilon 1e-5. */
export function correlations(a: Rows, b: Rows): number[][] {
  const normed = (z: Rows): number[][] =>
    columns(z).map((x) => {
      const deviation = Math.sqrt(mean(x.map((v) => (v - mean(x)) ** 2)) + 1e-5);
      return x.map((v) => (v - mean(x)) / deviation);
    });
  const [na, nb] = [normed(a), normed(b)];
  return na.map((x) => nb.map((y) => dot(x, y) / a.length));
}

/** Epps-Pulley of one sample: the trapezoid rule over |phi_N(t) - exp(-t^2/2)|^2 exp(-t^2/2) on [-tMax, tMax]. */
export function eppsPulleyOf(
  x: readonly number[],
  knots: number,
  tMax: number,
  half: boolean,
  timesN: boolean,
): number {
  const intervals = half ? 2 * (knots - 1) : knots - 1;
  const step = (2 * tMax) / intervals;
  const at = (t: number): number => {
    const phi = Math.exp((-t * t) / 2);
    const c = mean(x.map((v) => Math.cos(t * v))) - phi;
    const s = mean(x.map((v) => Math.sin(t * v)));
    return (c * c + s * s) * phi;
  };
  const trapezoids = range(intervals).map((k) => (at(-tMax + k * step) + at(-tMax + (k + 1) * step)) / 2);
  return step * sum(trapezoids) * (timesN ? x.length : 1);
}

/** Embeddings on the unit columns of directions [D, M]: M lists of N numbers. */
export const projections = (z: Rows, directions: Rows): number[][] =>
  columns(directions).map((a) => z.map((row) => dot(row, unit(a))));

/** Mean squared distance of all views to the mean of the first `centred`. */
export function toCentre(views: readonly Rows[], centred: number): number {
  const centre = views[0]!.map((row, n) => row.map((_, d) => mean(views.slice(0, centred).map((v) => v[n]![d]!))));
  return mean(views.map((v) => meanSquare(v, centre)));
}

/** NT-Xent. */
export function ntXentOf(a: Rows, b: Rows, temperature: number): number {
  const all = [...a, ...b];
  const N = a.length;
  return mean(
    all.map((x, i) => {
      const others = range(2 * N).filter((j) => j !== i);
      const partner = all[(i + N) % (2 * N)]!;
      return logSum(others.map((j) => cosineOf(x, all[j]!) / temperature)) - cosineOf(x, partner) / temperature;
    }),
  );
}

/** InfoNCE from queries to keys. */
export const infoNceOf = (queries: Rows, keys: Rows, temperature: number): number =>
  mean(
    queries.map((q, i) => logSum(keys.map((k) => cosineOf(q, k) / temperature)) - cosineOf(q, keys[i]!) / temperature),
  );

/** DINO: mean over pairs of different views of the cross-entropy of the student under the centred teacher. */
export function dinoOf(
  student: readonly Rows[],
  teacher: readonly Rows[],
  centre: readonly number[],
  [studentT, teacherT]: readonly [number, number],
): number {
  const pairs = teacher.flatMap((t, g) =>
    student.flatMap((s, v) => {
      if (v === g) return [];
      const rows = t.map((row, n) => {
        const logits = row.map((x, k) => (x - centre[k]!) / teacherT);
        const p = logits.map((x) => Math.exp(x - logSum(logits)));
        const mine = s[n]!.map((x) => x / studentT);
        return -dot(
          p,
          mine.map((x) => x - logSum(mine)),
        );
      });
      return [mean(rows)];
    }),
  );
  return mean(pairs);
}

/** KoLeo: minus the mean log distance to the nearest other unit vector. */
export function koLeoOf(z: Rows): number {
  const u = z.map((row) => unit(row));
  return -mean(
    u.map((x, i) =>
      Math.log(Math.min(...u.filter((_, j) => j !== i).map((y) => Math.hypot(...x.map((v, d) => v - y[d]!))))),
    ),
  );
}

/** Mean of (z_{t+1} - z_t)^2 over clips of rows. */
export const slowness = (clips: readonly Rows[]): number =>
  mean(clips.map((z) => meanSquare(z.slice(1), z.slice(0, -1))));

/** Minus the mean cosine of successive velocities. */
export const straightness = (clips: readonly Rows[]): number =>
  -mean(
    clips.flatMap((z) => {
      const v = z.slice(1).map((row, t) => row.map((x, d) => x - z[t]![d]!));
      return v.slice(1).map((w, t) => cosineOf(v[t]!, w));
    }),
  );

/** Mean over dimensions of a distance between two rows. */
export const perRow = (a: readonly number[], b: readonly number[], distance: (d: number) => number): number =>
  mean(a.map((v, i) => distance(v - b[i]!)));

/** 1 - cosine of two rows. */
export const angle = (a: readonly number[], b: readonly number[]): number => 1 - cosineOf(a, b);
