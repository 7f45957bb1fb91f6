// AdamW in float64 for probes, which are small and trained to convergence; models use the fused float32 optimisers of
// `optim`. Loshchilov and Hutter, arXiv 1711.05101; same update as torch.optim.AdamW.

/** AdamW settings; the defaults are those of PyTorch, without decay. */
export interface ProbeAdamOptions {
  /** Learning rate, or a function of the step (from 0). */
  readonly lr: number | ((step: number) => number);
  readonly weightDecay?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
}

/** A function that updates `parameters` in place from gradients of the same lengths; it holds the moments. */
export function probeAdam(
  parameters: readonly Float64Array[],
  { lr, weightDecay = 0, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }: ProbeAdamOptions,
): (gradients: readonly Float64Array[]) => void {
  const first = parameters.map((p) => new Float64Array(p.length));
  const second = parameters.map((p) => new Float64Array(p.length));
  let step = 0;
  return (gradients) => {
    const lrNow = typeof lr === 'number' ? lr : lr(step);
    step++;
    const rate = lrNow / (1 - beta1 ** step);
    const correction = Math.sqrt(1 - beta2 ** step);
    for (let t = 0; t < parameters.length; t++) {
      const p = parameters[t]!;
      const g = gradients[t]!;
      const m = first[t]!;
      const v = second[t]!;
      for (let i = 0; i < p.length; i++) {
        m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
        v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! * g[i]!;
        p[i] = p[i]! * (1 - lrNow * weightDecay) - (rate * m[i]!) / (Math.sqrt(v[i]!) / correction + eps);
      }
    }
  };
}
