// The line search of Moré and Thuente, "Line search algorithms with guaranteed sufficient decrease" (ACM TOMS 20, 1994):
// safeguarded cubic and quadratic steps inside a shrinking interval. It is the search of L-BFGS-B, so that a fit ends
// where the reference's does. Names follow the paper: the interval has its best end at x and its other end at y.

/** Value and slope at a point of the line. */
export interface LinePoint {
  readonly value: number;
  readonly slope: number;
}

interface End extends LinePoint {
  readonly at: number;
}

const SUFFICIENT = 1e-3;
const CURVATURE = 0.9;
const WIDTH = 0.1;
const FURTHEST = 1e10;

/**
 * A step that lowers the value sufficiently (1e-3) and flattens the slope (0.9), or undefined after `maxTries` values.
 *
 * @param phi value and slope at a step; the last one called is the step that is returned
 * @param start value and slope at 0, with a negative slope
 * @param first the step to try first, > 0
 */
export function lineSearch(
  phi: (step: number) => LinePoint,
  start: LinePoint,
  first: number,
  maxTries = 50,
): number | undefined {
  const limit = SUFFICIENT * start.slope;
  let x: End = { at: 0, ...start };
  let y: End = x;
  let bracketed = false;
  let beyond = false; // the second stage: a point with sufficient decrease and a rising slope was seen
  let width = FURTHEST;
  let width1 = 2 * width;
  let low = 0;
  let high = 5 * first;
  let step = first;
  for (let tries = 0; tries < maxTries; tries++) {
    const p: End = { at: step, ...phi(step) };
    const allowed = start.value + step * limit;
    if (!beyond && p.value <= allowed && p.slope >= 0) beyond = true;
    if (p.value <= allowed && Math.abs(p.slope) <= -CURVATURE * start.slope) return step;
    if (bracketed && (step <= low || step >= high || high - low <= WIDTH * high)) return undefined;
    if (step === FURTHEST && p.value <= allowed && p.slope <= limit) return undefined;
    // In the first stage the decrease is measured against the line of sufficient decrease.
    const tilt = !beyond && p.value <= x.value && p.value > allowed ? limit : 0;
    const lower = (e: End): End => ({ at: e.at, value: e.value - e.at * tilt, slope: e.slope - tilt });
    const next = trialStep(lower(x), lower(y), lower(p), bracketed, low, high);
    bracketed = next.bracketed;
    if (lower(p).value > lower(x).value) y = p;
    else {
      if (p.slope - tilt < 0 !== x.slope - tilt < 0) y = x;
      x = p;
    }
    step = next.step;
    if (bracketed) {
      if (Math.abs(y.at - x.at) >= 0.66 * width1) step = x.at + 0.5 * (y.at - x.at);
      width1 = width;
      width = Math.abs(y.at - x.at);
      low = Math.min(x.at, y.at);
      high = Math.max(x.at, y.at);
    } else {
      low = step + 1.1 * (step - x.at);
      high = step + 4 * (step - x.at);
    }
    step = Math.min(FURTHEST, Math.max(0, step));
    if (bracketed && (step <= low || step >= high || high - low <= WIDTH * high)) step = x.at;
  }
  return undefined;
}

/** The cubic coefficients gamma and theta between two ends (section 4 of the paper). */
function cubic(a: End, b: End): { readonly theta: number; readonly gamma: number } {
  const theta = (3 * (a.value - b.value)) / (b.at - a.at) + a.slope + b.slope;
  const s = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  return { theta, gamma: s * Math.sqrt(Math.max(0, (theta / s) ** 2 - (a.slope / s) * (b.slope / s))) };
}

/** The next trial step, by the four cases of the paper. */
function trialStep(
  x: End,
  y: End,
  p: End,
  bracketed: boolean,
  low: number,
  high: number,
): { readonly step: number; readonly bracketed: boolean } {
  const span = p.at - x.at;
  const secant = p.at + (p.slope / (p.slope - x.slope)) * (x.at - p.at);
  if (p.value > x.value) {
    const c = cubic(x, p);
    const gamma = p.at < x.at ? -c.gamma : c.gamma;
    const r = (gamma - x.slope + c.theta) / (gamma - x.slope + gamma + p.slope);
    const byCubic = x.at + r * span;
    const byQuadratic = x.at + (x.slope / ((x.value - p.value) / span + x.slope) / 2) * span;
    const nearer = Math.abs(byCubic - x.at) < Math.abs(byQuadratic - x.at);
    return { step: nearer ? byCubic : byCubic + (byQuadratic - byCubic) / 2, bracketed: true };
  }
  if (p.slope * Math.sign(x.slope) < 0) {
    const c = cubic(x, p);
    const gamma = p.at > x.at ? -c.gamma : c.gamma;
    const r = (gamma - p.slope + c.theta) / (gamma - p.slope + gamma + x.slope);
    const byCubic = p.at + r * (x.at - p.at);
    const further = Math.abs(byCubic - p.at) > Math.abs(secant - p.at);
    return { step: further ? byCubic : secant, bracketed: true };
  }
  if (Math.abs(p.slope) < Math.abs(x.slope)) {
    const c = cubic(x, p);
    const gamma = p.at > x.at ? -c.gamma : c.gamma;
    const r = (gamma - p.slope + c.theta) / (gamma + (x.slope - p.slope) + gamma);
    const byCubic = r < 0 && gamma !== 0 ? p.at + r * (x.at - p.at) : p.at > x.at ? high : low;
    const cubicNearer = Math.abs(byCubic - p.at) < Math.abs(secant - p.at);
    if (!bracketed) {
      const step = cubicNearer ? secant : byCubic;
      return { step: Math.max(low, Math.min(high, step)), bracketed };
    }
    const step = cubicNearer ? byCubic : secant;
    const bound = p.at + 0.66 * (y.at - p.at);
    return { step: p.at > x.at ? Math.min(bound, step) : Math.max(bound, step), bracketed };
  }
  if (!bracketed) return { step: p.at > x.at ? high : low, bracketed };
  const c = cubic(p, y);
  const gamma = p.at > y.at ? -c.gamma : c.gamma;
  const r = (gamma - p.slope + c.theta) / (gamma - p.slope + gamma + y.slope);
  return { step: p.at + r * (y.at - p.at), bracketed };
}
