// Numbers kept between two others.

/** `v`, or the nearer of the bounds where it lies beyond them. */
export const clamp = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high);
