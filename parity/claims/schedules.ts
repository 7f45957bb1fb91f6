// Parity case `schedules`: every learning-rate, weight-decay and momentum schedule, step by step.

import { cosineMomentum, dinoCosine, ebImageWarmupCosine, ebWarmupCosine, ijepaCosineWeightDecay, ijepaWarmupCosine, lejepaWarmupCosine, linearDecay, linearMomentum, type Schedule, vicregLearningRate, warmupCosine, warmupStableDecay } from '../../src/optim/index.ts';
import type { JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim } from '../runner/claim.ts';
import { numberOf, numbersOf } from '../runner/config.ts';

/** Takes the case `schedules`; as many steps are compared as are stored. */
export const schedules: ParityClaim = {
  case: 'schedules',
  run(c) {
    const scalars: Record<string, JsonValue> = {};
    for (const [name, schedule] of Object.entries(schedulesOf(c))) {
      const steps = c.scalars.get(name)?.length ?? 0;
      scalars[name] = Array.from({ length: steps }, (_, step) => schedule(step));
    }
    return { tensors: {}, scalars };
  },
};

function schedulesOf(c: ParityCase): Readonly<Record<string, Schedule>> {
  const n = (path: string): number => numberOf(c.config, path);
  const vicreg = (section: string, rate: string): Schedule =>
    vicregLearningRate({
      baseLr: n(`${section}.${rate}`),
      batchSize: n(`${section}.batch_size`),
      epochs: n(`${section}.epochs`),
      stepsPerEpoch: n(`${section}.steps_per_epoch`),
    });
  const dino = (section: string): Schedule =>
    dinoCosine({
      totalSteps: n(`${section}.epochs`) * n(`${section}.niter`),
      warmupSteps: n(`${section}.warmup_epochs`) * n(`${section}.niter`),
      base: n(`${section}.base`),
      final: n(`${section}.final`),
    });
  const [emaStart, emaFinal] = numbersOf(c.config, 'ema_linear.ema') as readonly [number, number];
  return {
    ijepa_warmup_cosine_lr: ijepaWarmupCosine({
      warmupSteps: n('ijepa.warmup_steps'),
      totalSteps: n('ijepa.T_max'),
      start: n('ijepa.start_lr'),
      peak: n('ijepa.ref_lr'),
      final: n('ijepa.final_lr'),
    }),
    ijepa_cosine_wd: ijepaCosineWeightDecay({
      totalSteps: n('wd.T_max'),
      start: n('wd.ref_wd'),
      final: n('wd.final_wd'),
    }),
    vjepa2_wsd_lr: warmupStableDecay({
      warmupSteps: n('wsd.warmup_steps'),
      annealSteps: n('wsd.anneal_steps'),
      totalSteps: n('wsd.T_max'),
      start: n('wsd.start_lr'),
      peak: n('wsd.ref_lr'),
      final: n('wsd.final_lr'),
    }),
    vjepa2_linear_decay_lr: linearDecay({
      totalSteps: n('lin.T_max'),
      start: n('lin.ref_lr'),
      final: n('lin.final_lr'),
    }),
    ijepa_ema_momentum: linearMomentum({
      totalSteps: n('ema_linear.ipe') * n('ema_linear.epochs') * n('ema_linear.ipe_scale'),
      start: emaStart,
      final: emaFinal,
    }),
    spt_linear_warmup_cosine_lr: warmupCosine({
      warmupSteps: n('spt.warmup_steps'),
      totalSteps: n('spt.max_steps'),
      peak: n('spt.lr'),
      start: n('spt.warmup_start_lr'),
      final: n('spt.eta_min'),
    }),
    spt_ema_momentum_float32: cosineMomentum({
      totalSteps: n('spt_ema.epochs'),
      start: n('spt_ema.base'),
      final: n('spt_ema.final'),
    }),
    vicreg_lr: vicreg('vicreg', 'base_lr'),
    barlow_lr_weights: vicreg('barlow', 'lr_weights'),
    barlow_lr_biases: vicreg('barlow', 'lr_biases'),
    eb_jepa_cosine_with_warmup_lr: ebWarmupCosine({
      totalSteps: n('eb.total_steps'),
      peak: n('eb.lr'),
      warmupRatio: n('eb.warmup_ratio'),
      final: n('eb.min_lr'),
    }),
    eb_jepa_image_lr: ebImageWarmupCosine({
      warmupEpochs: n('eb_image.warmup_epochs'),
      totalEpochs: n('eb_image.max_epochs'),
      peak: n('eb_image.base_lr'),
      start: n('eb_image.warmup_start_lr'),
      final: n('eb_image.min_lr'),
    }),
    lejepa_minimal_lr: lejepaWarmupCosine({
      warmupSteps: n('minimal.warmup_steps'),
      totalSteps: n('minimal.total_steps'),
      peak: n('minimal.lr'),
      final: n('minimal.eta_min'),
    }),
    dino_cosine_momentum: dino('dino'),
    dino_cosine_lr: dino('dino_lr'),
  };
}
