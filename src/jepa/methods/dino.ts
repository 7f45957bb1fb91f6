// DINO (Caron et al. 2021, arXiv 2104.14294): self-distillation. A teacher, the moving average of the student, sees the
// global views; the student's distribution over prototypes for any view should be the teacher's for another. Collapse is
// prevented by the teacher and by centring and sharpening its output.
// Legend: B views, F width of the representation, K prototypes.

import {
  type BufferCell,
  buffer,
  frozen,
  type Module,
  mlp,
  module,
  param,
  truncatedNormalInit,
  zero,
} from '../../nn/index.ts';
import { affine, l2Normalise } from '../../tensor/index.ts';
import { defineJepa } from '../contract/define.ts';
import type { Condition, JepaSpec, Pair, Scheduled } from '../contract/types.ts';
import type { Embed, ImageEncoder } from '../encoders/image-encoder.ts';
import { dino as dinoLoss } from '../objectives/dino.ts';
import { type Rows, type ViewOptions, viewInputs, viewsOf } from './joint-embedding.ts';

/** Options of DINO. */
export interface DinoConfig {
  /** How many views, from the first on, are global: only they are shown to the teacher. */
  readonly globalViews: number;
  /** Hidden width of the head, 2048 in the paper. */
  readonly hidden: number;
  /** Width before the prototypes, 256. */
  readonly bottleneck: number;
  /** Prototypes K: 65,536 on ImageNet. */
  readonly prototypes: number;
  /** Momentum of the teacher: a cosine from 0.996 to 1. */
  readonly momentum: Scheduled;
  readonly studentTemperature?: number;
  /** 0.04, or a warm-up from 0.04 to 0.07. */
  readonly teacherTemperature?: Scheduled;
}

/** An encoder with its head. */
export interface DinoNetwork {
  readonly backbone: Embed;
  readonly head: Rows;
}

/** What DINO binds to. */
export interface DinoModel {
  readonly student: DinoNetwork;
  readonly teacher: DinoNetwork;
  readonly center: BufferCell;
}

/** Three linear layers with GELU, unit length, then prototypes of unit length: [B, F] -> [B, K]. */
function head(width: number, { hidden, bottleneck, prototypes }: DinoConfig): Module<Rows> {
  const children = {
    mlp: mlp([width, hidden, hidden, bottleneck]),
    'last_layer.weight': param([prototypes, bottleneck], truncatedNormalInit(0.02)),
  };
  return module(
    children,
    (m): Rows =>
      (x) =>
        affine(l2Normalise(m.mlp(x)), l2Normalise(m['last_layer.weight'])),
  );
}

function network(encoder: ImageEncoder, config: DinoConfig): Module<DinoNetwork> {
  return module({ backbone: encoder.module, head: head(encoder.width, config) }, (m): DinoNetwork => m);
}

/** DINO on two or more views. */
export function dino(options: ViewOptions & DinoConfig): JepaSpec<DinoModel> {
  const { encoder, views, globalViews, prototypes, momentum, studentTemperature = 0.1 } = options;
  const { teacherTemperature = 0.04 } = options;
  const net = network(encoder, options);
  const encode = ({ backbone, head: project }: DinoNetwork, input: Parameters<Embed>[0]) => {
    const representation = backbone(input).pooled;
    return { embedding: project(representation), representation };
  };
  return defineJepa<DinoModel, Condition>({
    name: 'dino',
    module: module({ student: net, teacher: frozen(net), center: buffer([prototypes], zero) }, (m): DinoModel => m),
    inputs: viewInputs(options),
    pairs(inputs): Pair[] {
      const all = viewsOf(inputs, views.length);
      return all.slice(0, globalViews).flatMap((target) =>
        all
          .filter((context) => context !== target)
          .map((context) => ({
            name: `${context.name}->${target.name}`,
            context,
            target,
            z: { kind: 'none' },
          })),
      );
    },
    encode: (model, view) => encode(model.student, view.input),
    target: {
      kind: 'ema',
      student: 'student',
      teacher: 'teacher',
      momentum,
      encode: (model, view) => encode(model.teacher, view.input),
    },
    terms: [
      {
        name: 'distillation',
        mechanism: 'predict',
        reads: 'embedding',
        weight: 1,
        trace(step, model) {
          const teacher = Array.from({ length: globalViews }, (_, g) => step.targets[`view${g}`]!.embedding);
          // A single global view is in no pair of the student's: the teacher's embedding only keeps its place.
          const student = views.map((_, v) => step.latents[`view${v}`]?.embedding ?? teacher[v]!);
          const { value, centre } = dinoLoss(student, teacher, model.center.read(), {
            studentTemperature,
            teacherTemperature: step.scheduled('teacherTemperature', teacherTemperature),
          });
          model.center.write(centre);
          return value;
        },
      },
    ],
    features: (model, view) => model.teacher.backbone(view.input),
  });
}
