// Wilson's score interval for a proportion (E. B. Wilson, JASA 22, 1927): honest near 0 and 1, where the usual
// mean +- deviation is not.

/** The interval that holds the true success rate with confidence `z` standard deviations (1.96: 95 %). */
export function wilsonInterval(successes: number, trials: number, z = 1.959964): readonly [low: number, high: number] {
  if (trials <= 0) return [0, 1];
  const p = successes / trials;
  const zz = z * z;
  const centre = p + zz / (2 * trials);
  const half = z * Math.sqrt((p * (1 - p)) / trials + zz / (4 * trials * trials));
  const low = (centre - half) / (1 + zz / trials);
  const high = (centre + half) / (1 + zz / trials);
  return [successes === 0 ? 0 : Math.max(0, low), successes === trials ? 1 : Math.min(1, high)];
}
