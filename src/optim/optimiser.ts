// What every optimiser is: a state over the flat parameter buffer of one layout, and a `step` that updates the
// parameters in place. Also the parameter groups, folded into contiguous ranges once, so that a step is a few plain loops.

import { type FlatEntry, type FlatLayout, JepaError } from '../core/index.ts';

/** How one named tensor is treated: whether weight decay applies to it, and the factor on its learning rate. */
export interface ParameterGroup {
  readonly decay: boolean;
  readonly lrScale: number;
}

/** An update rule with its state. Everything that a resumed run needs is in `state` and `stepCount`. */
export interface Optimiser {
  /** The update rule, for checkpoints and reports: `adamw`, `adam`, `sgd`, `lars-vicreg`, `lars-eb`. */
  readonly name: string;
  /** The weight decay of the next step; assign it to follow a schedule. */
  weightDecay: number;
  /** Steps taken so far. Adam's bias correction depends on it. */
  stepCount: number;
  /** State buffers by name, each laid out like the parameters. */
  readonly state: Readonly<Record<string, Float32Array>>;
  /**
   * Updates `params` in place from `grads`, both `[layout.size]`, with learning rate `lr`. Allocates nothing after
   * the first step on the same two buffers.
   *
   * Errors: `shape` when a buffer has another size; `numeric` when `lr` is not finite.
   */
  step(params: Float32Array, grads: Float32Array, lr: number): void;
}

/** Chooses the group of each named tensor. */
export type GroupRule = (entry: FlatEntry) => ParameterGroup;

/** Every tensor decays, at the full learning rate: what torch does without parameter groups, and LeWorldModel. */
export function decayAll(_entry: FlatEntry): ParameterGroup {
  return { decay: true, lrScale: 1 };
}

/** Biases and norm scales (tensors of one dimension) do not decay: I-JEPA, V-JEPA, DINO, VICReg, Barlow Twins. */
export function decayMatrices(entry: FlatEntry): ParameterGroup {
  return { decay: entry.shape.length !== 1, lrScale: 1 };
}

/** Neighbouring tensors of one group: the half-open range [start, end) of the flat buffer. */
export interface GroupRange {
  readonly start: number;
  readonly end: number;
  readonly decay: boolean;
  readonly lrScale: number;
}

/** Folds the groups of all tensors into as few contiguous ranges as possible. Errors: `usage` for a bad `lrScale`. */
export function groupRanges(layout: FlatLayout, group: GroupRule): readonly GroupRange[] {
  const ranges: GroupRange[] = [];
  for (const entry of layout.entries) {
    const { decay, lrScale } = group(entry);
    requireNumber(`group('${entry.name}').lrScale`, lrScale, 0, Number.POSITIVE_INFINITY);
    const end = entry.offset + entry.size;
    const last = ranges.at(-1);
    if (last !== undefined && last.decay === decay && last.lrScale === lrScale) {
      ranges[ranges.length - 1] = { ...last, end };
    } else {
      ranges.push({ start: entry.offset, end, decay, lrScale });
    }
  }
  return ranges;
}

/** Throws `usage` unless `low <= value < high`. */
export function requireNumber(what: string, value: number, low: number, high: number): void {
  if (!(value >= low && value < high)) {
    throw new JepaError('usage', `${what} must be at least ${low} and below ${high}, got ${value}`, { what, value });
  }
}

/** Throws unless both buffers fit the layout and the learning rate is finite. */
export function checkStep(
  name: string,
  layout: FlatLayout,
  params: Float32Array,
  grads: Float32Array,
  lr: number,
): void {
  if (params.length !== layout.size || grads.length !== layout.size) {
    throw new JepaError(
      'shape',
      `${name}: params and grads must be [${layout.size}], the size of the layout, got [${params.length}] and [${grads.length}]`,
      { expected: layout.size, params: params.length, grads: grads.length },
    );
  }
  if (!Number.isFinite(lr)) {
    throw new JepaError('numeric', `${name}: the learning rate must be finite, got ${lr}; check the schedule`, { lr });
  }
}
