import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  constant,
  cosineMomentum,
  dinoCosine,
  ebImageWarmupCosine,
  ebWarmupCosine,
  ijepaCosineWeightDecay,
  ijepaWarmupCosine,
  lejepaWarmupCosine,
  linearDecay,
  linearMomentum,
  type Schedule,
  vicregLearningRate,
  warmupCosine,
  warmupStableDecay,
} from './index.ts';

interface Case {
  readonly config: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly scalars: Readonly<Record<string, readonly number[]>>;
  readonly tolerances: { readonly scalars_rtol: number };
}

const reference: Case = JSON.parse(
  readFileSync(new URL('../../../parity/schedules/case.json', import.meta.url), 'utf8'),
);

/** The number `name` of section `section` of the case's configuration. */
function number(section: string, name: string): number {
  const value = reference.config[section]?.[name];
  if (value === undefined) throw new Error(`the case has no ${section}.${name}`);
  return value;
}

function barlow(rate: string): Schedule {
  return vicregLearningRate({
    baseLr: number('barlow', rate),
    batchSize: number('barlow', 'batch_size'),
    epochs: number('barlow', 'epochs'),
    stepsPerEpoch: number('barlow', 'steps_per_epoch'),
  });
}

const dinoSteps = (section: string, what: string): number => number(section, what) * number(section, 'niter');

const ours: Readonly<Record<string, Schedule>> = {
  ijepa_warmup_cosine_lr: ijepaWarmupCosine({
    warmupSteps: number('ijepa', 'warmup_steps'),
    totalSteps: number('ijepa', 'T_max'),
    start: number('ijepa', 'start_lr'),
    peak: number('ijepa', 'ref_lr'),
    final: number('ijepa', 'final_lr'),
  }),
  ijepa_cosine_wd: ijepaCosineWeightDecay({
    totalSteps: number('wd', 'T_max'),
    start: number('wd', 'ref_wd'),
    final: number('wd', 'final_wd'),
  }),
  vjepa2_wsd_lr: warmupStableDecay({
    warmupSteps: number('wsd', 'warmup_steps'),
    annealSteps: number('wsd', 'anneal_steps'),
    totalSteps: number('wsd', 'T_max'),
    start: number('wsd', 'start_lr'),
    peak: number('wsd', 'ref_lr'),
    final: number('wsd', 'final_lr'),
  }),
  vjepa2_linear_decay_lr: linearDecay({
    totalSteps: number('lin', 'T_max'),
    start: number('lin', 'ref_lr'),
    final: number('lin', 'final_lr'),
  }),
  ijepa_ema_momentum: linearMomentum({
    totalSteps: number('ema_linear', 'ipe') * number('ema_linear', 'epochs') * number('ema_linear', 'ipe_scale'),
    start: 0.996, // the pair config.ema_linear.ema
    final: 1,
  }),
  spt_linear_warmup_cosine_lr: warmupCosine({
    warmupSteps: number('spt', 'warmup_steps'),
    totalSteps: number('spt', 'max_steps'),
    peak: number('spt', 'lr'),
    start: number('spt', 'warmup_start_lr'),
    final: number('spt', 'eta_min'),
  }),
  spt_ema_momentum_float32: cosineMomentum({
    totalSteps: number('spt_ema', 'epochs'),
    start: number('spt_ema', 'base'),
    final: number('spt_ema', 'final'),
  }),
  vicreg_lr: vicregLearningRate({
    baseLr: number('vicreg', 'base_lr'),
    batchSize: number('vicreg', 'batch_size'),
    epochs: number('vicreg', 'epochs'),
    stepsPerEpoch: number('vicreg', 'steps_per_epoch'),
  }),
  barlow_lr_weights: barlow('lr_weights'),
  barlow_lr_biases: barlow('lr_biases'),
  eb_jepa_cosine_with_warmup_lr: ebWarmupCosine({
    totalSteps: number('eb', 'total_steps'),
    peak: number('eb', 'lr'),
    warmupRatio: number('eb', 'warmup_ratio'),
    final: number('eb', 'min_lr'),
  }),
  eb_jepa_image_lr: ebImageWarmupCosine({
    warmupEpochs: number('eb_image', 'warmup_epochs'),
    totalEpochs: number('eb_image', 'max_epochs'),
    peak: number('eb_image', 'base_lr'),
    start: number('eb_image', 'warmup_start_lr'),
    final: number('eb_image', 'min_lr'),
  }),
  lejepa_minimal_lr: lejepaWarmupCosine({
    warmupSteps: number('minimal', 'warmup_steps'),
    totalSteps: number('minimal', 'total_steps'),
    peak: number('minimal', 'lr'),
    final: number('minimal', 'eta_min'),
  }),
  dino_cosine_momentum: dinoCosine({
    totalSteps: dinoSteps('dino', 'epochs'),
    base: number('dino', 'base'),
    final: number('dino', 'final'),
  }),
  dino_cosine_lr: dinoCosine({
    totalSteps: dinoSteps('dino_lr', 'epochs'),
    warmupSteps: dinoSteps('dino_lr', 'warmup_epochs'),
    base: number('dino_lr', 'base'),
    final: number('dino_lr', 'final'),
  }),
};

test('every schedule of the reference codes is reproduced', () => {
  expect(Object.keys(ours).sort()).toEqual(Object.keys(reference.scalars).sort());
});

test.each(Object.keys(reference.scalars))('%s equals the reference at every step', (name) => {
  for (const [step, expected] of (reference.scalars[name] ?? []).entries()) {
    const got = ours[name]?.(step) ?? Number.NaN;
    const allowed = reference.tolerances.scalars_rtol * Math.abs(expected) + 1e-15;
    expect(Math.abs(got - expected), `step ${step}: got ${got}, expected ${expected}`).toBeLessThanOrEqual(allowed);
  }
});

test('the I-JEPA schedules at 10 iterations, 5 epochs and 2 of warm-up have the published golden values', () => {
  const lr = ijepaWarmupCosine({ warmupSteps: 20, totalSteps: 50, start: 2e-4, peak: 1e-3, final: 1e-6 });
  const wd = ijepaCosineWeightDecay({ totalSteps: 50, start: 0.04, final: 0.4 });
  const momentum = linearMomentum({ totalSteps: 50, start: 0.996, final: 1 });
  const golden: readonly (readonly [number, number, number, number])[] = [
    [0, 0.00024, 0.0403551889, 0.996],
    [1, 0.00028, 0.0414193538, 0.99608],
    [10, 0.00064, 0.0813076163, 0.9968],
    [19, 0.001, 0.164376941, 0.99752],
    [21, 0.000989084727, 0.186271363, 0.99768],
    [35, 0.000448288033, 0.334736318, 0.9988],
    [49, 1e-6, 0.4, 0.99992],
  ];
  for (const [step, rate, decay, m] of golden) {
    expect(lr(step)).toBeCloseTo(rate, 11);
    expect(wd(step)).toBeCloseTo(decay, 8);
    expect(momentum(step)).toBeCloseTo(m, 11);
  }
});

test('a constant schedule has one value', () => {
  expect([0, 7, 1e6].map(constant(3e-4))).toEqual([3e-4, 3e-4, 3e-4]);
});

test('a warm-up as long as the run is refused with both numbers', () => {
  expect(() => warmupCosine({ warmupSteps: 20, totalSteps: 20, peak: 1 })).toThrow(/got 20 of 20/);
  expect(() => warmupCosine({ warmupSteps: 0.5, totalSteps: 20, peak: 1 })).toThrow(/got 0.5 of 20/);
});
