// How clearly the elites of a cross-entropy solve are decided.

/** The smallest gap between the last elite and the first rejected candidate, relative to the mean cost, over rows of `samples` costs. */
export function eliteMargin(costs: Float32Array, samples: number, elites: number): number {
  let margin = Number.POSITIVE_INFINITY;
  for (let at = 0; at < costs.length; at += samples) {
    const sorted = costs.slice(at, at + samples).sort();
    const mean = sorted.reduce((a, b) => a + b, 0) / samples;
    margin = Math.min(margin, (sorted[elites]! - sorted[elites - 1]!) / mean);
  }
  return margin;
}
